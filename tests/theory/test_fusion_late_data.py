"""What late data are worth: exact replay against leaving them out."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import chi2

from tests.fusion_cases import Floats, Plot, Tracker, covariance, flight, plots_of, truth_at
from warnpath.fusion import layout, store

LATE = 0.75
SEEDS = 160
TIMES = np.arange(300.0, 500.0, 20.0)


def arrivals(plots: list[Plot], seed: int) -> list[Plot]:
    """The plots as they arrive: three quarters of them late, by up to 50 s."""
    rng = np.random.default_rng(seed)
    late = rng.random(len(plots)) < LATE
    when = np.array([plot[0] for plot in plots]) + late * rng.uniform(5.0, 50.0, len(plots))
    return [plots[index] for index in np.argsort(when, kind="stable")]


def errors_of(tracker: Tracker, came: list[Plot], time: float) -> tuple[Floats, float]:
    """Error of the estimate at a time from what was measured until then, and its normalised square."""
    for plot in came:
        tracker.insert(plot)
    assert tracker.report(time) == 1
    truth = truth_at(flight("overflight"), time)
    assert truth is not None
    error = tracker.reports[0, layout.STATE : layout.STATE + 6] - truth[:6]
    return error[:3], float(error @ np.linalg.solve(covariance(tracker.reports, 0), error))


@pytest.mark.slow
def test_dropping_late_data_doubles_the_error_and_consistency_does_not_show_it() -> None:
    # Replay is the sorted filter to the bit. Dropping what is late leaves a quarter of the plots, and in free
    # flight the error goes with one over the root of their number; its normalised square is as good as
    # before, so only the oracle shows the loss. (At two thirds late it is sqrt(3), not 2.)
    gains, squares, kept = [], [], []
    for seed in range(SEEDS):
        plots = plots_of(flight("overflight"), seed=500 + seed, which=(0, 1), until_s=float(TIMES[-1]))
        time = float(TIMES[seed % len(TIMES)])
        came = arrivals([plot for plot in plots if plot[0] <= time], seed)
        oracle, exact = Tracker(capacity=1024), Tracker(capacity=1024)
        careless = Tracker(capacity=1024, settings=store.settings_row(lag_s=1e-3))
        careless.settings[0, layout.START_SPAN] = 60.0
        by_sorting, _ = errors_of(oracle, sorted(came), time)
        by_replay, _ = errors_of(exact, came, time)
        by_dropping, square = errors_of(careless, came, time)
        assert by_replay.tobytes() == by_sorting.tobytes()
        kept.append(careless.arrays["heads"][0, layout.INSERTED] / len(came))
        # The error against the sorted oracle's, paired: a geometry hard for one is hard for the other.
        gains.append(0.5 * math.log(float(by_dropping @ by_dropping) / float(by_replay @ by_replay)))
        squares.append(square)
    assert np.mean(kept) == pytest.approx(0.25, abs=0.03)
    # Still consistent: 160 flights of 6 degrees of freedom each.
    low, high = chi2.ppf([0.001, 0.999], 6 * SEEDS)
    assert low < np.sum(squares) < high
    # Twice, to 3.3 standard errors, and those so small that 1.5 would not do.
    error = 3.3 * float(np.std(gains, ddof=1)) / math.sqrt(SEEDS)
    assert error < math.log(2.0 / 1.5)
    assert np.mean(gains) == pytest.approx(math.log(2.0), abs=error)
