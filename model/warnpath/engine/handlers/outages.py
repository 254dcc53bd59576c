"""Outages of links and nodes, and the new routes when the network has noticed and converged."""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import CONVERGED, TARGET_LINK
from warnpath.engine.handlers.alerts import send_blocked_alerts
from warnpath.engine.handlers.links import link_fails, link_recovers
from warnpath.engine.handlers.messages import schedule
from warnpath.engine.handlers.nodes import node_fails, node_recovers, node_rises
from warnpath.network.route_kernel import recompute


def outage_began(w: Any, now: float, o: int) -> None:
    """An element goes down; the routes change when that is detected and has converged."""
    outage = w.outages[o]
    if outage.target_kind == TARGET_LINK:
        link_fails(w, now, outage.target)
        if outage.reverse >= 0:
            link_fails(w, now, outage.reverse)
    else:
        node_fails(w, now, outage.target)
    schedule_convergence(w, o)


def outage_ended(w: Any, now: float, o: int) -> None:
    """An element comes up again."""
    outage = w.outages[o]
    if outage.target_kind == TARGET_LINK:
        link_recovers(w, now, outage.target)
        if outage.reverse >= 0:
            link_recovers(w, now, outage.reverse)
    else:
        node_recovers(w, now, outage.target, o)
        node = w.nodes[outage.target]
        if node.up == 1:
            send_blocked_alerts(w, now, outage.target)
        elif node.outages == 0:
            # It is starting up, and nobody can notice that it is back before it is.
            return
    schedule_convergence(w, o)


def node_started(w: Any, now: float, n: int, o: int) -> None:
    """A repaired node has started up: now it is up, and the network will notice."""
    node_rises(w, now, n)
    send_blocked_alerts(w, now, n)
    schedule_convergence(w, o)


def schedule_convergence(w: Any, o: int) -> None:
    """Ask for new routes after detection and convergence, if the element's class reroutes at all."""
    outage = w.outages[o]
    if outage.target_kind == TARGET_LINK:
        reroute_s = w.links[outage.target].reroute_s
    else:
        reroute_s = w.nodes[outage.target].reroute_s
    if reroute_s >= 0.0:
        schedule(w, reroute_s, CONVERGED, o, 0, 0)


def converged(w: Any, o: int) -> None:
    """The network knows the element's present state: all routes are computed anew."""
    outage = w.outages[o]
    if outage.target_kind == TARGET_LINK:
        w.route_link_up[0, outage.target] = w.links[outage.target].up
        if outage.reverse >= 0:
            w.route_link_up[0, outage.reverse] = w.links[outage.reverse].up
    else:
        w.route_node_up[0, outage.target] = w.nodes[outage.target].up
    refresh_routes(w)


def refresh_routes(w: Any) -> None:
    """Compute all route trees for the states of elements that the network knows of."""
    recompute(
        w.clearance_states,
        w.route_nodes,
        w.route_links,
        w.route_link_order,
        w.route_link_weights,
        w.route_rules,
        w.route_rule_weights,
        w.route_rule_first,
        w.route_trees,
        w.route_link_up,
        w.route_node_up,
        0,
        w.next_step,
        w.route_cost,
        w.route_scratch,
    )
