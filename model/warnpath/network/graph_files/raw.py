"""A graph as it stands in a file, before anything is made of it, and the bounds on what is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from warnpath.scenario.files import trouble
from warnpath.scenario.problems import Problem, ScenarioError

MAX_BYTES = 64 * 2**20
MAX_NODES = 20_000
MAX_EDGES = 100_000
MAX_DEPTH = 64
"""Depth to which tables may be nested; graphs of any origin need less than ten."""


@dataclass(frozen=True)
class RawNode:
    """A node: its identifier in the file, its attributes by name, and its line."""

    id: str
    attributes: Mapping[str, Any]
    line: int | None = None


@dataclass(frozen=True)
class RawEdge:
    """An edge between two identifiers; `is_directed` if it leads from tail to head only."""

    tail: str
    head: str
    attributes: Mapping[str, Any]
    is_directed: bool = False
    line: int | None = None


@dataclass
class RawGraph:
    """What a file holds.

    Attributes
    ----------
    file : str
        The file, as in messages.
    title : str
        Name the file gives the graph; may be empty.
    notes : list of str
        What was left out or read in a way that might surprise.
    """

    file: str
    title: str = ""
    nodes: list[RawNode] = field(default_factory=list)
    edges: list[RawEdge] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add_node(self, node: RawNode) -> None:
        """Take in a node; refuse one too many."""
        if len(self.nodes) >= MAX_NODES:
            refuse(self.file, f"holds more than {MAX_NODES} nodes", "a network to simulate", node.line)
        self.nodes.append(node)

    def add_edge(self, edge: RawEdge) -> None:
        """Take in an edge; refuse one too many."""
        if len(self.edges) >= MAX_EDGES:
            refuse(self.file, f"holds more than {MAX_EDGES} edges", "a network to simulate", edge.line)
        self.edges.append(edge)


def refuse(file: str, message: str, expected: str = "", line: int | None = None) -> NoReturn:
    """Raise `ScenarioError` for a file as a whole."""
    raise ScenarioError([Problem(file, line, "", "", None, message, expected)])


def read_bytes(path: Path) -> bytes:
    """Content of a file of bearable size.

    Raises
    ------
    ScenarioError
        Not there, not a file, not readable, empty or too large.
    """
    file = str(path)
    fault = trouble(path)
    if fault is not None:
        refuse(file, fault, "a graph: GraphML, GML, node-link JSON or CSV")
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        refuse(file, f"cannot be read: {error.strerror}", "a readable file")
    if len(data) > MAX_BYTES:
        refuse(file, f"is larger than {MAX_BYTES >> 20} MiB", "a network to simulate")
    if not data.strip():
        refuse(file, "is empty", "a graph: GraphML, GML, node-link JSON or CSV")
    return data


def decode(file: str, data: bytes) -> str:
    """Text of a file in UTF-8; refused with the line if it is not."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        refuse(file, "is not UTF-8 text", "a file saved as UTF-8", line)
