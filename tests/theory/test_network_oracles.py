"""Routes, floors and link delays against published and hand-made cases."""

from __future__ import annotations

import math

import networkx as nx
import pytest

from tests.network_cases import small_graph, small_policy
from warnpath.network.flows import Flow
from warnpath.network.geometry import light_time_s, separation_km
from warnpath.network.graph import expected_retransmission_s, transmission_s
from warnpath.network.routing import tables_from_graph

# Small network whose shortest routes were checked by hand: R1-A-B-HUB = 3, R1-A-C-HUB = 6, direct 10.
# Deleting a forbidden node and taking the shortest path gives the same as never clearing its nation.
EDGES = [
    ("R1", "A", 1.0),
    ("A", "B", 1.0),
    ("B", "HUB", 1.0),
    ("A", "C", 3.0),
    ("C", "HUB", 2.0),
    ("A", "HUB", 9.0),
    ("HUB", "P1", 1.0),
    ("HUB", "P2", 1.0),
    ("B", "P1", 1.0),
]
NEVER = math.inf
POLICY_ROUTES = [
    ((), {"HUB": 3.0, "P1": 3.0, "P2": 4.0}),
    (("B",), {"HUB": 6.0, "P1": 7.0, "P2": 7.0}),
    (("B", "C"), {"HUB": 10.0, "P1": 11.0, "P2": 11.0}),
    (("A",), {"HUB": NEVER, "P1": NEVER, "P2": NEVER}),
]


@pytest.mark.parametrize(("forbidden", "expected"), POLICY_ROUTES)
def test_routes_avoid_nodes_that_may_not_hold_the_data(
    forbidden: tuple[str, ...], expected: dict[str, float]
) -> None:
    nodes = sorted({end for tail, head, _ in EDGES for end in (tail, head)})
    nations = {node: "ZZ" if node in forbidden else "JP" for node in nodes}
    graph = small_graph(nations, [(f"{tail}-{head}", tail, head, s) for tail, head, s in EDGES])
    flows = [Flow("report", "R1", destination, ("JP",)) for destination in expected]
    tables = tables_from_graph(graph, small_policy(nations), flows)
    assert {flow.destination: tables.flow_cost_s(flow) for flow in flows} == expected


@pytest.mark.parametrize(("forbidden", "expected"), [((), 3), (("B",), 2)])
def test_number_of_compliant_simple_paths_to_the_hub(forbidden: tuple[str, ...], expected: int) -> None:
    nodes = sorted({end for tail, head, _ in EDGES for end in (tail, head)} - set(forbidden))
    rows = [(f"{t}-{h}", t, h, s) for t, h, s in EDGES if t in nodes and h in nodes]
    graph = small_graph(dict.fromkeys(nodes, "JP"), rows)
    assert len(list(nx.all_simple_paths(graph, "R1", "HUB"))) == expected


@pytest.mark.parametrize(
    ("ends", "distance_km", "one_way_ms"),
    [
        # Madrid - Warsaw and Oslo - Athens: haversine with R = 6371.0088 km, fibre of index 1.468.
        ((40.4168, -3.7038, 52.2297, 21.0122), 2289.848236021189, 11.21274775524575),
        ((59.9139, 10.7522, 37.9838, 23.7275), 2605.2195713229207, 12.757033169600442),
    ],
)
def test_fibre_floor(ends: tuple[float, float, float, float], distance_km: float, one_way_ms: float) -> None:
    distance = separation_km((ends[0], ends[1], 0.0), (ends[2], ends[3], 0.0))
    assert distance == pytest.approx(distance_km, rel=1e-12)
    fibre_us_per_km = 1.468 * 1e9 / 299_792_458.0
    assert light_time_s(distance, fibre_us_per_km) * 1e3 == pytest.approx(one_way_ms, rel=1e-12)


def test_separation_of_places_in_space() -> None:
    # A geostationary satellite seen from the equator at a distance of 30 degrees in longitude: cosine rule.
    ground, space = 6371.0088, 6371.0088 + 35786.0
    expected = math.sqrt(ground**2 + space**2 - 2.0 * ground * space * math.cos(math.radians(30.0)))
    assert separation_km((0.0, 100.0, 0.0), (0.0, 130.0, 35_786.0)) == pytest.approx(expected, rel=1e-12)
    overhead = separation_km((0.0, 130.0, 0.0), (0.0, 130.0, 35_786.0))
    assert overhead == pytest.approx(35786.0, rel=1e-12)


@pytest.mark.parametrize(
    ("size_bytes", "rate_bps", "expected_ms"),
    [
        # 8 L / C
        (100, 9600.0, 83.33333333333333),
        (100, 64000.0, 12.5),
        (1500, 2048000.0, 5.859375),
    ],
)
def test_serialisation(size_bytes: int, rate_bps: float, expected_ms: float) -> None:
    assert transmission_s(size_bytes, rate_bps / 1e3) * 1e3 == pytest.approx(expected_ms, rel=1e-12)


@pytest.mark.parametrize(
    ("loss", "mean_first_delivery_s"),
    # Stop and wait, one way 0.25 s, time-out 1 s, unlimited attempts: d + timeout (1 / (1 - loss) - 1).
    [(0.1, 0.3611111111111111), (0.3, 0.6785714285714286)],
)
def test_stop_and_wait(loss: float, mean_first_delivery_s: float) -> None:
    mean_s = 0.25 + expected_retransmission_s(loss, 1.0, max_attempts=1000)
    assert mean_s == pytest.approx(mean_first_delivery_s, rel=1e-12)


def test_retransmission_with_few_attempts_is_conditional_on_success() -> None:
    # Two attempts at loss 0.3: P(second | delivered) = 0.3 x 0.7 / (0.7 + 0.21) = 3 / 13.
    assert expected_retransmission_s(0.3, 2.0, max_attempts=2) == pytest.approx(2.0 * 3.0 / 13.0, rel=1e-12)
    assert expected_retransmission_s(1.0, 2.0, max_attempts=1) == 0.0
