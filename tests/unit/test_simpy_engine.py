"""The SimPy engine, with handlers as Python or as machine code: steps, processes, listeners, who looks on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.engine_cases import SMALL, frame, two_nodes
from tests.engine_pairs import assert_equal_logs, assert_equal_outputs
from warnpath.engine import SimpyRun, build_plan
from warnpath.engine.codes import FAULT_POLICY, FAULTS
from warnpath.engine.columns import TABLES
from warnpath.engine.compiled.layout import RECORD_DTYPES
from warnpath.engine.compiled.simpy_compiled import _OUTBOX, CompiledHandlers
from warnpath.engine.plan import Plan
from warnpath.engine.simpy_python import PythonHandlers
from warnpath.engine.simpy_scheduler import is_watched
from warnpath.engine.world import ENTITY_CLASSES, checked_entity_class
from warnpath.network.flows import Flow
from warnpath.scenario import load

BENCHMARK = Path(__file__).resolve().parents[1] / "benchmarks" / "benchmark-network.toml"
EITHER_WAY = pytest.mark.parametrize("as_written", [True, False], ids=["Python", "machine code"])


@pytest.fixture(scope="module")
def busy() -> Plan:
    return build_plan(load(str(BENCHMARK)).replace({"run.duration_s": 70.0}))


@pytest.fixture(scope="module")
def log_hash(busy: Plan) -> str:
    return SimpyRun(busy).run().log_hash


def test_who_looks_on_meets_the_handlers_as_they_are_written(busy: Plan) -> None:
    before = sys.gettrace()
    sys.settrace(lambda *_: None)
    try:
        assert is_watched()
        watched = SimpyRun(busy)
    finally:
        sys.settrace(before)
    assert isinstance(watched.scheduler, PythonHandlers)
    if before is None and not is_watched():
        assert isinstance(SimpyRun(busy).scheduler, CompiledHandlers)


def test_entities_of_ones_own_are_for_handlers_as_python(busy: Plan) -> None:
    checked = {name: checked_entity_class(name) for name in ENTITY_CLASSES}
    assert isinstance(SimpyRun(busy, entity_classes=checked).scheduler, PythonHandlers)
    with pytest.raises(ValueError, match="machine code knows no entity classes"):
        SimpyRun(busy, entity_classes=checked, as_written=False)


def test_an_entry_of_the_outbox_is_read_as_it_lies_in_memory() -> None:
    fields = RECORD_DTYPES["outbox"]
    assert fields.names == ("delay", "kind", "a", "b", "token")
    assert (_OUTBOX.format, _OUTBOX.size) == ("<dqqqq", fields.itemsize)


@EITHER_WAY
def test_a_step_is_one_event(busy: Plan, as_written: bool) -> None:
    run = SimpyRun(busy, as_written=as_written)
    pending = run.scheduler.pending()
    assert [event[0] for event in pending] == sorted(event[0] for event in pending)
    run.env.step()
    run.env.step()
    # Twelve flows of traffic start at 0; each schedules its first message.
    assert run.scheduler.events == 2
    assert len(run.scheduler.pending()) == len(pending)


@EITHER_WAY
def test_a_run_in_parts_is_the_same_run(busy: Plan, as_written: bool, log_hash: str) -> None:
    parts = SimpyRun(busy, as_written=as_written)
    steps: list[float] = []

    def bystander() -> Any:
        while True:
            yield parts.env.timeout(0.75)
            steps.append(parts.env.now)

    parts.env.process(bystander())
    parts.env.run(until=10.25)
    assert parts.env.now == 10.25
    parts.env.run(until=parts.env.timeout(3.5))
    assert parts.env.now == 13.75
    assert parts.run().log_hash == log_hash
    assert len(steps) == int(70.0 / 0.75)


@EITHER_WAY
def test_who_listens_hears_every_event_after_it_happened(busy: Plan, as_written: bool, log_hash: str) -> None:
    run = SimpyRun(busy, as_written=as_written)
    heard: list[tuple[float, int]] = []

    def listen_later() -> Any:
        yield run.env.timeout(30.0)
        run.on("sent", lambda now, _element, _copy: heard.append((now, -1)))

    run.on("arrived", lambda now, element, _: heard.append((now, element)))
    run.env.process(listen_later())
    assert run.run().log_hash == log_hash
    assert [now for now, _ in heard] == sorted(now for now, _ in heard)
    assert sum(element == -1 for _, element in heard) > 100


def with_processes(plan: Plan, as_written: bool) -> SimpyRun:
    """A run in which processes send, answer, fail links and nodes, and read how many are up."""
    run = SimpyRun(plan, tables=TABLES, keep_log=True, as_written=as_written)
    seen: list[tuple[float, int, float]] = []

    def talk() -> Any:
        for number in range(300):
            yield run.env.timeout(1.25)
            run.send("jp-c2", "us-hub", 100.0 + number, priority=number % 3)

    def maintain() -> Any:
        yield run.env.timeout(60.0)
        for element in ("jp-hub", "us-hub", "jp-hub"):
            run.set_state(element, up=False)
            seen.append(
                (run.env.now, sum(link.up for link in run.world.links), run.world.nodes[0].busy_total_s)
            )
            yield run.env.timeout(30.5)
            run.set_state(element, up=True)
        run.set_state("kr-hub", up=True)

    def answer(now: float, element: int, copy: int) -> None:
        if run.world.copies[copy].attempts == 0 and len(seen) < 40:
            seen.append((now, run.send("us-hub", "jp-c2", 50.0), 0.0))

    run.on("served", answer)
    run.env.process(talk())
    run.env.process(maintain())
    run.seen = seen  # type: ignore[attr-defined]
    return run


def test_processes_meet_the_same_world_either_way() -> None:
    flows = [Flow("external", "jp-c2", "us-hub"), Flow("external", "us-hub", "jp-c2")]
    plan = build_plan(load(str(SMALL)), extra_flows=flows)
    one, other = with_processes(plan, True), with_processes(plan, False)
    expected, found = one.run(), other.run()
    assert expected.status == "ok", expected.error
    assert_equal_logs(bytes(one.scheduler.log), bytes(other.scheduler.log))
    assert_equal_outputs(expected, found)
    assert one.seen == other.seen  # type: ignore[attr-defined]
    sent = frame(expected, "messages")
    assert (sent.kind == "external").sum() > 300
    assert frame(expected, "outages").element.tolist() == ["jp-hub", "us-hub", "jp-hub"]


@EITHER_WAY
def test_a_fault_ends_the_run_with_its_time_and_reason(tmp_path: Path, as_written: bool) -> None:
    plan = build_plan(two_nodes(tmp_path, end_s=10.0), extra_flows=[Flow("external", "a", "b")])
    run = SimpyRun(plan, as_written=as_written)

    def spoil() -> Any:
        yield run.env.timeout(2.5)
        run.world.fault = FAULT_POLICY
        run.send("a", "b", 10.0)

    run.env.process(spoil())
    output = run.run()
    assert (output.status, output.error) == ("failed", f"t = 2.500000 s: {FAULTS[FAULT_POLICY]}")
    assert output.columns == {}


@EITHER_WAY
def test_what_needs_too_much_memory_says_what_to_turn_off(busy: Plan, as_written: bool) -> None:
    run = SimpyRun(busy, tables=("hops",), memory_limit_mb=0.1, as_written=as_written)
    output = run.run()
    assert output.status == "failed"
    assert "needs more than 0.1 MB" in output.error
    assert "--tables" in output.error
