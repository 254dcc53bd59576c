"""Whatever network hypothesis thinks of comes back from every format; whatever bytes, no traceback."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.graph_cases import EDGES, GML, GRAPHML, JSON
from warnpath.network.graph_files.network import ImportedNetwork, make_network
from warnpath.network.graph_files.reading import FORMATS, read_graph
from warnpath.network.graph_files.skeleton import as_scenario, skeleton
from warnpath.network.graph_files.writing import WRITERS, link_rows
from warnpath.scenario import ScenarioError

WORDS = st.text(
    st.characters(max_codepoint=0x24F, exclude_categories=["C"], exclude_characters='"&'), max_size=12
)


@st.composite
def graphs(draw: st.DrawFn) -> nx.MultiGraph:
    """Multigraphs with loops, parallel edges and lonely nodes."""
    count = draw(st.integers(2, 8))
    graph = nx.MultiGraph()
    for node in range(count):
        graph.add_node(
            node,
            name=f"n{draw(WORDS)}{node}",
            Latitude=draw(st.floats(-80, 80)),
            Longitude=draw(st.floats(-179, 179)),
        )
    ends = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    for tail, head in [(0, 1), *draw(st.lists(ends, max_size=12))]:
        graph.add_edge(tail, head, capacity_kbps=draw(st.floats(1.0, 1e6)))
    return graph


def shape(network: ImportedNetwork) -> Counter[tuple[frozenset[str], float | None]]:
    """Links by the names of their ends and capacity, however they and the nodes are called."""
    names = {node.id: node.name for node in network.nodes}
    return Counter((frozenset(names[end] for end in link.ends), link.capacity_kbps) for link in network.links)


def write(graph: nx.MultiGraph, folder: Path, form: str) -> Path:
    path = folder / f"graph.{form}"
    if form == "graphml":
        nx.write_graphml(graph, path)
    elif form == "gml":
        nx.write_gml(graph, path)
    else:
        path.write_text(json.dumps(nx.node_link_data(graph, edges="edges")), encoding="utf-8")
    return path


@given(graphs())
def test_what_networkx_writes_is_read_back(graph: nx.MultiGraph) -> None:
    expected = Counter(
        (frozenset(" ".join(graph.nodes[end]["name"].split()) for end in ends), data["capacity_kbps"])
        for *ends, data in graph.edges(data=True)
        if ends[0] != ends[1]
    )
    with TemporaryDirectory() as folder:
        for form in ("graphml", "gml", "json"):
            network = make_network(read_graph(write(graph, Path(folder), form)))
            assert shape(network) == expected, form


@given(graphs())
def test_an_exported_scenario_is_imported_as_it_was(graph: nx.MultiGraph) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        network = make_network(read_graph(write(graph, folder, "json")))
        scenario = as_scenario(skeleton(network, "drawn"), "drawn")
        for form in ("graphml", "csv"):
            for file, text in WRITERS[form](scenario).items():
                (folder / file).write_text(text, encoding="utf-8")
        for file, nodes in (("drawn.graphml", None), ("drawn-links.csv", folder / "drawn-nodes.csv")):
            imported = make_network(read_graph(folder / file, None, nodes))
            again = as_scenario(skeleton(imported, "drawn"), "drawn")
            assert [(node.id, node.lat_deg, node.lon_deg) for node in again.node] == [
                (node.id, node.lat_deg, node.lon_deg) for node in scenario.node
            ]
            for new, old in zip(link_rows(again), link_rows(scenario), strict=True):
                assert (new["id"], new["source"], new["target"]) == (old["id"], old["source"], old["target"])
                assert new["propagation_ms"] == pytest.approx(old["propagation_ms"], rel=1e-12)
                assert new["capacity_kbps"] == old["capacity_kbps"]


SEEDS = st.sampled_from([GRAPHML, GML, JSON, EDGES])


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A sound file with a few bytes changed, taken out or put in."""
    data = bytearray(draw(SEEDS).encode("utf-8"))
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, len(data) - 1))
        data[place : place + draw(st.integers(0, 20))] = draw(st.binary(max_size=6))
        data += b" "
    return bytes(data)


@given(st.binary(max_size=200) | spoilt(), st.sampled_from(FORMATS))
def test_no_bytes_bring_a_reader_down(data: bytes, form: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "graph"
        path.write_bytes(data)
        try:
            network = make_network(read_graph(path, form))
        except ScenarioError as error:
            told = [(problem.file, problem.message) for problem in error.problems]
        else:
            told = [(link.id, link.medium) for link in as_scenario(skeleton(network, "g"), "g").link]
        assert told
        assert all(first and second for first, second in told)
