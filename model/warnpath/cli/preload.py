"""Libraries that an answer needs at its end, imported while machine code computes it."""

from __future__ import annotations

import contextlib
import importlib
import threading

MODULES = ("warnpath.results.store", "warnpath.metrics.summary", "warnpath.cli.run_view", "rich.table")


def preload() -> None:
    """Import them on a thread of their own; who needs one before it is there waits for it."""
    threading.Thread(target=_import, name="preload", daemon=True).start()


def _import() -> None:
    # Whatever is wrong with one shows itself where it is used.
    with contextlib.suppress(Exception):
        for module in MODULES:
            importlib.import_module(module)
