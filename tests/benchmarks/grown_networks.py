"""Networks and scenarios of any size, to see what the cost of an event depends on."""

from __future__ import annotations

import math
from pathlib import Path

from tests.benchmarks.network_file import Delay, Line, Network, Station, Stream

MESSAGES_PER_S = 12.0
TRUNK = (256e3, 0.04, Delay("lognormal", math.log(0.002), 0.98), 0.2)
ACCESS = (512e3, 0.002, Delay("lognormal", math.log(0.001), 0.84), 0.05)


def of_nodes(nodes: int, messages: int = 12_000) -> Network:
    """The benchmark network with more or fewer sources, which send as many messages in all, over 4 hops.

    Of 20 nodes 12 are sources, 4 national, 3 sinks, and one is the hub.
    """
    national = max(2, nodes // 5)
    sinks = max(1, 3 * nodes // 20)
    sources = nodes - 1 - national - sinks
    if sources < 1:
        raise ValueError(f"{nodes} nodes are too few for a source, 2 national nodes, a hub and a sink")
    names = ["hub", *(f"national-{n}" for n in range(national))]
    names += [f"source-{n}" for n in range(sources)] + [f"sink-{n}" for n in range(sinks)]
    lines: list[Line] = []
    for n in range(national):
        lines += _duplex(f"trunk-{n}", f"national-{n}", "hub", TRUNK)
    streams = []
    end_s = messages / MESSAGES_PER_S
    for n in range(sources):
        # A sink of another nation, so that every way leads over the hub.
        sink = n % sinks
        own = (sink + 1 + n % (national - 1)) % national
        lines += _duplex(f"access-{n}", f"source-{n}", f"national-{own}", ACCESS)
        interval_s = sources / MESSAGES_PER_S
        streams.append(Stream(f"source-{n}", f"sink-{sink}", interval_s, None, 0.0, end_s, 8000.0))
    for n in range(sinks):
        lines += _duplex(f"delivery-{n}", f"national-{n}", f"sink-{n}", ACCESS)
    stations = {name: Station(1, None, 10**9) for name in names}
    return Network(end_s + 30.0, stations, tuple(lines), tuple(streams), ())


def _duplex(name: str, one: str, other: str, channel: tuple[float, float, Delay, float]) -> list[Line]:
    capacity_bps, propagation_s, jitter, timeout_s = channel
    return [
        Line(name, tail, head, capacity_bps, propagation_s, jitter, True, 0.02, timeout_s, 5, 100)
        for tail, head in ((one, other), (other, one))
    ]


def of_messages_in_flight(in_flight: int, keep_order: bool, links: int = 100) -> Network:
    """So many messages on the way at once over long links, side by side.

    Where order is kept, messages follow each other closely; where it is not, each takes up to twice the time
    of the quickest, so that each needs an event of its own.
    """
    propagation_s = 100.0
    rate_per_s = in_flight / propagation_s / links
    if keep_order:
        jitter = Delay("lognormal", math.log(0.002), 0.98)
    else:
        jitter = Delay("uniform", 0.0, propagation_s)
        rate_per_s /= 1.5
    names = ["sink", *(f"source-{n}" for n in range(links))]
    lines = tuple(
        Line(f"long-{n}", f"source-{n}", "sink", 1e9, propagation_s, jitter, keep_order, 0.0, 0.0, 1, 10**9)
        for n in range(links)
    )
    # Long enough for the links to fill and to stay full for as long, and for some ten thousand messages.
    end_s = max(2.0 * propagation_s, 20_000 / (rate_per_s * links))
    streams = tuple(
        Stream(f"source-{n}", "sink", 1.0 / rate_per_s, None, 0.0, end_s, 8000.0) for n in range(links)
    )
    return Network(end_s, {name: Station(1, None, 10**9) for name in names}, lines, streams, ())


LAUNCHES = """\
schema_version = 1
name = "many-launches"
extends = "trilateral"
launch_set = "many"
"""


def write_launches(launches: int, file: Path, interval_s: float = 3.5) -> Path:
    """Scenario of the trilateral network with so many short flights, one every few seconds."""
    text = [LAUNCHES]
    for n in range(launches):
        text.append(f'[[launch]]\nid = "many-{n:03d}"\nlaunch_set = ["many"]\nprofile = "salvo-2024-05"')
        text.append("origin = { lat_deg = 39.2, lon_deg = 125.7 }")
        text.append(f"azimuth_deg = {66 + n % 18}\nat_s = {interval_s * n}")
    file.write_text("\n".join(text) + "\n", encoding="utf-8")
    return file
