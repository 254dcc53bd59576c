"""Queues whose server breaks down.

What a link transmits when it fails is lost and its queue waits; what comes to a node that is down is lost,
and what it serves goes on after the repair if it says ``on_failure = "held"``.
"""

from __future__ import annotations

from warnpath.scenario.lives import lives
from warnpath.study.verification.forms.base import (
    Check,
    Form,
    Quantity,
    lone_flow,
    lone_station,
    mean_latency,
    queue_relaxation_s,
)
from warnpath.study.verification.forms.failures import Rated, rated
from warnpath.study.verification.forms.queues import TAIL_RELAXATIONS
from warnpath.study.verification.samples import Sample
from warnpath.study.verification.sketch import FlowSketch, Sketch
from warnpath.theory import breakdowns

FAILURES = frozenset({"failures", "fails_only_busy", "on_failure"})


class LosingBreakdowns(Form):
    """A loaded link that fails: it loses what it transmits, and the queue waits."""

    name = "breakdowns-link"
    title = "M/M/1 with breakdowns that lose"
    source = "Neuts (1981)"
    allowed = FAILURES

    def obstacles(self, sketch: Sketch) -> list[str]:
        """Whether one Poisson flow of exponential sizes loads one link, which alone fails."""
        flow, reasons = lone_flow(sketch, "poisson")
        if flow is None:
            return reasons
        station, reasons = lone_station(flow)
        if station is None:
            return reasons
        elements, reasons = rated(sketch.scenario)
        if [each.id for each in elements] != [station.id] or station.kind != "link":
            reasons.append("it needs one link that is loaded and fails, and nothing else that fails")
        if station.service.kind != "exponential":
            reasons.append(
                f"it needs exponential sizes, and those on {station.id} are {station.service.kind}"
            )
        if flow.delay_s > 0.0:
            reasons.append("propagation lets a failure lose more than what is transmitted")
        if sketch.has("on_failure"):
            reasons.append(f"{station.id} holds what it transmits")
        return reasons

    def check(self, sketch: Sketch) -> Check:
        """Mean time of those that arrive, and share lost."""
        flow = sketch.flows[0]
        station = flow.busy_stations()[0]
        (element,) = rated(sketch.scenario)[0]
        only_busy = lives(sketch.scenario)[element.id].only_busy
        time_s, loss = breakdowns.mm1_losing_breakdowns(
            flow.rate_per_s, station.service.mean_s, element.mtbf_s, element.mttr_s, only_busy=only_busy
        )

        def lost(sample: Sample) -> float:
            return sample.share("link_down")

        quantities = (
            Quantity("mean time of those that arrive", "s", time_s, mean_latency(flow.idle_s())),
            Quantity("share lost", "", loss, lost),
        )
        return _queue_check(flow, element, quantities)


class HoldingBreakdowns(Form):
    """A loaded node that fails: what comes waits, and what it serves goes on after the repair."""

    name = "breakdowns-node"
    title = "M/G/1 with breakdowns"
    source = "White & Christie (1958); Gaver (1962); Avi-Itzhak & Naor (1963)"
    allowed = FAILURES

    def obstacles(self, sketch: Sketch) -> list[str]:
        """Whether one Poisson flow loads one node, which alone fails and holds what it serves."""
        flow, reasons = lone_flow(sketch, "poisson")
        if flow is None:
            return reasons
        station, reasons = lone_station(flow)
        if station is None:
            return reasons
        elements, reasons = rated(sketch.scenario)
        if [each.id for each in elements] != [station.id] or station.kind != "node":
            return [*reasons, "it needs one node that is loaded and fails, and nothing else that does"]
        if station.element.on_failure != "held":
            reasons.append(f"{station.id} loses what it serves")
        if station.servers != 1:
            reasons.append(f"it needs one server, and {station.id} has {station.servers}")
        if flow.rate_per_s * station.service.mean_s >= elements[0].up:
            reasons.append(f"{station.id} cannot keep up with {flow.rate_per_s:g} messages per second")
        return reasons

    def check(self, sketch: Sketch) -> Check:
        """Mean wait and service, by whether it fails at any time or only while busy."""
        flow = sketch.flows[0]
        service = flow.busy_stations()[0].service
        (element,) = rated(sketch.scenario)[0]
        only_busy = lives(sketch.scenario)[element.id].only_busy
        sojourn_s = (
            breakdowns.mg1_busy_breakdowns_sojourn_s
            if only_busy
            else breakdowns.mg1_idle_breakdowns_sojourn_s
        )
        outage = (element.mtbf_s, element.mttr_s)
        exact_s = sojourn_s(flow.rate_per_s, service.mean_s, service.second_s2, outage)
        base_s = flow.delay_s + flow.idle_s()
        return _queue_check(
            flow, element, (Quantity("mean wait and service", "s", exact_s, mean_latency(base_s)),)
        )


def _queue_check(flow: FlowSketch, element: Rated, quantities: tuple[Quantity, ...]) -> Check:
    """How long a queue has to run whose server fails: the slower of the two, slowed by the other."""
    service = flow.busy_stations()[0].service
    load = min(flow.rate_per_s * service.mean_s / element.up, 0.99)
    queue_s = queue_relaxation_s(load, service.mean_s, service.second_s2) / element.up
    relaxation_s = queue_s + element.relaxation_s + element.mttr_s / (1.0 - load)
    return Check(
        quantities=quantities,
        relaxation_s=relaxation_s,
        spread=1.5,
        tail_s=flow.delay_s + TAIL_RELAXATIONS * relaxation_s,
        events_per_s=flow.rate_per_s,
    )
