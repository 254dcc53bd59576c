"""From attributes of any name and unit to nodes and links."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.graph_cases import network_of
from warnpath.network.graph_files.network import Units, slug
from warnpath.network.graph_files.skeleton import as_scenario, skeleton
from warnpath.network.graph_files.values import CAPACITY, DELAY, LENGTH, pair, quantity
from warnpath.scenario import ScenarioError, effective_link


def two(extra_head: str = "", extra_cells: str = "") -> str:
    return f"source,target{extra_head}\na,b{extra_cells}\n"


@pytest.mark.parametrize(
    ("family", "attributes", "expected"),
    [
        (DELAY, {"delay": "1.5"}, 1.5),
        (DELAY, {"Latency": "0.25 s"}, 250.0),
        (DELAY, {"propagation_us": 30}, 0.03),
        (DELAY, {"delay_s": 0.125}, 125.0),
        (DELAY, {"delay": 7.0, "propagation_ms": 5.0}, 5.0),
        (LENGTH, {"dist": 12.5}, 12.5),
        (LENGTH, {"length": "800 m"}, 0.8),
        (LENGTH, {"Distance_mi": "10"}, 16.09344),
        (CAPACITY, {"capacity": 2}, 2000.0),
        (CAPACITY, {"LinkSpeedRaw": "2048000"}, 2048.0),
        (CAPACITY, {"LinkSpeed": "2.5", "LinkSpeedUnits": "G"}, 2.5e6),
        (CAPACITY, {"bandwidth": "10 Gbit/s"}, 1e7),
        (CAPACITY, {"bw": "> 34 Mbps"}, 34e3),
        (CAPACITY, {"capacity_kbps": "64"}, 64.0),
    ],
)
def test_numbers_under_their_many_names(
    family: object, attributes: dict[str, object], expected: float
) -> None:
    default = {id(DELAY): "ms", id(LENGTH): "km", id(CAPACITY): "mbps"}[id(family)]
    found = quantity(family, attributes, default)  # type: ignore[arg-type]
    assert isinstance(found, tuple)
    assert found[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("value", ["", "None", "nan", "n/a", "?", float("nan"), None])
def test_what_says_that_it_is_missing_is(value: object) -> None:
    assert quantity(DELAY, {"delay": value, "latency_ms": 4}, "ms") == (4.0, "latency_ms")
    assert quantity(DELAY, {"delay": value}, "ms") is None


@pytest.mark.parametrize("value", ["fast", "10 GB/s", "10 MBps", "3 parsec", True, [1], {"a": 1}])
def test_what_is_no_number_is_told_by_its_name(value: object) -> None:
    assert quantity(CAPACITY, {"capacity": value}, "mbps") == "capacity"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ((18.6, 54.2), (18.6, 54.2)),
        ("(18.6, 54.2)", (18.6, 54.2)),
        ("18.6;54.2;100", (18.6, 54.2)),
        ("x", None),
        (5, None),
    ],
)
def test_pairs(value: object, expected: object) -> None:
    assert pair(value) == expected


def test_parallel_links_are_links_of_their_own_and_loops_are_left_out(tmp_path: Path) -> None:
    network = network_of(tmp_path, "g.csv", "source,target,delay\na,b,1\na,b,2\nb,a,3\nb,b,4\nc,a,5\n")
    assert [(link.id, link.ends) for link in network.links] == [
        ("a-b", ("a", "b")),
        ("a-b-2", ("a", "b")),
        ("b-a", ("b", "a")),
        ("c-a", ("c", "a")),
    ]
    assert "left out: 1 edges (b) from a node to itself" in network.notes
    scenario = as_scenario(skeleton(network, "g"), "g")
    assert len(scenario.link) == 4


def test_two_ways_of_equal_numbers_are_one_duplex_link(tmp_path: Path) -> None:
    text = "source,target,delay,directed\na,b,1,1\nb,a,1,1\nb,c,1,1\nc,b,2,1\n"
    links = network_of(tmp_path, "g.csv", text).links
    assert [(link.ends, link.duplex, link.delay_ms) for link in links] == [
        (("a", "b"), True, 1.0),
        (("b", "c"), False, 1.0),
        (("c", "b"), False, 2.0),
    ]


def test_parts_and_lonely_nodes(tmp_path: Path) -> None:
    text = (
        '{"nodes": [{"id": "a"}, {"id": "b"}, {"id": "c"}, {"id": "d"}, {"id": "e"}, {"id": "f"}],'
        '"edges": [{"source": "a", "target": "b"}, {"source": "c", "target": "d"},'
        ' {"source": "d", "target": "e"}]}'
    )
    network = network_of(tmp_path, "g.json", text)
    assert network.parts == 2
    assert len(network.nodes) == 5
    assert any(note.startswith("left out: 1 nodes (f) without an edge") for note in network.notes)
    assert any(note.startswith("not connected: 2 parts of 3, 2 nodes") for note in network.notes)
    network = network_of(tmp_path, "g.json", text, largest=True)
    assert [node.id for node in network.nodes] == ["c", "d", "e"]
    assert network.parts == 1
    assert len(network.links) == 2


def test_a_graph_without_an_edge_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="has no edge between two nodes"):
        network_of(tmp_path, "g.csv", "source,target\na,a\n")


def test_every_wrong_id_and_number_is_told_at_once(tmp_path: Path) -> None:
    nodes, edges = (
        "node [ id 1 ] node [ id 1 ] node [ id 2 ]",
        "edge [ source 1 target 7 ] edge [ source 9 target 2 ]",
    )
    text = f"graph [ {nodes} {edges} ]"
    with pytest.raises(ScenarioError) as caught:
        network_of(tmp_path, "g.gml", text)
    told = str(caught.value)
    assert len(caught.value.problems) == 3
    assert all(part in told for part in ("node 1: is there twice", '"7", which is no node', '"9", which'))
    with pytest.raises(ScenarioError) as caught:
        network_of(tmp_path, "g.csv", "source,target,delay,bps,capacity\na,b,-1,0,5\nb,c,1e300,0,1e12\n")
    assert [problem.line for problem in caught.value.problems] == [2, 3, 3]
    assert "is it in another unit? (--capacity-unit)" in str(caught.value)


def test_units_of_numbers_that_state_none(tmp_path: Path) -> None:
    units = Units(delay="s", length="m", capacity="bps")
    text = two(",delay,length,capacity", ",0.2,1500,64000")
    (link,) = network_of(tmp_path, "g.csv", text, units).links
    assert (link.delay_ms, link.length_km, link.capacity_kbps) == (200.0, 1.5, 64.0)


def test_a_capacity_of_nothing_is_none(tmp_path: Path) -> None:
    network = network_of(tmp_path, "g.csv", two(",capacity", ",0"))
    assert network.links[0].capacity_kbps is None
    assert '"capacity" cannot be used as a number: 1 links' in network.notes


PLACES = (
    '{{"nodes": [{{"id": "tokyo", {0}}}, {{"id": "naha", {1}}}], '
    '"edges": [{{"source": "tokyo", "target": "naha"{2}}}]}}'
)
TOKYO, NAHA = '"lat": 35.7, "lon": 139.7', '"lat": 26.2, "lon": 127.7'  # about 1,550 km apart


@pytest.mark.parametrize(
    ("number", "told"),
    [(', "length": 200', "shorter than the great circle"), (', "delay": 1', "faster than light")],
)
def test_a_number_that_the_places_contradict_is_not_used(tmp_path: Path, number: str, told: str) -> None:
    network = network_of(tmp_path, "g.json", PLACES.format(TOKYO, NAHA, number))
    assert (network.links[0].length_km, network.links[0].delay_ms) == (None, None)
    assert told in network.links[0].remark
    assert any(told in note for note in network.notes)
    scenario = as_scenario(skeleton(network, "g"), "g")
    # The great circle takes its place: haversine on a sphere of 6371.0088 km, by another formula.
    assert effective_link(scenario, "tokyo-naha").length_km == pytest.approx(1556.0, abs=2.0)


@pytest.mark.parametrize(
    ("tokyo", "naha"),
    [
        ('"pos": [300, 200]', '"pos": [20, 30]'),  # pixels
        ('"pos": [0.4, 0.9]', '"pos": [-0.1, 0.2]'),  # a layout
        ('"x": 0.4, "y": 0.9', '"x": 0, "y": 0'),
    ],
)
def test_places_on_a_drawing_are_none_on_the_earth(tmp_path: Path, tokyo: str, naha: str) -> None:
    network = network_of(tmp_path, "g.json", PLACES.format(tokyo, naha, ""))
    assert not any(node.has_place for node in network.nodes)
    assert not network.links[0].knows_length
    assert any("drawing" in note for note in network.notes)
    text = skeleton(network, "g")
    assert text.count("not in the graph: fill in") == 3
    assert effective_link(as_scenario(text, "g"), "tokyo-naha").length_km == 100.0


def test_small_coordinates_of_a_geographic_name_are_places(tmp_path: Path) -> None:
    network = network_of(
        tmp_path, "g.json", PLACES.format('"lat": 0.4, "lon": 0.9', '"lat": 0, "lon": -1', "")
    )
    assert all(node.has_place for node in network.nodes)


def test_a_node_without_a_place_lies_between_its_neighbours(tmp_path: Path) -> None:
    nodes = (
        '{"id": "w", "lat": 10, "lon": 170}, {"id": "e", "lat": 10, "lon": -170}, {"id": "m"}, {"id": "far"}'
    )
    edges = '{"source": "w", "target": "m"}, {"source": "m", "target": "e"}, {"source": "m", "target": "far"}'
    network = network_of(tmp_path, "g.json", f'{{"nodes": [{nodes}], "edges": [{edges}]}}')
    middle = network.nodes[2]
    assert abs(abs(middle.lon_deg) - 180.0) < 1e-3  # across the date line, not through Greenwich
    assert middle.lat_deg == pytest.approx(10.15, abs=0.05)  # the middle of an arc lies north of its ends
    assert network.nodes[3].lon_deg == pytest.approx(middle.lon_deg, abs=1e-2)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("São Paulo", "sao-paulo"), ("  A__b!! ", "a-b"), ("東京", ""), ("ИЖ", ""), ("x" * 300, "x" * 80)],
)
def test_names_become_identifiers(name: str, expected: str) -> None:
    assert slug(name) == expected


def test_names_that_leave_nothing_and_names_that_clash(tmp_path: Path) -> None:
    text = "source,target\n東京,大阪\n大阪,a-b\na,b\nA,b\n"
    network = network_of(tmp_path, "g.csv", text)
    ids = [node.id for node in network.nodes] + [link.id for link in network.links]
    assert len(set(ids)) == len(ids)
    assert ids[:2] == ["node-0", "node-1"]
    assert network.nodes[0].name == "東京"


def test_a_skeleton_holds_whatever_a_name_holds(tmp_path: Path) -> None:
    wild = json.dumps('a"b\\\n\0\x7f]]\u2028# [[node]]')[:-1] + '\\ud800"'  # a lone surrogate at the end
    nodes = f'{{"id": 1, "label": {wild}}}, {{"id": 2}}'
    text = f'{{"graph": {{"name": {wild}}}, "nodes": [{nodes}], "edges": [{{"source": 1, "target": 2}}]}}'
    scenario = as_scenario(skeleton(network_of(tmp_path, "g.json", text), "g"), "g")
    assert [node.name for node in scenario.node] == ["", 'a"b\\ ]] # [[node]]']
