"""From functions to one object file.

Every function is translated by numba's front end alone, with calls by symbol: a caller only declares its
callee, whose signature is stated. So functions need no order, and several processes share the work. LLVM then
links all of them and optimises the program as a whole. (numba's own way, a copy of every callee in each
caller, optimised again at every level, took 66 s of processor time for this program; this way takes 26 s.)
"""

from __future__ import annotations

import dis
import gc
import inspect
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

import llvmlite.binding as _llvm
from numba.core import cgutils as _cgutils
from numba.core import compiler as _compiler
from numba.core import config as _config
from numba.core import extending as _extending
from numba.core import registry as _registry
from numba.core import sigutils as _sigutils

from warnpath.compilation.convention import ENTRY, INTERPRETER, TABLE
from warnpath.compilation.entries import entry_module
from warnpath.compilation.kernels import KERNELS, ROOTS, Kernel, symbol_of
from warnpath.compilation.sources import import_compiled_modules

llvm: Any = _llvm
cgutils: Any = _cgutils
compiler: Any = _compiler
config: Any = _config
intrinsic: Any = _extending.intrinsic
target: Any = _registry.cpu_target
sigutils: Any = _sigutils

MOST_PROCESSES = 4

Lower = Callable[[Any, Any, Any, Any], Any]
Wrap = Callable[[str, Lower], Lower]
"""Given the symbol of a callee and what lowers a call of it, what lowers the call instead."""

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


def build_object(wrap: Wrap | None = None) -> bytes:
    """Compile all kernels and roots of the package into one object file, on all processors.

    Parameters
    ----------
    wrap : callable, optional
        Changes how calls between functions are lowered, as a clock around them does; one process works then.
    """
    # The compilers make millions of small objects and hardly a cycle: collecting costs a fifth of the time.
    gc.disable()
    try:
        return _build(wrap)
    finally:
        gc.enable()


def _build(wrap: Wrap | None) -> bytes:
    import_compiled_modules()
    parts = collect()
    count = 1 if wrap is not None else min(MOST_PROCESSES, os.cpu_count() or 1)
    units = share_out(parts, count)
    signatures = {part.symbol: part.signature for part in parts}
    program = llvm.parse_assembly(_NO_REFERENCES)
    with tempfile.TemporaryDirectory(prefix="warnpath-") as folder:
        helpers = [_Helper(count, number, Path(folder)) for number in range(1, count)]
        try:
            program.link_in(translate(units[0], signatures, wrap))
            for helper, unit in zip(helpers, units[1:], strict=True):
                bitcode = helper.result()
                # Killed, or out of memory: its share is done here, and an error in it shows itself here.
                ready = translate(unit, signatures) if bitcode is None else llvm.parse_bitcode(bitcode)
                program.link_in(ready)
        finally:
            for helper in helpers:
                helper.stop()
    program.link_in(llvm.parse_assembly(str(entry_module(parts, set(ROOTS)))))
    return _emit(program)


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


def callees(function: FunctionType) -> dict[str, Kernel | FunctionType]:
    """Kernels and plain functions that a function names, by the name it uses."""
    used = {item.argval for item in dis.get_instructions(function) if item.opname == "LOAD_GLOBAL"}
    space = function.__globals__
    found = {name: space[name] for name in sorted(used) if name in space}
    return {name: value for name, value in found.items() if isinstance(value, Kernel | FunctionType)}


def parse_signature(text: str) -> Any:
    """Signature of a kernel."""
    arguments, returned = sigutils.normalize_signature(text)
    return returned(*arguments)


def share_out(parts: list[Part], count: int) -> list[list[Part]]:
    """Shares of about equal work, by the length of the code; the same in every process."""
    shares: list[list[Part]] = [[] for _ in range(count)]
    sizes = [0] * count
    for part in sorted(parts, key=lambda part: (-len(part.function.__code__.co_code), part.symbol)):
        least = sizes.index(min(sizes))
        shares[least].append(part)
        sizes[least] += len(part.function.__code__.co_code)
    return shares


def translate(parts: list[Part], signatures: Mapping[str, Any], wrap: Wrap | None = None) -> Any:
    """LLVM module of some functions, by numba's front end; what they call is declared by symbol."""
    flags = compiler.Flags()
    flags.no_compile = True
    flags.no_cpython_wrapper = True
    flags.no_cfunc_wrapper = True
    flags.nrt = True
    flags.boundscheck = bool(config.BOUNDSCHECK)
    unit = llvm.parse_assembly("")
    calls: dict[str, Any] = {}
    shared: dict[int, Any] = {}
    for part in parts:
        space = dict(part.function.__globals__)
        for name, callee in callees(part.function).items():
            symbol = callee.symbol if isinstance(callee, Kernel) else symbol_of(callee)
            if symbol not in calls:
                calls[symbol] = _call_by_symbol(symbol, signatures[symbol], wrap)
            space[name] = calls[symbol]
        plain = part.function
        bound = FunctionType(plain.__code__, space, plain.__name__, plain.__defaults__)
        bound.__module__ = plain.__module__
        contexts = target.typing_context, target.target_context
        wanted = part.signature
        done = compiler.compile_extra(*contexts, bound, wanted.args, wanted.return_type, flags, {})
        module = done.library._final_module
        module.get_function(done.fndesc.llvm_func_name).name = part.symbol
        unit.link_in(module)
        # What numba itself supplies: min, max, int and the like.
        shared.update((id(library), library) for library in done.library._linking_libraries)
    for library in shared.values():
        unit.link_in(library._get_module_for_linking(), preserve=True)
    return unit


def _call_by_symbol(symbol: str, signature: Any, wrap: Wrap | None) -> Any:
    """What a caller sees instead of a callee: a function that is lowered to a call of a declared symbol."""

    def lower(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        kind = context.call_conv.get_function_type(signature.return_type, signature.args)
        callee = cgutils.get_or_insert_function(builder.module, kind, symbol)
        status, value = context.call_conv.call_function(
            builder, callee, signature.return_type, signature.args, arguments
        )
        with cgutils.if_unlikely(builder, status.is_error):
            context.call_conv.return_status_propagate(builder, status)
        return value

    lowered = lower if wrap is None else wrap(symbol, lower)

    def typed(typingctx: Any, *arguments: Any) -> Any:
        return signature, lowered

    # numba reads the number of arguments from here.
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    names = ("typingctx", *(f"argument_{place}" for place in range(len(signature.args))))
    typed.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(name, kind) for name in names]
    )
    typed.__name__ = symbol
    return intrinsic(typed)


def _emit(program: Any) -> bytes:
    """Optimise the linked program as a whole and write its machine code."""
    for function in program.functions:
        if not function.is_declaration and not function.name.endswith(ENTRY):
            function.linkage = "internal"
    for variable in program.global_variables:
        if not variable.is_declaration and variable.name != TABLE:
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
        and not function.name.startswith("llvm.")
        and function.name not in INTERPRETER
        and not llvm.address_of_symbol(function.name)
    ]
    if unknown:
        raise RuntimeError(f"the compiled program calls what nobody defines: {', '.join(sorted(unknown))}")
    machine_code: bytes = codegen._tm.emit_object(program)
    return machine_code


class _Helper:
    """A process that translates one share of the program.

    Parameters
    ----------
    count, number : int
        Number of shares, and which one it does.
    folder : Path
        Where it leaves its result.
    """

    def __init__(self, count: int, number: int, folder: Path) -> None:
        self._file = folder / f"share{number}.bc"
        path = os.pathsep.join(entry for entry in sys.path if entry)
        command = [sys.executable, "-m", __spec__.name, str(count), str(number), str(self._file)]
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
        """LLVM bitcode of its share; None if it did not get there."""
        if self._process is None or self._process.wait() != 0:
            return None
        return self._file.read_bytes()

    def stop(self) -> None:
        """Leave nothing running behind."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def main(count: int, number: int, file: str) -> None:
    """Translate one share; what `_Helper` starts."""
    gc.disable()
    import_compiled_modules()
    parts = collect()
    unit = translate(share_out(parts, count)[number], {part.symbol: part.signature for part in parts})
    Path(file).write_bytes(unit.as_bitcode())


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
