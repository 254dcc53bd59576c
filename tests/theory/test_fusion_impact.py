"""Impact points, their covariance and danger areas against truth, Monte Carlo and closed forms."""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from scipy.stats import multivariate_normal, ncx2, norm

from tests.fusion_cases import (
    CLASSES,
    Floats,
    Tracker,
    acceleration,
    flight,
    geodetic,
    height,
    truth_at,
    write_report,
)
from warnpath.fusion import layout, store
from warnpath.fusion.areas import area_probability, mass_beyond, mass_in_circle, rule_met
from warnpath.fusion.impact import impact_predict, impact_shift
from warnpath.physics.atmosphere import density_kg_m3
from warnpath.physics.earth import ecef_from_geodetic

pytestmark = pytest.mark.unwatched

HEIGHTS = np.arange(-2000.0, 130e3, 50.0)
LOG_DENSITY = np.log([density_kg_m3(float(one)) for one in HEIGHTS])


class Falls(NamedTuple):
    """What a cloud of objects did."""

    impacts: Floats
    times: Floats
    ground: list[Floats]


def fly(states: Floats, ballistic: Floats, step_s: float = 5.0) -> Falls:
    """Full motion with drag of many objects at once, Runge-Kutta, down to the ground."""

    def slope(at: Floats) -> Floats:
        force = acceleration(at)
        tall = height(at[:, :3])
        low = tall < 125e3
        if low.any():
            density = np.where(low, np.exp(np.interp(tall, HEIGHTS, LOG_DENSITY)), 0.0)
            speed = np.linalg.norm(at[:, 3:], axis=1)
            force = force - (0.5 * density * speed / ballistic)[:, None] * at[:, 3:]
        return np.hstack([at[:, 3:], force])

    impacts = np.full((len(states), 3), np.nan)
    times = np.full(len(states), np.nan)
    ground, now, tall = [], 0.0, height(states[:, :3])
    while np.isnan(times).any():
        assert now < 5000.0
        h = step_s if tall[np.isnan(times)].min() > 150e3 else 0.4
        first = slope(states)
        second = slope(states + 0.5 * h * first)
        third = slope(states + 0.5 * h * second)
        after = states + h / 6.0 * (first + 2 * second + 2 * third + slope(states + h * third))
        after_tall = height(after[:, :3])
        fell = np.isnan(times) & (after_tall < 0.0)
        part = (tall / (tall - after_tall))[fell]
        impacts[fell] = states[fell, :3] + part[:, None] * (after - states)[fell, :3]
        times[fell] = now + part * h
        states, tall, now = after, after_tall, now + h
        if len(ground) * 10.0 <= now:
            ground.append(np.where(np.isnan(times)[:, None], states[:, :3], impacts))
    return Falls(impacts, times, ground)


def east_north(latitude: float, longitude: float) -> Floats:
    """Unit vectors of east and north in rows."""
    sine, cosine = math.sin(latitude), math.cos(latitude)
    return np.array(
        [
            [-math.sin(longitude), math.cos(longitude), 0.0],
            [-sine * math.cos(longitude), -sine * math.sin(longitude), cosine],
        ]
    )


@cache
def cloud(
    name: str, time: float, place_m: float, speed_m_s: float, spread: float, seed: int
) -> tuple[Tracker, Falls]:
    """A report of a flight, its predicted impact, and what 2000 draws from its covariance do."""
    flown = flight(name)
    state = truth_at(flown, time)
    assert state is not None
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(6, 6)) * np.array([place_m] * 3 + [speed_m_s] * 3)[:, None] / math.sqrt(6.0)
    matrix = root @ root.T
    ballistic = CLASSES[name][0].ballistic_coefficient_kg_m2
    tracker = Tracker()
    write_report(tracker.reports, 0, time, state[:6], matrix, (math.log(ballistic), spread * spread))
    t = tracker
    assert impact_predict(t.reports, 0, t.settings, t.scratch, t.ground) == 1
    drawn = state[:6] + rng.normal(size=(2000, 6)) @ root.T
    return tracker, fly(drawn, ballistic * np.exp(spread * rng.normal(size=2000)))


def offsets(tracker: Tracker, falls: Falls) -> tuple[Floats, Floats]:
    """East and north of the cloud's impacts from the predicted one, and the predicted covariance."""
    report = tracker.reports[0]
    latitude, longitude = report[layout.IMPACT_LATITUDE], report[layout.IMPACT_LONGITUDE]
    centre = np.array(ecef_from_geodetic(latitude, longitude, 0.0))
    first, mixed, second = report[layout.IMPACT_COVARIANCE : layout.IMPACT_COVARIANCE + 3]
    return (falls.impacts - centre) @ east_north(latitude, longitude).T, np.array(
        [[first, mixed], [mixed, second]]
    )


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_a_known_state_comes_down_where_the_truth_does(name: str) -> None:
    flown = flight(name)
    state = truth_at(flown, flown.burnout_s + 20.0)
    assert state is not None
    tracker = Tracker()
    ballistic = CLASSES[name][0].ballistic_coefficient_kg_m2
    write_report(tracker.reports, 0, 0.0, state[:6], np.eye(6), (math.log(ballistic), 0.0))
    assert impact_predict(tracker.reports, 0, tracker.settings, tracker.scratch, tracker.ground) == 1
    report = tracker.reports[0]
    there = ecef_from_geodetic(math.radians(flown.impact_lat_deg), math.radians(flown.impact_lon_deg), 0.0)
    here = ecef_from_geodetic(report[layout.IMPACT_LATITUDE], report[layout.IMPACT_LONGITUDE], 0.0)
    assert math.dist(here, there) < 30.0
    assert report[layout.IMPACT_TIME] + flown.burnout_s + 20.0 == pytest.approx(flown.impact_s, abs=0.02)
    # The ground track ends at the impact, and every point of it is on the ground.
    last = int(tracker.ground[0, 0])
    points = tracker.ground[1 : last + 1]
    assert math.dist(points[-1, layout.GROUND_X : layout.GROUND_X + 3], here) < 1.0
    assert np.abs(height(points[:, layout.GROUND_X : layout.GROUND_X + 3])).max() < 1.0
    assert (np.diff(points[:, layout.GROUND_TIME]) > 0.0).all()


@pytest.mark.parametrize(("name", "time"), [("medium", 200.0), ("short", 130.0)])
def test_the_ellipse_covers_what_it_says(name: str, time: float) -> None:
    # 1 - exp(-k^2 / 2): 39.35, 86.47, 98.89 % at 1, 2, 3 sigma; 3.3 standard errors of 2000 draws.
    tracker, falls = cloud(name, time, 100.0, 4.0, 0.05, 1)
    offset, matrix = offsets(tracker, falls)
    squares = np.einsum("ni,ij,nj->n", offset, np.linalg.inv(matrix), offset)
    for sigmas, share in ((1.0, 0.3935), (2.0, 0.8647), (3.0, 0.9889)):
        error = math.sqrt(share * (1.0 - share) / len(squares))
        assert np.mean(squares < sigmas * sigmas) == pytest.approx(share, abs=3.3 * error)


@pytest.mark.parametrize(
    ("name", "time", "place", "speed", "spread", "slack"),
    [
        ("medium", 200.0, 100.0, 4.0, 0.1, 0.02),
        ("short", 300.0, 50.0, 2.0, 0.1, 0.02),
        ("overflight", 250.0, 300.0, 8.0, 0.0, 0.02),
        # A third more or less drag moves the impact by more than a straight line.
        ("medium", 200.0, 100.0, 4.0, 0.3, 0.1),
        ("short", 300.0, 50.0, 2.0, 0.3, 0.1),
    ],
)
def test_mean_and_spread_against_the_full_motion(
    name: str, time: float, place: float, speed: float, spread: float, slack: float
) -> None:
    # A relative standard error of 1.6 % on a sigma from 2000 draws, 3.3 of them, and the slack for curvature.
    allowed = 3.3 * 0.016 + slack
    tracker, falls = cloud(name, time, place, speed, spread, 2)
    offset, matrix = offsets(tracker, falls)
    drawn = np.cov(offset.T)
    assert np.sqrt(np.linalg.eigvalsh(drawn)) == pytest.approx(
        np.sqrt(np.linalg.eigvalsh(matrix)), rel=allowed
    )
    major = math.sqrt(np.linalg.eigvalsh(matrix)[1])
    assert tracker.reports[0, layout.IMPACT_SIGMA] == pytest.approx(major, rel=1e-12)
    assert np.linalg.norm(offset.mean(axis=0)) < 0.22 * major
    wait = tracker.reports[0, layout.IMPACT_TIME] - time
    sigma = math.sqrt(tracker.reports[0, layout.IMPACT_TIME_VARIANCE])
    assert falls.times.std() == pytest.approx(sigma, rel=allowed)
    assert falls.times.mean() == pytest.approx(wait, abs=0.22 * sigma)


def test_there_is_no_impact_before_burnout_nor_of_what_leaves() -> None:
    flown = flight("medium")
    state = truth_at(flown, 200.0)
    assert state is not None
    t = Tracker()
    write_report(t.reports, 0, 200.0, state[:6], np.eye(6), thrust=0.05)
    write_report(t.reports, 1, 200.0, state[:6] * np.array([1, 1, 1, 6, 6, 6]), np.eye(6))
    write_report(t.reports, 2, 200.0, state[:6], np.eye(6), thrust=0.049)
    assert [impact_predict(t.reports, row, t.settings, t.scratch, t.ground) for row in (0, 1, 3)] == [0, 0, 0]
    assert (t.reports[:2, layout.IMPACT_VALID] == 0.0).all()
    assert t.ground[0, 0] == 0.0
    assert impact_predict(t.reports, 2, t.settings, t.scratch, t.ground) == 1
    assert impact_shift(t.reports, 0, 1) == 0.0
    assert impact_shift(t.reports, 0, 2) == math.inf
    t.reports[3] = t.reports[2]
    t.reports[3, layout.IMPACT_LATITUDE] += 2.0 * t.reports[2, layout.IMPACT_SIGMA] / 6.36e6
    assert impact_shift(t.reports, 2, 3) == pytest.approx(2.0, rel=0.01)


@pytest.mark.parametrize("distance", [0.0, 60e3, 99e3, 130e3])
@pytest.mark.parametrize("sigma", [2e3, 15e3, 70e3, 400e3])
def test_the_mass_in_a_circle_of_a_round_cloud_is_chi_square(distance: float, sigma: float) -> None:
    inside = mass_in_circle(distance * 0.6, -distance * 0.8, sigma * sigma, 0.0, sigma * sigma, 100e3)
    assert inside == pytest.approx(ncx2.cdf((100e3 / sigma) ** 2, 2, (distance / sigma) ** 2), abs=1e-6)


def test_the_mass_in_a_circle_of_a_long_cloud_is_that_of_a_sample() -> None:
    mean, matrix = np.array([50e3, -60e3]), np.array([[2.5e9, 1.1e9], [1.1e9, 0.7e9]])
    sample = multivariate_normal(mean, matrix, seed=np.random.default_rng(8)).rvs(200_000)
    share = np.mean(np.linalg.norm(sample, axis=1) < 100e3)
    inside = mass_in_circle(50e3, -60e3, 2.5e9, 1.1e9, 0.7e9, 100e3)
    assert inside == pytest.approx(share, abs=3.3 * math.sqrt(share * (1 - share) / len(sample)))


def test_far_from_its_end_a_track_enters_a_circle_by_its_cross_track_error() -> None:
    for offset in (-150e3, 0.0, 80e3, 100e3, 240e3):
        expected = norm.cdf((100e3 - offset) / 40e3) - norm.cdf((-100e3 - offset) / 40e3)
        assert mass_beyond(offset, 40e3, 1e6, 30e3, 100e3) == pytest.approx(expected, abs=1e-12)
        # By quadrature just as well, where the end is too near to be left out.
        near = mass_beyond(offset, 40e3, 100e3 + 6.0 * 30e3, 30e3, 100e3)
        assert near == pytest.approx(expected, abs=1e-6)
    assert mass_beyond(0.0, 40e3, -300e3, 30e3, 100e3) == 0.0
    # Straight through the middle and along a hair: the impact lies beyond the far edge or it does not.
    assert mass_beyond(0.0, 1.0, 110e3, 20e3, 100e3) == pytest.approx(norm.cdf(0.5), abs=1e-4)


def in_danger(falls: Falls, latitude: float, longitude: float, radius: float) -> Floats:
    """Whether each object's ground track, from its start to its impact, comes into a circle."""
    centre = np.array(ecef_from_geodetic(latitude, longitude, 0.0))
    frame = east_north(latitude, longitude)
    inside = np.zeros(len(falls.times), dtype=bool)
    before = None
    for points in [*falls.ground, falls.impacts]:
        up, tall = geodetic(points)
        feet = (points - tall[:, None] * up - centre) @ frame.T
        if before is not None:
            move = feet - before
            length = np.maximum((move * move).sum(axis=1), 1.0)
            part = np.clip(-(before * move).sum(axis=1) / length, 0.0, 1.0)
            near = np.linalg.norm(before + part[:, None] * move, axis=1)
            inside |= near < radius
        before = feet
    return inside


@pytest.mark.parametrize(
    ("back_s", "side_km"),
    [(0.0, 0.0), (0.0, 90.0), (30.0, 60.0), (60.0, 110.0), (250.0, 40.0), (250.0, 130.0), (-20.0, 0.0)],
)
def test_the_danger_to_an_area_is_that_of_a_cloud_of_flights(back_s: float, side_km: float) -> None:
    # Circles of 100 km beside the ground track, from under the middle of the flight to beyond its end.
    tracker, falls = cloud("overflight", 300.0, 2000.0, 60.0, 0.0, 3)
    ground = tracker.ground
    last = int(ground[0, 0])
    assert 30e3 < tracker.reports[0, layout.IMPACT_SIGMA] < 120e3
    times, places = ground[1 : last + 1, 0], ground[1 : last + 1, 1:4]
    impact = tracker.reports[0, layout.IMPACT_TIME]
    at = np.array([np.interp(min(impact - back_s, impact), times, places[:, axis]) for axis in range(3)])
    ahead = np.array(
        [np.interp(impact - max(back_s, 0.0) - 5.0, times, places[:, axis]) for axis in range(3)]
    )
    forward = (at - ahead) / np.linalg.norm(at - ahead)
    aside = np.cross(at, forward) / np.linalg.norm(at)
    centre = at + side_km * 1e3 * aside + max(-back_s, 0.0) * 4e3 * forward
    longitude = math.atan2(centre[1], centre[0])
    latitude = math.atan2(centre[2], math.hypot(centre[0], centre[1]) * (1 - 0.00669437999014))
    area = store.area_row(latitude, longitude, 100e3)
    probability = area_probability(tracker.reports, 0, ground, area, 0)
    share = np.mean(in_danger(falls, latitude, longitude, 100e3))
    # 3.3 standard errors, and 2 % for the independence of the two directions that is assumed.
    assert probability == pytest.approx(
        share, abs=3.3 * math.sqrt(max(share * (1 - share), 1e-3) / 2000) + 0.02
    )


def test_what_was_overflown_since_launch_stays_in_danger() -> None:
    tracker, _ = cloud("overflight", 300.0, 2000.0, 60.0, 0.0, 3)
    report, ground = tracker.reports.copy(), tracker.ground.copy()
    passed = truth_at(flight("overflight"), 240.0)
    assert passed is not None
    longitude = math.atan2(passed[1], passed[0])
    latitude = math.atan2(passed[2], math.hypot(passed[0], passed[1]) * (1 - 0.00669437999014))
    area = store.area_row(latitude, longitude, 50e3)
    assert area_probability(report, 0, ground, area, 0) < 0.01
    report[0, layout.LAUNCH_VALID] = 1.0
    report[0, layout.LAUNCH_LATITUDE] = math.radians(39.2)
    report[0, layout.LAUNCH_LONGITUDE] = math.radians(125.7)
    report[0, layout.LAUNCH_COVARIANCE] = report[0, layout.LAUNCH_COVARIANCE + 2] = 4e6
    assert impact_predict(report, 0, tracker.settings, tracker.scratch, ground) == 1
    assert area_probability(report, 0, ground, area, 0) > 0.99
    # Behind the launch nothing was overflown, and on the far side of the earth neither.
    behind = store.area_row(math.radians(38.5), math.radians(120.0), 100e3)
    assert area_probability(report, 0, ground, behind, 0) == 0.0
    far = store.area_row(math.radians(-39.2), math.radians(-54.3), 100e3)
    assert area_probability(report, 0, ground, far, 0) == 0.0


def test_the_rule_holds_where_all_three_do() -> None:
    report = np.zeros((1, layout.REPORT_COLUMNS))
    report[0, [layout.VALID, layout.IMPACT_VALID]] = 1.0
    report[0, layout.THRUST], report[0, layout.IMPACT_SIGMA] = 0.01, 15e3
    assert rule_met(report, 0, 0.1, 0.05, 20e3, 0.1) == 1
    assert rule_met(report, 0, 0.0999, 0.05, 20e3, 0.1) == 0
    assert rule_met(report, 0, 0.5, 0.01, 20e3, 0.1) == 0
    assert rule_met(report, 0, 0.5, 0.05, 15e3, 0.1) == 0
    report[0, layout.IMPACT_VALID] = 0.0
    assert rule_met(report, 0, 0.5, 0.05, 20e3, 0.1) == 0
