"""Laws of random quantities without a unit: what a delay or a size of a scenario is underneath.

Each has its mean, variance, second moment, distribution function and quantiles, for tables and theory, and
its length-biased law: that of the interval in which an outside observer finds himself, which is what starts a
renewal process in equilibrium (Cox, Renewal Theory, 1962, section 5.3: a uniform part of it remains).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from statistics import NormalDist

STANDARD_NORMAL = NormalDist()


class Law(ABC):
    """A law of values >= 0."""

    @abstractmethod
    def mean(self) -> float:
        """Mean."""

    @abstractmethod
    def second_moment(self) -> float:
        """Mean of the square."""

    @abstractmethod
    def cdf(self, value: float) -> float:
        """Probability of at most a value."""

    @abstractmethod
    def quantile(self, probability: float) -> float:
        """Value not exceeded with a probability in [0, 1)."""

    def length_biased(self) -> Law:
        """Law with the density x f(x) / mean; of a mean of 0 itself.

        Raises
        ------
        ValueError
            Of a law that only comes up as a piece of such a one.
        """
        raise ValueError(f"the length-biased law of {self!r} is not known")

    def variance(self) -> float:
        """Variance."""
        mean = self.mean()
        return max(self.second_moment() - mean * mean, 0.0)


def check_probability(probability: float) -> None:
    """Raise `ValueError` unless a probability is in [0, 1)."""
    if not 0.0 <= probability < 1.0:
        raise ValueError(f"a probability in [0, 1) is needed, not {probability!r}")


@dataclass(frozen=True)
class FixedLaw(Law):
    """One value, always."""

    value: float

    def mean(self) -> float:
        """Mean."""
        return self.value

    def second_moment(self) -> float:
        """Mean of the square."""
        return self.value * self.value

    def variance(self) -> float:
        """Variance: none, to the last bit."""
        return 0.0

    def cdf(self, value: float) -> float:
        """Probability of at most a value."""
        return float(value >= self.value)

    def quantile(self, probability: float) -> float:
        """Value not exceeded with a probability."""
        check_probability(probability)
        return self.value

    def length_biased(self) -> Law:
        """The same value."""
        return self


@dataclass(frozen=True)
class UniformLaw(Law):
    """Every value between two bounds, equally likely."""

    low: float
    high: float

    def mean(self) -> float:
        """Mean: (low + high) / 2."""
        return (self.low + self.high) / 2.0

    def second_moment(self) -> float:
        """Mean of the square: (low^2 + low high + high^2) / 3."""
        return (self.low * self.low + self.low * self.high + self.high * self.high) / 3.0

    def variance(self) -> float:
        """Variance: (high - low)^2 / 12."""
        width = self.high - self.low
        return width * width / 12.0

    def cdf(self, value: float) -> float:
        """Probability of at most a value."""
        if self.high <= self.low:
            return float(value >= self.low)
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)

    def quantile(self, probability: float) -> float:
        """Value not exceeded with a probability."""
        check_probability(probability)
        return self.low + probability * (self.high - self.low)

    def length_biased(self) -> Law:
        """Density proportional to the value between the bounds."""
        return LinearLaw(self.low, self.high) if self.high > 0.0 else self


@dataclass(frozen=True)
class LinearLaw(Law):
    """Density proportional to the value between two bounds: x^2 is uniform between their squares."""

    low: float
    high: float

    def _moment(self, power: int) -> float:
        """Mean of a power; as a quotient of sums, which is exact for bounds that are close or equal."""
        above = math.fsum(self.low**k * self.high ** (power + 1 - k) for k in range(power + 2))
        return 2.0 * above / ((power + 2) * (self.low + self.high))

    def mean(self) -> float:
        """Mean: 2 (high^3 - low^3) / (3 (high^2 - low^2))."""
        return self._moment(1)

    def second_moment(self) -> float:
        """Mean of the square: (low^2 + high^2) / 2."""
        return (self.low * self.low + self.high * self.high) / 2.0

    def cdf(self, value: float) -> float:
        """Probability of at most a value."""
        if self.high <= self.low:
            return float(value >= self.low)
        inside = min(max(value, self.low), self.high)
        squares = self.high * self.high - self.low * self.low
        return (inside * inside - self.low * self.low) / squares

    def quantile(self, probability: float) -> float:
        """Value not exceeded with a probability."""
        check_probability(probability)
        squares = self.high * self.high - self.low * self.low
        return math.sqrt(self.low * self.low + probability * squares)


@dataclass(frozen=True)
class ExponentialLaw(Law):
    """Memoryless, of a mean."""

    scale: float

    def mean(self) -> float:
        """Mean."""
        return self.scale

    def second_moment(self) -> float:
        """Mean of the square: 2 mean^2."""
        return 2.0 * self.scale * self.scale

    def variance(self) -> float:
        """Variance: mean^2."""
        return self.scale * self.scale

    def cdf(self, value: float) -> float:
        """Probability of at most a value."""
        if self.scale == 0.0:
            return float(value >= 0.0)
        return -math.expm1(-value / self.scale) if value > 0.0 else 0.0

    def quantile(self, probability: float) -> float:
        """Value not exceeded with a probability."""
        check_probability(probability)
        return -self.scale * math.log1p(-probability)

    def length_biased(self) -> Law:
        """Gamma of shape 2."""
        return GammaLaw(self.scale, 2.0) if self.scale > 0.0 else self


@dataclass(frozen=True)
class LognormalLaw(Law):
    """The logarithm is normal, around that of the median, with a standard deviation `sigma`."""

    median: float
    sigma: float

    @property
    def mu(self) -> float:
        """Mean of the logarithm."""
        return math.log(self.median)

    def mean(self) -> float:
        """Mean: median exp(sigma^2 / 2)."""
        return self.median * math.exp(self.sigma * self.sigma / 2.0)

    def second_moment(self) -> float:
        """Mean of the square: median^2 exp(2 sigma^2)."""
        return self.median * self.median * math.exp(2.0 * self.sigma * self.sigma)

    def variance(self) -> float:
        """Variance: mean^2 (exp(sigma^2) - 1)."""
        mean = self.mean()
        return mean * mean * math.expm1(self.sigma * self.sigma)

    def cdf(self, value: float) -> float:
        """Probability of at most a value."""
        if value <= 0.0:
            return 0.0
        if self.sigma == 0.0:
            return float(value >= self.median)
        return STANDARD_NORMAL.cdf(math.log(value / self.median) / self.sigma)

    def quantile(self, probability: float) -> float:
        """Value not exceeded with a probability."""
        check_probability(probability)
        if probability == 0.0:
            return 0.0
        return self.median * math.exp(self.sigma * STANDARD_NORMAL.inv_cdf(probability))

    def length_biased(self) -> Law:
        """Lognormal around a median that is larger by exp(sigma^2)."""
        return LognormalLaw(self.median * math.exp(self.sigma * self.sigma), self.sigma)


@dataclass(frozen=True)
class GammaLaw(Law):
    """``scale`` times a standard gamma value of a shape, raised to a power.

    A power of 1 is the gamma law itself; the length-biased law of a Weibull needs the others
    (Stacy's generalised gamma, Ann. Math. Statist. 33, 1962).
    """

    scale: float
    shape: float
    power: float = 1.0

    def _moment(self, order: float) -> float:
        log = math.lgamma(self.shape + order * self.power) - math.lgamma(self.shape)
        return math.exp(order * math.log(self.scale) + log)

    def mean(self) -> float:
        """Mean: scale Gamma(shape + power) / Gamma(shape)."""
        return self.scale * self.shape if self.power == 1.0 else self._moment(1.0)

    def second_moment(self) -> float:
        """Mean of the square."""
        if self.power == 1.0:
            return self.scale * self.scale * self.shape * (self.shape + 1.0)
        return self._moment(2.0)

    def cdf(self, value: float) -> float:
        """Probability of at most a value."""
        from scipy import special

        if value <= 0.0:
            return 0.0
        standard = math.exp(math.log(value / self.scale) / self.power)
        return float(special.gammainc(self.shape, standard))

    def quantile(self, probability: float) -> float:
        """Value not exceeded with a probability."""
        from scipy import special

        check_probability(probability)
        if probability == 0.0:
            return 0.0
        standard = float(special.gammaincinv(self.shape, probability))
        return self.scale * math.exp(math.log(standard) * self.power)

    def length_biased(self) -> Law:
        """Gamma of a shape that is larger by the power."""
        return GammaLaw(self.scale, self.shape + self.power, self.power)


@dataclass(frozen=True)
class WeibullLaw(Law):
    """A life whose failure rate falls (shape below 1) or rises with age."""

    scale: float
    shape: float

    def mean(self) -> float:
        """Mean: scale Gamma(1 + 1 / shape)."""
        return self.scale * math.gamma(1.0 + 1.0 / self.shape)

    def second_moment(self) -> float:
        """Mean of the square: scale^2 Gamma(1 + 2 / shape)."""
        return self.scale * self.scale * math.gamma(1.0 + 2.0 / self.shape)

    def cdf(self, value: float) -> float:
        """Probability of at most a value."""
        if value <= 0.0:
            return 0.0
        return -math.expm1(-math.exp(self.shape * math.log(value / self.scale)))

    def quantile(self, probability: float) -> float:
        """Value not exceeded with a probability."""
        check_probability(probability)
        if probability == 0.0:
            return 0.0
        return self.scale * math.exp(math.log(-math.log1p(-probability)) / self.shape)

    def length_biased(self) -> Law:
        """A power of a gamma value: (x / scale)^shape is gamma of shape 1 + 1 / shape."""
        return GammaLaw(self.scale, 1.0 + 1.0 / self.shape, 1.0 / self.shape)
