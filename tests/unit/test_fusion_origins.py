"""Launch reports: which belong together, and which belong to which track, by place and time."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.fusion_cases import Floats, flight, write_report
from tests.sensing_cases import everything
from warnpath.engine import build_plan
from warnpath.engine.handlers.infrared import launch_picture, note_point
from warnpath.engine.handlers.slots import begin_picture
from warnpath.engine.simpy_run import SimpyRun
from warnpath.fusion import layout
from warnpath.fusion.gating import OUTSIDE
from warnpath.fusion.origins import DETECTION_S, EARTH_M, origin_cost, point_square, reach_cost
from warnpath.physics.earth import ecef_from_geodetic, geodetic_from_ecef
from warnpath.physics.table import state_at

SIGMA_M = 5000.0
NAMES = ("medium", "short", "overflight")


def at(name: str, time_s: float) -> Floats:
    state: Floats = np.zeros((1, 9))
    table = flight(name).table
    assert state_at(table, 0, len(table), time_s, state, 0)
    return state[0, :6].copy()


def site(name: str) -> tuple[float, float]:
    place = at(name, 0.0)[:3]
    latitude, longitude, _ = geodetic_from_ecef(*(float(value) for value in place))
    return latitude, longitude


def north_of(place: tuple[float, float], metres: float) -> tuple[float, float]:
    return place[0] + metres / EARTH_M, place[1]


@pytest.mark.parametrize("metres", [0.0, 5e3, 40e3])
def test_the_square_of_two_points_is_that_of_their_distance(metres: float) -> None:
    first = (math.radians(39.2), math.radians(125.7))
    second = north_of(first, metres)
    expected = (metres / 7e3) ** 2
    assert point_square(*first, *second, 7e3) == pytest.approx(expected, abs=1e-9)
    east = (first[0], first[1] + metres / EARTH_M / math.cos(first[0]))
    assert point_square(*first, *east, 7e3) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("detected_s", [25.0, 40.0, 70.0])
def test_an_object_is_within_reach_of_its_launch_all_the_way(name: str, detected_s: float) -> None:
    # Detection takes 40 s, give or take 20: at 25 and at 70 s it is early, and late.
    for time_s in np.arange(25.0, flight(name).impact_s - 1.0, 5.0).tolist():
        cost = reach_cost(*site(name), SIGMA_M, detected_s, time_s, *at(name, time_s)[:3].tolist())
        assert cost < OUTSIDE, time_s


def test_nothing_flies_before_it_is_launched_nor_farther_than_it_can() -> None:
    here = site("medium")
    there = [float(value) for value in ecef_from_geodetic(*north_of(here, 400e3), 30e3)]
    # 8 km/s for the time since detection, what detection takes, and twice what that varies by: 400 km in 50 s
    # at the earliest, and no boost of 60 m/s^2 is that fast.
    assert reach_cost(*here, SIGMA_M, 100.0, 100.0, *there) == OUTSIDE
    assert reach_cost(*here, SIGMA_M, 100.0, 220.0, *there) < OUTSIDE
    assert reach_cost(*here, SIGMA_M, 100.0, 100.0 - 2.0 * DETECTION_S - 1.0, *there) == OUTSIDE


@pytest.mark.parametrize("time_s", [45.0, 60.0, 75.0])
@pytest.mark.parametrize("name", NAMES)
def test_a_climbing_track_leads_back_to_where_it_was_launched(name: str, time_s: float) -> None:
    reports = np.zeros((1, layout.REPORT_COLUMNS))
    write_report(reports, 0, time_s, at(name, time_s), np.diag([300.0**2] * 3 + [50.0**2] * 3))
    own = origin_cost(reports, 0, *site(name), SIGMA_M, 40.0)
    assert own < OUTSIDE
    # Three kilometres are within the error of five; 300 are far outside of all there is.
    near = origin_cost(reports, 0, *north_of(site(name), 3e3), SIGMA_M, 40.0)
    assert abs(near - own) < 4.0
    assert origin_cost(reports, 0, *north_of(site(name), 300e3), SIGMA_M, 40.0) == OUTSIDE


class Room:
    """The command post of an infrared sensor, under several launches."""

    def __init__(self, folder: Path) -> None:
        plan = build_plan(everything(folder))
        self.w: Any = SimpyRun(plan, tables=()).world
        self.sensor = next(row for row, item in enumerate(self.w.sensors) if item.infrared == 1)
        pair = next(item for item in self.w.pairs if item.sensor == self.sensor)
        self.first = int(self.w.nodes[pair.destination].first_picture)
        self.period_s = float(self.w.sensors[self.sensor].period_s)

    def come(self, place: tuple[float, float], time_s: float) -> int:
        """Number of the picture that a launch report goes to."""
        point = (time_s, *place, SIGMA_M, self.sensor)
        p = launch_picture(self.w, self.first, -1, *point)
        if self.w.pictures[p].used == 0:
            begin_picture(self.w, p, 0)
        note_point(self.w, p, *point)
        return p - self.first


HERE = (math.radians(39.2), math.radians(125.7))


@pytest.mark.parametrize(
    ("metres", "revisits", "pictures"),
    [
        # Three kilometres apart against five of error: within a revisit they are one, later they are two.
        (3e3, 0.0, [0, 0]),
        (3e3, 0.9, [0, 0]),
        (3e3, 1.1, [0, 1]),
        (3e3, 3.0, [0, 1]),
        # The gate is five sigma of the difference of two points, 35 km: beyond it they are always two.
        (34e3, 0.5, [0, 0]),
        (37e3, 0.5, [0, 1]),
        (300e3, 0.0, [0, 1]),
    ],
)
def test_launches_are_told_apart_by_place_or_by_a_revisit(
    tmp_path: Path, metres: float, revisits: float, pictures: list[int]
) -> None:
    room = Room(tmp_path)
    second = north_of(HERE, metres), 100.0 + revisits * room.period_s
    assert [room.come(HERE, 100.0), room.come(*second)] == pictures


def test_a_chain_of_launches_is_not_one(tmp_path: Path) -> None:
    # Each within a revisit of the one before: the first report of a picture stays, and the third is too late.
    room = Room(tmp_path)
    times = [100.0 + 0.7 * room.period_s * number for number in range(4)]
    assert [room.come(HERE, time_s) for time_s in times] == [0, 0, 1, 1]
