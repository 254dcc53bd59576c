"""How a radar groups its hits: what belongs together by place and time, and what cannot be told apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.fusion_cases import Floats, Plot, flight, measure, sensors
from warnpath.fusion import store
from warnpath.fusion.grouping import (
    GATE_SIGMA,
    OBJECT_CONFIRMED,
    OBJECT_HISTORY,
    OBJECT_KNOWN,
    clear_objects,
    group_hits,
    object_rows,
    object_table,
)
from warnpath.fusion.measurement import write_plot
from warnpath.physics.table import state_at

RADAR, PERIOD_S = 1, 1.0
WANTED, WINDOW = 3, 5


class Radar:
    """A radar that sees some flights and groups its hits, scan by scan."""

    def __init__(self, flights: int) -> None:
        self.count = object_rows(flights)
        self.objects = object_table(self.count)
        self.space: dict[str, Any] = dict(store.association(max(flights, 2)))

    def scan(self, number: int, plots: list[Plot], every: int = 1) -> list[int]:
        """Object of every hit of a scan."""
        s = self.space
        for row, plot in enumerate(plots):
            write_plot(s["fusion_candidates"], row, plot[0], *plot[3:])
        group_hits(
            sensors(), store.scratch(), RADAR, s["fusion_candidates"], s["fusion_places"], s["fusion_costs"],
            self.objects, s["fusion_match"], len(plots), 0, self.count, number, every, WINDOW, PERIOD_S,
            WANTED,
        )  # fmt: skip
        return [int(row) for row in s["fusion_match"][0, : len(plots)]]

    def confirmed(self, row: int) -> bool:
        return bool(self.objects[row, OBJECT_CONFIRMED])

    def known(self) -> int:
        return int((self.objects[:, OBJECT_KNOWN] > 0.5).sum())


def hits(scans: range, offsets_m: list[tuple[float, float, float]], seed: int = 1) -> list[list[Plot]]:
    """Plots scan by scan of objects that fly beside one flight, at some distances in ECEF."""
    flown, rng = flight("medium"), np.random.default_rng(seed)
    state: Floats = np.zeros((1, 9))
    found = []
    for scan in scans:
        assert state_at(flown.table, 0, len(flown.table), scan * PERIOD_S, state, 0)
        plots = [
            measure(sensors(), RADAR, scan, scan * PERIOD_S, state[0, :3] + np.array(offset), rng)
            for offset in offsets_m
        ]
        found.append([plot for plot in plots if plot is not None])
    return found


def first_seen() -> int:
    return next(scan for scan in range(400) if hits(range(scan, scan + 1), [(0.0, 0.0, 0.0)])[0])


def test_a_lone_object_is_one_whatever_it_does() -> None:
    flown, rng = flight("medium"), np.random.default_rng(4)
    radar, state, rows, missed = Radar(1), np.zeros((1, 9)), set(), 0
    for scan in range(1, int(flown.impact_s)):
        state_at(flown.table, 0, len(flown.table), scan * PERIOD_S, state, 0)
        plot = measure(sensors(), RADAR, scan, scan * PERIOD_S, state[0, :3], rng)
        # A third of the looks miss: gaps of some scans, but none of the whole window.
        if plot is None or (rng.random() < 0.33 and missed < WINDOW - 2):
            missed += 1
            continue
        missed = 0
        rows.update(radar.scan(scan, [plot]))
        assert radar.known() == 1
    assert len(rows) == 1


@pytest.mark.parametrize("pattern", [(1, 1, 1), (1, 0, 1, 0, 1), (1, 1, 0, 0, 0, 1, 0, 1, 1)])
def test_m_of_n_is_counted_on_the_object(pattern: tuple[int, ...]) -> None:
    first = first_seen() + 5
    radar, looks = Radar(1), []
    for number, hit in enumerate(pattern):
        looks.append(hit)
        scan = first + number
        if hit:
            (row,) = radar.scan(scan, hits(range(scan, scan + 1), [(0.0, 0.0, 0.0)])[0])
            reached = any(
                sum(looks[max(end - WINDOW, 0) : end]) >= WANTED for end in range(1, len(looks) + 1)
            )
            assert radar.confirmed(row) == reached
    assert radar.confirmed(row)


def test_two_side_by_side_are_two_objects() -> None:
    # Eight kilometres apart, against some hundred metres of noise: the nearest pair is always the right one.
    first, radar, seen = first_seen() + 5, Radar(2), []
    for scan, plots in zip(
        range(first, first + 40), hits(range(first, first + 40), [(0, 0, 0), (0, 0, 8e3)]), strict=True
    ):
        seen.append(radar.scan(scan, plots))
    assert len({tuple(rows) for rows in seen}) == 1
    assert len(set(seen[0])) == 2
    assert radar.known() == 2
    assert all(radar.confirmed(row) for row in seen[0])


def test_two_closer_than_the_noise_are_still_two_but_change_places() -> None:
    # Ten metres apart: which hit is whose cannot be said, but one scan never gives an object two hits.
    first, radar, seen = first_seen() + 5, Radar(2), []
    for scan, plots in zip(
        range(first, first + 60), hits(range(first, first + 60), [(0, 0, 0), (0, 0, 10)]), strict=True
    ):
        seen.append(radar.scan(scan, plots))
        assert len(set(seen[-1])) == len(plots) == 2
    assert radar.known() == 2
    assert len({tuple(rows) for rows in seen}) == 2


@pytest.mark.parametrize(("beside_m", "joins"), [(200.0, True), (15e3, False)])
def test_a_new_object_near_a_missed_one_takes_its_place(beside_m: float, joins: bool) -> None:
    """An object in its first scan, in the very scan that misses the confirmed one.

    The gate about where the confirmed one should be: five sigma of the prediction from two hits, that is of
    three hits' noise added with weights 1, 2 and 1, and 150 m/s^2 for 1 s.
    """
    first, radar = first_seen() + 5, Radar(2)
    for scan in range(first, first + 6):
        (row,) = radar.scan(scan, hits(range(scan, scan + 1), [(0.0, 0.0, 0.0)])[0])
    assert radar.confirmed(row)
    (new,) = hits(range(first + 6, first + 7), [(0.0, 0.0, beside_m)])[0]
    along, across = new[6], new[7]
    gate_m = GATE_SIGMA * np.sqrt((1 + 4 + 1) * (along**2 + 2 * across**2)) + 150.0
    assert (beside_m < gate_m - 5 * across) == joins
    assert (beside_m > gate_m + 5 * across) == (not joins)
    (taken,) = radar.scan(first + 6, [new])
    assert (taken == row) == joins
    # So it is confirmed at its first hit, or has to wait for two more like anything new.
    assert radar.confirmed(taken) == joins


def test_an_object_not_seen_for_a_whole_window_is_forgotten() -> None:
    first, radar = first_seen() + 5, Radar(1)
    for scan in (first, first + 1, first + 2):
        (row,) = radar.scan(scan, hits(range(scan, scan + 1), [(0.0, 0.0, 0.0)])[0])
    assert radar.confirmed(row)
    (row,) = radar.scan(
        first + 3 + WINDOW, hits(range(first + 3 + WINDOW, first + 4 + WINDOW), [(0, 0, 0)])[0]
    )
    assert not radar.confirmed(row)
    assert radar.objects[row, OBJECT_HISTORY] == 1


def test_looks_count_and_not_scans_where_turns_are_taken() -> None:
    first, radar = first_seen() + 5, Radar(1)
    for look in range(3):
        scan = first + 4 * look
        (row,) = radar.scan(scan, hits(range(scan, scan + 1), [(0.0, 0.0, 0.0)])[0], every=4)
    assert radar.objects[row, OBJECT_HISTORY] == 7
    assert radar.confirmed(row)


def test_a_radar_that_was_down_knows_nothing() -> None:
    first, radar = first_seen() + 5, Radar(1)
    radar.scan(first, hits(range(first, first + 1), [(0.0, 0.0, 0.0)])[0])
    clear_objects(radar.objects, 0, radar.count)
    assert radar.known() == 0
