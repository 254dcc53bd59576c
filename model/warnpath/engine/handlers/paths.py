"""Paths: where messages came along, each way stored once."""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import FAULT_PATHS


def step_path(w: Any, path: int, link: int, node: int) -> int:
    """Path that continues another over a link; equal paths share one number."""
    child = int(w.paths[path].first_child)
    while child >= 0 and w.paths[child].link != link:
        child = int(w.paths[child].next_sibling)
    if child >= 0:
        return child
    child = int(w.path_count)
    if child >= len(w.paths):
        w.fault = FAULT_PATHS
        return path
    entry = w.paths[child]
    entry.parent = path
    entry.node = node
    entry.link = link
    entry.first_child = -1
    entry.next_sibling = w.paths[path].first_child
    w.paths[path].first_child = child
    w.path_count = child + 1
    return child
