"""Replications that run no longer than it takes to say how the needed warnings fared.

An alert is in its consumer's hands once and for all: once every warning that is needed has arrived, nothing
that follows changes a margin or a status. Where one never arrives the replication runs to its end.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from warnpath.engine.columns import warnings_columns
from warnpath.engine.output import Columns
from warnpath.engine.plan import Plan
from warnpath.engine.plan_pictures import warning_truth

OUTCOMES = ("launch", "consumer", "margin_s", "status", "needed")
"""Columns of the table `warnings` that are final then, in rows of needed warnings."""


def needed_warnings(plan: Plan, world: Any) -> list[int]:
    """Rows of `needs`, launches and consumers, of the warnings needed in a world that is about to run.

    With `awaited` set in them, and their number in the world, it stops once all have arrived.
    """
    flights: dict[int, Any] = {}
    return [x for x in range(len(world.needs)) if warning_truth(plan, world, x, flights).in_danger]


def outcomes(plan: Plan, world: Any, tables: Collection[str]) -> dict[str, Columns]:
    """The columns `OUTCOMES` of the table `warnings`, whichever tables were asked for."""
    columns = warnings_columns(plan, world)
    return {"warnings": {name: columns[name] for name in OUTCOMES}}
