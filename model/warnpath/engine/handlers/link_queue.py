"""What a link's queue holds: its room, what is counted in it, and what has expired in it."""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import EXPIRED, PRIORITIES
from warnpath.engine.handlers.lists import list_remove
from warnpath.engine.handlers.messages import account_wait, finish


def link_down_total(w: Any, now: float, a: int) -> float:
    """Time the link has been down so far."""
    link = w.links[a]
    if link.up == 0:
        return link.down_total_s + (now - link.down_since_s)  # type: ignore[no-any-return]
    return link.down_total_s  # type: ignore[no-any-return]


def link_is_full(w: Any, a: int, c: int) -> int:
    """1 if the link's queue has no room for a copy."""
    link = w.links[a]
    bits = link.queued_bits + w.messages[w.copies[c].message].size_bits
    return int(link.queued >= link.queue_limit or bits > link.queue_limit_bits)


def link_throw_out(w: Any, now: float, a: int) -> int:
    """Make room in the link's queue: throw out of it what has expired; returns how much that was."""
    link = w.links[a]
    down_s = link_down_total(w, now, a)
    thrown = 0
    earliest_s = w.end_s + 1.0
    for priority in range(PRIORITIES):
        c = int(w.lists[link.first_list + priority].head)
        while c >= 0:
            copy = w.copies[c]
            following = int(copy.next)
            expires_s = w.messages[copy.message].expires_s
            if now > expires_s:
                list_remove(w, c)
                link_count_out(w, a, c)
                account_wait(w, copy.message, now, down_s - copy.down_mark_s)
                link.dropped += 1
                finish(w, now, c, EXPIRED)
                thrown += 1
            else:
                earliest_s = min(earliest_s, expires_s)
            c = following
    link.first_expiry_s = earliest_s
    return thrown


def link_takes(w: Any, now: float, a: int, c: int) -> None:
    """Note what a copy is like that comes to the link: nothing of it has been sent yet."""
    copy = w.copies[c]
    copy.since_s = now
    copy.remaining_s = -1.0
    copy.service_s = 0.0
    copy.reroute = 0
    copy.down_mark_s = link_down_total(w, now, a)


def link_count_in(w: Any, a: int, c: int) -> None:
    """Count a copy that comes into the link's queue."""
    link = w.links[a]
    message = w.messages[w.copies[c].message]
    link.queued += 1
    link.queued_bits += message.size_bits
    link.first_expiry_s = min(link.first_expiry_s, message.expires_s)


def link_count_out(w: Any, a: int, c: int) -> None:
    """Count a copy that leaves the link's queue."""
    link = w.links[a]
    link.queued -= 1
    link.queued_bits -= w.messages[w.copies[c].message].size_bits
    if link.queued == 0:
        # What sums of sizes round to does not pile up.
        link.queued_bits = 0.0
