"""Flights given as a table of positions, from any source."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from warnpath.physics.arrays import Table
from warnpath.physics.earth import ecef_from_geodetic, geodesic, geodetic_from_ecef
from warnpath.physics.errors import PhysicsError
from warnpath.physics.integrate import STATE_COLUMNS, WORK_COLUMNS
from warnpath.physics.table import highest
from warnpath.physics.trajectory import Trajectory

COLUMNS = ("t_s", "lat_deg", "lon_deg", "alt_km")
LEAST_ROWS = 4
_BOUNDS = {"lat_deg": (-90.0, 90.0), "lon_deg": (-360.0, 360.0), "alt_km": (-1.0, 60_000.0)}
_HIGHEST_END_KM = 1.0
_FASTEST_M_S = 12_000.0


def read_positions(path: str | Path) -> list[tuple[float, float, float, float]]:
    """Rows of a CSV file with the columns t_s, lat_deg, lon_deg, alt_km, in any order.

    Raises
    ------
    PhysicsError
        A file that cannot be read, a missing column or a cell that is not a number, with its line.
    """
    try:
        with Path(path).open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise PhysicsError(
                    f"{path}: column {', '.join(missing)} is missing; expected {', '.join(COLUMNS)}"
                )
            rows = []
            for record in reader:
                values = []
                for name in COLUMNS:
                    try:
                        values.append(float(record[name]))
                    except (TypeError, ValueError):
                        raise PhysicsError(
                            f"{path}:{reader.line_num}: {name} is {record[name]!r}; expected a number"
                        ) from None
                rows.append((values[0], values[1], values[2], values[3]))
    except (OSError, UnicodeDecodeError) as error:
        raise PhysicsError(f"{path}: cannot be read as a table of positions: {error}") from None
    return rows


def from_positions(
    rows: Sequence[tuple[float, float, float, float]], burnout_s: float, name: str = "table of positions"
) -> Trajectory:
    """Trajectory through a table of positions.

    Parameters
    ----------
    rows : sequence of tuple
        t_s, lat_deg, lon_deg, alt_km; times rise; the first row is the launch, the last the impact.
    burnout_s : float
        End of thrust, seconds after the first row.
    name : str
        What to call the table in errors, for example its file.

    Returns
    -------
    Trajectory
        Velocity and acceleration come from a cubic spline through the ECEF positions, which the quintic
        interpolation of the state table reproduces exactly. Time starts at 0 on the first row.

    Raises
    ------
    PhysicsError
        A table that no object can fly, with the row.
    """
    from scipy.interpolate import CubicSpline

    _check_rows(rows, name)
    times = np.array([row[0] for row in rows]) - rows[0][0]
    if not 0.0 <= burnout_s <= times[-1]:
        raise PhysicsError(f"{name}: burnout at {burnout_s:g} s; expected 0 to {times[-1]:g} s")
    places = np.array(
        [
            ecef_from_geodetic(math.radians(latitude), math.radians(longitude), 1000.0 * altitude)
            for _, latitude, longitude, altitude in rows
        ]
    )
    spline = CubicSpline(times, places)
    table: Table = np.empty((len(rows), STATE_COLUMNS))
    table[:, 0] = times
    table[:, 1:4] = places
    table[:, 4:7] = spline(times, 1)
    table[:, 7:10] = spline(times, 2)
    apogee_s, apogee_m = highest(table, 0, len(table), np.zeros((1, WORK_COLUMNS + 3)), 0)
    latitude, longitude, _ = geodetic_from_ecef(*places[-1])
    range_km, _ = geodesic(rows[0][1], rows[0][2], rows[-1][1], rows[-1][2])
    return Trajectory(
        table=table,
        burnout_s=float(burnout_s),
        impact_s=float(times[-1]),
        impact_lat_deg=math.degrees(latitude),
        impact_lon_deg=math.degrees(longitude),
        apogee_km=apogee_m / 1000.0,
        apogee_s=apogee_s,
        range_km=range_km,
    )


def _check_rows(rows: Sequence[tuple[float, float, float, float]], name: str) -> None:
    if len(rows) < LEAST_ROWS:
        raise PhysicsError(f"{name}: {len(rows)} rows; expected at least {LEAST_ROWS}")
    before: tuple[float, tuple[float, float, float]] | None = None
    for number, (time, latitude, longitude, altitude) in enumerate(rows, start=1):
        where = f"{name}, row {number}"
        if not math.isfinite(time):
            raise PhysicsError(f"{where}: t_s is {time:g}; expected a finite number")
        for column, value in zip(COLUMNS[1:], (latitude, longitude, altitude), strict=True):
            low, high = _BOUNDS[column]
            if not low <= value <= high:
                raise PhysicsError(f"{where}: {column} is {value:g}; expected {low:g} to {high:g}")
        place = ecef_from_geodetic(math.radians(latitude), math.radians(longitude), 1000.0 * altitude)
        if before is not None:
            gap = time - before[0]
            if gap <= 0.0:
                raise PhysicsError(
                    f"{where}: t_s is {time:g} after {before[0]:g}; expected times that rise from row to row"
                )
            speed = math.dist(place, before[1]) / gap
            if speed > _FASTEST_M_S:
                raise PhysicsError(
                    f"{where}: {speed / 1000.0:.1f} km/s since the row before; expected at most "
                    f"{_FASTEST_M_S / 1000.0:g} km/s (are altitudes in km and times in s?)"
                )
        before = (time, place)
    if not abs(rows[-1][3]) <= _HIGHEST_END_KM:
        raise PhysicsError(
            f"{name}, row {len(rows)}: the table ends {rows[-1][3]:g} km high; "
            "expected the impact as last row"
        )
