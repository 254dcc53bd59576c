"""Columns of the arrays of the fusion core, status bits, and the map of the scratch rows.

A symmetric matrix is stored as its lower triangle row by row: element (i, j), j <= i, stands at
``i * (i + 1) // 2 + j``.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np

IntegerTable: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.int64]]
"""A two-dimensional, C-contiguous array of int64."""

# --- heads: int64[tracks, HEAD_COLUMNS], one row per track -----------------------------------------------
COUNT: Final = 0
"""Plots held."""
BASED: Final = 1
"""1 once older plots were forgotten: the oldest plot held is then only a posterior to start again from."""
INSERTED: Final = 2
TOO_LATE: Final = 3
"""Plots dropped because they were older than the lag bound (or than what the capacity still held)."""
DUPLICATES: Final = 4
REFUSED: Final = 5
"""Plots with a number that cannot be a measurement (NaN, no range, no sigma)."""
REJECTED: Final = 6
"""Updates left out because they were ill-conditioned (of the plots in the present history)."""
REPLAYED: Final = 7
"""Plots run again because an earlier one came late."""
SHORTENED: Final = 8
"""Plots forgotten inside the lag bound because the capacity was reached."""
PENDING: Final = 9
"""Plots, the latest in the order, whose posteriors are still to be worked out."""
HEAD_COLUMNS: Final = 10

# --- plots: float64[tracks * capacity, PLOT_COLUMNS] -----------------------------------------------------
PLOT_TIME: Final = 0
PLOT_RANGE: Final = 1
PLOT_AZIMUTH: Final = 2
PLOT_ELEVATION: Final = 3
PLOT_SIGMA_RANGE: Final = 4
PLOT_SIGMA_CROSS: Final = 5
PLOT_SINE_AZIMUTH: Final = 6
PLOT_COSINE_AZIMUTH: Final = 7
PLOT_SINE_ELEVATION: Final = 8
PLOT_COSINE_ELEVATION: Final = 9
PLOT_COLUMNS: Final = 10

# --- keys: int64[tracks * capacity, KEY_COLUMNS] ---------------------------------------------------------
KEY_SENSOR: Final = 0
KEY_SEQUENCE: Final = 1
KEY_ORDER: Final = 2
"""Row ``track * capacity + i`` holds here the slot of the i-th plot in time order; free slots after them."""
KEY_LABEL: Final = 3
"""Free for the engine, without effect on the track: what the plot is of in truth."""
KEY_COLUMNS: Final = 4

# --- posteriors: float64[tracks * capacity, POSTERIOR_COLUMNS] -------------------------------------------
UPDATES: Final = 0
"""Plots in this posterior; 0 where the track has not started, -1 where it was lost and has not restarted."""
TIME: Final = 1
THRUST_PROBABILITY: Final = 2
COASTING_SINCE: Final = 3
"""Time since when the object looks ballistic; `NEVER` while it does not."""
REJECTIONS: Final = 4
THRUST_STATE: Final = 5
THRUST_COVARIANCE: Final = 14
COAST_STATE: Final = 59
COAST_COVARIANCE: Final = 65
POINT_VALID: Final = 86
"""Launch point: valid, latitude, longitude, variance east, covariance, variance north (m^2)."""
SMOOTHED: Final = 92
"""Thrust probability averaged over the hold time since the object looks ballistic."""
FADED_AFTER: Final = 93
"""How long after TIME a plot was last compared with the ballistic mode, 0 if none has been ..."""
FADED_COST: Final = 94
"""... and the least that any later plot costs there, see `fading`."""
POSTERIOR_COLUMNS: Final = 95
NEVER: Final = 1e300

# --- settings: float64[1, SETTINGS_COLUMNS]; see `store.settings_row` ------------------------------------
LAG: Final = 0
START_SPAN: Final = 1
BURN_TIME: Final = 2
IGNITION_TIME: Final = 3
THRUST_NOISE: Final = 4
THRUST_MEMORY: Final = 5
IGNITION_SIGMA: Final = 6
COAST_NOISE: Final = 7
START_SPEED_SIGMA: Final = 8
START_SPEED_FLOOR: Final = 9
START_PROBABILITY: Final = 10
HOLD: Final = 11
MAX_THRUST_PROBABILITY: Final = 12
TAKEN_BACK: Final = 13
LN_BALLISTIC_MEAN: Final = 14
LN_BALLISTIC_VARIANCE: Final = 15
DISJOINT: Final = 16
"""0: pictures by covariance intersection; 1: by adding informations, see `store.settings_row`."""
INVERSE_BALLISTIC: Final = 17
"""One over the ballistic coefficient of the class, m^2/kg."""
SETTINGS_COLUMNS: Final = 18

# --- reports: float64[rows, REPORT_COLUMNS]: a track as it is shown or sent ------------------------------
VALID: Final = 0
"""1 if the row holds a state."""
REPORT_TIME: Final = 1
"""Time of state and covariance."""
LAST_PLOT_TIME: Final = 2
"""Time of the youngest plot in it; REPORT_TIME - LAST_PLOT_TIME is its age of information."""
PLOTS: Final = 3
THRUST: Final = 4
"""Probability that the object is thrusting; 1 until it has looked ballistic for the hold time."""
STATE: Final = 5
"""Position and velocity, ECEF, six columns."""
COVARIANCE: Final = 11
"""Lower triangle, 21 columns."""
LN_BALLISTIC: Final = 32
"""Logarithm of the ballistic coefficient m/(Cd A) in kg/m^2, then its variance."""
LAUNCH_VALID: Final = 34
LAUNCH_LATITUDE: Final = 35
LAUNCH_LONGITUDE: Final = 36
LAUNCH_COVARIANCE: Final = 37
"""Variance east, covariance, variance north, m^2; three columns."""
IMPACT_VALID: Final = 40
IMPACT_TIME: Final = 41
IMPACT_TIME_VARIANCE: Final = 42
IMPACT_LATITUDE: Final = 43
IMPACT_LONGITUDE: Final = 44
IMPACT_COVARIANCE: Final = 45
"""Variance east, covariance, variance north, m^2; three columns."""
IMPACT_SIGMA: Final = 48
"""1-sigma along the major axis, m."""
SOURCES: Final = 49
"""Reports intersected in it; 1 for a track of its own."""
ORIGIN: Final = 50
"""Free for the engine: who made it."""
UNSOUND: Final = 51
"""Of a picture: reports left out of it because a covariance was not positive definite."""
REPORT_COLUMNS: Final = 52

# --- ground: float64[GROUND_ROWS, GROUND_COLUMNS]: the predicted ground track ----------------------------
GROUND_TIME: Final = 0
"""Row 0 is a head: the number of points in column 0; the points follow from row 1, the last is the impact."""
GROUND_X: Final = 1
GROUND_SIGMA: Final = 4
"""1-sigma across the track on the ground, m."""
GROUND_COLUMNS: Final = 5
GROUND_POINTS: Final = 640
GROUND_ROWS: Final = 2 * (GROUND_POINTS + 1)
"""Two tracks: the picture's, and the second one that `fuse` compares it with."""

# --- areas: float64[areas, AREA_COLUMNS]; see `store.area_row` -------------------------------------------
AREA_LATITUDE: Final = 0
AREA_LONGITUDE: Final = 1
AREA_RADIUS: Final = 2
AREA_X: Final = 3
AREA_EAST: Final = 6
AREA_NORTH: Final = 9
AREA_COLUMNS: Final = 12

# --- bits of the status that `track_insert` returns -------------------------------------------------------
BIT_INSERTED: Final = 1
BIT_STARTED: Final = 2
"""The track stands: the first three plots are there."""
BIT_REPLAYED: Final = 4
BIT_TOO_LATE: Final = 8
BIT_DUPLICATE: Final = 16
BIT_REFUSED: Final = 32
BIT_REJECTED: Final = 64
BIT_SHORTENED: Final = 128

# --- scratch: float64[SCRATCH_ROWS, SCRATCH_COLUMNS] ------------------------------------------------------
S_MODES: Final = 0
"""A pair of modes, with the columns of a posterior."""
S_FUSED: Final = 1
"""What was fused so far, in the columns of the ballistic mode of a posterior."""
S_COLUMNS: Final = 2
"""Derivatives carried along a flight: component i of column j at ``WIDTH * i + j``."""
S_FORCING: Final = 3
"""How much ln(ballistic coefficient) each of these columns stands for."""
S_FIRST: Final = 4
"""Information of the first of two, element (i, j) at ``6 * i + j``; so the next three."""
S_SECOND: Final = 5
S_FACTOR: Final = 6
S_WORK: Final = 7
S_GAP: Final = 8
"""Six differences of two states."""
SCRATCH_ROWS: Final = 9
SCRATCH_COLUMNS: Final = 96
WIDTH: Final = 8
"""Six columns of the state, one of ln(ballistic coefficient), one spare."""
