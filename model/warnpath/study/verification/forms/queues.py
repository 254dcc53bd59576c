"""Plain queues: M/M/1, M/D/1, M/G/1, M/M/c, finite ones and tandems."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np

from warnpath.study.verification.forms.base import (
    Bound,
    Check,
    Form,
    Quantity,
    lone_flow,
    lone_station,
    mean_latency,
    queue_relaxation_s,
    share_above,
)
from warnpath.study.verification.samples import Array, Sample
from warnpath.study.verification.sketch import FlowSketch, Sketch, Station
from warnpath.theory import finite_queues, queues, tandems

ROUNDING_S = 1e-9
"""Waits below this are none: sums of times of 1e6 s keep 1e-10 s."""
TAIL_RELAXATIONS = 30.0


class _OneServer(Form):
    """One flow of Poisson traffic at one server of a kind of service."""

    service: ClassVar[str]

    def obstacles(self, sketch: Sketch) -> list[str]:
        """What keeps it from being one Poisson flow at one such server."""
        flow, reasons = lone_flow(sketch, "poisson")
        if flow is None:
            return reasons
        station, reasons = lone_station(flow)
        if station is None:
            return reasons
        return self._station_obstacles(flow, station)

    def _station_obstacles(self, flow: FlowSketch, station: Station) -> list[str]:
        reasons = []
        if station.service.kind != self.service:
            reasons.append(
                f"it needs {self.service} service, and that of {station.id} is {station.service.kind}"
            )
        if station.servers != 1:
            reasons.append(f"it needs one server, and {station.id} has {station.servers}")
        if flow.rate_per_s * station.service.mean_s >= station.servers:
            reasons.append(f"{station.id} cannot keep up with {flow.rate_per_s:g} messages per second")
        return reasons

    @staticmethod
    def parts(sketch: Sketch) -> tuple[FlowSketch, Station, float]:
        """Flow, server, and what a message takes besides waiting and being served there (s)."""
        flow = sketch.flows[0]
        return flow, flow.busy_stations()[0], flow.delay_s + flow.idle_s()


def relaxation_of(flow: FlowSketch, station: Station) -> float:
    """Relaxation time of one queue (s)."""
    load = flow.rate_per_s * station.service.mean_s / station.servers
    return queue_relaxation_s(load, station.service.mean_s, station.service.second_s2)


class MM1(_OneServer):
    """Exponential service."""

    name = "mm1"
    title = "M/M/1"
    source = "Kleinrock (1975), chapter 3"
    service = "exponential"

    def check(self, sketch: Sketch) -> Check:
        """Mean and tail of the time at the server, and how many wait."""
        flow, station, base_s = self.parts(sketch)
        rate, mean_s = flow.rate_per_s, station.service.mean_s
        relaxation_s = relaxation_of(flow, station)
        p95_s = queues.mm1_sojourn_quantile_s(rate, mean_s, 0.95)
        return Check(
            quantities=(
                Quantity(
                    "mean wait and service",
                    "s",
                    queues.mm1_wait_s(rate, mean_s) + mean_s,
                    mean_latency(base_s),
                ),
                Quantity("share above the 95 % quantile", "", 0.05, share_above(base_s + p95_s)),
                Quantity(
                    "share that waits", "", queues.utilisation(rate, mean_s), _share_that_waits(station)
                ),
            ),
            relaxation_s=relaxation_s,
            tail_s=base_s + TAIL_RELAXATIONS * relaxation_s,
            events_per_s=rate,
            tables=("messages", "hops"),
        )


class MD1(_OneServer):
    """Constant service: fixed sizes on a link."""

    name = "md1"
    title = "M/D/1"
    source = "Erlang (1909), Franx (2001)"
    service = "fixed"

    def check(self, sketch: Sketch) -> Check:
        """Mean and tail of the wait, and how many wait; propagation adds nothing to it."""
        flow, station, base_s = self.parts(sketch)
        rate, service_s = flow.rate_per_s, station.service.mean_s
        base_s += service_s
        relaxation_s = relaxation_of(flow, station)
        p95_s = queues.md1_wait_quantile_s(rate, service_s, 0.95)
        return Check(
            quantities=(
                Quantity("mean wait", "s", queues.md1_wait_s(rate, service_s), mean_latency(base_s)),
                Quantity("share above the 95 % quantile", "", 0.05, share_above(base_s + p95_s)),
                Quantity(
                    "share that waits", "", queues.utilisation(rate, service_s), _share_that_waits(station)
                ),
            ),
            relaxation_s=relaxation_s,
            spread=1.5,
            tail_s=base_s + TAIL_RELAXATIONS * relaxation_s,
            events_per_s=rate,
            tables=("messages", "hops"),
        )


class MG1(_OneServer):
    """Any other service."""

    name = "mg1"
    title = "M/G/1"
    source = "Pollaczek and Khinchine; Takacs (1962)"
    service = "general"

    def _station_obstacles(self, flow: FlowSketch, station: Station) -> list[str]:
        reasons = super()._station_obstacles(flow, station)
        plain = {"fixed": "M/D/1", "exponential": "M/M/1"}.get(station.service.kind)
        if plain is None:
            return [reason for reason in reasons if "service, and that of" not in reason]
        return [f"{station.id} has {station.service.kind} service, for which {plain} says more"]

    def check(self, sketch: Sketch) -> Check:
        """Mean and mean square of the wait."""
        flow, station, base_s = self.parts(sketch)
        rate, service = flow.rate_per_s, station.service
        mean_s = queues.mg1_wait_s(rate, service.mean_s, service.second_s2)
        variance = queues.mg1_wait_variance_s2(rate, service.mean_s, service.second_s2, service.third_s3)
        relaxation_s = relaxation_of(flow, station)

        def mean_square(sample: Sample) -> float:
            return float(np.mean(sample.waits_s(station.id) ** 2))

        def mean_wait(sample: Sample) -> float:
            return float(np.mean(sample.waits_s(station.id)))

        return Check(
            quantities=(
                Quantity("mean wait", "s", mean_s, mean_wait),
                Quantity("mean square of the wait", "s2", variance + mean_s * mean_s, mean_square),
                Quantity("mean wait and service", "s", mean_s + service.mean_s, mean_latency(base_s)),
            ),
            relaxation_s=relaxation_s,
            spread=variance**0.5 / mean_s,
            tail_s=base_s + TAIL_RELAXATIONS * relaxation_s,
            events_per_s=rate,
            tables=("messages", "hops"),
        )


class MMc(_OneServer):
    """Several servers."""

    name = "mmc"
    title = "M/M/c"
    source = "Erlang (1917)"
    service = "exponential"
    allowed = frozenset({"servers"})

    def _station_obstacles(self, flow: FlowSketch, station: Station) -> list[str]:
        reasons = [
            reason
            for reason in super()._station_obstacles(flow, station)
            if "it needs one server" not in reason
        ]
        if station.servers == 1:
            reasons.append(f"{station.id} has one server, for which M/M/1 says more")
        return reasons

    def check(self, sketch: Sketch) -> Check:
        """Mean wait and how many wait."""
        flow, station, base_s = self.parts(sketch)
        rate, mean_s = flow.rate_per_s, station.service.mean_s
        wait_s = queues.mmc_wait_s(rate, mean_s, station.servers)
        waiting = queues.erlang_c(rate * mean_s, station.servers)
        relaxation_s = relaxation_of(flow, station)
        return Check(
            quantities=(
                Quantity("mean wait and service", "s", wait_s + mean_s, mean_latency(base_s)),
                Quantity("share that waits", "", waiting, _share_that_waits(station)),
            ),
            relaxation_s=relaxation_s,
            tail_s=base_s + TAIL_RELAXATIONS * relaxation_s,
            events_per_s=rate,
            tables=("messages", "hops"),
        )


class _Finite(_OneServer):
    """The same with room for few."""

    allowed = frozenset({"queue_limit"})

    def _station_obstacles(self, flow: FlowSketch, station: Station) -> list[str]:
        reasons = [
            reason for reason in super()._station_obstacles(flow, station) if "cannot keep up" not in reason
        ]
        if station.element.queue_limit is None:
            reasons.append(f"{station.id} has no queue_limit")
        elif station.element.queue_limit > 500:
            reasons.append(f"the queue_limit of {station.id} is above 500, which nothing ever fills")
        return reasons

    def check(self, sketch: Sketch) -> Check:
        """Share refused, and the time of those taken in."""
        flow, station, base_s = self.parts(sketch)
        rate, mean_s = flow.rate_per_s, station.service.mean_s
        room = int(station.element.queue_limit) + 1
        solve = finite_queues.mm1k if self.service == "exponential" else finite_queues.md1k
        exact = solve(rate, mean_s, room)
        # The state is one of room + 1, so it forgets no slower than a walk over them takes.
        unlimited = rate * mean_s
        walk_s = mean_s * room * room
        relaxation_s = min(walk_s, relaxation_of(flow, station)) if unlimited < 0.9 else walk_s

        def refused(sample: Sample) -> float:
            return sample.share("queue_full")

        return Check(
            quantities=(
                Quantity("share refused", "", exact.loss, refused),
                Quantity("mean wait and service of the rest", "s", exact.sojourn_s, mean_latency(base_s)),
            ),
            relaxation_s=relaxation_s,
            spread=2.0,
            tail_s=base_s + 2.0 * room * mean_s * TAIL_RELAXATIONS,
            events_per_s=rate,
        )


class MM1K(_Finite):
    """Room for few, exponential service."""

    name = "mm1k"
    title = "M/M/1/K"
    source = "Kleinrock (1975), section 3.6"
    service = "exponential"


class MD1K(_Finite):
    """Room for few, constant service."""

    name = "md1k"
    title = "M/D/1/K"
    source = "Gross & Harris (1998), Brun & Garcia (2000)"
    service = "fixed"


class _Tandem(Form):
    """One flow of Poisson traffic through several servers of a kind."""

    service: ClassVar[str]

    def obstacles(self, sketch: Sketch) -> list[str]:
        """What keeps it from being one Poisson flow through several such servers."""
        flow, reasons = lone_flow(sketch, "poisson")
        if flow is None:
            return reasons
        busy = flow.busy_stations()
        if len(busy) < 2:
            return [f"it needs two or more loaded links or nodes on the way, and there are {len(busy)}"]
        for station in busy:
            if station.service.kind != self.service:
                reasons.append(
                    f"it needs {self.service} service, and {station.id} has {station.service.kind}"
                )
            elif station.servers != 1:
                reasons.append(f"it needs one server, and {station.id} has {station.servers}")
            elif flow.rate_per_s * station.service.mean_s >= 1.0:
                reasons.append(f"{station.id} cannot keep up with {flow.rate_per_s:g} messages per second")
        return reasons


class JacksonTandem(_Tandem):
    """Service drawn anew at every hop."""

    name = "jackson-tandem"
    title = "tandem of M/M/1 (Jackson)"
    source = "Burke (1956), Reich (1957)"
    service = "exponential"

    def obstacles(self, sketch: Sketch) -> list[str]:
        """As for any tandem, and that no length is kept from link to link."""
        reasons = super().obstacles(sketch)
        if not reasons and sum(each.kind == "link" for each in sketch.flows[0].busy_stations()) > 1:
            reasons.append("messages keep their length from link to link; service must be drawn anew")
        return reasons

    def check(self, sketch: Sketch) -> Check:
        """Mean and tail of the whole time, and the mean wait at the last hop."""
        flow = sketch.flows[0]
        busy = flow.busy_stations()
        base_s = flow.delay_s + flow.idle_s()
        rate, means = flow.rate_per_s, [station.service.mean_s for station in busy]
        p95_s = tandems.jackson_quantile_s(rate, means, 0.95)
        relaxation_s = sum(relaxation_of(flow, station) for station in busy)
        last = busy[-1]

        def last_wait(sample: Sample) -> float:
            return float(np.mean(sample.waits_s(last.id)))

        return Check(
            quantities=(
                Quantity("mean time", "s", tandems.jackson_mean_s(rate, means), mean_latency(base_s)),
                Quantity("share above the 95 % quantile", "", 0.05, share_above(base_s + p95_s)),
                Quantity("mean wait at the last", "s", queues.mm1_wait_s(rate, means[-1]), last_wait),
            ),
            relaxation_s=relaxation_s,
            tail_s=base_s + TAIL_RELAXATIONS * relaxation_s,
            events_per_s=rate,
            tables=("messages", "hops"),
        )


class SameLengthTandem(_Tandem):
    """A message keeps its length from hop to hop."""

    name = "same-length-tandem"
    title = "tandem of one length"
    source = "Friedman (1965)"
    service = "fixed"

    def check(self, sketch: Sketch) -> Check:
        """Mean of the whole wait, and no wait after the slowest hop."""
        flow = sketch.flows[0]
        busy = flow.busy_stations()
        services = [station.service.mean_s for station in busy]
        rate, slowest = flow.rate_per_s, services.index(max(services))
        relaxation_s = relaxation_of(flow, busy[slowest])
        exact_s = tandems.same_length_total_s(rate, services) - sum(services)
        return Check(
            quantities=(Quantity("mean wait in all", "s", exact_s, mean_latency(flow.fixed_s)),),
            bounds=tuple(
                Bound(f"wait at {station.id}, after the slowest", "s", 0.0, 0.0, _waits(station), ROUNDING_S)
                for station in busy[slowest + 1 :]
            ),
            relaxation_s=relaxation_s,
            spread=1.5,
            tail_s=flow.fixed_s + TAIL_RELAXATIONS * relaxation_s,
            events_per_s=rate,
            tables=("messages", "hops"),
        )


def _share_that_waits(station: Station) -> Callable[[Sample], float]:
    def measure(sample: Sample) -> float:
        return float(np.mean(sample.waits_s(station.id) > ROUNDING_S))

    return measure


def _waits(station: Station) -> Callable[[Sample], Array]:
    return lambda sample: sample.waits_s(station.id)
