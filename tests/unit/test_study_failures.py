from __future__ import annotations

from pathlib import Path

import pytest

import warnpath as wp
from tests.fake_engine import FakeEngine
from warnpath.study.errors import RunFailed, StudyError
from warnpath.study.failures import FailuresResult, run_failures, single_contingencies
from warnpath.study.simulate import Execution, run_scenario

SMALL = Path(__file__).parents[1] / "scenarios" / "small.toml"
# All nodes but the consumers, and all links: the spare line to the hub is on no route while the other is up.
USED = {
    "jp-c2",
    "jp-hub",
    "jp-north-broadcast",
    "jp-radar",
    "jp-radar-line",
    "jp-radar-west",
    "jp-radar-west-line",
    "jp-ships-broadcast",
    "jp-south-broadcast",
    "kr-c2",
    "kr-hub",
    "kr-radar",
    "kr-radar-line",
    "kr-ships-broadcast",
    "us-hub",
}


def run(engine: FakeEngine, out: Path | None = None, replications: int = 3) -> FailuresResult:
    scenario = wp.load(SMALL).replace({"run.replications": replications})
    return run_failures(scenario, out, Execution(engine=engine))


@pytest.fixture(scope="module")
def result() -> FailuresResult:
    return run(FakeEngine())


def test_only_elements_on_used_routes_are_failed(result: FailuresResult) -> None:
    assert set(result.failures["element"]) == USED
    assert result.untouched == ("jp-hub-spare",)
    assert len(result.tables["runs"]) == (1 + len(USED)) * 3
    assert (result.failures["n"] == 3).all()
    # Every failure adds 100 s to every warning in the engine that makes results up.
    assert result.failures["margin_cost_s"].to_numpy() == pytest.approx(100.0)


def test_groups_are_classes_and_roles(result: FailuresResult) -> None:
    groups = set(zip(result.groups["kind"], result.groups["group"], strict=True))
    assert groups == {
        (item.kind, item.group) for item in single_contingencies(wp.load(SMALL)) if item.is_used
    }
    assert ("link", "fibre") in groups
    assert list(result.groups["rank"]) == list(range(1, len(groups) + 1))


def test_a_failed_replication_is_left_out_everywhere() -> None:
    result = run(FakeEngine(failing=(1,)))
    assert result.failed == 1 + len(USED)
    assert (result.failures["n"] == 2).all()


def test_nothing_to_compare() -> None:
    with pytest.raises(RunFailed, match="ArithmeticError"):
        run(FakeEngine(failing=(0, 1, 2)))


def test_tables_are_written_and_other_results_respected(tmp_path: Path) -> None:
    run(FakeEngine(), tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").glob("*.parquet")} == {
        "failures.parquet",
        "runs.parquet",
        "timing.parquet",
        "warnings.parquet",
    }
    run_scenario(wp.load(SMALL), (), Execution(engine=FakeEngine())).save(tmp_path / "run")
    with pytest.raises(StudyError, match="run of small, and not failures of small"):
        run(FakeEngine(), tmp_path / "run")
