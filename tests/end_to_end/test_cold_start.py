"""``warnpath run`` before anything is compiled: what ends sooner without, runs without."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., subprocess.CompletedProcess[str]]

BENCHMARK = Path(__file__).resolve().parents[1] / "benchmarks" / "benchmark-network.toml"
SHORT = ("run", str(BENCHMARK), "--set", "run.duration_s=50", "--replications", "2", "--json")


def test_a_short_job_runs_without_machine_code_and_gives_the_same(run_program: Run, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cold = run_program(*SHORT, WARNPATH_CACHE_DIR=str(cache))
    compiled = run_program(*SHORT, "--engine", "compiled")
    assert (cold.returncode, compiled.returncode) == (0, 0), cold.stderr + compiled.stderr
    assert cold.stderr.splitlines() == [
        "The model is not compiled yet, and this job ends sooner without: the SimPy engine runs it as "
        "Python, with the same result. --engine compiled compiles."
    ]
    assert not list(cache.rglob("*.image"))
    found, expected = json.loads(cold.stdout), json.loads(compiled.stdout)
    assert (found.pop("engine"), expected.pop("engine")) == ("simpy", "compiled")
    assert found == expected
    assert len(found["log_hash"]) == 32


def test_quiet_says_nothing_of_it(run_program: Run, tmp_path: Path) -> None:
    cold = run_program(*SHORT, "--quiet", WARNPATH_CACHE_DIR=str(tmp_path / "cache"))
    assert (cold.returncode, cold.stderr) == (0, "")
    assert json.loads(cold.stdout)["engine"] == "simpy"
