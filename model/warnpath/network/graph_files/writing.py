"""The network of a scenario for other tools: GraphML, GeoJSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from warnpath.network.graph_files.values import one_line
from warnpath.scenario import effective_link

if TYPE_CHECKING:
    from warnpath.scenario import Scenario

Row = dict[str, Any]
NODE_COLUMNS = ("id", "name", "role", "group", "nation", "lat_deg", "lon_deg", "alt_m")
LINK_COLUMNS = (
    "id",
    "source",
    "target",
    "name",
    "medium",
    "duplex",
    "length_km",
    "propagation_ms",
    "capacity_kbps",
    "loss",
    "availability",
    "mttr_h",
    "shared_risk",
)


def node_rows(scenario: Scenario) -> list[Row]:
    """Nodes of a scenario with `NODE_COLUMNS`, sorted by id."""
    return [
        {
            "id": node.id,
            "name": one_line(node.name) or node.id,
            "role": node.role,
            "group": one_line(node.group or node.role),
            "nation": node.nation,
            "lat_deg": float(node.lat_deg),
            "lon_deg": float(node.lon_deg),
            "alt_m": float(node.alt_m),
        }
        for node in scenario.node
    ]


def link_rows(scenario: Scenario) -> list[Row]:
    """Links of a scenario with `LINK_COLUMNS`, defaults of their medium filled in, sorted by id.

    `propagation_ms` is one way, however the scenario states it. What is not stated anywhere is None.
    """
    rows = []
    for link in scenario.link:
        own = effective_link(scenario, link)
        rows.append(
            {
                "id": link.id,
                "source": link.ends[0],
                "target": link.ends[1],
                "name": one_line(link.name) or link.id,
                "medium": link.medium,
                "duplex": link.duplex,
                "length_km": own.length_km,
                "propagation_ms": own.propagation_s * 1e3,
                "capacity_kbps": float(own.capacity_kbps),
                "loss": float(own.loss),
                "availability": own.availability,
                "mttr_h": None if own.mttr_s is None else own.mttr_s / 3600.0,
                "shared_risk": " ".join(own.shared_risk),
            }
        )
    return rows


def graphml(scenario: Scenario) -> dict[str, str]:
    """The network as one GraphML file; a link that is not duplex is a directed edge."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
    ]
    nodes, links = node_rows(scenario), link_rows(scenario)
    for domain, names, rows in (("node", NODE_COLUMNS[1:], nodes), ("edge", LINK_COLUMNS[3:], links)):
        for name in names:
            kind = _graphml_type(rows, name)
            lines.append(
                f'  <key id="{domain}-{name}" for="{domain}" attr.name="{name}" attr.type="{kind}"/>'
            )
    lines.append(f'  <graph id={quoteattr(one_line(scenario.name))} edgedefault="undirected">')
    for row in nodes:
        lines.append(f"    <node id={quoteattr(row['id'])}>")
        lines += _graphml_data("node", row, NODE_COLUMNS[1:])
        lines.append("    </node>")
    for row in links:
        ends = f"source={quoteattr(row['source'])} target={quoteattr(row['target'])}"
        way = "" if row["duplex"] else ' directed="true"'
        lines.append(f"    <edge id={quoteattr(row['id'])} {ends}{way}>")
        lines += _graphml_data("edge", row, LINK_COLUMNS[3:])
        lines.append("    </edge>")
    lines += ["  </graph>", "</graphml>", ""]
    return {f"{scenario.name}.graphml": "\n".join(lines)}


def geojson(scenario: Scenario) -> dict[str, str]:
    """Nodes as points and links as lines in one GeoJSON file (RFC 7946: longitude first, WGS84).

    A line runs straight between its ends in longitude and latitude; one that crosses 180 degrees is cut
    there, as the standard wants it.
    """
    places = {node.id: (float(node.lon_deg), float(node.lat_deg)) for node in scenario.node}
    features = [
        _feature({"type": "Point", "coordinates": list(places[row["id"]])}, "node", row)
        for row in node_rows(scenario)
    ]
    features += [
        _feature(_line(places[row["source"]], places[row["target"]]), "link", row)
        for row in link_rows(scenario)
    ]
    data = {"type": "FeatureCollection", "features": features}
    return {
        f"{scenario.name}.geojson": json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    }


def csv_tables(scenario: Scenario) -> dict[str, str]:
    """A table of nodes and one of links."""
    return {
        f"{scenario.name}-nodes.csv": _csv(node_rows(scenario), NODE_COLUMNS),
        f"{scenario.name}-links.csv": _csv(link_rows(scenario), LINK_COLUMNS),
    }


WRITERS: dict[str, Callable[[Scenario], dict[str, str]]] = {
    "graphml": graphml,
    "geojson": geojson,
    "csv": csv_tables,
}
"""Formats, each with what gives the text of its files by their names."""


def _graphml_type(rows: list[Row], name: str) -> str:
    values = [row[name] for row in rows if row[name] is not None]
    if values and all(isinstance(value, bool) for value in values):
        return "boolean"
    return "double" if values and all(isinstance(value, float) for value in values) else "string"


def _graphml_data(domain: str, row: Row, names: tuple[str, ...]) -> list[str]:
    lines = []
    for name in names:
        value = row[name]
        if value is None or value == "":
            continue
        text = str(value).lower() if isinstance(value, bool) else str(value)
        lines.append(f'      <data key="{domain}-{name}">{escape(text)}</data>')
    return lines


def _feature(geometry: Row, kind: str, row: Row) -> Row:
    properties = {"kind": kind, **{name: value for name, value in row.items() if value is not None}}
    return {"type": "Feature", "id": row["id"], "geometry": geometry, "properties": properties}


def _line(start: tuple[float, float], end: tuple[float, float]) -> Row:
    """Line between two places, the short way round in longitude."""
    across = end[0] - start[0]
    if abs(across) <= 180.0:
        return {"type": "LineString", "coordinates": [list(start), list(end)]}
    edge = 180.0 if across < 0.0 else -180.0
    unrolled = end[0] + 2.0 * edge
    part = (edge - start[0]) / (unrolled - start[0])
    lat_deg = start[1] + part * (end[1] - start[1])
    return {
        "type": "MultiLineString",
        "coordinates": [[list(start), [edge, lat_deg]], [[-edge, lat_deg], list(end)]],
    }


def _csv(rows: list[Row], columns: tuple[str, ...]) -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow(["" if row[name] is None else _cell(row[name]) for name in columns])
    return stream.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    # A text that a spreadsheet would take for a formula is given to it as text.
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "@") else value
