"""The two engines on a network file, measured and looked at like the other programs."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from tests.benchmarks.outcome import REASONS, Outcome
from warnpath.engine import ReplicationOutput, SimpyRun, build_plan
from warnpath.engine.plan import Plan
from warnpath.engine.run import run_replication
from warnpath.scenario import load

SEEN = ("messages", "elements")
"""Tables that an outcome is read from; a run that is timed fills the default ones."""


def plan_of(file: Path) -> Plan:
    """Plan of a scenario file, through the public loader."""
    return build_plan(load(file))


def run_engine(plan: Plan, engine: str, replications: Iterable[int]) -> list[Outcome]:
    """What replications of a plan end with on an engine."""
    return [_outcome(plan, engine, replication) for replication in replications]


def _outcome(plan: Plan, engine: str, replication: int) -> Outcome:
    started = time.process_time()
    output = run_replication(plan, replication, tables=SEEN, engine=engine)
    seconds = time.process_time() - started
    if output.status != "ok":
        raise RuntimeError(output.error)
    messages, elements = output.columns["messages"], output.columns["elements"]
    ends = Counter(messages["status"])
    delivered = ends.pop("delivered", 0)
    if unknown := set(ends) - set(REASONS):
        raise RuntimeError(f"messages ended in a way no other program knows: {', '.join(sorted(unknown))}")
    latencies_s = messages["latency_s"][messages["status"] == "delivered"]
    return Outcome(
        len(messages["status"]),
        delivered,
        {reason: ends[reason] for reason in REASONS},
        float(np.mean(latencies_s)) if delivered else 0.0,
        int(np.sum(elements["retransmissions"])),
        seconds,
        output.events,
    )


Run = Callable[[Plan, int], ReplicationOutput]
"""A way to run a replication of a plan."""


def compiled_loop(plan: Plan, replication: int) -> ReplicationOutput:
    """One replication on the compiled engine."""
    return run_replication(plan, replication, engine="compiled")


def simpy_with_machine_code(plan: Plan, replication: int) -> ReplicationOutput:
    """One replication on the SimPy engine, as it runs unless told otherwise: an event calls machine code."""
    return SimpyRun(plan, replication, as_written=False).run()


def simpy_with_python(plan: Plan, replication: int) -> ReplicationOutput:
    """One replication on the SimPy engine, its handlers run as the Python they are written in."""
    return SimpyRun(plan, replication, as_written=True).run()


def seconds_a_replication(plan: Plan, run: Run, replications: Iterable[int]) -> float:
    """Processor seconds a replication, from a plan to finished tables."""
    started = time.process_time()
    count = 0
    for replication in replications:
        output = run(plan, replication)
        if output.status != "ok":
            raise RuntimeError(output.error)
        count += 1
    return (time.process_time() - started) / count
