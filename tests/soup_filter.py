"""Stone Soup's extended Kalman filter for free flight, with analytic derivatives: an independent oracle."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
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

from tests.fusion_cases import Floats, Plot, acceleration, flight, measure, sensors, step, truth_at

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


def plots_and_start(count: int) -> tuple[list[Plot], Floats, Floats]:
    """Plots of two radars, 0 to 9 s apart, above the air; an estimate at time 0 that is 3 km off."""
    table = sensors()
    rng = np.random.default_rng(20)
    begin = truth_at(flight("overflight"), 230.0)
    assert begin is not None
    start: Floats = begin[:6] + np.array([2000.0, -1500.0, 1200.0, 60.0, -90.0, 40.0])
    truth, now, plots = begin[:6], 0.0, []
    for number in range(count):
        elapsed = float(rng.choice([0.0, 1.0, 2.5, 9.0], p=[0.2, 0.4, 0.3, 0.1]))
        now += elapsed
        for _ in range(10):
            truth = step(truth, elapsed / 10)
        plot = measure(table, number % 2, number, now, truth[:3], rng)
        assert plot is not None
        plots.append(plot)
    return plots, start, np.diag([3000.0**2] * 3 + [100.0**2] * 3)


class SoupFilter:
    """One filter, fed with plots in the order of time.

    Parameters
    ----------
    state, matrix : ndarray
        Estimate at time 0.
    """

    EPOCH = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)

    def __init__(self, state: Floats, matrix: Floats) -> None:
        self.estimate = GaussianState(StateVector(state), matrix, timestamp=self.EPOCH)
        self.predictor = ExtendedKalmanPredictor(FreeFlight())
        self.updater = ExtendedKalmanUpdater(None)

    def feed(self, plot: Plot, table: Floats) -> None:
        """Predict to the time of a plot and update by it."""
        time_s, sensor, _, distance, azimuth, elevation, along, across = plot
        model = Radar(
            site=table[sensor, :3],
            frame=table[sensor, 3:12].reshape(3, 3),
            sigmas=(along, across / (distance * math.cos(elevation)), across / distance),
        )
        stamp = self.EPOCH + datetime.timedelta(seconds=time_s)
        seen = Detection(
            StateVector([distance, Bearing(azimuth), Elevation(elevation)]),
            timestamp=stamp,
            measurement_model=model,
        )
        predicted = self.predictor.predict(self.estimate, timestamp=stamp)
        self.estimate = self.updater.update(SingleHypothesis(predicted, seen))

    @property
    def state(self) -> Floats:
        """Position and velocity."""
        return np.ravel(self.estimate.state_vector).astype(float)

    @property
    def matrix(self) -> Floats:
        """Their covariance."""
        return np.asarray(self.estimate.covar.astype(float))
