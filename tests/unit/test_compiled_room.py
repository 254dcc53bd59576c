"""How much room the pools of worlds of arrays begin with, and how they grow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from warnpath.engine import build_plan
from warnpath.engine.columns import TABLES
from warnpath.engine.compiled.array_world import CACHE_LINE
from warnpath.engine.compiled.compiled_run import CompiledRun, template_of
from warnpath.engine.compiled.template import Template
from warnpath.engine.plan import Plan
from warnpath.engine.plan_outages import with_failed
from warnpath.engine.prepare import prepare
from warnpath.engine.run import run_replication
from warnpath.scenario import load

SMALL = Path(__file__).resolve().parents[1] / "scenarios" / "small.toml"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return build_plan(load(str(SMALL)), {"jp-hub": (60.0, 90.0)})


def test_a_pool_that_grew_grows_again_where_it_is(plan: Plan) -> None:
    world = Template(plan).world(0, 1, ())
    places = []
    for _ in range(4):
        pool = world.arrays["messages"]
        world.message_free_count = 0
        assert world.grow()
        grown = world.arrays["messages"]
        assert len(grown) == 2 * len(pool)
        assert (grown["number"][: len(pool)] == pool["number"]).all()
        places.append(grown.ctypes.data)
        # What is written through the larger pool is in the smaller one, unless it moved.
        grown["number"][0] += 1
        assert (pool["number"][0] == grown["number"][0]) == np.shares_memory(pool, grown)
    assert len(set(places)) == 2


def test_a_pool_grows_where_the_system_refuses_room_to_spare(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    # More than any address of 64 bits reaches, and less than the largest shape that there is.
    monkeypatch.setattr("warnpath.engine.compiled.array_world.SPARE", 10**12)
    world = Template(plan).world(0, 1, ())
    rows = len(world.arrays["messages"])
    world.message_free_count = 0
    world.heap_count = len(world.arrays["heap"])
    assert world.grow()
    assert len(world.arrays["messages"]) == 2 * rows
    assert CompiledRun(plan).run().status == "ok"


def test_a_world_has_no_room_for_paths_that_is_not_asked_for() -> None:
    plan = build_plan(load(str(SMALL)))
    plan.scalars["path_reserve"] = 0
    found, expected = Template(plan).world(0, 1, ()), prepare(plan, 0, 1, ())
    assert len(found.arrays["paths"]) == len(expected.paths) == len(plan.entities["nodes"])  # type: ignore[attr-defined]


def test_later_worlds_begin_with_the_room_that_earlier_ones_came_to(plan: Plan) -> None:
    other = build_plan(load(str(SMALL)), {"jp-hub": (60.0, 90.0)})
    tables = tuple(TABLES)
    first, second = (run_replication(other, 0, 1, tables, "compiled") for _ in range(2))
    template = template_of(other)
    at_first = Template(plan).world(0, 1, ())
    later = template.world(0, 1, ())
    assert len(later.arrays["messages"]) > len(at_first.arrays["messages"])
    assert later.message_free_count == len(later.arrays["messages"]) == len(later.arrays["copies"])
    # Rows of pools are other ones then, and nothing that anybody sees depends on that.
    assert first.log_hash == second.log_hash
    for table, columns in first.columns.items():
        for name, values in columns.items():
            np.testing.assert_array_equal(values, second.columns[table][name], err_msg=f"{table}.{name}")
    # A plan with something failed is of the same scenario, and begins with this room too.
    failed = with_failed(other, ["us-hub"])
    assert len(template_of(failed).world(0, 1, ()).arrays["messages"]) == len(later.arrays["messages"])
    # What a limit allows does not depend on what ran before.
    limited = template.world(0, 1, (), is_small=True)
    assert len(limited.arrays["messages"]) == len(at_first.arrays["messages"])


def test_worlds_within_a_limit_of_memory_are_copies_too(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    template = Template(plan)
    first = template.world(0, 1, (), is_small=True)
    first.message_free_count = 0
    assert first.grow()
    template.remember_room(first)
    least = len(template.world(0, 1, (), is_small=True).arrays["messages"])
    assert len(first.arrays["messages"]) == 2 * least
    # From here on nothing but copies is made.
    monkeypatch.setattr("warnpath.engine.compiled.template.Image", None)
    assert len(template.world(1, 1, (), is_small=True).arrays["messages"]) == least
    assert len(template.world(1, 1, ()).arrays["messages"]) == 2 * least


def test_a_world_that_came_to_much_room_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    other = build_plan(load(str(SMALL)))
    template = template_of(other)
    before = len(template.world(0, 1, ()).arrays["messages"])
    monkeypatch.setattr("warnpath.engine.compiled.template.MOST_REMEMBERED", 1000)
    # What would be too large is not made to see that.
    monkeypatch.setattr("warnpath.engine.compiled.template.Image", None)
    run = CompiledRun(other)
    assert run.run().status == "ok"
    assert len(run.world.arrays["messages"]) > before
    assert len(template.world(0, 1, ()).arrays["messages"]) == before


def test_room_is_remembered_up_to_its_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    other = build_plan(load(str(SMALL)))
    run = CompiledRun(other, tables=TABLES)
    assert run.run().status == "ok"
    size = template_of(other)._image.size
    # Where an array begins depends on those before it, by less than a line of the cache each.
    slack = 10 * CACHE_LINE
    for limit, is_remembered in ((size - slack, False), (size + slack, True)):
        monkeypatch.setattr("warnpath.engine.compiled.template.MOST_REMEMBERED", limit)
        template = Template(other)
        least = len(template.world(0, 1, ()).arrays["messages"])
        template.remember_room(run.world)
        assert (len(template.world(0, 1, ()).arrays["messages"]) > least) == is_remembered


def test_what_a_limit_of_memory_allows_does_not_depend_on_earlier_replications(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tables = ("warnings", "messages", "hops")
    fresh, used = (build_plan(load(str(SMALL))) for _ in range(2))
    for replication in range(3):
        assert run_replication(used, replication, engine="compiled").status == "ok"
    # A limit as small as that would not even be tried with the room that was remembered.
    monkeypatch.setattr("warnpath.engine.compiled.compiled_run.MOST_REMEMBERED", 0)
    remembered_mb = template_of(used)._image.size / 1e6
    failed = []
    for limit_mb in np.geomspace(remembered_mb, 30.0 * remembered_mb, 25):
        run = CompiledRun(used, 0, tables=tables, memory_limit_mb=float(limit_mb))
        found = run.run()
        monkeypatch.setattr("warnpath.engine.compiled.compiled_run.MOST_REMEMBERED", 10**12)
        expected = CompiledRun(fresh, 0, tables=tables, memory_limit_mb=float(limit_mb)).run()
        monkeypatch.setattr("warnpath.engine.compiled.compiled_run.MOST_REMEMBERED", 0)
        assert (found.status, found.error, found.log_hash) == (
            expected.status,
            expected.error,
            expected.log_hash,
        )
        failed.append(found.status == "failed")
    assert any(failed)
    assert not all(failed)


def test_a_replication_that_is_begun_again_stops_once_warned_too(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = build_plan(load(str(SMALL)))
    expected = CompiledRun(plan).run_until_warned()
    calls = iter(["too large for once"])
    monkeypatch.setattr("warnpath.engine.compiled.compiled_run.check_memory", lambda *_: next(calls, ""))
    run = CompiledRun(build_plan(load(str(SMALL))), memory_limit_mb=1e6)
    found = run.run_until_warned()
    assert next(calls, None) is None
    assert (found.events, found.log_hash) == (expected.events, expected.log_hash)
