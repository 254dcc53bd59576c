"""The event loop of the compiled engine, in the same subset of Python as the handlers.

Events wait in a heap on (time, order of scheduling). The loop returns to Python when it is done,
when a pool has to grow, when somebody wants the full log buffer, or after a fault; it goes on where it
stopped. With `one_by_one` it returns after every event, for a scheduler that keeps the queue itself.
"""

from __future__ import annotations

from typing import Any

from warnpath.engine.compiled.layout import MOST_SCHEDULED, SLOT_BITS, SLOT_MASK
from warnpath.engine.handlers.dispatch import dispatch
from warnpath.engine.log_digest import fold_rows

FINISHED = 0
GROW = 1
LOG_FULL = 2
FAULT = 3
ONE_DONE = 4

BRANCHES = 4
"""Children of a place in the heap: half the levels of a binary one, and they fill one cache line."""


def push(w: Any, time_s: float, kind: int, a: int, b: int, token: int) -> None:
    """Put an event into the heap; there must be room for it."""
    slot = w.pending_free
    w.pending_free = w.pending[slot].token
    ticket = write_event(w, slot, kind, a, b, token)
    place = w.heap_count
    w.heap_count = place + 1
    heap = w.heap
    # A new event is the youngest: among equal times it comes last, so times alone decide.
    while place > 0:
        above = (place - 1) // BRANCHES
        if heap[above].time_s <= time_s:
            break
        heap[place].time_s = heap[above].time_s
        heap[place].ticket = heap[above].ticket
        place = above
    heap[place].time_s = time_s
    heap[place].ticket = ticket


def pop(w: Any) -> None:
    """Take the first event out of the heap; its row in `pending` is free from then on."""
    first = w.heap[0].ticket & SLOT_MASK
    count = w.heap_count - 1
    w.heap_count = count
    last = w.heap[count]
    sift_down(w, count, last.time_s, last.ticket)
    w.pending[first].token = w.pending_free
    w.pending_free = first


def replace_first(w: Any, time_s: float, kind: int, a: int, b: int, token: int) -> None:
    """Take the first event out of the heap and put a new one in, in one go: the same as `pop` and `push`."""
    ticket = write_event(w, w.heap[0].ticket & SLOT_MASK, kind, a, b, token)
    sift_down(w, w.heap_count, time_s, ticket)


def write_event(w: Any, slot: int, kind: int, a: int, b: int, token: int) -> int:
    """Write an event into a row of `pending`; returns its ticket, which grows from one event to the next."""
    event = w.pending[slot]
    event.kind = kind
    event.a = a
    event.b = b
    event.token = token
    order: int = w.scheduled
    w.scheduled = order + 1
    return order << SLOT_BITS | slot


def sift_down(w: Any, count: int, time_s: float, ticket: int) -> None:
    """Fill the hole at the root of a heap of `count` events: smaller ones move up until this one fits."""
    heap = w.heap
    place = 0
    child = 1
    while child < count:
        first = child
        if child + BRANCHES <= count:
            # Which of four comes first by time, without a branch that a processor could guess wrong.
            time_0 = heap[child].time_s
            time_1 = heap[child + 1].time_s
            time_2 = heap[child + 2].time_s
            time_3 = heap[child + 3].time_s
            left = child + int(time_1 < time_0)
            right = child + 2 + int(time_3 < time_2)
            left_s = min(time_0, time_1)
            right_s = min(time_2, time_3)
            first = left + (right - left) * int(right_s < left_s)
            if (time_0 == time_1) | (time_2 == time_3) | (left_s == right_s):
                first = first_of(w, child, child + BRANCHES)
        else:
            first = first_of(w, child, count)
        first_s = heap[first].time_s
        if time_s < first_s or (time_s == first_s and ticket < heap[first].ticket):
            break
        heap[place].time_s = first_s
        heap[place].ticket = heap[first].ticket
        place = first
        child = BRANCHES * place + 1
    heap[place].time_s = time_s
    heap[place].ticket = ticket


def first_of(w: Any, begin: int, end: int) -> int:
    """Which of some places in the heap comes first, by time and then by order of scheduling."""
    heap = w.heap
    first = begin
    for other in range(begin + 1, end):
        if heap[other].time_s < heap[first].time_s or (
            heap[other].time_s == heap[first].time_s and heap[other].ticket < heap[first].ticket
        ):
            first = other
    return first


def must_grow(w: Any) -> int:
    """1 if a pool has less room than the next event may need; what `state.ensure_capacity` looks at."""
    if w.message_free_count < w.message_reserve:
        return 1
    if w.report_free_count < w.report_reserve:
        return 1
    if len(w.paths) - w.path_count < w.path_reserve:
        return 1
    if len(w.heap) - w.heap_count < len(w.outbox):
        return 1
    if w.hops_on == 1 and len(w.hops) - w.hops_count < w.trace_reserve:
        return 1
    if w.occupancy_on == 1 and len(w.occupancy) - w.occupancy_count < w.trace_reserve:
        return 1
    if w.tracks_on == 1 and len(w.tracks) - w.tracks_count < w.trace_reserve:
        return 1
    if w.downtimes_on == 1 and len(w.downtimes) - w.downtimes_count < w.trace_reserve:
        return 1
    if w.estimates_on == 1 and len(w.estimates) - w.estimates_count < w.trace_reserve:
        return 1
    return 0


def run_events(w: Any) -> int:
    """Run events before `stop_s` until there is a reason to return: one of the codes of this module."""
    while w.heap_count > 0 and w.heap[0].time_s < w.stop_s:
        if must_grow(w) == 1:
            return GROW
        if w.log_count >= len(w.log):
            if w.keeps_log == 1 or w.scheduled > MOST_SCHEDULED:
                return LOG_FULL
            fold_rows(w.log_words, w.log_count, w.log_columns)
            w.log_count = 0
        now = w.heap[0].time_s
        w.now_s = now
        event = w.pending[w.heap[0].ticket & SLOT_MASK]
        kind = event.kind
        a = event.a
        if dispatch(w, now, kind, a, event.b, event.token) == 1:
            row = w.log[w.log_count]
            row.time_s = now
            row.kind = kind
            row.element = a
            row.message = w.noted_message
            row.value = w.noted_value
            w.log_count += 1
            w.events += 1
        if w.fault != 0:
            return FAULT
        if w.one_by_one == 1:
            return ONE_DONE
        # The event itself leaves the heap only here: most make exactly one other, which takes its place.
        if w.outbox_count == 0:
            pop(w)
        else:
            entry = w.outbox[0]
            replace_first(w, now + entry.delay, entry.kind, entry.a, entry.b, entry.token)
            for slot in range(1, w.outbox_count):
                entry = w.outbox[slot]
                push(w, now + entry.delay, entry.kind, entry.a, entry.b, entry.token)
            w.outbox_count = 0
    return FINISHED
