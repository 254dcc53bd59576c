"""Late data: whatever the order of arrival inside the lag bound, the same bits come out."""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fusion_cases import Plot, Tracker, flight, plots_of
from warnpath.fusion import layout, store


@cache
def seen(name: str, first: int, count: int) -> tuple[Plot, ...]:
    """Some consecutive plots of a flight; two of them share a time, told apart by their sensors."""
    plots = plots_of(flight(name), seed=3)[first : first + count]
    late = plots[count // 2]
    plots[count // 2 - 1] = (late[0], (late[1] + 1) % 4, *plots[count // 2 - 1][2:])
    return tuple(sorted(plots))


def outcome(tracker: Tracker, plots: tuple[Plot, ...], order: tuple[int, ...]) -> tuple[list[bytes], bytes]:
    store.clear(tracker.arrays)
    for arrival in order:
        tracker.insert(plots[arrival])
    assert tracker.arrays["heads"][0, layout.INSERTED] == len(plots)
    tracker.report(plots[-1][0] + 1.0)
    return tracker.history(), tracker.reports[0].tobytes()


@pytest.mark.parametrize(("name", "first"), [("medium", 0), ("overflight", 40)])
def test_every_permutation_of_seven_arrivals_gives_the_same_bits(name: str, first: int) -> None:
    # The first three in time start the track, so most of the 5040 orders start it from late plots.
    plots = seen(name, first, 7)
    tracker = Tracker(capacity=64)
    sorted_history, sorted_report = outcome(tracker, plots, tuple(range(7)))
    assert len(sorted_history) == 7
    for order in itertools.permutations(range(7)):
        history, report = outcome(tracker, plots, order)
        assert history == sorted_history, order
        assert report == sorted_report, order


@given(st.lists(st.floats(0.0, 55.0), min_size=120, max_size=120), st.integers(0, 2))
def test_delays_inside_the_bound_change_nothing(delays: list[float], case: int) -> None:
    # Through burnout and the first forgetting of old plots, whose batches depend on the order of arrival.
    name, first = [("medium", 0), ("short", 60), ("overflight", 150)][case]
    plots = seen(name, first, 120)
    arrival = [plot[0] + delay for plot, delay in zip(plots, delays, strict=True)]
    shuffled, straight = Tracker(capacity=256), Tracker(capacity=256)
    for index in np.argsort(arrival, kind="stable"):
        assert not shuffled.insert(plots[index]) & layout.BIT_TOO_LATE
    for plot in plots:
        straight.insert(plot)
    kept = min(len(shuffled.history()), len(straight.history()))
    assert kept >= 32
    assert shuffled.history()[-kept:] == straight.history()[-kept:]
    for tracker in (shuffled, straight):
        tracker.report(plots[-1][0])
    assert shuffled.reports[0].tobytes() == straight.reports[0].tobytes()


@given(st.data())
def test_duplicates_are_dropped_and_change_nothing(data: st.DataObject) -> None:
    plots = seen("medium", 10, 30)
    tracker, straight = Tracker(), Tracker()
    for plot in plots:
        straight.insert(plot)
        tracker.insert(plot)
        again = data.draw(st.sampled_from(plots[: plots.index(plot) + 1]))
        assert tracker.insert(again) == layout.BIT_DUPLICATE
    assert tracker.history() == straight.history()
    assert tracker.arrays["heads"][0, layout.DUPLICATES] == len(plots)


@given(st.lists(st.floats(0.0, 200.0), min_size=80, max_size=80))
def test_what_is_older_than_the_bound_is_dropped_and_counted(delays: list[float]) -> None:
    plots = seen("overflight", 100, 80)
    tracker = Tracker(settings=store.settings_row(lag_s=20.0))
    youngest, taken, refused = -np.inf, 0, 0
    order = np.argsort([plot[0] + delay for plot, delay in zip(plots, delays, strict=True)], kind="stable")
    for index in order:
        bits = tracker.insert(plots[index])
        outside = plots[index][0] < youngest - 20.0
        assert bool(bits & layout.BIT_TOO_LATE) == outside
        youngest = max(youngest, plots[index][0])
        taken += not outside
        refused += outside
    head = tracker.arrays["heads"][0]
    assert (head[layout.INSERTED], head[layout.TOO_LATE]) == (taken, refused)


def test_tracks_of_one_store_do_not_touch_each_other() -> None:
    plots = seen("medium", 0, 40)
    alone, together = Tracker(), Tracker(tracks=3)
    for number, plot in enumerate(plots):
        alone.insert(plot)
        together.insert(plots[-1 - number], track=0)
        together.insert(plot, track=1)
        together.insert(plots[(number * 7) % 40], track=2)
    for track in range(3):
        assert together.history(track) == alone.history()
