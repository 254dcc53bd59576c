"""What a closed form is to verification: a judge of scenarios, and a source of exact values."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from warnpath.study.verification.samples import Array, Sample
from warnpath.study.verification.sketch import FlowSketch, Sketch, Station


@dataclass(frozen=True)
class Quantity:
    """A number that theory knows exactly, and that a replication estimates.

    Parameters
    ----------
    name, unit : str
        What it is; the unit is empty for a share.
    exact : float
        Its exact value.
    measure : callable
        Its estimate from one replication.
    """

    name: str
    unit: str
    exact: float
    measure: Callable[[Sample], float]


@dataclass(frozen=True)
class Bound:
    """Something that no sample may exceed or fall below.

    Parameters
    ----------
    name, unit : str
        What it is.
    low, high : float
        Bounds, infinite for none.
    measure : callable
        All values in one replication.
    tolerance : float
        By how much rounding may break a bound.
    """

    name: str
    unit: str
    low: float
    high: float
    measure: Callable[[Sample], Array]
    tolerance: float = 1e-9


@dataclass(frozen=True)
class Check:
    """What to measure in a scenario, and how long it must run for that.

    Attributes
    ----------
    quantities, bounds : tuple
        What to measure.
    relaxation_s : float
        Time in which the scenario forgets how it began, and in which samples depend on one another (s).
    spread : float
        Standard deviation over mean of what is measured, at one time. With the relaxation time it says how
        long a run must be.
    tail_s : float
        Time that a message's fate may take (s).
    events_per_s : float
        Things measured per second, so that the run holds enough of them.
    replications : int
        Least number of replications, for what each replication shows once only; 0 for what it shows often.
    tables : tuple of str
        Tables it needs.
    """

    quantities: tuple[Quantity, ...] = ()
    bounds: tuple[Bound, ...] = ()
    relaxation_s: float = 0.0
    spread: float = 1.0
    tail_s: float = 0.0
    events_per_s: float = 1.0
    replications: int = 0
    tables: tuple[str, ...] = ("messages",)


class Form(ABC):
    """A closed form.

    Attributes
    ----------
    name, title : str
        Short name and what it is.
    source : str
        Where it comes from.
    allowed : frozenset of str
        Features of a scenario it takes into account.
    needs_traffic : bool
        Whether it says nothing of a scenario without traffic.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    source: ClassVar[str]
    allowed: ClassVar[frozenset[str]] = frozenset()
    needs_traffic: ClassVar[bool] = True

    def why_not(self, sketch: Sketch) -> list[str]:
        """Reasons why the form does not fit a scenario; none if it does."""
        reasons = [
            f"{name} of {where} has no place in it"
            for name, where in sketch.features
            if name not in self.allowed
        ]
        if sketch.unrouted:
            return [*reasons, f"traffic {', '.join(sketch.unrouted)} reaches no destination"]
        if not sketch.flows and self.needs_traffic:
            return [*reasons, "it needs [[traffic]], and there is none"]
        return reasons + self.obstacles(sketch)

    @abstractmethod
    def obstacles(self, sketch: Sketch) -> list[str]:
        """What is wrong with the flows and stations of a scenario whose features are checked already."""

    @abstractmethod
    def check(self, sketch: Sketch) -> Check:
        """Exact values for a scenario that the form fits."""


def lone_flow(sketch: Sketch, kind: str | None = None) -> tuple[FlowSketch | None, list[str]]:
    """The only flow of a scenario, and why it is not as wanted."""
    if len(sketch.flows) != 1:
        return None, [f"it needs one flow of traffic, and there are {len(sketch.flows)}"]
    flow = sketch.flows[0]
    if kind is not None and flow.kind != kind:
        return None, [f"it needs {kind} traffic, and {flow.name} is {flow.kind}"]
    return flow, []


def lone_station(flow: FlowSketch) -> tuple[Station | None, list[str]]:
    """The only station of a flow that can make it wait, and why there is none or more."""
    busy = flow.busy_stations()
    if len(busy) != 1:
        found = ", ".join(station.id for station in busy) or "none"
        return None, [f"it needs one loaded link or node on the way, and there are: {found}"]
    return busy[0], []


def share_above(limit_s: float, traffic: str | None = None) -> Callable[[Sample], float]:
    """Share of the delivered messages whose latency is above a limit."""

    def measure(sample: Sample) -> float:
        return float(np.mean(sample.latencies_s(traffic) > limit_s))

    return measure


def mean_latency(base_s: float = 0.0, traffic: str | None = None) -> Callable[[Sample], float]:
    """Mean latency of the delivered messages over a base."""

    def measure(sample: Sample) -> float:
        return float(np.mean(sample.latencies_s(traffic))) - base_s

    return measure


def queue_relaxation_s(load: float, service_mean_s: float, service_second_s2: float) -> float:
    """Time in which a queue forgets: E[S] / (1 - sqrt(rho))^2, scaled by the service's variability (s).

    Morse (1958) for M/M/1; the scale (1 + c^2) / 2 is that of heavy traffic.
    """
    variability = service_second_s2 / (2.0 * service_mean_s * service_mean_s)
    return max(variability, 0.5) * service_mean_s / (1.0 - math.sqrt(load)) ** 2
