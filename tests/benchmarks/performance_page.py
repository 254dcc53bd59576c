"""Everything that is measured, and the page that tells it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import (
    daytone_model,
    engine_speed,
    fusion_speed,
    machine,
    nspy_model,
    targets,
)
from tests.benchmarks.compare_network import (
    C_KEYED,
    COMPILED,
    DAYTONE,
    NSPY,
    PROCESSES,
    SIMPY,
    SIMPY_PYTHON,
    C,
    Comparison,
    compare_whole,
    compare_with_daytone,
    compare_with_nspy,
)
from tests.benchmarks.scaling import ENGINE, Curve, over_launches, over_messages_in_flight, over_nodes
from tests.benchmarks.targets import Target
from tests.benchmarks.two_cores import TwoCores, two_cores
from warnpath.engine import build_plan
from warnpath.scenario import load

INSTALL = 'pip install -c constraints.txt ".[test,benchmark]"'
COMMAND = "python -m tests.benchmarks"


@dataclass(frozen=True)
class Found:
    """Everything measured; None where a program is missing."""

    whole: Comparison
    nspy: Comparison | None
    daytone: Comparison | None
    speed: engine_speed.Speed
    cores: TwoCores
    impact_s: float
    curves: list[Curve]
    started: dict[str, tuple[float, float]]


def measure(folder: Path, rounds: int, tell: Callable[[str], None]) -> Found:
    """Measure everything; `tell` hears what comes next."""
    plan = build_plan(load("trilateral").replace({"launch_set": "overflight"}))
    tell("two cores")
    cores = two_cores(plan)
    tell("the benchmark network")
    whole = compare_whole(rounds, folder)
    tell("ns.py")
    nspy = compare_with_nspy(rounds, folder) if nspy_model.is_installed() else None
    tell("daytone")
    daytone = compare_with_daytone(rounds, folder) if daytone_model.program() else None
    tell("trilateral")
    speed = engine_speed.compare(plan, rounds)
    impact_s = fusion_speed.predictions().impact_s
    tell("scaling")
    few = max(rounds // 2, 2)
    curves = [
        *over_nodes(folder, rounds),
        *over_messages_in_flight(folder, few, keep_order=True),
        *over_messages_in_flight(folder, few, keep_order=False),
        *over_launches(folder, few),
    ]
    tell("start-up")
    return Found(whole, nspy, daytone, speed, cores, impact_s, curves, engine_speed.start_up())


def targets_of(found: Found) -> list[Target]:
    """What was to be reached, with what was measured."""
    rounds = found.whole.rounds
    to_c = rounds.ratio(COMPILED, C_KEYED).median if C_KEYED in rounds.seconds else None
    growth = {curve.axis: curve.growth for curve in found.curves if curve.program == ENGINE}
    in_order, apart = (growth[axis] for axis in growth if axis.startswith("messages"))
    share = found.speed.parts["impact"]
    return [
        Target(
            "compiled engine, times idiomatic SimPy",
            rounds.ratio(PROCESSES, COMPILED).median,
            targets.IDIOMATIC_OVER_COMPILED,
            "at least",
        ),
        Target(
            "SimPy engine (compiled handlers), times idiomatic SimPy",
            rounds.ratio(PROCESSES, SIMPY).median,
            targets.IDIOMATIC_OVER_SIMPY,
            "at least",
        ),
        Target(
            "compiled engine's time over that of C, same draws and log",
            to_c,
            targets.COMPILED_OVER_C,
            "at most",
        ),
        Target("two cores, times one", found.cores.threads.median, targets.TWO_CORES, "at least"),
        Target(
            "trilateral with fusion, replications per second and core",
            1.0 / found.speed.compiled_s,
            targets.REPLICATIONS_PER_S,
            "at least",
        ),
        Target("cost of an event, 1,000 nodes over 10", growth["nodes"], targets.NODES_GROWTH, "at most"),
        Target(
            "cost of an event, 1,000,000 in flight over 100, in order",
            in_order,
            targets.PENDING_GROWTH,
            "at most",
        ),
        Target("the same, each pending on its own", apart, targets.PENDING_GROWTH, "at most"),
        Target("impact's share of the run", share, targets.IMPACT_SHARE, "at most"),
        Target(
            "first result after installation, processor seconds",
            found.started["first result, cold"][0],
            targets.COLD_S,
            "at most",
        ),
    ]


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown table, all columns but the first to the right."""
    lines = ["| " + " | ".join(heading) + " |", "|---" + "|--:" * (len(heading) - 1) + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def prose(text: str) -> str:
    """A paragraph, filled."""
    return textwrap.fill(" ".join(text.split()), 110, break_long_words=False, break_on_hyphens=False) + "\n"


def page(found: Found, rounds: int) -> str:
    """The whole page."""
    return "\n".join(
        [
            "# Performance\n",
            prose(f"""
                Made by `{COMMAND} --rounds {rounds}` after `{INSTALL}`; not edited by hand. Times are
                processor time. Programs that are compared take turns within one run; a ratio is the median
                over the rounds of the ratios within each round, with the quartiles in brackets.
                `python -m pytest tests/benchmarks` asserts the targets."""),
            table(("machine", ""), machine.describe()),
            "## Targets\n",
            table(("", "target", "measured", "met"), (target.row() for target in targets_of(found))),
            _network_part(found),
            _parts_part(found),
            _trilateral_part(found),
            _scaling_part(found.curves),
            _start_part(found.started),
        ]
    )


def _network_part(found: Found) -> str:
    about = prose("""
        Twelve sources, four national nodes, a hub and three sinks
        (`tests/benchmarks/benchmark-network.toml`): a message of 1 kB a second from each source for 1,000
        s, over four hops; finite queues, 2 % loss with retransmission, lognormal jitter, outages of links
        and of a node: 12,000 messages. The idiomatic model (`process_model.py`) has a process for each
        message, a resource for each transmitter and numpy's generator. The C program (`network.c`) has a
        binary heap, pools and intrusive lists, and keeps totals only: once with draws from one sequence and
        no log, once with what "doing the same" asks for: draws keyed by element and message, so that none
        depends on another, and the log of all events, hashed. The engines also book every second of a
        message to a stage and note how busy every element is, and their times have the making of the tables
        in them. Under SimPy, whose queue and time they share with a user's own processes, the handlers of
        events run as machine code, one call an event, or as the Python they are written in, for a debugger.
        Agreement: the largest difference from the idiomatic model over seven quantities (latency, delivered
        share, losses by reason, retransmissions), in standard errors.""")
    names = (PROCESSES, SIMPY_PYTHON, SIMPY, COMPILED, C_KEYED, C)
    programs = [name for name in names if name in found.whole.rounds.seconds]
    rows = [_program_row(found.whole, name) for name in programs]
    if C not in programs:
        rows.append((C, "no C compiler here", "", "", ""))
    heading = ("program", "a replication", "an event", "times idiomatic", "agreement")
    text = "\n".join(["## The benchmark network\n", about, table(heading, rows)])
    if C in programs:
        to_keyed, to_leanest = (found.whole.rounds.ratio(COMPILED, name) for name in (C_KEYED, C))
        text += (
            f"\nThe compiled engine takes {to_keyed} times as long as C with the same draws and log, and\n"
            f"{to_leanest} times as long as C without.\n"
        )
    return text


def _program_row(comparison: Comparison, name: str) -> tuple[str, ...]:
    seconds = comparison.rounds.median_s(name)
    events = comparison.events.get(name)
    cost = f"{1e9 * seconds / events:.0f} ns" if events else ""
    ratio = "1" if name == PROCESSES else str(comparison.rounds.ratio(PROCESSES, name))
    agreement = ""
    if name in (SIMPY, SIMPY_PYTHON):
        agreement = "same log as compiled"
    elif name != PROCESSES and name in comparison.outcomes:
        quantity, z = comparison.worst_z(name)
        agreement = f"z = {z:.1f} ({quantity})"
    return name, f"{1000.0 * seconds:.3g} ms", cost, ratio, agreement


def _parts_part(found: Found) -> str:
    text = ["## The parts of it that other simulators can express\n"]
    for comparison, name, left_out in (
        (found.nspy, NSPY, nspy_model.LEFT_OUT),
        (found.daytone, DAYTONE, daytone_model.LEFT_OUT),
    ):
        version = machine.versions()[name]
        text.append(f"{name} {version}, without {left_out}; the others run the same reduced network:\n")
        if comparison is None:
            text.append(f"Not measured here: {name} is not installed (`{INSTALL}`).\n")
            continue
        rows = [_program_row(comparison, program) for program in comparison.rounds.seconds]
        text.append(
            table(
                ("program", "a replication", "times idiomatic", "agreement"),
                [(row[0], *row[1:2], *row[3:]) for row in rows],
            )
        )
        text.append(
            f"The compiled engine is {comparison.rounds.ratio(name, COMPILED)} times as fast as {name}.\n"
        )
    return "\n".join(text)


def _trilateral_part(found: Found) -> str:
    rows = [
        *engine_speed.rows(found.speed),
        ("an impact with its covariance", f"{1e6 * found.impact_s:.1f} us"),
        *engine_speed.core_rows(found.cores),
    ]
    return (
        "## The trilateral scenario with fusion\n\n"
        "One launch (set `overflight`), from the plan to finished tables.\n\n" + table(("", ""), rows)
    )


def _scaling_part(curves: Sequence[Curve]) -> str:
    about = prose("""
        Scenarios made for the public loader. An event: processor time of the events and of the log's hash
        over their number; a whole replication has the making of its world and tables in it too. Nodes: as
        many messages over four hops, from more and more sources. In flight: messages on long links at once;
        in order, a link needs only its first in the heap of events; else each needs an event of its own.
        Launches: short flights every 3.5 s, all watched, tracked, fused and predicted by the trilateral
        network.""")
    picture = "![Cost of an event against nodes, messages in flight and launches](scaling.png)\n"
    text = ["## Scaling\n", about, picture]
    for axis in dict.fromkeys(curve.axis for curve in curves):
        of_axis = [curve for curve in curves if curve.axis == axis]
        heading = (axis, *(f"{size:,}" for size in of_axis[0].sizes), "growth")
        text.append(table(heading, map(_curve_row, of_axis)))
    return "\n".join(text)


def _curve_row(curve: Curve) -> tuple[str, ...]:
    return curve.program, *(f"{cost:.0f} ns" for cost in curve.nanoseconds), f"{curve.growth:.1f}"


def _start_part(started: dict[str, tuple[float, float]]) -> str:
    about = prose("""
        Fresh processes. Cold: nothing is compiled yet, so everything is; warm: from the cache on disk. A
        first result is one replication of `trilateral` on the compiled engine. A job without launch or sensor
        that is estimated to end sooner as Python than the model is compiled does not wait for that
        (`study/cold_start.py`); its log and its tables are the same.""")
    rows = [(name, f"{cpu:.2f} s", f"{wall:.2f} s") for name, (cpu, wall) in started.items()]
    return "\n".join(["## Start-up\n", about, table(("", "processor", "by the clock"), rows)])
