"""Messages that wait for a repair, or find another way around it.

What a link cannot carry waits in its queue until it is repaired.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from warnpath.scenario import effective_link
from warnpath.scenario.lives import risk_lives
from warnpath.study.verification.forms.base import (
    Check,
    Form,
    Quantity,
    lone_flow,
    mean_latency,
    share_above,
)
from warnpath.study.verification.forms.failures import rated
from warnpath.study.verification.samples import Array, Sample
from warnpath.study.verification.sketch import FlowSketch, Sketch, sketch
from warnpath.theory import availability as held

if TYPE_CHECKING:
    from warnpath.scenario import Reroute, Scenario

SLACK_S = 1e-6
"""By how much a latency may differ from a fixed one and still be it."""


class HeldForRepair(Form):
    """Messages that wait at links in a row until they are repaired."""

    name = "held-for-repair"
    title = "on-off links in series"
    source = "renewal theory: binomial mixture of Erlang"
    allowed = frozenset({"failures"})

    def obstacles(self, sketch: Sketch) -> list[str]:
        """Whether one flow passes idle links, some of which fail alike, and nothing else does."""
        flow, reasons = lone_flow(sketch)
        if flow is None:
            return reasons
        elements, reasons = rated(sketch.scenario)
        links = {station.id for station in flow.stations if station.kind == "link"}
        if any(each.id not in links for each in elements):
            reasons.append("something fails that is no link on the way")
        if len({(each.mtbf_s, each.mttr_s) for each in elements}) > 1:
            reasons.append("its links differ in how they fail")
        if flow.busy_stations():
            reasons.append(f"{flow.busy_stations()[0].id} is loaded: messages wait there anyway")
        if flow.fixed_s > 1e-3 * min((each.mttr_s for each in elements), default=1.0):
            reasons.append("the way takes so long that failures lose messages under way")
        reasons += [f"the shared risk {name} takes links down too" for name in risk_lives(sketch.scenario)]
        return reasons

    def check(self, sketch: Sketch) -> Check:
        """Mean delay, share not delayed at all, share delayed by more than a mean repair."""
        flow = sketch.flows[0]
        elements = rated(sketch.scenario)[0]
        first, count = elements[0], len(elements)
        base_s = flow.fixed_s
        late = held.series_exceeds(first.up, first.mttr_s, count, first.mttr_s)
        mean_s = held.series_mean_s(first.up, first.mttr_s, count)
        second_s2 = count * (1.0 - first.up) * 2.0 * first.mttr_s**2

        return Check(
            quantities=(
                Quantity("mean delay", "s", mean_s, mean_latency(base_s)),
                Quantity("share delayed", "", 1.0 - first.up**count, share_above(base_s + 1e-6)),
                Quantity("share delayed beyond a mean repair", "", late, share_above(base_s + first.mttr_s)),
            ),
            relaxation_s=first.relaxation_s,
            spread=math.sqrt(second_s2) / mean_s,
            tail_s=base_s + 30.0 * first.mttr_s * count,
            events_per_s=flow.rate_per_s,
        )


class Duplicates(Form):
    """Copies sent at one time over links that hold for repair, of which the first to arrive counts."""

    name = "duplicates"
    title = "two on-off paths"
    source = "renewal theory: all found down, then the first of exponential repairs"
    allowed = frozenset({"failures"})

    def obstacles(self, sketch: Sketch) -> list[str]:
        """Whether periodic flows of one phase come over a failing link each to one node."""
        flows = sketch.flows
        elements, reasons = rated(sketch.scenario)
        if len(flows) < 2 or len({flow.destination for flow in flows}) != 1:
            reasons.append("it needs two or more flows to one destination")
        if any(flow.kind != "periodic" or flow.phase_s is None for flow in flows):
            reasons.append("it needs periodic traffic of a stated phase_s")
        elif len({(flow.gap_s, flow.phase_s) for flow in flows}) != 1:
            reasons.append("its flows do not send at the same times")
        ways = [{station.id for station in flow.stations if station.kind == "link"} for flow in flows]
        failing = {each.id for each in elements}
        if any(len(way & failing) != 1 for way in ways) or len(failing) != len(flows):
            reasons.append("it needs one failing link on each way, and no other")
        if len(set().union(*ways)) < sum(len(way) for way in ways):
            reasons.append("its ways share a link")
        if any(flow.busy_stations() for flow in flows):
            reasons.append("a link on the way is loaded")
        if len({round(flow.fixed_s, 12) for flow in flows}) > 1:
            reasons.append("its ways differ in length")
        reasons += [f"the shared risk {name} takes links down too" for name in risk_lives(sketch.scenario)]
        return reasons

    def check(self, sketch: Sketch) -> Check:
        """Mean delay of the first copy, and share of messages of which every copy is delayed."""
        flows = sketch.flows
        elements = rated(sketch.scenario)[0]
        ups, mttrs = [each.up for each in elements], [each.mttr_s for each in elements]
        base_s = flows[0].fixed_s
        late = held.duplicate_exceeds(ups, mttrs, 0.0)

        def delays(sample: Sample) -> Array:
            copies = np.column_stack([sample.latencies_s(flow.name) for flow in flows])
            first_s: Array = copies.min(axis=1) - base_s
            return first_s

        def mean(sample: Sample) -> float:
            return float(np.mean(delays(sample)))

        def delayed(sample: Sample) -> float:
            return float(np.mean(delays(sample) > SLACK_S))

        return Check(
            quantities=(
                Quantity("mean delay of the first copy", "s", held.duplicate_mean_s(ups, mttrs), mean),
                Quantity("share with every copy delayed", "", late, delayed),
            ),
            relaxation_s=max(each.relaxation_s for each in elements),
            spread=1.5 / math.sqrt(late),
            tail_s=base_s + 40.0 * max(mttrs),
            events_per_s=flows[0].rate_per_s,
        )


class Failover(Form):
    """Traffic that a failure holds until another way is taken."""

    name = "failover"
    title = "failover"
    source = "RFC 5880; renewal theory, to first order in the failures within one failover"
    allowed = frozenset({"failures", "reroute"})

    def obstacles(self, sketch: Sketch) -> list[str]:
        """Whether one flow goes over one idle link that fails and is rerouted around."""
        flow, reasons = lone_flow(sketch)
        if flow is None:
            return reasons
        elements, reasons = rated(sketch.scenario)
        links = {station.id for station in flow.stations if station.kind == "link"}
        if len(elements) != 1 or elements[0].id not in links:
            return [*reasons, "it needs one link that fails, on the way"]
        failing = effective_link(sketch.scenario, elements[0].id)
        if failing.reroute is None:
            return [*reasons, f"{failing.id} is not rerouted around"]
        if flow.busy_stations():
            reasons.append(f"{flow.busy_stations()[0].id} is loaded")
        if other_way_s(sketch.scenario, flow, failing.id) is None:
            reasons.append(f"there is no other way than over {failing.id}")
        if blackout_s(failing.reroute) > 2e-3 * elements[0].mtbf_s:
            reasons.append("failovers take too large a part of the time between failures")
        return reasons

    def check(self, sketch: Sketch) -> Check:
        """Share of messages held until the repair, and share that takes the other way."""
        flow = sketch.flows[0]
        (element,) = rated(sketch.scenario)[0]
        reroute = effective_link(sketch.scenario, element.id).reroute
        assert reroute is not None
        failover_s = blackout_s(reroute)
        other_s = other_way_s(sketch.scenario, flow, element.id)
        assert other_s is not None
        spare_s = other_s - flow.fixed_s
        within = -math.expm1(-failover_s / element.mttr_s)
        kept = (1.0 - element.up) * within * math.exp(-(spare_s + SLACK_S) / element.mttr_s)
        around = (1.0 - within) * ((1.0 - element.up) + element.up * failover_s / element.mtbf_s)

        def other(sample: Sample) -> float:
            return float(np.mean(np.abs(sample.latencies_s() - other_s) < SLACK_S))

        return Check(
            quantities=(
                Quantity("share over the other way", "", around, other),
                Quantity("share held for the repair", "", kept, share_above(other_s + SLACK_S)),
            ),
            relaxation_s=element.relaxation_s,
            spread=1.0 / math.sqrt(around),
            tail_s=other_s + 30.0 * element.mttr_s,
            events_per_s=flow.rate_per_s,
        )


def blackout_s(reroute: Reroute) -> float:
    """Detection and convergence (s)."""
    return float(reroute.detection_s) + float(reroute.convergence_s)


def other_way_s(scenario: Scenario, flow: FlowSketch, without: str) -> float | None:
    """Fixed time of the way a flow takes without a link; None if there is none (s)."""
    cut = scenario.replace({f"link.{without}.route_penalty_s": 1e6})
    (other,) = sketch(cut).flows
    return None if any(station.id == without for station in other.stations) else other.fixed_s
