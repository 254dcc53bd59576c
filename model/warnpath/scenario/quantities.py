"""Numbers with a range and a source, and the bounds that catch wrong signs and wrong units."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StrictFloat,
    StrictInt,
    StrictStr,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

Mark = Literal["published", "derived", "assumed"]


class Table(BaseModel):
    """A table of a scenario file: frozen, and a field it does not know is an error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False, defer_build=True
    )


class Quantity(Table):
    """A number with its range, its source and how well it is known.

    In a file it is a plain number, or a table ``{ nominal, low, high, source, mark }``. ``float(quantity)``
    is the nominal value.

    Attributes
    ----------
    nominal : float
        The value used.
    low, high : float, optional
        Range over which a sensitivity study varies it.
    source : str, optional
        Key in the table ``[source]``.
    mark : {"published", "derived", "assumed"}, optional
        How the number is known.
    """

    nominal: StrictFloat
    low: StrictFloat | None = None
    high: StrictFloat | None = None
    source: StrictStr | None = None
    mark: Mark | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_number(cls, value: Any) -> Any:
        if isinstance(value, Quantity | Mapping):
            return value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise PydanticCustomError("not_a_number", "is not a number")
        try:
            return {"nominal": float(value)}
        except OverflowError:
            raise PydanticCustomError("not_a_number", "is too large for a number") from None

    @model_validator(mode="after")
    def _ordered(self) -> Quantity:
        low = self.nominal if self.low is None else self.low
        high = self.nominal if self.high is None else self.high
        if not low <= self.nominal <= high:
            raise PydanticCustomError(
                "disordered",
                "has a nominal value outside its range",
                {"expected": "low <= nominal <= high"},
            )
        return self

    def __float__(self) -> float:
        return self.nominal

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        table = handler(schema)
        return {"anyOf": [{"type": "number"}, table]}


def quantity(nominal: float) -> Quantity:
    """A plain number as a quantity, for defaults."""
    return Quantity(nominal=float(nominal))


@dataclass(frozen=True)
class Within:
    """Bounds of a quantity; they hold for its nominal, low and high value.

    Attributes
    ----------
    minimum, maximum : float
        Bounds; infinite means none.
    above : bool
        True if the minimum itself is not allowed.
    hint : str
        What a value beyond the maximum usually comes from.
    too_small_is : str
        What a value below the minimum would be.
    """

    minimum: float = -math.inf
    maximum: float = math.inf
    above: bool = False
    hint: str = ""
    too_small_is: str = ""

    def text(self) -> str:
        """The bounds in words."""
        least = "" if self.minimum == -math.inf else f"{'>' if self.above else '>='} {self.minimum:g}"
        most = "" if self.maximum == math.inf else f"<= {self.maximum:g}"
        return "a number " + " and ".join(part for part in (least, most) if part)

    def check(self, value: Quantity) -> Quantity:
        """Return the quantity, or raise if a value of it is out of bounds."""
        for name in ("nominal", "low", "high"):
            number = getattr(value, name)
            if number is None:
                continue
            too_small = number < self.minimum or (self.above and number == self.minimum)
            if too_small or number > self.maximum:
                hint = f"; {self.hint}" if self.hint and not too_small else ""
                which = "" if name == "nominal" else f" ({name} = {number:g})"
                if too_small and self.too_small_is:
                    which += f": {self.too_small_is}"
                raise PydanticCustomError(
                    "out_of_range", "is out of range{which}", {"expected": self.text() + hint, "which": which}
                )
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        described = handler(schema)
        bounds: dict[str, float] = {}
        if self.minimum != -math.inf:
            bounds["exclusiveMinimum" if self.above else "minimum"] = self.minimum
        if self.maximum != math.inf:
            bounds["maximum"] = self.maximum
        # JSON Schema applies numeric bounds to numbers only, so a table passes them.
        return {**described, **bounds}


_FRACTION_HINT = "a fraction, not a percentage: 99.5 % is 0.995"

Fraction = Annotated[Quantity, Within(0.0, 1.0, hint=_FRACTION_HINT)]
Availability = Annotated[Quantity, Within(0.0, 1.0, above=True, hint=_FRACTION_HINT)]
SmallProbability = Annotated[
    Quantity, Within(0.0, 0.5, above=True, hint="a probability per look, as in 1e-6")
]
DetectionProbability = Annotated[Quantity, Within(0.0, 1.0, above=True, hint=_FRACTION_HINT)]
Latitude = Annotated[Quantity, Within(-90.0, 90.0, hint="degrees north; are latitude and longitude swapped?")]
Longitude = Annotated[Quantity, Within(-180.0, 180.0, hint="degrees east, from -180 to 180")]
Altitude = Annotated[
    Quantity, Within(-500.0, 1e8, hint="metres above the ellipsoid", too_small_is="inside the Earth")
]
Azimuth = Annotated[Quantity, Within(-360.0, 360.0, hint="degrees clockwise from north")]
Elevation = Annotated[Quantity, Within(-10.0, 90.0, hint="degrees above the horizon")]
SectorWidth = Annotated[Quantity, Within(0.0, 360.0, above=True, hint="degrees")]
Seconds = Annotated[Quantity, Within(0.0, 1e8)]
PositiveSeconds = Annotated[Quantity, Within(0.0, 1e8, above=True)]
Milliseconds = Annotated[Quantity, Within(0.0, 1e6, hint="milliseconds, one way")]
Hours = Annotated[Quantity, Within(0.0, 1e7, above=True, hint="hours")]
GroundRange = Annotated[Quantity, Within(0.0, 20_040.0, above=True, hint="km, at most half round the earth")]
Height = Annotated[Quantity, Within(0.0, 40_000.0, above=True, hint="km")]
RadarRange = Annotated[Quantity, Within(0.0, 100_000.0, above=True, hint="km")]
Length = Annotated[Quantity, Within(0.0, 200_000.0, hint="km")]
RouteFactor = Annotated[Quantity, Within(1.0, 20.0, hint="length of the route over the great circle")]
LightTime = Annotated[
    Quantity,
    Within(3.3356, 100.0, hint="microseconds per km; light in glass needs 4.9, in vacuum 3.34"),
]
Capacity = Annotated[Quantity, Within(0.0, 1e9, above=True, hint="kbit/s, not bit/s")]
Metres = Annotated[Quantity, Within(0.0, 1e7, above=True, hint="metres")]
Milliradians = Annotated[Quantity, Within(0.0, 1000.0, hint="milliradians")]
Microradians = Annotated[Quantity, Within(0.0, 100_000.0, above=True, hint="microradians")]
PatrolWidth = Annotated[Quantity, Within(0.0, 2000.0, hint="km, from the middle to the edge")]
Bytes = Annotated[Quantity, Within(1.0, 1e9, hint="bytes")]
Factor = Annotated[Quantity, Within(0.0, 1e6, hint="times the usual")]
Bits = Annotated[Quantity, Within(1.0, 1e10, hint="bits")]
GrowthFactor = Annotated[Quantity, Within(1.0, 100.0, hint="a factor; 1 lets nothing grow")]
PositiveMilliseconds = Annotated[Quantity, Within(0.0, 1e6, above=True, hint="milliseconds")]
Rate = Annotated[Quantity, Within(0.0, 1e6, above=True, hint="per second")]
Speed = Annotated[Quantity, Within(0.0, 8.0, above=True, hint="km/s, not m/s")]
Share = Annotated[Quantity, Within(0.0, 1.0, above=True, hint=_FRACTION_HINT)]
Multiple = Annotated[Quantity, Within(1.0, 1e6, hint="how many times as long")]
Positive = Annotated[Quantity, Within(0.0, 1e9, above=True)]

Count = Annotated[StrictInt, Field(ge=1, le=1_000_000_000)]
Protection = Literal["none", "1+1"]
"""Whether messages are sent once, or twice over two disjoint walks of which the first copy counts."""

AlternativeCount = Annotated[StrictInt, Field(ge=2, le=20)]
"""Walks worked out beforehand: the usual one and at least one other."""
ScanCount = Annotated[StrictInt, Field(ge=1, le=30)]
"""Looks that a sensor remembers."""
Name = Annotated[StrictStr, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
"""Identifier of an element: kebab-case."""
Names = Annotated[tuple[Name, ...], AfterValidator(lambda names: tuple(sorted(set(names))))]
"""A set of identifiers, kept sorted."""


def _names(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        raise PydanticCustomError("empty", "is empty", {"expected": "at least one id"})
    return tuple(sorted(set(names)))


NameOrNames = Annotated[
    tuple[Name, ...],
    BeforeValidator(lambda value: (value,) if isinstance(value, str) else value),
    AfterValidator(_names),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""One identifier or several, kept sorted."""
ClassName = Annotated[StrictStr, StringConstraints(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$")]
"""Identifier of a class, profile or source: lower case, words joined by ``-`` or ``_``."""
Nation = Annotated[StrictStr, StringConstraints(pattern=r"^[A-Z]{2,}$")]
"""Nation: two or more capital letters."""
Label = Annotated[StrictStr, StringConstraints(pattern=r"^[A-Z]{2,}(-[A-Z0-9]+)*$")]
"""Label of data: the owner's nation, and if need be where the data comes from: ``US-JAPAN``."""
