"""The part of the benchmark network that daytone (PyPI, in Rust) can express, run by its program.

Left out, because its configuration has no word for it: propagation and jitter, loss and its repetition,
outages, ports of different rates. What is left is queueing and transmission over equal ports.
"""

from __future__ import annotations

import csv
import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.network_file import Network
from tests.benchmarks.outcome import REASONS, Outcome

LEFT_OUT = "propagation, jitter, loss, retransmission, outages, unequal links"


def program() -> str | None:
    """Path of the program: `pip install -c constraints.txt ".[benchmark]"`; None where it is not."""
    beside = Path(sys.executable).parent
    return shutil.which("daytone", path=os.pathsep.join([str(beside), os.environ.get("PATH", "")]))


def configuration(network: Network, log_path: Path) -> str:
    """Configuration file of a network of equal ports whose streams have a phase.

    Raises
    ------
    ValueError
        The ports differ, or a stream's phase is left to chance.
    """
    ports = {(line.capacity_bps, line.queue_limit) for line in network.lines}
    if len(ports) != 1 or network != network.of_equal_ports(*next(iter(ports)), drain_s=0.0):
        raise ValueError("daytone knows equal ports only, and neither distance nor loss nor failure")
    ((capacity_bps, queue_limit),) = ports
    place = {name: number for number, name in enumerate(network.stations)}
    edges = sorted({tuple(sorted((place[line.tail], place[line.head]))) for line in network.lines})
    hosts = sorted({place[name] for one in network.streams for name in (one.source, one.destination)})
    text = [
        "seed = 1",
        f"edges = {json.dumps(edges)}",
        f"hosts = {hosts}",
        f"duration = {network.end_s}",
        f"ui_interval = {network.end_s}",
        "num_threads = 1",
        f"log_path = {json.dumps(str(log_path))}",
        "[switch]",
        f"port_rate = {capacity_bps}",
        f"capacity = {queue_limit}",
        'weights = [1]\ndiscipline = "FIFO"\ndrop = "TailDrop"',
    ]
    for stream in network.streams:
        if stream.phase_s is None:
            raise ValueError("daytone starts a flow at a given time")
        start_s = stream.start_s + stream.phase_s
        size = round(stream.bits / 8.0)
        text += [
            '[[flow]]\nflow_type = "PacketDistribution"',
            f"graph = [[{place[stream.source]}, {place[stream.destination]}]]",
            f"[flow.traffic]\ninitial_delay = {start_s}\nduration = {stream.end_s - start_s}",
            f'arr_dist = {{ type = "Uniform", low = {stream.interval_s}, high = {stream.interval_s} }}',
            f'pkt_size_dist = {{ type = "Uniform", low = {size}, high = {size} }}',
        ]
    return "\n".join(text) + "\n"


def run_daytone(network: Network, folder: Path) -> Outcome:
    """One run; its processor time is that of the whole process, start included."""
    binary = program()
    if binary is None:
        raise FileNotFoundError("daytone is not installed")
    file = folder / "daytone.toml"
    file.write_text(configuration(network, folder), encoding="utf-8")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [binary, file], check=True, capture_output=True, cwd=folder, env={**os.environ, "RUST_LOG": "error"}
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    sent = sum(int(row["sent_packets"]) for row in _rows(folder / "sources.csv"))
    arrived = [
        (int(row["received_packets"]), float(row["one_way_delay_mean"]))
        for row in _rows(folder / "sinks.csv")
    ]
    delivered = sum(count for count, _ in arrived)
    mean_s = sum(count * delay_s for count, delay_s in arrived) / delivered if delivered else 0.0
    undelivered = dict.fromkeys(REASONS, 0)
    undelivered["in_flight"] = sent - delivered
    return Outcome(sent, delivered, undelivered, mean_s, 0, seconds)


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
