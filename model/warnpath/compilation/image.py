"""The program on disk and in memory: built once, then loaded in some hundredths of a second."""

from __future__ import annotations

import ctypes
import hashlib
import os
import struct
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite.binding as _llvm

from warnpath.compilation.convention import ENTRY, INTERPRETER, OBJECTS, TABLE, check_layout
from warnpath.compilation.sources import cache_folder

llvm: Any = _llvm

METH_FASTCALL = 0x80
_DIGEST_BYTES = 16
_LENGTH = struct.Struct("<Q")
_lock = threading.Lock()
_loaded: list[MachineCode] = []


class MachineCode:
    """The program in memory.

    Parameters
    ----------
    objects : sequence of bytes
        Object files of its modules.
    """

    def __init__(self, objects: Sequence[bytes]) -> None:
        check_layout()
        # The linker finds the functions of the C library by itself, those of the interpreter not everywhere.
        for name in INTERPRETER:
            llvm.add_symbol(name, ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p).value)
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        machine = llvm.Target.from_default_triple().create_target_machine(jit=True)
        # An engine needs a module.
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
        for content in objects:
            self._engine.add_object_file(llvm.ObjectFileRef.from_data(content))
        self._engine.finalize_object()
        _keep(self._engine)
        for number in range(len(objects)):
            table = self._engine.get_global_value_address(f"{TABLE}.{number}")
            (ctypes.c_uint64 * len(OBJECTS)).from_address(table)[:] = [id(item) for item in OBJECTS.values()]

    @cache  # noqa: B019 - one program a process, kept for its whole life
    def entry(self, symbol: str) -> Callable[..., Any]:
        """Built-in function that calls a function of the program.

        Raises
        ------
        KeyError
            The program has no such function, or none that Python can call.
        """
        address = self._engine.get_function_address(symbol + ENTRY)
        if not address:
            raise KeyError(f"the compiled program has no such function: {symbol}")
        definition = _Definition(symbol.rpartition(".")[2].encode(), address, METH_FASTCALL, None)
        _keep(definition)
        make: Any = ctypes.pythonapi.PyCFunction_NewEx
        make.restype = ctypes.py_object
        make.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
        function: Callable[..., Any] = make(ctypes.addressof(definition), None, None)
        return function


def _keep(item: object) -> None:
    """Never free an object: built-in functions look at it even while the interpreter takes itself down."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(item))


class _Definition(ctypes.Structure):
    """PyMethodDef of the interpreter."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("documentation", ctypes.c_char_p),
    )


def machine_code() -> MachineCode:
    """The program, loaded at the first call in a process; built where it is not in the cache yet."""
    if not _loaded:
        with _lock:
            if not _loaded:
                _loaded.append(MachineCode(_read() or build()))
    return _loaded[0]


def machine_code_is_ready() -> bool:
    """Whether the program was built before for these sources and this processor."""
    return bool(_loaded) or _read() is not None


def image_file() -> Path:
    """Where the program is kept."""
    return cache_folder() / f"program-{_machine()}.image"


def build() -> list[bytes]:
    """Build the program and keep it in the cache, where there is room; returns its object files."""
    from warnpath.compilation.program import build_objects

    objects = build_objects()
    content = b"".join(_LENGTH.pack(len(item)) + item for item in objects)
    # Without it (a full disk) the next process only builds once more.
    with suppress(OSError):
        _write(image_file(), _digest(content) + content)
    return objects


def _read() -> list[bytes] | None:
    """The object files from the cache; None if they are not there, or not whole."""
    try:
        stored = image_file().read_bytes()
    except OSError:
        return None
    digest, content = stored[:_DIGEST_BYTES], stored[_DIGEST_BYTES:]
    if digest != _digest(content):
        return None
    objects = []
    while content:
        end = _LENGTH.size + _LENGTH.unpack_from(content)[0]
        objects.append(content[_LENGTH.size : end])
        content = content[end:]
    return objects


def _write(file: Path, content: bytes) -> None:
    """Write a file that other processes see whole or not at all."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".program-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        # Whoever shares the folder may read it; a temporary file is its maker's alone.
        Path(name).chmod(0o644)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_DIGEST_BYTES).digest()


@cache
def _machine() -> str:
    """What machine code depends on besides the sources: the processor, and checks asked for."""
    digest = hashlib.blake2b(digest_size=8)
    digest.update(llvm.get_host_cpu_name().encode())
    digest.update(llvm.get_host_cpu_features().flatten().encode())
    digest.update(os.environ.get("NUMBA_BOUNDSCHECK", "0").encode())
    return digest.hexdigest()
