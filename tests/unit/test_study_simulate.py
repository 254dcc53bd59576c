from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import warnpath as wp
from tests.fake_engine import FakeEngine
from warnpath.results.store import read_folder
from warnpath.scenario import Scenario, ScenarioError
from warnpath.study import pool
from warnpath.study.errors import RunFailed, StudyError
from warnpath.study.result import Result, combined_hash
from warnpath.study.simulate import OPTIONAL, Execution, block_size, run_scenario

SMALL = Path(__file__).parents[1] / "scenarios" / "small.toml"


@pytest.fixture(scope="module")
def small() -> Scenario:
    return wp.load(SMALL).replace({"run.replications": 7})


def run(scenario: Scenario, engine: FakeEngine, workers: int = 1) -> Result:
    return run_scenario(scenario, (), Execution(engine=engine, workers=workers))


def test_tables_of_a_result(small: Scenario) -> None:
    result = run(small, FakeEngine())
    assert result.replications == 7
    assert result.seed == 11
    assert list(result.runs["replication"]) == list(range(7))
    assert len(result.warnings) == 7 * 5
    assert set(result.summary["consumer"]) == set(result.warnings["consumer"])
    assert result.failed == ()
    assert "7 replications, seed 11" in repr(result)


def test_a_failed_replication_is_a_row_and_not_the_end(small: Scenario) -> None:
    result = run(small, FakeEngine(failing=(0, 4)))
    runs = result.runs.set_index("replication")
    assert list(runs.index[runs["status"] == "failed"]) == [0, 4]
    assert runs.loc[4, "error"] == "ArithmeticError: a delay of nan s in a handler"
    assert runs.loc[4, "seed"] == 11
    assert set(result.warnings["replication"]) == {1, 2, 3, 5, 6}


def test_where_all_failed_there_is_nothing_to_report(small: Scenario) -> None:
    result = run(small, FakeEngine(failing=tuple(range(7))))
    assert len(result.runs) == 7
    with pytest.raises(RunFailed, match="no replication ran to its end: ArithmeticError"):
        _ = result.warnings


@pytest.mark.parametrize("workers", [2, 3])
def test_workers_do_not_change_the_result(
    small: Scenario, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    alone = run(small, FakeEngine(failing=(2,)))
    monkeypatch.setattr(pool, "POOL_START_S", 0.0)
    together = run(small, FakeEngine(failing=(2,)), workers)
    assert together.log_hash == alone.log_hash
    for name, table in alone.tables.items():
        other = together.tables[name]
        kept = [column for column in table.columns if column != "wall_s"]
        pd.testing.assert_frame_equal(table[kept], other[kept])


def test_a_replication_that_kills_its_worker_is_reported(
    small: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "POOL_START_S", 0.0)
    result = run(small, FakeEngine(killing=(5,)), 2)
    runs = result.runs.set_index("replication")
    assert list(runs.index[runs["status"] == "failed"]) == [5]
    assert "killed twice" in str(runs.loc[5, "error"])


def test_a_worker_killed_once_costs_nothing(
    small: Scenario, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pool, "POOL_START_S", 0.0)
    result = run(small, FakeEngine(killing=(5,), kills=1, notes=str(tmp_path)), 2)
    assert len(list(tmp_path.iterdir())) == 1
    assert result.failed == ()
    assert result.log_hash == run(small, FakeEngine()).log_hash


def test_progress_counts_to_the_end(small: Scenario) -> None:
    told: list[tuple[int, int]] = []
    execution = Execution(engine=FakeEngine(), progress=lambda done, total: told.append((done, total)))
    run_scenario(small, (), execution)
    assert told[0] == (1, 7)
    assert told[-1] == (7, 7)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_the_hash_depends_on_numbers_and_order() -> None:
    one = combined_hash([(0, "aa"), (1, "bb")])
    assert one != combined_hash([(0, "bb"), (1, "aa")])
    assert one != combined_hash([(1, "bb"), (0, "aa")])
    assert one == combined_hash([(0, "aa"), (1, "bb")])
    assert len(one) == 32


def test_saved_tables_say_how_to_be_made_again(small: Scenario, tmp_path: Path) -> None:
    result = run(small, FakeEngine())
    result.save(tmp_path / "out", "warnpath run small.toml")
    stored = read_folder(tmp_path / "out")
    assert stored.provenance.scenario_hash == small.content_hash()
    assert (stored.provenance.seed, stored.provenance.replications) == (11, 7)
    assert stored.provenance.engine == "fake"
    pd.testing.assert_frame_equal(stored.warnings, result.warnings)


def test_every_table_that_can_be_recorded_is_kept_as_its_schema_says(tmp_path: Path) -> None:
    result = wp.simulate(SMALL, replications=2, tables=OPTIONAL)
    assert set(result.tables) >= set(OPTIONAL)
    result.save(tmp_path / "out")
    stored = read_folder(tmp_path / "out")
    for name, table in result.tables.items():
        assert len(table) or name == "outages", name
        pd.testing.assert_frame_equal(stored.table(name), table)
    occupancy = result.table("occupancy").set_index("replication")
    elements = result.elements[["element", "direction"]].drop_duplicates()
    changed = occupancy[["element", "direction"]].drop_duplicates()
    assert len(changed.merge(elements)) == len(changed) > 0
    assert (changed["direction"] == "").any()
    assert (changed["direction"] != "").any()


def test_a_table_that_was_not_recorded(small: Scenario) -> None:
    result = run(small, FakeEngine())
    with pytest.raises(KeyError, match=r"simulate.*tables="):
        result.table("hops")


def test_mistakes_are_named() -> None:
    with pytest.raises(StudyError, match="no table 'hop' to record; expected some of messages, hops"):
        wp.simulate(SMALL, tables=("hop",))
    with pytest.raises(StudyError, match="0 workers"):
        wp.simulate(SMALL, workers=0)
    with pytest.raises(ScenarioError, match="replications"):
        wp.simulate(SMALL, replications=0)
    with pytest.raises(ScenarioError, match="seed"):
        wp.simulate(SMALL, seed=-1)
    with pytest.raises(ScenarioError, match="no such file"):
        wp.simulate("no-such-scenario")


@pytest.mark.parametrize(
    ("replications", "seconds_each", "workers", "expected"),
    [
        (19, 0.3, 2, 1),  # half a second of work at a time
        (1000, 0.01, 2, 50),
        (10, 0.0001, 2, 2),  # at least four blocks a worker where there are enough
        (0, 0.0, 2, 1),
    ],
)
def test_size_of_a_block(replications: int, seconds_each: float, workers: int, expected: int) -> None:
    assert block_size(replications, seconds_each, workers) == expected
