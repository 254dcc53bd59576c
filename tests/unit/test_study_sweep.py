from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.fake_engine import FakeEngine
from warnpath.cli.console import output
from warnpath.cli.sweep_view import print_sweep
from warnpath.study import pool
from warnpath.study.errors import StudyError
from warnpath.study.experiment import Experiment, Factor
from warnpath.study.gains import gain_metrics
from warnpath.study.simulate import Execution
from warnpath.study.sweep import SweepResult, run_experiment
from warnpath.study.verification.battery import case_file

SMALL = str(Path(__file__).parents[1] / "scenarios" / "small.toml")
RELEASE = "node.us-hub.release"
VOLATILE = ("manifest.json", "timing.parquet")


def experiment(**changes: object) -> Experiment:
    fields: dict[str, object] = {
        "name": "hub-release",
        "question": "Does it matter?",
        "scenario": SMALL,
        "reference": SMALL,
        "replications": 23,
        "factor": (
            Factor(path=f"{RELEASE}.median_s", values=(2, 5.0), in_reference=False),
            Factor(path="run.drain_s", values=(10, 20)),
        ),
    }
    return Experiment.model_validate(fields | changes)


def run(out: Path, engine: FakeEngine | None = None, workers: int = 1, **changes: object) -> SweepResult:
    execution = Execution(engine=engine or FakeEngine(), workers=workers)
    return run_experiment(experiment(**changes), out, execution)


def content(folder: Path) -> Mapping[str, bytes]:
    """Bytes of every table of a study that equal studies have in common."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*.parquet"))
        if path.name not in VOLATILE and "parts" not in path.parts
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> SweepResult:
    return run(tmp_path_factory.mktemp("whole") / "out")


def test_where_nothing_is_warned_of_there_are_no_gains(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    network = str(case_file("md1"))
    asked = Experiment(
        name="load",
        question="How much is too much?",
        scenario=network,
        reference=network,
        replications=1,
        set={"run.duration_s": 50},
        factor=(Factor(path="traffic.updates.rate_per_s", values=(0.3, 0.7), in_reference=False),),
    )
    result = run_experiment(asked, tmp_path / "out", Execution())
    assert result.reference_tables["warnings"].empty
    assert result.gains().empty
    print_sweep(output(), result, verbose=False)
    printed = capsys.readouterr().out
    assert "Traffic" in printed
    assert "gained" not in printed


def test_tables_have_the_swept_parameters_in_front(whole: SweepResult) -> None:
    swept = ["point", f"{RELEASE}.median_s", "run.drain_s"]
    for name in ("runs", "warnings", "summary", "elements", "outages"):
        assert list(whole.tables[name].columns[:3]) == swept
    assert len(whole.runs) == 4 * 23
    assert list(whole.runs.drop_duplicates("point")[swept[1]]) == [2.0, 2.0, 5.0, 5.0]
    assert list(whole.reference_tables["runs"].columns[:2]) == ["point", "run.drain_s"]
    assert len(whole.reference_tables["runs"]) == 2 * 23


def test_points_share_their_draws(whole: SweepResult) -> None:
    columns = ["replication", "consumer", "decision_s"]
    first, last = (whole.warnings.loc[whole.warnings["point"] == point, columns] for point in (0, 3))
    pd.testing.assert_frame_equal(first.reset_index(drop=True), last.reset_index(drop=True))


def test_gain_is_the_difference_of_the_releases(whole: SweepResult) -> None:
    # The reference releases after a lognormal time of median 1 s and 95 % quantile 2 s: mean 1.0928 s, and a
    # change of the median scales it. All else is equal, so the gain is the difference of the means, exactly.
    gains = whole.summary.loc[whole.summary["metric"] == "latency_gain_s"]
    assert len(gains) == 4 * 3  # points x consumers in danger
    for point, expected_s in ((0, 1.0928 * (1 - 2)), (2, 1.0928 * (1 - 5))):
        mine = gains.loc[gains["point"] == point]
        assert mine["mean"].to_numpy() == pytest.approx(expected_s, abs=1e-3)
        assert (mine["ci_high"] - mine["ci_low"]).to_numpy() == pytest.approx(0.0, abs=1e-9)
        assert (mine["n"] < 23).all()  # a tenth of the warnings never comes, on both sides
    shares = whole.summary.loc[whole.summary["metric"].isin(["newly_warned_share", "newly_never_share"])]
    assert (shares["mean"] == 0.0).all()
    assert (shares["n"] == 23).all()


def test_gains_by_nation_and_product(whole: SweepResult) -> None:
    table = whole.gains(("nation", "product"))
    assert set(zip(table["nation"], table["product"], strict=True)) == {
        ("JP", "area_alert"),
        ("JP", "launch_notice"),
        ("KR", "launch_notice"),
    }


def test_a_warning_of_one_side_only_is_counted_apart(whole: SweepResult) -> None:
    own = whole.warnings.loc[whole.warnings["point"] == 0].copy()
    other = whole.reference_tables["warnings"].loc[lambda table: table["point"] == 0].copy()
    chosen = (own["consumer"] == "jp-maritime") & own["latency_s"].notna()
    row = own.index[chosen][0]
    own.loc[row, "latency_s"] = float("nan")
    table = gain_metrics(own, other, [0]).set_index(["consumer", "metric"])
    assert table.loc[("jp-maritime", "newly_never_share"), "mean"] == pytest.approx(1 / 23)
    assert table.loc[("jp-maritime", "newly_warned_share"), "mean"] == 0.0
    assert table.loc[("jp-maritime", "latency_gain_s"), "n"] == chosen.sum() - 1


def test_gains_do_not_depend_on_the_order_of_rows(whole: SweepResult) -> None:
    own, other = whole.warnings, whole.reference_tables["warnings"]
    expected = gain_metrics(own, other, whole.reference_of)
    shuffled = other.sample(frac=1.0, random_state=1)
    pd.testing.assert_frame_equal(gain_metrics(own, shuffled, whole.reference_of), expected)
    by = ["point", "metric", "launch", "consumer", "product"]
    found = gain_metrics(own.sample(frac=1.0, random_state=2), shuffled, whole.reference_of)
    pd.testing.assert_frame_equal(
        found.sort_values(by, ignore_index=True), expected.sort_values(by, ignore_index=True)
    )


def test_gains_are_those_of_pairs(whole: SweepResult) -> None:
    """Against the pairs that a merge makes, point by point."""
    table = whole.gains(("nation", "product")).set_index(["point", "nation", "product", "metric"])
    theirs = whole.reference_tables["warnings"]
    for number, mine in whole.warnings.groupby("point"):
        there = theirs.loc[theirs["point"] == whole.reference_of[int(str(number))]]
        key = ["replication", "launch", "consumer", "product", "nation"]
        pairs = (
            mine.loc[mine["needed"]]
            .astype({"product": "str"})
            .merge(there.loc[there["needed"]].astype({"product": "str"}), on=key, suffixes=("", "_there"))
        )
        for group, rows in pairs.groupby(["nation", "product"]):
            gain_s = rows["latency_s_there"] - rows["latency_s"]
            found = table.loc[(number, *group, "latency_gain_s")]
            assert found["n"] == gain_s.notna().sum()
            assert found["mean"] == pytest.approx(gain_s.mean(), nan_ok=True)
            share = (rows["latency_s"].isna() & rows["latency_s_there"].notna()).mean()
            assert table.loc[(number, *group, "newly_never_share"), "mean"] == pytest.approx(share)


def test_a_reference_of_other_consumers_is_refused(whole: SweepResult) -> None:
    own = whole.warnings.loc[whole.warnings["point"] == 0]
    other = own.loc[own["consumer"] != "jp-maritime"]
    with pytest.raises(StudyError, match="reference cannot be compared"):
        gain_metrics(own, other, [0])


def test_workers_do_not_change_a_byte(
    whole: SweepResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "POOL_START_S", 0.0)
    together = run(tmp_path / "out", workers=2)
    assert content(together.folder) == content(whole.folder)
    assert together.log_hash == whole.log_hash


class Interrupted(FakeEngine):
    """Stops as by Ctrl-C after some replications."""

    left = 30

    def run(self, *arguments: object) -> object:  # type: ignore[override]
        if Interrupted.left == 0:
            raise KeyboardInterrupt
        Interrupted.left -= 1
        return super().run(*arguments)  # type: ignore[arg-type]


def test_resumed_after_an_interruption_it_does_the_rest_and_changes_no_byte(
    whole: SweepResult, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        run(out, Interrupted())
    assert content(out) == {}
    assert not (out / "manifest.json").exists()
    done = sorted((out / "parts").rglob("runs/*.parquet"))
    assert 0 < len(done) < 12
    before = {path: path.stat().st_mtime_ns for path in done}
    resumed = run(out)
    assert {path: path.stat().st_mtime_ns for path in done} == before
    assert content(out) == content(whole.folder)
    assert resumed.log_hash == whole.log_hash


def test_leftovers_of_a_killed_writer_are_cleared_away(whole: SweepResult, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(whole.folder, out)
    victim = next((out / "parts" / "design" / "runs").glob("*.parquet"))
    leftover = victim.with_name(f".{victim.name}.123-0a0b0c0d.partial")
    victim.replace(leftover)
    run(out)
    assert not leftover.exists()
    assert content(out) == content(whole.folder)


def test_more_replications_keep_the_parts(whole: SweepResult, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(whole.folder, out)
    kept = {path: path.stat().st_mtime_ns for path in out.rglob("*-r000000-000019.parquet")}
    assert kept
    more = run(out, replications=31)
    assert len(more.runs) == 4 * 31
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert content(out) == content(run(tmp_path / "fresh", replications=31).folder)


@pytest.mark.parametrize(
    ("changes", "differing"),
    [
        ({"seed": 12}, "seed"),
        ({"tables": ("messages",)}, "tables"),
        ({"settings": {"run.drain_s": 9}, "factor": (Factor(path="run.seed", values=(1, 2)),)}, "factors"),
    ],
)
def test_parts_of_another_study_are_refused(
    whole: SweepResult, changes: dict[str, Any], differing: str
) -> None:
    before = content(whole.folder)
    with pytest.raises(StudyError, match=rf"parts of another study.*{differing}.*--out") as caught:
        run(whole.folder, **changes)
    assert "remove" in str(caught.value)
    assert content(whole.folder) == before


def test_a_part_of_another_study_among_its_own_is_refused(whole: SweepResult, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(out, replications=3)
    other = run(tmp_path / "other", replications=3, seed=12).folder
    name = Path("parts/design/runs/p000001-r000000-000002.parquet")
    shutil.copyfile(other / name, out / name)
    with pytest.raises(StudyError, match=r"p000001-r000000-000002.parquet belongs to another study"):
        run(out, replications=3)
    (out / name).write_bytes(b"no table")
    with pytest.raises(StudyError, match=r"damaged.*remove it and resume"):
        run(out, replications=3)


@pytest.mark.parametrize("name", ["notes.txt", "photos"])
def test_foreign_files_are_never_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    with pytest.raises(StudyError, match=f"holds no results of warnpath.*{name}.*--out"):
        run(tmp_path, replications=2)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_results_of_another_experiment_are_never_overwritten(whole: SweepResult) -> None:
    with pytest.raises(StudyError, match="sweep of hub-release, and not sweep of other"):
        run(whole.folder, name="other")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(StudyError, match="is a file"):
        run(tmp_path / "out")


def test_two_at_once_in_one_folder_are_refused(tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    parts = tmp_path / "out" / "parts"
    parts.mkdir(parents=True)
    with (parts / ".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(StudyError, match="another process is writing"):
            run(tmp_path / "out", replications=2)
    assert run(tmp_path / "out", replications=2).failed == 0


def test_failed_replications_are_rows(tmp_path: Path) -> None:
    result = run(tmp_path / "out", FakeEngine(failing=(1,)), replications=3)
    assert result.failed == 4 + 2
    failed = result.runs.loc[result.runs["status"] == "failed"]
    assert set(failed["replication"]) == {1}
    gains = result.summary.loc[result.summary["metric"] == "newly_never_share"]
    assert (gains["n"] == 2).all()


def test_lost_cells_are_reported_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "POOL_START_S", 0.0)
    notes = tmp_path / "notes"
    notes.mkdir()
    engine = FakeEngine(killing=(22,), kills=2, notes=str(notes))
    # Two kills: two cells are under way; one of them is lost, tried alone and lost again.
    changes: dict[str, Any] = {"reference": None, "factor": (Factor(path="run.drain_s", values=(10, 20)),)}
    first = run(tmp_path / "out", engine, 2, **changes)
    lost = first.runs.loc[first.runs["status"] == "failed"]
    assert first.failed in (3, 0)  # a cell of replications 20 to 22, unless two cells were killed once each
    assert lost["error"].str.contains("killed twice").all()
    again = run(tmp_path / "out", engine, 2, **changes)
    assert again.failed == 0
    fresh = run(tmp_path / "fresh", FakeEngine(), 1, **changes)
    assert content(tmp_path / "out") == content(fresh.folder)


def test_provenance_says_how_to_make_it_again(whole: SweepResult) -> None:
    manifest = json.loads((whole.folder / "manifest.json").read_text(encoding="utf-8"))
    design = manifest["provenance"]["design"]
    assert (design["kind"], design["name"]) == ("sweep", "hub-release")
    assert design["experiment"]["question"] == "Does it matter?"
    assert manifest["provenance"]["seed"] == 11
