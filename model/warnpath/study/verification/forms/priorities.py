"""Classes of messages of which a higher one goes first."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from warnpath.study.verification.forms.base import (
    Check,
    Form,
    Quantity,
    lone_station,
    mean_latency,
    queue_relaxation_s,
)
from warnpath.study.verification.forms.queues import TAIL_RELAXATIONS
from warnpath.study.verification.sketch import FlowSketch, Sketch, Station
from warnpath.theory.priorities import Class, nonpreemptive_waits_s, preemptive_sojourns_s

WORDS = ("warning", "track", "background")


class _Priorities(Form):
    """Several flows of Poisson traffic of different classes at one server."""

    def obstacles(self, sketch: Sketch) -> list[str]:
        """What keeps the flows from sharing one server in classes."""
        reasons = [
            f"it needs poisson traffic, and {flow.name} is {flow.kind}"
            for flow in sketch.flows
            if flow.kind != "poisson"
        ]
        if len({flow.priority for flow in sketch.flows}) < 2:
            reasons.append("it needs traffic of two or more priority classes")
        places = set()
        for flow in sketch.flows:
            station, found = lone_station(flow)
            reasons += found
            if station is not None:
                places.add((station.id, station.direction))
                if station.servers != 1:
                    reasons.append(f"it needs one server, and {station.id} has {station.servers}")
        if len(places) > 1:
            loaded = ", ".join(sorted(name for name, _ in places))
            reasons.append(f"the flows share no server: they load {loaded}")
        if not reasons and sum(each.load for _, each in classes_of(sketch)) >= 1.0:
            reasons.append("the server cannot keep up with all classes")
        return reasons

    def check(self, sketch: Sketch) -> Check:
        """Mean time of each flow."""
        classes = classes_of(sketch)
        times_s = self.times_s([each for _, each in classes])
        pooled = [(flow.rate_per_s, flow.busy_stations()[0].service) for flow in sketch.flows]
        rate = sum(each for each, _ in pooled)
        mean_s = sum(each * service.mean_s for each, service in pooled) / rate
        second_s2 = sum(each * service.second_s2 for each, service in pooled) / rate
        load = rate * mean_s
        above = load - classes[-1][1].load
        relaxation_s = queue_relaxation_s(load, mean_s, second_s2) / (1.0 - above)
        quantities = []
        for (priority, each), time_s in zip(classes, times_s, strict=True):
            for flow in (flow for flow in sketch.flows if flow.priority == priority):
                service_s = flow.busy_stations()[0].service.mean_s
                exact_s = time_s - each.service_mean_s + service_s
                base_s = flow.delay_s + flow.idle_s()
                quantities.append(
                    Quantity(
                        f"mean time, {WORDS[priority]} ({flow.name})",
                        "s",
                        exact_s,
                        mean_latency(base_s, flow.name),
                    )
                )
        return Check(
            quantities=tuple(quantities),
            relaxation_s=relaxation_s,
            spread=1.5,
            tail_s=max(flow.delay_s for flow in sketch.flows) + TAIL_RELAXATIONS * relaxation_s,
            events_per_s=rate,
        )

    @abstractmethod
    def times_s(self, classes: list[Class]) -> list[float]:
        """Mean wait and service of each class, the highest first."""


class NonPreemptive(_Priorities):
    """A service once begun is finished."""

    name = "priorities"
    title = "priorities without preemption"
    source = "Cobham (1954)"

    def times_s(self, classes: list[Class]) -> list[float]:
        """Cobham's waits, and the services."""
        waits = nonpreemptive_waits_s(classes)
        return [wait + each.service_mean_s for wait, each in zip(waits, classes, strict=True)]


class Preemptive(_Priorities):
    """A service is interrupted by a higher class and resumed later."""

    name = "preemptive-priorities"
    title = "priorities with preemption"
    source = "Kleinrock (1976), chapter 3"
    allowed: ClassVar[frozenset[str]] = frozenset({"preemptive"})

    def obstacles(self, sketch: Sketch) -> list[str]:
        """As without, and that it is preemptive."""
        reasons = super().obstacles(sketch)
        if not sketch.has("preemptive"):
            reasons.append("nothing is preemptive")
        # Flows of one class take turns among themselves only if their services are alike.
        by_class: dict[int, set[float]] = {}
        for flow in sketch.flows:
            for station in flow.busy_stations():
                by_class.setdefault(flow.priority, set()).add(station.service.mean_s)
        if any(len(services) > 1 for services in by_class.values()):
            reasons.append("flows of one class have different services")
        return reasons

    def times_s(self, classes: list[Class]) -> list[float]:
        """Sojourns of preemptive resumption."""
        return preemptive_sojourns_s(classes)


def classes_of(sketch: Sketch) -> list[tuple[int, Class]]:
    """Classes with their flows put together, the highest first."""
    found: dict[int, list[tuple[FlowSketch, Station]]] = {}
    for flow in sketch.flows:
        found.setdefault(flow.priority, []).append((flow, flow.busy_stations()[0]))
    classes = []
    for priority, members in sorted(found.items()):
        rate = sum(flow.rate_per_s for flow, _ in members)
        mean_s = sum(flow.rate_per_s * station.service.mean_s for flow, station in members) / rate
        second_s2 = sum(flow.rate_per_s * station.service.second_s2 for flow, station in members) / rate
        classes.append((priority, Class(rate, mean_s, second_s2)))
    return classes
