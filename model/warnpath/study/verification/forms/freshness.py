"""Age of information at a queue, and how long until the k-th of several messages arrives."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from warnpath.scenario.traffic import PRIORITY_CLASSES
from warnpath.study.verification.forms.base import (
    Check,
    Form,
    Quantity,
    lone_flow,
    lone_station,
    queue_relaxation_s,
)
from warnpath.study.verification.forms.losses import mean_age, peak_age
from warnpath.study.verification.forms.queues import TAIL_RELAXATIONS
from warnpath.study.verification.samples import Sample
from warnpath.study.verification.sketch import Sketch
from warnpath.theory.age import (
    Age,
    dm1_age,
    md1_age,
    mm1_age,
    replaced_age_s,
    replaced_share,
)
from warnpath.theory.order_statistics import kth_arrival_mean


class QueueAge(Form):
    """News through one queue, in order."""

    name = "age"
    title = "age of information"
    source = "Kaul, Yates & Gruteser (2012)"
    kinds: ClassVar[dict[tuple[str, str], str]] = {
        ("poisson", "exponential"): "M/M/1",
        ("poisson", "fixed"): "M/D/1",
        ("periodic", "exponential"): "D/M/1",
    }

    def obstacles(self, sketch: Sketch) -> list[str]:
        """Whether one flow passes one server of a kind whose age is known."""
        flow, reasons = lone_flow(sketch)
        if flow is None:
            return reasons
        station, reasons = lone_station(flow)
        if station is None:
            return reasons
        if station.servers != 1:
            reasons.append(f"it needs one server, and {station.id} has {station.servers}")
        if (flow.kind, station.service.kind) not in self.kinds:
            reasons.append(f"no age is known of {flow.kind} traffic and {station.service.kind} service")
        if flow.rate_per_s * station.service.mean_s >= 1.0:
            reasons.append(f"{station.id} cannot keep up with {flow.rate_per_s:g} messages per second")
        return reasons

    def check(self, sketch: Sketch) -> Check:
        """Mean age, and mean age just before an update."""
        flow = sketch.flows[0]
        station = flow.busy_stations()[0]
        kind, service_s = self.kinds[flow.kind, station.service.kind], station.service.mean_s
        base_s = flow.delay_s + flow.idle_s()
        age: Age
        if kind == "M/M/1":
            age = mm1_age(flow.rate_per_s, service_s)
        elif kind == "M/D/1":
            age = md1_age(flow.rate_per_s, service_s)
        else:
            age = dm1_age(flow.gap_s, service_s)
        load = flow.rate_per_s * service_s
        relaxation_s = queue_relaxation_s(load, service_s, station.service.second_s2)
        return Check(
            quantities=(
                Quantity(f"mean age ({kind})", "s", age.mean_s + base_s, mean_age),
                Quantity(f"mean age before an update ({kind})", "s", age.peak_s + base_s, peak_age),
            ),
            relaxation_s=relaxation_s,
            tail_s=base_s + TAIL_RELAXATIONS * relaxation_s,
            events_per_s=flow.rate_per_s,
        )


class ReplacedAge(Form):
    """News through one queue in which a newer one takes the place of an older one that waits."""

    name = "replaced-age"
    title = "age where updates replace each other"
    source = "Costa, Codreanu & Ephremides (2016)"
    allowed = frozenset({"coalesce"})

    def obstacles(self, sketch: Sketch) -> list[str]:
        """Whether one flow of tracks loads one link that lets the newest wait alone."""
        flow, reasons = lone_flow(sketch, "poisson")
        if flow is None:
            return reasons
        station, reasons = lone_station(flow)
        if station is None:
            return reasons
        if station.kind != "link" or not station.element.coalesce:
            return [f"{station.id} lets every message wait"]
        if flow.priority != PRIORITY_CLASSES.index("track"):
            reasons.append(f"{flow.name} is no track, and only tracks replace each other")
        if station.service.kind != "exponential":
            reasons.append(f"it needs exponential sizes, and those of {flow.name} are {station.service.kind}")
        return reasons

    def check(self, sketch: Sketch) -> Check:
        """Mean age, and share that is replaced."""
        flow = sketch.flows[0]
        station = flow.busy_stations()[0]
        rate, service_s = flow.rate_per_s, station.service.mean_s
        base_s = flow.delay_s + flow.idle_s()
        # A finite queue forgets within some services and gaps.
        relaxation_s = service_s + flow.gap_s
        replaced = replaced_share(rate, service_s)
        return Check(
            quantities=(
                Quantity("mean age", "s", replaced_age_s(rate, service_s) + base_s, mean_age),
                Quantity("share replaced", "", replaced, lambda sample: sample.share("superseded")),
            ),
            relaxation_s=relaxation_s,
            spread=max(1.0, replaced**-0.5),
            tail_s=base_s + TAIL_RELAXATIONS * relaxation_s,
            events_per_s=rate,
        )


class KthArrival(Form):
    """Messages sent at one time over links of exponential jitter, of which the k-th is waited for."""

    name = "kth-arrival"
    title = "k-th of several arrivals"
    source = "David & Nagaraja (2003)"
    allowed = frozenset({"jitter"})

    def obstacles(self, sketch: Sketch) -> list[str]:
        """Whether periodic flows of one phase come over a jittering link each to one node."""
        flows = sketch.flows
        reasons = []
        if len(flows) < 2 or len({flow.destination for flow in flows}) != 1:
            reasons.append("it needs two or more flows to one destination")
        if any(flow.kind != "periodic" or flow.phase_s is None for flow in flows):
            reasons.append("it needs periodic traffic of a stated phase_s")
        elif len({(flow.gap_s, flow.phase_s) for flow in flows}) != 1:
            reasons.append("its flows do not send at the same times")
        used: set[tuple[str, str]] = set()
        for flow in flows:
            jittering = [each for each in flow.stations if each.kind == "link" and each.element.jitter]
            if len(jittering) != 1 or jittering[0].element.jitter.kind != "exponential":
                reasons.append(f"{flow.name} needs exponential jitter on one link")
            elif jittering[0].element.keep_order:
                reasons.append(f"{jittering[0].id} keeps the order, so a message may wait for an earlier one")
            if flow.busy_stations():
                reasons.append(f"{flow.busy_stations()[0].id} is loaded")
            if used & set(flow.place):
                reasons.append(f"{flow.name} shares a link with another flow")
            used |= set(flow.place)
        if len({round(flow.fixed_s, 12) for flow in flows}) > 1:
            reasons.append("its links differ in more than their jitter")
        return reasons

    def check(self, sketch: Sketch) -> Check:
        """Mean time until each arrival."""
        flows = sketch.flows
        rates = [
            1.0 / each.element.jitter.mean()
            for flow in flows
            for each in flow.stations
            if each.kind == "link" and each.element.jitter
        ]
        base_s = flows[0].fixed_s

        def kth(sample: Sample, k: int) -> float:
            latencies_s = np.column_stack([sample.latencies_s(flow.name) for flow in flows])
            return float(np.mean(np.sort(latencies_s, axis=1)[:, k - 1])) - base_s

        return Check(
            quantities=tuple(
                Quantity(
                    f"mean until {k} of {len(flows)}",
                    "s",
                    kth_arrival_mean(rates, k),
                    lambda sample, k=k: kth(sample, k),  # type: ignore[misc]
                )
                for k in range(1, len(flows) + 1)
            ),
            tail_s=base_s + 100.0 / min(rates),
            events_per_s=flows[0].rate_per_s,
        )
