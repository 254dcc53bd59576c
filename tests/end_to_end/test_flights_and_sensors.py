"""Flights of every kind and sensors with every setting, from a file to tables, as a user runs them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from tests.sensing_cases import EVERYTHING, SMALL
from warnpath.results.schema import BUDGET_STAGES

Program = Callable[..., subprocess.CompletedProcess[str]]
TABLE = "t_s,lat_deg,lon_deg,alt_km\n0,39.2,125.7,0.1\n60,39.3,126.1,30\n150,39.5,127.4,70\n330,40,131,0\n"


def write(folder: Path) -> Path:
    """A scenario in a folder of its own, with a table of positions beside it."""
    folder.mkdir()
    (folder / "small.toml").write_text(SMALL.read_text())
    (folder / "seen.csv").write_text(TABLE)
    head, _, rest = EVERYTHING.partition("positions = [\n")
    after = rest.partition("\n]\n")[2]
    (folder / "case.toml").write_text(f'{head}positions = "seen.csv"\n{after}')
    return folder / "case.toml"


def test_a_run_follows_what_each_replication_draws_and_its_budget_closes(
    run_program: Program, tmp_path: Path
) -> None:
    case = write(tmp_path / "mine")
    answers = []
    for engine in ("compiled", "simpy"):
        arguments = ("run", str(case), "--replications", "2", "--engine", engine, "--out", f"out/{engine}")
        answers.append(run_program(*arguments, "--failures", "0", "--json"))
        assert answers[-1].returncode == 0, answers[-1].stderr
    compiled, simpy = (json.loads(answer.stdout) for answer in answers)
    assert compiled["log_hash"] == simpy["log_hash"]
    warnings = pd.read_parquet(tmp_path / "out" / "compiled" / "warnings.parquet")
    impacts = warnings.groupby("launch", observed=True)["t_impact_s"].nunique()
    assert impacts.to_dict() == {"flight": 2, "flight-b": 2, "flight-c": 2, "glider": 2, "seen": 1}
    assert set(warnings.loc[warnings["launch"] == "seen", "t_impact_s"]) == {330.0}
    delivered = warnings[warnings["t_delivered_s"].notna()]
    stages = delivered[list(BUDGET_STAGES)].sum(axis=1)
    assert len(delivered) > 10
    np.testing.assert_allclose(stages, delivered["latency_s"], atol=1e-9)
    needed = delivered[delivered["needed"]]
    np.testing.assert_allclose(needed["deadline_s"] - needed["t_delivered_s"], needed["margin_s"], atol=1e-9)
    assert (needed["deadline_s"] <= needed["t_impact_s"]).all()


def test_a_table_that_is_gone_is_told_with_its_name(run_program: Program, tmp_path: Path) -> None:
    case = write(tmp_path / "mine")
    (tmp_path / "mine" / "seen.csv").unlink()
    answer = run_program("run", str(case))
    assert answer.returncode == 2
    assert "seen.csv: cannot be read as a table of positions: No such file" in answer.stderr
    assert "Traceback" not in answer.stderr
