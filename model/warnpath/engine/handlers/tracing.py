"""Rows of the opt-in tables about pictures: what was believed when, beside the truth."""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import FAULT_TRACE
from warnpath.engine.truth import position_error, position_sigma, truth_position
from warnpath.fusion.layout import (
    IMPACT_LATITUDE,
    IMPACT_LONGITUDE,
    IMPACT_SIGMA,
    IMPACT_VALID,
    LAST_PLOT_TIME,
    THRUST,
    VALID,
)


def trace_track(w: Any, now: float, p: int, row: int, sources: int) -> None:
    """Write a row of the `tracks` table, where it was asked for."""
    if w.tracks_on == 0:
        return
    slot = w.tracks_count
    if slot >= len(w.tracks):
        w.fault = FAULT_TRACE
        return
    picture = w.pictures[p]
    launch = w.launches[picture.follows]
    entry = w.tracks[slot]
    entry.picture = p
    entry.launch = picture.follows
    entry.time_s = now
    entry.age_s = -1.0
    entry.position_error_m = -1.0
    entry.position_sigma_m = -1.0
    if w.reports[row, VALID] > 0.5:
        entry.age_s = now - float(w.reports[row, LAST_PLOT_TIME])
        entry.position_sigma_m = position_sigma(w.reports, row)
        if truth_position(w.truth, launch.truth_first, launch.truth_count, now - launch.at_s, w.hit) == 1:
            entry.position_error_m = position_error(w.reports, row, w.hit)
    entry.impact_valid = int(w.reports[row, IMPACT_VALID])
    entry.impact_latitude_rad = float(w.reports[row, IMPACT_LATITUDE])
    entry.impact_longitude_rad = float(w.reports[row, IMPACT_LONGITUDE])
    entry.impact_sigma_m = float(w.reports[row, IMPACT_SIGMA])
    entry.sources = sources
    w.tracks_count = slot + 1


def trace_estimate(
    w: Any, now: float, p: int, x: int, row: int, probability: float, met: int, sources: int
) -> None:
    """Write a row of the `estimates` table, where it was asked for."""
    if w.estimates_on == 0:
        return
    slot = w.estimates_count
    if slot >= len(w.estimates):
        w.fault = FAULT_TRACE
        return
    entry = w.estimates[slot]
    entry.picture = p
    entry.launch = w.pictures[p].follows
    entry.warning = x
    entry.time_s = now
    entry.probability = probability
    entry.sigma_m = float(w.reports[row, IMPACT_SIGMA])
    entry.thrust_probability = float(w.reports[row, THRUST])
    entry.met = met
    entry.sources = sources
    w.estimates_count = slot + 1
