"""Small graph files for tests."""

from __future__ import annotations

from pathlib import Path

from warnpath.network.graph_files.network import ImportedNetwork, Units, make_network
from warnpath.network.graph_files.reading import read_graph

GRAPHML = """<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:y="http://www.yworks.com/xml/graphml">
  <key id="d1" for="node" attr.name="Latitude" attr.type="double"/>
  <key id="d2" for="node" attr.name="Longitude" attr.type="double"/>
  <key id="d3" for="node" attr.name="label" attr.type="string"/>
  <key id="d4" for="edge" attr.name="LinkSpeedRaw" attr.type="double"/>
  <key id="d5" for="edge" attr.name="medium" attr.type="string"><default>fibre</default></key>
  <graph id="three towns" edgedefault="undirected">
    <node id="0">
      <data key="d1">35.7</data><data key="d2">139.7</data><data key="d3">T&#333;ky&#333;</data>
    </node>
    <node id="1"><data key="d1">34.7</data><data key="d2">135.5</data><data key="d3">Osaka</data></node>
    <node id="2"><data key="d3">Somewhere &amp; else</data></node>
    <edge source="0" target="1"><data key="d4">10000000</data></edge>
    <edge source="1" target="2" directed="true"/>
  </graph>
</graphml>
"""

GML = """# a comment
Creator "someone"
graph [
  Network "Three towns"
  directed 0
  node [ id 0 label "T&#333;ky&#333;" Latitude 35.7 Longitude 139.7 graphics [ x 10 y 20 ] ]
  node [ id 1 label "Osaka" Latitude 34.7 Longitude 135.5 ]
  node [ id 2 label "Osaka" ]
  edge [ source 0 target 1 LinkSpeed "10" LinkSpeedUnits "M" ]
  edge [ source 1 target 2 ]
]
"""

JSON = """{"directed": false, "graph": {"name": "three towns"},
 "nodes": [{"id": "tokyo", "pos": [139.7, 35.7]}, {"id": "osaka", "pos": [135.5, 34.7]}, {"id": 3}],
 "edges": [{"source": "tokyo", "target": "osaka", "dist": 420.5, "ecmp": {"org": 1}},
           {"source": "osaka", "target": 3, "delay_ms": 2}]}
"""

EDGES = """from;to;latency_ms;capacity_mbps
tokyo;osaka;3.5;100
osaka;kyoto;0.5;10
"""

NODES = """name,lat,lon,nation
tokyo,35.7,139.7,JP
osaka,34.7,135.5,JP
kyoto,35.0,135.8,JP
"""


def network_of(
    folder: Path, name: str, text: str | bytes, units: Units | None = None, *, largest: bool = False
) -> ImportedNetwork:
    """Network of a graph file of this name and content."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return make_network(read_graph(path), "XX", units, largest=largest)
