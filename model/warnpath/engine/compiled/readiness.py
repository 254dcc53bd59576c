"""Whether the compiled engine can start at once, without compiling for half a minute first."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

import llvmlite.binding

from warnpath.compilation import COMPILED_PACKAGES, cache_folder


def machine_code_is_ready() -> bool:
    """Whether all machine code was built before for these sources, as they lie here, and this processor."""
    return _marker().exists()


def note_machine_code() -> None:
    """Remember that all machine code has been built."""
    # Without the mark (a full disk) the next process only believes that it has to compile.
    with suppress(OSError):
        _marker().touch()


def _marker() -> Path:
    # numba takes from its cache what was built for this processor from a file of this time and size.
    digest = hashlib.blake2b(digest_size=8)
    digest.update(llvmlite.binding.get_host_cpu_name().encode())
    digest.update(llvmlite.binding.get_host_cpu_features().flatten().encode())
    package = Path(__file__).resolve().parents[2]
    for name in COMPILED_PACKAGES:
        for file in sorted((package / name).rglob("*.py")):
            state = file.stat()
            digest.update(f"{file} {state.st_mtime_ns} {state.st_size}".encode())
    return cache_folder() / f"engine-{digest.hexdigest()}"
