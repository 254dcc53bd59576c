"""Files that are whole or not there: written beside their place, forced to the disk, then renamed."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import IO

PARTIAL = ".partial"
"""Ending of the hidden files in which something is being written."""


def write_atomically(path: Path, write: Callable[[IO[bytes]], None]) -> None:
    """Write a file so that, whatever happens, it is either the old one or the new one, whole.

    Parameters
    ----------
    path : Path
        File to write. The new content goes to a hidden file in the same folder first, is forced to the disk,
        and then takes the name.
    write : callable
        Writes the content to the open file it is given.

    Raises
    ------
    OSError
        If the file cannot be written; what was there before is untouched.
    """
    staged = stage(path, write)
    try:
        staged.replace(path)
    except BaseException:
        staged.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def stage(path: Path, write: Callable[[IO[bytes]], None]) -> Path:
    """Write the content meant for `path` to a hidden file beside it, safe on disk; return that file.

    If anything goes wrong, an interruption by the user included, the hidden file is removed again.
    """
    staged = partial_file(path)
    try:
        with staged.open("xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        staged.unlink(missing_ok=True)
        raise
    return staged


def partial_file(path: Path) -> Path:
    """Name of a hidden file beside `path`, in which its content can be written."""
    return path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}{PARTIAL}")


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to the disk, where the system lets a folder be opened."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_leftovers(folder: Path) -> int:
    """Remove the hidden files that killed writers left in a folder; return how many there were.

    To be called only while nothing writes to that folder.
    """
    leftovers = sorted(folder.glob(f".*{PARTIAL}"))
    for path in leftovers:
        path.unlink(missing_ok=True)
    return len(leftovers)
