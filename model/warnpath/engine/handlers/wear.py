"""Ageing: the next failure of a thing, and of things that age only while they work."""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import OUTAGE_BEGAN, TARGET_LINK
from warnpath.engine.handlers.messages import schedule
from warnpath.engine.random_streams import draw


def next_life(w: Any, now: float, o: int) -> None:
    """A thing is as good as new: its next failure is drawn, and due when it has aged as long."""
    outage = w.outages[o]
    outage.cycle += 1
    life = draw(w.distributions, outage.failure_row, outage.key_failure, outage.cycle, 0)
    if outage.only_busy == 1:
        outage.running = 0
        outage.remaining_s = life
    else:
        outage.token += 1
        schedule(w, life, OUTAGE_BEGAN, o, 0, outage.token)


def wear(w: Any, now: float, o: int) -> None:
    """Start or stop the ageing of a thing that has begun or ceased to work."""
    outage = w.outages[o]
    member = w.members[outage.first_member]
    busy = 0
    if member.target_kind == TARGET_LINK:
        if w.links[member.target].busy > 0:
            busy = 1
        if member.reverse >= 0 and w.links[member.reverse].busy > 0:
            busy = 1
    elif w.nodes[member.target].busy > 0:
        busy = 1
    if busy == 1 and outage.running == 0 and outage.active == 0:
        outage.running = 1
        outage.running_since_s = now
        outage.token += 1
        schedule(w, outage.remaining_s, OUTAGE_BEGAN, o, 0, outage.token)
    elif busy == 0 and outage.running == 1:
        outage.running = 0
        outage.token += 1
        outage.remaining_s = max(outage.remaining_s - (now - outage.running_since_s), 0.0)
