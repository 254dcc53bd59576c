"""Which files are part of the compiled program, and the folder in which its machine code is kept.

A change anywhere in these files means another folder, hence fresh machine code.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

COMPILED_PACKAGES = ("physics", "fusion", "network", "engine")
"""Subpackages in which kernels and handlers may stand."""

_PACKAGE = Path(__file__).resolve().parents[1]
_OWN = Path(__file__).resolve().parent
_NAMES = r"\([^)]*\)|[^\n]*"
_IMPORT = re.compile(
    rf"^[ \t]*(?:from|import)[ \t]+(?P<module>warnpath[\w.]*)(?:[ \t]+import[ \t]+(?P<names>{_NAMES}))?",
    re.MULTILINE,
)


@cache
def cache_folder() -> Path:
    """Folder of the machine code for exactly these sources, created if needed."""
    for base in _cache_bases():
        folder = base / source_hash()
        is_shared = base == _shared_base()
        try:
            if is_shared:
                base.mkdir(mode=0o700, exist_ok=True)
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK) and (not is_shared or _is_own(base)):
            return folder
    return Path(tempfile.mkdtemp(prefix="warnpath-"))


@cache
def source_hash() -> str:
    """Hash of every source file that can be part of machine code, and of the compilers' own versions."""
    digest = hashlib.blake2b(digest_size=10)
    versions = (importlib.metadata.version(name) for name in ("numba", "llvmlite", "numpy"))
    digest.update(f"{' '.join(versions)} {sys.version_info[:3]}".encode())
    for file, source in sorted(compiled_sources().items()):
        digest.update(str(file.relative_to(_PACKAGE)).encode())
        digest.update(source)
    return digest.hexdigest()


@cache
def compiled_sources() -> dict[Path, bytes]:
    """Files that hold kernels or handlers, those that compile them, and every file that these import.

    A kernel freezes the constants and the functions that it uses, so an imported file counts although
    nothing in it is compiled.
    """
    modules = _modules()
    compiled = tuple(f"{_PACKAGE.name}.{name}." for name in COMPILED_PACKAGES)
    own = f"{_PACKAGE.name}.{_OWN.name}"
    sources: dict[str, bytes] = {}
    waiting = [name for name in modules if name == own or name.startswith(f"{own}.")]
    for name in modules:
        if name.startswith(compiled):
            sources[name] = modules[name].read_bytes()
            if _is_compiled(name, sources[name]):
                waiting.append(name)
    found: dict[Path, bytes] = {}
    while waiting:
        name = waiting.pop()
        file = modules[name]
        if file not in found:
            found[file] = sources[name] if name in sources else file.read_bytes()
            waiting.extend(imported for imported in _imported(found[file]) if imported in modules)
    return found


def import_compiled_modules() -> None:
    """Import every module that defines a kernel or a root of the program."""
    for file, source in sorted(compiled_sources().items()):
        if file.parent != _OWN and (b"@kernel(" in source or b"program_root(" in source):
            parts = file.relative_to(_PACKAGE.parent).with_suffix("").parts
            importlib.import_module(".".join(part for part in parts if part != "__init__"))


def _modules() -> dict[str, Path]:
    """File of every module of the package."""
    found = {}
    for folder, folders, files in os.walk(_PACKAGE):
        folders.sort()
        parts = Path(folder).relative_to(_PACKAGE.parent).parts
        for file in sorted(files):
            if file.endswith(".py"):
                name = file.removesuffix(".py")
                found[".".join(parts if name == "__init__" else (*parts, name))] = Path(folder, file)
    return found


def _is_compiled(module: str, source: bytes) -> bool:
    return ".handlers." in f"{module}." or b"@kernel(" in source or b"program_root(" in source


def _imported(source: bytes) -> Iterator[str]:
    """Names of modules that a source file may import: what it imports from, and what it imports there."""
    for match in _IMPORT.finditer(source.decode()):
        yield match["module"]
        for name in re.findall(r"\w+", match["names"] or ""):
            yield f"{match['module']}.{name}"


def _cache_bases() -> Iterator[Path]:
    chosen = os.environ.get("WARNPATH_CACHE_DIR") or os.environ.get("NUMBA_CACHE_DIR")
    if chosen:
        yield Path(chosen)
    home = os.environ.get("XDG_CACHE_HOME")
    # A user without an entry among the system's, as in some containers, has no home.
    with suppress(RuntimeError):
        yield (Path(home) if home else Path.home() / ".cache") / "warnpath"
    yield _shared_base()


def _shared_base() -> Path:
    """A folder among those of other users, for who has no other place."""
    return Path(tempfile.gettempdir()) / f"warnpath-{os.getuid() if hasattr(os, 'getuid') else 0}"


def _is_own(folder: Path) -> bool:
    """Whether a folder where everybody may write belongs to this user alone: what lies in it is executed."""
    found = folder.lstat()
    return not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o022)
