"""One event in machine code, for a scheduler that keeps the queue itself, as SimPy's environment does."""

from __future__ import annotations

from typing import Any

from warnpath.engine.compiled.event_loop import must_grow, write_log
from warnpath.engine.handlers.dispatch import dispatch

TOOK_PLACE = 1
NEEDS_CARE = 2
SCHEDULED = 4
"""What `run_event` returns is the sum of these, the last one for every event that was scheduled."""


def run_event(w: Any, now: float, kind: int, a: int, b: int, token: int) -> int:
    """Run the handler of an event and write its row of the log; what it schedules is left in the outbox.

    The log must have room for a row, and the pools for whatever an event may need.

    Returns
    -------
    int
        `TOOK_PLACE` if the event was not stale, `NEEDS_CARE` if before the next event a pool has to grow, the
        log has to be emptied or there is a fault, and `SCHEDULED` times the number of entries of the outbox.
    """
    w.now_s = now
    found: int = 0
    if dispatch(w, now, kind, a, b, token) == 1:
        write_log(w, now, kind, a)
        found = TOOK_PLACE
    if w.fault != 0 or w.log_count >= len(w.log) or must_grow(w) == 1:
        found += NEEDS_CARE
    count: int = w.outbox_count
    w.outbox_count = 0
    return found + SCHEDULED * count
