"""Runs that end once every needed warning has arrived tell of these what whole runs tell."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from warnpath.engine import ReplicationOutput, build_plan
from warnpath.engine.plan import Plan
from warnpath.engine.plan_outages import with_failed
from warnpath.engine.run import ENGINES, run_replication, run_until_warned
from warnpath.engine.warned import OUTCOMES
from warnpath.network.contingencies import single_failures
from warnpath.scenario import load

SMALL = Path(__file__).resolve().parents[1] / "scenarios" / "small.toml"


@cache
def plan_of(name: str) -> Plan:
    return build_plan(load(name))


def needed_rows(output: ReplicationOutput) -> dict[str, list[object]]:
    columns = output.columns["warnings"]
    needed = columns["needed"].astype(bool)
    return {name: columns[name][needed].tolist() for name in OUTCOMES}


def test_every_single_failure_of_the_shipped_network_fares_the_same() -> None:
    plan = plan_of("trilateral")
    used = [item for item in single_failures(plan.network.graph, plan.network.tables) if item.is_used]
    shorter = 0
    statuses = set()
    for item in used[::4]:
        failed = with_failed(plan, item.elements)
        whole = run_replication(failed, 0, tables=("warnings",), engine="compiled")
        short = run_until_warned(failed, 0, engine="compiled")
        rows = needed_rows(whole)
        assert rows["launch"]
        np.testing.assert_equal(needed_rows(short), rows)
        statuses |= set(rows["status"])
        is_whole = "never" in rows["status"]
        assert (short.events == whole.events) == is_whole == (short.log_hash == whole.log_hash)
        shorter += short.events < whole.events / 2
    assert statuses >= {"in_time", "never"}
    assert shorter > 0


@pytest.mark.parametrize("failed", [(), ("hub",)])
def test_both_engines_stop_at_the_same_event(failed: tuple[str, ...]) -> None:
    plan = plan_of(str(SMALL))
    if failed:
        hub = next(node.id for node in plan.scenario.node if node.role == "hub")
        plan = with_failed(plan, (hub,))
    simpy, compiled = (run_until_warned(plan, 1, engine=engine) for engine in ENGINES)
    assert (simpy.status, simpy.events, simpy.log_hash) == ("ok", compiled.events, compiled.log_hash)
    np.testing.assert_equal(simpy.columns, compiled.columns)
    assert set(simpy.columns["warnings"]) == set(OUTCOMES)
