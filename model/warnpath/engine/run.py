"""One replication, run alone or among others with the same result."""

from __future__ import annotations

from collections.abc import Collection

from warnpath.engine.output import ReplicationOutput
from warnpath.engine.plan import Plan
from warnpath.engine.simpy_run import DEFAULT_TABLES, SimpyRun


def run_replication(
    plan: Plan, replication: int, seed: int | None = None, tables: Collection[str] = DEFAULT_TABLES
) -> ReplicationOutput:
    """Run one replication on the SimPy engine.

    Parameters
    ----------
    plan : Plan
    replication : int
        0, 1, 2 ...
    seed : int, optional
        By default the scenario's.
    tables : collection of str
        Names out of `warnpath.engine.columns.TABLES`.

    Returns
    -------
    ReplicationOutput
        With status "failed" and the reason if the engine stopped itself.

    Raises
    ------
    ValueError
        An unknown table.
    """
    return SimpyRun(plan, replication, seed, tables).run()
