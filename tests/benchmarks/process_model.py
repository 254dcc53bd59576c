"""The benchmark network as a user of SimPy would write it: a process a message, resources, time-outs.

A message is a process that requests the transmitter of each link on its way, holds it while it is sent, and
travels; a failing link interrupts what it carries. Nothing here comes from warnpath.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from typing import Any

import numpy as np
import simpy

from tests.benchmarks.network_file import Delay, Failure, Line, Network, Station, Stream
from tests.benchmarks.outcome import REASONS, Outcome

Steps = Generator[simpy.Event, Any, None]


class Channel:
    """One direction of a link: a transmitter for one message at a time, and what is on the way."""

    def __init__(self, env: simpy.Environment, line: Line, draw_jitter: Callable[[], float] | None) -> None:
        self.line = line
        self.transmitter = simpy.Resource(env, capacity=1)
        self.carried: set[simpy.Process] = set()
        self.draw_jitter = draw_jitter
        self.failures = 0
        self.repaired = env.event()
        self.last_arrival_s = 0.0

    @property
    def is_full(self) -> bool:
        """Whether another message would find no room; one that waits for a repair waits in the queue."""
        waiting = len(self.transmitter.queue)
        if self.failures:
            waiting += self.transmitter.count
        return waiting >= self.line.queue_limit


class Desk:
    """A node: whether it is up, and its servers where it works on messages before it hands them on."""

    def __init__(
        self, env: simpy.Environment, station: Station, draw_service: Callable[[], float] | None
    ) -> None:
        self.queue_limit = station.queue_limit
        self.servers = simpy.Resource(env, capacity=station.servers)
        self.draw_service = draw_service
        self.carried: set[simpy.Process] = set()
        self.failures = 0
        self.repaired = env.event()

    @property
    def is_full(self) -> bool:
        """Whether another message would find no room; one that waits for a repair waits in the queue."""
        waiting = len(self.servers.queue)
        if self.failures:
            waiting += self.servers.count
        return waiting >= self.queue_limit


Way = list[tuple[Channel, Desk]]
Elements = Sequence[Channel | Desk]


class ProcessModel:
    """One replication of a network."""

    def __init__(self, network: Network, routes: list[list[int]], seed: int) -> None:
        self.network = network
        self.rng = np.random.default_rng(seed)
        self.env = simpy.Environment()
        self.channels = [Channel(self.env, line, self._sampler(line.jitter)) for line in network.lines]
        self.desks = {
            name: Desk(self.env, station, self._sampler(station.service))
            for name, station in network.stations.items()
        }
        ways = [
            [(self.channels[number], self.desks[network.lines[number].head]) for number in route]
            for route in routes
        ]
        self.ends: Counter[str] = Counter()
        self.latencies_s: list[float] = []
        self.sent = 0
        self.retransmissions = 0
        for stream, way in zip(network.streams, ways, strict=True):
            self.env.process(self.source(stream, way))
        for failure in network.failures:
            links = [one for one in self.channels if one.line.link == failure.element]
            self.env.process(self.outages(failure, links or [self.desks[failure.element]]))

    def _sampler(self, delay: Delay | None) -> Any:
        if delay is None:
            return None
        rng, first, second = self.rng, delay.first, delay.second
        if delay.kind == "lognormal":
            return lambda: rng.lognormal(first, second)
        if delay.kind == "exponential":
            return lambda: rng.exponential(first)
        if delay.kind == "uniform":
            return lambda: rng.uniform(first, second)
        return lambda: first

    def source(self, stream: Stream, way: Way) -> Steps:
        """Send a message at even intervals."""
        phase_s = self.rng.uniform(0.0, stream.interval_s) if stream.phase_s is None else stream.phase_s
        yield self.env.timeout(stream.start_s + phase_s)
        while self.env.now < stream.end_s:
            self.env.process(self.message(stream, way))
            yield self.env.timeout(stream.interval_s)

    def message(self, stream: Stream, way: Way) -> Steps:
        """Travel from the source to the sink, or to where it ends."""
        created_s = self.env.now
        self.sent += 1
        status = "node_down" if self.desks[stream.source].failures else ""
        for channel, desk in way:
            if not status:
                status = yield from self.cross(channel, stream.bits)
            if not status:
                status = yield from self.visit(desk)
            if status:
                self.ends[status] += 1
                return
        self.ends["delivered"] += 1
        self.latencies_s.append(self.env.now - created_s)

    def visit(self, desk: Desk) -> Generator[simpy.Event, Any, str]:
        """Be worked on at a node; says why it ended there, if it did."""
        env = self.env
        if desk.failures:
            return "node_down"
        if desk.draw_service is None:
            return ""
        if desk.is_full:
            return "queue_full"
        with desk.servers.request() as turn:
            yield turn
            while desk.failures:
                yield desk.repaired
            me = env.active_process
            desk.carried.add(me)
            try:
                yield env.timeout(desk.draw_service())
            except simpy.Interrupt:
                return "node_down"
            desk.carried.discard(me)
        return ""

    def cross(self, channel: Channel, bits: float) -> Generator[simpy.Event, Any, str]:
        """Cross one link; says why it ended there, if it did."""
        env, rng, line = self.env, self.rng, channel.line
        me = env.active_process
        attempts = 0
        while True:
            if channel.is_full:
                return "queue_full"
            with channel.transmitter.request() as turn:
                yield turn
                while channel.failures:
                    yield channel.repaired
                channel.carried.add(me)
                try:
                    yield env.timeout(bits / line.capacity_bps)
                except simpy.Interrupt:
                    return "link_down"
            channel.carried.discard(me)
            attempts += 1
            if line.loss == 0.0 or rng.random() >= line.loss:
                break
            if attempts == line.max_attempts:
                return "lost"
            self.retransmissions += 1
            yield env.timeout(line.retry_timeout_s)
        arrival_s = env.now + line.propagation_s
        if channel.draw_jitter is not None:
            arrival_s += channel.draw_jitter()
        if line.keep_order:
            arrival_s = max(arrival_s, channel.last_arrival_s)
            channel.last_arrival_s = arrival_s
        channel.carried.add(me)
        try:
            yield env.timeout(arrival_s - env.now)
        except simpy.Interrupt:
            return "link_down"
        channel.carried.discard(me)
        return ""

    def outages(self, failure: Failure, elements: Elements) -> Steps:
        """Take an element down and bring it back: once, or again and again from its equilibrium on."""
        env, rng = self.env, self.rng
        if failure.mttr_s == 0.0:
            yield env.timeout(failure.down_s)
            self.fail(elements)
            if failure.up_s < self.network.end_s:
                yield env.timeout(failure.up_s - env.now)
                self.repair(elements)
            return
        down = rng.random() < failure.mttr_s / (failure.mtbf_s + failure.mttr_s)
        while True:
            if down:
                self.fail(elements)
                yield env.timeout(rng.exponential(failure.mttr_s))
                self.repair(elements)
            yield env.timeout(rng.exponential(failure.mtbf_s))
            down = True

    def fail(self, elements: Elements) -> None:
        """What an element is carrying is lost; its queue waits."""
        for element in elements:
            element.failures += 1
            for process in element.carried:
                process.interrupt("failed")
            element.carried.clear()

    def repair(self, elements: Elements) -> None:
        """The queue goes on."""
        for element in elements:
            element.failures -= 1
            if element.failures == 0:
                element.repaired.succeed()
                element.repaired = self.env.event()

    def run(self) -> None:
        """Run to the end of the network's time."""
        self.env.run(until=self.network.end_s)


def run_processes(network: Network, routes: list[list[int]], seed: int) -> Outcome:
    """One replication of the process-style model."""
    started = time.process_time()
    model = ProcessModel(network, routes, seed)
    model.run()
    ends = model.ends
    delivered = ends["delivered"]
    undelivered = {reason: ends[reason] for reason in REASONS}
    undelivered["in_flight"] += model.sent - ends.total()
    mean_s = float(np.mean(model.latencies_s)) if delivered else 0.0
    seconds = time.process_time() - started
    return Outcome(model.sent, delivered, undelivered, mean_s, model.retransmissions, seconds)
