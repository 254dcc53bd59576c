"""The arrays of the compiled engine hold what the entities of the SimPy engine hold."""

from __future__ import annotations

import dataclasses
import heapq
import itertools
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sensing_cases import everything
from warnpath.engine import build_plan
from warnpath.engine.columns import TABLES
from warnpath.engine.compiled import event_loop
from warnpath.engine.compiled.array_world import CACHE_LINE, ArrayWorld
from warnpath.engine.compiled.compiled_run import TEMPLATES_KEPT, CompiledRun, template_of
from warnpath.engine.compiled.entry import handler_signature
from warnpath.engine.compiled.layout import LOG, RECORD_DTYPES, SCALARS, SLOT_MASK, WORLD_DTYPE
from warnpath.engine.compiled.layout import TABLES as ARRAYS
from warnpath.engine.compiled.template import Template
from warnpath.engine.entities import COUNTERS, ENTITIES, TRACE_POOLS
from warnpath.engine.plan import Plan
from warnpath.engine.prepare import prepare
from warnpath.engine.run import run_replication, run_replications
from warnpath.engine.simpy_python import LOG_ROW
from warnpath.engine.state import ensure_capacity
from warnpath.scenario import load

SMALL = Path(__file__).resolve().parents[1] / "scenarios" / "small.toml"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return build_plan(load(str(SMALL)), {"jp-hub": (60.0, 90.0)})


def assert_same_state(found: ArrayWorld, expected: Any) -> None:
    for kind, fields in ENTITIES.items():
        rows = [tuple(getattr(entity, name) for name, _ in fields) for entity in getattr(expected, kind)]
        assert found.arrays[kind].tolist() == rows, kind
    for name in set(ARRAYS) - {"log_words", "log_columns"}:
        np.testing.assert_array_equal(found.arrays[name], getattr(expected, name), err_msg=name)
    for name, _ in COUNTERS:
        assert getattr(found, name) == getattr(expected, name), name


@pytest.mark.parametrize("tables", [("warnings",), tuple(TABLES)], ids=["few tables", "all tables"])
def test_a_fresh_world_equals_that_of_the_simpy_engine(plan: Plan, tables: tuple[str, ...]) -> None:
    assert_same_state(Template(plan).world(4, 7, tables), prepare(plan, 4, 7, tables))


def test_a_fresh_world_with_drawn_flights_and_places_does_too(tmp_path: Path) -> None:
    drawn = build_plan(everything(tmp_path))
    assert_same_state(Template(drawn).world(4, 7, ()), prepare(drawn, 4, 7, ()))


def test_pools_grow_to_the_same_slots(plan: Plan) -> None:
    tables = tuple(TABLES)
    found, expected = Template(plan).world(0, 1, tables), prepare(plan, 0, 1, tables)
    either: Any
    for either in (found, expected):
        either.message_free_count = either.report_free_count = 0
        either.message_free = either.copy_free = either.report_free = -1
        either.path_count = len(either.paths)
        for name in TRACE_POOLS:
            setattr(either, f"{name}_count", len(getattr(either, name)))
    found.grow()
    ensure_capacity(expected)
    assert_same_state(found, expected)


def test_worlds_of_one_template_share_nothing_that_changes(plan: Plan) -> None:
    template = Template(plan)
    first, second = template.world(0, 1, ()), template.world(0, 1, ())
    for name in (*ENTITIES, *template.private, *template.blank, "heap", "pending", "log"):
        assert not np.shares_memory(first.arrays[name], second.arrays[name]), name
    first.fault = 3
    assert second.fault == 0


def test_the_record_says_where_the_arrays_lie(plan: Plan) -> None:
    world = Template(plan).world(0, 1, tuple(TABLES))
    fields = world.record.view(WORLD_DTYPE)[0]
    for name in (*RECORD_DTYPES, *ARRAYS):
        array = world.arrays[name]
        assert fields[f"{name}_address"] == array.__array_interface__["data"][0], name
        assert (fields[f"{name}_rows"], array.flags.c_contiguous) == (len(array), True), name
        assert fields[f"{name}_columns"] == (array.shape[1] if array.ndim == 2 else 1), name
    assert np.shares_memory(world.arrays["log"], world.arrays["log_words"])


def test_records_have_no_padding_and_eight_bytes_a_field() -> None:
    for name, dtype in RECORD_DTYPES.items():
        assert dtype.itemsize == 8 * len(dtype.names or ()), name
    assert WORLD_DTYPE.itemsize == 8 * (3 * (len(RECORD_DTYPES) + len(ARRAYS)) + len(SCALARS))


def test_a_log_row_is_that_of_the_simpy_engine() -> None:
    rows = np.zeros(1, RECORD_DTYPES["log"])
    values = (1.5, 2, -3, 2**62, -0.25)
    rows[0] = values
    assert rows.tobytes() == LOG_ROW.pack(*values)
    assert len(LOG) == len(values)


def test_entities_are_read_as_plain_numbers(plan: Plan) -> None:
    world = Template(plan).world(0, 1, ())
    link = world.links[0]
    assert (type(link.up), type(link.loss), link.up, link.loss) == (int, float, 1, 0.02)
    assert [item.tail for item in world.links] == [world.links[row].tail for row in range(len(world.links))]
    assert len(world.paths[2:5]) == 3
    assert (type(world.end_s), type(world.events)) == (float, int)
    with pytest.raises(AttributeError, match="no attribute 'linkz'"):
        _ = world.linkz


def test_entities_show_the_world_as_it_is_and_change_it(plan: Plan) -> None:
    world: Any = Template(plan).world(0, 1, ())
    message, last = world.messages[2], world.messages[-1]
    world.arrays["messages"]["launch"][2] = 5
    message.created_s = 7.5
    world.message_free_count = 0
    assert world.grow()
    assert not world.grow()
    # The pool has moved, and the records with it.
    assert (message.launch, world.arrays["messages"]["created_s"][2]) == (5, 7.5)
    assert last.next_free == -1
    message.launch = 6
    assert world.messages[2].launch == world.arrays["messages"]["launch"][2] == 6
    with pytest.raises(TypeError, match="invalid type"):
        message.launch = 0.5
    with pytest.raises(AttributeError, match="lunch"):
        message.lunch = 1
    with pytest.raises(IndexError):
        _ = world.messages[len(world.messages)]


def test_an_entity_comes_after_those_of_the_plan(plan: Plan) -> None:
    world = Template(plan).world(0, 1, ())
    before = len(world.outages)
    assert world.append("outages", {"first_member": 3, "crew": -1}) == before
    assert (world.outages[before].first_member, world.outages[before].crew) == (3, -1)
    fields = world.record.view(WORLD_DTYPE)[0]
    assert fields["outages_rows"] == before + 1


def test_the_template_of_a_plan_is_made_once(plan: Plan) -> None:
    first = template_of(plan)
    assert template_of(plan) is first
    other = dataclasses.replace(plan)
    second = template_of(other)
    assert second is not first
    # Threads take turns with plans.
    assert (template_of(plan), template_of(other)) == (first, second)


def test_only_a_few_templates_are_kept(plan: Plan) -> None:
    first = template_of(plan)
    for _ in range(TEMPLATES_KEPT - 1):
        template_of(dataclasses.replace(plan))
    assert template_of(plan) is first
    for _ in range(TEMPLATES_KEPT):
        template_of(dataclasses.replace(plan))
    assert template_of(plan) is not first


@pytest.mark.parametrize(
    ("part", "name", "array"),
    [
        ("shared_arrays", "truth", np.zeros(3)),
        ("shared_arrays", "truth", np.zeros((3, 3), dtype=np.int64)),
        ("private_arrays", "something", np.zeros((1, 1))),
    ],
)
def test_an_array_of_unknown_form_is_refused(plan: Plan, part: str, name: str, array: np.ndarray) -> None:
    changed: dict[str, Any] = {part: {**getattr(plan, part), name: array}}
    other = dataclasses.replace(plan, **changed)
    with pytest.raises(ValueError, match=f"{name}.*layout.py"):
        Template(other)


def test_a_missing_array_is_refused(plan: Plan) -> None:
    arrays = {name: array for name, array in plan.shared_arrays.items() if name != "truth"}
    with pytest.raises(ValueError, match="the plan has no truth"):
        Template(dataclasses.replace(plan, shared_arrays=arrays))


def queue(room: int) -> Any:
    """World of plain Python with just what the heap needs."""
    return SimpleNamespace(
        heap=[SimpleNamespace(time_s=0.0, ticket=0) for _ in range(room)],
        pending=[
            SimpleNamespace(kind=0, a=0, b=0, token=row + 1 if row + 1 < room else -1) for row in range(room)
        ],
        heap_count=0,
        scheduled=0,
        pending_free=0,
    )


def take_first(world: Any) -> tuple[float, int, int, int, int]:
    """Take the first event out of the heap: its time, kind, a, b and token."""
    first = world.heap[0]
    event = world.pending[first.ticket & SLOT_MASK]
    found = (first.time_s, event.kind, event.a, event.b, event.token)
    event_loop.pop(world)
    return found


@given(st.lists(st.one_of(st.sampled_from([0.0, 1.0, 2.5]), st.none()), max_size=60))
def test_events_leave_the_heap_by_time_then_by_order_of_scheduling(steps: list[float | None]) -> None:
    world = queue(60)
    expected: list[tuple[float, int, int]] = []
    number = itertools.count()
    for delay in [*steps, *[None] * 60]:
        if delay is not None:
            order = next(number)
            heapq.heappush(expected, (delay, order, order * 7))
            event_loop.push(world, delay, 1, order * 7, 2, 3)
        elif expected:
            time_s, _, a = heapq.heappop(expected)
            assert take_first(world) == (time_s, 1, a, 2, 3)
    assert world.heap_count == 0
    assert_all_rows_are_free(world)


@given(st.lists(st.sampled_from([0.0, 0.5, 3.0]), min_size=1, max_size=40), st.data())
def test_replacing_the_first_event_is_to_take_it_and_put_another_in(
    times: list[float], data: st.DataObject
) -> None:
    one, two = queue(60), queue(60)
    for number, time_s in enumerate(times):
        for world in (one, two):
            event_loop.push(world, time_s, 1, number, 2, 3)
    for number in range(20):
        time_s = one.heap[0].time_s + data.draw(st.sampled_from([0.0, 0.5, 2.0]))
        event_loop.replace_first(one, time_s, 4, 100 + number, 5, 6)
        event_loop.pop(two)
        event_loop.push(two, time_s, 4, 100 + number, 5, 6)
    taken: Any = ([], [])
    for world, seen in zip((one, two), taken, strict=True):
        while world.heap_count:
            seen.append(take_first(world))
        assert_all_rows_are_free(world)
    assert taken[0] == taken[1]
    assert len(taken[0]) == len(times)


def assert_all_rows_are_free(world: Any) -> None:
    free = []
    slot = world.pending_free
    while slot >= 0:
        free.append(slot)
        slot = world.pending[slot].token
    assert sorted(free) == list(range(60))


def test_first_events_are_a_heap_whatever_their_order(plan: Plan) -> None:
    times = [3.0, 1.0, 3.0, 0.0, 1.0, 2.0]
    events = [(time_s, 1, row, 0, 0) for row, time_s in enumerate(times)]
    world = Template(dataclasses.replace(plan, initial_events=events)).world(0, 1, ())
    heap = world.arrays["heap"][: world.heap_count].tolist()
    assert heap == sorted(heap)
    order = [world.arrays["pending"]["a"][ticket & SLOT_MASK] for _, ticket in heap]
    assert order == [3, 1, 4, 5, 0, 2]


def test_children_in_the_heap_share_a_line_of_the_cache(plan: Plan) -> None:
    world = Template(plan).world(0, 1, ())
    for _ in range(2):
        heap = world.arrays["heap"]
        assert heap[1:2].ctypes.data % CACHE_LINE == 0
        assert 4 * heap.itemsize == CACHE_LINE
        world.heap_count = len(heap)
        assert world.grow()
        assert len(world.arrays["heap"]) > len(heap)


def test_an_order_that_is_counted_anew_changes_nothing(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = CompiledRun(plan).run()
    monkeypatch.setattr("warnpath.engine.compiled.template.LOG_ROWS", 7)
    monkeypatch.setattr("warnpath.engine.compiled.compiled_run.MOST_SCHEDULED", 100)
    run = CompiledRun(plan)
    assert run.run().log_hash == expected.log_hash
    assert run.world.scheduled < expected.events


def test_too_many_pending_events_end_a_replication_with_words(monkeypatch: pytest.MonkeyPatch) -> None:
    run = CompiledRun(build_plan(load(str(SMALL))))
    room = len(run.world.arrays["pending"])
    monkeypatch.setattr("warnpath.engine.compiled.compiled_run.SLOT_MASK", room - 2)
    output = run.run()
    assert output.status == "failed"
    assert (
        f"events are pending at one time, and there is room for {room - 1:,}; lower the load" in output.error
    )


def test_a_small_log_buffer_gives_the_same_log(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = CompiledRun(plan).run()
    monkeypatch.setattr("warnpath.engine.compiled.template.LOG_ROWS", 7)
    run = CompiledRun(plan, keep_log=True)
    assert run.run().log_hash == expected.log_hash
    assert len(run.log) == 40 * expected.events


def test_a_full_log_buffer_is_hashed_where_nobody_keeps_the_log(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = CompiledRun(plan, keep_log=True)
    expected_hash = expected.run().log_hash
    monkeypatch.setattr("warnpath.engine.compiled.template.LOG_ROWS", 7)
    other = dataclasses.replace(plan)
    assert Template(other).world(0, 1, ()).arrays["log"].shape == (7,)
    run = CompiledRun(other)
    assert run.run().log_hash == expected_hash
    assert run.world.log_count < 7


def test_the_loop_is_written_by_the_rules_of_handlers() -> None:
    from tools.lint_identity import lint_source

    source = Path(event_loop.__file__).read_text()
    assert [str(finding) for finding in lint_source(source, "engine/handlers/event_loop.py")] == []


def test_a_handler_without_full_annotations_is_refused() -> None:
    def unclear(w, now: float) -> int:  # type: ignore[no-untyped-def]
        return 1

    with pytest.raises(TypeError, match="unclear: w is annotated"):
        handler_signature(unclear)


def test_unknown_engines_tables_and_threads_are_refused(plan: Plan) -> None:
    with pytest.raises(ValueError, match="unknown engine 'fast'; known are simpy, compiled"):
        run_replication(plan, 0, engine="fast")
    for engine in ("simpy", "compiled"):
        with pytest.raises(ValueError, match="unknown tables nonsense"):
            run_replication(plan, 0, tables=["nonsense"], engine=engine)
    with pytest.raises(ValueError, match="threads is 0"):
        next(run_replications(plan, range(2), threads=0))


def test_stopping_early_leaves_no_thread_at_work(plan: Plan) -> None:
    outputs = run_replications(plan, itertools.count(), engine="compiled", threads=2)
    assert next(outputs).status == "ok"
    outputs.close()  # type: ignore[attr-defined]
