"""What a job is estimated to take with nothing compiled, and which engine runs it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import chain, pairwise
from pathlib import Path

import pytest

from tests.fake_engine import FakeEngine
from tests.link_cases import flow, link_scenario
from tests.plain_mode import nothing_built
from tests.verification_cases import case
from warnpath.scenario import Scenario, ScenarioError, effective_link, load
from warnpath.study import cold_start
from warnpath.study.engines import BUILDING, NOT_BUILDING, NamedEngine, find_own_engine
from warnpath.study.simulate import Execution, simulate
from warnpath.study.verification.battery import How, case_file, run_battery

BENCHMARK = Path(__file__).resolve().parents[1] / "benchmarks" / "benchmark-network.toml"
SMALL = Path(__file__).resolve().parents[1] / "scenarios" / "small.toml"
PLAIN = NamedEngine("simpy", None, is_plain=True)


def never_looked_at() -> Iterator[tuple[Scenario, int]]:
    raise AssertionError("a job was estimated that needs no estimate")
    yield


def test_time_is_that_of_events_and_of_beginning() -> None:
    # 0.65 messages a second for 3,600 s, one hop: 1 + 4 events each; three elements; no outage.
    scenario = case("md1")
    planned = cold_start.python_seconds(scenario, 0)
    each_s = (cold_start.python_seconds(scenario, 7) - planned) / 7
    assert each_s == pytest.approx(0.65 * 3600 * 5 * 40e-6 + 3 * 80e-6)
    # Two trees at most, of one nation: two clearances, two nodes, two ways of a link.
    assert 0.0 < planned <= 2 * 2 * 2 * 4 * 10e-6


def test_replications_without_events_take_time_too() -> None:
    silent = case("md1", {"run.duration_s": 1e-9})
    assert cold_start.ends_sooner_as_python([(silent, 100_000)])
    assert not cold_start.ends_sooner_as_python([(silent, 200_000)])


def test_repeated_transmissions_are_events() -> None:
    link = effective_link(case("stop-and-wait", {"medium.lossy.retransmit.max_attempts": 3}), "a-b")
    assert cold_start.attempts(link) == pytest.approx(1.0 + 0.3 + 0.3**2)
    assert cold_start.attempts(effective_link(case("md1"), "a-b")) == 1.0
    bursts = effective_link(case("loss-in-bursts"), "a-b")
    assert bursts.burst_loss is not None
    assert bursts.retransmit is None
    assert cold_start.attempts(bursts) == 1.0


def test_hops_are_those_of_the_quickest_way(tmp_path: Path) -> None:
    kind = 'kind = "periodic"\ninterval_s = 10\nphase_s = 0\nsize_bytes = 100'
    quick, slow = "propagation_ms = 1", "propagation_ms = 900"
    around = {"a-b": quick, "b-d": quick, "a-d": slow}
    scenario = link_scenario(tmp_path, around, [flow(kind, destination="d")], duration_s=100)
    assert cold_start.traffic_events(scenario) == pytest.approx(10 * (1 + 4 * 2))
    direct = {"a-b": slow, "b-d": quick, "a-d": quick}
    scenario = link_scenario(tmp_path, direct, [flow(kind, destination="d")], duration_s=100)
    assert cold_start.traffic_events(scenario) == pytest.approx(10 * (1 + 4 * 1))


def test_a_job_is_the_sum_of_its_points() -> None:
    network = load(str(BENCHMARK))
    assert cold_start.ends_sooner_as_python([(network, 3)])
    assert not cold_start.ends_sooner_as_python([(network, 4)])
    assert cold_start.ends_sooner_as_python([(network, 1)] * 3)
    assert not cold_start.ends_sooner_as_python([(network, 1)] * 4)
    assert not cold_start.ends_sooner_as_python(chain([(network, 4)], never_looked_at()))
    assert cold_start.ends_sooner_as_python([(network.replace({"run.duration_s": 400.0}), 6)])
    assert cold_start.python_seconds(load(str(SMALL)), 1) == math.inf
    assert not cold_start.ends_sooner_as_python([(network, 1), (load(str(SMALL)), 1)])


@pytest.mark.parametrize(
    ("asked", "replications", "limit_mb", "expected", "told"),
    [
        (None, 2, None, PLAIN, NOT_BUILDING),
        (None, 9, None, NamedEngine("compiled", None), BUILDING),
        ("compiled", 2, None, NamedEngine("compiled", None), BUILDING),
        ("simpy", 2, None, PLAIN, NOT_BUILDING),
        ("simpy", 9, None, NamedEngine("simpy", None), BUILDING),
        (None, 2, 1999.0, NamedEngine("compiled", 1999.0), BUILDING),
    ],
)
def test_the_engine_that_ends_first_unless_compiled_is_asked_for(
    asked: str | None, replications: int, limit_mb: float | None, expected: NamedEngine, told: str
) -> None:
    with nothing_built():
        assert find_own_engine(asked, [(load(str(BENCHMARK)), replications)], limit_mb) == (expected, told)


@pytest.mark.parametrize("asked", [None, "compiled", "simpy"])
def test_where_machine_code_is_there_nothing_is_estimated(
    asked: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warnpath.compilation.image.machine_code_is_ready", lambda: True)
    found = find_own_engine(asked, never_looked_at(), 5.0)
    assert found == (NamedEngine(asked or "compiled", 5.0), "")


def test_a_user_is_told_once() -> None:
    lines: list[str] = []
    work = [(case("md1"), 1)]
    with nothing_built():
        execution = Execution(may_change=True, tell=lines.append).for_job(work)
        assert execution.engine == NamedEngine("simpy", is_plain=True)
        assert execution.for_job(work) == execution
        compiled = Execution(tell=lines.append).for_job(work)
        assert compiled.for_job(work).engine == NamedEngine("compiled")
        other = Execution(engine=FakeEngine(), may_change=True, tell=lines.append)
        assert other.for_job(never_looked_at()) is other
    assert lines == [NOT_BUILDING, BUILDING]


def test_a_network_that_cannot_be_planned_builds_nothing(tmp_path: Path) -> None:
    places = "abcdefghijk"  # a nation each, more than a policy tells apart
    scenario = link_scenario(tmp_path, {f"{a}-{b}": "" for a, b in pairwise(places)}, [])
    nodes = tuple(node.model_copy(update={"nation": node.id.upper() * 2}) for node in scenario.node)
    many = scenario.model_copy(update={"node": nodes})
    with nothing_built():
        assert cold_start.python_seconds(many, 10) == 0.0
        assert cold_start.routing_ends_sooner_as_python(many, 10)
        with pytest.raises(ScenarioError, match="nation"):
            simulate(many)


def test_what_python_calls_falls_back_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    scenario = case("md1", {"run.duration_s": 300.0})
    with nothing_built():
        cold = simulate(scenario, replications=2, seed=8, tables=["hops"])
    assert [record.getMessage() for record in caplog.records] == [NOT_BUILDING]
    compiled = simulate(scenario, replications=2, seed=8, tables=["hops"], engine="compiled")
    assert (cold.engine, compiled.engine) == ("simpy", "compiled")
    assert not cold.failed
    assert cold.log_hash == compiled.log_hash
    for name, table in compiled.tables.items():
        kept = [column for column in table if column != "wall_s"]
        assert cold.table(name)[kept].equals(table[kept]), name


def test_the_battery_falls_back_and_says_so() -> None:
    lines: list[str] = []
    files = [case_file("scan-age"), case_file("shared-risk")]
    with nothing_built():
        cold = run_battery(files, How(seed=3, quick=True), tell=lines.append)
    compiled = run_battery(files, How(seed=3, quick=True, engine="compiled"))
    assert lines == [NOT_BUILDING]
    assert (cold.engine, compiled.engine) == ("simpy", "compiled")
    assert (cold.cases, cold.spread_p) == (compiled.cases, compiled.spread_p)


def test_a_battery_that_takes_longer_is_compiled() -> None:
    lines: list[str] = []

    class Told(Exception):
        """Building has begun."""

    def tell(line: str) -> None:
        lines.append(line)
        raise Told

    with nothing_built():
        for names in (["mm1"], ["scan-age", "scan-and-confirm"]):
            with pytest.raises(Told):
                run_battery([case_file(name) for name in names], How(quick=len(names) > 1), tell=tell)
    assert lines == [BUILDING] * 2
