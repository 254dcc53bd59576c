"""What a user's own SimPy process does to the world."""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import EXTERNAL, UP_FOR_EVER
from warnpath.engine.handlers.messages import new_message
from warnpath.engine.handlers.traffic import send


def external_sent(
    w: Any,
    now: float,
    origin: int,
    destination: int,
    lineage: int,
    tree: int,
    clearance: int,
    priority: int,
    size_bits: float,
) -> int:
    """A process sends a message from one node to another; returns the message's number."""
    m = new_message(w, now, EXTERNAL, origin, destination, lineage)
    message = w.messages[m]
    message.tree = tree
    message.clearance = clearance
    message.priority = priority
    message.size_bits = size_bits
    message.expires_s = UP_FOR_EVER
    number = message.number
    send(w, now, m)
    return number  # type: ignore[no-any-return]
