"""Exact reliability of small networks against closed forms and against trying every state."""

from __future__ import annotations

import math
from itertools import product

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warnpath.theory.reliability import Link, breadth_first, unreliability

BRIDGE = [("s", "a"), ("s", "b"), ("a", "b"), ("a", "t"), ("b", "t")]


def links(graph: nx.Graph, down: float) -> list[Link]:
    return breadth_first([(*edge, down) for edge in graph.edges], min(graph))


@pytest.mark.parametrize("q", [0.1, 0.01, 0.001])
def test_bridge_network(q: float) -> None:
    # R2 = 2p^2 + 2p^3 - 5p^4 + 2p^5, Rall = 8p^3q^2 + 5p^4q + p^5 (Barlow & Proschan; 8 spanning trees).
    p = 1.0 - q
    ends = [(*edge, q) for edge in BRIDGE]
    assert unreliability(ends, "st") == pytest.approx(
        1 - (2 * p**2 + 2 * p**3 - 5 * p**4 + 2 * p**5), rel=1e-9
    )
    assert unreliability(ends, "sabt") == pytest.approx(1 - (8 * p**3 * q**2 + 5 * p**4 * q + p**5), rel=1e-9)


# Frontier dynamic programming in rational numbers, K4 and C8 also by enumeration.
EXACT = {
    0.1: (0.004186, 0.18689527, 0.011433085356304, 0.002728119819088, 0.02495365042293417),
    0.01: (4.028806e-06, 0.0026900777395207, 1.0150514613318416e-05, 2.061405138074962e-06,
           0.0002040911625272988),
    0.001: (4.002988006e-09, 2.7888209776139952e-05, 1.0015005919460053e-08, 2.0060140068157596e-09,
            2.0040090119656523e-06),
}  # fmt: skip


@pytest.mark.parametrize("q", sorted(EXACT))
def test_well_known_graphs(q: float) -> None:
    petersen, grid = nx.petersen_graph(), nx.grid_2d_graph(4, 4)
    found = (
        unreliability(links(nx.complete_graph(4), q), range(4)),
        unreliability(links(nx.cycle_graph(8), q), range(8)),
        unreliability(links(petersen, q), range(10)),
        unreliability(links(petersen, q), (0, 7)),
        unreliability(links(grid, q), ((0, 0), (3, 3))),
    )
    assert found == pytest.approx(EXACT[q], rel=1e-9)


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.floats(0.0, 1.0)), min_size=1, max_size=8),
    st.sets(st.integers(0, 4), min_size=1),
)
def test_every_state_one_by_one(network: list[Link], terminals: set[int]) -> None:
    touched = {end for link in network for end in link[:2]}
    wanted = terminals & touched or {min(touched)}
    failed = []
    for ups in product((True, False), repeat=len(network)):
        graph = nx.Graph()
        graph.add_nodes_from(touched)
        graph.add_edges_from(link[:2] for link, up in zip(network, ups, strict=True) if up)
        if not wanted <= nx.node_connected_component(graph, min(wanted)):
            chances = (1 - link[2] if up else link[2] for link, up in zip(network, ups, strict=True))
            failed.append(math.prod(chances))
    assert unreliability(network, wanted) == pytest.approx(math.fsum(failed), rel=1e-9, abs=1e-300)


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="terminals 'x'"):
        unreliability([("a", "b", 0.1)], ("a", "x"))
    with pytest.raises(ValueError, match="terminals are none"):
        unreliability([("a", "b", 0.1)], ())
    with pytest.raises(ValueError, match=r"link 0 is down with probability 1\.5"):
        unreliability([("a", "b", 1.5)], ("a", "b"))
