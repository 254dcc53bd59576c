"""`warnpath import` and `warnpath export` as a user types them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import pytest

from tests.conftest import run_one_after_another
from tests.graph_cases import EDGES, GML, GRAPHML, JSON, NODES

SMALL = str(Path(__file__).parents[1] / "scenarios" / "small.toml")
Program = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def graphs(tmp_path: Path) -> Path:
    for name, text in {
        "towns.graphml": GRAPHML,
        "towns.gml": GML,
        "towns.json": JSON,
        "edges.csv": EDGES,
        "nodes.csv": NODES,
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", ["towns.graphml", "towns.gml", "towns.json"])
def test_a_skeleton_passes_check_and_runs(graphs: Path, name: str) -> None:
    answer, checked = run_one_after_another(
        graphs, [(("import", name, "--out", "made.toml"), {}), (("check", "made.toml"), {})]
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout == "made.toml: 3 nodes, 2 links\n"
    assert "note: places assumed: 1 of 3 nodes" in answer.stderr
    text = (graphs / "made.toml").read_text(encoding="utf-8")
    assert 'mark = "assumed"' in text
    assert "# note: places assumed: 1 of 3 nodes" in text
    assert str(graphs) not in text
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.startswith("made.toml: ok")


def test_a_skeleton_on_stdout_and_as_json(run_program: Program, graphs: Path) -> None:
    answer = run_program("import", "edges.csv", "--nodes", "nodes.csv", "--name", "kansai", "-q")
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr == ""
    assert 'name = "kansai"' in answer.stdout
    (graphs / "kansai.toml").write_text(answer.stdout, encoding="utf-8")
    links, again = run_one_after_another(
        graphs,
        [
            (("show", "kansai.toml", "--json", "--only", "links"), {}),
            (("import", "edges.csv", "--nodes", "nodes.csv", "--json"), {}),
        ],
    )
    shown, told = json.loads(links.stdout), json.loads(again.stdout)
    assert {row["id"] for row in shown["links"]} == {"tokyo-osaka", "osaka-kyoto"}
    assert (told["nodes"], told["links"], told["parts"], told["out"]) == (3, 2, 1, None)


def test_an_export_is_read_by_others(run_program: Program, tmp_path: Path) -> None:
    answer = run_program("export", SMALL, "--json", "--set", "link.jp-hub.duplex=false")
    assert answer.returncode == 0, answer.stderr
    files = [tmp_path / name for name in json.loads(answer.stdout)["files"]]
    assert [path.name for path in files] == [
        "small.graphml",
        "small.geojson",
        "small-nodes.csv",
        "small-links.csv",
    ]
    data = json.loads(files[1].read_text(encoding="utf-8"))
    kinds = [feature["properties"]["kind"] for feature in data["features"]]
    assert (kinds.count("node"), kinds.count("link")) == (10, 10)
    assert len(files[3].read_text(encoding="utf-8").splitlines()) == 11
    imported = run_program("import", str(files[0]), "--json")
    assert json.loads(imported.stdout)["links"] == 10


def test_an_exported_graphml_is_what_networkx_reads(run_program: Program, tmp_path: Path) -> None:
    answer = run_program("export", SMALL, "--format", "graphml", "--out", "there")
    assert answer.stdout.strip() == str(Path("there") / "small.graphml")
    graph = nx.read_graphml(tmp_path / "there" / "small.graphml")
    assert (len(graph), graph.number_of_edges()) == (10, 10)
    assert all(-90 <= lat <= 90 for _, lat in graph.nodes(data="lat_deg"))
    assert all(isinstance(ms, float) for *_, ms in graph.edges(data="propagation_ms"))


def test_a_hostile_file_is_one_sentence(run_program: Program, tmp_path: Path) -> None:
    (tmp_path / "bomb.graphml").write_text('<!DOCTYPE g [<!ENTITY a "ha">]><graphml/>', encoding="utf-8")
    answer = run_program("import", "bomb.graphml", "--out", "made.toml")
    assert answer.returncode == 2
    assert answer.stderr.startswith('warnpath: bomb.graphml:1: defines the entity "a"')
    assert "Traceback" not in answer.stderr
    assert not (tmp_path / "made.toml").exists()
