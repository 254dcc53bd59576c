"""`warnpath failures` as a user types it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

SMALL = str(Path(__file__).parents[1] / "scenarios" / "small.toml")
Program = Callable[..., subprocess.CompletedProcess[str]]


def test_costs_are_ranked_and_resume_finds_everything_done(run_program: Program, tmp_path: Path) -> None:
    answer = run_program("failures", SMALL, "--replications", "2", "--json")
    assert answer.returncode == 0, answer.stderr
    data = json.loads(answer.stdout)
    costs = {row["element"]: row for row in data["failures"]}
    assert [row["rank"] for row in data["failures"]] == list(range(1, len(costs) + 1))
    assert all(row["n"] == 2 for row in costs.values())
    # Without its C2 no warning of Japan comes; without one of its two radars they all do.
    assert costs["jp-c2"]["newly_never"] >= 2
    assert costs["jp-radar-west"]["newly_never"] == 0
    assert data["untouched"] == ["jp-hub-spare"]
    parts = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("parts/**/*.parquet")}
    printed = run_program("failures", SMALL, "--replications", "2", COLUMNS="80")
    assert {path: path.stat().st_mtime_ns for path in parts} == parts
    assert "By class or role, worst first" in printed.stdout
    assert "in 2 replications paired" in printed.stdout
    assert max(len(line) for line in printed.stdout.splitlines()) <= 80
    assert "1 elements are on no route in use" in printed.stdout.replace("\n", " ")
