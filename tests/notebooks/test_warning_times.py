from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.synthetic_results import outputs
from warnpath.metrics.summary import summarise
from warnpath.results.provenance import Provenance
from warnpath.results.store import write_folder
from warnpath.results.tables import build_tables

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def notebooks() -> list[Path]:
    return sorted(NOTEBOOKS.glob("*.ipynb"))


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_notebooks_are_committed_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == [], f"{path.name} has outputs; clear them before committing"
            assert cell.execution_count is None


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning:zmq", "ignore::DeprecationWarning:jupyter_client")
def test_warning_times_shows_three_pictures_of_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = build_tables(outputs(12))
    tables["summary"] = summarise(tables["warnings"])
    provenance = Provenance(
        scenario_name="made-up", scenario_hash="00", scenario={"name": "made-up"}, seed=1, replications=12
    )
    write_folder(tables, tmp_path / "run", provenance)
    monkeypatch.delenv("MPLBACKEND", raising=False)  # a notebook has its own
    monkeypatch.setenv("WARNPATH_RESULTS", str(tmp_path / "run"))

    notebook = nbformat.read(NOTEBOOKS / "warning_times.ipynb", as_version=4)
    NotebookClient(
        notebook, timeout=240, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    ).execute()

    outputs_by_type = [
        kind
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        for kind in output.get("data", {})
    ]
    assert outputs_by_type.count("image/png") == 3
    assert "text/html" in outputs_by_type  # the table of figures
    errors = [
        o
        for cell in notebook.cells
        if cell.cell_type == "code"
        for o in cell.outputs
        if o.output_type == "error"
    ]
    assert errors == []
