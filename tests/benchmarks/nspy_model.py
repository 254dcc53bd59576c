"""The part of the benchmark network that ns.py (PyPI: ns.py) can express, from its own elements.

A link is a `Port` (rate, finite queue) and a `Wire` (delay with jitter, loss, order kept); a node is a
`FIBDemux`. Left out, because ns.py has no element for it: repetition of what is lost, outages, service times.
"""

from __future__ import annotations

import importlib.util
import time
from typing import Any

import numpy as np
import simpy

from tests.benchmarks.network_file import Line, Network
from tests.benchmarks.outcome import REASONS, Outcome

LEFT_OUT = "retransmission, outages"


def is_installed() -> bool:
    """Whether ns.py is there: `pip install -c constraints.txt ".[benchmark]"`."""
    return importlib.util.find_spec("ns") is not None


def run_nspy(network: Network, routes: list[list[int]], seed: int) -> Outcome:
    """One replication of a network without what ns.py leaves out.

    Raises
    ------
    ValueError
        The network has failures, repetition or service times.
    """
    from ns.demux.fib_demux import FIBDemux
    from ns.packet.dist_generator import DistPacketGenerator
    from ns.packet.sink import PacketSink
    from ns.port.port import Port
    from ns.port.wire import Wire

    if network != network.without_failures_and_repetition():
        raise ValueError("ns.py knows no failures, no repetition and no service times")
    started = time.process_time()
    rng = np.random.default_rng(seed)
    env = simpy.Environment()
    # A generator waits one interval before it sends what it has stamped; everything is this much later.
    (lag_s,) = {stream.interval_s for stream in network.streams}
    end_s = network.end_s + lag_s
    sinks = {stream.destination: PacketSink(env, rec_arrivals=False) for stream in network.streams}
    ports: list[Any] = []
    wires: list[Any] = []
    for line in network.lines:
        # A port's limit counts the packet that it sends.
        port = Port(env, line.capacity_bps, qlimit=line.queue_limit + 1)
        wire = Wire(env, _delays(line, rng), _losses(line, rng))
        port.out = wire
        ports.append(port)
        wires.append(wire)
    outgoing: dict[str, list[int]] = {name: [] for name in network.stations}
    for number, line in enumerate(network.lines):
        outgoing[line.tail].append(number)
    nodes = {
        name: FIBDemux(fib={}, outs=[ports[number] for number in numbers], ends={})
        for name, numbers in outgoing.items()
    }
    for line, wire in zip(network.lines, wires, strict=True):
        wire.out = nodes[line.head]
    generators = []
    for flow, (stream, route) in enumerate(zip(network.streams, routes, strict=True)):
        phase_s = rng.uniform(0.0, stream.interval_s) if stream.phase_s is None else stream.phase_s
        for number in route:
            tail = network.lines[number].tail
            nodes[tail].fib[flow] = outgoing[tail].index(number)
        nodes[stream.destination].ends[flow] = sinks[stream.destination]
        interval_s, size_bytes = stream.interval_s, stream.bits / 8.0
        generator = DistPacketGenerator(
            env,
            flow,
            lambda interval_s=interval_s: interval_s,
            lambda size_bytes=size_bytes: size_bytes,
            initial_delay=stream.start_s + phase_s,
            finish=stream.end_s,
            flow_id=flow,
        )
        generator.out = nodes[stream.source]
        generators.append(generator)
    env.run(until=end_s)
    waits = [wait for sink in sinks.values() for kept in sink.waits.values() for wait in kept]
    sent = sum(generator.packets_sent for generator in generators)
    undelivered = dict.fromkeys(REASONS, 0)
    undelivered["queue_full"] = sum(port.packets_dropped for port in ports)
    # What is lost on a wire and what is on it at the end look the same from outside.
    undelivered["lost"] = sent - len(waits) - undelivered["queue_full"]
    mean_s = float(np.mean(waits)) - lag_s if waits else 0.0
    return Outcome(sent, len(waits), undelivered, mean_s, 0, time.process_time() - started)


def _delays(line: Line, rng: np.random.Generator) -> Any:
    jitter = line.jitter
    if jitter is None:
        return lambda: line.propagation_s
    if jitter.kind != "lognormal":
        raise ValueError(f"the benchmark runs ns.py with lognormal jitter only, not {jitter.kind}")
    return lambda: line.propagation_s + rng.lognormal(jitter.first, jitter.second)


def _losses(line: Line, rng: np.random.Generator) -> Any:
    if line.loss == 0.0:
        return None
    # A wire compares a number of the global generator with this chance; 0 or 1 leaves it no say.
    return lambda packet_id: float(rng.random() < line.loss)
