"""What waits at a link that the network has found to lead nowhere is sent along the new routes."""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import FATE_REROUTED, LINK_REROUTED, PRIORITIES
from warnpath.engine.handlers.link_queue import link_count_out, link_down_total
from warnpath.engine.handlers.links import link_observe, link_trace
from warnpath.engine.handlers.lists import list_remove
from warnpath.engine.handlers.messages import account_wait, schedule
from warnpath.engine.handlers.traffic import forward

BATCH = 8
"""Copies sent on by one event; more of them follow in the next."""


def reroute_queues(w: Any) -> None:
    """New routes are in force: look at every link whose failures reroute messages, each in its own event."""
    for a in range(len(w.links)):
        link = w.links[a]
        if link.reroutes == 1 and link.queued > 0:
            schedule(w, 0.0, LINK_REROUTED, a, 0, 0)


def reroute_queue(w: Any, now: float, a: int) -> None:
    """Send on what waits for a link known to be down or in no contact, or to end at a node known to be down.

    A message for which there is no other way stays.
    """
    link = w.links[a]
    known_up = w.route_link_up[0, a] == 1 and w.route_node_up[0, link.head] == 1
    if (known_up and link.closed == 0) or w.nodes[link.tail].up == 0:
        return
    link_observe(w, now, a)
    moved = 0
    for priority in range(PRIORITIES):
        c = int(w.lists[link.first_list + priority].head)
        while c >= 0:
            copy = w.copies[c]
            following = int(copy.next)
            if (copy.reroute == 1 or link.queue_fate == FATE_REROUTED) and has_another_way(w, a, c) == 1:
                if moved == BATCH:
                    schedule(w, 0.0, LINK_REROUTED, a, 0, 0)
                    link_trace(w, now, a)
                    return
                moved += 1
                account_wait(w, copy.message, now, link_down_total(w, now, a) - copy.down_mark_s)
                list_remove(w, c)
                link_count_out(w, a, c)
                copy.token += 1
                copy.attempts = 0
                copy.reroute = 0
                # A walk fixed at its source ends here.
                w.messages[copy.message].walk = -1
                forward(w, now, int(link.tail), c)
            c = following
    link_trace(w, now, a)


def has_another_way(w: Any, a: int, c: int) -> int:
    """1 if the routes in force lead a copy from the tail of a link somewhere, and not over this link."""
    message = w.messages[w.copies[c].message]
    if message.tree < 0:
        return 0
    step = int(w.next_step[message.tree, w.links[a].tail * w.clearance_states + message.clearance])
    return int(step != -1 and step != a)
