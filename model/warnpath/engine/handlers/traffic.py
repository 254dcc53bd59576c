"""Sending along the routes in force: over a link, or through a release at a boundary; and regular traffic."""

from __future__ import annotations

import math
from typing import Any

from warnpath.engine.codes import (
    NO_ROUTE,
    NODE_DOWN,
    NODE_RELEASING,
    PERIODIC,
    RELEASED,
    TRAFFIC,
    TRAFFIC_DUE,
)
from warnpath.engine.handlers.links import link_enqueue
from warnpath.engine.handlers.lists import list_append
from warnpath.engine.handlers.messages import finish, let_go, new_copy, new_message, schedule
from warnpath.engine.handlers.surges import schedule_due, set_rate
from warnpath.engine.handlers.twins import new_part
from warnpath.engine.handlers.ways import (
    choose_alternative,
    leads_along,
    step_from,
    step_taken,
    walk_known_up,
    walks_from_source,
)
from warnpath.engine.random_streams import draw, mix, uniform


def send(w: Any, now: float, m: int) -> None:
    """Send a message from its origin, once or twice; the sender's own reference passes to the copies."""
    walks = walks_from_source(w, m)
    if walks >= 0:
        choose_walks(w, now, m, walks)
        return
    choose_alternative(w, m)
    send_once(w, now, m)


def send_once(w: Any, now: float, m: int) -> None:
    """Send one copy of a message from its origin."""
    c = new_copy(w, m)
    let_go(w, m)
    forward(w, now, w.messages[m].origin, c)


def choose_walks(w: Any, now: float, m: int, walks: int) -> None:
    """Send a message over two disjoint walks, or over the routes in force instead of one known to be broken.

    Where these lead along the other walk, or both walks are broken, one copy is enough.
    """
    first = int(w.walk_sets[walks].first)
    second = int(w.walk_sets[walks].second)
    first_up = walk_known_up(w, m, first)
    second_up = walk_known_up(w, m, second)
    enough = 0
    if first_up == 0 and second_up == 0:
        enough = 1
    elif first_up == 0:
        enough = leads_along(w, m, second)
    elif second_up == 0:
        enough = leads_along(w, m, first)
    if enough == 1:
        send_once(w, now, m)
    else:
        if first_up == 0:
            first = -1
        if second_up == 0:
            second = -1
        # Both exist before either is sent: one that ends at once is not the last.
        one = new_part(w, now, m)
        other = new_part(w, now, m)
        w.messages[one].walk = first
        w.messages[other].walk = second
        let_go(w, m)
        send_once(w, now, one)
        send_once(w, now, other)


def forward(w: Any, now: float, n: int, c: int) -> None:
    """Move a copy one step along the route in force from a node."""
    message = w.messages[w.copies[c].message]
    if w.nodes[n].up == 0:
        finish(w, now, c, NODE_DOWN)
        return
    step = step_from(w, w.copies[c].message, n)
    if step >= 0:
        step_taken(w, w.copies[c].message)
        link_enqueue(w, now, step, c)
    elif step == -1:
        finish(w, now, c, NO_ROUTE)
    else:
        rule = w.rules[-2 - step]
        copy = w.copies[c]
        copy.since_s = now
        list_append(w, w.nodes[n].first_list + NODE_RELEASING, c)
        delay = draw(w.distributions, rule.release_row, rule.key_release, message.lineage, 0)
        copy.ends_s = now + delay
        copy.remaining_s = -1.0
        schedule(w, delay, RELEASED, n, c, copy.token)


def traffic_started(w: Any, now: float, t: int) -> None:
    """A flow of traffic begins: its first message is after a phase, or after the first gap."""
    flow = w.traffic[t]
    flow.running = 1
    if flow.kind == PERIODIC:
        if flow.phase_s < 0.0:
            flow.phase_s = flow.gap_s * uniform(flow.key_gap, 0, 0)
        schedule_traffic(w, now, t, flow.start_s + flow.phase_s - now)
    else:
        schedule_traffic(w, now, t, -flow.gap_s * math.log(1.0 - uniform(flow.key_gap, 0, 0)))


def schedule_traffic(w: Any, now: float, t: int, delay: float) -> None:
    """Ask for the next message of a flow after a delay at its usual rate, if the flow lasts as long."""
    flow = w.traffic[t]
    # A time that rounding puts before now is now.
    wait_s = max(delay, 0.0)
    if flow.surges > 0:
        flow.due_after_s = wait_s
        set_rate(w, now, t)
        schedule_due(w, now, t)
    elif now + wait_s < flow.end_s:
        schedule(w, wait_s, TRAFFIC_DUE, t, 0, 0)


def traffic_due(w: Any, now: float, t: int) -> None:
    """A flow sends a message, and the next one becomes due: one event a flow is pending at any time."""
    flow = w.traffic[t]
    m = new_message(w, now, TRAFFIC, flow.source, flow.destination, mix(flow.name_key, flow.sent))
    message = w.messages[m]
    message.tree = flow.tree
    message.clearance = flow.clearance
    message.priority = flow.priority
    message.size_bits = 8.0 * draw(w.distributions, flow.size_row, flow.key_size, flow.sent, 0)
    message.expires_s = now + flow.lifetime_s
    message.subject = t
    w.noted_message = message.number
    w.noted_value = message.size_bits
    flow.sent += 1
    send(w, now, m)
    if flow.kind != PERIODIC:
        schedule_traffic(w, now, t, -flow.gap_s * math.log(1.0 - uniform(flow.key_gap, flow.sent, 0)))
    elif flow.surges > 0:
        schedule_traffic(w, now, t, flow.gap_s)
    else:
        # Counted from the start: a thousand gaps are a thousand gaps, whatever a sum of them rounds to.
        schedule_traffic(w, now, t, flow.start_s + flow.phase_s + flow.sent * flow.gap_s - now)
