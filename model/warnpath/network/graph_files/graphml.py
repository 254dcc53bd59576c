"""GraphML, as yEd, the Topology Zoo, NetworkX and others write it.

Read with a bare XML parser: a document type that defines anything is refused (an entity may stand for
gigabytes), nothing outside the file is fetched, and what GraphML allows but a network has no use for (edges
of more than two ends, graphs within graphs, several graphs) is refused by name.
"""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

from warnpath.network.graph_files.raw import MAX_DEPTH, RawEdge, RawGraph, RawNode, refuse
from warnpath.scenario.problems import ScenarioError

SEPARATOR = " "
DIRECTED = {"directed": True, "undirected": False}
WORDS = {"true": True, "1": True, "false": False, "0": False}


def read_graphml(file: str, data: bytes) -> RawGraph:
    """Graph of a GraphML document; raises `ScenarioError` if it holds none."""
    reader = _Reader(file)
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        words = expat.ErrorString(error.code)
        refuse(file, f"is not XML: {words} at column {error.offset + 1}", "a GraphML file", error.lineno)
    except ScenarioError:
        raise
    except (LookupError, ValueError) as error:  # an encoding that nobody knows, or that the text is not in
        refuse(
            file, f"is not text in the encoding that it names: {error}", "a file saved as UTF-8", reader.line
        )
    if reader.graphs == 0:
        refuse(file, f"holds no graph; its root is <{reader.root}>", "a GraphML file: <graphml><graph>...")
    reader.graph.notes.extend(reader.remarks())
    return reader.graph


class _Reader:
    """Takes what the parser meets and builds the graph from it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.graph = RawGraph(file)
        self.root = ""
        self.graphs = 0
        self._keys: dict[str, tuple[str, str]] = {}
        self._defaults: dict[str, dict[str, str]] = {"node": {}, "edge": {}}
        self._stack: list[str] = []
        self._directed = False
        self._owner: tuple[str, dict[str, str], int] | None = None
        self._attributes: dict[str, str] = {}
        self._graph_attributes: dict[str, str] = {}
        self._text: list[str] | None = None
        self._key = ""
        self._ports = 0
        parser = expat.ParserCreate(namespace_separator=SEPARATOR)
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = self._entity
        parser.SkippedEntityHandler = self._skipped
        self.parser = parser

    @property
    def line(self) -> int:
        """Line the parser has come to."""
        return self.parser.CurrentLineNumber

    def remarks(self) -> list[str]:
        """What was left out."""
        return [f"left out: {self._ports} ports of nodes"] if self._ports else []

    def _refuse(self, message: str, expected: str) -> None:
        refuse(self.file, message, expected, self.line)

    def _entity(self, name: str, *_: Any) -> None:
        self._refuse(
            f'defines the entity "{name}"', "a file without entities: they can hide any amount of data"
        )

    def _skipped(self, name: str, *_: Any) -> None:
        self._refuse(f'uses the entity "&{name};", which it does not define', "the character itself")

    def _start(self, name: str, given: dict[str, str]) -> None:
        tag = name.rpartition(SEPARATOR)[2]
        if len(self._stack) >= MAX_DEPTH:
            self._refuse(f"is nested more than {MAX_DEPTH} deep", "a GraphML file")
        if not self._stack:
            self.root = tag
        self._stack.append(tag)
        if tag == "graph":
            self._start_graph(given)
        elif tag == "key":
            self._start_key(given)
        elif tag == "hyperedge":
            self._refuse("has a hyperedge, an edge of any number of ends", "edges between two nodes")
        elif tag == "port":
            self._ports += 1
        elif tag in ("node", "edge"):
            self._start_element(tag, given)
        elif tag == "data":
            self._key, self._text = given.get("key", ""), []
        elif tag == "default":
            self._text = []
        elif tag == "NodeLabel" and self._owner is not None:
            self._key, self._text = "NodeLabel", []

    def _start_graph(self, given: dict[str, str]) -> None:
        self.graphs += 1
        if self._owner is not None:
            self._refuse("has a graph within a node or an edge", "one plain graph")
        if self.graphs > 1:
            self._refuse("holds more than one graph", "one graph in a file")
        word = given.get("edgedefault", "undirected")
        if word not in DIRECTED:
            self._refuse(f'has edgedefault "{word}"', '"directed" or "undirected"')
        self._directed = DIRECTED[word]
        self.graph.title = given.get("id", "")

    def _start_key(self, given: dict[str, str]) -> None:
        self._key = given.get("id", "")
        self._keys[self._key] = (given.get("for", "all"), given.get("attr.name", self._key))

    def _start_element(self, tag: str, given: dict[str, str]) -> None:
        if self._owner is not None:
            self._refuse(f"has one {tag} within one {self._owner[0]}", "one plain graph")
        needed = ("id",) if tag == "node" else ("source", "target")
        missing = [name for name in needed if name not in given]
        if missing:
            self._refuse(f"has one {tag} that lacks {missing[0]}", f"{' and '.join(needed)} of every {tag}")
        self._owner = (tag, dict(given), self.line)
        self._attributes = {}

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end(self, name: str) -> None:
        tag = name.rpartition(SEPARATOR)[2]
        self._stack.pop()
        if tag in ("data", "default", "NodeLabel") and self._text is not None:
            self._end_text(tag, "".join(self._text).strip())
            self._text = None
        elif tag in ("node", "edge") and self._owner is not None:
            self._end_element()
        elif tag == "graph" and not self.graph.title:
            self.graph.title = self._graph_attributes.get("name", "")

    def _end_text(self, tag: str, text: str) -> None:
        domain, attribute = self._keys.get(self._key, ("all", self._key))
        if tag == "default":
            for kind in self._defaults:
                if domain in (kind, "all"):
                    self._defaults[kind][attribute] = text
        elif self._owner is not None:
            if text:
                self._attributes.setdefault(attribute, text)
        elif self._stack and self._stack[-1] == "graph":
            self._graph_attributes[attribute] = text

    def _end_element(self) -> None:
        assert self._owner is not None
        tag, given, line = self._owner
        self._owner = None
        attributes = {**self._defaults[tag], **self._attributes}
        if tag == "node":
            self.graph.add_node(RawNode(given["id"], attributes, line))
            return
        word = given.get("directed", "")
        if word and word not in WORDS:
            refuse(self.file, f'has an edge with directed = "{word}"', '"true" or "false"', line)
        directed = WORDS[word] if word else self._directed
        if "id" in given:
            attributes.setdefault("id", given["id"])
        self.graph.add_edge(RawEdge(given["source"], given["target"], attributes, directed, line))
