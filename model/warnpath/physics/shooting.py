"""Aiming: the thrust and its direction with which a flight meets its apogee and its place of impact."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from warnpath.physics import forces
from warnpath.physics.arrays import Array, Table
from warnpath.physics.earth import (
    GM_M3_S2,
    destination,
    ecef_from_geodetic,
    geodetic_from_ecef,
)
from warnpath.physics.integrate import (
    MAX_ROWS,
    STATE_COLUMNS,
    WORK_COLUMNS,
    WORK_ROWS,
    fly,
)
from warnpath.physics.table import highest

_MEAN_RADIUS_M = 6371e3
_GRAVITY_M_S2 = 9.81
_MISS_M = 0.05
"""Apogee and impact are met to this; the contract is a metre."""
_GOOD_ENOUGH_M = 0.5
_LARGEST_TILT_RAD = 2.0
_STEPS = np.array([1e-5, 1e-5, 1e-5])


@dataclass(frozen=True, eq=False)
class Shot:
    """One flight that met its aim."""

    table: Table
    apogee_s: float
    apogee_m: float
    impact_deg: tuple[float, float]
    controls: tuple[float, float, float]
    jacobian: Array | None
    """Derivative of the misses by the controls, as far as it was known last."""


class _Aim:
    """A launch and what it is to meet; tells by how much controls miss it."""

    def __init__(self, flight: Table, azimuth_deg: float, range_m: float, apogee_m: float) -> None:
        self.flight = flight.copy()
        self.azimuth_rad = math.radians(azimuth_deg)
        self.range_m = range_m
        self.apogee_m = apogee_m
        up = flight[0, forces.FRAME + 6 : forces.FRAME + 9]
        latitude_rad = math.asin(up[2])
        longitude_rad = math.atan2(up[1], up[0])
        self.start = np.array(ecef_from_geodetic(latitude_rad, longitude_rad, 0.0))
        place = destination(
            math.degrees(latitude_rad),
            math.degrees(longitude_rad),
            azimuth_deg,
            range_m / 1000.0,
        )
        impact = np.array(ecef_from_geodetic(math.radians(place[0]), math.radians(place[1]), 0.0))
        self.origin_unit = self.start / np.linalg.norm(self.start)
        impact_unit = impact / np.linalg.norm(impact)
        ahead = impact_unit - self.origin_unit * (impact_unit @ self.origin_unit)
        self.ahead_unit = ahead / np.linalg.norm(ahead)
        self.side_unit = np.cross(self.origin_unit, self.ahead_unit)
        self.angle_rad = math.atan2(impact_unit @ self.ahead_unit, impact_unit @ self.origin_unit)
        self._table = np.zeros((MAX_ROWS, STATE_COLUMNS))
        self._work = np.zeros((WORK_ROWS, WORK_COLUMNS + 3))
        self.rows = 0
        self.apogee = (0.0, 0.0)

    def misses_m(self, controls: Array) -> Array | None:
        """Apogee, along and across the way (m) beside the aim; None if it does not fly."""
        tilt = math.hypot(controls[1], controls[2])
        if tilt > _LARGEST_TILT_RAD or not -3.0 < controls[0] < 8.0:
            return None
        row = self.flight[0]
        row[forces.THRUST_M_S2] = math.exp(controls[0])
        sine, cosine = math.sin(self.azimuth_rad), math.cos(self.azimuth_rad)
        row[forces.TILT_EAST_RAD] = controls[1] * sine + controls[2] * cosine
        row[forces.TILT_NORTH_RAD] = controls[1] * cosine - controls[2] * sine
        self._table[0] = 0.0
        self._table[0, 1:4] = self.start
        self.rows = fly(self.flight, 0, forces.VERTICAL_RISE, self._work, self._table)
        if self.rows <= 0:
            return None
        self.apogee = highest(self._table, 0, self.rows, self._work, 0)
        impact = self._table[self.rows - 1, 1:4]
        unit = impact / math.sqrt(impact @ impact)
        along = math.atan2(unit @ self.ahead_unit, unit @ self.origin_unit) - self.angle_rad
        # The side vector points to the left of the way; positive controls[2] tilts to the right.
        across = -math.asin(max(-1.0, min(1.0, float(unit @ self.side_unit))))
        return np.array(
            [
                self.apogee[1] - self.apogee_m,
                along * _MEAN_RADIUS_M,
                across * _MEAN_RADIUS_M,
            ]
        )

    def glides(self) -> bool:
        """Whether the flight flown last came to glide: a doubled row begins each phase after the turn."""
        times = self._table[: self.rows, 0]
        return forces.TURN + int(np.count_nonzero(times[1:] == times[:-1])) > forces.GLIDE

    def shot(self, controls: Array, jacobian: Array | None) -> Shot:
        """The flight flown last."""
        table = self._table[: self.rows].copy()
        latitude, longitude, _ = geodetic_from_ecef(*table[-1, 1:4])
        return Shot(
            table=table,
            apogee_s=self.apogee[0],
            apogee_m=self.apogee[1],
            impact_deg=(math.degrees(latitude), math.degrees(longitude)),
            controls=(float(controls[0]), float(controls[1]), float(controls[2])),
            jacobian=jacobian,
        )


def aim(
    flight: Table, azimuth_deg: float, range_m: float, apogee_m: float, near: Shot | None = None
) -> Shot | None:
    """Fly so that apogee and impact are met.

    Parameters
    ----------
    flight : ndarray
        Shape (1, `forces.FLIGHT_COLUMNS`); thrust and tilt are ignored.
    azimuth_deg, range_m : float
        The geodesic from the launch to the place of impact.
    apogee_m : float
        Greatest height above the ellipsoid.
    near : Shot, optional
        A similar flight that met its aim, to begin with.

    Returns
    -------
    Shot or None
        None where no thrust and direction does it.
    """
    if near is not None:
        found = _meet(_Aim(flight, azimuth_deg, range_m, apogee_m), np.array(near.controls), near.jacobian)
        if found is not None:
            return found
    guess = _kepler_guess(flight, range_m, apogee_m)
    found = _meet(_Aim(flight, azimuth_deg, range_m, apogee_m), guess)
    if found is not None:
        return found
    # Low flights: let the air in little by little, each solution the first guess of the next.
    thin = flight.copy()
    controls = guess
    for part in (0.01, 0.1, 0.3, 0.6, 1.0):
        thin[0, forces.INVERSE_BALLISTIC_M2_KG] = part * flight[0, forces.INVERSE_BALLISTIC_M2_KG]
        found = _meet(_Aim(thin, azimuth_deg, range_m, apogee_m), controls)
        if found is None:
            return None
        controls = np.array(found.controls)
    return found


def _kepler_guess(flight: Table, range_m: float, apogee_m: float) -> Array:
    """Controls from the ellipse through burnout and apogee, gravity loss added."""
    burn_time = flight[0, forces.BURN_TIME_S]
    fraction = flight[0, forces.PROPELLANT_FRACTION]
    rise, way = 0.0, 0.0
    speed, climb = 0.0, 0.0
    for _ in range(4):
        radius = _MEAN_RADIUS_M + min(rise, 0.8 * apogee_m)
        top = _MEAN_RADIUS_M + apogee_m
        half = max(0.5 * range_m - way, 0.05 * range_m) / _MEAN_RADIUS_M
        eccentricity = (top - radius) / (top - radius * math.cos(half))
        parameter = top * (1.0 - eccentricity)
        axis = top / (1.0 + eccentricity)
        speed = math.sqrt(GM_M3_S2 * (2.0 / radius - 1.0 / axis))
        climb = math.acos(min(1.0, math.sqrt(GM_M3_S2 * parameter) / (radius * speed)))
        rise = 0.4 * speed * math.sin(climb) * burn_time
        way = 0.15 * speed * math.cos(climb) * burn_time
    upward = speed * math.sin(climb) + _GRAVITY_M_S2 * burn_time
    level = speed * math.cos(climb)
    growth = -math.log(1.0 - fraction) / fraction
    thrust = math.hypot(upward, level) / (growth * burn_time)
    tilt = min(1.3 * math.atan2(level, upward), 1.6)
    return np.array([math.log(max(thrust, 11.0)), tilt, 0.0])


def _meet(aim_at: _Aim, guess: Array, jacobian: Array | None = None) -> Shot | None:
    """Damped Newton iteration on the three controls, Broyden updates in between."""
    controls = guess.copy()
    misses = aim_at.misses_m(controls)
    while misses is None and controls[0] < math.log(200.0):
        controls = controls + np.array([0.1, 0.0, 0.0])
        controls[1] *= 0.9
        misses = aim_at.misses_m(controls)
    if misses is None:
        return None
    known = jacobian
    for _ in range(40):
        size = float(np.abs(misses).max())
        if size < _MISS_M:
            break
        fresh = jacobian is None
        if jacobian is None:
            jacobian = _jacobian(aim_at.misses_m, controls, misses)
            if jacobian is None:
                return None
        try:
            move = np.linalg.solve(jacobian, -misses)
        except np.linalg.LinAlgError:
            return None
        move *= min(1.0, 0.3 / float(np.abs(move).max()))
        taken = False
        for _halving in range(8 if fresh else 1):
            tried = aim_at.misses_m(controls + move)
            if tried is not None and float(np.linalg.norm(tried)) < float(np.linalg.norm(misses)):
                change = tried - misses
                jacobian = jacobian + np.outer(change - jacobian @ move, move) / (move @ move)
                known = jacobian
                if float(np.linalg.norm(tried)) > 0.3 * float(np.linalg.norm(misses)):
                    jacobian = None
                controls, misses, taken = controls + move, tried, True
                break
            move = 0.4 * move
        if not taken:
            if fresh:
                break
            jacobian = None
    misses = aim_at.misses_m(controls)
    if misses is None or float(np.abs(misses).max()) > _GOOD_ENOUGH_M:
        return None
    if aim_at.apogee[0] < aim_at.flight[0, forces.BURN_TIME_S]:
        return None  # thrust beyond the apogee: not the flight of a missile
    if aim_at.flight[0, forces.GLIDE_END_SPEED_M_S] >= 0.0 and not aim_at.glides():
        return None  # too slow to glide when the pull-up is over
    return aim_at.shot(controls, known)


def _jacobian(function: Callable[[Array], Array | None], controls: Array, misses: Array) -> Array | None:
    columns = []
    for column in range(3):
        moved = controls.copy()
        moved[column] += _STEPS[column]
        there = function(moved)
        if there is None:
            return None
        columns.append((there - misses) / _STEPS[column])
    return np.column_stack(columns)


def reachable_range_km(flight: Table, azimuth_deg: float, apogee_m: float) -> tuple[float, float]:
    """Shortest and longest range (km) that can be flown with an apogee; (0, 0) if there is none."""
    near: Shot | None = None

    def flies(range_km: float) -> bool:
        nonlocal near
        found = aim(flight, azimuth_deg, range_km * 1000.0, apogee_m, near)
        near = found or near
        return found is not None

    grid = [25.0 * 2.0**step for step in range(10)]
    good = [range_km for range_km in grid if flies(range_km)]
    if not good:
        return 0.0, 0.0
    low, high = good[0], good[-1]
    below, above = low / 2.0, high * 2.0
    for _ in range(5):
        middle = 0.5 * (below + low)
        below, low = (below, middle) if flies(middle) else (middle, low)
        middle = 0.5 * (above + high)
        high, above = (middle, above) if middle < 19_000.0 and flies(middle) else (high, middle)
    return low, high
