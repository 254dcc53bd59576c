"""Small networks on which the programs that are compared are checked."""

from __future__ import annotations

import math
from dataclasses import replace

from tests.benchmarks.network_file import NO_LIMIT, Delay, Failure, Line, Network, Station, Stream

PLAIN = Line("", "", "", 16e3, 0.03, None, True, 0.0, 0.0, 1, NO_LIMIT)


def line(name: str, tail: str, head: str, kbps: float, propagation_s: float) -> Line:
    """A line without chance."""
    return replace(
        PLAIN, link=name, tail=tail, head=head, capacity_bps=1000.0 * kbps, propagation_s=propagation_s
    )


def stations(*names: str) -> dict[str, Station]:
    """Nodes that hand everything on at once."""
    return {name: Station(1, None, NO_LIMIT) for name in names}


def two_into_one() -> Network:
    """Two sources share a last line: the second message of each pair waits 0.06 s for the first."""
    lines = (
        line("first", "a", "relay", 16, 0.03),
        line("second", "b", "relay", 40, 0.07),
        line("last", "relay", "sink", 20, 0.11),
    )
    streams = (
        Stream("a", "sink", 2.0, 0.3, 0.0, 20.0, 8000.0),
        Stream("b", "sink", 2.0, 0.9, 0.0, 20.0, 8000.0),
    )
    return Network(30.0, stations("a", "b", "relay", "sink"), lines, streams, ())


def two_into_one_with_failures() -> Network:
    """The last line fails from 9.3 to 11.5 s, the node before it from 16.0 to 16.9 s."""
    failures = (Failure("last", 9.3, 11.5), Failure("relay", 16.0, 16.9))
    return replace(two_into_one(), failures=failures)


def three_at_once() -> Network:
    """Three messages come to a line that sends one and lets one wait."""
    lines = tuple(line(f"from-{name}", name, "relay", 80, 0.02) for name in ("a", "b", "c"))
    last = replace(line("last", "relay", "sink", 10, 0.05), queue_limit=1)
    streams = tuple(Stream(name, "sink", 3.0, 0.5, 0.0, 9.0, 8000.0) for name in ("a", "b", "c"))
    return Network(20.0, stations("a", "b", "c", "relay", "sink"), (*lines, last), streams, ())


def with_everything(loss: float = 0.12, end_s: float = 120.0) -> Network:
    """Loss, repetition, jitter, servers, finite queues, and failures of links and nodes, in two minutes."""
    jitter = Delay("lognormal", math.log(0.02), 0.9)
    access = replace(PLAIN, jitter=jitter, loss=loss, retry_timeout_s=0.15, max_attempts=3, queue_limit=6)
    lines = []
    for n in range(5):
        ends = {"link": f"access-{n}", "tail": f"source-{n}", "head": f"nation-{n % 2}"}
        lines.append(replace(access, **ends, capacity_bps=32e3))
    for n in range(2):
        ends = {"link": f"trunk-{n}", "tail": f"nation-{n}", "head": "hub"}
        lines.append(replace(access, **ends, capacity_bps=40e3, propagation_s=0.2))
    delivery = {"link": "delivery", "tail": "hub", "head": "sink", "keep_order": False}
    lines.append(replace(access, **delivery, capacity_bps=90e3))
    nodes = stations(*(f"source-{n}" for n in range(5)), "nation-0", "nation-1", "hub", "sink")
    nodes["hub"] = Station(2, Delay("exponential", 0.15), 4)
    nodes["nation-1"] = Station(1, Delay("uniform", 0.01, 0.05), 3)
    streams = tuple(Stream(f"source-{n}", "sink", 0.5 + 0.1 * n, None, 0.0, end_s, 8000.0) for n in range(5))
    failures = (
        Failure("trunk-0", 20.0, 31.0),
        Failure("access-1", 60.0, 62.5),
        Failure("hub", 80.0, 83.0),
        Failure("nation-1", 100.0, 101.0),
    )
    return Network(end_s + 5.0, nodes, tuple(lines), streams, failures)


def without_chance(queue_limit: int) -> Network:
    """Queues at equal ports only, with phases drawn once: what every program that is compared can express."""
    return with_everything().of_equal_ports(48e3, queue_limit).with_phases(seed=3)
