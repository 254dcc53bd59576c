"""A network with failures, repeats and priorities as a user of SimPy would write it.

A message is a process that requests, holds and releases preemptive resources; an outage is a process that
takes a resource from whoever has it. Nothing here comes from warnpath, and its numbers are typed in SI units.

Two sources, one line each to a desk of two servers, a narrow line on, and a last one on which higher classes
interrupt lower ones:

    near ---.
             desk ---> narrow ---> last
    far  ---'
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import numpy as np
import simpy

Steps = Generator[simpy.Event, Any, None]
Verdict = Generator[simpy.Event, Any, str]
OUTAGE = (-1, 0)
WARNING, TRACK, BACKGROUND = range(3)


@dataclass
class Message:
    """What is sent: rank 0 goes first."""

    rank: int
    bits: float
    made_s: float
    expires_s: float = math.inf
    status: str = "in_flight"
    latency_s: float = math.nan


class Station:
    """Something that serves in turn, and can be out of order."""

    def __init__(self, env: simpy.Environment, capacity: int, room: float) -> None:
        self.resource = simpy.PreemptiveResource(env, capacity)
        self.room = room
        self.turns = count()
        self.is_down = False
        self.flying: set[simpy.Process] = set()

    @property
    def is_full(self) -> bool:
        """Whether nobody else may wait."""
        return len(self.resource.queue) >= self.room


@dataclass
class Line:
    """One way of a link."""

    station: Station
    bits_per_s: float
    propagation_s: float
    loss: float = 0.0
    timeouts_s: tuple[float, ...] = ()
    interrupts: bool = False
    jitter_s: float = 0.0
    last_arrival_s: float = field(default=0.0)


class ProcessNetwork:
    """One replication.

    Parameters
    ----------
    seed : int
        Of its random numbers.
    until_s : float
        When it ends (s).
    loss, interrupts : float, bool
        Of the near line, and whether higher classes interrupt on the last one; to see a change noticed.
    """

    def __init__(self, seed: int, until_s: float, *, loss: float = 0.15, interrupts: bool = True) -> None:
        self.rng = np.random.default_rng(seed)
        self.env = env = simpy.Environment()
        self.until_s = until_s
        self.sent: list[Message] = []
        near = Line(Station(env, 1, 20), 16_000.0, 0.05, loss, (2.0, 4.0), jitter_s=0.3)
        far = Line(Station(env, 1, 20), 12_000.0, 0.25)
        narrow = Line(Station(env, 1, 5), 8_000.0, 0.5)
        last = Line(Station(env, 1, 8), 10_000.0, 0.02, interrupts=interrupts)
        self.desk = Station(env, 2, 4)
        rng = self.rng
        self.launch(near, WARNING, lambda: rng.exponential(10.0), lambda: 2_000.0)
        self.launch(far, TRACK, lambda: 4.0, lambda: 4_000.0, lifetime_s=9.0, phase_s=rng.uniform(0.0, 4.0))
        self.launch(near, BACKGROUND, lambda: rng.exponential(4.0), lambda: rng.exponential(8_000.0))
        self.launch(far, BACKGROUND, lambda: rng.exponential(4.0), lambda: rng.exponential(8_000.0))
        self.ways = {id(first): (first, self.desk, narrow, last) for first in (near, far)}
        for station, mtbf_s, mttr_s in (
            (narrow.station, 360.0, 18.0),
            (last.station, 540.0, 10.8),
            (self.desk, 720.0, 7.2),
        ):
            env.process(self.failures(station, mtbf_s, mttr_s))

    def launch(
        self,
        first: Line,
        rank: int,
        gap: Callable[[], float],
        bits: Callable[[], float],
        *,
        lifetime_s: float = math.inf,
        phase_s: float | None = None,
    ) -> None:
        """Start a source of messages of one class."""

        def source() -> Steps:
            yield self.env.timeout(gap() if phase_s is None else phase_s)
            while True:
                now = self.env.now
                message = Message(rank, bits(), now, now + lifetime_s)
                self.sent.append(message)
                self.env.process(self.journey(message, first))
                yield self.env.timeout(gap())

        self.env.process(source())

    def journey(self, message: Message, first: Line) -> Steps:
        """A message from its source to the end, or to where it is lost."""
        for step in self.ways[id(first)]:
            status = yield from (
                self.cross(message, step) if isinstance(step, Line) else self.visit(message, step)
            )
            if status:
                message.status = status
                return
        message.status = "delivered"
        message.latency_s = self.env.now - message.made_s

    def served(self, message: Message, station: Station, needed_s: float, *, interrupts: bool) -> Verdict:
        """Wait for a turn and be served, in several pieces if others interrupt."""
        env = self.env
        turn = (message.rank, next(station.turns))
        while needed_s > 0.0:
            with station.resource.request(priority=turn, preempt=interrupts) as claim:
                if env.now > message.expires_s:
                    return "expired"
                if math.isinf(message.expires_s):
                    yield claim
                else:
                    yield claim | env.timeout(message.expires_s - env.now)
                if not claim.triggered:
                    return "expired"
                began_s = env.now
                try:
                    yield env.timeout(needed_s)
                except simpy.Interrupt:
                    if station.is_down:
                        return "down"
                    needed_s -= env.now - began_s
                else:
                    return ""
        return ""

    def visit(self, message: Message, desk: Station) -> Verdict:
        """Be worked on at the desk: gamma service of mean 0.8 s and shape 0.5."""
        if desk.is_down:
            return "node_down"
        if desk.is_full:
            return "queue_full"
        status = yield from self.served(message, desk, self.rng.gamma(0.5, 1.6), interrupts=False)
        return "node_down" if status == "down" else status

    def cross(self, message: Message, line: Line) -> Verdict:
        """Cross a line, again and again while what is sent is lost."""
        env, rng, station = self.env, self.rng, line.station
        for attempt in count():
            if station.is_full:
                return "queue_full"
            needed_s = message.bits / line.bits_per_s
            status = yield from self.served(message, station, needed_s, interrupts=line.interrupts)
            if status:
                return "link_down" if status == "down" else status
            if rng.random() >= line.loss:
                break
            if attempt == len(line.timeouts_s):
                return "lost"
            yield env.timeout(line.timeouts_s[attempt])
        arrival_s = env.now + line.propagation_s
        if line.jitter_s:
            arrival_s += rng.exponential(line.jitter_s)
        # Nothing overtakes on a line.
        arrival_s = line.last_arrival_s = max(arrival_s, line.last_arrival_s)
        me = env.active_process
        station.flying.add(me)
        try:
            yield env.timeout(arrival_s - env.now)
        except simpy.Interrupt:
            return "link_down"
        finally:
            station.flying.discard(me)
        return ""

    def failures(self, station: Station, mtbf_s: float, mttr_s: float) -> Steps:
        """Take a station from those it serves, from equilibrium on; what flies is lost, others wait on."""
        env, rng = self.env, self.rng
        if rng.random() >= mttr_s / (mtbf_s + mttr_s):
            yield env.timeout(rng.exponential(mtbf_s))
        while True:
            station.is_down = True
            for process in list(station.flying):
                process.interrupt()
            claims = [
                station.resource.request(priority=OUTAGE, preempt=True)
                for _ in range(station.resource.capacity)
            ]
            yield env.all_of(claims)
            yield env.timeout(rng.exponential(mttr_s))
            station.is_down = False
            for claim in claims:
                station.resource.release(claim)
            yield env.timeout(rng.exponential(mtbf_s))

    def run(self) -> list[Message]:
        """All messages, as they stand at the end."""
        self.env.run(until=self.until_s)
        return self.sent
