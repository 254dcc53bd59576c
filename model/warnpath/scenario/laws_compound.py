"""Laws made of others or of measurements: triangular, empirical, shifted, mixtures."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass

from warnpath.scenario.laws import FixedLaw, Law, check_probability

BISECTIONS = 200
"""Halvings of an interval of doubles after which nothing is left of it."""


@dataclass(frozen=True)
class TriangularLaw(Law):
    """Density that rises from a lowest value to the most likely one and falls to a highest one."""

    low: float
    mode: float
    high: float

    def mean(self) -> float:
        """Mean: (low + mode + high) / 3."""
        return (self.low + self.mode + self.high) / 3.0

    def variance(self) -> float:
        """Variance: (low^2 + mode^2 + high^2 - low mode - low high - mode high) / 18."""
        return (
            (self.high - self.low) * (self.high - self.low)
            + (self.mode - self.low) * (self.mode - self.low)
            + (self.high - self.mode) * (self.high - self.mode)
        ) / 36.0

    def second_moment(self) -> float:
        """Mean of the square."""
        mean = self.mean()
        return self.variance() + mean * mean

    def cdf(self, value: float) -> float:
        """Probability of at most a value."""
        if value >= self.high:
            return 1.0
        if value <= self.low:
            return 0.0
        width = self.high - self.low
        if value <= self.mode:
            return (value - self.low) * (value - self.low) / (width * (self.mode - self.low))
        return 1.0 - (self.high - value) * (self.high - value) / (width * (self.high - self.mode))

    def quantile(self, probability: float) -> float:
        """Value not exceeded with a probability."""
        check_probability(probability)
        width = self.high - self.low
        rising = self.mode - self.low
        if probability * width < rising:
            return self.low + math.sqrt(probability * width * rising)
        return self.high - math.sqrt((1.0 - probability) * width * (self.high - self.mode))

    def length_biased(self) -> Law:
        """Pieces with closed inverses: with t from the low end, x t = low t + t^2, and so on the other side.

        On the falling side, with y from the mode and s its width, x (s - y) = mode (s - y) + y (s - y).
        """
        rising, falling = self.mode - self.low, self.high - self.mode
        parts = (
            (self.low * rising / 2.0, ShiftedLaw(self.low, PowerLaw(rising, 1.0 / 2.0))),
            (rising * rising / 3.0, ShiftedLaw(self.low, PowerLaw(rising, 1.0 / 3.0))),
            (self.mode * falling / 2.0, ShiftedLaw(self.mode, TriangularLaw(0.0, 0.0, falling))),
            (falling * falling / 6.0, ShiftedLaw(self.mode, ParabolicLaw(falling))),
        )
        found = tuple((weight, law) for weight, law in parts if weight > 0.0)
        return MixtureLaw(found) if found else FixedLaw(self.high)


@dataclass(frozen=True)
class PowerLaw(Law):
    """``scale`` times a uniform number raised to a power: density rises from zero like x^(1 / power - 1)."""

    scale: float
    power: float

    def mean(self) -> float:
        """Mean: scale / (1 + power)."""
        return self.scale / (1.0 + self.power)

    def second_moment(self) -> float:
        """Mean of the square: scale^2 / (1 + 2 power)."""
        return self.scale * self.scale / (1.0 + 2.0 * self.power)

    def cdf(self, value: float) -> float:
        """Probability of at most a value."""
        part = min(max(value / self.scale, 0.0), 1.0)
        return math.exp(math.log(part) / self.power) if part > 0.0 else 0.0

    def quantile(self, probability: float) -> float:
        """Value not exceeded with a probability."""
        check_probability(probability)
        return self.scale * math.exp(self.power * math.log(probability)) if probability > 0.0 else 0.0


@dataclass(frozen=True)
class ParabolicLaw(Law):
    """Density proportional to x (scale - x) from zero to a scale: a beta law with both parameters 2."""

    scale: float

    def mean(self) -> float:
        """Mean: scale / 2."""
        return self.scale / 2.0

    def second_moment(self) -> float:
        """Mean of the square: 3 scale^2 / 10."""
        return 0.3 * self.scale * self.scale

    def cdf(self, value: float) -> float:
        """Probability of at most a value: 3 r^2 - 2 r^3."""
        part = min(max(value / self.scale, 0.0), 1.0)
        return part * part * (3.0 - 2.0 * part)

    def quantile(self, probability: float) -> float:
        """Value not exceeded with a probability: the middle root of a cubic."""
        check_probability(probability)
        return self.scale * (0.5 - math.sin(math.asin(1.0 - 2.0 * probability) / 3.0))


@dataclass(frozen=True)
class EmpiricalLaw(Law):
    """Measured values, each as likely as any other."""

    values: tuple[float, ...]
    """Sorted."""

    def mean(self) -> float:
        """Mean of the values."""
        return math.fsum(self.values) / len(self.values)

    def second_moment(self) -> float:
        """Mean of their squares."""
        return math.fsum(value * value for value in self.values) / len(self.values)

    def variance(self) -> float:
        """Variance of drawing one of them."""
        mean = self.mean()
        return math.fsum((value - mean) * (value - mean) for value in self.values) / len(self.values)

    def cdf(self, value: float) -> float:
        """Share of the values that are not greater."""
        return bisect_right(self.values, value) / len(self.values)

    def quantile(self, probability: float) -> float:
        """Value not exceeded with a probability."""
        check_probability(probability)
        return self.values[max(math.ceil(probability * len(self.values)) - 1, 0)]

    def length_biased(self) -> Law:
        """Each value as likely as it is long."""
        total = math.fsum(self.values)
        if total <= 0.0:
            return self
        return MixtureLaw(tuple((value, FixedLaw(value)) for value in self.values if value > 0.0))


@dataclass(frozen=True)
class ShiftedLaw(Law):
    """Another law, and a constant in addition."""

    shift: float
    base: Law

    def mean(self) -> float:
        """Mean."""
        return self.shift + self.base.mean()

    def second_moment(self) -> float:
        """Mean of the square."""
        return self.shift * (self.shift + 2.0 * self.base.mean()) + self.base.second_moment()

    def variance(self) -> float:
        """Variance: that of the other law."""
        return self.base.variance()

    def cdf(self, value: float) -> float:
        """Probability of at most a value."""
        return self.base.cdf(value - self.shift)

    def quantile(self, probability: float) -> float:
        """Value not exceeded with a probability."""
        return self.shift + self.base.quantile(probability)

    def length_biased(self) -> Law:
        """(shift + x) f(x): the law itself and its biased one, weighted by shift and mean."""
        mean = self.base.mean()
        if self.shift <= 0.0 or mean <= 0.0:
            return ShiftedLaw(self.shift, self.base.length_biased())
        return ShiftedLaw(
            self.shift, MixtureLaw(((self.shift, self.base), (mean, self.base.length_biased())))
        )


@dataclass(frozen=True)
class MixtureLaw(Law):
    """One of several laws, each with a probability proportional to its weight."""

    parts: tuple[tuple[float, Law], ...]

    def shares(self) -> tuple[float, ...]:
        """Probabilities of the parts."""
        total = math.fsum(weight for weight, _ in self.parts)
        return tuple(weight / total for weight, _ in self.parts)

    def mean(self) -> float:
        """Mean."""
        return math.fsum(s * law.mean() for s, (_, law) in zip(self.shares(), self.parts, strict=True))

    def second_moment(self) -> float:
        """Mean of the square."""
        return math.fsum(
            s * law.second_moment() for s, (_, law) in zip(self.shares(), self.parts, strict=True)
        )

    def cdf(self, value: float) -> float:
        """Probability of at most a value."""
        return math.fsum(s * law.cdf(value) for s, (_, law) in zip(self.shares(), self.parts, strict=True))

    def quantile(self, probability: float) -> float:
        """Value not exceeded with a probability, by bisection between those of the parts."""
        check_probability(probability)
        ends = [law.quantile(probability) for _, law in self.parts]
        return inverse(self, probability, min(ends), max(ends))

    def length_biased(self) -> Law:
        """The biased parts, each with its weight times its mean."""
        parts = [(weight * law.mean(), law.length_biased()) for weight, law in self.parts]
        found = tuple((weight, law) for weight, law in parts if weight > 0.0)
        return MixtureLaw(found) if found else self


def inverse(law: Law, probability: float, low: float, high: float) -> float:
    """Smallest value between two bounds whose distribution function reaches a probability, by bisection."""
    for _ in range(BISECTIONS):
        middle = (low + high) / 2.0
        if middle <= low or middle >= high:
            break
        if law.cdf(middle) >= probability:
            high = middle
        else:
            low = middle
    return low if law.cdf(low) >= probability else high
