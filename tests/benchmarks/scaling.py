"""What an event costs as networks, queues of events and salvos grow, through the public loader."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import c_program
from tests.benchmarks.grown_networks import of_messages_in_flight, of_nodes, write_launches
from tests.benchmarks.network_file import Network
from tests.benchmarks.scenario_file import write_scenario
from tests.benchmarks.warnpath_program import plan_of
from warnpath.engine.compiled.compiled_run import CompiledRun
from warnpath.engine.output import ReplicationOutput
from warnpath.engine.plan import Plan
from warnpath.engine.run import run_replication

NODES = (10, 30, 100, 300, 1_000)
IN_FLIGHT = (100, 1_000, 10_000, 100_000, 1_000_000)
LAUNCHES = (1, 3, 10, 30, 100)

ENGINE = "compiled engine"
WHOLE = "a whole replication"
C = "C"


@dataclass(frozen=True)
class Curve:
    """Cost of an event of one program along one axis.

    Attributes
    ----------
    axis, program : str
    sizes : tuple of int
    nanoseconds : tuple of float
        Processor time over the number of events: medians of rounds in which the sizes take turns, after one
        that does not count, in which the system gives memory for the first time.
    growth : float
        Cost at the largest size over that at the smallest: the median of the ratios within each round.
    """

    axis: str
    program: str
    sizes: tuple[int, ...]
    nanoseconds: tuple[float, ...]
    growth: float


def over_nodes(folder: Path, rounds: int, sizes: Sequence[int] = NODES) -> list[Curve]:
    """As many messages over 4 hops, in networks of more and more nodes."""
    return _networks("nodes", folder, [(size, of_nodes(size)) for size in sizes], rounds)


def over_messages_in_flight(
    folder: Path, rounds: int, keep_order: bool, sizes: Sequence[int] = IN_FLIGHT
) -> list[Curve]:
    """More and more messages on the way at once, in order or not."""
    axis = "messages in flight, in order" if keep_order else "messages in flight, each on its own"
    return _networks(
        axis, folder, [(size, of_messages_in_flight(size, keep_order)) for size in sizes], rounds
    )


def over_launches(folder: Path, rounds: int, sizes: Sequence[int] = LAUNCHES) -> list[Curve]:
    """More and more launches watched by the trilateral network, tracked, fused and predicted."""
    runs: Runs = {}
    for size in sizes:
        _add_engine(runs, size, plan_of(write_launches(size, folder / f"launches-{size}.toml")))
    return _curves("launches", runs, rounds)


def _networks(axis: str, folder: Path, networks: list[tuple[int, Network]], rounds: int) -> list[Curve]:
    binary = c_program.build(folder) if c_program.compiler() is not None else None
    runs: Runs = {}
    for size, network in networks:
        _add_engine(runs, size, plan_of(write_scenario(network, folder / f"grown-{size}.toml", "grown")))
        if binary is not None:
            runs[C, size] = _c_run(binary, network)
    return _curves(axis, runs, rounds)


def _add_engine(runs: Runs, size: int, plan: Plan) -> None:
    runs[ENGINE, size] = _events_run(plan)
    runs[WHOLE, size] = _whole_run(plan)


Run = Callable[[int], tuple[float, int]]
"""Processor seconds and events of a replication."""
Runs = dict[tuple[str, int], Run]
"""By program and size."""


def _events_run(plan: Plan) -> Run:
    def run(replication: int) -> tuple[float, int]:
        ready = CompiledRun(plan, replication)
        started = time.process_time()
        output = ready.run()
        return time.process_time() - started, _events(output)

    return run


def _whole_run(plan: Plan) -> Run:
    def run(replication: int) -> tuple[float, int]:
        started = time.process_time()
        output = run_replication(plan, replication, engine="compiled")
        return time.process_time() - started, _events(output)

    return run


def _events(output: ReplicationOutput) -> int:
    if output.status != "ok":
        raise RuntimeError(output.error)
    return output.events


def _c_run(binary: Path, network: Network) -> Run:
    routes = network.routes()

    def run(replication: int) -> tuple[float, int]:
        (outcome,) = c_program.run_program(binary, network, routes, 1, range(replication, replication + 1))
        return outcome.seconds, outcome.events

    return run


def _curves(axis: str, runs: Runs, rounds: int) -> list[Curve]:
    costs: dict[tuple[str, int], list[float]] = {key: [] for key in runs}
    for number in range(-1, rounds):
        for key, run in runs.items():
            seconds, events = run(max(number, 0))
            if number >= 0:
                costs[key].append(1e9 * seconds / events)
    found = []
    for program in dict.fromkeys(program for program, _ in runs):
        sizes = tuple(size for one, size in runs if one == program)
        medians = tuple(statistics.median(costs[program, size]) for size in sizes)
        rounds_found = zip(costs[program, sizes[0]], costs[program, sizes[-1]], strict=True)
        growth = statistics.median(last / first for first, last in rounds_found)
        found.append(Curve(axis, program, sizes, medians, growth))
    return found
