"""Measure the engines on a shipped scenario::

    python -m tests.benchmarks.engine_speed [scenario] [launch set] [rounds]

Ratios are taken within one interleaved run, as medians, so a machine that others use does little harm.
"""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.kernel_shares import kernel_shares
from warnpath.engine import build_plan
from warnpath.engine.compiled.compiled_run import CompiledRun
from warnpath.engine.plan import Plan
from warnpath.engine.run import run_replications
from warnpath.engine.simpy_run import DEFAULT_TABLES, SimpyRun
from warnpath.scenario import load

PARTS = {
    "filter": ("track_take", "track_report", "infrared_report"),
    "picture": ("fuse", "copy_report"),
    "impact": ("impact_predict", "impact_shift", "area_probability", "rule_met"),
    "scanning": ("next_hit",),
    "routing": ("recompute",),
}
"""Kernels by what they are for; draws and everything else is the network."""


@dataclass(frozen=True)
class Speed:
    """What one comparison found.

    Attributes
    ----------
    events : float
        Events a replication.
    simpy_s, compiled_s : float
        Seconds a replication, from a plan to finished columns; medians.
    loop_s : float
        Processor time a replication inside compiled code.
    one_thread_s, two_threads_s : float
        Seconds a replication where one or two threads share the work.
    parts : dict of str to float
        Share of the time in compiled code by what it is spent on.
    """

    events: float
    simpy_s: float
    compiled_s: float
    loop_s: float
    one_thread_s: float
    two_threads_s: float
    parts: dict[str, float]


def compare(plan: Plan, rounds: int = 9) -> Speed:
    """Run both engines in turn and take medians."""
    from warnpath.engine.compiled.entry import run

    CompiledRun(plan, 0, tables=DEFAULT_TABLES).run()
    simpy: list[float] = []
    compiled: list[float] = []
    loop: list[float] = []
    one: list[float] = []
    two: list[float] = []
    events: list[int] = []
    for replication in range(rounds):
        output = SimpyRun(plan, replication, tables=DEFAULT_TABLES).run()
        simpy.append(output.wall_s)
        found = CompiledRun(plan, replication, tables=DEFAULT_TABLES).run()
        compiled.append(found.wall_s)
        events.append(found.events)
        if found.log_hash != output.log_hash:
            raise AssertionError(f"the engines' logs differ in replication {replication}")
        bare = CompiledRun(plan, replication)
        loop.append(_processor_seconds(lambda world=bare.world: _to_the_end(run, world)))  # type: ignore[misc]
        several = range(4 * replication, 4 * replication + 4)
        for threads, seconds in ((1, one), (2, two)):
            seconds.append(
                _seconds(
                    lambda several=several, threads=threads: list(  # type: ignore[misc]
                        run_replications(plan, several, engine="compiled", threads=threads)
                    )
                )
                / len(several)
            )
    shares = kernel_shares(plan)
    parts = {part: sum(shares.get(name, 0.0) for name in names) for part, names in PARTS.items()}
    parts["network"] = max(1.0 - sum(parts.values()), 0.0)
    return Speed(
        statistics.mean(events),
        statistics.median(simpy),
        statistics.median(compiled),
        statistics.median(loop),
        statistics.median(one),
        statistics.median(two),
        parts,
    )


def start_up() -> dict[str, float]:
    """Seconds of processor time that a fresh process needs to a first result, cold and warm."""
    program = (
        "from warnpath.engine import build_plan\n"
        "from warnpath.engine.run import run_replication\n"
        "from warnpath.scenario import load\n"
        "run_replication(build_plan(load('trilateral')), 0, engine='compiled')\n"
    )
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "WARNPATH_CACHE_DIR": folder}
        for state in ("cold", "warm"):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            wall_s = _seconds(
                lambda: subprocess.run([sys.executable, "-c", program], env=environment, check=True)
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            found[f"{state}, processor"] = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
            found[f"{state}, wall"] = wall_s
    return found


def _to_the_end(run: Callable[[Any], int], world: Any) -> None:
    while (reason := run(world.record)) in (1, 2):
        if reason == 1:
            world.grow()
        world.log_count = 0


def _seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _processor_seconds(work: Callable[[], Any]) -> float:
    started = time.thread_time()
    work()
    return time.thread_time() - started


def table(speed: Speed, started: dict[str, float]) -> str:
    """Markdown table of a comparison."""
    rows = [
        ("machine", f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"),
        ("events a replication", f"{speed.events:.0f}"),
        (
            "SimPy engine",
            f"{1 / speed.simpy_s:.1f} replications/s, {speed.events / speed.simpy_s:.3g} events/s",
        ),
        (
            "compiled engine",
            f"{1 / speed.compiled_s:.1f} replications/s, {speed.events / speed.compiled_s:.3g} events/s",
        ),
        ("ratio", f"{speed.simpy_s / speed.compiled_s:.1f}"),
        ("inside compiled code", f"{speed.loop_s / speed.compiled_s:.0%} of the time"),
        *((f"of that: {part}", f"{share:.0%}") for part, share in speed.parts.items()),
        ("network alone", f"{speed.parts['network'] * speed.loop_s / speed.events * 1e9:.0f} ns/event"),
        ("two threads", f"{speed.one_thread_s / speed.two_threads_s:.2f} times one"),
        *((f"first result {state}", f"{seconds:.1f} s") for state, seconds in started.items()),
    ]
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows), ""])


def _rate(events: float, seconds: float) -> str:
    return f"{1 / seconds:.1f} replications/s, {events / seconds:.3g} events/s"


def main(arguments: list[str]) -> None:
    """Measure and write the table to standard output."""
    name, launch_set, rounds = (*arguments, *("trilateral", "overflight", "9")[len(arguments) :])
    plan = build_plan(load(name).replace({"launch_set": launch_set}))
    sys.stdout.write(table(compare(plan, int(rounds)), start_up()))


if __name__ == "__main__":
    main(sys.argv[1:])
