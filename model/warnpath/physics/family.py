"""A family of flights: one class over burn times and ballistic coefficients, blended to any of them.

All members meet the same apogee and impact. Each is told row by row at the same parts of its phases (rise,
turn, free flight, pull-up, glide, descent), the last fall through the air by heights instead of times. So a
row changes smoothly with burn time and with the inverse of the coefficient, and polynomials through
Chebyshev's points join the members. A blend costs one pass over the members' rows; what it misses of the
flight solved for itself is bounded in tests/theory/test_physics_family.py.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from warnpath.compilation import kernel
from warnpath.physics.arrays import Array, Table
from warnpath.physics.earth import altitude_m
from warnpath.physics.errors import PhysicsError
from warnpath.physics.integrate import STATE_COLUMNS
from warnpath.physics.table import state_at
from warnpath.physics.trajectory import VERTICAL_PART, FlightProfile, Trajectory, solve, solve_like

BURN_TIME = "burn_time_s"
BALLISTIC_COEFFICIENT = "ballistic_coefficient_kg_m2"
POINTS = {BURN_TIME: 5, BALLISTIC_COEFFICIENT: 6}
"""Members along each axis; their product is solved."""
HIGHEST_FALL_M = 80e3
"""Height from which the last fall is told by heights; drag is felt below."""
FALL_PART = 0.8
"""Part of the last peak's height from which a lower flight is told by heights."""

Range = tuple[str, float, float]
"""Name of a drawn value, its least and its greatest."""


@dataclass(frozen=True, eq=False)
class Axis:
    """A value that the family varies.

    Attributes
    ----------
    name : str
        `BURN_TIME` or `BALLISTIC_COEFFICIENT`.
    points : ndarray
        Chebyshev's points between its bounds; of the coefficient in its inverse, which drag follows.
    """

    name: str
    points: Array

    def scaled(self, value: float) -> float:
        """A value on the scale of the points."""
        return 1.0 / value if self.name == BALLISTIC_COEFFICIENT else value

    def weights(self, value: float) -> Array:
        """Weights of the members at the points, for a value; barycentric (Berrut & Trefethen 2004)."""
        signs = np.array([(-1.0) ** place for place in range(len(self.points))])
        signs[0] *= 0.5
        signs[-1] *= 0.5
        gaps = self.scaled(value) - self.points
        met = np.flatnonzero(gaps == 0.0)
        if len(met):
            weights = np.zeros(len(self.points))
            weights[met[0]] = 1.0
            return weights
        shares = signs / gaps
        return np.asarray(shares / shares.sum())


@dataclass(frozen=True, eq=False)
class Family:
    """Members of a family, ready to be blended.

    Attributes
    ----------
    axes : tuple of Axis
        One or two.
    members : ndarray
        Shape (members, rows * 10): their state tables, row after row; the last axis runs fastest.
    rows : int
        Rows of every state table.
    """

    axes: tuple[Axis, ...]
    members: Table
    rows: int

    def latest_end_s(self) -> float:
        """Latest impact of a member, s after launch."""
        return float(self.members[:, -STATE_COLUMNS].max())

    def blend(self, values: dict[str, float], truth: Table, first: int) -> None:
        """State table of a flight with these values into the rows of `truth` from `first` on.

        Parameters
        ----------
        values : dict
            A value within its bounds for every axis, by name.
        truth : ndarray
            State tables one below the other.
        first : int
            First row of this flight.
        """
        weights = np.ones(1)
        for axis in self.axes:
            weights = np.outer(weights, axis.weights(values[axis.name])).ravel()
        _blend(self.members, weights, truth, first, self.rows)


@kernel("void(float64[:, ::1], float64[::1], float64[:, ::1], int64, int64)")
def _blend(members: Table, weights: Array, truth: Table, first: int, rows: int) -> None:
    """Weighted sum of the members' rows, in the order of the members."""
    for row in range(rows):
        for column in range(STATE_COLUMNS):
            total = 0.0
            for member in range(len(weights)):
                total = total + weights[member] * members[member, row * STATE_COLUMNS + column]
            truth[first + row, column] = total


@lru_cache(maxsize=256)
def solve_family(
    profile: FlightProfile,
    ranges: tuple[Range, ...],
    origin: tuple[float, float],
    azimuth_deg: float | None = None,
    target: tuple[float, float] | None = None,
) -> Family:
    """Solve the members of a family.

    Parameters
    ----------
    profile : FlightProfile
        The class, with nominal values.
    ranges : tuple of (str, float, float)
        What is varied, and between which bounds.
    origin, azimuth_deg, target
        As for `warnpath.physics.trajectory.solve`.

    Raises
    ------
    PhysicsError
        A member that cannot be flown; the message names its values.
    """
    axes = tuple(_axis(*bounds) for bounds in ranges)
    places: list[dict[str, float]] = [{}]
    for axis in axes:
        values = (1.0 / axis.points if axis.name == BALLISTIC_COEFFICIENT else axis.points).tolist()
        # There and back again, so that each place is a neighbour of the one before.
        ways = (values, values[::-1])
        places = [
            {**place, axis.name: value} for turn, place in enumerate(places) for value in ways[turn % 2]
        ]
    nominal = _Telling(solve(profile, origin, azimuth_deg=azimuth_deg, target=target), profile.burn_time_s)
    profiles = [dataclasses.replace(profile, **place) for place in places]  # type: ignore[arg-type]
    try:
        flights = solve_like(profiles, origin, azimuth_deg=azimuth_deg, target=target)
    except PhysicsError as error:
        drawn = " and ".join(f"{name} between {low:g} and {high:g}" for name, low, high in ranges)
        raise PhysicsError(f"with {drawn}: {error}", field=error.field, expected=error.expected) from None
    members = [_Telling(flight, flight.burnout_s) for flight in flights]
    if any(len(member.bounds) != len(nominal.bounds) for member in members):
        raise PhysicsError(
            "within the range of its drawn values the flight has other phases than at the nominal ones",
            field=ranges[0][0],
            expected="a narrower range of drawn values",
        )
    fall_m = min(HIGHEST_FALL_M, FALL_PART * min(item.last_peak_m() for item in (nominal, *members)))
    parts, heights = nominal.parts(fall_m)
    tables = np.array([member.told(fall_m, parts, heights).ravel() for member in members])
    tables = tables.reshape(-1, len(axes[-1].points), tables.shape[1])
    tables[1::2] = tables[1::2, ::-1].copy()
    return Family(axes, tables.reshape(len(members), -1), tables.shape[2] // STATE_COLUMNS)


def _axis(name: str, low: float, high: float) -> Axis:
    if name == BALLISTIC_COEFFICIENT:
        low, high = 1.0 / high, 1.0 / low
    count = POINTS[name]
    nodes = np.array([-math.cos(math.pi * place / (count - 1)) for place in range(count)])
    points = 0.5 * (low + high) + 0.5 * (high - low) * nodes
    points[0], points[-1] = low, high
    return Axis(name, points)


class _Telling:
    """A flight that is to be told at parts of its phases.

    Attributes
    ----------
    bounds : list of (int, int)
        First and last row of every phase; the turn begins on the row where the rise ends.
    """

    def __init__(self, flight: Trajectory, burn_time_s: float) -> None:
        self.table = flight.table
        self._times = self.table[:, 0]
        risen = int(np.searchsorted(self._times, VERTICAL_PART * burn_time_s))
        jumps = np.flatnonzero(self._times[1:] == self._times[:-1]).tolist()
        firsts = [0, risen, *(row + 1 for row in jumps)]
        lasts = [risen, *jumps, len(self._times) - 1]
        self.bounds: list[tuple[int, int]] = list(zip(firsts, lasts, strict=True))
        self._heights = np.empty(len(self.table))
        _heights_of(self.table, self._heights)
        self._state = np.zeros((1, 9))

    def last_peak_m(self) -> float:
        """Greatest height (m) of a row of the last phase."""
        first, last = self.bounds[-1]
        return float(self._heights[first : last + 1].max())

    def parts(self, fall_m: float) -> tuple[list[Array], Array]:
        """Parts at which the integrator stopped: of the phases until the last fall, and heights (m) in it."""
        found = [_parts_of(self._times[first : last + 1]) for first, last in self.bounds[:-1]]
        first, last = self.bounds[-1]
        begins_s = self._falls_below_s(fall_m)
        times = self._times[first : last + 1]
        found.append(_parts_of(np.append(times[times < begins_s], begins_s)))
        return found, self._heights[first:last][times[:-1] > begins_s]

    def told(self, fall_m: float, parts: list[Array], heights: Array) -> Table:
        """State table at these parts and heights."""
        begins_s = self._falls_below_s(fall_m)
        ends_s = [*(float(self._times[last]) for _, last in self.bounds[:-1]), begins_s]
        starts_s = [float(self._times[first]) for first, _ in self.bounds]
        times = [
            begin + part * (end - begin) for begin, end, part in zip(starts_s, ends_s, parts, strict=True)
        ]
        table = np.empty((sum(map(len, parts)) + len(heights) + 1, STATE_COLUMNS))
        _tell(self.table, np.concatenate(times), heights, begins_s, table, self._state)
        # Where phases meet the acceleration has two values: each row takes its own.
        row = 0
        for (first, last), part in zip(self.bounds, parts, strict=True):
            table[row] = self.table[first]
            row += len(part)
            if last != len(self.table) - 1:
                table[row - 1] = self.table[last]
        table[-1] = self.table[-1]
        return table

    def _falls_below_s(self, height_m: float) -> float:
        """Time at which the last phase falls through a height below its last peak for good."""
        first, last = self.bounds[-1]
        above = first + int(np.flatnonzero(self._heights[first : last + 1] > height_m)[-1])
        return float(_passes_s(self.table, height_m, float(self._times[above]), self._state))


@kernel("void(float64[:, ::1], float64[::1])")
def _heights_of(table: Table, heights: Array) -> None:
    """Heights (m) of all rows."""
    for row in range(len(table)):
        heights[row] = altitude_m(table[row, 1], table[row, 2], table[row, 3])


@kernel("float64(float64[:, ::1], float64, float64, float64[:, ::1])")
def _passes_s(table: Table, height_m: float, above_s: float, state: Table) -> float:
    """Time of passing a height, between a time above it and the impact."""
    low = above_s
    high = table[len(table) - 1, 0]
    for _ in range(60):
        middle = 0.5 * (low + high)
        state_at(table, 0, len(table), middle, state, 0)
        if altitude_m(state[0, 0], state[0, 1], state[0, 2]) > height_m:
            low = middle
        else:
            high = middle
    return float(high)


@kernel("void(float64[:, ::1], float64[::1], float64[::1], float64, float64[:, ::1], float64[:, ::1])")
def _tell(table: Table, times: Array, heights: Array, begins_s: float, out: Table, state: Table) -> None:
    """States at times, then at falling heights, one row after the other; the last row is left open."""
    time = begins_s
    for row in range(len(times) + len(heights)):
        if row < len(times):
            time = times[row]
        else:
            time = _passes_s(table, heights[row - len(times)], time, state)
        state_at(table, 0, len(table), time, state, 0)
        out[row, 0] = time
        for column in range(9):
            out[row, 1 + column] = state[0, column]


def _parts_of(times: Array) -> Array:
    """Times of a phase as parts of it, from 0 to 1."""
    return np.asarray((times - times[0]) / (times[-1] - times[0]))
