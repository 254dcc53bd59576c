"""Launches and the profiles of their flights, at the level of published classes."""

from __future__ import annotations

from typing import Literal

from pydantic import StrictStr

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
    Table,
    quantity,
)


class Place(Table):
    """A point on the ground."""

    lat_deg: Latitude
    lon_deg: Longitude


class Profile(Table):
    """A class of flights.

    Attributes
    ----------
    kind : {"ballistic", "pull_up"}
        ``pull_up`` lifts its nose on the way down.
    range_km, apogee_km : float
        Ground range and greatest height.
    burn_time_s : float
        From lift-off to the end of thrust, staging included.
    ballistic_coefficient_kg_m2 : float
        Mass over drag area of what comes down.
    pull_up_altitude_km, lift_to_drag, pull_up_angle_deg : float, optional
        Where a descending ``pull_up`` flight lifts its nose, how hard, and the flight-path angle it ends at.
    """

    kind: Literal["ballistic", "pull_up"] = "ballistic"
    title: StrictStr = ""
    range_km: GroundRange | None = None
    apogee_km: Height | None = None
    burn_time_s: PositiveSeconds | None = None
    ballistic_coefficient_kg_m2: Positive | None = None
    pull_up_altitude_km: Height | None = None
    lift_to_drag: Positive | None = None
    pull_up_angle_deg: Elevation | None = None


class Launch(Table):
    """One launch.

    Attributes
    ----------
    launch_set : tuple of str
        Sets it belongs to; a launch without any is part of every set.
    azimuth_deg, target
        Exactly one of them: the direction of flight, or the place of impact.
    range_km, apogee_km : float, optional
        Override the profile.
    """

    id: Name
    profile: ClassName
    origin: Place
    launch_set: Names = ()
    name: StrictStr = ""
    azimuth_deg: Azimuth | None = None
    target: Place | None = None
    at_s: Seconds = quantity(0.0)
    range_km: GroundRange | None = None
    apogee_km: Height | None = None
