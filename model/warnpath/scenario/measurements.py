"""CSV files that a scenario names: what was measured becomes part of the scenario when it is read.

A name is relative to the file it is written in. Every problem is found with the line of the CSV file.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from warnpath.scenario.documents import SHIPPED, Layer
from warnpath.scenario.locations import Key, Locations
from warnpath.scenario.problems import Problem, did_you_mean, one_of

UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6}
"""Seconds in the unit of a file's numbers; the same factors serve bytes, which have none."""
VALUES = {"s": "values_s", "bytes": "values_bytes"}
MOST_PROBLEMS = 5
"""Problems told of one file; of more, the first ones."""

Rows = list[tuple[int, list[str]]]
"""Lines of a CSV file with their numbers; empty ones left out."""


def read_measurements(layer: Layer, problems: list[Problem]) -> Layer:
    """A document with the values of the files that its empirical delays and sizes name."""
    locations = Locations(layer.origins, layer.file)
    data = _filled(layer.data, (), locations, problems)
    return replace(layer, data=data)


def read_rows(name: str, key: Key, locations: Locations, problems: list[Problem]) -> tuple[str, Rows] | None:
    """Path as it is shown and rows of the CSV file named at a path; None with a problem if it is none."""
    origin = locations.find(key)
    owner = None if origin is None else Path(origin.file)
    # Files of the package are shown by their name alone.
    folder = owner.parent if owner is not None and owner.is_file() else SHIPPED
    path = folder / name
    try:
        text = path.read_bytes().decode("utf-8-sig")
        rows = [
            (number, [cell.strip() for cell in row])
            for number, row in enumerate(csv.reader(text.splitlines()), start=1)
            if any(cell.strip() for cell in row)
        ]
    except OSError as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else str(error.strerror)
        problems.append(
            locations.problem(key, reason, "a CSV file, named relative to the scenario file", name)
        )
        return None
    except (UnicodeDecodeError, csv.Error):
        problems.append(locations.problem(key, "is not a CSV file in UTF-8", "one value a line", name))
        return None
    if not rows:
        problems.append(locations.problem(key, "is an empty file", "one value a line", name))
        return None
    return str(path), rows


def row_problem(
    key: Key, locations: Locations, place: tuple[str, int], message: str, expected: str, value: Any = None
) -> Problem:
    """A problem in a line of a CSV file, with the element that names the file."""
    file, line = place
    return replace(locations.problem(key, message, expected, value), file=file, line=line)


def _filled(
    table: Mapping[str, Any], key: Key, locations: Locations, problems: list[Problem]
) -> dict[str, Any]:
    """A table, and all within it, with values where a file is named."""
    result: dict[str, Any] = {}
    for name, value in table.items():
        here = (*key, name)
        result[name] = value
        if isinstance(value, dict):
            result[name] = _filled(value, here, locations, problems)
        elif isinstance(value, list):
            result[name] = [
                _filled(item, (*here, str(number)), locations, problems) if isinstance(item, dict) else item
                for number, item in enumerate(value)
            ]
    if result.get("kind") == "empirical" and isinstance(result.get("file"), str):
        _fill(result, key, locations, problems)
    return result


def _fill(table: dict[str, Any], key: Key, locations: Locations, problems: list[Problem]) -> None:
    """Put the measurements of a file into the table that names it."""
    field = VALUES["bytes" if "size_bytes" in key else "s"]
    given = [name for name in VALUES.values() if name in table]
    if given:
        problems.append(
            locations.problem((*key, given[0]), "stands beside file", "values, or a file of them")
        )
        return
    found = read_rows(table["file"], (*key, "file"), locations, problems)
    if found is None:
        # A value in its place keeps a second problem, that there is none, from being told.
        table[field] = [1.0]
        return
    file, rows = found
    values = list(_values(table, key, locations, (file, rows), problems))
    table[field] = values or [1.0]


def _values(
    table: Mapping[str, Any],
    key: Key,
    locations: Locations,
    found: tuple[str, Rows],
    problems: list[Problem],
) -> Iterator[float]:
    file, rows = found
    column = table.get("column")
    head = rows[0][1]
    place = 0
    if isinstance(column, str):
        if column not in head:
            message = f"names no column of {table['file']}{did_you_mean(column, head)}"
            problems.append(locations.problem((*key, "column"), message, one_of(head), column))
            return
        place = head.index(column)
    elif len(head) > 1:
        message = f"is missing: {table['file']} has {len(head)} columns"
        problems.append(locations.problem((*key, "column"), message, one_of(head)))
        return
    if isinstance(column, str) or _number(head[place]) is None:
        rows = rows[1:]
    if not rows:
        problems.append(locations.problem((*key, "file"), "has no values", "one value a line", table["file"]))
    factor = UNITS.get(str(table.get("unit", "s")), 1.0)
    wrong = 0
    for line, cells in rows:
        text = cells[place] if place < len(cells) else ""
        value = _number(text)
        if value is None or value < 0.0:
            wrong += 1
            if wrong <= MOST_PROBLEMS:
                message = "is not a number" if value is None else "is negative"
                problems.append(
                    row_problem((*key, "file"), locations, (file, line), message, "a number >= 0", text)
                )
        else:
            yield value * factor


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
