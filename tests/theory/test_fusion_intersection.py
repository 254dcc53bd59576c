"""Pictures: covariance intersection against closed forms and random correlations, and the better-of rule."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fusion_cases import (
    Floats,
    Tracker,
    covariance,
    flight,
    plots_of,
    truth_at,
    write_mode,
    write_report,
)
from warnpath.fusion import layout, store
from warnpath.fusion.picture import combine, fuse, gather

ORIGIN = np.array([-3.2e6, 3.6e6, 4.6e6, 1500.0, 3000.0, 2200.0])


def fused(first: Floats, second: Floats, disjoint: float = 0.0, offset: Floats | None = None) -> Tracker:
    """Two estimates of one object at one time, fused into S_FUSED."""
    return fuse_with(Tracker(), first, second, disjoint, offset)


def fuse_with(
    tracker: Tracker, first: Floats, second: Floats, disjoint: float = 0.0, offset: Floats | None = None
) -> Tracker:
    """The same in the scratch of a tracker that may have served before."""
    scratch = tracker.scratch
    write_mode(scratch, layout.S_FUSED, ORIGIN, first)
    write_mode(scratch, layout.S_MODES, ORIGIN if offset is None else ORIGIN + offset, second)
    assert combine(scratch, disjoint) in {0, 1, 2}
    return tracker


def result(tracker: Tracker) -> tuple[Floats, Floats]:
    state = tracker.scratch[layout.S_FUSED, layout.COAST_STATE : layout.COAST_STATE + 6]
    return state - ORIGIN, covariance(tracker.scratch, layout.S_FUSED, layout.COAST_COVARIANCE)


def random_covariance(rng: np.random.Generator, *shape: int) -> Floats:
    """One or as many as `shape` says: of axes between 1 and 1000, in any direction."""
    axes = 10.0 ** rng.uniform(0.0, 3.0, (*shape, 1, 6))
    turn = random_turn(rng, *shape)
    return np.asarray((turn * axes**2) @ turn.mT)


def random_turn(rng: np.random.Generator, *shape: int) -> Floats:
    return np.linalg.qr(rng.normal(size=(*shape, 6, 6)))[0]


def test_disjoint_estimates_add_their_informations() -> None:
    # Oracle fuse_two_independent (information sum, Bar-Shalom): of variances 2500 and 400.
    tracker = fused(2500.0 * np.eye(6), 400.0 * np.eye(6), disjoint=1.0, offset=np.full(6, 29.0))
    moved, matrix = result(tracker)
    assert matrix == pytest.approx(344.8275862068965 * np.eye(6), rel=1e-12, abs=1e-9)
    assert moved == pytest.approx(np.full(6, 25.0), rel=1e-7)


def test_intersection_never_claims_more_than_a_known_correlation_allows() -> None:
    # Oracle fuse_two_correlated_bc (Bar-Shalom & Campo 1986): variances 2500 and 900 with covariance 600
    # can be fused to 859.0909090909091 at best by one who knows the 600. Intersection does not know it: it
    # must not go below, and of two estimates with one shape it takes the better as it is.
    first, second, mixed = 2500.0, 900.0, 600.0
    best = (first * second - mixed**2) / (first + second - 2 * mixed)
    assert best == pytest.approx(859.0909090909091, rel=1e-12)
    for one, other in ((first, second), (second, first)):
        _, matrix = result(fused(one * np.eye(6), other * np.eye(6)))
        assert matrix == pytest.approx(900.0 * np.eye(6), rel=1e-9, abs=1e-6)
        assert matrix[0, 0] > best


def test_intersection_stays_consistent_whatever_the_correlation() -> None:
    # 10,000 joint covariances of two errors: the true covariance of the fused error never exceeds the stated.
    rng, count = np.random.default_rng(31), 10_000
    first, second = random_covariance(rng, 2, count)
    roots = np.linalg.cholesky(first), np.linalg.cholesky(second)
    # Any contraction between the whitened errors is a possible correlation; the ends are the worst.
    left, right = random_turn(rng, 2, count)
    kinds = rng.integers(3, size=(count, 6))
    inside = rng.uniform(-1.0, 1.0, (count, 1))
    link = (left * np.where(kinds < 2, 2.0 * kinds - 1.0, inside)[:, np.newaxis]) @ right
    mixed = roots[0] @ link @ roots[1].mT
    tracker = Tracker()
    pairs = zip(first, second, strict=True)
    stated = np.array([result(fuse_with(tracker, *pair))[1] for pair in pairs])
    inverses = np.linalg.inv(first), np.linalg.inv(second)
    # The weight from the stated information, which is linear in it.
    gap = inverses[0] - inverses[1]
    weight = np.sum((np.linalg.inv(stated) - inverses[1]) * gap, axis=(1, 2)) / np.sum(gap * gap, axis=(1, 2))
    assert (weight > -1e-6).all()
    assert (weight < 1.0 + 1e-6).all()
    assert np.count_nonzero((weight > 0.01) & (weight < 0.99)) > 5000
    share = weight[:, np.newaxis, np.newaxis]
    gains = share * stated @ inverses[0], (1.0 - share) * stated @ inverses[1]
    cross = gains[0] @ mixed @ gains[1].mT
    actual = gains[0] @ first @ gains[0].mT + gains[1] @ second @ gains[1].mT + cross + cross.mT
    root = np.linalg.inv(np.linalg.cholesky(stated))
    worst = np.linalg.eigvalsh(root @ actual @ root.mT).max()
    assert worst < 1.0 + 1e-6
    # And no slack is given away: some correlation makes the statement exact.
    assert worst > 0.99


def test_the_weight_makes_the_determinant_least() -> None:
    rng = np.random.default_rng(32)
    w = np.linspace(0.0, 1.0, 401)[:, np.newaxis, np.newaxis]
    for _ in range(200):
        first, second = random_covariance(rng, 2)
        _, stated = result(fused(first, second))
        a, b = np.linalg.inv(first), np.linalg.inv(second)
        least = (-np.linalg.slogdet(w * a + (1.0 - w) * b)[1]).min()
        assert np.linalg.slogdet(stated)[1] <= least + 1e-4


@pytest.mark.parametrize("bad", [-np.eye(6), np.full((6, 6), 4.0), np.full((6, 6), math.nan)])
def test_an_indefinite_covariance_is_not_fused(bad: Floats) -> None:
    for first, second in ((np.eye(6), bad), (bad, np.eye(6))):
        scratch = Tracker().scratch
        write_mode(scratch, layout.S_FUSED, ORIGIN, first)
        write_mode(scratch, layout.S_MODES, ORIGIN, second)
        assert combine(scratch, 0.0) == -1
        kept = covariance(scratch, layout.S_FUSED, layout.COAST_COVARIANCE)
        np.testing.assert_array_equal(kept, first)


def test_the_better_of_two_alike_replaces_the_other() -> None:
    t = Tracker()
    for row, variance in ((0, 4.0), (1, 1.0), (2, 2.0)):
        write_report(t.reports, row, 10.0 + row, ORIGIN, variance * np.eye(6), thrust=0.01 * variance)
    # All at one time and with one shape, so nothing is gained by mixing.
    t.reports[:3, layout.REPORT_TIME] = 12.0
    assert gather(t.reports, t.settings, t.scratch, 0, 3, -1, 12.0, 5) == -1 - 1
    assert covariance(t.reports, 5) == pytest.approx(np.eye(6), abs=1e-9)
    assert (t.reports[5, layout.THRUST], t.reports[5, layout.LAST_PLOT_TIME]) == (0.01, 11.0)


def two_nations() -> tuple[Tracker, float]:
    """Reports of one flight: row 0 seen from afar, row 1 by near radars 35 s earlier, row 2 empty."""
    flown = flight("overflight")
    tracker = Tracker(tracks=2)
    for track, which, until in ((0, (0,), 260.0), (1, (1, 2), 225.0)):
        for plot in plots_of(flown, seed=9, which=which, until_s=until):
            tracker.insert(plot, track)
        assert tracker.report(until, row=track, track=track) == 1
    return tracker, 262.0


def make(t: Tracker, first: int, count: int, own: int, time: float, out: int = 5) -> int:
    used: int = fuse(t.reports, t.settings, t.scratch, t.ground, first, count, own, time, out)
    return used


def test_the_picture_is_better_than_its_own_track_and_consistent() -> None:
    tracker, time = two_nations()
    assert make(tracker, 0, 3, 0, time) == 2
    picture, own = tracker.reports[5], tracker.reports[0]
    assert picture[layout.SOURCES] == 2.0
    assert picture[layout.REPORT_TIME] == time
    assert picture[layout.IMPACT_VALID] == own[layout.IMPACT_VALID] == 1.0
    assert picture[layout.IMPACT_SIGMA] < own[layout.IMPACT_SIGMA]
    truth = truth_at(flight("overflight"), time)
    assert truth is not None
    error = picture[layout.STATE : layout.STATE + 6] - truth[:6]
    assert error @ np.linalg.solve(covariance(tracker.reports, 5), error) < 22.5  # 99.9 % of chi-square, 6
    # Its ground track is that of the picture: it ends at the picture's impact.
    last = int(tracker.ground[0, 0])
    assert tracker.ground[last, layout.GROUND_TIME] == picture[layout.IMPACT_TIME]
    # Information fusion of the same two is surer: a bound.
    tracker.settings = store.settings_row(disjoint_lineages=True)
    make(tracker, 0, 3, 0, time, out=6)
    assert tracker.reports[6, layout.IMPACT_SIGMA] < picture[layout.IMPACT_SIGMA]


def test_a_poor_report_leaves_the_own_track_as_it_is() -> None:
    tracker, time = two_nations()
    tracker.reports[1, layout.COVARIANCE : layout.COVARIANCE + 21] *= 1e4
    tracker.reports[1, layout.LAUNCH_VALID] = 0.0
    alone = tracker.reports.copy()
    assert make(tracker, 0, 3, 0, time) == 1
    assert fuse(alone, tracker.settings, tracker.scratch, tracker.ground, 0, 1, 0, time, 5) == 1
    assert tracker.reports[5].tobytes() == alone[5].tobytes()
    assert tracker.reports[5, layout.SOURCES] == 1.0


def test_a_report_that_knows_more_in_every_way_takes_the_place_of_the_own_track() -> None:
    tracker, time = two_nations()
    matrix = covariance(tracker.reports, 0) / 25.0
    state = tracker.reports[0, layout.STATE : layout.STATE + 6].copy()
    write_report(tracker.reports, 1, tracker.reports[0, layout.REPORT_TIME], state, matrix, thrust=0.01)
    tracker.reports[1, layout.LN_BALLISTIC + 1] = tracker.reports[0, layout.LN_BALLISTIC + 1]
    assert make(tracker, 0, 3, 0, time) == 1
    assert tracker.reports[5, layout.SOURCES] == 1.0
    assert tracker.reports[5, layout.THRUST] == 0.01
    assert tracker.reports[5, layout.IMPACT_SIGMA] < 0.5 * tracker.reports[0, layout.IMPACT_SIGMA]


@given(st.floats(0.5, 2.0), st.floats(0.2, 3.0), st.integers(0, 2**32 - 1))
def test_sharing_never_makes_the_stated_uncertainty_worse(scale: float, speed: float, seed: int) -> None:
    tracker, time = two_nations()
    shape = random_covariance(np.random.default_rng(seed))
    shape[:, 3:] *= 0.02 * speed
    shape[3:] *= 0.02 * speed
    state = tracker.reports[1, layout.STATE : layout.STATE + 6].copy()
    write_report(tracker.reports, 1, time - 30.0, state, scale * shape)
    make(tracker, 0, 2, 0, time)
    assert tracker.reports[5, layout.IMPACT_SIGMA] <= tracker.reports[0, layout.IMPACT_SIGMA]


def test_a_thrusting_report_is_not_intersected() -> None:
    tracker, time = two_nations()
    with_it, without = tracker.reports.copy(), tracker.reports.copy()
    with_it[1, layout.THRUST] = 0.05
    without[1] = 0.0
    without[1, layout.LAUNCH_VALID : layout.LAUNCH_VALID + 6] = with_it[
        1, layout.LAUNCH_VALID : layout.LAUNCH_VALID + 6
    ]
    for reports in (with_it, without):
        assert fuse(reports, tracker.settings, tracker.scratch, tracker.ground, 0, 3, 0, time, 5) == 1
    assert with_it[5].tobytes() == without[5].tobytes()


def test_a_thrusting_own_track_gives_way_to_a_partner_who_saw_burnout() -> None:
    tracker, time = two_nations()
    tracker.reports[0, layout.THRUST] = 1.0
    assert make(tracker, 0, 3, 0, time) == 1
    assert tracker.reports[5, layout.IMPACT_VALID] == 1.0
    assert tracker.reports[5, layout.LAST_PLOT_TIME] == tracker.reports[1, layout.LAST_PLOT_TIME]
    assert tracker.reports[0, layout.IMPACT_VALID] == 0.0


def test_without_burnout_the_own_track_is_shown_and_no_impact() -> None:
    tracker, time = two_nations()
    tracker.reports[:2, layout.THRUST] = 1.0
    assert make(tracker, 0, 3, 0, time) == 1
    picture = tracker.reports[5]
    assert (picture[layout.VALID], picture[layout.IMPACT_VALID], picture[layout.THRUST]) == (1.0, 0.0, 1.0)
    assert picture[layout.LAST_PLOT_TIME] == tracker.reports[0, layout.LAST_PLOT_TIME]
    # Nobody knows what the thrust did in the meantime: the spread says so.
    age = time - tracker.reports[0, layout.REPORT_TIME]
    assert covariance(tracker.reports, 5)[0, 0] > (0.5 * 30.0 * age * age) ** 2
    # Without an own track the youngest of the others.
    assert make(tracker, 1, 2, -1, time) == 1
    assert tracker.reports[5, layout.LAST_PLOT_TIME] == tracker.reports[1, layout.LAST_PLOT_TIME]


def test_a_picture_may_hold_a_launch_point_only_or_nothing() -> None:
    tracker = Tracker()
    assert make(tracker, 0, 3, -1, 50.0) == 0
    tracker.reports[2, layout.LAUNCH_VALID] = 1.0
    tracker.reports[2, layout.LAUNCH_COVARIANCE] = tracker.reports[2, layout.LAUNCH_COVARIANCE + 2] = 25e6
    tracker.reports[1, layout.LAUNCH_VALID] = 1.0
    tracker.reports[1, layout.LAUNCH_COVARIANCE] = tracker.reports[1, layout.LAUNCH_COVARIANCE + 2] = 64e6
    assert make(tracker, 0, 3, -1, 50.0) == 1
    assert (tracker.reports[5, layout.VALID], tracker.reports[5, layout.IMPACT_VALID]) == (0.0, 0.0)
    assert tracker.reports[5, layout.LAUNCH_COVARIANCE] == 25e6


def test_a_report_is_predicted_to_the_time_of_the_picture() -> None:
    flown = flight("overflight")
    state, later = truth_at(flown, 260.0), truth_at(flown, 300.0)
    assert state is not None
    assert later is not None
    t = Tracker()
    write_report(t.reports, 0, 260.0, state[:6], np.diag([1e4] * 3 + [1.0] * 3))
    assert gather(t.reports, t.settings, t.scratch, 0, 1, -1, 300.0, 5) == -1
    assert t.reports[5, layout.STATE : layout.STATE + 3] == pytest.approx(later[:3], abs=0.1)
    # 40 s of 1 m/s beside 100 m.
    assert covariance(t.reports, 5)[1, 1] == pytest.approx(1e4 + 40.0**2, rel=0.02)
    assert t.reports[5, layout.LN_BALLISTIC] == math.log(5000.0)


@pytest.mark.parametrize("spoilt", [0, 1])
@pytest.mark.parametrize("how", ["negative", "singular", "nan", "state"])
def test_an_unsound_report_is_left_out_counted_and_not_mended(spoilt: int, how: str) -> None:
    tracker, time = two_nations()
    alone = tracker.reports.copy()
    alone[spoilt, layout.VALID] = 0.0
    row = tracker.reports[spoilt]
    triangle = row[layout.COVARIANCE : layout.COVARIANCE + 21]
    if how == "negative":
        triangle[2] = -triangle[2]
    elif how == "singular":
        triangle[1] = math.sqrt(triangle[0] * triangle[2])
    elif how == "nan":
        triangle[0] = math.nan
    else:
        row[layout.STATE + 4] = math.nan
    kept = triangle.copy()
    sources = make(tracker, 0, 3, 0, time)
    # The other one is shown as if nothing else had come: the order of the two makes no difference.
    assert sources == fuse(alone, tracker.settings, tracker.scratch, tracker.ground, 0, 3, 0, time, 5) == 1
    assert (tracker.reports[5, layout.UNSOUND], alone[5, layout.UNSOUND]) == (1.0, 0.0)
    alone[5, layout.UNSOUND] = 1.0
    assert tracker.reports[5].tobytes() == alone[5].tobytes()
    np.testing.assert_array_equal(row[layout.COVARIANCE : layout.COVARIANCE + 21], kept)
    # It is rejected once; the next look finds no state there.
    make(tracker, 0, 3, 0, time)
    assert tracker.reports[5, layout.UNSOUND] == 0.0
