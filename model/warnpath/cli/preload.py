"""Libraries that an answer needs at its end, imported while machine code computes it."""

from __future__ import annotations

import contextlib
import gc
import importlib
import sys
import threading

MODULES = ("warnpath.results.store", "warnpath.metrics.summary", "warnpath.cli.run_view", "rich.table")


def preload() -> None:
    """Import them on a thread of their own; who needs one before it is there waits for it."""
    # What is imported stays: looking through it for garbage again and again only takes time.
    gc.set_threshold(50_000, 20, 20)
    # Threads that compute in machine code come back for a moment only, and often: let them not wait long.
    sys.setswitchinterval(0.0005)
    threading.Thread(target=_import, name="preload", daemon=True).start()


def _import() -> None:
    # Whatever is wrong with one shows itself where it is used.
    with contextlib.suppress(Exception):
        for module in MODULES:
            importlib.import_module(module)
