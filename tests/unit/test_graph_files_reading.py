"""Graph files of every format: what is read, and every reason to refuse."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise
from pathlib import Path

import pytest

from tests.graph_cases import EDGES, GML, GRAPHML, JSON, NODES, network_of
from warnpath.network.graph_files import raw as bounds
from warnpath.network.graph_files.network import make_network
from warnpath.network.graph_files.reading import read_graph
from warnpath.scenario import ScenarioError

DEEP = 100_000


def test_graphml(tmp_path: Path) -> None:
    network = network_of(tmp_path, "towns.graphml", GRAPHML)
    assert network.title == "three towns"
    assert [node.id for node in network.nodes] == ["tokyo", "osaka", "somewhere-else"]
    assert [node.name for node in network.nodes] == ["Tōkyō", "Osaka", "Somewhere & else"]
    assert (network.nodes[0].lat_deg, network.nodes[0].lon_deg) == (35.7, 139.7)
    assert [link.capacity_kbps for link in network.links] == [10_000.0, None]  # LinkSpeedRaw is in bit/s
    assert [link.duplex for link in network.links] == [True, False]


def test_gml_with_a_label_twice_and_a_drawing(tmp_path: Path) -> None:
    network = network_of(tmp_path, "towns.gml", GML)
    assert network.title == "Three towns"
    assert [node.id for node in network.nodes] == ["tokyo", "osaka", "osaka-2"]
    assert network.links[0].capacity_kbps == 10_000.0
    assert [node.has_place for node in network.nodes] == [True, True, False]


def test_node_link_json_with_longitude_first(tmp_path: Path) -> None:
    network = network_of(tmp_path, "towns.json", JSON)
    assert (network.nodes[0].lat_deg, network.nodes[0].lon_deg) == (35.7, 139.7)
    assert [link.length_km for link in network.links] == [420.5, None]
    assert [link.delay_ms for link in network.links] == [None, 2.0]
    assert network.links[1].ends == ("osaka", "3")


def test_edges_that_count_nodes_instead_of_naming_them(tmp_path: Path) -> None:
    text = '{"nodes": [{"name": "a"}, {"name": "b"}], "links": [{"source": 0, "target": 1}]}'
    network = network_of(tmp_path, "d3.json", text)
    assert network.links[0].ends == ("a", "b")
    assert any("places in the list of nodes" in note for note in network.notes)


def test_edge_table_alone_and_with_nodes(tmp_path: Path) -> None:
    network = network_of(tmp_path, "edges.csv", EDGES)
    assert [node.id for node in network.nodes] == ["tokyo", "osaka", "kyoto"]
    assert [(link.delay_ms, link.capacity_kbps) for link in network.links] == [(3.5, 1e5), (0.5, 1e4)]
    nodes = tmp_path / "nodes.csv"
    nodes.write_text(NODES, encoding="utf-8")
    network = make_network(read_graph(tmp_path / "edges.csv", None, nodes))
    assert [(node.nation, node.lat_deg) for node in network.nodes] == [
        ("JP", 35.7),
        ("JP", 34.7),
        ("JP", 35.0),
    ]


def test_csv_says_which_edges_lead_one_way(tmp_path: Path) -> None:
    text = "a,b,oneway\nx,y,yes\ny,z,no\n"
    assert [link.duplex for link in network_of(tmp_path, "e.csv", text).links] == [False, True]
    text = "a,b,Duplex\nx,y,true\ny,z,FALSE\n"
    assert [link.duplex for link in network_of(tmp_path, "e.csv", text).links] == [True, False]


@pytest.mark.parametrize(
    ("name", "text"), [("graph.txt", GRAPHML), ("graph", JSON), ("graph.dat", GML), ("GRAPH.XML", GRAPHML)]
)
def test_the_format_is_told_by_the_content_where_the_ending_does_not(
    tmp_path: Path, name: str, text: str
) -> None:
    assert len(network_of(tmp_path, name, text).nodes) == 3


# Entities that stand for one another many times over: 10^9 characters from a file of a few hundred.
BOMB = (
    '<!DOCTYPE g [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in pairwise("abcdefghij"))
    + ']><graphml><graph><node id="&j;"/></graph></graphml>'
)
FETCH = (
    '<!DOCTYPE g [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    '<graphml><graph><node id="&x;"/></graph></graphml>'
)
OUTSIDE = (
    '<!DOCTYPE g SYSTEM "http://example.org/g.dtd">'
    '<graphml><graph><node id="a"><data key="x">&x;</data></node></graph></graphml>'
)


def xml(inside: str, opened: str = "<graph>") -> str:
    return f"<graphml>{opened}{inside}</graph></graphml>"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("bomb.graphml", BOMB, 'defines the entity "a"'),
        ("fetch.graphml", FETCH, 'defines the entity "x"'),
        ("outside.graphml", OUTSIDE, "uses the entity"),
        ("deep.graphml", "<graphml>" + "<a>" * DEEP, "nested more than 64 deep"),
        ("cut.graphml", "<graphml>\n<graph>", "is not XML"),
        ("binary.graphml", b"\x00\x01\x02", "is not XML"),
        (
            "encoding.graphml",
            b'<?xml version="1.0" encoding="martian"?><graphml/>',
            "is not text in the encoding",
        ),
        ("page.xml", "<html><body/></html>", "holds no graph; its root is <html>"),
        ("two.graphml", "<graphml><graph/><graph/></graphml>", "more than one graph"),
        ("nested.graphml", xml('<node id="a"><graph/></node>'), "a graph within a node"),
        ("inner.graphml", xml('<node id="a"><node id="b"/></node>'), "one node within one node"),
        ("hyper.graphml", xml("<hyperedge/>"), "has a hyperedge"),
        ("nameless.graphml", xml("<node/>"), "has one node that lacks id"),
        ("loose.graphml", xml('<edge source="a"/>'), "has one edge that lacks target"),
        ("mixed.graphml", xml("", '<graph edgedefault="both">'), 'edgedefault "both"'),
        ("way.graphml", xml('<edge source="a" target="b" directed="maybe"/>'), 'directed = "maybe"'),
        ("deep.gml", "graph " + "[ a " * DEEP, "nested more than 64 deep"),
        ("open.gml", "graph [ node [ id 0 ]", "ends within a list"),
        ("quote.gml", 'graph [ label "x', "a text that does not end"),
        ("sign.gml", "graph [ node { id 0 } ]", "has a stray '{'"),
        ("order.gml", "graph [ 5 node ]", "5 stands where a key should"),
        ("value.gml", "graph [ node ]", 'the key "node" has no value'),
        ("nothing.gml", "Creator 5", "holds no graph"),
        ("twice.gml", "graph [ ] graph [ ]", "more than one graph"),
        ("flat.gml", "graph [ node 5 ]", "a node that is not a list"),
        ("end.gml", "graph [ edge [ source 1 ] ]", "has one edge that lacks target"),
        ("deep.json", '{"nodes":' + "[" * DEEP, "nested more than 64 deep"),
        ("tail.json", '{"nodes": [], "edges": [],}', "is not JSON"),
        ("digits.json", '{"nodes": [{"id": ' + "9" * 5000 + '}], "edges": []}', "thousands of digits"),
        ("list.json", "[1, 2]", "is not a JSON object"),
        ("geo.json", '{"type": "FeatureCollection", "features": []}', 'has no list "nodes"'),
        ("halves.json", '{"nodes": []}', 'has no list "edges"'),
        ("words.json", '{"nodes": ["a"], "edges": []}', "node 0 is not an object"),
        ("ids.json", '{"nodes": [{"id": [1]}], "edges": []}', "node 0 is named by list"),
        ("ends.json", '{"nodes": [{"id": 1}], "edges": [{"source": 1}]}', "edge 0 lacks its target"),
        ("pairs.json", '{"nodes": [{"id": 1}], "edges": [[1, 1]]}', "edge 0 is not an object"),
        ("latin.json", '{"nodes": [{"id": "é"}]}'.encode("latin-1"), "is not UTF-8"),
        ("heads.csv", "one,two\n1,2\n", "no column for the source"),
        ("cells.csv", "source,target\n1,2,3\n", "3 cells in a line, 2 in its head line"),
        ("empty.csv", "source,target\n1,\n", "an end left empty"),
        ("quote.csv", 'source,target\n"1,2\n', "is not CSV"),
        ("way.csv", "source,target,oneway\n1,2,perhaps\n", 'oneway = "perhaps"'),
        ("blank.csv", "\n \n", "is empty"),
        ("zip.graphml", b"PK\x03\x04", "is packed with zip"),
        ("zip.json", b"\x1f\x8b\x08", "is packed with gzip"),
        ("what.txt", "hello", "is of no format known here"),
    ],
)
def test_what_is_no_graph_is_refused_by_name(
    tmp_path: Path, name: str, text: str | bytes, message: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        network_of(tmp_path, name, text)
    (problem,) = caught.value.problems
    assert message in problem.message
    assert problem.file == str(tmp_path / name)
    assert problem.expected


def test_a_line_is_named_where_there_is_one(tmp_path: Path) -> None:
    cases = {
        "a.graphml": "<graphml>\n<graph>\n<hyperedge/>",
        "a.gml": "graph [\n\n node { ]",
        "a.json": '{\n"nodes": [],\n}',
        "a.csv": "source,target\na,b\n,b\n",
    }
    for name, text in cases.items():
        with pytest.raises(ScenarioError) as caught:
            network_of(tmp_path, name, text)
        assert caught.value.problems[0].line == 3, name


def test_a_folder_a_device_and_nothing_are_no_files(tmp_path: Path) -> None:
    for path, message in ((tmp_path, "is a folder"), (tmp_path / "none.gml", "there is no such file")):
        with pytest.raises(ScenarioError, match=message):
            read_graph(path)
    device = Path("/dev/zero")
    if device.exists():
        with pytest.raises(ScenarioError, match="is not a file"):
            read_graph(device, "gml")


def test_a_huge_file_is_refused_before_it_is_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "MAX_BYTES", 1 << 20)
    path = tmp_path / "huge.graphml"
    with path.open("wb") as file:
        file.truncate(1 << 30)  # a gigabyte of zeros that takes no place on the disk
    tracemalloc.start()
    try:
        with pytest.raises(ScenarioError, match="is larger than 1 MiB"):
            read_graph(path)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("what", ["nodes", "edges"])
def test_too_many_nodes_or_edges_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(bounds, f"MAX_{what.upper()}", 2)
    rows = "".join(f"{number},{number + 1}\n" for number in range(4))
    with pytest.raises(ScenarioError, match=f"holds more than 2 {what}"):
        network_of(tmp_path, "many.csv", "source,target\n" + rows)


def test_a_table_of_nodes_belongs_to_a_table_of_edges(tmp_path: Path) -> None:
    path, nodes = tmp_path / "g.gml", tmp_path / "nodes.csv"
    path.write_text(GML, encoding="utf-8")
    nodes.write_text("x,y\n1,2\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match="a table of nodes beside"):
        read_graph(path, None, nodes)
    edges = tmp_path / "edges.csv"
    edges.write_text(EDGES, encoding="utf-8")
    with pytest.raises(ScenarioError, match="no column for the id of a node"):
        read_graph(edges, None, nodes)


def test_a_text_without_end_costs_no_more_than_its_length(tmp_path: Path) -> None:
    # Looked at again from each of its quotes, two megabytes of them would take hours.
    with pytest.raises(ScenarioError, match="is not JSON"):
        network_of(tmp_path, "quotes.json", '{"nodes": "' + '\\"' * 1_000_000)
