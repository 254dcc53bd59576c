"""The filter against Stone Soup's extended Kalman filter, and its consistency in free flight."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2

from tests.fusion_cases import (
    STAGED_BURNOUT_S,
    STAGED_FROM_S,
    STAGED_TICK_S,
    Floats,
    Tracker,
    covariance,
    flight,
    plots_of,
    sensors,
    staged,
    truth_at,
    write_mode,
)
from tests.soup_filter import NOISE, SoupFilter, plots_and_start
from warnpath.fusion import layout, store
from warnpath.fusion.measurement import plot_update, write_plot
from warnpath.fusion.motion import predict_coast


def test_the_ballistic_mode_is_stone_soups_filter_to_5_cm() -> None:
    table = sensors()
    given, state, matrix = plots_and_start(120)
    scratch, settings = store.scratch(), store.settings_row(coast_noise_m2_s3=NOISE)
    modes = layout.S_MODES
    write_mode(scratch, modes, state, matrix)
    plots = np.zeros((1, layout.PLOT_COLUMNS))
    soup = SoupFilter(state, matrix)
    worst, worst_sigma, now = 0.0, 0.0, 0.0
    for plot in given:
        write_plot(plots, 0, plot[0], *plot[3:])
        predict_coast(scratch, modes, settings, plot[0] - now, 0.0)
        now = plot[0]
        assert plot_update(scratch, modes, 0, table, plot[1], plots, 0)[1] > 0.0
        soup.feed(plot, table)
        error = scratch[modes, layout.COAST_STATE :][:3] - soup.state[:3]
        worst = max(worst, float(np.linalg.norm(error)))
        ours = covariance(scratch, modes, layout.COAST_COVARIANCE)
        ratio = np.sqrt(np.diag(ours) / np.diag(soup.matrix))
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
    # Average of the normalised squared error over 200 flights: chi-square with 6 degrees of freedom each,
    # inside its 95 % band in 90 % of epochs. 100 s after burnout or first sight the start is forgotten.
    seeds = 200
    errors = normalised_errors(name, which, seeds, np.arange(start, end, 10.0), shown=True)
    count = np.isfinite(errors).sum(axis=0)
    assert count.min() >= 0.95 * seeds
    low, high = chi2.ppf([[0.025], [0.975]], 6 * count) / count
    average = np.nanmean(errors, axis=0)
    assert np.mean((average > low) & (average < high)) >= 0.9


HONEST_CEILING, HONEST_FLOOR = 2.25, 0.5
"""The thrust is no Gauss-Markov process, so what is asked for through boost and staging is a bound, not the
band: averaged over flights, the spread that a track states is nowhere too small by more than a factor of 1.5
(2.25 in the square), and its square nowhere below half the floor of the band."""


def assert_honest(average: Floats, seeds: int) -> None:
    floor = chi2.ppf(0.025, 6 * seeds) / seeds
    assert average.max() < 6.0 * HONEST_CEILING
    assert average.min() > HONEST_FLOOR * floor
    assert 6.0 * 0.7 < average.mean() < 6.0 * 1.25


@pytest.mark.slow
def test_boost_and_its_end_are_honest() -> None:
    seeds = 40
    times = np.arange(85.0, 230.0, 5.0)
    errors = normalised_errors("overflight", (1, 2, 3), seeds, times, shown=False)
    assert np.isfinite(errors).all()
    assert_honest(errors.mean(axis=0), seeds)


@pytest.mark.slow
def test_staging_is_honest_but_for_the_seconds_in_which_nobody_can_know() -> None:
    # Burns, coasts for 30 s, which is believed by then, and burns again: the track is honest throughout, but
    # for the 5 s that it takes 30 m/s^2 to stand out from 50 to 150 m of radar noise.
    seeds, pause_s, ticks = 40, 30.0, range(110, 800, 10)
    errors = np.zeros((seeds, len(ticks)))
    thrust = np.zeros((seeds, len(ticks)))
    for seed in range(seeds):
        plots, states = staged(seed, pause_s)
        tracker, place = Tracker(), 0
        for number, tick in enumerate(ticks):
            now = STAGED_FROM_S + STAGED_TICK_S * tick + 0.025
            while place < len(plots) and plots[place][0] < now:
                tracker.insert(plots[place])
                place += 1
            assert tracker.report(now) == 1
            truth = states[tick] + 0.025 * np.append(states[tick, 3:], np.zeros(3))
            error = tracker.reports[0, layout.STATE : layout.STATE + 6] - truth
            errors[seed, number] = error @ np.linalg.solve(covariance(tracker.reports, 0), error)
            thrust[seed, number] = tracker.reports[0, layout.THRUST]
    since_ignition = STAGED_FROM_S + STAGED_TICK_S * np.array(ticks) - STAGED_BURNOUT_S - pause_s
    surprised = (since_ignition > 0.0) & (since_ignition < 5.0)
    assert_honest(errors.mean(axis=0)[~surprised], seeds)
    assert (thrust[:, since_ignition == 0.0] < 0.05).all()
    assert (thrust[:, since_ignition >= 5.0] == 1.0).all()
