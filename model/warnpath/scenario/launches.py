"""Launches and the profiles of their flights, at the level of published classes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StrictStr, WithJsonSchema
from pydantic_core import PydanticCustomError

from warnpath.physics.positions import COLUMNS
from warnpath.scenario.quantities import (
    Azimuth,
    ClassName,
    Elevation,
    GroundRange,
    Height,
    Latitude,
    Longitude,
    Name,
    Names,
    Positive,
    PositiveSeconds,
    Seconds,
    Speed,
    Table,
    quantity,
)


class Place(Table):
    """A point on the ground."""

    lat_deg: Latitude
    lon_deg: Longitude


FlightKind = Literal["ballistic", "pull_up", "glide", "table"]
Drawable = Literal["burn_time_s", "ballistic_coefficient_kg_m2"]


def _row(value: Any) -> Any:
    """A row of a table of positions; what its numbers must be is checked in `flight_tables`."""
    sound = isinstance(value, list | tuple) and len(value) == len(COLUMNS)
    if not sound or any(isinstance(cell, bool) or not isinstance(cell, int | float) for cell in value):
        expected = f"[{', '.join(COLUMNS)}]"
        raise PydanticCustomError("not_a_row", "is not a row of four numbers", {"expected": expected})
    return value


Cell = Annotated[float, Field(allow_inf_nan=True)]
PositionRow = Annotated[tuple[Cell, ...], BeforeValidator(_row)]
Positions = Annotated[
    tuple[PositionRow, ...],
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "description": "path of a CSV file, relative to this file"},
                {
                    "type": "array",
                    "items": {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4},
                },
            ]
        }
    ),
]


class Profile(Table):
    """A class of flights.

    Attributes
    ----------
    kind : {"ballistic", "pull_up", "glide", "table"}
        ``pull_up`` lifts its nose on the way down; ``glide`` goes on with its lift balanced against its
        weight, until it is as slow as ``glide_end_speed_km_s`` and falls; ``table`` flies through its
        ``positions``.
    range_km, apogee_km : float
        Ground range and greatest height.
    burn_time_s : float
        From lift-off to the end of thrust, staging included.
    ballistic_coefficient_kg_m2 : float
        Mass over drag area of what comes down.
    pull_up_altitude_km, lift_to_drag, pull_up_angle_deg : float, optional
        Where a descending ``pull_up`` or ``glide`` lifts its nose (30), how hard (2), and the flight-path
        angle at which the pull-up ends (5).
    glide_end_speed_km_s : float, optional
        Speed at which a ``glide`` ends (1.2).
    positions : str or array, optional
        Of a ``table``: a CSV file with the columns t_s, lat_deg, lon_deg, alt_km, by a path relative to this
        file, or its rows. The first row is the launch, the last the impact.
    drawn : array of str
        Values drawn anew in every replication for every launch, out of ``burn_time_s`` and
        ``ballistic_coefficient_kg_m2``: from a triangular distribution over their low, nominal and high, of
        the coefficient in its logarithm. Range and apogee stay.
    """

    kind: FlightKind = "ballistic"
    title: StrictStr = ""
    range_km: GroundRange | None = None
    apogee_km: Height | None = None
    burn_time_s: PositiveSeconds | None = None
    ballistic_coefficient_kg_m2: Positive | None = None
    pull_up_altitude_km: Height | None = None
    lift_to_drag: Positive | None = None
    pull_up_angle_deg: Elevation | None = None
    glide_end_speed_km_s: Speed | None = None
    positions: Positions | None = None
    drawn: Annotated[tuple[Drawable, ...], AfterValidator(lambda names: tuple(sorted(set(names))))] = ()


class Launch(Table):
    """One launch.

    Attributes
    ----------
    launch_set : tuple of str
        Sets it belongs to; a launch without any is part of every set.
    origin : Place
        Place of launch; a table of positions has its own.
    azimuth_deg, target
        Exactly one of them: the direction of flight, or the place of impact; none beside a table.
    range_km, apogee_km : float, optional
        Override the profile.
    """

    id: Name
    profile: ClassName
    origin: Place | None = None
    launch_set: Names = ()
    name: StrictStr = ""
    azimuth_deg: Azimuth | None = None
    target: Place | None = None
    at_s: Seconds = quantity(0.0)
    range_km: GroundRange | None = None
    apogee_km: Height | None = None
