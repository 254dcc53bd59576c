"""What changes a link while it works: failures and repairs, degradation, contacts, slots that begin."""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import (
    CONTACT_CLOSED,
    CONTACT_OPENED,
    FATE_LOST,
    FATE_REROUTED,
    LINK_DOWN,
    LINK_IN_FLIGHT,
    LINK_IN_SERVICE,
    LINK_SENT,
    PRIORITIES,
    QUEUEING,
    TRANSPORT,
)
from warnpath.engine.handlers.link_queue import link_takes
from warnpath.engine.handlers.links import (
    link_interrupt,
    link_observe,
    link_put_back,
    link_start,
    link_trace,
)
from warnpath.engine.handlers.lists import list_remove
from warnpath.engine.handlers.messages import account, finish, schedule
from warnpath.engine.handlers.wear import wear


def link_fails(w: Any, now: float, a: int) -> None:
    """Take a link down: what is queued, in transmission and in flight is lost or kept, as the link says."""
    link = w.links[a]
    link.outages += 1
    if link.up == 0:
        return
    link_observe(w, now, a)
    link.up = 0
    link.down_since_s = now
    if link.queue_fate == FATE_LOST:
        for priority in range(PRIORITIES):
            lose_list(w, now, a, int(link.first_list + priority), QUEUEING)
        link.queued = 0
        link.queued_bits = 0.0
    # From the latest to the earliest, each in front of its class, so that the earliest is in front at last.
    keep_or_lose(w, now, a, LINK_IN_SERVICE, link.service_fate)
    keep_or_lose(w, now, a, LINK_IN_FLIGHT, link.flight_fate)
    link.busy = 0
    if link.queued > link.max_queued:
        link.max_queued = link.queued
    link_trace(w, now, a)
    if link.wear >= 0:
        wear(w, now, link.wear)


def keep_or_lose(w: Any, now: float, a: int, place: int, fate: int) -> None:
    """End the copies of a list of a failed link, or put them back into its queue, to be sent anew."""
    index = int(w.links[a].first_list + place)
    if fate == FATE_LOST:
        lose_list(w, now, a, index, TRANSPORT)
        return
    while w.lists[index].tail >= 0:
        c = int(w.lists[index].tail)
        copy = w.copies[c]
        account(w, copy.message, now, TRANSPORT)
        list_remove(w, c)
        copy.token += 1
        link_takes(w, now, a, c)
        copy.reroute = int(fate == FATE_REROUTED)
        link_put_back(w, now, a, c)


def lose_list(w: Any, now: float, a: int, index: int, stage: int) -> None:
    """End all copies of a list of a failed link; their last seconds count as a stage."""
    while w.lists[index].head >= 0:
        c = int(w.lists[index].head)
        account(w, w.copies[c].message, now, stage)
        w.links[a].dropped += 1
        finish(w, now, c, LINK_DOWN)


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


def link_slot(w: Any, now: float, a: int) -> None:
    """A slot of the link begins: what is first in its queue now has it."""
    link = w.links[a]
    link.slot_waiting = 0
    link_observe(w, now, a)
    link.slot_open = 1
    link_start(w, now, a)
    link.slot_open = 0
    link_trace(w, now, a)
    if link.wear >= 0:
        wear(w, now, link.wear)


def contact_opened(w: Any, now: float, a: int) -> None:
    """The link exists from now until the end of this contact; the next one is asked for."""
    link = w.links[a]
    shift_s = link.contact_round * link.contact_every_s
    link.closes_s = w.contacts[link.contact].end_s + shift_s
    link.closed = 0
    schedule(w, max(link.closes_s - now, 0.0), CONTACT_CLOSED, a, 0, 0)
    link.contact += 1
    if link.contact == link.first_contact + link.contact_count and link.contact_every_s > 0.0:
        link.contact = link.first_contact
        link.contact_round += 1
    if link.contact < link.first_contact + link.contact_count:
        opens_s = w.contacts[link.contact].start_s + link.contact_round * link.contact_every_s
        schedule(w, max(opens_s - now, 0.0), CONTACT_OPENED, a, 0, 0)
    link_observe(w, now, a)
    link_start(w, now, a)
    link_trace(w, now, a)
    if link.wear >= 0:
        wear(w, now, link.wear)


def contact_closed(w: Any, now: float, a: int) -> None:
    """The link is gone until the next contact, in which what is in transmission goes on where it stopped."""
    link = w.links[a]
    link.closed = 1
    link_observe(w, now, a)
    # A copy whose last bit leaves at this instant is through.
    if link.busy == 1 and w.copies[w.lists[link.first_list + LINK_IN_SERVICE].head].ends_s > now:
        link_interrupt(w, now, a)
    link_trace(w, now, a)
    if link.wear >= 0:
        wear(w, now, link.wear)


def link_rescale(w: Any, now: float, a: int, capacity_factor: float) -> None:
    """Give a link another part of its capacity; what is in transmission goes on at the new rate.

    Slots take the time they take: there the bits in one change, of transmissions that begin from now on.
    """
    link = w.links[a]
    before = link.capacity_factor
    link.capacity_factor = capacity_factor
    if link.busy == 1 and link.slot_s <= 0.0 and capacity_factor != before:
        c = int(w.lists[link.first_list + LINK_IN_SERVICE].head)
        copy = w.copies[c]
        remaining_s = max(copy.ends_s - now, 0.0) * before / capacity_factor
        copy.token += 1
        copy.ends_s = now + remaining_s
        schedule(w, remaining_s, LINK_SENT, a, c, copy.token)
