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
from warnpath.physics.radar import detection_probability, is_visible, look, noise_sigma, signal_to_noise
from warnpath.physics.table import state_at

Table = NDArray[np.float64]

HIT_SCAN, HIT_HISTORY, HIT_RANGE, HIT_AZIMUTH, HIT_ELEVATION, HIT_SIGMA_RANGE, HIT_SIGMA_CROSS = range(7)
"""Columns of the row that `next_hit` fills."""

HIT_WIDTH = 16


@kernel(
    "int64(float64[:, ::1], int64, int64, float64, float64[:, ::1], int64, int64, int64, "
    "float64, float64, int64, int64, int64, float64[:, ::1])"
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
        Hits of the latest scans, newest in bit 0.
    out : float64[2, HIT_WIDTH]
        Row 0 receives the hit: scan, history, measured range (m), azimuth and elevation (rad), and
        the two standard deviations (m). Row 1 is working space.
    """
    while scan <= last_scan:
        time_s = phase_s + scan * period_s - launched_s
        history = (history * 2) % 64
        if state_at(truth, first, count, time_s, out, 1) == 1:
            distance, azimuth, elevation, apparent = look(sensors, row, out[1, 0], out[1, 1], out[1, 2])
            if is_visible(sensors, row, distance, azimuth, apparent) == 1:
                snr = signal_to_noise(sensors, row, distance)
                lineage = mix(key_detection, scan)
                if uniform(key_detection, lineage, 0) < detection_probability(snr, sensors[row, _PFA]):
                    sigma_range, sigma_cross = noise_sigma(sensors, row, distance)
                    horizontal = max(math.cos(elevation), 0.01) * distance
                    out[0, 0] = scan
                    out[0, 1] = history + 1
                    out[0, 2] = distance + sigma_range * normal(key_noise, lineage, 0)
                    out[0, 3] = azimuth + sigma_cross / horizontal * normal(key_noise, lineage, 1)
                    out[0, 4] = elevation + sigma_cross / distance * normal(key_noise, lineage, 2)
                    out[0, 5] = sigma_range
                    out[0, 6] = sigma_cross
                    return 1
        scan += 1
    return 0
