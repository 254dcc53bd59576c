"""Replications of one scenario."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from warnpath.study.blocks import Base, Block, Variant, failed_output, plan_of, run_block, run_one
from warnpath.study.engines import DEFAULT, Engine, NamedEngine, find_engine, find_own_engine
from warnpath.study.errors import StudyError
from warnpath.study.pool import Lost, OpenPool, available_workers, run_tasks
from warnpath.study.result import Result

if TYPE_CHECKING:
    from warnpath.engine import ReplicationOutput
    from warnpath.scenario import Scenario
    from warnpath.study.cold_start import Work

ALWAYS = ("warnings", "elements", "outages", "pictures", "traffic")
"""Tables every replication records, besides its row in `runs`."""
OPTIONAL = ("messages", "hops", "tracks", "estimates", "occupancy")
"""Tables recorded on request."""
RUN_TABLES = (*ALWAYS, "messages")
"""Tables recorded by `simulate` unless told otherwise."""
NOT = "no-"
"""In front of the name of an optional table: it is not recorded, so its memory is not needed."""
BLOCK_S = 0.5
"""Work sent to a worker at a time (s): much against the cost of sending it, little against the whole."""

_log = logging.getLogger(__name__)
_KEPT_FACTOR = 3
"""Memory of a finished table against that of its raw columns: text, and the copy that sorting makes."""

Sink = Callable[["ReplicationOutput"], "ReplicationOutput"]
Progress = Callable[[int, int], None]
"""Called with the number of replications done and their total."""


@dataclass(frozen=True)
class Execution:
    """How replications are run; none of it changes a result.

    Parameters
    ----------
    engine : Engine
        Engine to run on.
    workers : int or None
        Most worker processes; None for one per processor.
    progress : callable, optional
        Called with the number of replications done and their total.
    open_pool : callable, optional
        Makes a `concurrent.futures.Executor` for a number of workers; spawned processes by default.
    may_change : bool
        Nobody asked for the engine: another one may take its place where machine code has to be built first.
    tell : callable, optional
        Called with a line that says so, or that the user waits for machine code.
    """

    engine: Engine = field(default_factory=NamedEngine)
    workers: int | None = 1
    progress: Progress | None = None
    open_pool: OpenPool | None = None
    may_change: bool = False
    tell: Callable[[str], None] | None = None

    def worker_count(self) -> int:
        """Most worker processes; raises StudyError below 1."""
        if self.workers is None:
            return available_workers()
        if self.workers < 1:
            raise StudyError(f"{self.workers} workers cannot run anything; expected 1 or more")
        return self.workers

    def report(self, done: int, total: int) -> None:
        """Tell how many replications are done."""
        if self.progress is not None:
            self.progress(done, total)

    def for_job(self, work: Work) -> Execution:
        """As it is, on the engine that runs this job; see `find_own_engine`."""
        engine = self.engine
        if not isinstance(engine, NamedEngine) or engine.is_plain:
            return self
        asked = None if self.may_change else engine.name
        engine, told = find_own_engine(asked, work, engine.memory_limit_mb)
        if told and self.tell is not None:
            self.tell(told)
        return replace(self, engine=engine, may_change=False, tell=None)


def own_execution(
    workers: int | None, progress: Progress | None = None, engine: str | Engine | None = None
) -> Execution:
    """How a function called from Python runs its replications; what there is to tell goes to the log."""
    chosen = find_engine(DEFAULT if engine is None else engine)
    return Execution(chosen, workers, progress, may_change=engine is None, tell=_log.warning)


def simulate(
    scenario: Scenario | str | Path,
    replications: int | None = None,
    seed: int | None = None,
    tables: Iterable[str] = (),
    workers: int | None = 1,
    engine: str | Engine | None = None,
) -> Result:
    """Run replications of a scenario.

    Every replication draws from its own streams, keyed by seed and number, so the result does not depend on
    workers or order, and one replication can be run again alone.

    Parameters
    ----------
    scenario : Scenario, str or Path
        Scenario, name of a shipped one, or path of a file.
    replications, seed : int, optional
        Instead of those of the scenario.
    tables : iterable of str
        Optional tables to record in addition: hops, tracks, estimates, occupancy. "no-messages" leaves out
        the messages, which bounds the memory of a long run of traffic.
    workers : int or None
        Most worker processes. Starting them takes about two seconds, so they are started only where the time
        of the first replication says that it pays; None for one per processor.
    engine : str or Engine, optional
        "compiled", or "simpy", where SimPy schedules each event, slower; both give the same result. By
        default "compiled"; before that is built, "simpy" for a short job without launch or sensor.

    Returns
    -------
    Result
        Tables and provenance. A replication that failed is a row of `runs` with its error.

    Raises
    ------
    ScenarioError
        If the scenario cannot be run.
    StudyError
        If an argument makes no sense.
    """
    chosen = with_run_settings(scenario, replications, seed)
    return run_scenario(chosen, tables, own_execution(workers, engine=engine))


def run_scenario(
    scenario: Scenario, tables: Iterable[str], execution: Execution, sink: Sink | None = None
) -> Result:
    """As `simulate`, with the settings of the scenario and the given execution.

    A sink is given every output as it comes, and returns what of it is to be kept.
    """
    take = _as_it_is if sink is None else sink
    recorded = recorded_tables(tables, RUN_TABLES)
    total = int(scenario.run.replications)
    execution = execution.for_job([(scenario, total)])
    workers, engine = execution.worker_count(), execution.engine
    variant = Variant(Base.of(scenario))
    plan, seed = plan_of(variant, engine)
    started = perf_counter()
    first = run_one(engine, plan, 0, recorded, seed)
    seconds = perf_counter() - started
    outputs = [take(first)]
    _refuse_too_much(outputs[0], total, engine.memory_limit_mb)
    execution.report(1, total)
    size = block_size(total - 1, seconds, workers)
    blocks = [
        Block(variant, first, min(first + size, total) - 1, recorded, engine)
        for first in range(1, total, size)
    ]
    tasks = run_tasks(
        run_block, blocks, workers, seconds * size, execution.open_pool, threads=engine.uses_threads
    )
    with closing(tasks) as results:
        for number, value in results:
            outputs.extend(take(output) for output in block_outputs(blocks[number], value, seed))
            execution.report(len(outputs), total)
    outputs.sort(key=lambda output: output.replication)
    return Result(scenario, engine.name, tuple(outputs))


def _as_it_is(output: ReplicationOutput) -> ReplicationOutput:
    return output


def _refuse_too_much(output: ReplicationOutput, total: int, limit_mb: float | None) -> None:
    """Refuse to start what would keep more than the limit in memory, from what one replication keeps.

    Raises
    ------
    StudyError
        Naming the largest table.
    """
    sizes = {
        name: _KEPT_FACTOR * sum(values.nbytes for values in columns.values()) * total / 1e6
        for name, columns in output.columns.items()
    }
    if limit_mb is None or sum(sizes.values()) <= limit_mb:
        return
    largest = max(sizes, key=lambda name: sizes[name])
    without = f"leave it out with {NOT}{largest}" if largest in OPTIONAL else "ask for fewer replications"
    raise StudyError(
        f"the tables of {total} replications would take about {sum(sizes.values()):.0f} MB, more than the "
        f"limit of {limit_mb:g} MB; most of it table {largest!r}: {without}, or set a higher memory limit"
    )


def with_run_settings(
    scenario: Scenario | str | Path, replications: int | None = None, seed: int | None = None
) -> Scenario:
    """Load the scenario if it is a name or a path, and set its replications and seed where given.

    Raises
    ------
    ScenarioError
        If there is no such scenario, it is not valid, or a value is out of bounds.
    """
    from warnpath.scenario import load

    if isinstance(scenario, str | Path):
        scenario = load(str(scenario))
    wanted = {"run.replications": replications, "run.seed": seed}
    changes = {path: value for path, value in wanted.items() if value is not None}
    return scenario.replace(changes) if changes else scenario


def recorded_tables(tables: Iterable[str], always: tuple[str, ...]) -> tuple[str, ...]:
    """Tables to record: those always recorded, and those asked for, but none asked for as ``no-NAME``.

    Raises
    ------
    StudyError
        If a table asked for, or asked not to be recorded, is not one of the optional ones.
    """
    listed = tuple(dict.fromkeys(tables))
    unwanted = {name.removeprefix(NOT) for name in listed if name.startswith(NOT)}
    asked = tuple(name for name in listed if not name.startswith(NOT))
    for name in sorted(unwanted - set(OPTIONAL)):
        raise StudyError(f"table {name!r} cannot be left out; expected some of {', '.join(OPTIONAL)}")
    unknown = [name for name in asked if name not in OPTIONAL and name not in ALWAYS]
    if unknown:
        raise StudyError(
            f"there is no table {unknown[0]!r} to record; expected some of {', '.join(OPTIONAL)}"
        )
    wanted = (*always, *(name for name in OPTIONAL if name in asked and name not in always))
    return tuple(name for name in wanted if name not in unwanted)


def block_size(replications: int, seconds_each: float, workers: int) -> int:
    """Replications to send to a worker at a time."""
    by_time = max(1, int(BLOCK_S / max(seconds_each, 1e-6)))
    fair = max(1, -(-replications // (4 * workers)))
    return min(by_time, fair)


def block_outputs(block: Block, value: list[ReplicationOutput] | Lost, seed: int) -> list[ReplicationOutput]:
    """Outputs of a block; failed ones where it was lost."""
    if isinstance(value, Lost):
        return [
            failed_output(replication, seed, value.reason)
            for replication in range(block.first, block.last + 1)
        ]
    return value
