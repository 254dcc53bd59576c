"""Whether two reports are of one object: against the closed form, and through the handlers that pair them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.behaviour.test_salvo import APART, salvo
from tests.fusion_cases import Floats, flight, step, truth_at, write_report
from warnpath.engine import build_plan
from warnpath.engine.handlers.pairing import pair_report
from warnpath.engine.handlers.slots import begin_picture
from warnpath.engine.scoring import stages_from
from warnpath.engine.simpy_run import SimpyRun
from warnpath.fusion import layout, store
from warnpath.fusion.gating import OUTSIDE
from warnpath.fusion.pairing import reference_row, report_cost

COAST = 300.0


def state_at(time_s: float) -> Floats:
    state = truth_at(flight("overflight"), time_s)
    assert state is not None
    return state[:6]


def matrix(seed: int, place_m: float, speed_m_s: float) -> Floats:
    root = np.random.default_rng(seed).normal(size=(6, 6))
    root *= np.array([place_m] * 3 + [speed_m_s] * 3)[:, None] / math.sqrt(6.0)
    return np.asarray(root @ root.T)


def test_the_cost_is_that_of_the_difference() -> None:
    reports, settings, scratch = np.zeros((2, layout.REPORT_COLUMNS)), store.settings_row(), store.scratch()
    first, second = matrix(1, 300.0, 9.0), matrix(2, 500.0, 15.0)
    off = np.array([200.0, -150.0, 90.0, 4.0, -3.0, 2.0])
    write_report(reports, 0, COAST, state_at(COAST), first)
    write_report(reports, 1, COAST, state_at(COAST) + off, second)
    both = first + second
    expected = off @ np.linalg.solve(both, off) + np.linalg.slogdet(both)[1]
    assert report_cost(reports, settings, scratch, 0, 1) == pytest.approx(expected, rel=1e-9)
    assert report_cost(reports, settings, scratch, 1, 0) == pytest.approx(expected, rel=1e-9)


def test_the_older_report_is_predicted_first() -> None:
    reports, settings, scratch = np.zeros((2, layout.REPORT_COLUMNS)), store.settings_row(), store.scratch()
    write_report(reports, 0, COAST, state_at(COAST), matrix(1, 300.0, 9.0))
    later = state_at(COAST)
    for _ in range(24):
        later = step(later, 0.5)
    write_report(reports, 1, COAST + 12.0, later, matrix(2, 500.0, 15.0))
    # The same flight twelve seconds on: no difference is left, only the size of the two errors.
    both = matrix(1, 300.0, 9.0) + matrix(2, 500.0, 15.0)
    cost = report_cost(reports, settings, scratch, 0, 1)
    assert np.linalg.slogdet(both)[1] < cost < np.linalg.slogdet(both)[1] + 10.0


@pytest.mark.parametrize("metres", [20e3, 300e3])
def test_another_object_is_outside_the_gate(metres: float) -> None:
    reports, settings, scratch = np.zeros((3, layout.REPORT_COLUMNS)), store.settings_row(), store.scratch()
    write_report(reports, 0, COAST, state_at(COAST), matrix(1, 300.0, 9.0))
    write_report(
        reports, 1, COAST, state_at(COAST) + np.array([metres, 0, 0, 0, 0, 0]), matrix(2, 500.0, 15.0)
    )
    assert report_cost(reports, settings, scratch, 0, 1) == OUTSIDE
    # An empty row is no object.
    assert report_cost(reports, settings, scratch, 0, 2) == OUTSIDE


def test_the_reference_has_the_youngest_plot() -> None:
    reports = np.zeros((4, layout.REPORT_COLUMNS))
    for row, time in ((0, 5.0), (1, 9.0), (3, 7.0)):
        write_report(reports, row, time, state_at(COAST), np.eye(6))
    assert reference_row(reports, 0, 4, -1) == 1
    assert reference_row(reports, 0, 4, 1) == 3
    assert reference_row(reports, 2, 1, -1) == -1


class Room:
    """The Japanese centre of the small network under three launches, with own tracks at given places."""

    def __init__(self, folder: Path, metres: list[float]) -> None:
        plan = build_plan(salvo(folder, APART))
        self.w: Any = SimpyRun(plan, tables=()).world
        node = plan.network.tables.node_ids.index("jp-c2")
        self.first = int(self.w.nodes[node].first_picture)
        self.origin = plan.pictures.origins.index("kr-c2")
        self.own = plan.pictures.origins.index("jp-c2")
        for slot, place in enumerate(metres):
            begin_picture(self.w, self.first + slot, slot)
            self.put(self.w.pictures[self.first + slot].first_row + self.own, place)
        self.kr = plan.network.tables.node_ids.index("kr-c2")

    def put(self, row: int, metres: float, time_s: float = COAST) -> None:
        where = state_at(time_s) + np.array([metres, 0, 0, 0, 0, 0])
        write_report(self.w.reports, row, time_s, where, matrix(7, 300.0, 9.0))

    def come(self, track: int, metres: float, time_s: float = COAST) -> int:
        """Number of the picture that a report of a Korean track goes to, -1 for none; it is written there."""
        message = self.w.messages[track]
        message.payload = self.w.spare_report
        message.subject, message.track, message.origin = self.origin, track, self.kr
        message.launch = message.follows = min(track, 2)
        row = int(self.w.spare_report)
        self.put(row, metres, time_s)
        kept = self.w.reports[row].copy()
        place = pair_report(self.w, COAST, self.first, track)
        if place < 0:
            return -1
        self.w.reports[self.w.pictures[place].first_row + self.origin] = kept
        return place - self.first

    def held(self, slot: int) -> float:
        """Place of what the picture holds from the Korean centre; NaN if nothing."""
        row = self.w.reports[self.w.pictures[self.first + slot].first_row + self.origin]
        if row[layout.VALID] == 0.0:
            return math.nan
        return float(row[layout.STATE] - state_at(float(row[layout.REPORT_TIME]))[0])


def test_a_report_goes_where_it_fits_whatever_its_name(tmp_path: Path) -> None:
    room = Room(tmp_path, [0.0, 30e3, 60e3])
    assert room.come(0, 30e3) == 1
    assert room.come(1, 0.0) == 0
    assert room.come(2, 60e3) == 2
    assert [room.held(slot) for slot in range(3)] == pytest.approx([0.0, 30e3, 60e3])
    assert [room.w.pictures[room.first + slot].report_swaps for slot in range(3)] == [0, 0, 0]


def test_two_that_want_one_home_are_paired_at_the_least_cost(tmp_path: Path) -> None:
    # Own tracks 1.5 km apart. The first report lies between them, a little nearer to the second: it goes
    # there. Then comes one that fits the second only, and the first has to make room.
    room = Room(tmp_path, [0.0, 1500.0, 90e3])
    assert room.come(0, 800.0) == 1
    assert room.come(1, 1600.0) == 1
    assert room.held(0) == pytest.approx(800.0)
    assert room.held(1) == pytest.approx(1600.0)
    # It was in the second picture before.
    assert room.w.pictures[room.first + 1].report_swaps == 1


def test_a_report_of_nothing_known_takes_a_free_picture(tmp_path: Path) -> None:
    room = Room(tmp_path, [0.0, 30e3])
    assert room.come(0, 200e3) == 2
    assert room.w.pictures[room.first + 2].used == 1
    # It stays there, and is followed.
    assert room.come(0, 200e3, COAST + 12.0) == 2


def test_a_track_that_moves_leaves_nothing_behind(tmp_path: Path) -> None:
    room = Room(tmp_path, [0.0, 30e3, 60e3])
    assert room.come(0, 0.0) == 0
    assert room.come(0, 30e3, COAST + 1.0) == 1
    assert math.isnan(room.held(0))
    assert room.w.pictures[room.first].report_swaps == 1
    # What was overtaken on the way does not bring it back.
    assert room.come(0, 0.0, COAST - 5.0) == 1


def test_a_report_that_finds_no_picture_free_is_left_out_and_counted(tmp_path: Path) -> None:
    room = Room(tmp_path, [0.0, 30e3, 60e3])
    assert room.w.slots == 8
    assert [room.come(track, 200e3 + 100e3 * track) for track in range(6)] == [3, 4, 5, 6, 7, -1]
    scores = room.w.scores[room.w.pictures[room.first].first_score :][:3]
    assert [score.unmatched for score in scores] == [0, 0, 1]


CHAIN = ("sense", "confirm", "accuracy", "processing", "queueing", "transport", "release", "decision")


@pytest.mark.parametrize(
    ("shift_s", "left"),
    [
        (25.0, (65.0, 6.0, 3.0, 0.2, 0.1, 0.5, 2.0, 90.0)),
        (-25.0, (15.0, 6.0, 3.0, 0.2, 0.1, 0.5, 2.0, 90.0)),
        (-44.0, (0.0, 2.0, 3.0, 0.2, 0.1, 0.5, 2.0, 90.0)),
        (-49.75, (0.0, 0.0, 0.0, 0.0, 0.0, 0.05, 2.0, 90.0)),
        (-61.8, (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 80.0)),
    ],
)
def test_a_budget_counts_from_another_launch_without_a_negative_stage(
    tmp_path: Path, shift_s: float, left: tuple[float, ...]
) -> None:
    w: Any = SimpyRun(build_plan(salvo(tmp_path, APART)), tables=()).world
    message = w.messages[0]
    message.launch = 0
    for name, value in zip(CHAIN, (40.0, 6.0, 3.0, 0.2, 0.1, 0.5, 2.0, 90.0), strict=True):
        setattr(message, f"{name}_s", value)
    w.launches[0].at_s, w.launches[1].at_s = 100.0 + shift_s, 100.0
    stages = stages_from(w, message, 1)
    assert [stages[name] for name in CHAIN] == pytest.approx(left, abs=1e-12)
    assert sum(stages.values()) == pytest.approx(141.8 + shift_s, abs=1e-12)
