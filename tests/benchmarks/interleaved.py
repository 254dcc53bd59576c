"""Programs measured in turn, so that a machine that others use too does little harm to their ratios."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Measure = Callable[[int], float]
"""Processor seconds a replication, measured in a round."""


@dataclass(frozen=True)
class Ratio:
    """Median over rounds of one program's time divided by another's, with the quartiles."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.3g} ({self.low:.3g} to {self.high:.3g})"


@dataclass(frozen=True)
class Rounds:
    """Processor seconds a replication of every program, round by round."""

    seconds: Mapping[str, list[float]]

    def median_s(self, program: str) -> float:
        """Median over the rounds, s."""
        return statistics.median(self.seconds[program])

    def ratio(self, slow: str, fast: str) -> Ratio:
        """How many times longer one takes than another, by ratios within each round."""
        return ratio_of(
            [one / other for one, other in zip(self.seconds[slow], self.seconds[fast], strict=True)]
        )


def ratio_of(ratios: list[float]) -> Ratio:
    """Summary of the ratios that were found in the rounds."""
    if len(ratios) == 1:
        return Ratio(ratios[0], ratios[0], ratios[0])
    low, median, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return Ratio(median, low, high)


def interleave(programs: Mapping[str, Measure], rounds: int) -> Rounds:
    """Measure every program once a round; the order turns, so that none is always first."""
    names = list(programs)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            seconds[name].append(programs[name](number))
    return Rounds(seconds)
