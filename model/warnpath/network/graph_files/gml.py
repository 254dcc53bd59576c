"""GML, the nested key-value lists of the Topology Zoo and of Graph Modelling Language tools.

Parsed with a stack of our own, so no depth of nesting can exhaust Python's, and without asking that labels
be unique or that parallel edges be announced.
"""

from __future__ import annotations

import html
import re
from typing import Any

from warnpath.network.graph_files.raw import MAX_DEPTH, RawEdge, RawGraph, RawNode, refuse

_TOKEN = re.compile(
    r"(?P<space>\s+|\#[^\n]*)"
    r"|(?P<key>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[Ee][+-]?\d+)?)"
    r'|"(?P<text>[^"]*)"'
    r"|(?P<open>\[)|(?P<close>\])"
)

List = list[tuple[str, Any, int]]
"""A list of GML: key, value (text, number or list) and line."""


def read_gml(file: str, text: str) -> RawGraph:
    """Graph of a GML text; raises `ScenarioError` if it holds none."""
    graphs = [
        (value, line) for key, value, line in _parse(file, text) if key == "graph" and isinstance(value, list)
    ]
    if not graphs:
        refuse(file, "holds no graph", "a GML file: graph [ node [ id 0 ] ... ]")
    if len(graphs) > 1:
        refuse(file, "holds more than one graph", "one graph in a file", graphs[1][1])
    content = graphs[0][0]
    graph = RawGraph(file)
    plain = _attributes(content)
    graph.title = str(plain.get("Network", plain.get("label", plain.get("name", ""))))
    directed = plain.get("directed", 0) in (1, "1", 1.0)
    for key, value, line in content:
        if key not in ("node", "edge"):
            continue
        if not isinstance(value, list):
            refuse(file, f"has a {key} that is not a list", f"{key} [ ... ]", line)
        attributes = _attributes(value)
        needed = ("id",) if key == "node" else ("source", "target")
        missing = [name for name in needed if name not in attributes]
        if missing:
            refuse(
                file, f"has one {key} that lacks {missing[0]}", f"{' and '.join(needed)} of every {key}", line
            )
        ends = [str(attributes.pop(name)) for name in needed]
        if key == "node":
            graph.add_node(RawNode(ends[0], attributes, line))
        else:
            graph.add_edge(RawEdge(ends[0], ends[1], attributes, directed, line))
    return graph


def _parse(file: str, text: str) -> List:
    """Top list of a GML text."""
    top: List = []
    stack: list[List] = [top]
    key: tuple[str, int] | None = None
    place, line = 0, 1
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            what = "has a text that does not end" if text[place] == '"' else f"has a stray {text[place]!r}"
            refuse(file, f"is not GML: {what}", "a GML file: graph [ node [ id 0 ] ... ]", line)
        kind, token = found.lastgroup, found.group()
        begun = line
        line += token.count("\n")
        place = found.end()
        if kind == "space":
            continue
        if key is None:
            if kind == "close" and len(stack) > 1:
                stack.pop()
            elif kind == "key":
                key = (token, begun)
            else:
                refuse(file, f"is not GML: {token[:20]} stands where a key should", "key and value", begun)
        elif kind == "open":
            if len(stack) > MAX_DEPTH:
                refuse(file, f"is nested more than {MAX_DEPTH} deep", "a GML file", begun)
            inner: List = []
            stack[-1].append((key[0], inner, key[1]))
            stack.append(inner)
            key = None
        elif kind == "close":
            refuse(file, f'is not GML: the key "{key[0]}" has no value', "key and value", begun)
        else:
            value = html.unescape(found["text"]) if kind == "text" else _number_or_word(kind, token)
            stack[-1].append((key[0], value, key[1]))
            key = None
    if len(stack) > 1 or key is not None:
        refuse(file, "is not GML: it ends within a list", "a closing ]", line)
    return top


def _number_or_word(kind: str | None, token: str) -> Any:
    """A number; a bare word (NAN, INF, true) as text."""
    if kind != "number":
        return token
    try:
        return int(token)
    except ValueError:  # also of more digits than Python turns into a number
        return float(token)


def _attributes(content: List) -> dict[str, Any]:
    """Values of a list by key; lists within it (drawings) flattened one level, the first of a key counts."""
    found: dict[str, Any] = {}
    for key, value, _ in content:
        if not isinstance(value, list):
            found.setdefault(key, value)
    for key, value, _ in content:
        if isinstance(value, list) and key not in ("node", "edge"):
            for inner, item, _ in value:
                if not isinstance(item, list):
                    found.setdefault(f"{key}.{inner}", item)
    return found
