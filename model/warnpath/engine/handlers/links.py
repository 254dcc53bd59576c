"""Links: queueing by priority, transmission, loss and retransmission, propagation, jitter, outages."""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import (
    ARRIVED,
    EXPIRED,
    FAULT_TRACE,
    LINK_DOWN,
    LINK_HELD,
    LINK_IN_FLIGHT,
    LINK_IN_SERVICE,
    LINK_RETRY,
    LINK_SENT,
    LOST,
    PRIORITIES,
    QUEUE_FULL,
    RETRANSMISSION,
    TRANSPORT,
)
from warnpath.engine.handlers.messages import (
    account,
    account_wait,
    finish,
    list_append,
    list_remove,
    schedule,
)
from warnpath.engine.handlers.wear import wear
from warnpath.engine.random_streams import draw, uniform

ULP = 2.220446049250313e-16


def link_observe(w: Any, now: float, a: int) -> None:
    """Bring the link's time integrals up to now; called before anything about it changes."""
    link = w.links[a]
    elapsed = now - link.changed_s
    link.changed_s = now
    link.queue_area_s += elapsed * link.queued
    link.busy_total_s += elapsed * link.busy


def link_trace(w: Any, now: float, a: int) -> None:
    """Write an occupancy row of the link, where that table was asked for."""
    if w.occupancy_on == 0:
        return
    slot = w.occupancy_count
    if slot >= len(w.occupancy):
        w.fault = FAULT_TRACE
        return
    row = w.occupancy[slot]
    row.link = a
    row.node = -1
    row.time_s = now
    row.queued = w.links[a].queued
    row.in_service = w.links[a].busy
    w.occupancy_count = slot + 1


def link_down_total(w: Any, now: float, a: int) -> float:
    """Time the link has been down so far."""
    link = w.links[a]
    if link.up == 0:
        return link.down_total_s + (now - link.down_since_s)  # type: ignore[no-any-return]
    return link.down_total_s  # type: ignore[no-any-return]


def link_enqueue(w: Any, now: float, a: int, c: int) -> None:
    """Hand a copy to a link: into its queue, or refused when the queue is full."""
    link = w.links[a]
    link_observe(w, now, a)
    if link.queued >= link.queue_limit:
        link.dropped += 1
        finish(w, now, c, QUEUE_FULL)
        return
    copy = w.copies[c]
    copy.since_s = now
    copy.down_mark_s = link_down_total(w, now, a)
    list_append(w, link.first_list + w.messages[copy.message].priority, c)
    link.queued += 1
    link_start(w, now, a)
    # A copy that goes straight into transmission was never queued.
    if link.queued > link.max_queued:
        link.max_queued = link.queued
    link_trace(w, now, a)
    if link.wear >= 0:
        wear(w, now, link.wear)


def link_start(w: Any, now: float, a: int) -> None:
    """Transmit the next copy of the highest class, if the link is up and free."""
    link = w.links[a]
    while link.up == 1 and link.busy == 0 and link.queued > 0:
        chosen = -1
        for priority in range(PRIORITIES):
            if chosen < 0:
                chosen = w.lists[link.first_list + priority].head
        c = chosen
        copy = w.copies[c]
        m = copy.message
        list_remove(w, c)
        link.queued -= 1
        account_wait(w, m, now, link_down_total(w, now, a) - copy.down_mark_s)
        if now > w.messages[m].expires_s:
            link.dropped += 1
            finish(w, now, c, EXPIRED)
        else:
            list_append(w, link.first_list + LINK_IN_SERVICE, c)
            link.busy = 1
            copy.started_s = now
            copy.token += 1
            duration = 0.0
            if link.capacity_bps > 0.0:
                duration = w.messages[m].size_bits / (link.capacity_bps * link.capacity_factor)
            schedule(w, duration, LINK_SENT, a, c, copy.token)


def link_sent(w: Any, now: float, a: int, c: int) -> None:
    """Transmission done: lost on the way or propagating; the link takes the next copy."""
    link = w.links[a]
    copy = w.copies[c]
    m = copy.message
    message = w.messages[m]
    link_observe(w, now, a)
    link.busy = 0
    link.carried += 1
    list_remove(w, c)
    copy.attempts += 1
    message.attempts += 1
    copy.token += 1
    lost = 0
    loss = link.loss + link.extra_loss * (1.0 - link.loss)
    if loss > 0.0 and uniform(link.key_loss, message.lineage, copy.attempts) < loss:
        lost = 1
        link.lost += 1
    if lost == 1:
        account(w, m, now, RETRANSMISSION)
        link_hop(w, now, a, c, 0.0, LOST)
        if copy.attempts < link.max_attempts:
            link.retransmissions += 1
            list_append(w, link.first_list + LINK_HELD, c)
            schedule(w, link.retry_timeout_s, LINK_RETRY, a, c, copy.token)
        else:
            finish(w, now, c, LOST)
    else:
        account(w, m, now, TRANSPORT)
        jitter = draw(w.distributions, link.jitter_row, link.key_jitter, message.lineage, copy.attempts)
        delay = link.propagation_s * link.delay_factor + jitter
        if link.keep_order == 1:
            if now + delay < link.last_arrival_s:
                delay = link.last_arrival_s - now
                if now + delay < link.last_arrival_s:
                    # The difference was rounded down: one unit in the last place keeps the order.
                    delay = delay + link.last_arrival_s * ULP
            link.last_arrival_s = now + delay
        link_hop(w, now, a, c, delay, 1)
        flight = link.first_list + LINK_IN_FLIGHT
        first = w.lists[flight].head < 0
        list_append(w, flight, c)
        copy.attempts = 0
        copy.arrival_s = now + delay
        # What keeps its order arrives in it: only the first one's arrival is an event, however many fly.
        if first or link.keep_order == 0:
            schedule(w, delay, ARRIVED, link.head, c, copy.token)
    link_start(w, now, a)
    link_trace(w, now, a)
    if link.wear >= 0:
        wear(w, now, link.wear)


def link_landed(w: Any, now: float, a: int) -> None:
    """A copy has left the flight: the first one still in it arrives next, where the link keeps the order."""
    link = w.links[a]
    c = w.lists[link.first_list + LINK_IN_FLIGHT].head
    if link.keep_order == 1 and c >= 0:
        copy = w.copies[c]
        # The difference is exact from the second half of the time to the arrival on (Sterbenz).
        schedule(w, max(copy.arrival_s - now, 0.0), ARRIVED, link.head, c, copy.token)


def link_hop(w: Any, now: float, a: int, c: int, propagation_s: float, outcome: int) -> None:
    """Write a trace row of one transmission, where that table was asked for."""
    if w.hops_on == 0:
        return
    slot = w.hops_count
    if slot >= len(w.hops):
        w.fault = FAULT_TRACE
        return
    row = w.hops[slot]
    copy = w.copies[c]
    row.message = w.messages[copy.message].number
    row.link = a
    row.node = -1
    row.queued_s = copy.since_s
    row.start_s = copy.started_s
    row.end_s = now + propagation_s
    row.service_s = now - copy.started_s
    row.propagation_s = propagation_s
    row.outcome = outcome
    w.hops_count = slot + 1


def link_retry(w: Any, now: float, a: int, c: int) -> None:
    """The sender's time-out is over: the copy queues again."""
    account(w, w.copies[c].message, now, RETRANSMISSION)
    list_remove(w, c)
    link_enqueue(w, now, a, c)


def link_fails(w: Any, now: float, a: int) -> None:
    """Take a link down: what is in service or in flight is lost, the queue is held."""
    link = w.links[a]
    link.outages += 1
    if link.up == 0:
        return
    link_observe(w, now, a)
    link.up = 0
    link.down_since_s = now
    for place in range(LINK_IN_SERVICE, LINK_IN_FLIGHT + 1):
        while w.lists[link.first_list + place].head >= 0:
            c = w.lists[link.first_list + place].head
            account(w, w.copies[c].message, now, TRANSPORT)
            link.dropped += 1
            finish(w, now, c, LINK_DOWN)
    link.busy = 0
    link_trace(w, now, a)
    if link.wear >= 0:
        wear(w, now, link.wear)


def link_recovers(w: Any, now: float, a: int) -> None:
    """Bring a link up when its last outage ends; the held queue goes on."""
    link = w.links[a]
    link.outages -= 1
    if link.outages > 0:
        return
    link_observe(w, now, a)
    link.up = 1
    link.down_total_s += now - link.down_since_s
    link_start(w, now, a)
    link_trace(w, now, a)
    if link.wear >= 0:
        wear(w, now, link.wear)
