"""`warnpath run` as a user types it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import run_one_after_another
from warnpath.results.schema import BUDGET_STAGES
from warnpath.results.store import read_folder

SMALL = str(Path(__file__).parents[1] / "scenarios" / "small.toml")
PROGRAM = str(Path(sys.executable).parent / "warnpath")
Program = Callable[..., subprocess.CompletedProcess[str]]


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.parquet") if path.stem != "timing"}


def test_it_prints_milestones_budget_and_outcome_and_says_where_the_tables_are(
    run_program: Program, tmp_path: Path
) -> None:
    answer = run_program("run", SMALL, COLUMNS="")
    assert answer.returncode == 0, answer.stderr
    for word in (
        "small: 3 replications, seed 11, engine compiled",
        "Launch flight",
        "Milestones, seconds after launch",
        "Latency budget, seconds; the stages add up to the total",
        "Warning time left",
        "Busiest links",
        "What one failure costs",
        "jp-ships",
        "kr-ships",
        "launch notice",
    ):
        assert word in answer.stdout
    assert "\x1b" not in answer.stdout
    assert max(len(line) for line in answer.stdout.splitlines()) <= 100
    assert answer.stdout.endswith(
        "Tables: results/small-seed11 (runs, warnings, summary, elements, outages, pictures, messages)\n"
    )
    stored = read_folder(tmp_path / "results" / "small-seed11")
    assert len(stored.runs) == 3
    assert stored.manifest["command"].startswith("warnpath run ")
    assert set(stored.tables) == {
        "elements",
        "messages",
        "outages",
        "pictures",
        "runs",
        "summary",
        "warnings",
    }


def test_tables_fit_the_width_asked_for(tmp_path: Path) -> None:
    widths = ("40", "80", "120")
    answers = run_one_after_another(tmp_path, [(("run", SMALL), {"COLUMNS": width}) for width in widths])
    for answer, width in zip(answers, widths, strict=True):
        assert answer.returncode == 0, answer.stderr
        assert max(len(line) for line in answer.stdout.splitlines()[:-1]) <= int(width)
        assert "…" not in answer.stdout


def test_json_is_one_object_whose_budget_closes(run_program: Program) -> None:
    answer = run_program("run", SMALL, "--json", "--log-hash")
    assert answer.returncode == 0, answer.stderr
    data = json.loads(answer.stdout)
    assert {"scenario", "engine", "seed", "replications", "log_hash", "warnings", "links", "failures"} <= set(
        data
    )
    assert (data["scenario"], data["engine"]) == ("small", "compiled")
    assert (data["seed"], data["replications"]) == (11, 3)
    assert [row["rank"] for row in data["failures"]] == list(range(1, len(data["failures"]) + 1))
    assert {"kind", "group", "elements", "n", "margin_cost_s", "newly_never"} <= set(data["failures"][0])
    assert {(row["kind"], row["group"]) for row in data["failures"]} >= {("node", "hub"), ("link", "fibre")}
    assert {(row["launch"], row["consumer"]) for row in data["warnings"]} == {
        ("flight", name) for name in ("jp-north", "jp-south", "jp-ships", "kr-ships")
    }
    for row in data["warnings"]:
        assert row["n"] == 3
        assert row["in_time"] + row["late"] + row["never"] == row["needed"]
        assert row["correct"] + row["missed"] + row["unneeded"] + row["quiet"] == row["n"]
        assert (
            {"mean", "ci_low", "ci_high", "p50", "p95", "p99"}
            == set(row["latency_s"])
            == set(row["margin_s"])
        )
        if row["in_time"] + row["late"]:
            assert sum(row["budget_s"].values()) == pytest.approx(row["latency_s"]["mean"], abs=1e-9)
            assert set(row["budget_s"]) == {stage.removesuffix("_s") for stage in BUDGET_STAGES}
    assert data["links"][0]["utilisation"] > 0.0
    for row in data["freshness"]:
        assert (row["launch"], row["n"]) == ("flight", 3)
        assert 0.0 < row["age_mean_s"] < row["age_max_s"]
        assert row["ci_low"] < row["age_mean_s"] < row["ci_high"]
    assert {row["c2"] for row in data["freshness"]} == {"jp-c2", "kr-c2"}
    assert data["error_by_age"] is None
    assert all(row["plots"] > 0.0 == row["swaps"] for row in data["pictures"])


def test_hash_and_files_depend_on_the_seed_and_on_nothing_else(run_program: Program, tmp_path: Path) -> None:
    blocks = Path(SMALL).read_text(encoding="utf-8").split("\n[")
    reordered = tmp_path / "reordered.toml"
    reordered.write_text("\n[".join([blocks[0], *reversed(blocks[1:])]), encoding="utf-8")
    common = ("--replications", "2", "--log-hash", "-q")
    quick = (*common, "--failures", "0")
    answers = [
        run_program("run", SMALL, *common, "--out", "one", PYTHONHASHSEED="0"),
        run_program("run", SMALL, *common, "--workers", "2", "--out", "two", PYTHONHASHSEED="1"),
        *run_one_after_another(
            tmp_path,
            [
                (("run", str(reordered), *quick, "--set", 'name="small"', "--out", "other"), {}),
                (("run", SMALL, *quick, "--engine", "simpy", "--out", "simpy"), {}),
                (("run", SMALL, *quick, "--seed", "12"), {}),
            ],
        ),
    ]
    hashes = [answer.stdout.splitlines()[-1] for answer in answers]
    assert hashes[0].startswith("log_hash: ")
    assert int(hashes[0].removeprefix("log_hash: "), 16) > 0
    assert hashes[0] == hashes[1] == hashes[2] == hashes[3] != hashes[4]
    assert all(answer.stderr == "" for answer in answers)
    assert (tmp_path / "results" / "small-seed12").is_dir()
    assert len(content(tmp_path / "one")) == 7
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_the_costs_of_failures_can_be_left_out_and_are_no_matter_of_the_reference_engine(
    tmp_path: Path,
) -> None:
    common = ("run", SMALL, "--replications", "1", "--engine", "simpy")
    *without, asked = run_one_after_another(
        tmp_path,
        [
            (("run", SMALL, "--replications", "1", "--failures", "0"), {}),
            (common, {}),
            ((*common, "--failures", "1", "--json"), {}),
        ],
    )
    for answer in without:
        assert "What one failure costs" not in answer.stdout
        assert "What single failures cost: warnpath failures, or --failures N." in answer.stdout
    assert len(json.loads(asked.stdout)["failures"]) > 3


def test_set_changes_the_scenario_and_the_folder(run_program: Program, tmp_path: Path) -> None:
    changes = ("--set", "run.replications=2", "--set", "node.*-c2.release.median_s=50")
    answer = run_program("run", SMALL, *changes, "--failures", "0", "--json")
    data = json.loads(answer.stdout)
    assert data["replications"] == 2
    assert data["out"].startswith("results/small-seed11-set")
    scenario = read_folder(tmp_path / data["out"]).provenance.scenario
    assert {node["id"]: node.get("release", {}) for node in scenario["node"]}["jp-c2"]["median_s"][
        "nominal"
    ] == 50


def test_optional_tables(run_program: Program, tmp_path: Path) -> None:
    common = ("run", SMALL, "--replications", "1", "--failures", "0", "--out", "out")
    answer = run_program(*common, "--tables", "hops,tracks")
    assert answer.returncode == 0, answer.stderr
    assert len(pd.read_parquet(tmp_path / "out" / "hops.parquet")) > 100
    assert len(pd.read_parquet(tmp_path / "out" / "tracks.parquet")) > 20
    for words in ("Age of the newest measurement in a picture", "Error of the position by the age"):
        assert answer.stdout.count(words) == 1
    assert "--tables tracks" not in answer.stdout
    again = run_program(*common)
    assert again.returncode == 0
    assert not (tmp_path / "out" / "hops.parquet").exists()  # it belonged to the run before
    assert "Age of the newest measurement" not in again.stdout


def test_delay_is_told_in_kilometres(tmp_path: Path) -> None:
    common = ("run", SMALL, "--replications", "2", "--failures", "0")
    told, answer = run_one_after_another(
        tmp_path, [((*common, "-v"), {}), ((*common, "--tables", "tracks", "--json"), {})]
    )
    assert "Age of the newest measurement in a picture" in told.stdout
    assert "How far off that makes them: --tables tracks." in told.stdout
    assert "Plots and reports taken in and left out" in told.stdout
    rows = json.loads(answer.stdout)["error_by_age"]
    assert {row["c2"] for row in rows} == {"jp-c2", "kr-c2"}
    for row in rows:
        assert row["age_high_s"] is None or row["age_low_s"] < row["age_high_s"]
        assert row["error_km"] > 0.0 < row["sigma_km"]


def test_what_is_not_its_own_it_leaves_alone(run_program: Program, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("dear", encoding="utf-8")
    answer = run_program("run", SMALL, "--out", "mine")
    assert answer.returncode == 2
    assert (
        "mine is not empty and holds no results of warnpath (letter.txt); choose another --out"
        in answer.stderr
    )
    assert [path.name for path in mine.iterdir()] == ["letter.txt"]


def test_a_folder_that_cannot_be_made(run_program: Program, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    answer = run_program("run", SMALL, "--replications", "1", "--out", "file/inside")
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr
    assert "file" in answer.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals as on POSIX")
@pytest.mark.parametrize(
    ("sent", "code", "told"),
    [(signal.SIGINT, 130, "warnpath: interrupted\n"), (signal.SIGTERM, 143, "warnpath: terminated\n")],
)
def test_interrupted_it_leaves_nothing_half_written(
    tmp_path: Path, sent: signal.Signals, code: int, told: str
) -> None:
    command = [PROGRAM, "run", SMALL, "--replications", "5000", "--workers", "1", "-v"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert any("tasks of about" in line for line in process.stderr)  # the first replication is done
        process.send_signal(sent)
        out, error = process.communicate(timeout=60)
    assert process.returncode == code
    assert error.endswith(told)
    assert "Traceback" not in error
    assert out == ""
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.skipif(sys.platform == "win32", reason="a shell as on POSIX")
@pytest.mark.parametrize(
    "arguments",
    [
        ("run", SMALL, "--replications", "1", "--failures", "0"),
        ("show",),
        ("scenarios", "--json"),
        ("--help",),
    ],
)
def test_a_reader_that_leaves_early_ends_it_quietly_as_a_pipe_does(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    answer = subprocess.run(
        ["sh", "-c", '{ "$0" "$@"; echo $? >code; } | :', PROGRAM, *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert (tmp_path / "code").read_text(encoding="ascii") == "141\n"
    if arguments[0] == "run":
        # What was computed is kept all the same.
        assert len(list(tmp_path.glob("results/*/manifest.json"))) == 1
    assert [line for line in answer.stderr.splitlines() if "Compiling" not in line] == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full disk to write to")
@pytest.mark.parametrize("arguments", [("show",), ("show", "--json"), ("scenarios",)])
def test_a_full_disk_under_stdout_is_told(arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        answer = subprocess.run(
            [PROGRAM, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, timeout=300, check=False
        )
    assert answer.returncode == 1
    assert "No space left on device" in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="a shell as on POSIX")
def test_without_a_stdout_it_does_its_work(tmp_path: Path) -> None:
    answer = subprocess.run(
        ["sh", "-c", '"$0" run "$1" --replications 1 --failures 0 -q --out here >&-', PROGRAM, SMALL],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
    assert (tmp_path / "here" / "warnings.parquet").is_file()


def test_a_terminal_without_signs_is_no_error(run_program: Program) -> None:
    answer = run_program("run", SMALL, "--replications", "2", PYTHONIOENCODING="ascii", LC_ALL="C")
    assert answer.returncode == 0, answer.stderr
    assert "Launch flight" in answer.stdout
    assert answer.stdout.isascii()


def test_importing_the_package_does_nothing_yet() -> None:
    code = "import sys, warnpath; print(sorted({'numpy', 'pandas', 'pydantic', 'numba'} & set(sys.modules)))"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert answer.stdout == "[]\n"
