"""Why a path is no file that can be read, in words."""

from __future__ import annotations

import errno
import stat
from pathlib import Path

MISSING = "there is no such file"


def trouble(path: Path) -> str | None:
    """What keeps a path from being a file that can be read; None if nothing does."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        if error.errno == errno.ELOOP:
            return "is a link that leads round in a circle"
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            return "is a link to what is not there" if path.is_symlink() else MISSING
        return f"cannot be reached: {error.strerror}"
    if stat.S_ISDIR(mode):
        return "is a folder"
    return None if stat.S_ISREG(mode) else "is not a file"
