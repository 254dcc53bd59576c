"""Tables that several parts of a plan add to: distributions, and the names of random streams."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from warnpath.engine.curves import gamma_curve
from warnpath.engine.random_streams import (
    CURVE,
    DISTRIBUTION_WIDTH,
    EMPIRICAL,
    EXPONENTIAL,
    FIXED,
    LINEAR,
    LOGNORMAL,
    MIXTURE,
    PARABOLIC,
    POWER,
    SHIFTED,
    TRIANGULAR,
    UNIFORM,
    WEIBULL,
    name_key,
    stream_key,
)
from warnpath.scenario.laws import (
    ExponentialLaw,
    FixedLaw,
    GammaLaw,
    Law,
    LinearLaw,
    LognormalLaw,
    UniformLaw,
    WeibullLaw,
)
from warnpath.scenario.laws_compound import (
    EmpiricalLaw,
    MixtureLaw,
    ParabolicLaw,
    PowerLaw,
    ShiftedLaw,
    TriangularLaw,
)

Row = tuple[float, float, float, float]


class DistributionTable:
    """Collects distributions as rows of numbers for the drawing kernel."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._curves: dict[float, int] = {}

    def add(self, distribution: Any) -> int:
        """Row of a distribution of the scenario; -1 for none, which draws 0."""
        return -1 if distribution is None else self.add_law(distribution.law())

    def add_law(self, law: Law) -> int:
        """Row of a law.

        Raises
        ------
        ValueError
            A law that no kernel can draw.
        """
        if isinstance(law, ShiftedLaw):
            return self._append(SHIFTED, self.add_law(law.base), law.shift)
        if isinstance(law, MixtureLaw):
            return self._mixture(law)
        if isinstance(law, EmpiricalLaw):
            return self._append(EMPIRICAL, self._packed(law.values), len(law.values))
        if isinstance(law, GammaLaw):
            return self._append(CURVE, self._curve(law), math.log(law.scale), law.power)
        return self._append(*_closed(law))

    def table(self) -> np.ndarray:
        """All rows, float64[max(n, 1), DISTRIBUTION_WIDTH]."""
        table = np.zeros((max(len(self._rows), 1), DISTRIBUTION_WIDTH))
        if self._rows:
            table[:] = self._rows
        return table

    def _append(self, kind: float, first: float, second: float = 0.0, third: float = 0.0) -> int:
        self._rows.append((float(kind), float(first), float(second), float(third)))
        return len(self._rows) - 1

    def _packed(self, values: tuple[float, ...]) -> int:
        """First of the rows that hold values one after the other."""
        first = len(self._rows)
        for start in range(0, len(values), DISTRIBUTION_WIDTH):
            self._append(*(*values[start : start + DISTRIBUTION_WIDTH], 0.0, 0.0, 0.0)[:DISTRIBUTION_WIDTH])
        return first

    def _curve(self, law: GammaLaw) -> int:
        """First row of the knots of a curve; laws that differ in scale and power only share one."""
        if law.shape not in self._curves:
            self._curves[law.shape] = self._packed(tuple(gamma_curve(law.shape).ravel().tolist()))
        return self._curves[law.shape]

    def _mixture(self, law: MixtureLaw) -> int:
        rows = [self.add_law(part) for _, part in law.parts]
        ends = np.cumsum(law.shares())
        ends[-1] = 1.0
        first = len(self._rows)
        for place, row in enumerate(rows):
            self._append(ends[place], ends[place - 1] if place else 0.0, row)
        return self._append(MIXTURE, first, len(rows))


def _closed(law: Law) -> Row:
    """Row of a law whose inverse is closed."""
    if isinstance(law, FixedLaw):
        return float(FIXED), law.value, 0.0, 0.0
    if isinstance(law, UniformLaw):
        return float(UNIFORM), law.low, law.high, 0.0
    if isinstance(law, ExponentialLaw):
        return float(EXPONENTIAL), law.scale, 0.0, 0.0
    if isinstance(law, LognormalLaw):
        return float(LOGNORMAL), math.log(law.median), law.sigma, 0.0
    if isinstance(law, WeibullLaw):
        return float(WEIBULL), law.scale, 1.0 / law.shape, 0.0
    if isinstance(law, TriangularLaw):
        return float(TRIANGULAR), law.low, law.mode, law.high
    if isinstance(law, PowerLaw):
        return float(POWER), law.scale, law.power, 0.0
    if isinstance(law, ParabolicLaw):
        return float(PARABOLIC), law.scale, 0.0, 0.0
    if isinstance(law, LinearLaw):
        return float(LINEAR), law.low * law.low, law.high * law.high, 0.0
    raise ValueError(f"values of {law!r} cannot be drawn")


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
