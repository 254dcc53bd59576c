"""Delays that vary: by closed laws, as measured, shifted and mixed."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictFloat, StrictStr, model_validator
from pydantic_core import PydanticCustomError

from warnpath.scenario.laws import (
    STANDARD_NORMAL,
    ExponentialLaw,
    FixedLaw,
    GammaLaw,
    Law,
    LognormalLaw,
    UniformLaw,
    WeibullLaw,
)
from warnpath.scenario.laws_compound import EmpiricalLaw, MixtureLaw, ShiftedLaw, TriangularLaw
from warnpath.scenario.quantities import Positive, PositiveSeconds, Quantity, Seconds, Table, Within

Z95 = STANDARD_NORMAL.inv_cdf(0.95)
"""95 % quantile of the standard normal distribution, 1.645."""

MOST_VALUES = 100_000
"""Measurements that an empirical delay may rest on."""


def _measured(values: tuple[float, ...]) -> tuple[float, ...]:
    if not values:
        raise PydanticCustomError("empty", "is empty", {"expected": "at least one value"})
    return tuple(sorted(values))


Shape = Annotated[Quantity, Within(0.1, 10_000.0, hint="1 is exponential")]
Measured = Annotated[StrictFloat, Field(ge=0.0, le=1e8, allow_inf_nan=False)]
Measurements = Annotated[
    tuple[Measured, ...],
    Field(max_length=MOST_VALUES),
    AfterValidator(_measured),
]
"""Values that were measured, kept sorted."""


class Delay(Table):
    """What all delays answer, s."""

    @abstractmethod
    def law(self) -> Law:
        """Law of the delay in seconds, without its unit."""

    def mean(self) -> float:
        """Mean delay, s."""
        return self.law().mean()

    def variance(self) -> float:
        """Variance, s^2."""
        return self.law().variance()

    def second_moment(self) -> float:
        """Mean of the square, s^2."""
        return self.law().second_moment()

    def quantile(self, probability: float) -> float:
        """Delay not exceeded with a probability in [0, 1), s."""
        return self.law().quantile(probability)


class Fixed(Delay):
    """Always the same delay, s."""

    kind: Literal["fixed"] = "fixed"
    value_s: Seconds

    def law(self) -> FixedLaw:
        """Law in seconds."""
        return FixedLaw(float(self.value_s))


class Uniform(Delay):
    """Every delay between two bounds equally likely, s."""

    kind: Literal["uniform"] = "uniform"
    low_s: Seconds
    high_s: Seconds

    @model_validator(mode="after")
    def _ordered(self) -> Uniform:
        check_order(float(self.low_s) <= float(self.high_s), "high_s", "low_s <= high_s")
        return self

    def law(self) -> UniformLaw:
        """Law in seconds."""
        return UniformLaw(float(self.low_s), float(self.high_s))


class Exponential(Delay):
    """Memoryless delay of a given mean, s."""

    kind: Literal["exponential"] = "exponential"
    mean_s: Seconds

    def law(self) -> ExponentialLaw:
        """Law in seconds."""
        return ExponentialLaw(float(self.mean_s))


class Lognormal(Delay):
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
        return lognormal_sigma(float(self.median_s), float(self.p95_s))

    def law(self) -> LognormalLaw:
        """Law in seconds."""
        return LognormalLaw(float(self.median_s), self.sigma)


class Gamma(Delay):
    """Gamma delay of a mean, s, and a shape: the sum of so many exponential stages, for a whole number."""

    kind: Literal["gamma"] = "gamma"
    mean_s: PositiveSeconds
    shape: Shape

    def law(self) -> GammaLaw:
        """Law in seconds."""
        return GammaLaw(float(self.mean_s) / float(self.shape), float(self.shape))


class Weibull(Delay):
    """Weibull delay: P(more than t) = exp(-(t / scale)^shape), s."""

    kind: Literal["weibull"] = "weibull"
    scale_s: PositiveSeconds
    shape: Shape

    def law(self) -> WeibullLaw:
        """Law in seconds."""
        return WeibullLaw(float(self.scale_s), float(self.shape))


class Triangular(Delay):
    """What an expert gives: lowest, most likely and highest delay, s."""

    kind: Literal["triangular"] = "triangular"
    low_s: Seconds
    mode_s: Seconds
    high_s: Seconds

    @model_validator(mode="after")
    def _ordered(self) -> Triangular:
        expected = "low_s <= mode_s <= high_s"
        check_order(float(self.low_s) <= float(self.mode_s), "mode_s", expected)
        check_order(float(self.mode_s) <= float(self.high_s), "high_s", expected)
        return self

    def law(self) -> TriangularLaw:
        """Law in seconds."""
        return TriangularLaw(float(self.low_s), float(self.mode_s), float(self.high_s))


class Empirical(Delay):
    """Delays as they were measured, each as likely as any other.

    Attributes
    ----------
    values_s : tuple of float
        The measurements, s. A file's are put here when the scenario is read, so they are part of it.
    file : str, optional
        CSV file, relative to the scenario file.
    column : str, optional
        Its column, by the name in the first line; by default the only one.
    unit : {"s", "ms", "us"}
        Unit of the file's numbers.
    """

    kind: Literal["empirical"] = "empirical"
    values_s: Measurements
    file: StrictStr | None = None
    column: StrictStr | None = None
    unit: Literal["s", "ms", "us"] = "s"

    def law(self) -> EmpiricalLaw:
        """Law in seconds."""
        return EmpiricalLaw(self.values_s)


class Shifted(Delay):
    """Another delay, and a constant in addition, s."""

    kind: Literal["shifted"] = "shifted"
    shift_s: Seconds
    delay: Distribution

    def law(self) -> ShiftedLaw:
        """Law in seconds."""
        return ShiftedLaw(float(self.shift_s), self.delay.law())


class MixturePart(Table):
    """A delay of a mixture, and how often it applies in relation to the others."""

    weight: Positive
    delay: Distribution


class Mixture(Delay):
    """One of several delays, each with a probability in proportion to its weight."""

    kind: Literal["mixture"] = "mixture"
    parts: Annotated[tuple[MixturePart, ...], Field(max_length=100)]

    @model_validator(mode="after")
    def _filled(self) -> Mixture:
        check_filled(self.parts)
        return self

    def law(self) -> MixtureLaw:
        """Law in seconds."""
        return MixtureLaw(tuple((float(part.weight), part.delay.law()) for part in self.parts))


Distribution = Annotated[
    Fixed | Uniform | Exponential | Lognormal | Gamma | Weibull | Triangular | Empirical | Shifted | Mixture,
    Field(discriminator="kind"),
]
"""A delay in seconds; the field ``kind`` says which sort."""

for _nested in (Shifted, MixturePart, Mixture):
    _nested.model_rebuild()


def check_order(ordered: bool, field: str, expected: str) -> None:
    """Raise pydantic's error for bounds that are the wrong way round."""
    if not ordered:
        raise PydanticCustomError(
            "disordered", "has its bounds the wrong way round", {"field": field, "expected": expected}
        )


def check_filled(parts: Sequence[object]) -> None:
    """Raise pydantic's error for a mixture of nothing."""
    if not parts:
        raise PydanticCustomError("empty", "is empty", {"field": "parts", "expected": "at least one part"})


def lognormal_sigma(median: float, p95: float) -> float:
    """Standard deviation of the logarithm, from the median and the 95 % quantile."""
    return math.log(p95 / median) / Z95
