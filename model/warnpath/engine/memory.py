"""How much memory a replication takes, and an end to it with words when that is more than allowed."""

from __future__ import annotations

from typing import Any, Final

from warnpath.engine.entities import ENTITIES, TRACE_POOLS
from warnpath.engine.trace_entities import TABLE_OF

OBJECT_FACTOR: Final = 5
"""A Python entity takes about this many times the memory of a record with the same fields."""

GROWING: Final = ("messages", "copies", "paths", *TRACE_POOLS)
"""Pools that grow with what happens; everything else is as large as the scenario."""

MEGABYTE: Final = 1_000_000


def check_memory(world: Any, limit_mb: float | None, now_s: float) -> str:
    """Why a world is too large to go on; empty if it is not.

    Parameters
    ----------
    world : World or ArrayWorld
    limit_mb : float or None
        None for no limit.
    now_s : float
        Time in the simulation.
    """
    if limit_mb is None:
        return ""
    factor = 1 if hasattr(world, "arrays") else OBJECT_FACTOR
    sizes = {name: factor * 8 * len(ENTITIES[name]) * _length(world, name) for name in GROWING}
    sizes["messages"] += sizes.pop("copies")
    sizes["reports"] = 8 * world.reports.size
    total = sum(sizes.values())
    if total <= limit_mb * MEGABYTE:
        return ""
    largest = max(sizes, key=lambda name: sizes[name])
    share_mb = sizes[largest] / MEGABYTE
    return (
        f"t = {now_s:.6f} s: this replication needs more than {limit_mb:g} MB, "
        f"{share_mb:.0f} MB of it for {_what(world, largest)}; or set a higher --memory-limit"
    )


def _length(world: Any, name: str) -> int:
    return len(world.arrays[name] if hasattr(world, "arrays") else getattr(world, name))


def _what(world: Any, name: str) -> str:
    if name in TRACE_POOLS:
        return f"table {TABLE_OF[name]!r}: leave it out of --tables"
    if name == "messages" and world.keep_messages == 1:
        return "table 'messages': leave it out with --tables no-messages, and 'hops' too"
    if name == "messages":
        return "messages under way at one time: lower the load, or give queues a limit"
    return f"{name}: simulate less at a time"
