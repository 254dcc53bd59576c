"""Plots and how they update a mode: range, azimuth and elevation, one number after the other."""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.fusion.layout import (
    COAST_STATE,
    PLOT_AZIMUTH,
    PLOT_COSINE_AZIMUTH,
    PLOT_COSINE_ELEVATION,
    PLOT_ELEVATION,
    PLOT_RANGE,
    PLOT_SIGMA_CROSS,
    PLOT_SIGMA_RANGE,
    PLOT_SINE_AZIMUTH,
    PLOT_SINE_ELEVATION,
    PLOT_TIME,
    THRUST_STATE,
)
from warnpath.fusion.update import update_coast, update_thrust
from warnpath.physics.arrays import Table
from warnpath.physics.radar import FRAME, POSITION


@kernel("void(float64[:, ::1], int64, float64, float64, float64, float64, float64, float64)")
def write_plot(
    plots: Table,
    row: int,
    time_s: float,
    range_m: float,
    azimuth_rad: float,
    elevation_rad: float,
    sigma_range_m: float,
    sigma_cross_m: float,
) -> None:
    """Write a plot into a row, with the sines and cosines that every update by it needs."""
    plots[row, PLOT_TIME] = time_s
    plots[row, PLOT_RANGE] = range_m
    plots[row, PLOT_AZIMUTH] = azimuth_rad
    plots[row, PLOT_ELEVATION] = elevation_rad
    plots[row, PLOT_SIGMA_RANGE] = sigma_range_m
    plots[row, PLOT_SIGMA_CROSS] = sigma_cross_m
    plots[row, PLOT_SINE_AZIMUTH] = math.sin(azimuth_rad)
    plots[row, PLOT_COSINE_AZIMUTH] = math.cos(azimuth_rad)
    plots[row, PLOT_SINE_ELEVATION] = math.sin(elevation_rad)
    plots[row, PLOT_COSINE_ELEVATION] = math.cos(elevation_rad)


@kernel("float64(float64, float64)")
def small_angle(sine: float, cosine: float) -> float:
    """Angle of a sine and a cosine, by the series of the inverse sine where it is small."""
    if cosine > 0.0 and abs(sine) < 0.03:
        square = sine * sine
        return sine * (1.0 + square * (1.0 / 6.0 + square * (3.0 / 40.0 + square * (15.0 / 336.0))))
    return math.atan2(sine, cosine)


@kernel("UniTuple(float64, 2)(float64[:, ::1], int64, int64, float64[:, ::1], int64, float64[:, ::1], int64)")
def plot_update(
    table: Table, row: int, thrusting: int, sensors: Table, sensor: int, plots: Table, slot: int
) -> tuple[float, float]:
    """Extended Kalman update of a mode of a row by range, azimuth and elevation.

    Residuals and the rows of the Jacobian of azimuth and elevation are scaled by the predicted distance,
    which makes the rows unit vectors and changes nothing else; the three numbers are independent, so
    they are taken one after the other.

    Parameters
    ----------
    thrusting : int
        1 for the thrusting mode, 0 for the ballistic one.

    Returns
    -------
    tuple of float
        Normalised square of the residuals, and the determinant of their covariance (m^6); 0 for the latter
        where the update is ill-conditioned, and the mode must not be used.
    """
    first = COAST_STATE
    if thrusting == 1:
        first = THRUST_STATE
    x = table[row, first]
    y = table[row, first + 1]
    z = table[row, first + 2]
    dx = x - sensors[sensor, POSITION]
    dy = y - sensors[sensor, POSITION + 1]
    dz = z - sensors[sensor, POSITION + 2]
    east_x = sensors[sensor, FRAME]
    east_y = sensors[sensor, FRAME + 1]
    east_z = sensors[sensor, FRAME + 2]
    north_x = sensors[sensor, FRAME + 3]
    north_y = sensors[sensor, FRAME + 4]
    north_z = sensors[sensor, FRAME + 5]
    up_x = sensors[sensor, FRAME + 6]
    up_y = sensors[sensor, FRAME + 7]
    up_z = sensors[sensor, FRAME + 8]
    east = east_x * dx + east_y * dy + east_z * dz
    north = north_x * dx + north_y * dy + north_z * dz
    up = up_x * dx + up_y * dy + up_z * dz
    across_squared = east * east + north * north
    across = math.sqrt(across_squared)
    distance = math.sqrt(across_squared + up * up)
    measured = plots[slot, PLOT_RANGE]
    measured_sine = plots[slot, PLOT_SINE_ELEVATION]
    measured_cosine = plots[slot, PLOT_COSINE_ELEVATION]
    measured_across = measured * measured_cosine
    if not (across > 1.0 and measured_across > 1.0 and distance < 1e9):
        return 0.0, 0.0
    # Of the predicted direction.
    inverse = 1.0 / across
    sine_azimuth = east * inverse
    cosine_azimuth = north * inverse
    inverse = 1.0 / distance
    sine_elevation = up * inverse
    cosine_elevation = across * inverse
    turn = small_angle(
        plots[slot, PLOT_SINE_AZIMUTH] * cosine_azimuth - plots[slot, PLOT_COSINE_AZIMUTH] * sine_azimuth,
        plots[slot, PLOT_COSINE_AZIMUTH] * cosine_azimuth + plots[slot, PLOT_SINE_AZIMUTH] * sine_azimuth,
    )
    climb = small_angle(
        measured_sine * cosine_elevation - measured_cosine * sine_elevation,
        measured_cosine * cosine_elevation + measured_sine * sine_elevation,
    )
    squares = 0.0
    determinant = 1.0
    for axis in range(3):
        if axis == 0:
            residual = measured - distance
            sigma = plots[slot, PLOT_SIGMA_RANGE]
            dx = inverse * dx
            dy = inverse * dy
            dz = inverse * dz
        elif axis == 1:
            residual = across * turn
            sigma = plots[slot, PLOT_SIGMA_CROSS] * across / measured_across
            dx = cosine_azimuth * east_x - sine_azimuth * north_x
            dy = cosine_azimuth * east_y - sine_azimuth * north_y
            dz = cosine_azimuth * east_z - sine_azimuth * north_z
        else:
            residual = distance * climb
            sigma = plots[slot, PLOT_SIGMA_CROSS] * distance / measured
            dx = cosine_elevation * up_x - sine_elevation * (sine_azimuth * east_x + cosine_azimuth * north_x)
            dy = cosine_elevation * up_y - sine_elevation * (sine_azimuth * east_y + cosine_azimuth * north_y)
            dz = cosine_elevation * up_z - sine_elevation * (sine_azimuth * east_z + cosine_azimuth * north_z)
        residual -= (
            dx * (table[row, first] - x) + dy * (table[row, first + 1] - y) + dz * (table[row, first + 2] - z)
        )
        if thrusting == 1:
            variance = update_thrust(table, row, dx, dy, dz, residual, sigma * sigma)
        else:
            variance = update_coast(table, row, dx, dy, dz, residual, sigma * sigma)
        if not variance > 0.0:
            return 0.0, 0.0
        squares += residual * residual / variance
        determinant *= variance
    return squares, determinant
