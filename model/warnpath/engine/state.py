"""Making a fresh world from a plan, and growing its pools between events."""

from __future__ import annotations

from typing import Any

import numpy as np

from warnpath.engine.entities import COUNTERS, TRACE_POOLS
from warnpath.engine.world import ENTITY_CLASSES, World

NEVER_MADE = -2.0
"""`finished_s` of a message slot that no message has used yet."""


def ensure_capacity(world: World) -> int:
    """Grow the pools so that the next event finds what it may need at most; never within an event.

    Returns 1 if any of them grew.
    """
    w: Any = world
    reserve = w.reserve
    grown = 0
    if w.message_free_count < reserve:
        grow_messages(w, max(reserve, len(w.messages)))
        grown = 1
    if w.report_free_count < w.report_reserve:
        grow_reports(w, max(w.report_reserve, 64))
        grown = 1
    if len(w.paths) - w.path_count < w.path_reserve:
        _extend(w, "paths", max(w.path_reserve, len(w.paths)))
        grown = 1
    if w.tracing:
        for name in TRACE_POOLS:
            if (
                getattr(w, f"{name}_on")
                and len(getattr(w, name)) - getattr(w, f"{name}_count") < w.trace_reserve
            ):
                _extend(w, name, max(w.trace_reserve, len(getattr(w, name))))
                grown = 1
    return grown


def grow_messages(w: Any, count: int) -> None:
    """Add message and copy slots at the end of both pools."""
    message_class, copy_class = w.classes["messages"], w.classes["copies"]
    first = len(w.messages)
    for slot in range(first, first + count):
        w.messages.append(message_class(next_free=slot + 1, finished_s=NEVER_MADE))
        w.copies.append(copy_class(message=-1, list=-1, next=-1, previous=-1, next_free=slot + 1))
    w.messages[-1].next_free = w.message_free
    w.copies[-1].next_free = w.copy_free
    w.message_free = first
    w.copy_free = first
    w.message_free_count += count


def grow_reports(w: Any, count: int) -> None:
    """Add pool rows to the report table."""
    first, width = w.reports.shape
    grown = np.zeros((first + count, width))
    grown[:first] = w.reports
    links = np.full((first + count, 2), -1, dtype=np.int64)
    links[:first] = w.payload_links
    links[first:, 0] = np.arange(first + 1, first + count + 1)
    links[-1, 0] = w.report_free
    w.reports = grown
    w.payload_links = links
    w.report_free = first
    w.report_free_count += count


def new_world(plan: Any, entity_classes: dict[str, Any] | None = None) -> World:
    """World of one replication, without keys and phases yet (see `run.prepare`)."""
    world = World()
    w: Any = world
    w.classes = dict(ENTITY_CLASSES) if entity_classes is None else entity_classes
    for name, rows in plan.entities.items():
        cls = w.classes[name]
        setattr(w, name, [cls(**row) for row in rows])
    for name, kind in COUNTERS:
        setattr(w, name, 0 if kind == "i8" else 0.0)
    for name, value in plan.scalars.items():
        setattr(w, name, value)
    for name, array in plan.shared_arrays.items():
        setattr(w, name, array)
    for name, array in plan.private_arrays.items():
        setattr(w, name, array.copy())
    for name, shape in plan.blank_arrays.items():
        setattr(w, name, np.zeros(shape))
    w.path_count = len(plan.entities["nodes"])
    w.message_free = w.copy_free = w.report_free = -1
    w.payload_links = np.full((len(w.reports), 2), -1, dtype=np.int64)
    outbox_class = w.classes["outbox"]
    w.outbox = [outbox_class() for _ in range(w.outbox_limit)]
    ensure_capacity(world)
    return world


def _extend(w: Any, name: str, count: int) -> None:
    pool = getattr(w, name)
    cls = w.classes[name]
    pool.extend(cls() for _ in range(count))
