"""Tables of positions: reading them from a file, and what makes one impossible to fly.

Nothing here needs compiled code, so that a file can be checked at once.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from warnpath.physics.errors import PhysicsError

Row = tuple[float, float, float, float]

COLUMNS = ("t_s", "lat_deg", "lon_deg", "alt_km")
LEAST_ROWS = 4
_BOUNDS = {"lat_deg": (-90.0, 90.0), "lon_deg": (-360.0, 360.0), "alt_km": (-1.0, 60_000.0)}
_HIGHEST_START_KM = 20.0
_HIGHEST_END_KM = 1.0
_FASTEST_KM_S = 12.0
_EARTH_RADIUS_KM = 6371.0


@dataclass(frozen=True)
class RowProblem:
    """One thing that is wrong with a table of positions.

    Attributes
    ----------
    row : int
        Row, counted from 1; 0 for the table as a whole.
    column : str
        Its column; empty for the row as a whole.
    value : object
        The offending value; None if there is none.
    message, expected : str
        What is wrong, and what was expected.
    """

    row: int
    column: str
    value: object
    message: str
    expected: str


@dataclass(frozen=True)
class PositionsFile:
    """What a CSV file of positions holds.

    Attributes
    ----------
    rows : tuple
        t_s, lat_deg, lon_deg, alt_km; a cell that is no number is NaN.
    lines : tuple of int
        Line of the file of each row.
    problems : tuple of RowProblem
        What cannot be read; what is read but cannot be flown is for `check_positions`.
    """

    rows: tuple[Row, ...]
    lines: tuple[int, ...]
    problems: tuple[RowProblem, ...]


def read_file(path: str | Path) -> PositionsFile:
    """Rows of a CSV file with the columns t_s, lat_deg, lon_deg, alt_km, in any order; others are ignored.

    Raises
    ------
    PhysicsError
        A file that cannot be read, or that lacks a column.
    """
    rows: list[Row] = []
    lines: list[int] = []
    problems: list[RowProblem] = []
    try:
        with Path(path).open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise PhysicsError(
                    f"{path}: column {', '.join(missing)} is missing; expected {', '.join(COLUMNS)}"
                )
            for record in reader:
                values = []
                for name in COLUMNS:
                    try:
                        values.append(float(record[name]))
                    except (TypeError, ValueError):
                        values.append(math.nan)
                        problems.append(
                            RowProblem(len(rows) + 1, name, record[name], "is not a number", "a number")
                        )
                rows.append((values[0], values[1], values[2], values[3]))
                lines.append(reader.line_num)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise PhysicsError(f"{path}: cannot be read as a table of positions: {reason}") from None
    return PositionsFile(tuple(rows), tuple(lines), tuple(problems))


def read_positions(path: str | Path) -> list[Row]:
    """Rows of a CSV file with the columns t_s, lat_deg, lon_deg, alt_km, in any order.

    Raises
    ------
    PhysicsError
        A file that cannot be read, a missing column, or cells that are not numbers, each with its line.
    """
    found = read_file(path)
    if found.problems:
        places = [f"{path}:{found.lines[item.row - 1]}: {item.column}" for item in found.problems]
        raise PhysicsError(
            "; ".join(
                f"{place} is {item.value!r}; expected {item.expected}"
                for place, item in zip(places, found.problems, strict=True)
            )
        )
    return list(found.rows)


def check_positions(rows: Sequence[Row]) -> list[RowProblem]:
    """Everything for which a table of positions cannot be flown; none for a sound one."""
    if len(rows) < LEAST_ROWS:
        return [RowProblem(0, "", None, f"has {len(rows)} rows", f"at least {LEAST_ROWS} rows")]
    problems: list[RowProblem] = []
    before: tuple[float, tuple[float, float, float] | None] | None = None
    for number, (time, *rest) in enumerate(rows, start=1):
        place: tuple[float, float, float] | None = None
        bad = [
            RowProblem(number, column, value, "is out of range", f"{low:g} to {high:g}")
            for column, value, (low, high) in zip(COLUMNS[1:], rest, _BOUNDS.values(), strict=True)
            if not low <= value <= high
        ]
        problems.extend(bad)
        if not bad:
            place = _on_a_sphere(*rest)
        if not math.isfinite(time):
            problems.append(RowProblem(number, "t_s", time, "is not finite", "a finite number of seconds"))
            continue
        if before is not None:
            if time <= before[0]:
                message = (
                    f"is given twice ({before[0]:g})" if time == before[0] else f"comes after {before[0]:g}"
                )
                problems.append(RowProblem(number, "t_s", time, message, "times that rise from row to row"))
                continue
            if place is not None and before[1] is not None:
                speed = math.dist(place, before[1]) / (time - before[0])
                if speed > _FASTEST_KM_S:
                    expected = f"at most {_FASTEST_KM_S:g} km/s (are altitudes in km and times in s?)"
                    message = f"moves at {speed:.1f} km/s since the row before"
                    problems.append(RowProblem(number, "", None, message, expected))
        before = (time, place)
    for number, highest_km, what in (
        (1, _HIGHEST_START_KM, "the launch as first row"),
        (len(rows), _HIGHEST_END_KM, "the impact as last row"),
    ):
        altitude = rows[number - 1][3]
        if altitude > highest_km:
            word = "begins" if number == 1 else "ends"
            problems.append(
                RowProblem(
                    number, "alt_km", altitude, f"{word} too high", f"{what}: at most {highest_km:g} km"
                )
            )
    return sorted(problems, key=lambda item: item.row)


def describe(problem: RowProblem, name: str) -> str:
    """A problem of the table of a name in a sentence."""
    row = f", row {problem.row}" if problem.row else ""
    value = "" if problem.value is None else f" = {problem.value:g}"
    what = f" {problem.column}{value}" if problem.column else ""
    return f"{name}{row}:{what} {problem.message}; expected {problem.expected}"


def _on_a_sphere(lat_deg: float, lon_deg: float, alt_km: float) -> tuple[float, float, float]:
    """Place (km) in the rotating frame, near enough to tell an impossible speed."""
    latitude, longitude = math.radians(lat_deg), math.radians(lon_deg)
    radius = _EARTH_RADIUS_KM + alt_km
    return (
        radius * math.cos(latitude) * math.cos(longitude),
        radius * math.cos(latitude) * math.sin(longitude),
        radius * math.sin(latitude),
    )
