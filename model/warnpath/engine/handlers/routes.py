"""What the network knows of its elements, and the routes that follow from it."""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import TARGET_LINK
from warnpath.network.route_kernel import recompute

CLOSED_S = 1e7
"""Added to a link's weight while it is in no contact: any walk without such a link is better."""
NEVER_S = 1e6
"""Time of a next contact that does not come."""


def take_notice(w: Any, i: int) -> None:
    """The network learns whether a member is up."""
    member = w.members[i]
    if member.target_kind == TARGET_LINK:
        w.route_link_up[0, member.target] = w.links[member.target].up
        if member.reverse >= 0:
            w.route_link_up[0, member.reverse] = w.links[member.reverse].up
    else:
        w.route_node_up[0, member.target] = w.nodes[member.target].up


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


def switched(w: Any, i: int, count: int) -> None:
    """The sources know the present state of some members, and choose among their alternatives by it."""
    for j in range(i, i + count):
        member = w.members[j]
        if member.target_kind == TARGET_LINK:
            w.switch_link_up[0, member.target] = w.links[member.target].up
            if member.reverse >= 0:
                w.switch_link_up[0, member.reverse] = w.links[member.reverse].up
        else:
            w.switch_node_up[0, member.target] = w.nodes[member.target].up


def weigh_contact(w: Any, a: int) -> None:
    """A contact of a link has begun or ended, as everybody knew beforehand: the routes follow at once.

    Between links that are in no contact the one that comes back first is the better one.
    """
    link = w.links[a]
    w.route_link_weights[a, 0] = w.route_link_weights[a, 1]
    if link.closed == 1:
        opens_s = NEVER_S
        if link.contact < link.first_contact + link.contact_count:
            opens_s = w.contacts[link.contact].start_s + link.contact_round * link.contact_every_s
        w.route_link_weights[a, 0] += CLOSED_S + opens_s
    refresh_routes(w)
