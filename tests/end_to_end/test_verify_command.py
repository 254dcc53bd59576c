"""`warnpath verify` as a user types it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.conftest import run_one_after_another
from tests.verification_cases import changed_file

Program = Callable[..., subprocess.CompletedProcess[str]]
SMALL = str(Path(__file__).parents[1] / "scenarios" / "small.toml")


def test_a_case_of_the_package(run_program: Program) -> None:
    answer = run_program("verify", "--case", "scan-age", "--quick", "--seed", "7")
    assert answer.returncode == 0, answer.stderr
    assert "mean age before an update, s" in answer.stdout
    assert "verified: 4 of 4 quantities agree" in answer.stdout
    heads = next(line for line in answer.stdout.splitlines() if line.startswith("case"))
    assert heads.split() == ["case", "closed", "form", "quantity", "exact", "simulated", "z", "pass"]


def test_a_case_as_json(run_program: Program) -> None:
    answer = run_program("verify", "--case", "scan-age", "--case", "mm1k", "--quick", "--json")
    assert answer.returncode == 0, answer.stderr
    data = json.loads(answer.stdout)
    assert data["passed"] is True
    assert data["z_spread_p"] is None  # too few to tell
    rows = {(row["case"], row["quantity"]): row for row in data["cases"]}
    refused = rows["mm1k", "share refused"]
    assert abs(refused["exact"] - 0.08881949865556424) < 1e-12
    assert abs(refused["z"]) <= 3.3
    assert refused["standard_error"] > 0.0
    assert refused["passed"] is True
    assert ("scan-age", "mean age") in rows


def test_a_case_of_ones_own(run_program: Program, tmp_path: Path) -> None:
    path = changed_file(tmp_path, "md1", "rate_per_s = 0.65", "rate_per_s = 0.4")
    answer = run_program("verify", path.name, "--quick")
    assert answer.returncode == 0, answer.stderr
    assert "0.333333" in answer.stdout  # rho S / (2 (1 - rho)) = 0.4 / 1.2
    assert "closed forms that do not fit, and why:" in answer.stdout
    assert "mm1: it needs exponential service, and that of a-b is fixed" in answer.stdout


def test_a_scenario_that_no_form_fits(run_program: Program) -> None:
    answer = run_program("verify", SMALL, "--json")
    assert answer.returncode == 1
    data = json.loads(answer.stdout)
    assert (data["cases"], data["passed"], data["unfitted"]) == ([], False, [SMALL])
    reasons = data["misfits"][SMALL]
    assert len(reasons) > 15
    assert all(reasons.values())
    assert "Traceback" not in answer.stderr


def test_what_is_no_case_or_file(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("[[node]]\nid = 3\n", encoding="utf-8")
    no_case, bad_file, no_engine = run_one_after_another(
        tmp_path,
        [
            (("verify", "--case", "mm11"), {}),
            (("verify", "bad.toml", "--engine", "simpy"), {}),
            (("verify", "--engine", "other"), {}),
        ],
    )
    assert no_case.returncode == 2
    assert 'there is no case "mm11"; did you mean "mm1"?' in no_case.stderr
    assert bad_file.returncode == 2
    assert "bad.toml" in bad_file.stderr
    assert "Traceback" not in bad_file.stderr
    assert no_engine.returncode == 2


def test_the_list_of_cases(tmp_path: Path) -> None:
    told, printed = run_one_after_another(
        tmp_path, [(("verify", "--list", "--json"), {}), (("verify", "--list"), {})]
    )
    listed = json.loads(told.stdout)["cases"]
    assert all(Path(row["file"]).is_file() for row in listed)
    assert all(f"\n{row['name']} " in f"\n{printed.stdout}" for row in listed)
