"""`warnpath sweep` as a user types it, interrupted and killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

SMALL = str(Path(__file__).parents[1] / "scenarios" / "small.toml")
PROGRAM = str(Path(sys.executable).parent / "warnpath")
Program = Callable[..., subprocess.CompletedProcess[str]]
POINTS = 8

EXPERIMENT = f"""
name = "hub-release"
question = "How fast must the hub be?"
scenario = "{SMALL}"
reference = "{SMALL}"
replications = 2

[[factor]]
path = "node.us-hub.release.median_s"
low = 1
high = 60
steps = {POINTS}
scale = "log"
in_reference = false
"""


def content(folder: Path) -> dict[str, bytes]:
    """Bytes of every table that equal sweeps have in common."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*.parquet")
        if path.stem != "timing" and "parts" not in path.parts
    }


@pytest.fixture(scope="module")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("experiment") / "hub-release.toml"
    path.write_text(EXPERIMENT, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def undisturbed(experiment: Path) -> dict[str, bytes]:
    """Tables of a sweep that nothing disturbs, in one process."""
    out = experiment.parent / "undisturbed"
    command = [PROGRAM, "sweep", str(experiment), "--workers", "1", "--out", str(out), "-q"]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    tables = content(out)
    assert len(tables) == 12  # six of the study, six of the reference
    return tables


def start_and_wait_for_parts(experiment: Path, out: Path, *options: str) -> subprocess.Popen[str]:
    """Start a sweep and return when a few of its parts are there."""
    process = subprocess.Popen(
        [PROGRAM, "sweep", str(experiment), "--out", str(out), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    clock = threading.Event()
    for _ in range(2000):
        if len(list((out / "parts" / "design" / "runs").glob("*.parquet"))) >= 3:
            return process
        assert process.poll() is None, process.communicate()
        clock.wait(0.05)
    process.kill()
    raise AssertionError("no parts were written")


def test_tables_and_the_answer(run_program: Program, tmp_path: Path, experiment: Path) -> None:
    answer = run_program("sweep", str(experiment), "--replications", "1", "--json")
    assert answer.returncode == 0, answer.stderr
    data = json.loads(answer.stdout)
    assert data["question"] == "How fast must the hub be?"
    assert len(data["points"]) == POINTS
    assert len(data["warnings"]) == POINTS * 4
    assert {row["metric"] for row in data["gains"]} >= {"latency_gain_s"}
    runs = pd.read_parquet(tmp_path / data["out"] / "runs.parquet")
    assert list(runs.columns[:3]) == ["point", "node.us-hub.release.median_s", "replication"]
    assert list(runs["point"]) == list(range(POINTS))
    printed = run_program("sweep", str(experiment), "--replications", "1")  # all parts are there
    assert "How fast must the hub be?" in printed.stdout
    assert "Seconds gained over" in printed.stdout
    assert "\x1b" not in printed.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="signals as on POSIX")
def test_interrupted_it_resumes_to_the_same_bytes(
    run_program: Program, tmp_path: Path, experiment: Path, undisturbed: dict[str, bytes]
) -> None:
    out = tmp_path / "out"
    process = start_and_wait_for_parts(experiment, out, "--workers", "1")
    process.send_signal(signal.SIGINT)
    printed, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "call it again to resume" in error
    assert "Traceback" not in error
    assert printed == ""
    assert content(out) == {}
    assert not (out / "manifest.json").exists()
    done = {path: path.stat().st_mtime_ns for path in (out / "parts").rglob("runs/*.parquet")}
    assert 3 <= len(done) < POINTS + 1
    assert run_program("sweep", str(experiment), "--out", str(out), "--workers", "2").returncode == 0
    assert {path: path.stat().st_mtime_ns for path in done} == done
    assert content(out) == undisturbed


@pytest.mark.skipif(sys.platform == "win32", reason="signals as on POSIX")
def test_killed_it_resumes_to_the_same_bytes(
    run_program: Program, tmp_path: Path, experiment: Path, undisturbed: dict[str, bytes]
) -> None:
    out = tmp_path / "out"
    process = start_and_wait_for_parts(experiment, out, "--workers", "2")
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)  # its workers hold the pipe open until they have ended as well
    assert content(out) == {}
    answer = run_program("sweep", str(experiment), "--out", str(out), "--workers", "1", PYTHONHASHSEED="5")
    assert answer.returncode == 0, answer.stderr
    assert list(out.rglob("*.partial")) == []
    assert content(out) == undisturbed


def test_the_folder_of_another_sweep_is_refused(
    run_program: Program, experiment: Path, undisturbed: dict[str, bytes]
) -> None:
    out = experiment.parent / "undisturbed"
    answer = run_program("sweep", str(experiment), "--out", str(out), "--seed", "5")
    assert answer.returncode == 2
    assert "parts of another study: it differs in" in answer.stderr
    assert "seed" in answer.stderr
    assert content(out) == undisturbed
