"""The program before anything is compiled: what ends sooner without, runs without, and builds nothing."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import run_one_after_another
from warnpath.study.engines import BUILDING, NOT_BUILDING

Run = Callable[..., subprocess.CompletedProcess[str]]

BENCHMARK = str(Path(__file__).resolve().parents[1] / "benchmarks" / "benchmark-network.toml")
SHORT = ("run", BENCHMARK, "--set", "run.duration_s=50", "--replications", "2", "--json")
EXPERIMENT = f"""
name = "servers"
question = "Is one server enough?"
scenario = '{BENCHMARK}'
replications = 2
tables = ["messages"]

[set]
"run.duration_s" = 30

[[factor]]
path = "node.*.servers"
values = [1, 2]
"""
JOBS = {
    "run": SHORT,
    "sweep": ("sweep", "servers.toml", "--json"),
    "verify": ("verify", "--case", "shared-risk", "--case", "scan-age", "--quick", "--json"),
}
LOOKS = (
    ("check", BENCHMARK),
    ("check", "servers.toml"),
    ("show", BENCHMARK),
    ("show", "trilateral"),
    ("export", BENCHMARK, "--out", "graph"),
    ("import", "graph/benchmark-network.graphml"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cold")
    (folder / "servers.toml").write_text(EXPERIMENT, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def cold(folder: Path) -> list[subprocess.CompletedProcess[str]]:
    """What commands answer with an empty cache, one process for all."""
    environment = {"WARNPATH_CACHE_DIR": str(folder / "cache")}
    jobs = [((*job, "--out", f"cold-{name}") if name != "verify" else job) for name, job in JOBS.items()]
    return run_one_after_another(folder, [(arguments, environment) for arguments in (*jobs, *LOOKS)])


def test_short_jobs_run_without_machine_code_and_give_the_same(
    folder: Path, cold: list[subprocess.CompletedProcess[str]]
) -> None:
    compiled = run_one_after_another(folder, [((*job, "--engine", "compiled"), {}) for job in JOBS.values()])
    for name, one, other in zip(JOBS, cold, compiled, strict=False):
        assert (one.returncode, other.returncode) == (0, 0), one.stderr + other.stderr
        assert one.stderr.splitlines() == [NOT_BUILDING]
        found, expected = json.loads(one.stdout), json.loads(other.stdout)
        assert (found.pop("engine"), expected.pop("engine")) == ("simpy", "compiled")
        folders = [folder / answer.pop("out", "") for answer in (found, expected)]
        assert found == expected
        if name != "verify":
            assert len(found["log_hash"]) == 32
            assert_same_tables(*folders)


def assert_same_tables(one: Path, other: Path) -> None:
    names = {path.name for path in one.glob("*.parquet")}
    assert names == {path.name for path in other.glob("*.parquet")}
    assert {"runs.parquet", "messages.parquet", "traffic.parquet"} <= names
    for name in names - {"timing.parquet"}:
        pd.testing.assert_frame_equal(
            pd.read_parquet(one / name), pd.read_parquet(other / name), check_exact=True
        )


def test_what_simulates_nothing_builds_nothing_either(
    folder: Path, cold: list[subprocess.CompletedProcess[str]]
) -> None:
    for arguments, answer in zip(LOOKS, cold[len(JOBS) :], strict=True):
        assert answer.returncode == 0, answer.stderr
        assert BUILDING not in answer.stderr
        assert NOT_BUILDING not in answer.stderr
        assert answer.stdout, arguments
    assert (folder / "cache").is_dir()
    assert not list((folder / "cache").rglob("*.image"))


def test_quiet_says_nothing_of_it(run_program: Run, tmp_path: Path) -> None:
    cold = run_program(*SHORT, "--quiet", WARNPATH_CACHE_DIR=str(tmp_path / "cache"))
    assert (cold.returncode, cold.stderr) == (0, "")
    assert json.loads(cold.stdout)["engine"] == "simpy"
    assert not list((tmp_path / "cache").rglob("*.image"))
