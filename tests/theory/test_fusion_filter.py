"""The filter against Stone Soup's extended Kalman filter, and its consistency in free flight."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2
from stonesoup.base import Property
from stonesoup.models.measurement.base import MeasurementModel
from stonesoup.models.transition.base import TransitionModel
from stonesoup.predictor.kalman import ExtendedKalmanPredictor
from stonesoup.types.angle import Bearing, Elevation
from stonesoup.types.array import StateVector
from stonesoup.types.detection import Detection
from stonesoup.types.hypothesis import SingleHypothesis
from stonesoup.types.state import GaussianState
from stonesoup.updater.kalman import ExtendedKalmanUpdater

from tests.fusion_cases import (
    Floats,
    Tracker,
    acceleration,
    covariance,
    flight,
    measure,
    plots_of,
    sensors,
    step,
    truth_at,
    write_mode,
)
from warnpath.fusion import layout, store
from warnpath.fusion.measurement import plot_update, write_plot
from warnpath.fusion.motion import predict_coast

NOISE = 1e-6


def with_derivatives(state: Floats, elapsed: float) -> tuple[Floats, Floats]:
    """Free flight over a time and its transition matrix, by the variational equations."""

    def slope(at: Floats) -> Floats:
        rows = at.reshape(7, 6)
        bumped = rows[0] + 1e-30j * np.eye(6)
        by_state = acceleration(bumped).imag.T / 1e-30
        # Rows 1-6: column k of the transition matrix.
        change = np.hstack([rows[1:, 3:], rows[1:] @ by_state.T])
        return np.concatenate([rows[0, 3:], acceleration(rows[0]), change.ravel()])

    at = np.concatenate([state, np.eye(6).ravel()])
    steps = max(1, math.ceil(elapsed / 0.5))
    h = elapsed / steps
    for _ in range(steps):
        first = slope(at)
        second = slope(at + 0.5 * h * first)
        third = slope(at + 0.5 * h * second)
        fourth = slope(at + h * third)
        at = at + h / 6.0 * (first + 2 * second + 2 * third + fourth)
    return at[:6], at[6:].reshape(6, 6).T


class FreeFlight(TransitionModel):  # type: ignore[misc]
    """Stone Soup's view of free flight; its derivative is that of the motion itself."""

    @property
    def ndim_state(self) -> int:
        return 6

    def function(self, state: Any, noise: Any = False, **options: Any) -> Any:
        moved, _ = with_derivatives(np.ravel(state.state_vector).astype(float), seconds(options))
        return StateVector(moved)

    def jacobian(self, state: Any, **options: Any) -> Any:
        return with_derivatives(np.ravel(state.state_vector).astype(float), seconds(options))[1]

    def covar(self, **options: Any) -> Any:
        h = seconds(options)
        corner = np.array([[h**3 / 3, h**2 / 2], [h**2 / 2, h]])
        return NOISE * np.kron(corner, np.eye(3))

    def rvs(self, *arguments: Any, **options: Any) -> Any:
        raise NotImplementedError

    def pdf(self, *arguments: Any, **options: Any) -> Any:
        raise NotImplementedError


def seconds(options: dict[str, Any]) -> float:
    interval: datetime.timedelta = options["time_interval"]
    return interval.total_seconds()


class Radar(MeasurementModel):  # type: ignore[misc]
    """Range, azimuth, elevation of one radar, with its analytic derivative."""

    site: Any = Property(doc="ECEF position")
    frame: Any = Property(doc="east, north, up in rows")
    sigmas: Any = Property(doc="of range, azimuth, elevation")
    ndim_state: int = Property(default=6)
    mapping: Sequence[int] = Property(default=(0, 1, 2))

    @property
    def ndim_meas(self) -> int:
        return 3

    def function(self, state: Any, noise: Any = False, **options: Any) -> Any:
        e, n, u = self.frame @ (np.ravel(state.state_vector)[:3].astype(float) - self.site)
        level = math.hypot(e, n)
        return StateVector([math.hypot(level, u), Bearing(math.atan2(e, n)), Elevation(math.atan2(u, level))])

    def jacobian(self, state: Any, **options: Any) -> Any:
        e, n, u = self.frame @ (np.ravel(state.state_vector)[:3].astype(float) - self.site)
        level, full = math.hypot(e, n), math.sqrt(e * e + n * n + u * u)
        by_local = np.array(
            [
                [e / full, n / full, u / full],
                [n / level**2, -e / level**2, 0.0],
                [-u * e / (full**2 * level), -u * n / (full**2 * level), level / full**2],
            ]
        )
        return np.hstack([by_local @ self.frame, np.zeros((3, 3))])

    def covar(self, **options: Any) -> Any:
        return np.diag(np.square(self.sigmas))

    def rvs(self, *arguments: Any, **options: Any) -> Any:
        raise NotImplementedError

    def pdf(self, *arguments: Any, **options: Any) -> Any:
        raise NotImplementedError


def test_the_ballistic_mode_is_stone_soups_filter_to_5_cm() -> None:
    # 120 plots of two radars, 1 to 9 s apart, above the air, from an estimate that is 3 km off.
    table = sensors()
    rng = np.random.default_rng(20)
    flown = flight("overflight")
    begin = truth_at(flown, 230.0)
    assert begin is not None
    state: Floats = begin[:6] + np.array([2000.0, -1500.0, 1200.0, 60.0, -90.0, 40.0])
    matrix = np.diag([3000.0**2] * 3 + [100.0**2] * 3)

    scratch, settings = store.scratch(), store.settings_row(coast_noise_m2_s3=NOISE)
    modes = layout.S_MODES
    write_mode(scratch, modes, state, matrix)
    plots = np.zeros((1, layout.PLOT_COLUMNS))

    epoch = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    soup = GaussianState(StateVector(state), matrix, timestamp=epoch)
    predictor, updater = ExtendedKalmanPredictor(FreeFlight()), ExtendedKalmanUpdater(None)
    truth, worst, worst_sigma = begin[:6], 0.0, 0.0
    now = 0.0
    for number in range(120):
        elapsed = float(rng.choice([0.0, 1.0, 2.5, 9.0], p=[0.2, 0.4, 0.3, 0.1]))
        now += elapsed
        for _ in range(10):
            truth = step(truth, elapsed / 10)
        plot = measure(table, number % 2, number, now, truth[:3], rng)
        assert plot is not None
        _, sensor, _, distance, azimuth, elevation, along, across = plot
        write_plot(plots, 0, now, distance, azimuth, elevation, along, across)
        predict_coast(scratch, modes, settings, elapsed, 0.0)
        assert plot_update(scratch, modes, 0, table, sensor, plots, 0)[1] > 0.0

        model = Radar(
            site=table[sensor, :3],
            frame=table[sensor, 3:12].reshape(3, 3),
            sigmas=(along, across / (distance * math.cos(elevation)), across / distance),
        )
        stamp = epoch + datetime.timedelta(seconds=now)
        seen = Detection(
            StateVector([distance, Bearing(azimuth), Elevation(elevation)]),
            timestamp=stamp,
            measurement_model=model,
        )
        soup = updater.update(SingleHypothesis(predictor.predict(soup, timestamp=stamp), seen))
        theirs = np.ravel(soup.state_vector).astype(float)
        worst = max(worst, float(np.linalg.norm(scratch[modes, layout.COAST_STATE :][:3] - theirs[:3])))
        ours = covariance(scratch, modes, layout.COAST_COVARIANCE)
        ratio = np.sqrt(np.diag(ours) / np.diag(soup.covar.astype(float)))
        worst_sigma = max(worst_sigma, float(np.abs(ratio - 1.0).max()))
    assert now > 200.0
    assert worst < 0.05
    assert worst_sigma < 1e-5


def normalised_errors(name: str, which: tuple[int, ...], seeds: int, times: Floats, shown: bool) -> Floats:
    """Normalised squared errors, seeds x times, of the track at its last plot before each time."""
    flown = flight(name)
    out = np.full((seeds, len(times)), np.nan)
    for seed in range(seeds):
        tracker = Tracker()
        plots = plots_of(flown, seed=1000 + seed, which=which, until_s=float(times[-1]))
        place = 0
        for number, time in enumerate(times):
            while place < len(plots) and plots[place][0] <= time:
                tracker.insert(plots[place])
                place += 1
            truth = truth_at(flown, time)
            if truth is None or not tracker.report(time):
                continue
            if shown and tracker.reports[0, layout.THRUST] >= 0.05:
                continue
            error = tracker.reports[0, layout.STATE : layout.STATE + 6] - truth[:6]
            out[seed, number] = error @ np.linalg.solve(covariance(tracker.reports, 0), error)
    return out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "which", "start", "end"),
    [
        ("medium", (0, 1), 240.0, 620.0),
        ("short", (0,), 260.0, 300.0),
        ("overflight", (0, 1), 280.0, 900.0),
    ],
)
def test_free_flight_is_consistent(name: str, which: tuple[int, ...], start: float, end: float) -> None:
    # Average of the normalised squared error over 60 flights: chi-square with 6 degrees of freedom each,
    # inside its 95 % band in 90 % of epochs. 100 s after burnout or first sight the start is forgotten.
    seeds = 60
    errors = normalised_errors(name, which, seeds, np.arange(start, end, 10.0), shown=True)
    count = np.isfinite(errors).sum(axis=0)
    assert count.min() >= 0.95 * seeds
    low, high = chi2.ppf([[0.025], [0.975]], 6 * count) / count
    average = np.nanmean(errors, axis=0)
    assert np.mean((average > low) & (average < high)) >= 0.9


@pytest.mark.slow
def test_boost_and_its_end_are_honest() -> None:
    # The thrust is not a Gauss-Markov process, so this is a bound, not a band: the spread that the track
    # states is never too small by more than a factor of 1.5 (2.25 in the square), averaged over flights.
    seeds = 40
    times = np.arange(85.0, 230.0, 5.0)
    average = np.nanmean(normalised_errors("overflight", (1, 2, 3), seeds, times, shown=False), axis=0)
    assert average.max() < 6.0 * 2.25
    assert average.mean() < 6.0 * 1.25
    assert average.mean() > 3.0
