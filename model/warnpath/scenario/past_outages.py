"""Outages of the past from a CSV file: they become outages of the scenario that names it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from warnpath.scenario.documents import Layer
from warnpath.scenario.locations import Key, Locations, Origin
from warnpath.scenario.measurements import MOST_PROBLEMS, read_rows, row_problem
from warnpath.scenario.problems import Problem

FILE: Key = ("outage_file",)
START: Key = ("outage_file_start",)
COLUMNS = ("element", "down_s", "up_s")
CLOCK_COLUMNS = ("element", "down", "up")
"""Columns of a file with times of day, ISO 8601, instead of seconds after the start of the run."""


def read_outages(layer: Layer, problems: list[Problem]) -> Layer:
    """A document with the outages of the file it names.

    What was over before time 0 is left out; what was under way then begins at 0. Ids are ``past-N`` with the
    line N of the file, where later problems with them are placed.
    """
    name = layer.data.get("outage_file")
    if not isinstance(name, str):
        return layer
    locations = Locations(layer.origins, layer.file)
    start = _start(layer.data.get("outage_file_start"), locations, problems)
    found = read_rows(name, FILE, locations, problems)
    if found is None:
        return layer
    file, rows = found
    head = rows[0][1]
    clock = set(CLOCK_COLUMNS) <= set(head)
    columns = CLOCK_COLUMNS if clock else COLUMNS
    missing = [column for column in columns if column not in head]
    if missing:
        message = f"has no column {', '.join(missing)}"
        problems.append(locations.problem(FILE, message, f"columns {', '.join(COLUMNS)} in line 1", name))
        return layer
    if clock and start is None:
        if "outage_file_start" not in layer.data:
            message = "is missing: the file has times of day"
            problems.append(
                locations.problem(START, message, "the time that is 0 s, as 2024-03-01T00:00:00Z")
            )
        return layer
    places = [head.index(column) for column in columns]
    outages: dict[str, Any] = dict(layer.data.get("outage") or {})
    origins = dict(layer.origins)
    told = 0
    for line, cells in rows[1:]:
        element, down, up = (cells[place] if place < len(cells) else "" for place in places)
        times: list[float | None] = []
        for column, text in zip(columns[1:], (down, up), strict=True):
            value = _seconds(text, start if clock else None)
            if value is None and (text or column == columns[1]):
                told += 1
                if told <= MOST_PROBLEMS:
                    expected = "a time of day, as 2024-03-01T08:30:00Z" if clock else "a number of seconds"
                    problems.append(
                        row_problem(FILE, locations, (file, line), f"{column} is no time", expected, text)
                    )
                break
            times.append(value)
        else:
            _add(outages, origins, (file, line), element, times)
    return replace(layer, data={**layer.data, "outage": outages}, origins=origins)


def _add(
    outages: dict[str, Any],
    origins: dict[Key, Origin],
    place: tuple[str, int],
    element: str,
    times: list[float | None],
) -> None:
    down_s, up_s = times
    assert down_s is not None
    if up_s is not None and up_s <= 0.0 and down_s < up_s:
        return
    name = f"past-{place[1]}"
    entry = {"id": name, "element": element, "down_s": max(down_s, 0.0), "cause": "recorded"}
    outages[name] = entry if up_s is None else {**entry, "up_s": up_s}
    origins["outage", name] = Origin(*place)


def _start(text: Any, locations: Locations, problems: list[Problem]) -> datetime | None:
    if text is None:
        return None
    start = _time(text) if isinstance(text, str) else None
    if start is None:
        expected = "a time of day, as 2024-03-01T00:00:00Z"
        problems.append(locations.problem(START, "is no time", expected, text))
    return start


def _seconds(text: str, start: datetime | None) -> float | None:
    """Seconds after the start of the run; None for what is no time."""
    if start is not None:
        time = _time(text)
        return None if time is None else (time - start).total_seconds()
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < 1e12 else None


def _time(text: str) -> datetime | None:
    """A time of day; without a zone it is UTC."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time
