"""Sending along the routes in force: over a link, or through a release at a boundary."""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import NO_ROUTE, NODE_DOWN, NODE_RELEASING, RELEASED
from warnpath.engine.handlers.links import link_enqueue
from warnpath.engine.handlers.messages import finish, let_go, list_append, new_copy, schedule
from warnpath.engine.random_streams import draw


def send(w: Any, now: float, m: int) -> None:
    """Send a message from its origin; the sender's own reference passes to the copy."""
    c = new_copy(w, m)
    let_go(w, m)
    forward(w, now, w.messages[m].origin, c)


def forward(w: Any, now: float, n: int, c: int) -> None:
    """Move a copy one step along the route in force from a node."""
    message = w.messages[w.copies[c].message]
    if w.nodes[n].up == 0:
        finish(w, now, c, NODE_DOWN)
        return
    step = -1
    if message.tree >= 0:
        step = int(w.next_step[message.tree, n * w.clearance_states + message.clearance])
    if step >= 0:
        link_enqueue(w, now, step, c)
    elif step == -1:
        finish(w, now, c, NO_ROUTE)
    else:
        rule = w.rules[-2 - step]
        copy = w.copies[c]
        copy.since_s = now
        list_append(w, w.nodes[n].first_list + NODE_RELEASING, c)
        delay = draw(w.distributions, rule.release_row, rule.key_release, message.lineage, 0)
        schedule(w, delay, RELEASED, n, c, copy.token)
