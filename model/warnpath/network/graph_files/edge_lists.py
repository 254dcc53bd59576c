"""CSV: a table of edges and, if there is one, a table of nodes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from warnpath.network.graph_files.raw import RawEdge, RawGraph, RawNode, refuse

TAILS = ("source", "from", "src", "tail", "node1", "nodea", "start", "a", "u", "end1", "enda")
HEADS = (
    "target",
    "to",
    "dst",
    "dest",
    "destination",
    "head",
    "node2",
    "nodeb",
    "end",
    "b",
    "v",
    "end2",
    "endb",
)
IDS = ("id", "node", "nodeid", "name", "label", "site", "router")
DELIMITERS = (",", ";", "\t", "|")
DIRECTED = ("directed", "oneway")
DUPLEX = ("duplex", "bidirectional")
YES = ("1", "true", "yes")
NO = ("0", "false", "no")


def read_edge_list(file: str, text: str, nodes: tuple[str, str] | None = None) -> RawGraph:
    """Graph of a table of edges.

    Parameters
    ----------
    file, text : str
        The table of edges: a head line, then a line an edge, its ends in columns such as source and target.
    nodes : tuple of str, optional
        File and text of the table of nodes, with an id column. Without it nodes are those the edges name.
    """
    graph = RawGraph(file)
    rows = _rows(file, text)
    heads = next(rows)[1]
    tail, head = _column(heads, TAILS), _column(heads, HEADS)
    if tail is None or head is None:
        what = "source" if tail is None else "target"
        refuse(
            file,
            f"has no column for the {what} of an edge; it has {', '.join(heads[:12])}",
            f"a head line with one of {', '.join((TAILS if tail is None else HEADS)[:6])}",
            1,
        )
    if nodes is not None:
        _add_nodes(graph, *nodes)
    known = {node.id for node in graph.nodes}
    for line, row in rows:
        ends = (row[tail].strip(), row[head].strip())
        if "" in ends:
            refuse(file, "has an edge with an end left empty", "source and target in every line", line)
        attributes = _attributes(heads, row, (tail, head))
        graph.add_edge(RawEdge(ends[0], ends[1], attributes, _one_way(file, attributes, line), line))
        if nodes is None:
            for end in ends:
                if end not in known:
                    known.add(end)
                    graph.add_node(RawNode(end, {}, line))
    return graph


def _add_nodes(graph: RawGraph, file: str, text: str) -> None:
    rows = _rows(file, text)
    heads = next(rows)[1]
    column = _column(heads, IDS)
    if column is None:
        expected = f"a head line with one of {', '.join(IDS)}"
        refuse(file, f"has no column for the id of a node; it has {', '.join(heads[:12])}", expected, 1)
    for line, row in rows:
        name = row[column].strip()
        if not name:
            refuse(file, "has a node without an id", "an id in every line", line)
        graph.add_node(RawNode(name, _attributes(heads, row, (column,)), line))


def _rows(file: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of the head line, then of every other one that is not empty."""
    head = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    heads: list[str] = []
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if not heads:
                heads = [cell.strip() for cell in row]
                yield reader.line_num, heads
                continue
            if len(row) != len(heads):
                message = f"has {len(row)} cells in a line, {len(heads)} in its head line"
                refuse(file, message, f"as many cells as columns, divided by {delimiter!r}", reader.line_num)
            yield reader.line_num, row
    except csv.Error as error:
        refuse(file, f"is not CSV: {error}", "a head line, then a line an edge or a node", reader.line_num)
    if not heads:
        refuse(file, "is empty", "a head line, then a line an edge or a node")


def _column(heads: Sequence[str], names: Sequence[str]) -> int | None:
    plain = [squeezed(head) for head in heads]
    return next((plain.index(name) for name in names if name in plain), None)


def _attributes(heads: Sequence[str], row: Sequence[str], without: Sequence[int]) -> dict[str, str]:
    return {
        head: cell.strip()
        for place, (head, cell) in enumerate(zip(heads, row, strict=True))
        if place not in without and cell.strip()
    }


def _one_way(file: str, attributes: dict[str, str], line: int) -> bool:
    for name, value in attributes.items():
        plain, word = squeezed(name), value.lower()
        if plain in DIRECTED + DUPLEX:
            if word not in YES + NO:
                refuse(file, f'has {name} = "{value}"', "true or false", line)
            return (word in YES) == (plain in DIRECTED)
    return False


def squeezed(name: str) -> str:
    """A name without case, spaces and signs: LinkSpeedRaw and link_speed_raw are the same."""
    return "".join(letter for letter in name.lower() if letter.isalnum())
