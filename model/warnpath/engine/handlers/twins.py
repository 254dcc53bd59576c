"""1+1: a message is sent twice, over two disjoint walks, and the first copy that arrives is the message.

Each copy has an account of its own, a *part*: where it is, what it has been released to, what it spent. The
message itself has what is one (its payload, what became of it), and gets the account of the copy that arrives
first, or of the last one lost.
"""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import DELIVERED
from warnpath.engine.handlers.messages import inherit_stages, let_go, new_message, retain, take_account


def new_part(w: Any, now: float, m: int) -> int:
    """Make the account of one of two copies of a message; it holds the message."""
    message = w.messages[m]
    p = new_message(w, now, message.kind, message.origin, message.destination, message.lineage)
    part = w.messages[p]
    # It is the same message and no other: the numbers of those to come do not change.
    w.messages_made -= 1
    part.number = message.number
    part.created_s = message.created_s
    part.expires_s = message.expires_s
    part.launch = message.launch
    part.follows = message.follows
    part.track = message.track
    part.priority = message.priority
    part.size_bits = message.size_bits
    part.confirmed = message.confirmed
    part.subject = message.subject
    part.tree = message.tree
    part.clearance = message.clearance
    inherit_stages(w, p, m)
    part.whole = m
    message.parts += 1
    retain(w, m)
    return p


def is_duplicate(w: Any, p: int) -> int:
    """1 if the other copy has come to the destination before; else this one is the first."""
    part = w.messages[p]
    message = w.messages[part.whole]
    if message.status == DELIVERED or message.received == 1:
        return 1
    message.received = 1
    part.received = 1
    return 0


def unite(w: Any, c: int) -> None:
    """The first of two copies is processed at its destination: from now on it carries the message itself."""
    copy = w.copies[c]
    p = int(copy.message)
    m = int(w.messages[p].whole)
    take_account(w, m, p)
    w.messages[m].parts -= 1
    # The account's hold of the message passes to the copy.
    copy.message = m
    let_go(w, p)
