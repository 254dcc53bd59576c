"""The benchmark network as plain numbers, read from its file without any of warnpath.

Every program that is compared gets its network from here, so that all of them simulate the same one and none
owes its numbers to the loader of another.
"""

from __future__ import annotations

import itertools
import math
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np

BENCHMARK_NETWORK = Path(__file__).with_name("benchmark-network.toml")

NO_LIMIT = 1_000_000_000
Z95 = NormalDist().inv_cdf(0.95)


@dataclass(frozen=True)
class Delay:
    """A delay: ``fixed``, ``uniform`` (low, high), ``exponential`` (mean) or ``lognormal`` (mu, sigma)."""

    kind: str
    first: float
    second: float = 0.0

    @property
    def mean_s(self) -> float:
        """Mean, s."""
        if self.kind == "uniform":
            return (self.first + self.second) / 2.0
        if self.kind == "lognormal":
            return math.exp(self.first + self.second * self.second / 2.0)
        return self.first


@dataclass(frozen=True)
class Line:
    """One direction of a link."""

    link: str
    tail: str
    head: str
    capacity_bps: float
    propagation_s: float
    jitter: Delay | None
    keep_order: bool
    loss: float
    retry_timeout_s: float
    max_attempts: int
    queue_limit: int


@dataclass(frozen=True)
class Station:
    """A node; without a service time it hands everything on at once."""

    servers: int
    service: Delay | None
    queue_limit: int


@dataclass(frozen=True)
class Stream:
    """Messages of one size at even intervals from a node to another.

    Without a phase the first comes at a random time within the first interval.
    """

    source: str
    destination: str
    interval_s: float
    phase_s: float | None
    start_s: float
    end_s: float
    bits: float


@dataclass(frozen=True)
class Failure:
    """An element that is down from one time to another, or again and again for random times."""

    element: str
    down_s: float = 0.0
    up_s: float = math.inf
    mtbf_s: float = 0.0
    mttr_s: float = 0.0


@dataclass(frozen=True)
class Network:
    """Everything a program needs to know."""

    end_s: float
    stations: dict[str, Station]
    lines: tuple[Line, ...]
    streams: tuple[Stream, ...]
    failures: tuple[Failure, ...]

    def routes(self) -> list[list[int]]:
        """Per stream the numbers of the lines it takes: the shortest way by mean delay."""
        import networkx

        graph = networkx.DiGraph()
        for number, line in enumerate(self.lines):
            jitter_s = line.jitter.mean_s if line.jitter else 0.0
            graph.add_edge(line.tail, line.head, line=number, delay_s=line.propagation_s + jitter_s)
        found = []
        for stream in self.streams:
            walk = networkx.shortest_path(graph, stream.source, stream.destination, weight="delay_s")
            steps = itertools.pairwise(walk)
            found.append([int(graph.edges[step]["line"]) for step in steps])
        return found

    def without_failures_and_repetition(self) -> Network:
        """The same network as far as ns.py can express it: what is lost stays lost, and nothing fails."""
        lines = tuple(replace(line, max_attempts=1) for line in self.lines)
        stations = {name: replace(station, service=None) for name, station in self.stations.items()}
        return replace(self, lines=lines, stations=stations, failures=())

    def of_equal_ports(self, capacity_bps: float, queue_limit: int, drain_s: float = 10.0) -> Network:
        """The same network as far as daytone can express it: equal ports, no way is long, nothing is lost.

        The run goes on for a while after the last message, so that the flows come to their end.
        """
        lines = tuple(
            replace(
                line,
                capacity_bps=capacity_bps,
                propagation_s=0.0,
                jitter=None,
                loss=0.0,
                max_attempts=1,
                queue_limit=queue_limit,
            )
            for line in self.lines
        )
        reduced = self.without_failures_and_repetition()
        return replace(reduced, end_s=self.end_s + drain_s, lines=lines)

    def with_phases(self, seed: int) -> Network:
        """The same network with every phase drawn once, for programs that draw none."""
        rng = np.random.default_rng(seed)
        streams = tuple(
            stream
            if stream.phase_s is not None
            else replace(stream, phase_s=float(rng.uniform(0.0, stream.interval_s)))
            for stream in self.streams
        )
        return replace(self, streams=streams)


def read_network(path: Path = BENCHMARK_NETWORK) -> Network:
    """Read the part of a scenario file that the benchmark network uses."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    media = document.get("medium", {})
    lines = []
    for link in document["link"]:
        fields = {**media[link["medium"]], **link}
        ends = fields["ends"]
        for tail, head in (ends, ends[::-1]) if fields.get("duplex", True) else (ends,):
            lines.append(_line(fields, tail, head))
    stations = {
        node["id"]: Station(
            node.get("servers", 1),
            _delay(node.get("service")),
            node.get("queue_limit", NO_LIMIT),
        )
        for node in document["node"]
    }
    end_s = float(document["run"]["duration_s"])
    streams = [stream for traffic in document["traffic"] for stream in _streams(traffic, end_s)]
    return Network(end_s, stations, tuple(lines), tuple(streams), tuple(_failures(document)))


def _line(fields: dict[str, Any], tail: str, head: str) -> Line:
    again = fields.get("retransmit", {"timeout_s": 0.0, "max_attempts": 1})
    return Line(
        fields["id"],
        tail,
        head,
        1000.0 * fields["capacity_kbps"],
        fields["propagation_ms"] / 1000.0,
        _delay(fields.get("jitter")),
        fields.get("keep_order", True),
        fields.get("loss", 0.0),
        again["timeout_s"],
        again["max_attempts"],
        fields.get("queue_limit", NO_LIMIT),
    )


def _delay(fields: dict[str, Any] | None) -> Delay | None:
    if fields is None:
        return None
    kind = fields["kind"]
    if kind == "lognormal":
        median_s = fields["median_s"]
        return Delay(kind, math.log(median_s), math.log(fields["p95_s"] / median_s) / Z95)
    if kind == "uniform":
        return Delay(kind, fields["low_s"], fields["high_s"])
    if kind == "exponential":
        return Delay(kind, fields["mean_s"])
    if kind == "fixed":
        return Delay(kind, fields["value_s"])
    raise ValueError(f"the benchmark knows no delay of kind {kind!r}")


def _streams(traffic: dict[str, Any], end_s: float) -> list[Stream]:
    if traffic["kind"] != "periodic":
        raise ValueError(f"the benchmark knows periodic traffic only, not {traffic['kind']!r}")
    return [
        Stream(
            source,
            destination,
            traffic["interval_s"],
            traffic.get("phase_s"),
            traffic.get("start_s", 0.0),
            min(traffic.get("end_s", math.inf), end_s),
            8.0 * traffic["size_bytes"],
        )
        for source in _names(traffic["source"])
        for destination in _names(traffic["destination"])
    ]


def _failures(document: dict[str, Any]) -> list[Failure]:
    found = [
        Failure(outage["element"], outage["down_s"], outage.get("up_s", math.inf))
        for outage in document.get("outage", ())
    ]
    media = document.get("medium", {})
    for element in (*document["link"], *document["node"]):
        fields = {**media.get(element.get("medium", ""), {}), **element}
        if "mttr_h" in fields:
            mttr_s = 3600.0 * fields["mttr_h"]
            mtbf_s = (
                3600.0 * fields["mtbf_h"]
                if "mtbf_h" in fields
                else mttr_s * fields["availability"] / (1.0 - fields["availability"])
            )
            found.append(Failure(element["id"], mtbf_s=mtbf_s, mttr_s=mttr_s))
    return found


def _names(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else sorted(value)
