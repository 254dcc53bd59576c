"""Flights of a class: solve a trajectory for origin, direction or target, range and apogee."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from warnpath.physics import forces, shooting
from warnpath.physics.areas import ground_track
from warnpath.physics.arrays import Table
from warnpath.physics.earth import J2, ROTATION_RAD_S, east_north_up, geodesic, geodetic_from_ecef
from warnpath.physics.errors import PhysicsError
from warnpath.physics.table import highest

PROPELLANT_FRACTION = 0.65
"""Part of the lift-off mass burnt by the equivalent single stage, which sets how steeply the acceleration
rises: the masses commonly given for the R-17 (3.8 of 5.9 t). Longer-range vehicles burn a larger part, but in
stages, each of which starts slowly again. One value for all classes. It was 0.8 when flight times were first
compared with announced ones and was lowered afterwards; 0 (constant) to 0.9 moves their mean by 2.2 %.
"""
VERTICAL_PART = 0.06
"""Part of the burn flown straight up: 4.5 s of 75 s."""
LONGEST_FLIGHT_S = 20_000.0
Way = tuple[float, float, float, float]
"""Latitude and longitude (deg) of the launch, azimuth (deg) and range (km)."""
LIFTING = ("pull_up", "glide")
"""Kinds of flight that lift their nose on the way down."""


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
        ``ballistic``, ``pull_up`` or ``glide``.
    pull_up_altitude_km : float
        Where the descending flight of a ``pull_up`` or ``glide`` profile begins to lift its nose.
    lift_to_drag : float
        Lift over drag in the pull-up and in the glide.
    pull_up_angle_deg : float
        Flight-path angle at which the pull-up ends.
    glide_end_speed_km_s : float
        Speed at which a ``glide`` profile stops to lift and falls.
    """

    range_km: float
    apogee_km: float
    burn_time_s: float
    ballistic_coefficient_kg_m2: float
    kind: str = "ballistic"
    pull_up_altitude_km: float = 30.0
    lift_to_drag: float = 2.0
    pull_up_angle_deg: float = 5.0
    glide_end_speed_km_s: float = 1.2


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
    return _solve(profile, *_way(profile, origin, azimuth_deg, target))


def solve_like(
    profiles: Sequence[FlightProfile],
    origin: tuple[float, float],
    *,
    azimuth_deg: float | None = None,
    target: tuple[float, float] | None = None,
) -> list[Trajectory]:
    """Trajectories of profiles that differ little: each is the first guess of the next, which saves work.

    Parameters
    ----------
    profiles : sequence of FlightProfile
        Neighbours next to each other.
    origin, azimuth_deg, target
        As for `solve`.

    Raises
    ------
    PhysicsError
        As `solve` does.
    """
    found = []
    near: tuple[FlightProfile, shooting.Shot] | None = None
    for profile in profiles:
        way = _way(profile, origin, azimuth_deg, target)
        shot = _shoot(profile, way, near)
        near = (profile, shot)
        found.append(_trajectory(profile, way, shot))
    return found


def _way(
    profile: FlightProfile,
    origin: tuple[float, float],
    azimuth_deg: float | None,
    target: tuple[float, float] | None,
) -> Way:
    """Origin (deg), azimuth (deg) and range (km) of a flight whose values are within bounds."""
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
    if profile.kind in LIFTING:
        _check("pull_up_altitude_km", profile.pull_up_altitude_km, 1.0, profile.apogee_km)
        _check("lift_to_drag", profile.lift_to_drag, 0.1, 10.0)
        _check("pull_up_angle_deg", profile.pull_up_angle_deg, -60.0, 60.0)
        if profile.kind == "glide":
            _check("glide_end_speed_km_s", profile.glide_end_speed_km_s, 0.3, 7.0)
    elif profile.kind != "ballistic":
        raise PhysicsError(
            f"profile kind {profile.kind!r} cannot be flown; expected 'ballistic', 'pull_up' or 'glide' "
            "(other flights can be given as a table of positions)"
        )
    return latitude, longitude, azimuth % 360.0, range_km


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
    row[forces.PULL_UP_ALTITUDE_M] = 1000.0 * profile.pull_up_altitude_km if profile.kind in LIFTING else -1.0
    row[forces.GLIDE_END_SPEED_M_S] = (
        1000.0 * profile.glide_end_speed_km_s if profile.kind == "glide" else -1.0
    )
    row[forces.PULL_UP_SINE] = math.sin(math.radians(profile.pull_up_angle_deg))
    row[forces.J2_TERM] = J2
    row[forces.ROTATION] = ROTATION_RAD_S
    row[forces.END_TIME_S] = LONGEST_FLIGHT_S
    return flight


def _check(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        expected = f"{low:g} to {high:g}"
        raise PhysicsError(f"{name} is {value:g}; expected {expected}", field=name, expected=expected)


@lru_cache(maxsize=1024)
def _solve(
    profile: FlightProfile,
    lat_deg: float,
    lon_deg: float,
    azimuth_deg: float,
    range_km: float,
) -> Trajectory:
    way = (lat_deg, lon_deg, azimuth_deg, range_km)
    return _trajectory(profile, way, _shoot(profile, way))


def from_table(table: Table, burnout_s: float) -> Trajectory:
    """Trajectory of a state table that begins with the launch and ends with the impact."""
    apogee_s, apogee_m = highest(table, 0, len(table), np.zeros((1, 9)), 0)
    ends = [geodetic_from_ecef(*table[row, 1:4].tolist()) for row in (0, -1)]
    places = [(math.degrees(latitude), math.degrees(longitude)) for latitude, longitude, _ in ends]
    range_km, _ = geodesic(*places[0], *places[1])
    return Trajectory(
        table=table,
        burnout_s=float(burnout_s),
        impact_s=float(table[-1, 0]),
        impact_lat_deg=places[1][0],
        impact_lon_deg=places[1][1],
        apogee_km=apogee_m / 1000.0,
        apogee_s=apogee_s,
        range_km=range_km,
    )


def _shoot(
    profile: FlightProfile, way: Way, near: tuple[FlightProfile, shooting.Shot] | None = None
) -> shooting.Shot:
    """The flight that meets its aim, from scratch or from that of a similar profile."""
    lat_deg, lon_deg, azimuth_deg, range_km = way
    flight = flight_row(profile, lat_deg, lon_deg)
    guess = None
    if near is not None:
        # The same speed in another time: thrust goes with one over the burn time.
        thrust = near[1].controls[0] + math.log(near[0].burn_time_s / profile.burn_time_s)
        guess = replace(near[1], controls=(thrust, *near[1].controls[1:]))
    shot = shooting.aim(flight, azimuth_deg, range_km * 1000.0, profile.apogee_km * 1000.0, guess)
    if shot is None:
        raise _unreachable(profile, flight, way)
    return shot


def _trajectory(profile: FlightProfile, way: Way, shot: shooting.Shot) -> Trajectory:
    impact_lat, impact_lon = shot.impact_deg
    reached, _ = geodesic(way[0], way[1], impact_lat, impact_lon)
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


def _unreachable(profile: FlightProfile, flight: Table, way: Way) -> PhysicsError:
    """Why a range cannot be flown from a place on an azimuth, and which ranges can."""
    lat_deg, lon_deg, azimuth_deg, range_km = way
    low, high = shooting.reachable_range_km(flight, azimuth_deg, profile.apogee_km * 1000.0)
    if high > 0.0:
        field, can = "range_km", f"ranges from {low:.0f} to {high:.0f} km can be flown with this apogee"
        expected = f"{low:.0f} to {high:.0f} km with this apogee and burn time"
    else:
        field, can = "apogee_km", "no range can be flown with this apogee"
        expected = "an apogee that this burn time can reach"
    what = "" if profile.kind == "ballistic" else f" by a {profile.kind.replace('_', '-')}"
    return PhysicsError(
        f"range {range_km:g} km with apogee {profile.apogee_km:g} km and burn time "
        f"{profile.burn_time_s:g} s cannot be flown{what} from {lat_deg:g}, {lon_deg:g} on azimuth "
        f"{azimuth_deg:.1f}: {can}; change range_km, apogee_km or burn_time_s",
        field=field,
        expected=expected,
    )
