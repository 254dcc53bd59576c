"""Real networks, read from their files, against exact figures found by other means.

The graphs are those of the Topology Zoo (Knight et al. 2011) and SNDlib (Orlowski et al. 2010) as topohub
carries them. The figures come from Tarjan's algorithm, enumeration of pairs, and exact frontier dynamic
programming in rational numbers, each confirmed by a second program (graphillion). Links are simple and
undirected, of the largest part.
"""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import networkx as nx
import pytest

from warnpath.network.graph_files.network import ImportedNetwork, make_network
from warnpath.network.graph_files.reading import read_graph
from warnpath.scenario import ScenarioError
from warnpath.study.graphs import import_scenario
from warnpath.theory.reliability import Link, breadth_first, unreliability

topohub = pytest.importorskip("topohub", reason="topohub comes with the test extra")
DATA = Path(topohub.__file__).parent / "data"

# File, ends; nodes, links, bridges, articulation points, edge connectivity, hop diameter, pairs of links that
# disconnect, all pairs, minimum cut of the ends, single links and pairs of links that cut them; probability
# that the ends, and that all nodes, are not connected where a link is down with probability 0.01 and 0.001.
GRAPHS = [
    (
        ("topozoo/Abilene", "New York", "Seattle"),
        (11, 14, 0, 0, 2, 5, 11, 91, 2, 0, 8),
        (0.0008045762383305827, 0.0011091299459834324, 8.004957960238939e-06, 1.1009913892749626e-05),
    ),
    (
        ("topozoo/Arpanet19728", "MITRE", "UTAH"),
        (29, 32, 0, 0, 2, 9, 52, 496, 2, 0, 12),
        (0.0013147912223052765, 0.00537564768245802, 1.2115954210017418e-05, 5.2199549502600736e-05),
    ),
    (
        ("topozoo/Rediris", "Navarra", "Canarias (las palmas)"),
        (19, 31, 1, 1, 1, 4, 42, 465, 2, 0, 3),
        (0.00029903950966781513, 0.011185574221401736, 2.9990039950099677e-06, 0.001011985957042023),
    ),
    (
        ("sndlib/polska", "Katowice", "Kolobrzeg"),
        (12, 18, 0, 0, 2, 4, 2, 153, 3, 0, 0),
        (5.139532288103877e-06, 0.00021514287588599138, 5.0139959329271764e-09, 2.0150149307750753e-06),
    ),
    (
        ("sndlib/nobel-eu", "Budapest", "Madrid"),
        (28, 41, 0, 0, 2, 8, 16, 820, 2, 0, 4),
        (0.00040016477359080486, 0.0016082644129460442, 4.000016048879359e-06, 1.6008927847611117e-05),
    ),
    (
        ("sndlib/norway", "N1", "N8"),
        (27, 51, 0, 0, 2, 7, 2, 1275, 2, 0, 1),
        (0.00010309059184929425, 0.00021618789139672763, 1.0030090059919858e-06, 2.016018980794641e-06),
    ),
]
IDS = [graph[0][0] for graph in GRAPHS]


def network_of(file: str) -> ImportedNetwork:
    return make_network(read_graph(DATA / f"{file}.json"), largest=True)


def simple(network: ImportedNetwork) -> nx.Graph:
    return nx.Graph(link.ends for link in network.links)


def cuts(graph: nx.Graph, first: str, second: str, order: int) -> int:
    """Sets of links of a size that part two nodes, by trying all of them."""
    found = 0
    for links in combinations(graph.edges, order):
        graph.remove_edges_from(links)
        found += not nx.has_path(graph, first, second)
        graph.add_edges_from(links)
    return found


def parted(graph: nx.Graph) -> int:
    """Pairs of links without which the graph is in parts, by trying all of them."""
    found = 0
    for links in combinations(list(graph.edges), 2):
        graph.remove_edges_from(links)
        found += not nx.is_connected(graph)
        graph.add_edges_from(links)
    return found


@pytest.mark.parametrize(("graph", "counts", "_"), GRAPHS, ids=IDS)
def test_structure_of_real_networks(graph: tuple[str, str, str], counts: tuple[int, ...], _: object) -> None:
    network = network_of(graph[0])
    names = {node.name: node.id for node in network.nodes}
    ends = names[graph[1]], names[graph[2]]
    links = simple(network)
    pairs = links.number_of_edges() * (links.number_of_edges() - 1) // 2
    assert counts == (
        len(links),
        links.number_of_edges(),
        len(list(nx.bridges(links))),
        len(list(nx.articulation_points(links))),
        nx.edge_connectivity(links),
        nx.diameter(links),
        parted(links),
        pairs,
        nx.edge_connectivity(links, *ends),
        cuts(links, *ends, 1),
        cuts(links, *ends, 2),
    )


@pytest.mark.parametrize(("graph", "_", "exact"), GRAPHS, ids=IDS)
def test_reliability_of_real_networks(
    graph: tuple[str, str, str], _: object, exact: tuple[float, ...]
) -> None:
    network = network_of(graph[0])
    names = {node.name: node.id for node in network.nodes}
    found = []
    for down in (0.01, 0.001):
        links: list[Link] = [(*edge, down) for edge in simple(network).edges]
        ordered = breadth_first(links, names[graph[1]])
        found += [
            unreliability(ordered, (names[graph[1]], names[graph[2]])),
            unreliability(ordered, [node.id for node in network.nodes]),
        ]
    assert found == pytest.approx(exact, rel=1e-9)


FILES = sorted(path for group in ("topozoo", "sndlib") for path in (DATA / group).glob("*.json"))


def test_topohub_carries_both_collections() -> None:
    assert len([path for path in FILES if path.parent.name == "topozoo"]) >= 200
    assert len([path for path in FILES if path.parent.name == "sndlib"]) >= 26


@pytest.mark.unwatched
@pytest.mark.parametrize("first", range(8))
def test_every_graph_becomes_a_scenario_or_is_refused_with_a_reason(first: int) -> None:
    # An eighth of the 229 files each, so that workers share them.
    for path in FILES[first::8]:
        data = json.loads(path.read_text(encoding="utf-8"))
        try:
            made = import_scenario(path)
        except ScenarioError as error:
            reason = str(error)
            assert path.name in reason, "a refusal names the file"
            assert len(reason) > len(str(path)) + 10
            continue
        graph = nx.node_link_graph(data, edges="edges")
        assert len(made.network.nodes) == len(graph) - nx.number_of_isolates(graph)
        assert len(made.network.links) == graph.number_of_edges() - nx.number_of_selfloops(graph)


def test_drawings_among_the_graphs_are_told_from_maps() -> None:
    # SNDlib gives some of its networks places in a plane, in pixels.
    graphs = [path for path in FILES if path.parent.name == "sndlib"]
    drawings = [
        path.stem for path in graphs if any("drawing" in note for note in import_scenario(path).network.notes)
    ]
    pixels = "atlanta di-yuan france giul39 newyork norway pioro40 sun ta1 ta2 zib54"
    assert drawings == pixels.split()
