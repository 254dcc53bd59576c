"""Tables of positions that a scenario names: read once, so that the scenario holds what it flies.

A profile names a CSV file by a path relative to the file it is written in; set from outside, to where the
program runs. The rows take the path's place when the scenario is read: its hash covers them, it can be sent
to other machines, and the file may change or vanish.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from warnpath.physics.errors import PhysicsError
from warnpath.physics.positions import COLUMNS, RowProblem, check_positions, read_file
from warnpath.scenario.documents import SHIPPED
from warnpath.scenario.locations import Findings, Key, Locations, Origin, entries
from warnpath.scenario.problems import Problem

POSITIONS = "positions"
CELLS = len(COLUMNS)
_EXPECTED = f"a CSV file with the columns {', '.join(COLUMNS)}, or an array of such rows"


def attach(document: Mapping[str, Any], locations: Locations, findings: list[Problem]) -> dict[str, Any]:
    """A document with the rows of every named file in place of its path.

    Parameters
    ----------
    document : mapping
        Arrays of tables as dicts by id.
    locations : Locations
        Where the document's values were written.
    findings : list of Problem
        Takes what is wrong with the files; a table that cannot be flown is left out.
    """
    named = {
        name: entry[POSITIONS]
        for name, entry in entries(document, "profile")
        if isinstance(entry.get(POSITIONS), str)
    }
    if not named:
        return dict(document)
    profiles = dict(document["profile"])
    for name, path in named.items():
        profiles[name] = {key: value for key, value in profiles[name].items() if key != POSITIONS}
        rows = _read(("profile", name, POSITIONS), path, locations, findings)
        if rows is not None:
            profiles[name][POSITIONS] = rows
    return {**document, "profile": profiles}


def check_rows(document: Mapping[str, Any], findings: Findings) -> None:
    """Note every table of positions in a document that cannot be flown."""
    for name, entry in entries(document, "profile"):
        rows = entry.get(POSITIONS)
        if entry.get("kind") != "table" or not isinstance(rows, list | tuple):
            continue
        if not all(_is_row(row) for row in rows):
            continue  # what is not of the right form is reported as such
        for problem in check_positions([tuple(map(float, row)) for row in rows]):  # type: ignore[misc]
            key: Key = ("profile", name, POSITIONS)
            if problem.row:
                key = (*key, str(problem.row - 1))
            column = f"{problem.column} " if problem.column else ""
            findings.add(key, f"{column}{problem.message}", problem.expected, problem.value)


def reported(findings: Findings, profile: str) -> bool:
    """Whether something is known to be wrong with the positions of a profile already."""
    return any(
        problem.element == f"profile.{profile}" and problem.field.split(".")[0] == POSITIONS
        for problem in findings.problems
    )


def _read(key: Key, path: str, locations: Locations, findings: list[Problem]) -> list[list[float]] | None:
    file = _folder(locations.find(key)) / path
    try:
        found = read_file(file)
    except PhysicsError as error:
        findings.append(locations.problem(key, str(error), _EXPECTED, path))
        return None
    problems = [*found.problems]
    unread = {(item.row, item.column) for item in problems}
    problems.extend(item for item in check_positions(found.rows) if (item.row, item.column) not in unread)
    findings.extend(_place(problem, key, str(file), found.lines) for problem in problems)
    return None if problems else [list(row) for row in found.rows]


def _folder(origin: Origin | None) -> Path:
    """Folder to which a path refers that was written somewhere."""
    if origin is None:
        return Path()
    file = Path(origin.file)
    if file.is_file():
        return file.parent
    # Files of the package are shown by their name alone; what is set from outside has no file.
    return SHIPPED if (SHIPPED / file).is_file() else Path()


def _place(problem: RowProblem, key: Key, file: str, lines: tuple[int, ...]) -> Problem:
    """A problem at its line of the CSV file."""
    return Problem(
        file=file,
        line=lines[problem.row - 1] if problem.row else None,
        element=".".join(key[:2]),
        field=f"{POSITIONS}.{problem.column}" if problem.column else POSITIONS,
        value=problem.value,
        message=problem.message,
        expected=problem.expected,
    )


def _is_row(row: Any) -> bool:
    return (
        isinstance(row, list | tuple)
        and len(row) == CELLS
        and all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in row)
    )
