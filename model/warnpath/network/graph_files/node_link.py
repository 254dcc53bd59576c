"""Node-link JSON, as NetworkX, D3 and topohub write it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from warnpath.network.graph_files.raw import MAX_DEPTH, RawEdge, RawGraph, RawNode, refuse

EDGES = ("edges", "links")
TAILS = ("source", "from", "tail")
HEADS = ("target", "to", "head")
IDS = ("id", "key", "name")
EXPECTED = 'node-link JSON: { "nodes": [ { "id": ... } ], "edges": [ { "source": ..., "target": ... } ] }'

# A text that does not end is taken to the end of the file and never looked at again.
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\Z)|[\[\]{}]', re.DOTALL)


def read_node_link(file: str, text: str) -> RawGraph:
    """Graph of a node-link JSON text; raises `ScenarioError` if it holds none."""
    data = _load(file, text)
    if not isinstance(data, Mapping):
        refuse(file, "is not a JSON object", EXPECTED)
    nodes = data.get("nodes")
    edges = next((data[name] for name in EDGES if name in data), None)
    if not isinstance(nodes, list) or not isinstance(edges, list):
        what = "nodes" if not isinstance(nodes, list) else "edges"
        refuse(file, f'has no list "{what}"', EXPECTED)
    about = data.get("graph")
    about = about if isinstance(about, Mapping) else {}
    graph = RawGraph(file, title=_text(about.get("name", data.get("name", ""))))
    for number, node in enumerate(nodes):
        if not isinstance(node, Mapping):
            refuse(file, f"node {number} is not an object", EXPECTED)
        name = next((node[key] for key in IDS if key in node), number)
        graph.add_node(RawNode(_identifier(file, name, f"node {number}"), _attributes(node, IDS[:2])))
    known = {node.id for node in graph.nodes}
    ends: list[tuple[Any, Any]] = []
    for number, edge in enumerate(edges):
        if not isinstance(edge, Mapping):
            refuse(file, f"edge {number} is not an object", EXPECTED)
        tail, head = (next((edge[key] for key in keys if key in edge), None) for keys in (TAILS, HEADS))
        if tail is None or head is None:
            refuse(file, f"edge {number} lacks its {'source' if tail is None else 'target'}", EXPECTED)
        ends.append((tail, head))
    by_place = _ends_are_places(ends, known)
    if by_place:
        graph.notes.append("ends of edges read as places in the list of nodes, counted from 0")
    directed = data.get("directed") is True
    for number, (pair, edge) in enumerate(zip(ends, edges, strict=True)):
        named = [
            graph.nodes[int(end)].id if by_place else _identifier(file, end, f"edge {number}") for end in pair
        ]
        graph.add_edge(RawEdge(named[0], named[1], _attributes(edge, (*TAILS, *HEADS, "key")), directed))
    return graph


def _load(file: str, text: str) -> Any:
    depth = 0
    for found in _BRACKETS.finditer(text):
        sign = found.group()
        if sign in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                line = text.count("\n", 0, found.start()) + 1
                refuse(file, f"is nested more than {MAX_DEPTH} deep", EXPECTED, line)
        elif sign in "]}":
            depth -= 1
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        refuse(file, f"is not JSON: {error.msg} at column {error.colno}", EXPECTED, error.lineno)
    except ValueError:  # an integer of more digits than Python turns into a number
        refuse(file, "is not usable: it holds an integer of thousands of digits", EXPECTED)


def _identifier(file: str, value: Any, where: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        refuse(file, f"{where} is named by {type(value).__name__}, not by text or a number", EXPECTED)
    return str(value)


def _ends_are_places(ends: list[tuple[Any, Any]], known: set[str]) -> bool:
    """Whether edges name no node but count them, as old writers do."""
    flat = [end for pair in ends for end in pair]
    if not flat or any(str(end) in known for end in flat):
        return False
    return all(isinstance(end, int) and not isinstance(end, bool) and 0 <= end < len(known) for end in flat)


def _attributes(table: Mapping[str, Any], without: tuple[str, ...]) -> dict[str, Any]:
    """Attributes that are text, numbers or pairs; the members of objects by dotted name, one level deep."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        if key in without:
            continue
        if isinstance(value, Mapping):
            found.update(
                {
                    f"{key}.{name}": item
                    for name, item in value.items()
                    if not isinstance(item, Mapping | list)
                }
            )
        elif value is not None:
            found[key] = value
    return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
