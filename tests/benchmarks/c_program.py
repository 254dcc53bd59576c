"""Build and run the C program of the benchmark network, where there is a C compiler."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.benchmarks.network_file import Delay, Network
from tests.benchmarks.outcome import REASONS, Outcome

SOURCE = Path(__file__).with_name("network.c")
DELAYS = ("none", "fixed", "uniform", "exponential", "lognormal")
FOREVER_S = 1e300


def compiler() -> str | None:
    """The C compiler: what `CC` names, else cc; None where there is none."""
    return shutil.which(os.environ.get("CC", "cc"))


def build(folder: Path, keyed: bool = False) -> Path:
    """Compile the program into a folder.

    Parameters
    ----------
    folder : Path
    keyed : bool
        With the draws and the log of the engines; see the head of the source.

    Raises
    ------
    FileNotFoundError
        There is no C compiler; see `compiler`.
    subprocess.CalledProcessError
        It refused the source.
    """
    cc = compiler()
    if cc is None:
        raise FileNotFoundError("no C compiler: neither cc nor what CC names")
    program = folder / ("network-keyed" if keyed else "network")
    options = ["-O2", "-std=c99", *(["-DKEYED"] if keyed else [])]
    subprocess.run([cc, *options, "-o", program, SOURCE, "-lm"], check=True)
    return program


def as_numbers(network: Network, routes: list[list[int]]) -> str:
    """The network as the program reads it."""
    place = {name: number for number, name in enumerate(network.stations)}
    rows: list[tuple[object, ...]] = [(network.end_s,), (len(place),)]
    rows += [(one.servers, one.queue_limit, *_delay(one.service)) for one in network.stations.values()]
    rows.append((len(network.lines),))
    for line in network.lines:
        rows.append((place[line.head], line.capacity_bps, line.propagation_s, *_delay(line.jitter)))
        rows.append((int(line.keep_order), line.loss, line.retry_timeout_s))
        rows.append((line.max_attempts, line.queue_limit))
    rows.append((len(network.streams),))
    for stream, route in zip(network.streams, routes, strict=True):
        phase_s = -1.0 if stream.phase_s is None else stream.phase_s
        rows.append((stream.start_s, stream.end_s, stream.interval_s, phase_s, stream.bits))
        rows.append((place[stream.source], len(route), *route))
    rows.append((len(network.failures),))
    for failure in network.failures:
        lines = [number for number, line in enumerate(network.lines) if line.link == failure.element]
        rows.append((failure.down_s, min(failure.up_s, FOREVER_S), failure.mtbf_s, failure.mttr_s))
        rows.append((place.get(failure.element, -1), len(lines), *lines))
    return "\n".join(" ".join(map(str, row)) for row in rows) + "\n"


def _delay(delay: Delay | None) -> tuple[int, float, float]:
    return (0, 0.0, 0.0) if delay is None else (DELAYS.index(delay.kind), delay.first, delay.second)


def run_program(
    program: Path, network: Network, routes: list[list[int]], seed: int, replications: range
) -> list[Outcome]:
    """Replications of the C program, one after the other in one process."""
    answer = subprocess.run(
        [program, str(seed), str(replications.start), str(len(replications))],
        input=as_numbers(network, routes),
        capture_output=True,
        text=True,
        check=True,
    )
    found = []
    for row in answer.stdout.splitlines():
        seconds, events, sent, delivered, *ends, retransmissions, latency_s, _ = row.split()
        reasons = ("queue_full", "lost", "link_down", "node_down", "in_flight")
        undelivered = dict(zip(reasons, map(int, ends), strict=True))
        found.append(
            Outcome(
                int(sent),
                int(delivered),
                {reason: undelivered[reason] for reason in REASONS},
                float(latency_s),
                int(retransmissions),
                float(seconds),
                int(events),
            )
        )
    return found
