"""Both engines on one plan, SimPy's with handlers of either kind, and what must be equal between them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from warnpath.engine.columns import TABLES
from warnpath.engine.compiled.compiled_run import CompiledRun
from warnpath.engine.output import ReplicationOutput
from warnpath.engine.plan import Plan
from warnpath.engine.simpy_run import SimpyRun

LOG_FIELDS = [("time_s", "<f8"), ("kind", "<i8"), ("element", "<i8"), ("message", "<i8"), ("value", "<f8")]


def assert_engines_agree(plan: Plan, replication: int = 0, tables: Collection[str] = TABLES) -> Any:
    """Run handlers as Python, as machine code under SimPy, and in the compiled loop; return SimPy's output.

    Log, hash and every column are compared. What is returned is made by the handlers as Python.
    """
    simpy_run = SimpyRun(plan, replication, tables=tables, keep_log=True, as_written=True)
    mixed_run = SimpyRun(plan, replication, tables=tables, keep_log=True, as_written=False)
    compiled_run = CompiledRun(plan, replication, tables=tables, keep_log=True)
    expected = simpy_run.run()
    for found, log in (
        (compiled_run.run(), compiled_run.log),
        (mixed_run.run(), mixed_run.scheduler.log),
    ):
        assert_equal_logs(bytes(simpy_run.scheduler.log), bytes(log))
        assert_equal_outputs(expected, found)
    return expected


def assert_equal_outputs(expected: ReplicationOutput, found: ReplicationOutput) -> None:
    """Equal in everything but the time they took."""
    assert (found.status, found.error) == (expected.status, expected.error)
    assert (found.replication, found.seed) == (expected.replication, expected.seed)
    assert (found.events, found.log_hash) == (expected.events, expected.log_hash)
    assert_equal_columns(expected.columns, found.columns)


def assert_equal_logs(expected: bytes, found: bytes) -> None:
    """Equal byte for byte; says at which event they part."""
    if expected == found:
        return
    first, second = np.frombuffer(expected, LOG_FIELDS), np.frombuffer(found, LOG_FIELDS)
    common = min(len(first), len(second))
    differing = np.flatnonzero(first[:common] != second[:common])
    place = int(differing[0]) if len(differing) else common
    around = slice(max(place - 2, 0), place + 2)
    raise AssertionError(
        f"the logs part at event {place} of {len(first)} and {len(second)}:\n"
        f"{first[around]}\n{second[around]}"
    )


def assert_equal_columns(expected: dict[str, Any], found: dict[str, Any]) -> None:
    """Same tables, columns, types and values to the bit; NaN equals NaN."""
    assert expected.keys() == found.keys()
    for table, columns in expected.items():
        assert columns.keys() == found[table].keys(), table
        for name, values in columns.items():
            other = found[table][name]
            assert (values.dtype, values.shape) == (other.dtype, other.shape), (table, name)
            np.testing.assert_array_equal(other, values, err_msg=f"{table}.{name}", strict=True)
