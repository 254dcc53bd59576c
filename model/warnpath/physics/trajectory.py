"""Flights of a class: solve a trajectory for origin, direction or target, range and apogee."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from warnpath.physics import forces, shooting
from warnpath.physics.areas import ground_track
from warnpath.physics.arrays import Table
from warnpath.physics.earth import J2, ROTATION_RAD_S, east_north_up, geodesic
from warnpath.physics.errors import PhysicsError

PROPELLANT_FRACTION = 0.65
"""Part of the lift-off mass burnt by the equivalent single stage, which sets how steeply the acceleration
rises: the masses commonly given for the R-17 (3.8 of 5.9 t). Longer-range vehicles burn a larger part, but in
stages, each of which starts slowly again. One value for all classes. It was 0.8 when flight times were first
compared with announced ones and was lowered afterwards; 0 (constant) to 0.9 moves their mean by 2.2 %.
"""
VERTICAL_PART = 0.06
"""Part of the burn flown straight up: 4.5 s of 75 s."""
LONGEST_FLIGHT_S = 20_000.0


@dataclass(frozen=True)
class FlightProfile:
    """A class of flights.

    Parameters
    ----------
    range_km : float
        Ground distance from launch to impact along the geodesic.
    apogee_km : float
        Greatest height above the ellipsoid.
    burn_time_s : float
        Time from lift-off to the end of thrust, staging included.
    ballistic_coefficient_kg_m2 : float
        m/(Cd A) of what comes down.
    kind : str
        ``ballistic`` or ``pull_up``.
    pull_up_altitude_km : float
        Where the descending flight of a ``pull_up`` profile begins to lift its nose.
    lift_to_drag : float
        Lift over drag in the pull-up.
    pull_up_angle_deg : float
        Flight-path angle at which the pull-up ends.
    """

    range_km: float
    apogee_km: float
    burn_time_s: float
    ballistic_coefficient_kg_m2: float
    kind: str = "ballistic"
    pull_up_altitude_km: float = 30.0
    lift_to_drag: float = 2.0
    pull_up_angle_deg: float = 5.0


@dataclass(frozen=True, eq=False)
class Trajectory:
    """One flight, from lift-off to impact.

    Attributes
    ----------
    table : ndarray
        Shape (n, 10), columns t_s since launch; x, y, z (m); vx, vy, vz (m/s); ax, ay, az (m/s2), in the
        rotating frame (ECEF). Row 0 is the launch, the last row the impact; where the acceleration jumps
        (burnout) a row is doubled. Read it with `warnpath.physics.table.state_at`; do not change it.
    burnout_s, impact_s : float
        Seconds after launch.
    impact_lat_deg, impact_lon_deg : float
        Place of impact.
    apogee_km, apogee_s : float
        Greatest height and its time.
    range_km : float
        Geodesic distance from launch to impact.
    """

    table: Table
    burnout_s: float
    impact_s: float
    impact_lat_deg: float
    impact_lon_deg: float
    apogee_km: float
    apogee_s: float
    range_km: float

    @cached_property
    def ground_track(self) -> Table:
        """Points of the ground track, shape (n, 3): t_s, lat_deg, lon_deg, about one a second."""
        return ground_track(self.table)


def solve(
    profile: FlightProfile,
    origin: tuple[float, float],
    *,
    azimuth_deg: float | None = None,
    target: tuple[float, float] | None = None,
) -> Trajectory:
    """Trajectory of a class from a place towards an azimuth or a target.

    Parameters
    ----------
    profile : FlightProfile
        Range, apogee and class values. With a target the range is the distance to it, and
        ``profile.range_km`` is not used.
    origin : tuple of float
        Latitude and longitude of the launch, deg; height 0.
    azimuth_deg : float, optional
        Initial azimuth of the geodesic from launch to impact, deg clockwise from north.
    target : tuple of float, optional
        Latitude and longitude of the impact, deg. Exactly one of azimuth and target is needed.

    Returns
    -------
    Trajectory
        Impact within 1 m of the place asked for and apogee within 1 m. Equal arguments give the same
        object.

    Raises
    ------
    PhysicsError
        A value out of bounds, or a range that cannot be flown with this apogee and burn time; the message
        names the ranges that can.
    """
    if (azimuth_deg is None) == (target is None):
        raise PhysicsError("a flight needs either azimuth_deg or target, and not both")
    latitude, longitude = float(origin[0]), float(origin[1])
    _check("origin latitude (deg)", latitude, -90.0, 90.0)
    _check("origin longitude (deg)", longitude, -360.0, 360.0)
    if target is not None:
        _check("target latitude (deg)", float(target[0]), -90.0, 90.0)
        _check("target longitude (deg)", float(target[1]), -360.0, 360.0)
        range_km, azimuth = geodesic(latitude, longitude, float(target[0]), float(target[1]))
    else:
        assert azimuth_deg is not None
        range_km, azimuth = profile.range_km, float(azimuth_deg)
        _check("azimuth_deg", azimuth, -360.0, 360.0)
    _check("range_km", range_km, 1.0, 19_000.0)
    _check("apogee_km", profile.apogee_km, 5.0, 20_000.0)
    _check("burn_time_s", profile.burn_time_s, 1.0, 1000.0)
    _check("ballistic_coefficient_kg_m2", profile.ballistic_coefficient_kg_m2, 100.0, 1e6)
    if profile.kind == "pull_up":
        _check("pull_up_altitude_km", profile.pull_up_altitude_km, 1.0, profile.apogee_km)
        _check("lift_to_drag", profile.lift_to_drag, 0.1, 10.0)
        _check("pull_up_angle_deg", profile.pull_up_angle_deg, -60.0, 60.0)
    elif profile.kind != "ballistic":
        raise PhysicsError(
            f"profile kind {profile.kind!r} cannot be flown; expected 'ballistic' or 'pull_up' "
            "(other flights can be given as a table of positions)"
        )
    return _solve(profile, latitude, longitude, azimuth % 360.0, range_km)


def flight_row(profile: FlightProfile, lat_deg: float, lon_deg: float) -> Table:
    """The flight of a class from a place as one row for the kernels, thrust and tilt still open.

    Returns
    -------
    ndarray
        Shape (1, `forces.FLIGHT_COLUMNS`).
    """
    flight = np.zeros((1, forces.FLIGHT_COLUMNS))
    row = flight[0]
    row[forces.BURN_TIME_S] = profile.burn_time_s
    row[forces.VERTICAL_TIME_S] = VERTICAL_PART * profile.burn_time_s
    row[forces.PROPELLANT_FRACTION] = PROPELLANT_FRACTION
    row[forces.FRAME : forces.FRAME + 9] = east_north_up(math.radians(lat_deg), math.radians(lon_deg))
    row[forces.INVERSE_BALLISTIC_M2_KG] = 1.0 / profile.ballistic_coefficient_kg_m2
    row[forces.LIFT_TO_DRAG] = profile.lift_to_drag
    row[forces.PULL_UP_ALTITUDE_M] = (
        1000.0 * profile.pull_up_altitude_km if profile.kind == "pull_up" else -1.0
    )
    row[forces.PULL_UP_SINE] = math.sin(math.radians(profile.pull_up_angle_deg))
    row[forces.J2_TERM] = J2
    row[forces.ROTATION] = ROTATION_RAD_S
    row[forces.END_TIME_S] = LONGEST_FLIGHT_S
    return flight


def _check(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise PhysicsError(f"{name} is {value:g}; expected {low:g} to {high:g}")


@lru_cache(maxsize=1024)
def _solve(
    profile: FlightProfile,
    lat_deg: float,
    lon_deg: float,
    azimuth_deg: float,
    range_km: float,
) -> Trajectory:
    flight = flight_row(profile, lat_deg, lon_deg)
    shot = shooting.aim(flight, azimuth_deg, range_km * 1000.0, profile.apogee_km * 1000.0)
    if shot is None:
        low, high = shooting.reachable_range_km(flight, azimuth_deg, profile.apogee_km * 1000.0)
        where = f"from {lat_deg:g}, {lon_deg:g} on azimuth {azimuth_deg:.1f}"
        can = (
            f"ranges from {low:.0f} to {high:.0f} km can be flown with this apogee"
            if high > 0.0
            else "no range can be flown with this apogee"
        )
        raise PhysicsError(
            f"range {range_km:g} km with apogee {profile.apogee_km:g} km and burn time "
            f"{profile.burn_time_s:g} s cannot be flown {where}: {can}; "
            "change range_km, apogee_km or burn_time_s"
        )
    impact_lat, impact_lon = shot.impact_deg
    reached, _ = geodesic(lat_deg, lon_deg, impact_lat, impact_lon)
    return Trajectory(
        table=shot.table,
        burnout_s=profile.burn_time_s,
        impact_s=float(shot.table[-1, 0]),
        impact_lat_deg=impact_lat,
        impact_lon_deg=impact_lon,
        apogee_km=shot.apogee_m / 1000.0,
        apogee_s=shot.apogee_s,
        range_km=reached,
    )
