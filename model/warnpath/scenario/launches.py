"""Launches and the profiles of their flights, at the level of published classes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, StrictFloat, StrictStr

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
PositionRow = tuple[StrictFloat, StrictFloat, StrictFloat, StrictFloat]


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
    positions: tuple[PositionRow, ...] | None = None
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
