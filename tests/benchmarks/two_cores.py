"""How much more two cores simulate than one: two threads of a process, and two processes beside them.

A virtual machine's two cores may be two threads of one, and others may use them too, from one second to the
next. So times are taken in short turns, one thread before and after, and two processes that share nothing
tell what the machine has to give.
"""

from __future__ import annotations

import multiprocessing
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection

from tests.benchmarks.interleaved import Ratio, ratio_of
from warnpath.engine import build_plan
from warnpath.engine.plan import Plan
from warnpath.engine.run import run_replications
from warnpath.scenario import Scenario

REPLICATIONS = 40
"""Replications of a turn: enough for it to matter little that one thread ends its last before the other."""


@dataclass(frozen=True)
class TwoCores:
    """Wall-clock time of one thread over that of two workers with the same work.

    Attributes
    ----------
    threads, processes : Ratio
        Of two threads of one process, and of two processes.
    free_cores : float
        Processor time that two idle loops got in a second; 2 on a machine nobody else uses.
    """

    threads: Ratio
    processes: Ratio
    free_cores: float


def two_cores(plan: Plan, rounds: int = 15) -> TwoCores:
    """Measure in turns: one thread, two threads, one, two processes, one."""
    free: list[float] = []
    ratios: tuple[list[float], list[float]] = ([], [])
    run(plan, 2)
    with Processes(plan.scenario) as processes:
        for _ in range(rounds):
            free.append(free_cores())
            before_s = run(plan, 1)
            threads_s = run(plan, 2)
            between_s = run(plan, 1)
            processes_s = processes.run()
            after_s = run(plan, 1)
            ratios[0].append((before_s + between_s) / 2.0 / threads_s)
            ratios[1].append((between_s + after_s) / 2.0 / processes_s)
    return TwoCores(ratio_of(ratios[0]), ratio_of(ratios[1]), statistics.median(free))


def run(plan: Plan, threads: int) -> float:
    """Seconds by the clock for the replications of a turn on so many threads."""
    started = time.perf_counter()
    for _output in run_replications(plan, range(REPLICATIONS), engine="compiled", threads=threads):
        pass
    return time.perf_counter() - started


class Processes:
    """Two processes that wait to be told to simulate half of a turn each."""

    def __init__(self, scenario: Scenario) -> None:
        context = multiprocessing.get_context("spawn")
        self._connections: list[Connection] = []
        self._processes = []
        for _ in range(2):
            ours, theirs = context.Pipe()
            self._processes.append(context.Process(target=_serve, args=(theirs, scenario), daemon=True))
            self._connections.append(ours)
        for process in self._processes:
            process.start()

    def __enter__(self) -> Processes:
        self.run()
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._connections:
            connection.send(False)
        for process in self._processes:
            process.join()

    def run(self) -> float:
        """Seconds by the clock until both have done their half."""
        started = time.perf_counter()
        for connection in self._connections:
            connection.send(True)
        for connection in self._connections:
            connection.recv()
        return time.perf_counter() - started


def _serve(connection: Connection, scenario: Scenario) -> None:
    plan = build_plan(scenario)
    while connection.recv():
        for _output in run_replications(plan, range(REPLICATIONS // 2), engine="compiled"):
            pass
        connection.send(True)


SPIN = "import time\nend = time.perf_counter() + 0.5\nwhile time.perf_counter() < end: pass\n"


def free_cores() -> float:
    """Processor time that two idle loops get in half a second, in cores: 2 on a machine nobody else uses."""
    program = f"{SPIN}print(time.process_time())"
    spinning = [
        subprocess.Popen([sys.executable, "-S", "-c", program], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    return sum(float(process.communicate()[0]) for process in spinning) / 0.5
