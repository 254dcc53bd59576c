"""From a graph of any origin to nodes and links that a scenario can have."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx

from warnpath.network.graph_files.places import find_places
from warnpath.network.graph_files.raw import RawEdge, RawGraph, RawNode
from warnpath.network.graph_files.values import (
    CAPACITY,
    DELAY,
    GROUPS,
    LABELS,
    LENGTH,
    NATIONS,
    Family,
    quantity,
    word,
)
from warnpath.scenario.consistency import LENGTH_SLACK_KM, LENGTH_TOLERANCE, LIGHT_MS_PER_KM
from warnpath.scenario.geometry import chord_km, great_circle_km
from warnpath.scenario.problems import Problem, ScenarioError

OWN_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
NATION = re.compile(r"[A-Z]{2,}")
LONGEST_ID = 40
NAMED_IN_A_NOTE = 5
LIMITS = {"delay": (0.0, 1e6, "ms"), "length": (0.0, 200_000.0, "km"), "capacity": (0.0, 1e9, "kbit/s")}
"""Bounds of a scenario's fields."""
_WRONG = {"delay": "faster than light", "length": "shorter than the great circle"}


@dataclass(frozen=True)
class Units:
    """Units of numbers that state none."""

    delay: str = "ms"
    length: str = "km"
    capacity: str = "mbps"


@dataclass(frozen=True)
class ImportedNode:
    """A node of the scenario to be; `has_place` is false where its place is assumed."""

    id: str
    name: str
    nation: str
    group: str
    lat_deg: float
    lon_deg: float
    has_place: bool


@dataclass(frozen=True)
class ImportedLink:
    """A link of the scenario to be; a number is None where the graph does not state it.

    `knows_length` is false where neither length nor delay is stated and an end has no place. `remark` tells
    of a number of the graph that does not agree with where the ends are.
    """

    id: str
    ends: tuple[str, str]
    duplex: bool
    length_km: float | None
    delay_ms: float | None
    capacity_kbps: float | None
    knows_length: bool
    remark: str = ""


@dataclass(frozen=True)
class ImportedNetwork:
    """What a graph file gives to a scenario, and what there is to say about it."""

    file: str
    title: str
    nodes: tuple[ImportedNode, ...]
    links: tuple[ImportedLink, ...]
    parts: int
    notes: tuple[str, ...]


def make_network(
    raw: RawGraph, nation: str = "XX", units: Units | None = None, *, largest: bool = False
) -> ImportedNetwork:
    """Nodes and links out of a graph.

    Parameters
    ----------
    raw : RawGraph
        As read.
    nation : str
        Nation of nodes that state none.
    units : Units, optional
        Units of numbers that state none.
    largest : bool
        Keep the largest connected part only.

    Returns
    -------
    ImportedNetwork
        Parallel edges are links of their own. Loops and nodes without an edge are left out, with a note.

    Raises
    ------
    ScenarioError
        With every problem: ids used twice, ends that are no node, numbers out of range, no edge at all.
    """
    problems = [*_doubles(raw), *_dangling(raw)]
    if problems:
        raise ScenarioError(problems)
    notes = list(raw.notes)
    edges = _without_loops(raw, notes)
    graph = nx.Graph((edge.tail, edge.head) for edge in edges)
    parts = sorted(nx.connected_components(graph), key=lambda part: (-len(part), sorted(part)))
    if not parts:
        raise ScenarioError([_problem(raw, "", None, "has no edge between two nodes", "a network")])
    kept = _kept(raw, graph, parts, largest, notes)
    edges = [edge for edge in edges if edge.tail in kept]
    raw = RawGraph(raw.file, raw.title, [node for node in raw.nodes if node.id in kept], edges, notes)
    nodes = _nodes(raw, graph, nation)
    links = _links(raw, nodes, units or Units())
    return ImportedNetwork(
        raw.file,
        raw.title,
        tuple(nodes.values()),
        links,
        1 if largest else len(parts),
        tuple(notes),
    )


def _doubles(raw: RawGraph) -> Iterable[Problem]:
    seen: set[str] = set()
    for node in raw.nodes:
        if node.id in seen:
            yield _problem(raw, f"node {node.id}", node.line, "is there twice", "an id of its own")
        seen.add(node.id)


def _dangling(raw: RawGraph) -> Iterable[Problem]:
    known = {node.id for node in raw.nodes}
    for number, edge in enumerate(raw.edges):
        for end in (edge.tail, edge.head):
            if end not in known:
                message = f'edge {number} ends at "{end[:40]}", which is no node'
                yield _problem(raw, "", edge.line, message, "the id of a node")


def _without_loops(raw: RawGraph, notes: list[str]) -> list[RawEdge]:
    loops = [edge.tail for edge in raw.edges if edge.tail == edge.head]
    if loops:
        notes.append(f"left out: {_named(loops, 'edges')} from a node to itself")
    return [edge for edge in raw.edges if edge.tail != edge.head]


def _kept(
    raw: RawGraph, graph: nx.Graph, parts: Sequence[set[str]], largest: bool, notes: list[str]
) -> set[str]:
    alone = [node.id for node in raw.nodes if node.id not in graph]
    if alone:
        notes.append(f"left out: {_named(alone, 'nodes')} without an edge to another node")
    if len(parts) == 1:
        return set(parts[0])
    sizes = ", ".join(str(len(part)) for part in parts[:NAMED_IN_A_NOTE])
    more = f" and {len(parts) - NAMED_IN_A_NOTE} smaller ones" if len(parts) > NAMED_IN_A_NOTE else ""
    if largest:
        notes.append(f"left out: all but the largest of {len(parts)} parts ({sizes}{more} nodes)")
        return set(parts[0])
    notes.append(
        f"not connected: {len(parts)} parts of {sizes}{more} nodes, with no way between them; "
        "--largest keeps the first alone"
    )
    return set(graph)


def _nodes(raw: RawGraph, graph: nx.Graph, nation: str) -> dict[str, ImportedNode]:
    places = find_places(raw, graph.adj)
    raw.notes.extend(places.notes)
    ids = _identifiers([_best_name(node) for node in raw.nodes], set(), "node")
    nodes = {}
    for node, name in zip(raw.nodes, ids, strict=True):
        stated = word(node.attributes, NATIONS)
        lat_deg, lon_deg = places.of[node.id]
        nodes[node.id] = ImportedNode(
            id=name,
            name=word(node.attributes, LABELS) or word({"id": node.id}, ("id",)),
            nation=stated if NATION.fullmatch(stated) else nation,
            group=word(node.attributes, GROUPS),
            lat_deg=round(lat_deg, 6),
            lon_deg=round(lon_deg, 6),
            has_place=node.id not in places.assumed,
        )
    return nodes


def _links(raw: RawGraph, nodes: dict[str, ImportedNode], units: Units) -> tuple[ImportedLink, ...]:
    edges = _joined(raw.edges)
    ids = _identifiers(
        [_own_id(edge) or f"{nodes[edge.tail].id}-{nodes[edge.head].id}" for edge in edges],
        {node.id for node in nodes.values()},
        "link",
    )
    reader = _Numbers(raw, units)
    links = []
    for edge, name in zip(edges, ids, strict=True):
        tail, head = nodes[edge.tail], nodes[edge.head]
        delay_ms = reader.number(edge, "delay", DELAY)
        length_km = reader.number(edge, "length", LENGTH)
        capacity_kbps = reader.number(edge, "capacity", CAPACITY)
        placed = tail.has_place and head.has_place
        remark = ""
        places = [(node.lat_deg, node.lon_deg, 0.0) for node in (tail, head)]
        if delay_ms is not None and delay_ms < _least_ms(chord_km(*places)):
            remark = reader.drop("delay", f"{tail.id} to {head.id}", f"{delay_ms:g} ms")
            delay_ms = None
        if length_km is not None and length_km < _least_km(great_circle_km(*places)):
            remark = reader.drop("length", f"{tail.id} to {head.id}", f"{length_km:g} km")
            length_km = None
        links.append(
            ImportedLink(
                id=name,
                ends=(tail.id, head.id),
                duplex=not edge.is_directed,
                length_km=length_km,
                delay_ms=delay_ms,
                capacity_kbps=capacity_kbps,
                knows_length=placed or length_km is not None or delay_ms is not None,
                remark=remark,
            )
        )
    raw.notes.extend(reader.remarks(len(edges)))
    if reader.problems:
        raise ScenarioError(reader.problems)
    return tuple(links)


class _Numbers:
    """Reads the numbers of edges, and keeps what there is to say about them."""

    def __init__(self, raw: RawGraph, units: Units) -> None:
        self.problems: list[Problem] = []
        self._raw = raw
        self._units = units
        self._found: dict[str, dict[str, int]] = {}
        self._unread: dict[str, int] = {}
        self._dropped: dict[str, list[str]] = {}

    def number(self, edge: RawEdge, what: str, family: Family) -> float | None:
        """Number of an edge in the unit of a scenario; None where there is none that can be used."""
        found = quantity(family, edge.attributes, getattr(self._units, what))
        if found is None:
            return None
        if isinstance(found, str):
            self._unread[found] = self._unread.get(found, 0) + 1
            return None
        value, name = found
        low, high, unit = LIMITS[what]
        if not (math.isfinite(value) and low <= value <= high):
            subject = f"edge {edge.tail} to {edge.head}"
            expected = f"{low:g} to {high:g} {unit}; is it in another unit? (--{what}-unit)"
            message = f"{name} is out of range: {value:g} {unit}"
            self.problems.append(_problem(self._raw, subject, edge.line, message, expected))
            return None
        if what == "capacity" and value == 0.0:
            self._unread[name] = self._unread.get(name, 0) + 1
            return None
        counts = self._found.setdefault(what, {})
        counts[name] = counts.get(name, 0) + 1
        return value

    def drop(self, what: str, where: str, value: str) -> str:
        """Note a number that the places of the ends contradict; returns what to say of it beside the link."""
        self._dropped.setdefault(what, []).append(where)
        return f"{what} of {value} in the graph: {_WRONG[what]} between the ends where they are"

    def remarks(self, edges: int) -> list[str]:
        """What was read under which name, and what was not."""
        said = []
        for what, counts in self._found.items():
            unit = getattr(self._units, what)
            for name, count in counts.items():
                said.append(
                    f'{what} from "{name}" of {count} of {edges} links, in {unit} where it names no unit'
                )
        said += [
            f'"{name}" cannot be used as a number: {count} links' for name, count in self._unread.items()
        ]
        for what, where in self._dropped.items():
            said.append(
                f"{what} not used: that of {_named(where, 'links')} is {_WRONG[what]} between its ends"
            )
        return said


def _best_name(node: RawNode) -> str:
    """What a node's identifier is made from: its id in the graph if that is one already, else its name."""
    if slug(node.id) == node.id and not node.id.isdigit():
        return node.id
    return word(node.attributes, LABELS) or node.id


def _own_id(edge: RawEdge) -> str:
    """Id that an edge brings along, where it is made like an id of a scenario rather than a number."""
    stated = word(edge.attributes, ("id",))
    return stated if OWN_ID.fullmatch(stated) else ""


def _joined(edges: Sequence[RawEdge]) -> list[RawEdge]:
    """Edges, two opposite ones of equal attributes joined to one that leads both ways."""
    waiting: dict[tuple[str, str, str], list[int]] = {}
    joined: list[RawEdge | None] = []
    for edge in edges:
        if edge.is_directed:
            text = repr(sorted((name, repr(value)) for name, value in edge.attributes.items()))
            opposite = waiting.get((edge.head, edge.tail, text))
            if opposite:
                place = opposite.pop()
                joined[place] = RawEdge(edge.head, edge.tail, edge.attributes, False, edge.line)
                continue
            waiting.setdefault((edge.tail, edge.head, text), []).append(len(joined))
        joined.append(edge)
    return [edge for edge in joined if edge is not None]


def _least_ms(chord: float) -> float:
    """Least delay a scenario may state, by the distance of the ends in km."""
    return max(chord - LENGTH_SLACK_KM, 0.0) * LIGHT_MS_PER_KM


def _least_km(direct: float) -> float:
    """Least length a scenario may state, by the great circle of the ends in km."""
    return direct * LENGTH_TOLERANCE - LENGTH_SLACK_KM


def _identifiers(names: Sequence[str], taken: set[str], fallback: str) -> list[str]:
    """Distinct identifiers in the form of a scenario's, near to the names."""
    used = set(taken)
    counts: dict[str, int] = {}
    found = []
    for number, name in enumerate(names):
        base = slug(name) or f"{fallback}-{number}"
        chosen = base
        while chosen in used:
            counts[base] = counts.get(base, 1) + 1
            chosen = f"{base}-{counts[base]}"
        used.add(chosen)
        found.append(chosen)
    return found


def slug(name: str) -> str:
    """A name as an identifier: lower case, ASCII, words joined by hyphens; empty where nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: 2 * LONGEST_ID].strip("-")


def _named(names: Sequence[str], what: str) -> str:
    shown = ", ".join(name[:LONGEST_ID] for name in names[:NAMED_IN_A_NOTE])
    more = f" and {len(names) - NAMED_IN_A_NOTE} more" if len(names) > NAMED_IN_A_NOTE else ""
    return f"{len(names)} {what} ({shown}{more})"


def _problem(raw: RawGraph, element: str, line: int | None, message: str, expected: str) -> Problem:
    value: Any = None
    return Problem(raw.file, line, element, "", value, message, expected)
