"""The next hit of a radar on a flight: scans are stepped through inside one compiled call.

Whether a scan sees and hits depends on geometry and on keyed draws alone, never on the network, so
the scheduler needs an event at hits only.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from warnpath.compilation import kernel
from warnpath.engine.random_streams import mix, normal, uniform
from warnpath.physics.radar import FALSE_ALARM_PROBABILITY as _PFA
from warnpath.physics.radar import SURE_DETECTION as _SURE
from warnpath.physics.radar import detection_probability, is_visible, look, noise_sigma, signal_to_noise
from warnpath.physics.table import place_at

Table = NDArray[np.float64]

HIT_SCAN, HIT_HISTORY, HIT_RANGE, HIT_AZIMUTH, HIT_ELEVATION, HIT_SIGMA_RANGE, HIT_SIGMA_CROSS = range(7)
HIT_ROW, HIT_EVERY = 7, 8
"""Columns of the row that `next_hit` fills."""

HIT_WIDTH = 16
HISTORY_SIZE = 1 << 30
"""Patterns of hits that are told apart: thirty looks."""

SIGHT_OPENS, SIGHT_CLOSES = 0, 1
"""Columns of the table of windows of sight, s of simulated time; one row per pair."""


@kernel("int64(float64[:, ::1], int64, int64, int64, int64, int64, float64)")
def has_turn(
    sights: Table, pair: int, first_pair: int, pair_count: int, capacity: int, scan: int, time_s: float
) -> int:
    """Whether a radar of limited capacity looks at an object in a scan: 0, or every how many scans it does.

    With m objects in view, each has its turn in every ceil(m / capacity)th scan; so no scan has more than
    `capacity` of them.

    Parameters
    ----------
    sights : float64[n, 2]
        When each pair of a sensor and a flight comes into view, and when it goes.
    pair, first_pair, pair_count : int
        The object's pair among those of its sensor.
    scan, time_s : int, float
        Number and time of the scan.
    """
    in_view = 0
    place = 0
    for other in range(first_pair, first_pair + pair_count):
        if time_s >= sights[other, SIGHT_OPENS] and time_s <= sights[other, SIGHT_CLOSES]:
            if other < pair:
                place += 1
            in_view += 1
    every = max((in_view + capacity - 1) // capacity, 1)
    if (scan + place) % every == 0:
        return every
    return 0


@kernel(
    "int64(float64[:, ::1], int64, int64, float64, float64[:, ::1], int64, int64, int64, float64, float64, "
    "int64, int64, int64, int64, float64[:, ::1], int64, int64, int64, int64, float64[:, ::1])"
)
def next_hit(
    truth: Table,
    first: int,
    count: int,
    launched_s: float,
    sensors: Table,
    row: int,
    key_detection: int,
    key_noise: int,
    phase_s: float,
    period_s: float,
    scan: int,
    last_scan: int,
    history: int,
    truth_row: int,
    sights: Table,
    pair: int,
    first_pair: int,
    pair_count: int,
    capacity: int,
    out: Table,
) -> int:
    """First scan from `scan` to `last_scan` that hits; 1 if there is one, else 0.

    Parameters
    ----------
    truth : float64[n, 10]
        Stacked trajectory tables; this flight has rows first .. first + count - 1.
    phase_s, period_s : float
        Scan k takes place at phase_s + k * period_s, s of simulated time.
    history : int
        Hits of the latest looks, newest in bit 0.
    truth_row : int
        A row of the flight that is not later than the first scan.
    sights, pair, first_pair, pair_count
        See `has_turn`.
    capacity : int
        Objects that the radar can look at in one scan; 0 for any number.
    out : float64[2, HIT_WIDTH]
        Row 0 receives the hit: scan, history, measured range (m), azimuth and elevation (rad), the two
        standard deviations (m), the row of the flight to go on from, and in every how many scans the radar
        looks at it. Row 1 is working space.
    """
    every = 1
    while scan <= last_scan:
        time_s = phase_s + scan * period_s
        if capacity > 0:
            every = has_turn(sights, pair, first_pair, pair_count, capacity, scan, time_s)
            if every == 0:
                scan += 1
                continue
        history = (history * 2) % HISTORY_SIZE
        found = place_at(truth, first, count, truth_row, time_s - launched_s, out, 1)
        if found >= 0:
            truth_row = found
            distance, azimuth, elevation, apparent = look(sensors, row, out[1, 0], out[1, 1], out[1, 2])
            if is_visible(sensors, row, distance, azimuth, apparent) == 1:
                lineage = mix(key_detection, scan)
                chance = uniform(key_detection, lineage, 0)
                # Closer by it detects more surely than at its range, so most hits need no formula.
                hit = chance < sensors[row, _SURE]
                if not hit:
                    snr = signal_to_noise(sensors, row, distance)
                    hit = chance < detection_probability(snr, sensors[row, _PFA])
                if hit:
                    sigma_range, sigma_cross = noise_sigma(sensors, row, distance)
                    horizontal = max(math.cos(elevation), 0.01) * distance
                    out[0, 0] = scan
                    out[0, 1] = history + 1
                    out[0, 2] = distance + sigma_range * normal(key_noise, lineage, 0)
                    out[0, 3] = azimuth + sigma_cross / horizontal * normal(key_noise, lineage, 1)
                    out[0, 4] = elevation + sigma_cross / distance * normal(key_noise, lineage, 2)
                    out[0, 5] = sigma_range
                    out[0, 6] = sigma_cross
                    out[0, 7] = truth_row
                    out[0, 8] = every
                    return 1
        scan += 1
    return 0
