"""Frozen tables: the reference study in `results/reference` is what the program computes today.

No validation: when a change of the model changes it, the command in its manifest renews it.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pandas as pd

from warnpath.results.store import read_folder

FOLDER = Path(__file__).resolve().parents[2] / "results" / "reference"


def test_the_reference_study_is_what_the_program_computes(
    run_program: Callable[..., CompletedProcess[str]], tmp_path: Path
) -> None:
    kept = read_folder(FOLDER)
    words = shlex.split(kept.manifest["command"])
    assert words[:2] == ["warnpath", "run"]
    words[words.index("--out") + 1] = "again"
    answer = run_program(*words[1:])
    assert answer.returncode == 0, answer.stderr
    again = read_folder(tmp_path / "again")
    assert set(again.tables) == set(kept.tables)
    assert again.provenance.scenario_hash == kept.provenance.scenario_hash
    # Whole logs are equal on one machine and mathematical library; elsewhere figures agree to rounding.
    for name in ("warnings", "summary", "elements"):
        pd.testing.assert_frame_equal(again.table(name), kept.table(name), check_exact=False, rtol=1e-6)


def test_it_is_small() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 800_000
