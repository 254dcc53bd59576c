"""Flights, plots and tracks for the tests of the fusion core.

The free flights are integrated here with a force model typed anew in numpy, so that the core is not
checked against its own motion.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt

from warnpath.fusion import layout, store
from warnpath.fusion.reports import track_report
from warnpath.fusion.tracking import track_insert
from warnpath.physics import radar
from warnpath.physics.table import state_at
from warnpath.physics.trajectory import FlightProfile, Trajectory, solve

Floats = npt.NDArray[np.float64]
Plot = tuple[float, int, int, float, float, float, float, float]
"""Time, sensor, sequence, range, azimuth, elevation, sigma along, sigma across."""

GM = 3.986004418e14
RADIUS = 6378137.0
FLATTENING = 1.0 / 298.257223563
J2_FACTOR = 1.5 * 1.0826298213e-3 * RADIUS * RADIUS
OMEGA = np.array([0.0, 0.0, 7.292115e-5])
LOWER = np.tril_indices(6)


def acceleration(states: Floats) -> Floats:
    """Gravity with J2 and the apparent forces of a rotating frame, for states in rows; no air.

    Analytic in the states, so that a step in the imaginary direction gives exact derivatives.
    """
    place, velocity = states[..., :3], states[..., 3:6]
    distance = np.sqrt((place * place).sum(axis=-1, keepdims=True))
    sine = place[..., 2:3] / distance
    factor = np.concatenate([1 - 5 * sine**2, 1 - 5 * sine**2, 3 - 5 * sine**2], axis=-1)
    gravity = -GM * place / distance**3 * (1 + J2_FACTOR / distance**2 * factor)
    omega = np.broadcast_to(OMEGA, place.shape)
    return np.asarray(gravity - 2 * np.cross(omega, velocity) - np.cross(omega, np.cross(omega, place)))


def step(states: Floats, length: float, force: Floats | float = 0.0) -> Floats:
    """One classical Runge-Kutta step of free flight, with a constant extra acceleration."""

    def slope(at: Floats) -> Floats:
        return np.concatenate([at[..., 3:6], acceleration(at) + force], axis=-1)

    first = slope(states)
    second = slope(states + 0.5 * length * first)
    third = slope(states + 0.5 * length * second)
    fourth = slope(states + length * third)
    return states + length / 6.0 * (first + 2 * second + 2 * third + fourth)


def geodetic(place: Floats) -> tuple[Floats, Floats]:
    """Vertical unit vectors and heights above the ellipsoid of positions in rows, by iteration."""
    across = np.sqrt(place[..., 0] ** 2 + place[..., 1] ** 2)
    square = FLATTENING * (2 - FLATTENING)
    sine = place[..., 2] / (across * (1 - square))
    sine, cosine = sine / np.sqrt(1 + sine**2), 1 / np.sqrt(1 + sine**2)
    for _ in range(4):
        normal = RADIUS / np.sqrt(1 - square * sine**2)
        slope = (place[..., 2] + normal * square * sine) / across
        sine, cosine = slope / np.sqrt(1 + slope**2), 1 / np.sqrt(1 + slope**2)
    tall = across * cosine + place[..., 2] * sine - RADIUS * np.sqrt(1 - square * sine**2)
    up = np.stack([place[..., 0] / across * cosine, place[..., 1] / across * cosine, sine], axis=-1)
    return up, tall


def height(place: Floats) -> Floats:
    """Height above the ellipsoid of positions in rows."""
    return geodetic(place)[1]


CLASSES: dict[str, tuple[FlightProfile, tuple[float, float], float]] = {
    "overflight": (FlightProfile(3700.0, 770.0, 180.0, 5000.0), (39.2, 125.7), 70.0),
    "medium": (FlightProfile(1300.0, 350.0, 100.0, 4000.0), (39.2, 125.7), 80.0),
    "short": (FlightProfile(450.0, 120.0, 70.0, 4000.0), (39.2, 125.7), 80.0),
    "lofted": (FlightProfile(1000.0, 6000.0, 280.0, 6000.0), (39.2, 125.7), 80.0),
}

RADARS = (
    radar.Radar(38.1, 138.4, 0.0, 2000.0, 2.0, 200.0, 20.0, 1.0, 3.0),
    radar.Radar(40.9, 140.3, 0.0, 1500.0, 1.0, 50.0, 20.0, 1.0, 3.0),
    radar.Radar(39.5, 135.5, 0.0, 1000.0, 1.0, 150.0, 20.0, 1.0, 3.0),
    radar.Radar(36.7, 127.8, 0.0, 500.0, 2.0, 200.0, 20.0, 1.0, 3.0),
)


def sensors() -> Floats:
    """The table of the four radars above."""
    return np.vstack([radar.sensor_row(one) for one in RADARS])


def flight(name: str) -> Trajectory:
    profile, origin, azimuth = CLASSES[name]
    return solve(profile, origin, azimuth_deg=azimuth)


def truth_at(flown: Trajectory, time_s: float) -> Floats | None:
    """Position, velocity and acceleration; None before launch and after impact."""
    out = np.zeros((1, 9))
    if state_at(flown.table, 0, len(flown.table), time_s, out, 0) == 0:
        return None
    state: Floats = out[0]
    return state


def measure(
    table: Floats, sensor: int, sequence: int, time_s: float, place: Floats, rng: np.random.Generator
) -> Plot | None:
    """A plot of a place, by the error model that the core declares; None if the radar does not see it."""
    distance, azimuth, elevation, apparent = radar.look(table, sensor, *place)
    if not radar.is_visible(table, sensor, distance, azimuth, apparent):
        return None
    along, across = radar.noise_sigma(table, sensor, distance)
    noise = rng.standard_normal(3)
    return (
        time_s,
        sensor,
        sequence,
        distance + along * noise[0],
        azimuth + across / (distance * math.cos(elevation)) * noise[1],
        elevation + across / distance * noise[2],
        along,
        across,
    )


def plots_of(
    flown: Trajectory, seed: int, which: tuple[int, ...] = (0, 1, 2, 3), until_s: float = math.inf
) -> list[Plot]:
    """What radars see of a flight, every scan that has it in sight, in the order of time."""
    rng = np.random.default_rng(seed)
    table = sensors()
    found = []
    for sensor in which:
        period = RADARS[sensor].scan_period_s
        start = rng.uniform(0.0, period)
        for scan in range(int(min(flown.impact_s, until_s) / period)):
            time = start + scan * period
            state = truth_at(flown, time)
            plot = None if state is None else measure(table, sensor, scan, time, state[:3], rng)
            if plot is not None:
                found.append(plot)
    return sorted(found)


STAGED_FROM_S, STAGED_BURNOUT_S, STAGED_TICK_S = 120.0, 140.0, 0.1


@cache
def staged_states(pause_s: float) -> Floats:
    """States every tenth of a second of an object that burns, coasts from 140 s on, and burns again."""
    start = truth_at(flight("overflight"), STAGED_FROM_S)
    assert start is not None
    state: Floats = start[:6].copy()
    states = []
    for tick in range(800):
        states.append(state)
        burning = tick < 200 or tick >= 200 + 10 * pause_s
        force = 30.0 * state[3:] / np.linalg.norm(state[3:]) if burning else 0.0
        state = step(state, STAGED_TICK_S, force)
    return np.array(states)


def staged(seed: int, pause_s: float) -> tuple[list[Plot], Floats]:
    """Plots that two radars have of such an object once a second, and its states."""
    states, table, rng = staged_states(pause_s), sensors(), np.random.default_rng(seed)
    plots = []
    for tick in range(0, len(states), 10):
        for sensor in (1, 2):
            time, place = STAGED_FROM_S + STAGED_TICK_S * tick, states[tick, :3]
            late = 0.01 * sensor
            plot = measure(table, sensor, tick, time + late, place + late * states[tick, 3:], rng)
            if plot is not None:
                plots.append(plot)
    return plots, states


@dataclass
class Tracker:
    """A few tracks with everything the kernels want, for one set of settings."""

    capacity: int = 512
    tracks: int = 1
    settings: Floats = field(default_factory=store.settings_row)

    def __post_init__(self) -> None:
        self.sensors = sensors()
        self.arrays = store.allocate(self.tracks, self.capacity)
        self.scratch = store.scratch()
        self.ground = store.ground()
        self.reports = np.zeros((8, layout.REPORT_COLUMNS))

    def insert(self, plot: Plot, track: int = 0) -> int:
        a = self.arrays
        bits: int = track_insert(
            self.sensors,
            self.settings,
            a["heads"],
            a["plots"],
            a["keys"],
            a["posteriors"],
            self.scratch,
            track,
            *plot,
            0,
        )
        return bits

    def report(self, time_s: float, row: int = 0, track: int = 0) -> int:
        a = self.arrays
        ok: int = track_report(
            self.sensors,
            self.settings,
            a["heads"],
            a["plots"],
            a["keys"],
            a["posteriors"],
            self.scratch,
            track,
            time_s,
            self.reports,
            row,
        )
        return ok

    def history(self, track: int = 0) -> list[bytes]:
        """Key and posterior of every plot held, in order, as bytes."""
        first = track * self.capacity
        rows = []
        for place in range(self.arrays["heads"][track, layout.COUNT]):
            slot = first + self.arrays["keys"][first + place, layout.KEY_ORDER]
            posterior = self.arrays["posteriors"][slot]
            started = posterior[layout.UPDATES] > 0.0
            # Without a state the columns of the state hold what was there before and mean nothing.
            kept = posterior if started else posterior[: layout.THRUST_STATE]
            rows.append(
                self.arrays["plots"][slot].tobytes()
                + self.arrays["keys"][slot, :2].tobytes()
                + kept.tobytes()
            )
        return rows


def covariance(reports: Floats, row: int, first: int = layout.COVARIANCE) -> Floats:
    """6 x 6 covariance of a report, or of anything else with its lower triangle from a column on."""
    matrix = np.zeros((6, 6))
    matrix[LOWER] = reports[row, first : first + 21]
    return matrix + np.tril(matrix, -1).T


def write_mode(scratch: Floats, row: int, state: Floats, matrix: Floats) -> None:
    """A ballistic mode with a given estimate into a row of scratch."""
    scratch[row, layout.COAST_STATE : layout.COAST_STATE + 6] = state
    scratch[row, layout.COAST_COVARIANCE : layout.COAST_COVARIANCE + 21] = matrix[LOWER]


def write_report(
    reports: Floats,
    row: int,
    time_s: float,
    state: Floats,
    matrix: Floats,
    ln_ballistic: tuple[float, float] = (math.log(5000.0), 0.0),
    thrust: float = 0.0,
) -> None:
    """A report with a given estimate."""
    reports[row] = 0.0
    reports[row, layout.VALID] = 1.0
    reports[row, layout.REPORT_TIME] = time_s
    reports[row, layout.LAST_PLOT_TIME] = time_s
    reports[row, layout.THRUST] = thrust
    reports[row, layout.STATE : layout.STATE + 6] = state
    reports[row, layout.COVARIANCE : layout.COVARIANCE + 21] = matrix[LOWER]
    reports[row, layout.LN_BALLISTIC : layout.LN_BALLISTIC + 2] = ln_ballistic
    reports[row, layout.SOURCES] = 1.0
