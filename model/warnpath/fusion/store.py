"""The arrays of the fusion core, made at Python level before a world runs."""

from __future__ import annotations

import math
from typing import TypedDict

import numpy as np

from warnpath.fusion import layout
from warnpath.physics.arrays import Table
from warnpath.physics.earth import east_north_up, ecef_from_geodetic


class TrackArrays(TypedDict):
    """The arrays of the track stores, columns in `warnpath.fusion.layout`."""

    heads: layout.IntegerTable
    plots: Table
    keys: layout.IntegerTable
    posteriors: Table


def allocate(number_of_tracks: int, capacity: int) -> TrackArrays:
    """Arrays of the track stores, all empty.

    Parameters
    ----------
    number_of_tracks : int
        Of all C2s together.
    capacity : int
        Plots a track can hold; see `capacity_for`. Memory is touched only as plots come.

    Returns
    -------
    dict
        ``heads``, ``plots``, ``keys``, ``posteriors``; row ``track * capacity + slot`` of the last three.
    """
    if number_of_tracks < 0:
        raise ValueError(f"number_of_tracks is {number_of_tracks}; expected 0 or more")
    if capacity < 8:
        raise ValueError(f"capacity is {capacity}; expected 8 or more, since a track starts from three plots")
    rows = number_of_tracks * capacity
    arrays: TrackArrays = {
        "heads": np.zeros((number_of_tracks, layout.HEAD_COLUMNS), dtype=np.int64),
        "plots": np.zeros((rows, layout.PLOT_COLUMNS)),
        "keys": np.zeros((rows, layout.KEY_COLUMNS), dtype=np.int64),
        "posteriors": np.zeros((rows, layout.POSTERIOR_COLUMNS)),
    }
    clear(arrays)
    return arrays


def clear(arrays: TrackArrays) -> None:
    """Make all tracks empty again; what plots and posteriors held is never read afterwards."""
    heads, keys = arrays["heads"], arrays["keys"]
    heads[:] = 0
    if len(heads):
        keys[:, layout.KEY_ORDER] = np.tile(np.arange(len(keys) // len(heads)), len(heads))


def capacity_for(plots_per_s: float, lag_s: float) -> int:
    """Plots that a track must hold so that nothing inside the lag bound is forgotten.

    A quarter more than the bound needs, and a margin, because old plots are forgotten in batches.
    """
    return 64 + math.ceil(1.25 * plots_per_s * lag_s)


def settings_row(
    *,
    lag_s: float = 60.0,
    burnout_hold_s: float = 5.0,
    max_thrust_probability: float = 0.05,
    ballistic_coefficient_kg_m2: float = 5000.0,
    ballistic_coefficient_ln_sigma: float = 0.5,
    coast_noise_m2_s3: float = 1e-9,
    thrust_noise_m2_s5: float = 6.0,
    disjoint_lineages: bool = False,
) -> Table:
    """Settings of the filter and the predictions, one row.

    Parameters
    ----------
    lag_s : float
        Plots older than the youngest by more than this are dropped and counted.
    burnout_hold_s : float
        How long an object must look ballistic before burnout is declared.
    max_thrust_probability : float
        Threshold of the warning rule; below it an object looks ballistic.
    ballistic_coefficient_kg_m2, ballistic_coefficient_ln_sigma : float
        Class value and spread (of the logarithm) used on re-entry.
    coast_noise_m2_s3 : float
        Spectral density of the acceleration noise of the ballistic mode. Small: above the air the flights
        of this model obey the filter's own forces, and 1e-6 already makes it 1.4 times too cautious after
        ten minutes.
    thrust_noise_m2_s5 : float
        Spectral density of the jerk noise of the thrusting mode: 6 lets the acceleration wander by
        8 m/s^2 (1-sigma) in 10 s, as the rising acceleration and the turn of a class burn do.
    disjoint_lineages : bool
        Pictures by adding informations instead of covariance intersection: a bound on what sharing could
        give, right only where no plot is in two of the reports. Not for warnings.

    Returns
    -------
    ndarray
        Shape (1, SETTINGS_COLUMNS).
    """
    row = np.zeros((1, layout.SETTINGS_COLUMNS))
    row[0, layout.LAG] = lag_s
    row[0, layout.START_SPAN] = min(60.0, lag_s)
    row[0, layout.BURN_TIME] = 60.0
    row[0, layout.IGNITION_TIME] = 3000.0
    row[0, layout.THRUST_NOISE] = thrust_noise_m2_s5
    row[0, layout.THRUST_MEMORY] = 100.0
    row[0, layout.IGNITION_SIGMA] = 25.0
    row[0, layout.COAST_NOISE] = coast_noise_m2_s3
    row[0, layout.START_SPEED_SIGMA] = 5000.0
    row[0, layout.START_SPEED_FLOOR] = 300.0
    row[0, layout.START_PROBABILITY] = 0.5
    row[0, layout.HOLD] = burnout_hold_s
    row[0, layout.MAX_THRUST_PROBABILITY] = max_thrust_probability
    row[0, layout.TAKEN_BACK] = 0.5
    row[0, layout.LN_BALLISTIC_MEAN] = math.log(ballistic_coefficient_kg_m2)
    row[0, layout.LN_BALLISTIC_VARIANCE] = ballistic_coefficient_ln_sigma * ballistic_coefficient_ln_sigma
    row[0, layout.DISJOINT] = 1.0 if disjoint_lineages else 0.0
    row[0, layout.INVERSE_BALLISTIC] = 1.0 / ballistic_coefficient_kg_m2
    if not np.isfinite(row).all() or (row[0, : layout.LN_BALLISTIC_MEAN] < 0.0).any():
        raise ValueError("settings of the fusion core must be finite and not negative")
    return row


def area_row(latitude_rad: float, longitude_rad: float, radius_m: float = 100e3) -> Table:
    """An alert area, a circle on the ground, as one row of the table of areas."""
    row = np.zeros((1, layout.AREA_COLUMNS))
    row[0, layout.AREA_LATITUDE] = latitude_rad
    row[0, layout.AREA_LONGITUDE] = longitude_rad
    row[0, layout.AREA_RADIUS] = radius_m
    row[0, layout.AREA_X : layout.AREA_X + 3] = ecef_from_geodetic(latitude_rad, longitude_rad, 0.0)
    row[0, layout.AREA_EAST : layout.AREA_EAST + 6] = east_north_up(latitude_rad, longitude_rad)[:6]
    return row


def association(launches: int) -> dict[str, Table | layout.IntegerTable]:
    """Working space of the association of plots with so many tracks of a C2, by its name in a world."""
    columns = 2 * launches + 2
    return {
        "fusion_candidates": np.zeros((launches + 1, layout.PLOT_COLUMNS)),
        "fusion_places": np.zeros((launches + 1, 3)),
        "fusion_costs": np.zeros((launches + 1, columns)),
        "fusion_work": np.zeros((3, columns)),
        "fusion_match": np.zeros((6, columns), dtype=np.int64),
    }


def scratch() -> Table:
    """Working memory of the kernels; one per thread."""
    return np.zeros((layout.SCRATCH_ROWS, layout.SCRATCH_COLUMNS))


def ground() -> Table:
    """Room for the predicted ground track; one per thread."""
    return np.zeros((layout.GROUND_ROWS, layout.GROUND_COLUMNS))
