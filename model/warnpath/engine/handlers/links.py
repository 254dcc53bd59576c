"""Links: queueing by priority, transmission, loss and retransmission, propagation, jitter.

What changes a link (failures, contacts, degraded modes) is in `link_changes`, how it takes turns in
`link_turns`, what its queue holds in `link_queue`.
"""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import (
    ARRIVED,
    EXPIRED,
    FATE_LOST,
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
    QUEUEING,
    RETRANSMISSION,
    SUPERSEDED,
    TRANSPORT,
)
from warnpath.engine.handlers.link_queue import (
    link_count_in,
    link_count_out,
    link_down_total,
    link_is_full,
    link_takes,
    link_throw_out,
)
from warnpath.engine.handlers.link_turns import await_slot, sending_s, take_slots
from warnpath.engine.handlers.lists import list_append, list_move, list_prepend, list_remove, list_replace
from warnpath.engine.handlers.messages import account, account_wait, finish, schedule, updates
from warnpath.engine.handlers.wear import wear
from warnpath.engine.random_streams import draw, uniform

ULP = 2.220446049250313e-16
LONGEST_TIMEOUT_S = 1e8
"""Where a time-out stops growing; as long as a scenario may state one."""


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


def link_enqueue(w: Any, now: float, a: int, c: int) -> None:
    """Hand a copy to a link: into its queue, or refused when the queue is full."""
    link = w.links[a]
    link_observe(w, now, a)
    copy = w.copies[c]
    message = w.messages[copy.message]
    if link.up == 0 and link.queue_fate == FATE_LOST:
        link.dropped += 1
        finish(w, now, c, LINK_DOWN)
        return
    place = link.first_list + message.priority
    thrown = 0
    if link.first_expiry_s < now and link_is_full(w, a, c) == 1:
        thrown = link_throw_out(w, now, a)
    if link.coalesce == 1 and link_coalesce(w, now, a, place, c) == 1:
        link_trace(w, now, a)
        return
    if link_is_full(w, a, c) == 1:
        link.dropped += 1
        finish(w, now, c, QUEUE_FULL)
        if thrown > 0:
            link_trace(w, now, a)
        return
    link_takes(w, now, a, c)
    if (
        link.busy == 0
        and link.queued == 0
        and link.up == 1
        and link.slot_s <= 0.0
        and now < link.closes_s
        and now <= message.expires_s
    ):
        # Nothing to wait for: what would go into the queue and out of it again was never queued.
        account(w, copy.message, now, QUEUEING)
        link_transmit(w, now, a, c, sending_s(w, a, c))
    else:
        list_append(w, place, c)
        link_count_in(w, a, c)
        if link.preemptive == 1 and link.busy == 1:
            serving = w.lists[link.first_list + LINK_IN_SERVICE].head
            if w.messages[w.copies[serving].message].priority > message.priority:
                link_interrupt(w, now, a)
        link_start(w, now, a)
        if link.queued > link.max_queued:
            link.max_queued = link.queued
    link_trace(w, now, a)
    if link.wear >= 0:
        wear(w, now, link.wear)


def link_coalesce(w: Any, now: float, a: int, place: int, c: int) -> int:
    """Let the newer of two reports of one thing take the older one's place in a queue.

    Returns
    -------
    int
        1 if there were two of them and one has gone; 0 if this one is to queue like any other.
    """
    link = w.links[a]
    other = w.lists[place].head
    while other >= 0 and updates(w, c, other) == 0:
        other = w.copies[other].next
    if other < 0:
        return 0
    newer = w.messages[w.copies[c].message]
    older = w.messages[w.copies[other].message]
    if newer.created_s < older.created_s:
        # It was overtaken on its way here.
        link.superseded += 1
        finish(w, now, c, SUPERSEDED)
        return 1
    if link.queued_bits - older.size_bits + newer.size_bits > link.queue_limit_bits:
        link.dropped += 1
        finish(w, now, c, QUEUE_FULL)
        return 1
    link_takes(w, now, a, c)
    link_count_out(w, a, other)
    list_replace(w, other, c)
    link_count_in(w, a, c)
    link.superseded += 1
    finish(w, now, other, SUPERSEDED)
    return 1


def link_start(w: Any, now: float, a: int) -> None:
    """Transmit the next copy of the highest class, if the link is up, free, and it is the link's turn."""
    link = w.links[a]
    while link.up == 1 and link.busy == 0 and link.queued > 0:
        if link.slot_s > 0.0 and link.slot_open == 0:
            await_slot(w, now, a)
            return
        chosen = -1
        for priority in range(PRIORITIES):
            if chosen < 0:
                chosen = w.lists[link.first_list + priority].head
        c = chosen
        copy = w.copies[c]
        m = copy.message
        expired = now > w.messages[m].expires_s
        duration = sending_s(w, a, c)
        # At the very end of a contact what takes no time may still go.
        if not expired and now >= link.closes_s and now + duration > link.closes_s:
            return
        list_remove(w, c)
        link_count_out(w, a, c)
        account_wait(w, m, now, link_down_total(w, now, a) - copy.down_mark_s)
        if expired:
            link.dropped += 1
            finish(w, now, c, EXPIRED)
        else:
            if link.slot_s > 0.0:
                take_slots(w, a, c)
            link_transmit(w, now, a, c, duration)


def link_transmit(w: Any, now: float, a: int, c: int, duration: float) -> None:
    """Put a copy into transmission, for as long as it takes."""
    link = w.links[a]
    copy = w.copies[c]
    list_append(w, link.first_list + LINK_IN_SERVICE, c)
    link.busy = 1
    if copy.remaining_s < 0.0:
        copy.started_s = now
    copy.stint_s = now
    copy.ends_s = now + duration
    copy.token += 1
    schedule(w, duration, LINK_SENT, a, c, copy.token)


def link_interrupt(w: Any, now: float, a: int) -> None:
    """Take what is in transmission back in front of its class; what remains of it is kept."""
    link = w.links[a]
    c = int(w.lists[link.first_list + LINK_IN_SERVICE].head)
    copy = w.copies[c]
    account(w, copy.message, now, TRANSPORT)
    list_remove(w, c)
    copy.token += 1
    # At full capacity, whatever the capacity is when it goes on.
    copy.remaining_s = max(copy.ends_s - now, 0.0) * link.capacity_factor
    copy.service_s += now - copy.stint_s
    link.busy = 0
    link_put_back(w, now, a, c)


def link_put_back(w: Any, now: float, a: int, c: int) -> None:
    """Put a copy that the link had begun with in front of its class."""
    copy = w.copies[c]
    copy.down_mark_s = link_down_total(w, now, a)
    list_prepend(w, w.links[a].first_list + w.messages[copy.message].priority, c)
    link_count_in(w, a, c)


def link_sent(w: Any, now: float, a: int, c: int) -> None:
    """Transmission done: lost on the way or propagating; the link takes the next copy."""
    link = w.links[a]
    copy = w.copies[c]
    m = copy.message
    message = w.messages[m]
    link_observe(w, now, a)
    link.busy = 0
    link.carried += 1
    copy.attempts += 1
    message.attempts += 1
    copy.token += 1
    loss = link_loss(w, a)
    lost = 0
    if loss > 0.0 and uniform(link.key_loss, message.lineage, copy.attempts) < loss:
        lost = 1
        link.lost += 1
    if lost == 1:
        account(w, m, now, RETRANSMISSION)
        link_hop(w, now, a, c, 0.0, LOST)
        if copy.attempts < link.max_attempts:
            link.retransmissions += 1
            list_move(w, link.first_list + LINK_HELD, c)
            schedule(w, link_timeout_s(w, a, copy.attempts), LINK_RETRY, a, c, copy.token)
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
        list_move(w, flight, c)
        copy.attempts = 0
        copy.arrival_s = now + delay
        # What keeps its order arrives in it: only the first one's arrival is an event, however many fly.
        if first or link.keep_order == 0:
            schedule(w, delay, ARRIVED, link.head, c, copy.token)
    link_start(w, now, a)
    link_trace(w, now, a)
    if link.wear >= 0:
        wear(w, now, link.wear)


def link_loss(w: Any, a: int) -> float:
    """Probability that the transmission which ends now is lost, as the link is now.

    Where losses come in bursts, the link is good or bad from one transmission to the next (Gilbert and
    Elliott), and begins as it is in the long run.
    """
    link = w.links[a]
    loss = link.loss
    if link.to_bad > 0.0:
        u = uniform(link.key_burst, link.carried, 0)
        if link.carried == 1:
            bad = int(u * (link.to_bad + link.to_good) < link.to_bad)
        elif link.bad == 1:
            bad = int(u >= link.to_good)
        else:
            bad = int(u < link.to_bad)
        link.bad = bad
        if bad == 1:
            loss = link.loss_bad
    return loss + link.extra_loss * (1.0 - loss)  # type: ignore[no-any-return]


def link_timeout_s(w: Any, a: int, attempts: int) -> float:
    """Time-out after a number of attempts: each is longer than the last by the link's factor."""
    link = w.links[a]
    timeout_s = link.retry_timeout_s
    if link.backoff > 1.0:
        for _ in range(attempts - 1):
            if timeout_s < LONGEST_TIMEOUT_S:
                timeout_s = min(timeout_s * link.backoff, LONGEST_TIMEOUT_S)
    return timeout_s  # type: ignore[no-any-return]


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
    row.service_s = copy.service_s + (now - copy.stint_s)
    row.propagation_s = propagation_s
    row.outcome = outcome
    w.hops_count = slot + 1


def link_retry(w: Any, now: float, a: int, c: int) -> None:
    """The sender's time-out is over: the copy queues again."""
    account(w, w.copies[c].message, now, RETRANSMISSION)
    list_remove(w, c)
    link_enqueue(w, now, a, c)
