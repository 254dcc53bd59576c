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
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
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
    found: dict[Path, bytes] = {}
    waiting = sorted(_OWN.glob("*.py"))
    for name in COMPILED_PACKAGES:
        waiting.extend(file for file in (_PACKAGE / name).rglob("*.py") if _is_compiled(file))
    while waiting:
        file = waiting.pop()
        if file not in found:
            found[file] = file.read_bytes()
            waiting.extend(_imported(found[file]))
    return found


def import_compiled_modules() -> None:
    """Import every module that defines a kernel or a root of the program."""
    for file, source in sorted(compiled_sources().items()):
        if file.parent != _OWN and (b"@kernel(" in source or b"program_root(" in source):
            parts = file.relative_to(_PACKAGE.parent).with_suffix("").parts
            importlib.import_module(".".join(part for part in parts if part != "__init__"))


def _is_compiled(file: Path) -> bool:
    source = file.read_bytes()
    return "handlers" in file.parts or b"@kernel(" in source or b"program_root(" in source


def _imported(source: bytes) -> Iterator[Path]:
    """Files of the package that a source file imports from."""
    for match in _IMPORT.finditer(source.decode()):
        module = _PACKAGE.joinpath(*match["module"].split(".")[1:])
        names = re.findall(r"\w+", match["names"] or "")
        for place in (module, *(module / name for name in names)):
            for file in (place.with_suffix(".py"), place / "__init__.py"):
                if file.is_file():
                    yield file


def _cache_bases() -> Iterator[Path]:
    chosen = os.environ.get("WARNPATH_CACHE_DIR") or os.environ.get("NUMBA_CACHE_DIR")
    if chosen:
        yield Path(chosen)
    home = os.environ.get("XDG_CACHE_HOME")
    yield (Path(home) if home else Path.home() / ".cache") / "warnpath"
    yield Path(tempfile.gettempdir()) / f"warnpath-{os.getuid() if hasattr(os, 'getuid') else 0}"
