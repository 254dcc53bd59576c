"""Studies of many points with nothing compiled: in workers, resumed on another engine, and too long."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.plain_mode import nothing_built
from warnpath.scenario import load
from warnpath.study import cold_start
from warnpath.study.blocks import Base, Block, Variant, run_block
from warnpath.study.engines import BUILDING, NOT_BUILDING, NamedEngine
from warnpath.study.experiment import Experiment, Factor
from warnpath.study.failures import run_failures
from warnpath.study.pool import Lost, run_tasks
from warnpath.study.simulate import ALWAYS, Execution
from warnpath.study.sweep import SweepResult, run_experiment
from warnpath.study.verification.battery import CASES

MD1 = str(CASES / "md1.toml")
SMALL = str(Path(__file__).parents[1] / "scenarios" / "small.toml")


class Told(Exception):
    """A user has been told something, and the test knows enough."""


def raise_told(line: str) -> None:
    raise Told(line)


def experiment(duration_s: float = 200.0, replications: int = 3, reference: str | None = MD1) -> Experiment:
    return Experiment(
        name="load",
        question="How much is too much?",
        scenario=MD1,
        reference=reference,
        replications=replications,
        set={"run.duration_s": duration_s},
        factor=(Factor(path="traffic.updates.rate_per_s", values=(0.3, 0.7), in_reference=False),),
    )


def run(out: Path, engine: str | None, asked: Experiment | None = None) -> tuple[SweepResult, list[str]]:
    """Run an experiment; returns what a user was told besides."""
    lines: list[str] = []
    execution = Execution(NamedEngine(engine or "compiled"), may_change=engine is None, tell=lines.append)
    return run_experiment(asked or experiment(), out, execution), lines


def assert_same_tables(one: SweepResult, other: SweepResult) -> None:
    for mine, its in ((one.tables, other.tables), (one.reference_tables, other.reference_tables)):
        assert list(mine) == list(its)
        for name in mine:
            tables = (table[name].drop(columns="wall_s", errors="ignore") for table in (mine, its))
            pd.testing.assert_frame_equal(*tables, check_exact=True)
    assert one.log_hash == other.log_hash


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> SweepResult:
    return run(tmp_path_factory.mktemp("compiled") / "out", "compiled")[0]


def test_a_short_sweep_falls_back_to_the_same_tables(tmp_path: Path, compiled: SweepResult) -> None:
    with nothing_built():
        cold, lines = run(tmp_path / "out", None)
    assert lines == [NOT_BUILDING]
    assert (cold.engine, compiled.engine) == ("simpy", "compiled")
    assert cold.failed == 0
    assert_same_tables(cold, compiled)


def test_parts_of_both_engines_make_one_study(tmp_path: Path, compiled: SweepResult) -> None:
    out = tmp_path / "out"
    with nothing_built():
        run(out, None)
    (out / "parts" / "design" / "runs" / "p000001-r000000-000002.parquet").unlink()
    resumed, lines = run(out, "compiled")
    assert lines == []
    assert resumed.engine == "compiled, simpy"
    assert json.loads((out / "manifest.json").read_text())["provenance"]["engine"] == resumed.engine
    assert_same_tables(resumed, compiled)
    with nothing_built():
        again, lines = run(out, None)
    assert (again.engine, lines) == (resumed.engine, [])
    assert_same_tables(again, compiled)


def test_a_long_sweep_is_compiled_unless_little_is_left(
    tmp_path: Path, compiled: SweepResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Three replications of 200 s; 0.3, 0.7 and, in the reference, 0.65 messages a second of five events.
    seconds = [3 * 200 * rate * 5 * cold_start.EVENT_S for rate in (0.3, 0.7, 0.65)]
    monkeypatch.setattr(cold_start, "BUILD_S", 0.9 * sum(seconds))
    out = tmp_path / "out"
    shutil.copytree(compiled.folder, out)
    told: list[str] = []
    for gone in ("design/runs/p000001", "design/runs/p000000", "reference/runs/p000000"):
        for part in (out / "parts").glob(f"{gone}*"):
            part.unlink()
        with nothing_built(), pytest.raises(Told) as said:
            run_experiment(experiment(), out, Execution(may_change=True, tell=raise_told))
        told.append(str(said.value))
    assert told == [NOT_BUILDING, NOT_BUILDING, BUILDING]


def test_a_point_with_a_launch_is_enough_to_build(tmp_path: Path) -> None:
    execution = Execution(may_change=True, tell=raise_told)
    with nothing_built():
        with pytest.raises(Told, match=BUILDING[:20]):
            run_experiment(experiment(reference=SMALL), tmp_path / "out", execution)
        with pytest.raises(Told, match=BUILDING[:20]):
            run_failures(load(SMALL), None, execution)


def test_worker_processes_do_as_they_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    variant = Variant(Base.of(load(MD1)), (("run.duration_s", 100.0),))
    cache = tmp_path / "cache"
    with monkeypatch.context() as patch:
        patch.setenv("WARNPATH_CACHE_DIR", str(cache))
        plain = NamedEngine("simpy", is_plain=True)
        blocks = [Block(variant, first, first, ALWAYS, plain) for first in range(2)]
        found = dict(run_tasks(run_block, blocks, workers=2, seconds_each=60.0))
    assert not cache.exists()
    expected = run_block(Block(variant, 0, 1, ALWAYS, NamedEngine("compiled")))
    for number, one in enumerate(expected):
        value = found[number]
        assert not isinstance(value, Lost)
        assert [(found_one.status, found_one.log_hash) for found_one in value] == [("ok", one.log_hash)]
