"""What `warnpath import` and `warnpath export` refuse, in this process."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.graph_cases import EDGES, GML
from warnpath.cli.main import app
from warnpath.cli.outcome import USAGE

SMALL = str(Path(__file__).parents[1] / "scenarios" / "small.toml")


@pytest.fixture(autouse=True)
def among_graphs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in {"towns.gml": GML, "edges.csv": EDGES, "nodes.csv": "id\n"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("import", "none.gml"), "none.gml: there is no such file"),
        (("import", "."), "is a folder"),
        (("import", "towns.gml", "--format", "dot"), "--format dot: expected graphml, gml, json, csv"),
        (("import", "towns.gml", "--nation", "jp"), "expected two or more capital letters"),
        (("import", "towns.gml", "--name", "No Name"), 'expected lower-case words joined by "-"'),
        (("import", "towns.gml", "--delay-unit", "h"), "--delay-unit h: expected ms, s, us, ns"),
        (
            ("import", "towns.gml", "--out", "nodes.csv"),
            "is there already; a skeleton replaces no file",
        ),
        (("import", "towns.gml", "--out", "no/folder.toml"), "No such file or directory"),
        (("import", "edges.csv", "--nodes", "none.csv"), "none.csv: there is no such file"),
        (("export", SMALL, "--format", "dot"), "--format dot: expected graphml, geojson, csv"),
        (("export", SMALL, "--out", "nodes.csv"), "nodes.csv is a file; name a folder with --out"),
        (("export", SMALL, "--set", 'name="a/b"'), "makes no name of a file"),
        (("export", "nowhere.toml"), "there is no such file or shipped scenario"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(arguments: tuple[str, ...], message: str) -> None:
    answer = CliRunner().invoke(app, list(arguments))
    assert answer.exit_code == USAGE, answer.stderr
    assert message in answer.stderr
    assert answer.stdout == ""
