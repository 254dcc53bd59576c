"""The links of a plan, and their contacts, as numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from warnpath.engine.codes import CONTACT_OPENED, FATE_REROUTED, FATES, LINK_LISTS, UP_FOR_EVER
from warnpath.engine.plan_tables import DistributionTable, StreamNames
from warnpath.network import route_kernel as columns
from warnpath.network.routing import RoutingTables
from warnpath.scenario import EffectiveLink, effective_link

if TYPE_CHECKING:
    from warnpath.scenario import Scenario

UNLIMITED = 1 << 40

Row = dict[str, Any]


@dataclass
class Lists:
    """Intrusive lists of all elements, and which link or node each belongs to."""

    rows: list[Row] = field(default_factory=list)
    owners: list[tuple[int, int]] = field(default_factory=list)

    def add(self, count: int, *, link: int = -1, node: int = -1) -> int:
        """Add the lists of an element; returns the number of the first."""
        first = len(self.rows)
        self.rows.extend({"head": -1, "tail": -1, "count": 0} for _ in range(count))
        self.owners.extend((link, node) for _ in range(count))
        return first


@dataclass(frozen=True)
class LinkPart:
    """Directions of links as numbers, with the names they come from.

    Attributes
    ----------
    entities : dict of name to list of field dicts
        Links and contacts.
    events : list of (delay, kind, a, b, token)
        First contacts.
    elements, directions : list of str
        Id of the link, and ``tail>head``, of each row of links.
    """

    entities: dict[str, list[Row]]
    events: list[tuple[float, int, int, int, int]]
    elements: list[str]
    directions: list[str]


def plan_links(
    scenario: Scenario,
    tables: RoutingTables,
    distributions: DistributionTable,
    streams: StreamNames,
    lists: Lists,
) -> LinkPart:
    """Plan every direction of every link."""
    by_id = {link.id: effective_link(scenario, link) for link in scenario.link}
    part = LinkPart({"links": [], "contacts": []}, [], [], [])
    for index in range(len(tables.links)):
        tail = tables.node_ids[tables.links[index, columns.LINK_TAIL]]
        head = tables.node_ids[tables.links[index, columns.LINK_HEAD]]
        link = by_id[tables.element_ids[tables.links[index, columns.LINK_ELEMENT]]]
        name = f"link:{link.id}:{tail}>{head}"
        for purpose in ("jitter", "loss") if link.burst_loss is None else ("jitter", "loss", "burst"):
            streams.add("links", index, f"key_{purpose}", f"{name}:{purpose}")
        row = {
            "tail": int(tables.links[index, columns.LINK_TAIL]),
            "head": int(tables.links[index, columns.LINK_HEAD]),
            "first_list": lists.add(LINK_LISTS, link=index),
            "capacity_bps": 1000.0 * float(link.capacity_kbps),
            "propagation_s": link.propagation_s,
            "jitter_row": distributions.add(link.jitter),
            "keep_order": int(link.keep_order),
            "queue_limit": UNLIMITED if link.queue_limit is None else int(link.queue_limit),
            "queue_limit_bits": _bits(link),
            "preemptive": int(link.preemptive),
            "coalesce": int(link.coalesce),
            "reroute_s": reroute_s(link.reroute),
            "capacity_factor": 1.0,
            "delay_factor": 1.0,
            "extra_loss": 0.0,
            "wear": -1,
            "first_expiry_s": UP_FOR_EVER,
            "up": 1,
            **_losses(link),
            **_fates(link),
            **_slots(link, forward=tail == link.ends[0]),
            **_contacts(link, index, part),
        }
        part.entities["links"].append(row)
        part.elements.append(link.id)
        part.directions.append(f"{tail}>{head}")
    return part


def reroute_s(reroute: Any) -> float:
    """Detection plus convergence; negative where nothing reroutes by itself."""
    return -1.0 if reroute is None else float(reroute.detection_s) + float(reroute.convergence_s)


def _bits(link: EffectiveLink) -> float:
    return UP_FOR_EVER if link.queue_limit_bytes is None else 8.0 * float(link.queue_limit_bytes)


def _losses(link: EffectiveLink) -> Row:
    repeat, burst = link.retransmit, link.burst_loss
    return {
        "loss": float(link.loss if burst is None else burst.loss_good),
        "to_bad": 0.0 if burst is None else float(burst.to_bad),
        "to_good": 0.0 if burst is None else float(burst.to_good),
        "loss_bad": 0.0 if burst is None else float(burst.loss_bad),
        "retry_timeout_s": 0.0 if repeat is None else float(repeat.timeout_s),
        "backoff": 1.0 if repeat is None or repeat.backoff is None else float(repeat.backoff),
        "max_attempts": 1 if repeat is None else int(repeat.max_attempts),
    }


def _fates(link: EffectiveLink) -> Row:
    stated = link.on_failure
    service, flight, queue = (
        FATES.index(fate) for fate in (stated.in_service, stated.in_flight, stated.queued)
    )
    return {
        "service_fate": service,
        "flight_fate": flight,
        "queue_fate": queue,
        "reroutes": int(FATE_REROUTED in (service, flight, queue)),
    }


def _slots(link: EffectiveLink, forward: bool) -> Row:
    slots = link.slots
    if slots is None:
        return {}
    slot_s = float(slots.slot_ms) / 1000.0
    first = slots.first_slot if forward else slots.first_slot + slots.gap_slots // 2
    return {
        "slot_s": slot_s,
        "slot_gap_s": slots.gap_slots * slot_s,
        "slot_first_s": (first % slots.gap_slots) * slot_s,
        "slot_bits": float(slots.slot_bits),
    }


def _contacts(link: EffectiveLink, index: int, part: LinkPart) -> Row:
    rows = part.entities["contacts"]
    first = len(rows)
    rows.extend({"start_s": float(item.start_s), "end_s": float(item.end_s)} for item in link.contacts)
    if link.contacts:
        part.events.append((float(link.contacts[0].start_s), CONTACT_OPENED, index, 0, 0))
    return {
        "first_contact": first,
        "contact_count": len(link.contacts),
        "contact": first,
        "closed": int(bool(link.contacts) and float(link.contacts[0].start_s) > 0.0),
        "contact_every_s": 0.0 if link.contact_every_s is None else float(link.contact_every_s),
        "closes_s": -1.0 if link.contacts else UP_FOR_EVER,
    }
