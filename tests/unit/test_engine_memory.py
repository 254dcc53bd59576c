"""A limit of memory is met by an error that says what to turn off."""

from __future__ import annotations

from pathlib import Path

import pytest

import warnpath as wp
from tests.fake_engine import FakeEngine
from warnpath.engine import Plan, ReplicationOutput, SimpyRun, build_plan, run_replication
from warnpath.study.engines import NamedEngine
from warnpath.study.errors import StudyError
from warnpath.study.simulate import Execution, run_scenario

SMALL = Path(__file__).parents[1] / "scenarios" / "small.toml"
ENGINES = ["compiled", "simpy", "python"]
"""SimPy with handlers as machine code, even under a measurement of coverage, and as Python."""


def run(plan: Plan, engine: str, tables: tuple[str, ...], limit_mb: float | None = None) -> ReplicationOutput:
    if engine == "compiled":
        return run_replication(plan, 0, tables=tables, engine=engine, memory_limit_mb=limit_mb)
    as_written = engine == "python"
    return SimpyRun(plan, 0, tables=tables, memory_limit_mb=limit_mb, as_written=as_written).run()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("tables", "advice"),
    [
        (("messages",), "table 'messages': leave it out with --tables no-messages"),
        (("hops", "messages"), "leave it out"),
        (("occupancy",), "table 'occupancy': leave it out of --tables"),
    ],
)
def test_what_grows_meets_the_limit(engine: str, tables: tuple[str, ...], advice: str) -> None:
    plan = build_plan(wp.load(SMALL))
    # Entities that are Python objects take more.
    limit_mb = 0.6 if engine == "python" else 0.15
    output = run(plan, engine, tables, limit_mb)
    assert output.status == "failed"
    assert f"this replication needs more than {limit_mb:g} MB" in output.error
    assert advice in output.error
    assert "--memory-limit" in output.error
    assert output.columns == {}


@pytest.mark.parametrize("engine", ENGINES)
def test_without_these_tables_the_same_limit_suffices(engine: str) -> None:
    plan = build_plan(wp.load(SMALL))
    output = run(plan, engine, ("warnings",), 1.0)
    assert output.status == "ok"
    unlimited = run(plan, engine, ("warnings",))
    assert output.log_hash == unlimited.log_hash


def test_what_would_be_kept_is_refused_before_it_is_computed() -> None:
    scenario = wp.load(SMALL).replace({"run.replications": 100_000})
    execution = Execution(engine=NamedEngine("compiled", memory_limit_mb=100.0))
    with pytest.raises(StudyError, match="most of it table 'messages': leave it out with no-messages"):
        run_scenario(scenario, (), execution)
    with pytest.raises(StudyError, match="ask for fewer replications"):
        run_scenario(scenario, ("no-messages",), execution)


def test_no_limit_is_no_limit() -> None:
    scenario = wp.load(SMALL).replace({"run.replications": 2})
    assert run_scenario(scenario, (), Execution(engine=FakeEngine(memory_limit_mb=None))).replications == 2
