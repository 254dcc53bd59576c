"""Replications, run alone or among others with the same result, on either engine."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from warnpath.engine.columns import DEFAULT_TABLES, TABLES
from warnpath.engine.output import ReplicationOutput
from warnpath.engine.plan import Plan

if TYPE_CHECKING:
    from warnpath.engine.compiled.compiled_run import CompiledRun
    from warnpath.engine.simpy_run import SimpyRun

ENGINES = ("simpy", "compiled")
"""Names of the engines; both give the same event log, bit for bit."""


def run_replication(
    plan: Plan,
    replication: int,
    seed: int | None = None,
    tables: Collection[str] = DEFAULT_TABLES,
    engine: str = "simpy",
    memory_limit_mb: float | None = None,
) -> ReplicationOutput:
    """Run one replication.

    Parameters
    ----------
    plan : Plan
    replication : int
        0, 1, 2 ...
    seed : int, optional
        By default the scenario's.
    tables : collection of str
        Names out of `warnpath.engine.columns.TABLES`.
    engine : str
        "compiled" runs the whole event loop as machine code. In "simpy" SimPy keeps the queue and the time,
        and each event calls machine code, or Python where a debugger looks on (see `SimpyRun`). Machine code
        is built on its first use.
    memory_limit_mb : float, optional
        A replication that needs more fails, with words on what to turn off.

    Returns
    -------
    ReplicationOutput
        With status "failed" and the reason if the engine stopped itself.

    Raises
    ------
    ValueError
        An unknown table or engine, or a plan for a user's own processes on the compiled engine.
    """
    unknown = set(tables) - set(TABLES)
    if unknown:
        raise ValueError(f"unknown tables {', '.join(sorted(unknown))}; known are {', '.join(TABLES)}")
    return _run_class(plan, engine)(plan, replication, seed, tables, memory_limit_mb=memory_limit_mb).run()


def run_until_warned(
    plan: Plan,
    replication: int,
    seed: int | None = None,
    engine: str = "simpy",
    memory_limit_mb: float | None = None,
) -> ReplicationOutput:
    """Run one replication no longer than it takes to say how the needed warnings fared.

    Parameters
    ----------
    plan, replication, seed, engine, memory_limit_mb
        As for `run_replication`.

    Returns
    -------
    ReplicationOutput
        The columns `warned.OUTCOMES` of the table `warnings`, which in rows of needed warnings are those of
        the whole replication; events and log as far as it was run.
    """
    run = _run_class(plan, engine)(plan, replication, seed, ("warnings",), memory_limit_mb=memory_limit_mb)
    return run.run_until_warned()


def _run_class(plan: Plan, engine: str) -> type[SimpyRun] | type[CompiledRun]:
    """What runs replications of a plan on an engine."""
    if engine == "simpy":
        from warnpath.engine.simpy_run import SimpyRun

        return SimpyRun
    if engine == "compiled":
        if plan.network.external_flows:
            flows = ", ".join(f"{a} to {b}" for a, b in sorted(plan.network.external_flows))
            raise ValueError(
                f"the plan has flows of a user's own SimPy processes ({flows}), which the compiled engine "
                "cannot run; use the SimPy engine: warnpath.engine.SimpyRun(plan)"
            )
        from warnpath.engine.compiled.compiled_run import CompiledRun

        return CompiledRun
    raise ValueError(f"unknown engine {engine!r}; known are {', '.join(ENGINES)}")


def run_replications(
    plan: Plan,
    replications: Iterable[int],
    seed: int | None = None,
    tables: Collection[str] = DEFAULT_TABLES,
    engine: str = "simpy",
    threads: int = 1,
) -> Iterator[ReplicationOutput]:
    """Run replications one after the other, or several at once; results come in the order asked for.

    Parameters
    ----------
    plan, seed, tables, engine
        As for `run_replication`.
    replications : iterable of int
    threads : int
        The compiled engine runs its events without the interpreter's lock, so threads share the work;
        for SimPy they change nothing. At most two results per thread wait to be taken.

    Yields
    ------
    ReplicationOutput

    Raises
    ------
    ValueError
        An unknown table or engine, or less than one thread.
    """
    if threads < 1:
        raise ValueError(f"threads is {threads}; expected 1 or more")
    if threads == 1 or engine != "compiled":
        for replication in replications:
            yield run_replication(plan, replication, seed, tables, engine)
        return
    # Compile, or load, once before threads wait for one another.
    from warnpath.engine.compiled import entry  # noqa: F401

    pool = ThreadPoolExecutor(threads, thread_name_prefix="replication")
    waiting: deque[Future[ReplicationOutput]] = deque()
    try:
        for replication in replications:
            waiting.append(pool.submit(run_replication, plan, replication, seed, tables, engine))
            if len(waiting) > 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
