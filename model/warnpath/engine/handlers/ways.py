"""Which way a message goes: along the routes in force, or along a walk that was fixed at its source."""

from __future__ import annotations

from typing import Any

from warnpath.network.route_kernel import NODE_TRANSIT


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


def walk_known_up(w: Any, m: int, walk: int) -> int:
    """1 if nothing is known to keep a message from a walk: down, in no contact, or not in charge.

    Sources that switch to alternatives know earlier than the routes what is down.
    """
    destination = int(w.messages[m].destination)
    place = walk
    while w.walk_steps[place, 0] != -1:
        step = int(w.walk_steps[place, 0])
        if step >= 0:
            head = int(w.links[step].head)
            if w.switch_s >= 0.0:
                if w.switch_link_up[0, step] == 0 or w.switch_node_up[0, head] == 0:
                    return 0
            elif w.route_link_up[0, step] == 0 or w.route_node_up[0, head] == 0:
                return 0
            if w.links[step].closed == 1:
                return 0
            if head != destination and w.route_nodes[head, NODE_TRANSIT] == 0:
                return 0
        place += 1
    return 1


def choose_alternative(w: Any, m: int) -> None:
    """Let a message take the first of its source's walks on which nothing is known to be wrong, if any."""
    message = w.messages[m]
    if w.switch_s < 0.0 or message.tree < 0 or message.walk >= 0 or message.whole >= 0:
        return
    row = int(w.alternatives_of[message.tree, message.origin])
    if row < 0:
        return
    for number in range(w.alternatives.shape[1]):
        walk = int(w.alternatives[row, number])
        if walk >= 0 and walk_known_up(w, m, walk) == 1:
            message.walk = walk
            return


def leads_through(w: Any, tree: int, origin: int, clearance: int, n: int) -> int:
    """1 if the routes in force lead what starts at a node with a clearance through another one."""
    node = origin
    held = clearance
    step = int(w.next_step[tree, node * w.clearance_states + held])
    while step != -1:
        if step >= 0:
            node = int(w.links[step].head)
            if node == n:
                return 1
        else:
            held |= int(w.rules[-2 - step].gained_bit)
        step = int(w.next_step[tree, node * w.clearance_states + held])
    return 0


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
