"""Links and paths of the graph against arithmetic on a sheet of paper."""

from __future__ import annotations

import math

import pytest

from tests.network_cases import THREE_NATIONS, small_scenario
from warnpath.network.graph import Graph, build_graph, path_floor_s, path_stretch


@pytest.fixture(scope="module")
def graph() -> Graph:
    return build_graph(small_scenario(THREE_NATIONS))


def test_duplex_links_are_two_edges_that_differ_in_the_node_entered(graph: Graph) -> None:
    there = graph["kr-c2"]["jp-c2"]["kr-jp-line"]
    back = graph["jp-c2"]["kr-c2"]["kr-jp-line"]
    # 1200 km x 1.4 x 4.9 us/km; 200 bytes at 2 kbit/s; 20 ms of service at jp-c2 only.
    assert there["propagation_s"] == pytest.approx(0.008232, rel=1e-12)
    assert there["transmission_s"] == pytest.approx(0.8, rel=1e-12)
    assert there["latency_s"] == pytest.approx(0.828232, rel=1e-12)
    assert back["latency_s"] == pytest.approx(0.808232, rel=1e-12)
    assert (there["forward"], back["forward"]) == (True, False)


def test_given_delay_jitter_and_repetition(graph: Graph) -> None:
    edge = graph["us-hub"]["jp-c2"]["hub-jp-line"]
    assert edge["propagation_s"] == pytest.approx(0.28, rel=1e-12)
    assert edge["transmission_s"] == pytest.approx(0.025, rel=1e-12)
    assert edge["jitter_s"] == pytest.approx(0.015, rel=1e-12)
    assert edge["retransmission_s"] == pytest.approx(1.0 / 9.0, rel=1e-12)
    assert edge["latency_s"] == pytest.approx(0.28 + 0.025 + 0.015 + 1.0 / 9.0 + 0.02, rel=1e-12)


def test_length_is_the_great_circle_by_default(graph: Graph) -> None:
    # Osan - Honolulu by the spherical law of cosines, R = 6371.0088 km.
    lat_1, lat_2 = math.radians(37.0), math.radians(21.4)
    east = math.radians(127.0 + 157.9)
    cosine = math.sin(lat_1) * math.sin(lat_2) + math.cos(lat_1) * math.cos(lat_2) * math.cos(east)
    expected = 6371.0088 * math.acos(cosine)
    assert graph["us-base"]["us-hub"]["base-hub-line"]["length_km"] == pytest.approx(expected, rel=1e-9)
    assert expected == pytest.approx(7311.0, rel=0.01)


def test_floor_is_light_in_the_fastest_medium_between_the_ends(graph: Graph) -> None:
    through_hub = ["kr-c2", "us-base", "us-hub", "jp-c2"]
    direct = ["kr-c2", "jp-c2"]
    length_km = graph["kr-c2"]["us-base"]["kr-base-line"]["length_km"]
    assert path_floor_s(graph, ["kr-c2", "us-base"]) == pytest.approx(length_km * 4.9e-6, rel=1e-12)
    # The satellite's light goes through vacuum, so the floor of that path is lower, its stretch enormous.
    in_vacuum_s = path_floor_s(graph, through_hub)
    assert path_floor_s(graph, direct) / in_vacuum_s == pytest.approx(4.9e-6 * 299_792.458, rel=1e-12)
    assert path_stretch(graph, direct) == pytest.approx(0.008232 / path_floor_s(graph, direct), rel=1e-12)
    assert path_stretch(graph, through_hub) > 80.0
    assert path_floor_s(graph, ["kr-c2"]) == 0.0
    assert math.isnan(path_stretch(graph, ["kr-c2"]))


def test_nodes_carry_what_routes_and_reports_need(graph: Graph) -> None:
    assert graph.nodes["jp-radar"]["data_label"] == "JP"
    assert graph.nodes["jp-c2"]["data_label"] == ""
    assert graph.nodes["jp-c2"]["service_s"] == 0.02
    assert [node for node, transit in graph.nodes(data="transit") if not transit] == [
        "jp-area",
        "jp-radar",
        "kr-radar",
    ]
