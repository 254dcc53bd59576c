"""Nodes: arrival, servers with a queue, what is done with a processed message, release boundaries."""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import (
    DUPLICATE,
    DUPLICATE_DROPPED,
    EXPIRED,
    FAULT_POLICY,
    FAULT_TRACE,
    NODE_DOWN,
    NODE_IN_SERVICE,
    NODE_RELEASING,
    NODE_RESUMED,
    NODE_STARTED,
    OUTAGE,
    PRIORITIES,
    PROCESSING,
    QUEUE_FULL,
    RELEASE,
    RELEASED,
    SERVED,
    TRANSPORT,
)
from warnpath.engine.handlers.duty import duty_changed
from warnpath.engine.handlers.links import link_landed
from warnpath.engine.handlers.lists import list_append, list_prepend, list_remove
from warnpath.engine.handlers.messages import account, account_wait, finish, schedule
from warnpath.engine.handlers.paths import step_path
from warnpath.engine.handlers.pictures import consume
from warnpath.engine.handlers.traffic import forward
from warnpath.engine.handlers.twins import is_duplicate, unite
from warnpath.engine.handlers.ways import step_from, step_taken
from warnpath.engine.handlers.wear import wear
from warnpath.engine.random_streams import draw

BATCH = 16
"""Copies put into service, or back into release, by one event; more of them follow in the next."""


def node_observe(w: Any, now: float, n: int) -> None:
    """Bring the node's time integrals up to now; called before anything about it changes."""
    node = w.nodes[n]
    elapsed = now - node.changed_s
    node.changed_s = now
    node.queue_area_s += elapsed * node.queued
    node.busy_total_s += elapsed * node.busy


def node_trace(w: Any, now: float, n: int) -> None:
    """Write an occupancy row of the node, where that table was asked for."""
    if w.occupancy_on == 0:
        return
    slot = w.occupancy_count
    if slot >= len(w.occupancy):
        w.fault = FAULT_TRACE
        return
    row = w.occupancy[slot]
    row.link = -1
    row.node = n
    row.time_s = now
    row.queued = w.nodes[n].queued
    row.in_service = w.nodes[n].busy
    w.occupancy_count = slot + 1


def node_down_total(w: Any, now: float, n: int) -> float:
    """Time the node has been down so far."""
    node = w.nodes[n]
    if node.up == 0:
        return node.down_total_s + (now - node.down_since_s)  # type: ignore[no-any-return]
    return node.down_total_s  # type: ignore[no-any-return]


def arrived(w: Any, now: float, n: int, c: int) -> None:
    """A copy comes off a link: into service where the node has servers, else straight on."""
    copy = w.copies[c]
    m = copy.message
    message = w.messages[m]
    node = w.nodes[n]
    account(w, m, now, TRANSPORT)
    # The list the copy is in belongs to the link that it came over.
    link = int(w.lists_owner[copy.list, 0])
    list_remove(w, c)
    link_landed(w, now, link)
    copy.token += 1
    message.hops += 1
    message.path = step_path(w, message.path, link, n)
    if message.clearance & node.nation_bit == 0:
        w.fault = FAULT_POLICY
        return
    if node.up == 0 and node.holds == 0:
        node.dropped += 1
        finish(w, now, c, NODE_DOWN)
        return
    if message.whole >= 0 and message.destination == n and is_duplicate(w, m) == 1:
        node.duplicates += 1
        schedule(w, 0.0, DUPLICATE_DROPPED, n, message.number, 0)
        finish(w, now, c, DUPLICATE)
        return
    if node.service_row < 0 and node.up == 1:
        node.carried += 1
        processed(w, now, n, c)
        return
    node_observe(w, now, n)
    if node.queued >= node.queue_limit and node.first_expiry_s < now:
        node_throw_out(w, now, n)
    if node.queued >= node.queue_limit:
        node.dropped += 1
        finish(w, now, c, QUEUE_FULL)
        return
    copy.since_s = now
    copy.remaining_s = -1.0
    copy.service_s = 0.0
    copy.down_mark_s = node_down_total(w, now, n)
    list_append(w, node.first_list + message.priority, c)
    node.queued += 1
    node.first_expiry_s = min(node.first_expiry_s, message.expires_s)
    if node.preemptive == 1 and node.busy >= node.servers:
        node_make_room(w, now, n, message.priority)
    node_start(w, now, n)
    if node.queued > node.max_queued:
        node.max_queued = node.queued
    node_trace(w, now, n)
    if node.wear >= 0:
        wear(w, now, node.wear)


def node_throw_out(w: Any, now: float, n: int) -> None:
    """Make room in the node's queue: throw out of it what has expired."""
    node = w.nodes[n]
    down_s = node_down_total(w, now, n)
    earliest_s = w.end_s + 1.0
    for priority in range(PRIORITIES):
        c = int(w.lists[node.first_list + priority].head)
        while c >= 0:
            copy = w.copies[c]
            following = int(copy.next)
            expires_s = w.messages[copy.message].expires_s
            if now > expires_s:
                list_remove(w, c)
                node.queued -= 1
                account_wait(w, copy.message, now, down_s - copy.down_mark_s)
                node.dropped += 1
                finish(w, now, c, EXPIRED)
            else:
                earliest_s = min(earliest_s, expires_s)
            c = following
    node.first_expiry_s = earliest_s


def node_start(w: Any, now: float, n: int) -> None:
    """Put waiting copies into free servers, highest class first."""
    node = w.nodes[n]
    started = 0
    while node.up == 1 and node.busy < node.servers and node.queued > 0:
        chosen = -1
        for priority in range(PRIORITIES):
            if chosen < 0:
                chosen = w.lists[node.first_list + priority].head
        if started == BATCH:
            schedule(w, 0.0, NODE_RESUMED, n, 0, 0)
            return
        c = chosen
        copy = w.copies[c]
        m = copy.message
        message = w.messages[m]
        list_remove(w, c)
        node.queued -= 1
        account_wait(w, m, now, node_down_total(w, now, n) - copy.down_mark_s)
        if now > message.expires_s:
            node.dropped += 1
            finish(w, now, c, EXPIRED)
        else:
            list_append(w, node.first_list + NODE_IN_SERVICE, c)
            node.busy += 1
            started += 1
            copy.token += 1
            copy.stint_s = now
            duration = copy.remaining_s
            if duration < 0.0:
                copy.started_s = now
                duration = node.delay_factor * draw(
                    w.distributions, node.service_row, node.key_service, message.lineage, message.hops
                )
            copy.ends_s = now + duration
            schedule(w, duration, SERVED, n, c, copy.token)


def node_make_room(w: Any, now: float, n: int, priority: int) -> None:
    """Interrupt what is in service of the lowest class, the latest of it, if that class is below another."""
    victim = -1
    lowest = priority
    c = w.lists[w.nodes[n].first_list + NODE_IN_SERVICE].head
    while c >= 0:
        own = w.messages[w.copies[c].message].priority
        if own > priority and own >= lowest:
            lowest = own
            victim = c
        c = w.copies[c].next
    if victim >= 0:
        node_interrupt(w, now, n, victim)


def node_interrupt(w: Any, now: float, n: int, c: int) -> None:
    """Take a copy out of service and put it in front of its class; what remains of its service is kept."""
    node = w.nodes[n]
    copy = w.copies[c]
    account(w, copy.message, now, PROCESSING)
    list_remove(w, c)
    copy.token += 1
    copy.remaining_s = max(copy.ends_s - now, 0.0)
    copy.service_s += now - copy.stint_s
    copy.down_mark_s = node_down_total(w, now, n)
    list_prepend(w, node.first_list + w.messages[copy.message].priority, c)
    node.busy -= 1
    node.queued += 1
    node.first_expiry_s = min(node.first_expiry_s, w.messages[copy.message].expires_s)


def served(w: Any, now: float, n: int, c: int) -> None:
    """Service done: the server takes the next copy, then this one is used or sent on."""
    node = w.nodes[n]
    copy = w.copies[c]
    node_observe(w, now, n)
    account(w, copy.message, now, PROCESSING)
    list_remove(w, c)
    copy.token += 1
    node.busy -= 1
    node.carried += 1
    node_hop(w, now, n, c)
    node_start(w, now, n)
    node_trace(w, now, n)
    if node.wear >= 0:
        wear(w, now, node.wear)
    processed(w, now, n, c)


def node_hop(w: Any, now: float, n: int, c: int) -> None:
    """Write a trace row of one service, where that table was asked for."""
    if w.hops_on == 0:
        return
    slot = w.hops_count
    if slot >= len(w.hops):
        w.fault = FAULT_TRACE
        return
    row = w.hops[slot]
    copy = w.copies[c]
    row.message = w.messages[copy.message].number
    row.link = -1
    row.node = n
    row.queued_s = copy.since_s
    row.start_s = copy.started_s
    row.end_s = now
    row.service_s = copy.service_s + (now - copy.stint_s)
    row.propagation_s = 0.0
    row.outcome = 1
    w.hops_count = slot + 1


def processed(w: Any, now: float, n: int, c: int) -> None:
    """Use a message that is where it should be, send any other one on."""
    m = w.copies[c].message
    if w.messages[m].destination == n:
        if w.messages[m].whole >= 0:
            unite(w, c)
        consume(w, now, n, c)
    else:
        forward(w, now, n, c)


def released(w: Any, now: float, n: int, c: int) -> None:
    """A boundary let the copy through: it is cleared for one nation more and goes on."""
    copy = w.copies[c]
    m = copy.message
    message = w.messages[m]
    account(w, m, now, RELEASE)
    list_remove(w, c)
    copy.token += 1
    step = step_from(w, m, n)
    if step <= -2:
        bit = w.rules[-2 - step].gained_bit
        message.clearance |= bit
        step_taken(w, m)
    forward(w, now, n, c)


def node_fails(w: Any, now: float, n: int) -> None:
    """Take a node down: its queue is held, what is in service or release lost or held as the node says."""
    node = w.nodes[n]
    node.outages += 1
    # A start that was under way is void.
    node.token += 1
    if node.up == 0:
        return
    node_observe(w, now, n)
    if node.holds == 1:
        node_hold(w, now, n)
    node.up = 0
    node.down_since_s = now
    if node.holds == 0:
        for place in range(NODE_IN_SERVICE, NODE_IN_SERVICE + 2):
            while w.lists[node.first_list + place].head >= 0:
                c = w.lists[node.first_list + place].head
                account(w, w.copies[c].message, now, PROCESSING)
                node.dropped += 1
                finish(w, now, c, NODE_DOWN)
        node.busy = 0
    node_trace(w, now, n)
    duty_changed(w, n)
    if node.wear >= 0:
        wear(w, now, node.wear)


def node_hold(w: Any, now: float, n: int) -> None:
    """Stop what is in service and in release where it stands, to go on after the repair."""
    node = w.nodes[n]
    # From the last that came into service, so that the first one is in front again.
    while w.lists[node.first_list + NODE_IN_SERVICE].tail >= 0:
        node_interrupt(w, now, n, w.lists[node.first_list + NODE_IN_SERVICE].tail)
    if node.queued > node.max_queued:
        node.max_queued = node.queued
    c = w.lists[node.first_list + NODE_RELEASING].head
    while c >= 0:
        copy = w.copies[c]
        if copy.remaining_s < 0.0:
            account(w, copy.message, now, RELEASE)
            copy.token += 1
            copy.remaining_s = max(copy.ends_s - now, 0.0)
        c = copy.next


def node_recovers(w: Any, now: float, n: int, i: int) -> None:
    """Bring a node up when its last outage ends, after its start-up if it has one."""
    node = w.nodes[n]
    node.outages -= 1
    if node.outages > 0:
        return
    if node.startup_row >= 0:
        node.token += 1
        node.repairs += 1
        delay = draw(w.distributions, node.startup_row, node.key_startup, node.repairs, 0)
        schedule(w, delay, NODE_STARTED, n, i, node.token)
    else:
        node_rises(w, now, n)


def node_rises(w: Any, now: float, n: int) -> None:
    """The node is up: its held queue, and what was held in release, go on."""
    node = w.nodes[n]
    node_observe(w, now, n)
    node.up = 1
    node.down_total_s += now - node.down_since_s
    duty_changed(w, n)
    node_goes_on(w, now, n)


def node_goes_on(w: Any, now: float, n: int) -> None:
    """Let what was held go on, some at a time: an event schedules a bounded number of others."""
    node = w.nodes[n]
    place = w.lists[node.first_list + NODE_RELEASING]
    resumed = 0
    # Held ones are in front of those that came into release since.
    while node.up == 1 and place.head >= 0 and w.copies[place.head].remaining_s >= 0.0:
        if resumed == BATCH:
            schedule(w, 0.0, NODE_RESUMED, n, 0, 0)
            return
        resumed += 1
        c = place.head
        copy = w.copies[c]
        account(w, copy.message, now, OUTAGE)
        list_remove(w, c)
        list_append(w, node.first_list + NODE_RELEASING, c)
        copy.ends_s = now + copy.remaining_s
        schedule(w, copy.remaining_s, RELEASED, n, c, copy.token)
        copy.remaining_s = -1.0
    node_start(w, now, n)
    node_trace(w, now, n)
    if node.wear >= 0:
        wear(w, now, node.wear)


def node_resumed(w: Any, now: float, n: int) -> None:
    """The next of what was held goes on."""
    node_observe(w, now, n)
    node_goes_on(w, now, n)
