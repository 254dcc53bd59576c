"""Delays that vary: fixed, uniform, exponential, lognormal."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from warnpath.scenario.quantities import PositiveSeconds, Seconds, Table

STANDARD_NORMAL = NormalDist()
Z95 = STANDARD_NORMAL.inv_cdf(0.95)
"""95 % quantile of the standard normal distribution, 1.645."""


class Fixed(Table):
    """Always the same delay, s."""

    kind: Literal["fixed"] = "fixed"
    value_s: Seconds

    def mean(self) -> float:
        """Mean delay, s."""
        return float(self.value_s)

    def quantile(self, probability: float) -> float:
        """Delay not exceeded with a probability in [0, 1), s."""
        _check(probability)
        return float(self.value_s)


class Uniform(Table):
    """Every delay between two bounds equally likely, s."""

    kind: Literal["uniform"] = "uniform"
    low_s: Seconds
    high_s: Seconds

    @model_validator(mode="after")
    def _ordered(self) -> Uniform:
        if float(self.low_s) > float(self.high_s):
            raise PydanticCustomError(
                "disordered",
                "has its bounds the wrong way round",
                {"field": "high_s", "expected": "low_s <= high_s"},
            )
        return self

    def mean(self) -> float:
        """Mean delay, s."""
        return (float(self.low_s) + float(self.high_s)) / 2.0

    def quantile(self, probability: float) -> float:
        """Delay not exceeded with a probability in [0, 1), s."""
        _check(probability)
        return float(self.low_s) + probability * (float(self.high_s) - float(self.low_s))


class Exponential(Table):
    """Memoryless delay of a given mean, s."""

    kind: Literal["exponential"] = "exponential"
    mean_s: Seconds

    def mean(self) -> float:
        """Mean delay, s."""
        return float(self.mean_s)

    def quantile(self, probability: float) -> float:
        """Delay not exceeded with a probability in [0, 1), s."""
        _check(probability)
        return -float(self.mean_s) * math.log1p(-probability)


class Lognormal(Table):
    """Right-skewed delay, given by its median and its 95 % quantile, s.

    The logarithm is normal with mean ln(median) and standard deviation ln(p95/median)/1.645.
    """

    kind: Literal["lognormal"] = "lognormal"
    median_s: PositiveSeconds
    p95_s: PositiveSeconds

    @model_validator(mode="after")
    def _ordered(self) -> Lognormal:
        if float(self.p95_s) < float(self.median_s):
            raise PydanticCustomError(
                "disordered",
                "has a 95 % quantile below its median",
                {"field": "p95_s", "expected": "p95_s >= median_s"},
            )
        return self

    @property
    def sigma(self) -> float:
        """Standard deviation of the logarithm."""
        return math.log(float(self.p95_s) / float(self.median_s)) / Z95

    def mean(self) -> float:
        """Mean delay, s: median exp(sigma^2 / 2)."""
        return float(self.median_s) * math.exp(self.sigma * self.sigma / 2.0)

    def quantile(self, probability: float) -> float:
        """Delay not exceeded with a probability in [0, 1), s."""
        _check(probability)
        if probability == 0.0:
            return 0.0
        return float(self.median_s) * math.exp(self.sigma * STANDARD_NORMAL.inv_cdf(probability))


Distribution = Annotated[Fixed | Uniform | Exponential | Lognormal, Field(discriminator="kind")]
"""A delay in seconds; the field ``kind`` says which sort."""

KINDS = ("fixed", "uniform", "exponential", "lognormal")


def _check(probability: float) -> None:
    if not 0.0 <= probability < 1.0:
        raise ValueError(f"a probability in [0, 1) is needed, not {probability!r}")
