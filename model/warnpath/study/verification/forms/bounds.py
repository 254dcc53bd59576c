"""What holds for every single message: the recursion of a queue, physical floors, network calculus."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from warnpath.network.geometry import LIGHT_VACUUM_US_PER_KM, light_time_s
from warnpath.scenario.geometry import chord_km
from warnpath.study.verification.forms.base import Bound, Check, Form, lone_flow, lone_station
from warnpath.study.verification.samples import Array, Sample
from warnpath.study.verification.sketch import FlowSketch, Sketch
from warnpath.theory.lindley import equal_service_departures_s
from warnpath.theory.network_calculus import (
    Bucket,
    RateLatency,
    packet_delay_bound_s,
    priority_delay_bound_s,
)

RELATIVE_ROUNDING = 1e-12
"""Of a time since the start of the run, over some thousand sums."""
DETOURS = ("failures", "outage", "loss", "release", "shared_risk", "reroute")


class Lindley(Form):
    """One server of constant service, message by message."""

    name = "lindley"
    title = "Lindley's recursion"
    source = "Lindley (1952)"

    def obstacles(self, sketch: Sketch) -> list[str]:
        """Whether one flow passes one server of constant service."""
        flow, reasons = lone_flow(sketch)
        if flow is None:
            return reasons
        station, reasons = lone_station(flow)
        if station is None:
            return reasons
        if station.service.kind != "fixed":
            reasons.append(f"the service of {station.id} is not the same for all")
        if station.servers != 1:
            reasons.append(f"it needs one server, and {station.id} has {station.servers}")
        if any(each.service.kind not in ("fixed", "none") for each in flow.stations):
            reasons.append("another service on the way varies")
        return reasons

    def check(self, sketch: Sketch) -> Check:
        """Deviation of every arrival from the recursion on the times of sending."""
        flow = sketch.flows[0]
        station = flow.busy_stations()[0]
        place = flow.stations.index(station)
        before_s = sum(each.delay_s + each.service.mean_s for each in flow.stations[:place])
        after_s = flow.fixed_s - before_s - station.service.mean_s

        def deviations(sample: Sample) -> Array:
            found = sample.whole(flow.name)
            done = found["status"] == "delivered"
            exact = (
                equal_service_departures_s(found["created_s"] + before_s, station.service.mean_s) + after_s
            )
            scale = RELATIVE_ROUNDING * max(float(found["created_s"][-1]), 1.0)
            found_s: Array = np.abs(found["delivered_s"] - exact)[done] / scale
            return found_s

        return Check(
            bounds=(Bound("deviation of any arrival, in 1e-12 of the run", "", 0.0, 100.0, deviations),),
            events_per_s=flow.rate_per_s,
            tail_s=flow.fixed_s,
        )


class NetworkCalculus(Form):
    """Periodic flows over links in a row, none of which can exceed a bound."""

    name = "network-calculus"
    title = "network calculus"
    source = "Le Boudec & Thiran (2001)"

    def obstacles(self, sketch: Sketch) -> list[str]:
        """Whether periodic flows of fixed sizes share one way of plain links."""
        flows = sketch.flows
        reasons = [
            f"{flow.name} keeps to no bucket: it is {flow.kind}" for flow in flows if flow.kind != "periodic"
        ]
        if len({flow.place for flow in flows}) > 1:
            reasons.append("its flows go different ways")
        if len({flow.priority for flow in flows}) > 1:
            reasons.append("its flows are of different priority classes")
        if any(each.kind == "node" for flow in flows for each in flow.stations):
            reasons.append("a node on the way has a service")
        if any(each.service.kind != "fixed" for flow in flows for each in flow.stations):
            reasons.append("sizes vary")
        if not reasons and flow_bucket(flows).rate_bps > min(server.rate_bps for server in servers(flows[0])):
            reasons.append("a link is slower than the traffic, so there is no bound")
        return reasons

    def check(self, sketch: Sketch) -> Check:
        """Every latency between the fixed delays and the bound."""
        flows = sketch.flows
        longest = max(flow.size_bits for flow in flows)
        bound_s = packet_delay_bound_s(flow_bucket(flows), servers(flows[0]), longest) + flows[0].delay_s
        low_s = min(flow.fixed_s for flow in flows)
        return Check(
            bounds=(
                Bound("latency of any message", "s", low_s, bound_s, lambda sample: sample.latencies_s()),
            ),
            events_per_s=sum(flow.rate_per_s for flow in flows),
            tail_s=bound_s,
        )


class PriorityBound(Form):
    """Periodic warnings on a link that others load without preemption."""

    name = "priority-bound"
    title = "bound of the highest class"
    source = "Le Boudec & Thiran (2001), section 6.2"

    def obstacles(self, sketch: Sketch) -> list[str]:
        """Whether the highest class is periodic and shares one link, and nothing else, with lower ones."""
        first = min(flow.priority for flow in sketch.flows)
        highest = [flow for flow in sketch.flows if flow.priority == first]
        reasons = []
        if len(highest) == len(sketch.flows):
            reasons.append("it needs traffic of two or more priority classes")
        reasons += [
            f"{flow.name}, of the highest class, is {flow.kind}"
            for flow in highest
            if flow.kind != "periodic"
        ]
        if any(each.service.kind != "fixed" for flow in sketch.flows for each in flow.stations):
            reasons.append("sizes or services vary")
        places = {(each.id, each.direction) for flow in sketch.flows for each in flow.busy_stations()}
        if len(places) != 1 or any(each.kind == "node" for flow in sketch.flows for each in flow.stations):
            reasons.append("it needs one loaded link, shared by all")
        return reasons

    def check(self, sketch: Sketch) -> Check:
        """Every latency of the highest class between the fixed delays and the bound."""
        first = min(flow.priority for flow in sketch.flows)
        highest = tuple(flow for flow in sketch.flows if flow.priority == first)
        (rate_bps,) = {
            1e3 * float(each.element.capacity_kbps) for flow in highest for each in flow.busy_stations()
        }
        lower = max(flow.size_bits for flow in sketch.flows if flow.priority != first)
        bound_s = priority_delay_bound_s(flow_bucket(highest), rate_bps, lower)
        bound_s += max(flow.delay_s + flow.idle_s() for flow in highest)

        def latencies(sample: Sample) -> Array:
            return np.concatenate([sample.latencies_s(flow.name) for flow in highest])

        low_s = min(flow.fixed_s for flow in highest)
        return Check(
            bounds=(Bound("latency of any message of the highest class", "s", low_s, bound_s, latencies),),
            events_per_s=sum(flow.rate_per_s for flow in highest),
            tail_s=bound_s,
        )


def floor_bound(sketch: Sketch) -> Bound:
    """That no message is faster than its fixed delays, or, where it may take another way, than light."""
    detours = any(name in DETOURS for name, _ in sketch.features)
    floors = [(flow, light_floor_s(sketch, flow) if detours else flow.fixed_s) for flow in sketch.flows]

    def spare(sample: Sample) -> Array:
        return np.concatenate([_of(flow)(sample) - floor_s for flow, floor_s in floors])

    return Bound("latency over its physical floor", "s", 0.0, math.inf, spare)


def light_floor_s(sketch: Sketch, flow: FlowSketch) -> float:
    """Light in vacuum straight from end to end of a flow (s)."""
    ends = [sketch.scenario.node_by_id(name) for name in (flow.source, flow.destination)]
    places = [(float(node.lat_deg), float(node.lon_deg), float(node.alt_m) / 1e3) for node in ends]
    return light_time_s(chord_km(places[0], places[1]), LIGHT_VACUUM_US_PER_KM)


def flow_bucket(flows: tuple[FlowSketch, ...]) -> Bucket:
    """Bucket that periodic flows keep to together: one message of each at once, and their rates."""
    bucket = Bucket(0.0, 0.0)
    for flow in flows:
        bucket += Bucket(flow.size_bits, flow.size_bits * flow.rate_per_s)
    return bucket


def servers(flow: FlowSketch) -> list[RateLatency]:
    """Links on the way of a flow as servers."""
    return [RateLatency(1e3 * float(station.element.capacity_kbps), 0.0) for station in flow.stations]


def _of(flow: FlowSketch) -> Callable[[Sample], Array]:
    def latencies(sample: Sample) -> Array:
        found = sample.delivered(flow.name)
        kept = (found["origin"] == flow.source) & (found["destination"] == flow.destination)
        kept_s: Array = found["latency_s"][kept]
        return kept_s

    return latencies
