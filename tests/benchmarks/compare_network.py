"""The benchmark network on every program that can simulate it, or a part of it, in one interleaved run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import c_program, daytone_model, nspy_model
from tests.benchmarks.interleaved import Measure, Rounds, interleave
from tests.benchmarks.network_file import BENCHMARK_NETWORK, Network, read_network
from tests.benchmarks.outcome import QUANTITIES, SEEN_FROM_OUTSIDE, Outcome, differences
from tests.benchmarks.process_model import run_processes
from tests.benchmarks.scenario_file import write_scenario
from tests.benchmarks.warnpath_program import (
    Run,
    compiled_loop,
    plan_of,
    run_engine,
    seconds_a_replication,
    simpy_with_machine_code,
    simpy_with_python,
)
from warnpath.engine.plan import Plan

PROCESSES = "idiomatic SimPy"
SIMPY = "SimPy engine, compiled handlers"
SIMPY_PYTHON = "SimPy engine, Python handlers"
COMPILED = "compiled engine"
C = "C"
C_KEYED = "C, same draws and log"
NSPY = "ns.py"
DAYTONE = "daytone"

COMPILED_A_ROUND = 10
SIMPY_A_ROUND = 3
C_A_ROUND = 30
"""Replications of the quick programs in a round; the others run one."""

PORT_BPS = 256e3
PORT_QUEUE = 100
"""What every port is where ports cannot differ: the trunks of the benchmark network."""


@dataclass(frozen=True)
class Comparison:
    """Programs on one network.

    Attributes
    ----------
    rounds : Rounds
        Processor seconds a replication.
    events : dict of str to int
        Events of a replication, for programs that count them.
    outcomes : dict of str to list of Outcome
    """

    rounds: Rounds
    events: dict[str, int]
    outcomes: dict[str, list[Outcome]]

    def worst_z(self, program: str) -> tuple[str, float]:
        """Quantity in which a program differs most from the idiomatic model, in standard errors."""
        names = SEEN_FROM_OUTSIDE if program in (NSPY, DAYTONE) else tuple(QUANTITIES)
        found = differences(self.outcomes[program], self.outcomes[PROCESSES], names)
        return max(found.items(), key=lambda item: abs(item[1]))


class Collected:
    """Programs to measure, and the outcomes that come along with their times."""

    def __init__(self) -> None:
        self.programs: dict[str, Measure] = {}
        self.outcomes: dict[str, list[Outcome]] = {}

    def add(self, name: str, run: Callable[[int], list[Outcome]]) -> None:
        """Measure a program by the times of its outcomes."""
        self.outcomes[name] = []

        def measure(number: int) -> float:
            found = run(number)
            self.outcomes[name] += found
            return sum(one.seconds for one in found) / len(found)

        self.programs[name] = measure

    def add_engine(self, name: str, plan: Plan, run: Run, count: int) -> None:
        """Measure an engine by the time from the plan to its default tables."""
        self.programs[name] = lambda number: seconds_a_replication(
            plan, run, range(count * number, count * number + count)
        )

    def compare(self, rounds: int) -> Comparison:
        """Run them all in turn."""
        found = interleave(self.programs, rounds)
        events = {name: known[0].events for name, known in self.outcomes.items() if known[0].events}
        return Comparison(found, events, self.outcomes)


def compare_whole(rounds: int, folder: Path, file: Path = BENCHMARK_NETWORK) -> Comparison:
    """The whole benchmark network.

    On both engines, SimPy's with handlers of either kind, as the idiomatic model, and in C where there is a
    compiler.
    """
    network = read_network(file)
    routes = network.routes()
    plan = plan_of(file)
    seconds_a_replication(plan, compiled_loop, range(2))
    programs = Collected()
    programs.add(PROCESSES, lambda number: [run_processes(network, routes, number)])
    programs.add_engine(SIMPY_PYTHON, plan, simpy_with_python, 1)
    programs.add_engine(SIMPY, plan, simpy_with_machine_code, SIMPY_A_ROUND)
    programs.add_engine(COMPILED, plan, compiled_loop, COMPILED_A_ROUND)
    if c_program.compiler() is not None:
        for name, keyed in ((C, False), (C_KEYED, True)):
            programs.add(name, _c_run(c_program.build(folder, keyed), network, routes))
    found = programs.compare(rounds)
    # The engines give the same log, bit for bit: what one ends with, the other does.
    ends = run_engine(plan, "compiled", range(max(rounds, 20)))
    found.outcomes[COMPILED] = ends
    for name in (COMPILED, SIMPY, SIMPY_PYTHON):
        found.events[name] = ends[0].events
    return found


def _c_run(binary: Path, network: Network, routes: list[list[int]]) -> Callable[[int], list[Outcome]]:
    def run(number: int) -> list[Outcome]:
        replications = range(C_A_ROUND * number, C_A_ROUND * number + C_A_ROUND)
        return c_program.run_program(binary, network, routes, 1, replications)

    return run


def compare_with_nspy(rounds: int, folder: Path, file: Path = BENCHMARK_NETWORK) -> Comparison:
    """The part of the network that ns.py can express."""
    network = read_network(file).without_failures_and_repetition()
    routes = network.routes()
    programs = _part(network, folder)
    programs.add(NSPY, lambda number: [nspy_model.run_nspy(network, routes, 1000 + number)])
    return programs.compare(rounds)


def compare_with_daytone(rounds: int, folder: Path, file: Path = BENCHMARK_NETWORK) -> Comparison:
    """The part of the network that daytone can express."""
    network = read_network(file).of_equal_ports(PORT_BPS, PORT_QUEUE).with_phases(seed=1)
    programs = _part(network, folder)
    programs.add(DAYTONE, lambda number: [daytone_model.run_daytone(network, folder)])
    return programs.compare(rounds)


def _part(network: Network, folder: Path) -> Collected:
    routes = network.routes()
    plan = plan_of(write_scenario(network, folder / "part.toml", "part"))
    seconds_a_replication(plan, compiled_loop, range(2))
    programs = Collected()
    programs.add(PROCESSES, lambda number: [run_processes(network, routes, number)])
    programs.add_engine(COMPILED, plan, compiled_loop, COMPILED_A_ROUND)
    return programs
