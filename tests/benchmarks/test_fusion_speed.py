"""The fusion core is fast enough; the figures themselves: `python -m tests.benchmarks.fusion_speed`."""

from __future__ import annotations

import math

import pytest

from tests.benchmarks.fusion_speed import (
    beside_stone_soup,
    consistency,
    ellipse_coverage,
    predictions,
    replay,
    whole_event,
)

pytestmark = pytest.mark.benchmark


def test_an_update_takes_two_microseconds_and_hundreds_of_times_less_than_stone_soup() -> None:
    found = beside_stone_soup()
    assert found.ours_s < 2e-6
    assert found.theirs_s / found.ours_s > 200.0
    assert found.apart_m < 0.05


def test_an_arrival_at_two_thirds_late_takes_fifteen_microseconds() -> None:
    found = replay()
    assert 0.6 < found.share_late < 0.75
    assert found.late_s < 15e-6
    assert found.waiting_s < 15e-6


def test_an_impact_takes_a_seventh_of_a_millisecond() -> None:
    assert predictions().impact_s < 0.15e-3


def test_a_whole_event_takes_ten_milliseconds() -> None:
    assert whole_event() < 10e-3


def test_two_hundred_flights_are_as_far_off_as_their_tracks_say() -> None:
    share, _ = consistency()
    assert share >= 0.9
    # 1 - exp(-k^2 / 2), to 3.3 standard errors of 200 flights.
    for found, expected in zip(ellipse_coverage(), (0.3935, 0.8647, 0.9889), strict=True):
        assert found == pytest.approx(expected, abs=3.3 * math.sqrt(expected * (1.0 - expected) / 200))
