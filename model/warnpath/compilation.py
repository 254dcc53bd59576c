"""Machine code for the numerical kernels, kept in a disk cache that cannot go stale.

numba keys its disk cache on the file that holds a function and does not notice a changed callee in
another file. So every kernel is cached in a folder named by a hash of all sources that are ever
compiled: a change anywhere in them means another folder, hence fresh machine code.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numba
import numba.core.config

Function = TypeVar("Function", bound=Callable[..., Any])

COMPILED_PACKAGES = ("physics", "fusion", "network", "engine")
"""Subpackages in which kernels and handlers may stand."""

_FIRST_HALF = (
    "warnpath.engine.random_streams",
    "warnpath.network.route_kernel",
    "warnpath.physics.trajectory",
    "warnpath.fusion.tracking",
)
_SECOND_HALF = ("warnpath.fusion.picture", "warnpath.physics.radar")
"""Modules whose import compiles about half of the kernels each."""

_NAMES = r"\([^)]*\)|[^\n]*"
_IMPORT = re.compile(
    rf"^[ \t]*(?:from|import)[ \t]+(?P<module>warnpath[\w.]*)(?:[ \t]+import[ \t]+(?P<names>{_NAMES}))?",
    re.MULTILINE,
)


def kernel(signature: str | None = None) -> Callable[[Function], Function]:
    """Compile a scalar numerical function with numba, cached on disk.

    Parameters
    ----------
    signature : str, optional
        numba signature, for example ``"float64(int64, float64[:, ::1])"``. With a signature the
        function is compiled (or loaded) when its module is imported and a call from Python costs
        about 0.25 us; without one it is compiled for the types of its first call.

    Returns
    -------
    Callable
        The decorator. The plain function stays reachable as ``.py_func``.
    """

    def decorate(function: Function) -> Function:
        with cache_folder_in_use():
            njit: Any = numba.njit
            compiled: Function = njit(signature, cache=True)(function)
            return compiled

    return decorate


@contextmanager
def cache_folder_in_use() -> Iterator[Path]:
    """Point numba's cache at the folder of these sources, and put the setting back afterwards."""
    settings: Any = numba.core.config
    before = settings.CACHE_DIR
    folder = cache_folder()
    settings.CACHE_DIR = str(folder)
    try:
        yield folder
    finally:
        settings.CACHE_DIR = before


@cache
def cache_folder() -> Path:
    """Folder of the machine code for exactly these sources, created if needed."""
    for base in _cache_bases():
        folder = base / source_hash()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return Path(tempfile.mkdtemp(prefix="warnpath-"))


def fill_cache() -> None:
    """Compile all kernels of a cold cache, in two processes at once; each then loads what the other made.

    Without it everything is compiled too, one kernel after the other, when the engine is imported.
    """
    path = os.pathsep.join(entry for entry in sys.path if entry)
    program = "".join(f"import {module}\n" for module in _SECOND_HALF)
    environment = {**os.environ, "PYTHONPATH": path}
    try:
        second = subprocess.Popen(
            [sys.executable, "-c", program],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return
    try:
        for module in _FIRST_HALF:
            importlib.import_module(module)
        second.wait()
    finally:
        # Interrupted or failed: leave nothing running behind.
        if second.poll() is None:
            second.kill()
            second.wait()


@cache
def source_hash() -> str:
    """Hash of every source file that can be part of machine code, and of the compiler's own version."""
    package = Path(__file__).resolve().parent
    digest = hashlib.blake2b(digest_size=10)
    digest.update(f"{numba.__version__} {sys.version_info[:3]}".encode())
    for file, source in sorted(compiled_sources().items()):
        digest.update(str(file.relative_to(package)).encode())
        digest.update(source)
    return digest.hexdigest()


def compiled_sources() -> dict[Path, bytes]:
    """Files that hold kernels or handlers, and every file of the package that these import.

    A kernel freezes the constants and the functions that it uses, so an imported file counts although
    nothing in it is compiled.
    """
    package = Path(__file__).resolve().parent
    found: dict[Path, bytes] = {}
    waiting = [Path(__file__).resolve()]
    for name in COMPILED_PACKAGES:
        waiting.extend(file for file in (package / name).rglob("*.py") if _is_compiled(file))
    while waiting:
        file = waiting.pop()
        if file not in found:
            found[file] = file.read_bytes()
            waiting.extend(_imported(package, found[file]))
    return found


def _is_compiled(file: Path) -> bool:
    source = file.read_bytes()
    return "handlers" in file.parts or b"@kernel(" in source or b"njit" in source


def _imported(package: Path, source: bytes) -> Iterator[Path]:
    """Files of the package that a source file imports from."""
    for match in _IMPORT.finditer(source.decode()):
        module = package.joinpath(*match["module"].split(".")[1:])
        names = re.findall(r"\w+", match["names"] or "")
        for place in (module, *(module / name for name in names)):
            for file in (place.with_suffix(".py"), place / "__init__.py"):
                if file.is_file():
                    yield file


def cache_is_cold() -> bool:
    """Whether nothing has been compiled for these sources yet."""
    return not any(cache_folder().rglob("*.nbi"))


def _cache_bases() -> Iterator[Path]:
    chosen = os.environ.get("WARNPATH_CACHE_DIR") or os.environ.get("NUMBA_CACHE_DIR")
    if chosen:
        yield Path(chosen)
    home = os.environ.get("XDG_CACHE_HOME")
    yield (Path(home) if home else Path.home() / ".cache") / "warnpath"
    yield Path(tempfile.gettempdir()) / f"warnpath-{os.getuid() if hasattr(os, 'getuid') else 0}"
