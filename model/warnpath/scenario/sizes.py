"""Sizes of messages that vary, in bytes."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, StrictStr, Tag, model_validator

from warnpath.scenario.distributions import Measurements, check_filled, check_order, lognormal_sigma
from warnpath.scenario.laws import ExponentialLaw, FixedLaw, Law, LognormalLaw, UniformLaw
from warnpath.scenario.laws_compound import EmpiricalLaw, MixtureLaw
from warnpath.scenario.quantities import Bytes, Positive, Quantity, Table


class Size(Table):
    """What all sizes answer, bytes."""

    @abstractmethod
    def law(self) -> Law:
        """Law of the size in bytes, without its unit."""


class UniformSize(Size):
    """Every size between two bounds equally likely, bytes."""

    kind: Literal["uniform"] = "uniform"
    low_bytes: Bytes
    high_bytes: Bytes

    @model_validator(mode="after")
    def _ordered(self) -> UniformSize:
        ordered = float(self.low_bytes) <= float(self.high_bytes)
        check_order(ordered, "high_bytes", "low_bytes <= high_bytes")
        return self

    def law(self) -> UniformLaw:
        """Law in bytes."""
        return UniformLaw(float(self.low_bytes), float(self.high_bytes))


class ExponentialSize(Size):
    """Exponential size of a mean, bytes; with it a link is the server of a textbook's M/M/1."""

    kind: Literal["exponential"] = "exponential"
    mean_bytes: Bytes

    def law(self) -> ExponentialLaw:
        """Law in bytes."""
        return ExponentialLaw(float(self.mean_bytes))


class LognormalSize(Size):
    """Many small messages and few large ones: median and 95 % quantile, bytes."""

    kind: Literal["lognormal"] = "lognormal"
    median_bytes: Bytes
    p95_bytes: Bytes

    @model_validator(mode="after")
    def _ordered(self) -> LognormalSize:
        ordered = float(self.median_bytes) <= float(self.p95_bytes)
        check_order(ordered, "p95_bytes", "p95_bytes >= median_bytes")
        return self

    def law(self) -> LognormalLaw:
        """Law in bytes."""
        median = float(self.median_bytes)
        return LognormalLaw(median, lognormal_sigma(median, float(self.p95_bytes)))


class EmpiricalSize(Size):
    """Sizes as they were measured, bytes: given, or read from a column of a CSV file; see `Empirical`."""

    kind: Literal["empirical"] = "empirical"
    values_bytes: Measurements
    file: StrictStr | None = None
    column: StrictStr | None = None

    def law(self) -> EmpiricalLaw:
        """Law in bytes."""
        return EmpiricalLaw(self.values_bytes)


class SizePart(Table):
    """A size of a mixture, and how often it applies in relation to the others."""

    weight: Positive
    size_bytes: SizeBytes


class MixtureSize(Size):
    """One of several sizes, each with a probability in proportion to its weight."""

    kind: Literal["mixture"] = "mixture"
    parts: Annotated[tuple[SizePart, ...], Field(max_length=100)]

    @model_validator(mode="after")
    def _filled(self) -> MixtureSize:
        check_filled(self.parts)
        return self

    def law(self) -> MixtureLaw:
        """Law in bytes."""
        return MixtureLaw(tuple((float(part.weight), size_law(part.size_bytes)) for part in self.parts))


def _sort_of_size(value: Any) -> str:
    """Kind of a size: what a table says, else a plain number."""
    kind = value.get("kind") if isinstance(value, Mapping) else getattr(value, "kind", None)
    return "number" if kind is None else str(kind)


SizeBytes = Annotated[
    Annotated[Bytes, Tag("number")]
    | Annotated[UniformSize, Tag("uniform")]
    | Annotated[ExponentialSize, Tag("exponential")]
    | Annotated[LognormalSize, Tag("lognormal")]
    | Annotated[EmpiricalSize, Tag("empirical")]
    | Annotated[MixtureSize, Tag("mixture")],
    Discriminator(_sort_of_size),
]
"""A size in bytes: a number, or a table whose field ``kind`` says which sort."""

for _nested in (SizePart, MixtureSize):
    _nested.model_rebuild()


def size_law(size: Size | Quantity) -> Law:
    """Law of a size in bytes, a plain number's too."""
    return FixedLaw(float(size)) if isinstance(size, Quantity) else size.law()
