"""Tables that several parts of a plan add to: distributions, and the names of random streams."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from warnpath.engine.random_streams import (
    DISTRIBUTION_WIDTH,
    EXPONENTIAL,
    FIXED,
    LOGNORMAL,
    UNIFORM,
    name_key,
    stream_key,
)

UP_FOR_EVER = 1e300
"""Stands for infinity in fields where handlers only compare."""


class DistributionTable:
    """Collects distributions as rows of numbers for the drawing kernel."""

    def __init__(self) -> None:
        self._rows: list[tuple[float, float, float]] = []

    def add(self, distribution: Any) -> int:
        """Row of a distribution of the scenario; -1 for none, which draws 0."""
        if distribution is None:
            return -1
        kind = distribution.kind
        if kind == "fixed":
            row = (float(FIXED), float(distribution.value_s), 0.0)
        elif kind == "uniform":
            row = (float(UNIFORM), float(distribution.low_s), float(distribution.high_s))
        elif kind == "exponential":
            row = (float(EXPONENTIAL), float(distribution.mean_s), 0.0)
        elif kind == "lognormal":
            row = (float(LOGNORMAL), math.log(float(distribution.median_s)), distribution.sigma)
        else:
            raise ValueError(f"a distribution of kind {kind!r} cannot be drawn by this version")
        self._rows.append(row)
        return len(self._rows) - 1

    def table(self) -> np.ndarray:
        """All rows, float64[max(n, 1), DISTRIBUTION_WIDTH]."""
        table = np.zeros((max(len(self._rows), 1), DISTRIBUTION_WIDTH))
        if self._rows:
            table[:] = self._rows
        return table


class StreamNames:
    """Remembers which field of which entity holds the key of which named stream."""

    def __init__(self) -> None:
        self._entries: list[tuple[str, int, str, int]] = []

    def add(self, kind: str, index: int, field: str, name: str) -> None:
        """Field of an entity that is to hold the key of a stream; the name is entity and purpose."""
        self._entries.append((kind, index, field, name_key(name)))

    def entries(self) -> list[tuple[str, int, str, int]]:
        """Kind and row of the entity, its field, and the key of the stream's name."""
        return list(self._entries)

    def apply(self, world: Any, seed: int, replication: int) -> None:
        """Write the keys of a replication into a world."""
        for kind, index, field, key in self._entries:
            setattr(getattr(world, kind)[index], field, stream_key(key, seed, replication))
