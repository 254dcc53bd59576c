"""Measure the engines on a shipped scenario::

    python -m tests.benchmarks.engine_speed [scenario] [launch set] [rounds]

Ratios are taken within one interleaved run, as medians, so a machine that others use does little harm.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.benchmarks.interleaved import Ratio, interleave
from tests.benchmarks.kernel_shares import kernel_shares
from tests.benchmarks.two_cores import TwoCores, two_cores
from warnpath.engine import build_plan
from warnpath.engine.columns import DEFAULT_TABLES
from warnpath.engine.compiled.compiled_run import CompiledRun
from warnpath.engine.plan import Plan
from warnpath.engine.run import run_replications
from warnpath.engine.simpy_run import SimpyRun
from warnpath.scenario import load

Result = TypeVar("Result")

FILTER = ("track_take", "track_report", "infrared_report")
PICTURE = ("fuse", "copy_report")
IMPACT = ("impact_shift", "area_probability", "rule_met")
"""Kernels by what they are for, beside `impact_at`, which pictures and predictions share."""


@dataclass(frozen=True)
class Speed:
    """What one comparison found.

    Attributes
    ----------
    events : float
        Events a replication.
    python_s, simpy_s, compiled_s : float
        Processor seconds a replication, from a plan to finished columns: under SimPy with handlers as Python
        and as machine code, and on the compiled engine; medians.
    python_ratio, ratio : Ratio
        Of the first two with the last.
    loop_s : float
        Processor time a replication inside compiled code.
    parts : dict of str to float
        Share of the time in compiled code by what it is spent on.
    """

    events: float
    python_s: float
    simpy_s: float
    compiled_s: float
    python_ratio: Ratio
    ratio: Ratio
    loop_s: float
    parts: dict[str, float]


def compare(plan: Plan, rounds: int = 9) -> Speed:
    """Run both engines in turn and take medians."""
    from warnpath.engine.compiled.entry import run

    CompiledRun(plan, 0, tables=DEFAULT_TABLES).run()
    events: list[int] = []

    def simpy(replication: int, as_written: bool) -> float:
        seconds, output = _processor_seconds(lambda: SimpyRun(plan, replication, as_written=as_written).run())
        found = CompiledRun(plan, replication).run()
        events.append(found.events)
        if found.log_hash != output.log_hash:
            raise AssertionError(f"the engines' logs differ in replication {replication}")
        return seconds

    def compiled(replication: int) -> float:
        several = range(5 * replication, 5 * replication + 5)
        return _processor_seconds(lambda: list(run_replications(plan, several, engine="compiled")))[0] / 5

    def loop(replication: int) -> float:
        world = CompiledRun(plan, replication).world
        return _processor_seconds(lambda: _to_the_end(run, world))[0]

    found = interleave(
        {
            "python": lambda replication: simpy(replication, True),
            "simpy": lambda replication: simpy(replication, False),
            "compiled": compiled,
            "loop": loop,
        },
        rounds,
    )
    return Speed(
        statistics.mean(events),
        found.median_s("python"),
        found.median_s("simpy"),
        found.median_s("compiled"),
        found.ratio("python", "compiled"),
        found.ratio("simpy", "compiled"),
        found.median_s("loop"),
        parts_of(plan),
    )


def parts_of(plan: Plan) -> dict[str, float]:
    """Share of filter, pictures, impact and scanning in the time of the event loop; the rest is network."""
    shares = kernel_shares(plan)
    impact = shares["impact_at"] + sum(shares.get(name, 0.0) for name in IMPACT)
    # A picture predicts its impact too: that counts as impact.
    in_pictures = shares["impact_at"] - shares["impact_predict"]
    parts = {
        "filter": sum(shares[name] for name in FILTER),
        "picture": max(sum(shares[name] for name in PICTURE) - max(in_pictures, 0.0), 0.0),
        "impact": impact,
        "scanning": shares["next_hit"],
    }
    parts["network"] = max(1.0 - sum(parts.values()), 0.0)
    return parts


FIRST_RESULT = (
    "from warnpath.engine import build_plan\n"
    "from warnpath.engine.run import run_replication\n"
    "from warnpath.scenario import load\n"
    "run_replication(build_plan(load('trilateral')), 0, engine='compiled')\n"
)
EMPTY, IMPORTED, HELP = "pass\n", "import warnpath\n", "from warnpath.cli.main import main\nmain()\n"


def start_up() -> dict[str, tuple[float, float]]:
    """Processor and wall-clock seconds of fresh processes, up to a first result, cold and warm."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "WARNPATH_CACHE_DIR": folder}
        programs = {
            "Python alone": (EMPTY,),
            "import warnpath": (IMPORTED,),
            "warnpath --help": (HELP, "--help"),
            "first result, cold": (FIRST_RESULT,),
            "first result, warm": (FIRST_RESULT,),
        }
        for name, program in programs.items():
            found[name] = _process_seconds(program, environment)
    return found


def _process_seconds(program: tuple[str, ...], environment: dict[str, str]) -> tuple[float, float]:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, "-c", *program], env=environment, check=True, stdout=subprocess.DEVNULL)
    wall_s, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, wall_s


def _to_the_end(run: Callable[[Any], int], world: Any) -> None:
    while (reason := run(world.record)) in (1, 2):
        if reason == 1:
            world.grow()
        world.log_count = 0


def _processor_seconds(work: Callable[[], Result]) -> tuple[float, Result]:
    started = time.thread_time()
    result = work()
    return time.thread_time() - started, result


def rows(speed: Speed) -> list[tuple[str, str]]:
    """Rows of a table of a comparison."""
    return [
        ("events a replication", f"{speed.events:.0f}"),
        ("SimPy engine, Python handlers", _rate(speed.events, speed.python_s)),
        ("SimPy engine, compiled handlers", _rate(speed.events, speed.simpy_s)),
        ("compiled engine", _rate(speed.events, speed.compiled_s)),
        ("SimPy engine, Python handlers, over compiled engine", str(speed.python_ratio)),
        ("SimPy engine, compiled handlers, over compiled engine", str(speed.ratio)),
        ("inside compiled code", f"{speed.loop_s / speed.compiled_s:.0%} of the time"),
        *((f"of that: {part}", f"{share:.0%}") for part, share in speed.parts.items()),
        ("network alone", f"{speed.parts['network'] * speed.loop_s / speed.events * 1e9:.0f} ns an event"),
    ]


def _rate(events: float, seconds: float) -> str:
    return f"{1 / seconds:.1f} replications/s, {events / seconds:.3g} events/s"


def core_rows(cores: TwoCores) -> list[tuple[str, str]]:
    """Rows of a table on two cores."""
    return [
        ("two threads", f"{cores.threads} times one"),
        ("two processes that share nothing", f"{cores.processes} times one"),
        ("cores that were free", f"{cores.free_cores:.2f}"),
    ]


def main(arguments: list[str]) -> None:
    """Measure and write the table to standard output."""
    name, launch_set, rounds = (*arguments, *("trilateral", "overflight", "9")[len(arguments) :])
    plan = build_plan(load(name).replace({"launch_set": launch_set}))
    cores = two_cores(plan)
    lines = rows(compare(plan, int(rounds)))
    lines += core_rows(cores)
    lines += [(state, f"{cpu:.2f} s, {wall:.2f} s by the clock") for state, (cpu, wall) in start_up().items()]
    sys.stdout.write("".join(f"{one}: {other}\n" for one, other in lines))


if __name__ == "__main__":
    main(sys.argv[1:])
