"""A stand-by takes over, or the primary again: routes change, and sources send their latest report anew."""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import NODE_DOWN, NODE_RELEASING, OUTAGE, REPORTS_RESENT
from warnpath.engine.handlers.duty import duty_changed
from warnpath.engine.handlers.messages import account, finish, schedule
from warnpath.engine.handlers.nodes import node_observe, node_trace
from warnpath.engine.handlers.reporting import RESENT, is_over, send_reports
from warnpath.engine.handlers.routes import refresh_routes
from warnpath.network.route_kernel import NODE_TRANSIT


def taken_over(w: Any, now: float, d: int, n: int) -> None:
    """A node of a pair is in charge from now on; what the other one still holds is lost if that is down."""
    pair = w.stand_bys[d]
    old = int(pair.in_charge)
    pair.in_charge = n
    pair.takeovers += 1
    if w.nodes[old].up == 0:
        lose_held(w, now, old)
    # What is not in charge is not entered on the way to somewhere else; what it has may leave it.
    w.route_nodes[old, NODE_TRANSIT] = 0
    w.route_nodes[n, NODE_TRANSIT] = 1
    w.route_node_up[0, n] = 1
    refresh_routes(w)
    duty_changed(w, n)
    for p in range(len(w.pictures)):
        picture = w.pictures[p]
        if picture.own_confirmed == 1 and is_over(w, now, p) == 0:
            schedule(w, 0.0, REPORTS_RESENT, p, n, 0)


def lose_held(w: Any, now: float, n: int) -> None:
    """Everything that a node holds is lost: queued, in service and in release."""
    node = w.nodes[n]
    node_observe(w, now, n)
    for place in range(NODE_RELEASING + 1):
        while w.lists[node.first_list + place].head >= 0:
            c = int(w.lists[node.first_list + place].head)
            account(w, w.copies[c].message, now, OUTAGE)
            node.dropped += 1
            finish(w, now, c, NODE_DOWN)
    node.queued = 0
    node.busy = 0
    node_trace(w, now, n)


def reports_resent(w: Any, now: float, p: int, n: int) -> None:
    """A source sends its latest report anew to those whom it reaches through the node now in charge."""
    if w.nodes[w.pictures[p].node].up == 1:
        send_reports(w, now, p, RESENT, -1, n)
