"""When a link may send, and how long that takes: capacity, and slots of its own in a frame shared by many."""

from __future__ import annotations

import math
from typing import Any

from warnpath.engine.codes import LINK_SLOT
from warnpath.engine.handlers.messages import schedule


def sending_s(w: Any, a: int, c: int) -> float:
    """Time that the transmission of a copy takes, or what remains of it, from its start without a pause."""
    link = w.links[a]
    copy = w.copies[c]
    if link.slot_s > 0.0:
        return (slots_needed(w, a, c) - 1) * link.slot_gap_s + link.slot_s  # type: ignore[no-any-return]
    if copy.remaining_s >= 0.0:
        return copy.remaining_s / link.capacity_factor  # type: ignore[no-any-return]
    if link.capacity_bps > 0.0:
        return w.messages[copy.message].size_bits / (link.capacity_bps * link.capacity_factor)  # type: ignore[no-any-return]
    return 0.0


def slots_needed(w: Any, a: int, c: int) -> int:
    """Slots of the link that hold the bits of a copy; one at least."""
    link = w.links[a]
    size_bits = w.messages[w.copies[c].message].size_bits
    return int(max(math.ceil(size_bits / (link.slot_bits * link.capacity_factor)), 1))


def await_slot(w: Any, now: float, a: int) -> None:
    """Ask for the begin of the link's next slot; the choice of what is sent in it waits until then."""
    link = w.links[a]
    if link.slot_waiting == 1:
        return
    number = max(math.ceil((now - link.slot_first_s) / link.slot_gap_s), link.slot_next)
    link.slot_number = number
    link.slot_waiting = 1
    # A begin that rounding puts before now is now.
    schedule(w, max(link.slot_first_s + number * link.slot_gap_s - now, 0.0), LINK_SLOT, a, 0, 0)


def take_slots(w: Any, a: int, c: int) -> None:
    """Use up the slot that begins now, and as many after it as the copy needs."""
    link = w.links[a]
    link.slot_next = link.slot_number + slots_needed(w, a, c)
