"""The notebooks run, on tables made by the program; nbformat takes seconds to import, so the tests do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.synthetic_results import outputs
from warnpath.metrics.summary import summarise
from warnpath.results.provenance import Provenance
from warnpath.results.store import write_folder
from warnpath.results.tables import build_tables

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def notebooks() -> list[Path]:
    return sorted(NOTEBOOKS.glob("*.ipynb"))


@pytest.mark.unwatched
@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_notebooks_are_committed_without_outputs(path: Path) -> None:
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == [], f"{path.name} has outputs; clear them before committing"
            assert cell.execution_count is None


@pytest.mark.slow
def test_warning_times_shows_three_pictures_of_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = build_tables(outputs(12))
    tables["summary"] = summarise(tables["warnings"])
    provenance = Provenance(
        scenario_name="made-up", scenario_hash="00", scenario={"name": "made-up"}, seed=1, replications=12
    )
    write_folder(tables, tmp_path / "run", provenance)
    monkeypatch.setenv("WARNPATH_RESULTS", str(tmp_path / "run"))
    assert kinds_shown("warning_times", tmp_path, monkeypatch).count("image/png") == 3


@pytest.mark.slow
def test_warning_times_runs_the_shipped_scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WARNPATH_RESULTS", raising=False)
    shown = kinds_shown("warning_times", tmp_path, monkeypatch)
    assert shown.count("image/png") == 3
    assert "text/html" in shown  # the table of figures


def kinds_shown(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Execute a notebook in a folder; return the types of everything it shows. Errors are raised."""
    import nbformat
    from nbclient import NotebookClient

    monkeypatch.delenv("MPLBACKEND", raising=False)  # a notebook has its own
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=resources).execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [kind for cell in code for output in cell.outputs for kind in output.get("data", {})]
