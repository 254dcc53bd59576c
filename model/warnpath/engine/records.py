"""Entities of a finished world as arrays of records, whichever engine ran it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from warnpath.engine.compiled.layout import RECORD_DTYPES
from warnpath.engine.output import Columns, text


def records_of(world: Any, kind: str, count: int | None = None) -> np.ndarray:
    """Structured array with one record per entity of a kind, the first `count` of them or all."""
    if hasattr(world, "arrays"):
        found: np.ndarray = world.arrays[kind][:count]
        return found
    rows: list[tuple[float, ...]] = [entity.as_tuple() for entity in getattr(world, kind)[:count]]
    records: np.ndarray = np.array(rows, dtype=RECORD_DTYPES[kind])
    return records


def named(names: Sequence[str], codes: np.ndarray) -> np.ndarray:
    """Column of names, each given by its place in a list; -1 gives an empty name."""
    column: np.ndarray = text([*names, ""])[codes]
    return column


def path_names(nodes: Sequence[str], world: Any, paths: np.ndarray) -> Columns:
    """Column `path` of interned paths: the names of the nodes along each."""
    distinct, places = np.unique(paths, return_inverse=True)
    entries = records_of(world, "paths", world.path_count)
    parents, places_of_nodes = entries["parent"].tolist(), entries["node"].tolist()
    words = []
    for last in distinct.tolist():
        names = []
        place = last
        while place >= 0:
            names.append(nodes[places_of_nodes[place]])
            place = parents[place]
        words.append(">".join(reversed(names)))
    return {"path": text(words)[places] if words else text([])}
