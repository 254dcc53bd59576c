"""Pools, the outbox, and the accounting of every second of a message's life."""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import (
    ALERT,
    CONFIRM,
    DELIVERED,
    DUPLICATE,
    FAULT_DELAY,
    FAULT_MESSAGE_POOL,
    FAULT_OUTBOX,
    OUTAGE,
    PRIORITY_TRACK,
    PROCESSING,
    QUEUEING,
    RELEASE,
    REPORT,
    RETRANSMISSION,
    SENSE,
    TRAFFIC,
    TRANSPORT,
    UNDER_WAY,
)
from warnpath.engine.handlers.lists import list_remove
from warnpath.engine.handlers.payloads import let_go_payload
from warnpath.engine.handlers.traffic_counts import count_traffic


def schedule(w: Any, delay: float, kind: int, a: int, b: int, token: int) -> None:
    """Ask for an event after a delay; the scheduler adds the current time."""
    if not delay >= 0.0:
        w.fault = FAULT_DELAY
        return
    slot = w.outbox_count
    if slot >= len(w.outbox):
        w.fault = FAULT_OUTBOX
        return
    entry = w.outbox[slot]
    entry.delay = delay
    entry.kind = kind
    entry.a = a
    entry.b = b
    entry.token = token
    w.outbox_count = slot + 1


def updates(w: Any, one: int, other: int) -> int:
    """1 if two copies tell of the same thing, so that the newer one makes the older one needless.

    Reports of one C2 on one track to one destination do, and messages of one flow of track traffic, which
    stands for such reports.
    """
    a = w.messages[w.copies[one].message]
    b = w.messages[w.copies[other].message]
    if a.kind != b.kind or a.destination != b.destination or a.origin != b.origin:
        return 0
    if a.kind == REPORT:
        return int(a.track == b.track)
    return int(a.kind == TRAFFIC and a.priority == PRIORITY_TRACK and a.subject == b.subject)


def account(w: Any, m: int, now: float, stage: int) -> None:
    """Book the time since the message's last booking under a stage of the budget.

    Everything that happens to an alert after the decision is delivery.
    """
    message = w.messages[m]
    spent = now - message.stamp_s
    message.stamp_s = now
    if message.kind == ALERT:
        message.delivery_s += spent
    elif stage == TRANSPORT:
        message.transport_s += spent
    elif stage == PROCESSING:
        message.processing_s += spent
    elif stage == QUEUEING:
        message.queueing_s += spent
    elif stage == RETRANSMISSION:
        message.retransmission_s += spent
    elif stage == OUTAGE:
        message.outage_s += spent
    elif stage == RELEASE:
        message.release_s += spent
    elif stage == SENSE:
        message.sense_s += spent
    elif stage == CONFIRM:
        message.confirm_s += spent
    else:
        message.accuracy_s += spent


def account_wait(w: Any, m: int, now: float, outage_s: float) -> None:
    """Book a wait in a queue: the part during which the element was down is outage, the rest queueing."""
    message = w.messages[m]
    spent = now - message.stamp_s
    outage_part = min(max(outage_s, 0.0), spent)
    message.stamp_s = now
    if message.kind == ALERT:
        message.delivery_s += spent
    else:
        message.outage_s += outage_part
        message.queueing_s += spent - outage_part


def new_message(w: Any, now: float, kind: int, origin: int, destination: int, lineage: int) -> int:
    """Make a message with one reference held by its maker; returns its slot."""
    m = int(w.message_free)
    if m < 0:
        w.fault = FAULT_MESSAGE_POOL
        return 0
    message = w.messages[m]
    w.message_free = message.next_free
    w.message_free_count -= 1
    message.next_free = -1
    message.number = w.messages_made
    w.messages_made += 1
    message.kind = kind
    message.origin = origin
    message.destination = destination
    message.lineage = lineage
    message.launch = -1
    message.follows = -1
    message.track = -1
    message.created_s = now
    message.finished_s = -1.0
    message.status = UNDER_WAY
    message.references = 1
    message.confirmed = 0
    message.payload = -1
    message.subject = -1
    message.sensor = -1
    message.hops = 0
    message.attempts = 0
    message.path = origin
    message.walk = -1
    message.whole = -1
    message.parts = 0
    message.received = 0
    message.booked = 0
    message.label_mask = 0
    message.tree = -1
    message.clearance = 0
    message.stamp_s = now
    message.sense_s = 0.0
    message.confirm_s = 0.0
    message.transport_s = 0.0
    message.processing_s = 0.0
    message.queueing_s = 0.0
    message.retransmission_s = 0.0
    message.outage_s = 0.0
    message.release_s = 0.0
    message.accuracy_s = 0.0
    message.decision_s = 0.0
    message.delivery_s = 0.0
    return m


def inherit_stages(w: Any, m: int, parent: int) -> None:
    """Start a derived message's budget from that of the message it was made from."""
    message = w.messages[m]
    source = w.messages[parent]
    message.sensor = source.sensor
    message.label_mask |= source.label_mask
    message.stamp_s = source.stamp_s
    message.sense_s = source.sense_s
    message.confirm_s = source.confirm_s
    message.transport_s = source.transport_s
    message.processing_s = source.processing_s
    message.queueing_s = source.queueing_s
    message.retransmission_s = source.retransmission_s
    message.outage_s = source.outage_s
    message.release_s = source.release_s
    message.accuracy_s = source.accuracy_s
    message.decision_s = source.decision_s
    message.delivery_s = source.delivery_s
    message.path = source.path
    message.plot_time_s = source.plot_time_s


def retain(w: Any, m: int) -> None:
    """Hold a message so that its slot is not used again."""
    w.messages[m].references += 1


def let_go(w: Any, m: int) -> None:
    """Give up one reference; the last one frees the message and its payload."""
    message = w.messages[m]
    message.references -= 1
    if message.references == 0:
        if message.whole < 0:
            if message.kind == REPORT and message.payload >= 0:
                row = message.payload
                message.payload = -1
                let_go_payload(w, row)
            if message.kind == TRAFFIC and message.booked == 0:
                count_traffic(w, m)
        if w.keep_messages == 0 or message.whole >= 0:
            message.next_free = w.message_free
            w.message_free = m
            w.message_free_count += 1


def new_copy(w: Any, m: int) -> int:
    """Make a copy of a message, the thing that travels; it holds a reference to the message."""
    c = int(w.copy_free)
    if c < 0:
        w.fault = FAULT_MESSAGE_POOL
        return 0
    copy = w.copies[c]
    w.copy_free = copy.next_free
    copy.next_free = -1
    copy.message = m
    copy.list = -1
    copy.next = -1
    copy.previous = -1
    copy.token += 1
    copy.attempts = 0
    copy.since_s = 0.0
    copy.started_s = 0.0
    copy.remaining_s = -1.0
    copy.service_s = 0.0
    copy.down_mark_s = 0.0
    copy.reroute = 0
    retain(w, m)
    return c


def finish(w: Any, now: float, c: int, status: int) -> None:
    """End a copy: out of its list, its events stale, its message marked and let go."""
    copy = w.copies[c]
    if copy.list >= 0:
        list_remove(w, c)
    copy.token += 1
    m = copy.message
    message = w.messages[m]
    if message.status != DELIVERED:
        message.status = status
        message.finished_s = now
    if message.whole >= 0:
        finish_part(w, now, m, status)
    elif message.parts > 0 and message.kind == TRAFFIC and message.booked == 0:
        # Delivered while its other copy is still under way.
        count_traffic(w, m)
    copy.message = -1
    copy.next_free = w.copy_free
    w.copy_free = c
    let_go(w, m)


def finish_part(w: Any, now: float, p: int, status: int) -> None:
    """One of two copies has ended: with the last of them ends a message of which none has arrived."""
    part = w.messages[p]
    m = part.whole
    message = w.messages[m]
    message.parts -= 1
    if status == DUPLICATE and message.kind == TRAFFIC:
        w.traffic[message.subject].duplicates += 1
    if part.received == 1:
        # It was the first to come and is lost at its destination: the other one counts after all.
        message.received = 0
    if message.status == UNDER_WAY and message.parts == 0:
        message.status = status
        message.finished_s = now
        take_account(w, m, p)
    let_go(w, m)


def take_account(w: Any, m: int, p: int) -> None:
    """Give a message the account of one of its copies: the way it took and what it spent on it."""
    message = w.messages[m]
    part = w.messages[p]
    inherit_stages(w, m, p)
    message.hops = part.hops
    message.attempts = part.attempts
    message.clearance = part.clearance
