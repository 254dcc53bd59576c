"""From functions to machine code: two modules, each optimised as a whole.

numba's own way, a copy of every callee in each caller and each optimised again at every level, takes three
times as long and inlines less. Both modules are made at the same time where there are two processors: the
numerical core and the engine are of about the same size, and a call from one into the other is rare enough to
stay a call. The same two modules are made everywhere, whatever the number of processors.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

import llvmlite.binding as _llvm
from numba.core import registry as _registry
from numba.core import sigutils as _sigutils

from warnpath.compilation.convention import ENTRY, INTERPRETER, TABLE
from warnpath.compilation.entries import entry_module
from warnpath.compilation.kernels import KERNELS, ROOTS, callees, symbol_of
from warnpath.compilation.sources import import_compiled_modules, source_hash
from warnpath.compilation.translation import Wrap, translate

llvm: Any = _llvm
target: Any = _registry.cpu_target
sigutils: Any = _sigutils

NUMERICAL = ("warnpath.physics.", "warnpath.fusion.")
"""What the first module holds; the second holds the rest."""

_NO_REFERENCES = """
define void @NRT_incref(ptr %0) alwaysinline { ret void }
define void @NRT_decref(ptr %0) alwaysinline { ret void }
"""
"""Arrays belong to Python as long as machine code runs, and none is made in it: nothing to count."""


@dataclass(frozen=True)
class Part:
    """One function of the program, with its numba signature, and whether it is a kernel."""

    function: FunctionType
    signature: Any
    is_kernel: bool

    @property
    def symbol(self) -> str:
        """Its name in the program."""
        return symbol_of(self.function)


def build_objects(wrap: Wrap | None = None) -> list[bytes]:
    """Compile all kernels and roots of the package into object files.

    Parameters
    ----------
    wrap : callable, optional
        Changes how calls between functions are lowered, as a clock around them does; one process works then.
    """
    # The compilers make millions of small objects and hardly a cycle: collecting costs a fifth of the time.
    gc.disable()
    try:
        if wrap is not None or (os.cpu_count() or 1) == 1:
            return [build_module(number, wrap) for number in range(2)]
        with tempfile.TemporaryDirectory(prefix="warnpath-") as folder:
            helper = _Helper(0, Path(folder) / "module.o")
            try:
                engine = build_module(1)
                # Killed, or out of memory: it is done here, and an error in it shows itself here.
                return [helper.result() or build_module(0), engine]
            finally:
                helper.stop()
    finally:
        gc.enable()


def build_module(number: int, wrap: Wrap | None = None) -> bytes:
    """Object file of one module of the program."""
    import_compiled_modules()
    parts = collect()
    modules = split(parts)
    called = {symbol for part in modules[1 - number] for symbol in _symbols_called(part)}
    program = llvm.parse_assembly(_NO_REFERENCES)
    program.link_in(translate(modules[number], {part.symbol: part.signature for part in parts}, wrap))
    program.link_in(llvm.parse_assembly(str(entry_module(modules[number], ROOTS, number))))
    return _emit(program, called)


def collect() -> list[Part]:
    """All functions of the program, by symbol: the kernels, the roots, and what these call."""
    found = {
        kernel.symbol: Part(kernel.py_func, parse_signature(kernel.signature), True)
        for kernel in KERNELS.values()
    }
    for root in ROOTS.values():
        waiting = [root.function]
        while waiting:
            function = waiting.pop()
            if symbol_of(function) not in found:
                found[symbol_of(function)] = Part(function, root.signature_of(function), False)
                waiting.extend(item for item in callees(function).values() if isinstance(item, FunctionType))
    return [found[symbol] for symbol in sorted(found)]


def split(parts: Iterable[Part]) -> tuple[list[Part], list[Part]]:
    """Parts of the two modules: the numerical core, and the rest."""
    modules: tuple[list[Part], list[Part]] = ([], [])
    for part in parts:
        modules[not part.symbol.startswith(NUMERICAL)].append(part)
    return modules


def parse_signature(text: str) -> Any:
    """Signature of a kernel."""
    arguments, returned = sigutils.normalize_signature(text)
    return returned(*arguments)


def _symbols_called(part: Part) -> set[str]:
    return {
        symbol_of(item) if isinstance(item, FunctionType) else item.symbol
        for item in callees(part.function).values()
    }


def _emit(program: Any, called: set[str]) -> bytes:
    """Optimise a module as a whole and write its machine code; `called` is what the other module calls."""
    for function in program.functions:
        is_seen = function.name.endswith(ENTRY) or function.name in called
        if not function.is_declaration and not is_seen:
            function.linkage = "internal"
    for variable in program.global_variables:
        if not variable.is_declaration and not variable.name.startswith(TABLE):
            variable.linkage = "internal"
    program.verify()
    codegen = target.target_context.codegen()
    program.triple = codegen._tm.triple
    program.data_layout = codegen._data_layout
    passes, builder = codegen._module_pass_manager()
    passes.run(program, builder)
    unknown = [
        function.name
        for function in program.functions
        if function.is_declaration
        and not function.name.startswith(("llvm.", f"{__package__.partition('.')[0]}."))
        and function.name not in INTERPRETER
        and not llvm.address_of_symbol(function.name)
    ]
    if unknown:
        raise RuntimeError(f"the compiled program calls what nobody defines: {', '.join(sorted(unknown))}")
    machine_code: bytes = codegen._tm.emit_object(program)
    return machine_code


class _Helper:
    """A process that makes one module of the program.

    Parameters
    ----------
    number : int
        Which one.
    file : Path
        Where it leaves its result.
    """

    def __init__(self, number: int, file: Path) -> None:
        self._file = file
        # Nothing is taken from the working folder, where another version may lie, unless this one lies there.
        own = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join(entry or own for entry in sys.path)
        command = [sys.executable, "-P", "-m", __spec__.name, str(number), str(self._file), source_hash()]
        try:
            self._process: subprocess.Popen[bytes] | None = subprocess.Popen(
                command,
                env={**os.environ, "PYTHONPATH": path},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            self._process = None

    def result(self) -> bytes | None:
        """Object file of its module; None if it did not get there."""
        if self._process is None or self._process.wait() != 0:
            return None
        return self._file.read_bytes()

    def stop(self) -> None:
        """Leave nothing running behind."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def main(number: int, file: str, sources: str) -> None:
    """Make one module of the sources with this hash; what `_Helper` starts."""
    if source_hash() != sources:
        sys.exit("these are other sources")
    gc.disable()
    Path(file).write_bytes(build_module(number))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
