"""Plots of several objects find their tracks, without being told what they are of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from tests.fusion_cases import Floats, Plot, measure, plots_of, sensors
from tests.fusion_cases import flight as flight_of
from warnpath.fusion import layout, store
from warnpath.fusion.association import assign, move_plots, nearest_track
from warnpath.fusion.measurement import write_plot
from warnpath.fusion.tracking import track_take, track_update
from warnpath.physics.table import state_at
from warnpath.physics.trajectory import FlightProfile, solve


class Centre:
    """A command post with room for some tracks; a plot that fits none begins one."""

    def __init__(self, tracks: int, capacity: int = 1024) -> None:
        self.count = tracks
        self.arrays = store.allocate(tracks, capacity)
        self.space: dict[str, Any] = dict(store.association(tracks))
        a = self.arrays
        stores = (a["heads"], a["plots"], a["keys"], a["posteriors"])
        self.tables = (sensors(), store.settings_row(), *stores, store.scratch())
        self.left_out = 0

    def take(self, plot: Plot, label: int) -> int:
        """Track that the plot goes to, -1 for none."""
        s = self.space
        write_plot(s["fusion_candidates"], 0, plot[0], *plot[3:])
        chosen: int = nearest_track(
            *self.tables, 0, self.count, s["fusion_candidates"], s["fusion_places"], s["fusion_costs"],
            s["fusion_work"], s["fusion_match"], plot[1], plot[2],
        )  # fmt: skip
        match = s["fusion_match"]
        if match[4, 0] > 0:
            move_plots(*self.tables, 0, self.count, s["fusion_candidates"], match, plot[1], plot[2])
        if chosen < 0:
            free = np.flatnonzero(self.arrays["heads"][:, layout.COUNT] == 0)
            if len(free) == 0:
                self.left_out += 1
                return -1
            chosen = int(free[0])
        track_take(*self.tables, chosen, *plot, label)
        return chosen

    def labels(self, track: int) -> list[int]:
        """What the plots of a track are of in truth, in the order of time."""
        capacity = len(self.arrays["keys"]) // self.count
        first = track * capacity
        count = self.arrays["heads"][track, layout.COUNT]
        order = self.arrays["keys"][first : first + count, layout.KEY_ORDER]
        return [int(self.arrays["keys"][first + slot, layout.KEY_LABEL]) for slot in order]


def salvo(flights: list[tuple[float, Any]], seed: int, which: tuple[int, ...]) -> list[tuple[Plot, int]]:
    """Plots of flights launched at some times, scan by scan, with the flight each is of; by time."""
    table, rng = sensors(), np.random.default_rng(seed)
    found = []
    state: Floats = np.zeros((1, 9))
    for sensor in which:
        period = (2.0, 1.0, 1.0, 2.0)[sensor]
        phase = rng.uniform(0.0, period)
        for scan in range(int(900.0 / period)):
            for number, (launched, flown) in enumerate(flights):
                time = phase + scan * period
                inside = state_at(flown.table, 0, len(flown.table), time - launched, state, 0)
                plot = measure(table, sensor, scan, time, state[0, :3], rng) if inside else None
                if plot is not None:
                    found.append((plot, number))
    return sorted(found)


def same(origin: tuple[float, float], azimuth: float) -> Any:
    return solve(FlightProfile(1300.0, 350.0, 100.0, 4000.0), origin, azimuth_deg=azimuth)


def test_the_assignment_is_the_cheapest() -> None:
    rng = np.random.default_rng(5)
    for _ in range(300):
        rows = int(rng.integers(1, 7))
        columns = rows + int(rng.integers(0, 5))
        costs = rng.choice([rng.uniform(0.0, 50.0), 1e6], size=(rows, columns)) + rng.uniform(
            0.0, 9.0, (rows, columns)
        )
        match = np.zeros((4, columns + 1), dtype=np.int64)
        assign(np.ascontiguousarray(costs), rows, columns, np.zeros((3, columns + 1)), match)
        chosen = match[0, :rows]
        assert len(set(chosen)) == rows
        expected = costs[linear_sum_assignment(costs)].sum()
        assert costs[np.arange(rows), chosen].sum() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_launches_apart_in_place_or_time_are_told_apart(seed: int) -> None:
    # Two sites 90 km apart at one instant, and the first site again 40 s later.
    flights = [
        (0.0, same((39.2, 125.7), 80.0)),
        (0.0, same((39.9, 126.3), 80.0)),
        (40.0, same((39.2, 125.7), 80.0)),
    ]
    centre = Centre(3)
    for plot, label in salvo(flights, seed, (0, 1, 2, 3)):
        centre.take(plot, label)
    assert centre.left_out == 0
    for track in range(3):
        assert len(set(centre.labels(track))) == 1
    assert {centre.labels(track)[0] for track in range(3)} == {0, 1, 2}


def test_a_tight_salvo_is_mostly_told_apart() -> None:
    # Six from one site within 15 s, fanning out by two degrees: they rise through each other's noise.
    flights = [(3.0 * number, same((39.2, 125.7), 75.0 + 2.0 * number)) for number in range(6)]
    centre = Centre(6)
    plots = salvo(flights, 7, (1, 2))
    for plot, label in plots:
        centre.take(plot, label)
    right = 0
    for track in range(6):
        labels = centre.labels(track)
        right += max(labels.count(label) for label in set(labels)) if labels else 0
    assert right + centre.left_out > 0.9 * sum(centre.arrays["heads"][:, layout.COUNT])
    assert centre.left_out < 0.05 * len(plots)


def test_two_plots_of_a_scan_share_out_two_tracks_whichever_comes_first() -> None:
    flights = [(0.0, same((39.2, 125.7), 80.0)), (0.0, same((39.35, 125.7), 80.0))]
    plots = salvo(flights, 3, (1,))
    scans: dict[int, list[tuple[Plot, int]]] = {}
    for plot, label in plots:
        scans.setdefault(plot[2], []).append((plot, label))
    straight, crossed = Centre(2), Centre(2)
    for number, scan in enumerate(scans.values()):
        # At first in order, so that both know which track is whose.
        order = scan if number < 10 else scan[::-1]
        for plot, label in scan:
            straight.take(plot, label)
        for plot, label in order:
            crossed.take(plot, label)
    for track in range(2):
        assert straight.labels(track) == crossed.labels(track)
        assert len(set(straight.labels(track))) == 1
    for centre in (straight, crossed):
        for track in range(2):
            assert track_update(*centre.tables, track) & layout.BIT_STARTED


def test_a_plot_in_the_gate_of_nothing_goes_nowhere() -> None:
    centre = Centre(1)
    plots = plots_of(flight_of("medium"), seed=1, which=(1,))
    for plot in plots[:50]:
        assert centre.take(plot, 0) == 0
    far = list(plots[50])
    far[3] += 80e3
    assert centre.take(tuple(far), 0) == -1  # type: ignore[arg-type]
    assert centre.take(plots[50], 0) == 0
