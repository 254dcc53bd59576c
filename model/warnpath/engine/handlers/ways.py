"""Which way a message goes: along the routes in force, or along a walk that was fixed at its source."""

from __future__ import annotations

from typing import Any


def step_from(w: Any, m: int, n: int) -> int:
    """Next step of a message at a node: >= 0 a link, <= -2 a release, -1 none."""
    message = w.messages[m]
    if message.walk >= 0:
        return int(w.walk_steps[message.walk, 0])
    if message.tree < 0:
        return -1
    return int(w.next_step[message.tree, n * w.clearance_states + message.clearance])


def step_taken(w: Any, m: int) -> None:
    """The message has taken its next step."""
    message = w.messages[m]
    if message.walk >= 0:
        message.walk += 1


def walks_from_source(w: Any, m: int) -> int:
    """Row of the two walks over which a message is to be sent twice; -1 where it is sent once."""
    message = w.messages[m]
    if len(w.walk_sets) == 0 or message.tree < 0:
        return -1
    return int(w.walks_of[message.tree, message.origin])


def walk_known_up(w: Any, walk: int) -> int:
    """1 if the network knows of nothing that is down on a walk from a place in it to its end."""
    place = walk
    while w.walk_steps[place, 0] != -1:
        step = int(w.walk_steps[place, 0])
        if step >= 0 and (w.route_link_up[0, step] == 0 or w.route_node_up[0, w.links[step].head] == 0):
            return 0
        place += 1
    return 1


def leads_along(w: Any, m: int, walk: int) -> int:
    """1 if the routes in force lead a message from its source along a walk all the way."""
    message = w.messages[m]
    node = int(message.origin)
    clearance = int(message.clearance)
    place = walk
    while w.walk_steps[place, 0] != -1:
        step = int(w.walk_steps[place, 0])
        if int(w.next_step[message.tree, node * w.clearance_states + clearance]) != step:
            return 0
        if step >= 0:
            node = int(w.links[step].head)
        else:
            clearance |= int(w.rules[-2 - step].gained_bit)
        place += 1
    return 1
