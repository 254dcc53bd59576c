"""Where the nodes of a graph are: read, recognised as a mere drawing, or put between their neighbours."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from warnpath.network.graph_files.edge_lists import squeezed
from warnpath.network.graph_files.raw import RawGraph
from warnpath.network.graph_files.values import (
    LATITUDES,
    LONGITUDES,
    POSITIONS,
    is_missing,
    pair,
    parse_number,
)

Place = tuple[float, float]

DRAWING = 1.0
"""Coordinates of no geographic name that all lie within this of 0 are those of a drawing."""
SWEEPS = 50
"""Rounds in which nodes without a place settle between their neighbours."""


@dataclass(frozen=True)
class Places:
    """Latitude and longitude of every node, deg, and which of them were not in the file."""

    of: Mapping[str, Place]
    assumed: frozenset[str]
    notes: tuple[str, ...]


def find_places(graph: RawGraph, neighbours: Mapping[str, Iterable[str]]) -> Places:
    """Places of the nodes.

    Coordinates outside the earth show that all coordinates of the graph are those of a drawing, and so do
    positions without a geographic name that all lie within 1 of 0. A node without coordinates is put in the
    middle of its neighbours, so that lengths are plausible until it is given its place; where no node of a
    connected part has any, all of it lies at 0, 0.

    Parameters
    ----------
    graph : RawGraph
        The graph.
    neighbours : mapping of str to iterable of str
        Ids of the neighbours of each node.
    """
    notes: list[str] = []
    known: dict[str, Place] = {}
    geographic = False
    unreadable = 0
    for node in graph.nodes:
        place, named, readable = _read(node.attributes)
        unreadable += not readable
        if place is not None:
            known[node.id] = place
            geographic = geographic or named
    if unreadable:
        notes.append(f"coordinates that cannot be read: {unreadable} nodes")
    outside = [name for name, (lat, lon) in known.items() if not (abs(lat) <= 90.0 and abs(lon) <= 180.0)]
    largest = max((max(abs(lat), abs(lon)) for lat, lon in known.values()), default=0.0)
    if outside:
        notes.append(
            f"coordinates not used: {len(outside)} nodes (of id {outside[0]} for one) would not be on the "
            "earth, so all are taken for places on a drawing"
        )
        known = {}
    elif known and not geographic and largest <= DRAWING:
        notes.append("coordinates not used: all lie within 1 of 0, as those of a drawing do")
        known = {}
    assumed = [node.id for node in graph.nodes if node.id not in known]
    settled = _between(known, assumed, neighbours)
    if assumed:
        notes.append(
            f"places assumed: {len(assumed)} of {len(graph.nodes)} nodes have no coordinates and are put "
            "between their neighbours, or at 0, 0 where those have none either"
        )
    return Places({**known, **settled}, frozenset(assumed), tuple(notes))


def _read(attributes: Mapping[str, object]) -> tuple[Place | None, bool, bool]:
    """Place of a node, whether its attributes are named for latitude and longitude, and are readable."""
    plain = {squeezed(name): value for name, value in attributes.items()}
    for latitudes, longitudes, named in ((LATITUDES, LONGITUDES, True), (("y",), ("x",), False)):
        lat = next((plain[name] for name in latitudes if name in plain), None)
        lon = next((plain[name] for name in longitudes if name in plain), None)
        if is_missing(lat) or is_missing(lon):
            continue
        numbers = parse_number(lat)[0], parse_number(lon)[0]
        if numbers[0] is None or numbers[1] is None:
            return None, named, False
        return (numbers[0], numbers[1]), named, True
    value = next((plain[name] for name in POSITIONS if name in plain), None)
    if is_missing(value):
        return None, False, True
    found = pair(value)
    return (None, False, False) if found is None else ((found[1], found[0]), False, True)


def _between(
    known: Mapping[str, Place], assumed: Iterable[str], neighbours: Mapping[str, Iterable[str]]
) -> dict[str, Place]:
    """Places of nodes without coordinates: each the mean of its neighbours', found by repetition."""
    places: dict[str, Place] = {}
    for _ in range(SWEEPS):
        moved = 0.0
        for name in assumed:
            around = [known.get(other) or places.get(other) for other in neighbours[name]]
            reached = [place for place in around if place is not None]
            if not reached:
                continue
            new = _middle(reached)
            old = places.get(name)
            moved = max(moved, 360.0 if old is None else max(abs(new[0] - old[0]), abs(new[1] - old[1])))
            places[name] = new
        if moved < 1e-4:
            break
    return {name: places.get(name, (0.0, 0.0)) for name in assumed}


def _middle(places: Sequence[Place]) -> Place:
    """Middle of places on the sphere, so that 179 degrees east and west meet at 180."""
    sums = [0.0, 0.0, 0.0]
    for lat_deg, lon_deg in places:
        lat, lon = math.radians(lat_deg), math.radians(lon_deg)
        sums[0] += math.cos(lat) * math.cos(lon)
        sums[1] += math.cos(lat) * math.sin(lon)
        sums[2] += math.sin(lat)
    lat_deg = math.degrees(math.atan2(sums[2], math.hypot(sums[0], sums[1])))
    return lat_deg, math.degrees(math.atan2(sums[1], sums[0]))
