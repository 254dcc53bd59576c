"""Links that are there at times only: slots in a frame, and contacts."""

from __future__ import annotations

import numpy as np

from warnpath.study.verification.forms.base import (
    Check,
    Form,
    Quantity,
    lone_flow,
    lone_station,
    mean_latency,
    queue_relaxation_s,
)
from warnpath.study.verification.forms.queues import TAIL_RELAXATIONS
from warnpath.study.verification.samples import Array, Sample
from warnpath.study.verification.sketch import Sketch, Station, slots_of
from warnpath.theory.contacts import waiting_mean_s, waiting_share
from warnpath.theory.slots import slotted_wait_s

SLACK_S = 1e-6
"""By how much a latency may differ from a fixed one and still be it."""


class Slotted(Form):
    """One flow of Poisson traffic of one size over a link with slots of its own in a frame."""

    name = "slots"
    title = "slots of a frame"
    source = "Bertsekas & Gallager (1992), section 3.5.2"
    allowed = frozenset({"slots"})

    def obstacles(self, sketch: Sketch) -> list[str]:
        """Whether the only load is on one link with slots, by messages that all need as many of them."""
        flow, reasons = lone_flow(sketch, "poisson")
        if flow is None:
            return reasons
        station, reasons = lone_station(flow)
        if station is None:
            return reasons
        slotted = [each.id for each in flow.stations if each.kind == "link" and each.element.slots]
        if slotted != [station.id]:
            return [
                f"it needs slots on the loaded link alone, and there are on: {', '.join(slotted) or 'none'}"
            ]
        if station.service.kind != "fixed":
            return [*reasons, f"messages need different numbers of slots of {station.id}"]
        slots, gap_s = slots_of(station.element, flow.size_bits)
        if flow.rate_per_s * slots * gap_s >= 1.0:
            reasons.append(f"{station.id} has too few slots for {flow.rate_per_s:g} messages per second")
        return reasons

    def check(self, sketch: Sketch) -> Check:
        """Mean wait for the first slot of a message."""
        flow = sketch.flows[0]
        (station,) = flow.busy_stations()
        slots, gap_s = slots_of(station.element, flow.size_bits)
        work_s = slots * gap_s
        wait_s = slotted_wait_s(flow.rate_per_s, slots, gap_s)
        relaxation_s = gap_s + queue_relaxation_s(flow.rate_per_s * work_s, work_s, work_s * work_s)
        base_s = flow.delay_s + flow.idle_s() + station.service.mean_s
        return Check(
            quantities=(Quantity("mean wait for a slot", "s", wait_s, mean_latency(base_s)),),
            relaxation_s=relaxation_s,
            tail_s=base_s + TAIL_RELAXATIONS * relaxation_s,
            events_per_s=flow.rate_per_s,
        )


class Contacts(Form):
    """One flow of Poisson traffic over a link that exists at times that repeat."""

    name = "contacts"
    title = "contact windows"
    source = "elementary: a uniform moment meets a gap in proportion to its length"
    allowed = frozenset({"contacts", "contact_every_s"})

    def obstacles(self, sketch: Sketch) -> list[str]:
        """Whether one link has contacts that repeat, and nothing else makes anybody wait."""
        flow, reasons = lone_flow(sketch, "poisson")
        if flow is None:
            return reasons
        timed = timed_links(sketch)
        if len(timed) != 1:
            return [f"it needs contacts on one link, and there are on {len(timed)}"]
        if timed[0].element.contact_every_s is None:
            return [f"the contacts of {timed[0].id} do not repeat"]
        if flow.busy_stations():
            reasons.append(f"{flow.busy_stations()[0].id} is loaded: messages wait for each other too")
        if not sum(gaps_s(timed[0])) > 0.0:
            reasons.append(f"{timed[0].id} has no gap between its contacts")
        return reasons

    def check(self, sketch: Sketch) -> Check:
        """Mean wait for a contact, and share that waits."""
        flow = sketch.flows[0]
        (station,) = timed_links(sketch)
        every_s, gaps = float(station.element.contact_every_s), gaps_s(station)
        base_s = flow.fixed_s

        def waits(sample: Sample) -> Array:
            found = sample.delivered()
            # Of whole periods: a part of one would weigh its gaps and its contacts wrongly.
            whole_s = every_s * int(sample.length_s / every_s)
            kept: Array = found["latency_s"][found["created_s"] < sample.from_s + whole_s] - base_s
            return kept

        def mean(sample: Sample) -> float:
            return float(np.mean(waits(sample)))

        def share(sample: Sample) -> float:
            return float(np.mean(waits(sample) > SLACK_S))

        exact_s = waiting_mean_s(gaps, every_s)
        return Check(
            quantities=(
                Quantity("mean wait for a contact", "s", exact_s, mean),
                Quantity("share that waits", "", waiting_share(gaps, every_s), share),
            ),
            relaxation_s=every_s,
            spread=max(gaps) / exact_s,
            tail_s=base_s + every_s,
            events_per_s=flow.rate_per_s,
        )


def timed_links(sketch: Sketch) -> list[Station]:
    """Links on the way of the first flow that exist at times only."""
    return [
        station for station in sketch.flows[0].stations if station.kind == "link" and station.element.contacts
    ]


def gaps_s(station: Station) -> list[float]:
    """Times between one contact of a link and the next, of one period (s)."""
    spans = [(float(each.start_s), float(each.end_s)) for each in station.element.contacts]
    begins = [start_s for start_s, _ in spans[1:]] + [spans[0][0] + float(station.element.contact_every_s)]
    return [begin_s - end_s for begin_s, (_, end_s) in zip(begins, spans, strict=True)]
