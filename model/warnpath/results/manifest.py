"""The manifest of a folder of results: what is in it, and how it was made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
FORMAT = 1


class StoreError(RuntimeError):
    """Stored results are missing, incomplete or not what their manifest says."""


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a folder of results.

    Raises
    ------
    StoreError
        If the folder or the manifest is not there, or the manifest is of another format.
    """
    path = folder / MANIFEST
    if not folder.is_dir():
        raise StoreError(f"there is no folder of results at {folder}")
    if not path.is_file():
        raise StoreError(
            f"{folder} has no {MANIFEST}: it holds no results, or writing them was interrupted; run it again"
        )
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if manifest.get("format") != FORMAT:
        raise StoreError(
            f"{path} has format {manifest.get('format')!r}, this version reads {FORMAT}; "
            "run it again with this version, or read it with the version that wrote it"
        )
    return manifest
