"""One event in machine code, for a scheduler that keeps the queue itself, as SimPy's environment does."""

from __future__ import annotations

from typing import Any

from warnpath.engine.compiled.event_loop import ONE_DONE, run_events

TOOK_PLACE = 1
SCHEDULED = 2
"""What `run_event` returns is the sum of these, the last one for every event that was scheduled."""


def run_event(w: Any, now: float, kind: int, a: int, b: int, token: int) -> int:
    """Run the handler of an event and write its row of the log; what it schedules is left in the outbox.

    The event is put into the empty heap of the event loop, which runs it as any other, so that handlers are
    compiled into one place only. The world has `one_by_one`, and a `stop_s` after every event.

    Returns
    -------
    int
        `TOOK_PLACE` if the event was not stale, and `SCHEDULED` times the number of entries of the outbox. If
        negative, the event loop's reason not to run the event yet, or not to go on: a pool has to grow, the
        log has to be emptied, or there is a fault.
    """
    first = w.heap[0]
    first.time_s = now
    first.ticket = 0
    event = w.pending[0]
    event.kind = kind
    event.a = a
    event.b = b
    event.token = token
    w.heap_count = 1
    before: int = w.events
    reason = run_events(w)
    w.heap_count = 0
    if reason != ONE_DONE:
        return -reason
    count: int = w.outbox_count
    w.outbox_count = 0
    return w.events - before + SCHEDULED * count  # type: ignore[no-any-return]
