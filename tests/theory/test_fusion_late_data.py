"""What late data are worth: exact replay against leaving them out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2

from tests.fusion_cases import Floats, Plot, Tracker, covariance, flight, plots_of, truth_at
from warnpath.fusion import layout, store

LATE = 0.66
SEEDS = 40
TIMES = np.arange(300.0, 500.0, 20.0)


def arrivals(plots: list[Plot], seed: int) -> list[Plot]:
    """The plots as they arrive: two thirds of them late, by up to 50 s."""
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
def test_dropping_late_data_costs_accuracy_that_consistency_does_not_show() -> None:
    # Replay is the sorted filter to the bit. Dropping what is late leaves a third of the plots, so the error
    # grows by about sqrt(3); its normalised square is as good as before, so only the oracle shows the loss.
    replayed, dropped, squares = [], [], []
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
        assert careless.arrays["heads"][0, layout.TOO_LATE] > 0.4 * len(came)
        replayed.append(float(by_replay @ by_replay))
        dropped.append(float(by_dropping @ by_dropping))
        squares.append(square)
    # Still consistent: 40 flights of 6 degrees of freedom each.
    low, high = chi2.ppf([0.001, 0.999], 6 * SEEDS)
    assert low < np.sum(squares) < high
    # Paired, so that a geometry that is hard for one is hard for the other: 3.3 standard errors.
    gain = np.log(np.array(dropped) / np.array(replayed))
    assert gain.mean() - 3.3 * gain.std(ddof=1) / np.sqrt(SEEDS) > 0.0
