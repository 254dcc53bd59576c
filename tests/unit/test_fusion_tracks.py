"""Tracks: what is taken, refused, counted; burnout; what a report says."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.fusion_cases import (
    CLASSES,
    STAGED_BURNOUT_S,
    Tracker,
    flight,
    plots_of,
    staged,
    truth_at,
)
from warnpath.fusion import layout, store
from warnpath.fusion.reports import copy_report, infrared_report

GOOD = (100.0, 0, 0, 700e3, 5.2, 0.3, 60.0, 400.0)


def test_arrays_are_empty_and_of_the_declared_shapes() -> None:
    arrays = store.allocate(3, 16)
    assert list(arrays) == ["heads", "plots", "keys", "posteriors"]
    assert arrays["heads"].shape == (3, layout.HEAD_COLUMNS)
    assert arrays["plots"].shape == (48, layout.PLOT_COLUMNS)
    assert arrays["keys"].shape == (48, layout.KEY_COLUMNS)
    assert arrays["posteriors"].shape == (48, layout.POSTERIOR_COLUMNS)
    assert (arrays["heads"] == 0).all()
    assert arrays["keys"][16:32, layout.KEY_ORDER].tolist() == list(range(16))
    assert store.allocate(0, 8)["keys"].shape == (0, layout.KEY_COLUMNS)


@pytest.mark.parametrize(("tracks", "capacity", "name"), [(-1, 16, "number_of_tracks"), (2, 7, "capacity")])
def test_sizes_that_cannot_be_are_refused(tracks: int, capacity: int, name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is {tracks if tracks < 0 else capacity}"):
        store.allocate(tracks, capacity)


@pytest.mark.parametrize("change", [{"lag_s": -1.0}, {"coast_noise_m2_s3": math.nan}, {"lag_s": math.inf}])
def test_settings_that_cannot_be_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="finite and not negative"):
        store.settings_row(**change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (0, math.nan),
        (0, math.inf),
        (3, math.nan),
        (3, 0.0),
        (3, -5.0),
        (4, math.nan),
        (5, math.inf),
        (5, 2.0),
        (6, 0.0),
        (6, math.nan),
        (7, -1.0),
    ],
)
def test_numbers_that_are_no_measurement_are_refused_and_counted(column: int, value: float) -> None:
    tracker = Tracker()
    plot = list(GOOD)
    plot[column] = value
    assert tracker.insert(tuple(plot)) == layout.BIT_REFUSED  # type: ignore[arg-type]
    assert tracker.arrays["heads"][0, layout.REFUSED] == 1
    assert tracker.arrays["heads"][0, layout.COUNT] == 0


def test_a_track_starts_with_the_third_plot() -> None:
    tracker = Tracker()
    plots = plots_of(flight("medium"), seed=1)[:4]
    bits = [tracker.insert(plot) for plot in plots]
    assert [bit & layout.BIT_STARTED for bit in bits] == [0, 0, layout.BIT_STARTED, layout.BIT_STARTED]
    assert all(bit & layout.BIT_INSERTED for bit in bits)
    assert tracker.report(plots[-1][0]) == 1


def test_two_plots_give_no_report() -> None:
    tracker = Tracker()
    tracker.reports[0] = 7.0
    for plot in plots_of(flight("medium"), seed=1)[:2]:
        tracker.insert(plot)
    assert tracker.report(1000.0) == 0
    emptied = np.delete(tracker.reports[0], layout.ORIGIN)
    assert (emptied == 0.0).all()
    assert tracker.reports[0, layout.ORIGIN] == 7.0


def test_plots_too_far_apart_do_not_start_a_track() -> None:
    tracker = Tracker()
    plots = plots_of(flight("medium"), seed=1, which=(0,))
    for plot in (plots[0], plots[1], plots[40]):
        assert not tracker.insert(plot) & layout.BIT_STARTED
    assert tracker.insert(plots[41]) & layout.BIT_STARTED == 0
    assert tracker.insert(plots[42]) & layout.BIT_STARTED


def test_the_start_is_close_and_not_surer_of_the_speed_than_300_m_s() -> None:
    flown = flight("medium")
    tracker = Tracker()
    for plot in plots_of(flown, seed=2)[:3]:
        tracker.insert(plot)
    time = tracker.arrays["plots"][2, layout.PLOT_TIME]
    posterior = tracker.arrays["posteriors"][2]
    for state, first, size in (
        (layout.THRUST_STATE, layout.THRUST_COVARIANCE, 9),
        (layout.COAST_STATE, layout.COAST_COVARIANCE, 6),
    ):
        variances = [posterior[first + i * (i + 1) // 2 + i] for i in range(size)]
        assert min(variances[3:6]) >= 300.0**2
        truth = truth_at(flown, time)
        assert truth is not None
        error = posterior[state : state + 6] - truth[:6]
        assert (np.abs(error) < 5.0 * np.sqrt(variances[:6])).all()


def test_the_capacity_shortens_the_bound_and_says_so() -> None:
    tracker = Tracker(capacity=16)
    plots = plots_of(flight("medium"), seed=1)[:60]
    bits = [tracker.insert(plot) for plot in plots]
    head = tracker.arrays["heads"][0]
    assert not any(bit & layout.BIT_SHORTENED for bit in bits[:16])
    assert all(bit & layout.BIT_SHORTENED for bit in bits[16:])
    assert head[layout.SHORTENED] == 44
    assert head[layout.COUNT] == 16
    plenty = Tracker()
    for plot in plots:
        plenty.insert(plot)
    assert tracker.history() == plenty.history()[-16:]
    late = (plots[30][0] + 1e-3, *plots[30][1:])
    assert tracker.insert(late) == layout.BIT_TOO_LATE
    assert plenty.insert(late) & layout.BIT_INSERTED


def test_capacity_for_holds_the_lag() -> None:
    flown = flight("medium")
    plots = plots_of(flown, seed=1)
    tracker = Tracker(capacity=store.capacity_for(3.0, 60.0))
    for plot in plots:
        tracker.insert(plot)
    head = tracker.arrays["heads"][0]
    assert head[layout.SHORTENED] == 0
    assert head[layout.INSERTED] == len(plots)
    # Old plots were forgotten, but none that the lag bound still needs.
    oldest = tracker.arrays["plots"][tracker.arrays["keys"][0, layout.KEY_ORDER], layout.PLOT_TIME]
    assert plots[-1][0] - 100.0 < oldest < plots[-1][0] - 60.0


def test_an_update_that_is_ill_conditioned_is_rejected_and_counted() -> None:
    tracker = Tracker()
    plots = plots_of(flight("medium"), seed=1)[:12]
    for plot in plots[:10]:
        tracker.insert(plot)
    slot = tracker.arrays["keys"][9, layout.KEY_ORDER]
    before = tracker.arrays["posteriors"][slot].copy()
    tracker.arrays["posteriors"][slot, layout.COAST_COVARIANCE] = -1e9
    bits = tracker.insert(plots[10])
    assert bits & layout.BIT_REJECTED
    assert tracker.arrays["heads"][0, layout.REJECTED] == 1
    # A late plot before it replays from a sound posterior, and nothing is rejected any more.
    tracker.arrays["posteriors"][slot] = before
    assert not tracker.insert((plots[8][0] + 1e-3, *plots[8][1:])) & layout.BIT_REJECTED
    assert tracker.arrays["heads"][0, layout.REJECTED] == 0


@pytest.mark.parametrize("seed", range(4))
def test_a_staging_coast_is_taken_back_and_never_believed_before_the_hold(seed: int) -> None:
    plots, _ = staged(seed, pause_s=30.0)
    burnout, ignition = STAGED_BURNOUT_S, STAGED_BURNOUT_S + 30.0
    tracker = Tracker()
    shown = []
    for plot in plots:
        tracker.insert(plot)
        if tracker.report(plot[0]):
            shown.append((plot[0], tracker.reports[0, layout.THRUST]))
    times, thrust = np.array(shown).T
    # Thrust before burnout is never taken for free flight, nor free flight believed in its first 5 s.
    assert (thrust[times < burnout + 5.0] == 1.0).all()
    assert (thrust[(times > burnout + 22.0) & (times < ignition)] < 0.05).any()
    # 30 m/s^2 against 50 to 150 m of radar noise: taken back in seconds, and for good.
    assert (thrust[times > ignition + 8.0] == 1.0).all()


def test_burnout_needs_the_hold_time() -> None:
    flown = flight("overflight")
    plots = plots_of(flown, seed=4, until_s=230.0)
    first: dict[float, float] = {}
    for hold in (1.0, 5.0, 15.0):
        tracker = Tracker(settings=store.settings_row(burnout_hold_s=hold))
        for plot in plots:
            tracker.insert(plot)
            tracker.report(plot[0])
            if tracker.reports[0, layout.VALID] and tracker.reports[0, layout.THRUST] < 0.05:
                first.setdefault(hold, plot[0])
    assert flown.burnout_s < first[1.0] < flown.burnout_s + 8.0
    assert first[5.0] - first[1.0] == pytest.approx(4.0, abs=1.1)
    assert first[15.0] - first[1.0] == pytest.approx(14.0, abs=1.1)


def test_silence_is_no_coast() -> None:
    # The hold is counted between plots: time that nobody watched proves nothing.
    flown = flight("overflight")
    plots = [plot for plot in plots_of(flown, seed=4, which=(1, 2)) if plot[0] < flown.burnout_s + 4.0]
    tracker = Tracker()
    for plot in plots:
        tracker.insert(plot)
    assert tracker.report(plots[-1][0] + 60.0) == 1
    assert tracker.reports[0, layout.THRUST] == 1.0
    assert tracker.reports[0, layout.REPORT_TIME] == plots[-1][0] + 60.0
    assert tracker.reports[0, layout.LAST_PLOT_TIME] == plots[-1][0]


def test_a_lost_track_starts_anew_and_remembers_burnout() -> None:
    # Seen at both ends of an hour above all radars: dead reckoning is off by tens of kilometres by then.
    flown = flight("lofted")
    plots = plots_of(flown, seed=1, which=(1,))
    gap = max(range(len(plots) - 1), key=lambda i: plots[i + 1][0] - plots[i][0])
    assert plots[gap + 1][0] - plots[gap][0] > 3000.0
    tracker = Tracker()
    started = [bool(tracker.insert(plot) & layout.BIT_STARTED) for plot in plots[: gap + 30]]
    assert started[gap : gap + 4] == [True, False, False, True]
    assert all(started[gap + 3 :])
    tracker.report(plots[gap + 29][0])
    state = truth_at(flown, plots[gap + 29][0])
    assert state is not None
    assert np.linalg.norm(tracker.reports[0, layout.STATE : layout.STATE + 3] - state[:3]) < 2000.0
    assert tracker.reports[0, layout.THRUST] < 0.05
    assert tracker.reports[0, layout.LAUNCH_VALID] == 1.0


def test_an_infrared_report_holds_a_launch_point_only() -> None:
    reports = np.ones((2, layout.REPORT_COLUMNS))
    assert infrared_report(reports, 0, 45.0, 0.68, 2.19, 5000.0) == 1
    assert reports[0, layout.VALID] == 0.0
    assert reports[0, layout.LAUNCH_VALID] == 1.0
    assert reports[0, layout.LAUNCH_LATITUDE : layout.LAUNCH_LATITUDE + 5].tolist() == [
        0.68,
        2.19,
        25e6,
        0.0,
        25e6,
    ]
    assert reports[0, layout.THRUST] == 1.0
    assert infrared_report(reports, 1, 45.0, math.nan, 2.19, 5000.0) == 0
    assert infrared_report(reports, 1, 45.0, 0.68, 2.19, 0.0) == 0
    assert reports[1, layout.LAUNCH_VALID] == 0.0
    copy_report(reports, 0, 1)
    assert reports[1].tobytes() == reports[0].tobytes()


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_the_launch_point_is_as_good_as_it_says(name: str) -> None:
    # Errors are dominated by the form of the boost, one per class, so this is no statistic: within twice
    # the stated spread, for radars that see the boost and for one that sees the coast only.
    _, origin, _ = CLASSES[name]
    flown = flight(name)
    for which in ((0, 1, 2, 3), (0,)):
        tracker = Tracker()
        for plot in plots_of(flown, seed=5, which=which)[:60]:
            tracker.insert(plot)
            tracker.report(plot[0])
        report = tracker.reports[0]
        assert report[layout.LAUNCH_VALID] == 1.0
        north = (report[layout.LAUNCH_LATITUDE] - math.radians(origin[0])) * 6.36e6
        east = (
            (report[layout.LAUNCH_LONGITUDE] - math.radians(origin[1]))
            * 6.38e6
            * math.cos(math.radians(39.2))
        )
        first, mixed, second = report[layout.LAUNCH_COVARIANCE : layout.LAUNCH_COVARIANCE + 3]
        error = np.array([east, north])
        assert error @ np.linalg.solve([[first, mixed], [mixed, second]], error) < 2.0 * 2.0 * 2.0
        assert math.sqrt(first + second) < 80e3
