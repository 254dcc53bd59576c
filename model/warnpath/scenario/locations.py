"""Where each value of a scenario was written, and a collector of problems that knows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from warnpath.scenario.problems import Problem, ScenarioError

Key = tuple[str, ...]
"""Path to a value: kind, id, then fields; for plain tables (``run``) the table, then fields."""

LISTS = ("node", "link", "launch", "sharing", "prohibition", "outage", "traffic", "surge")
"""Arrays of tables; their entries are told apart by id."""
CLASSES = ("source", "medium", "sensor_class", "profile", "shared_risk", "repair_crew")
"""Tables of named entries."""


@dataclass(frozen=True)
class Origin:
    """A line of a file."""

    file: str
    line: int | None


@dataclass(frozen=True, eq=False)
class Locations:
    """Origins by path. Two of them are always equal: where a scenario was written does not change it."""

    origins: Mapping[Key, Origin] = field(default_factory=dict)
    file: str | None = None

    def find(self, key: Key) -> Origin | None:
        """Origin of a value; of the nearest table around it if the value itself was not written."""
        for length in range(len(key), 0, -1):
            found = self.origins.get(key[:length])
            if found is not None:
                return found
        return None

    def problem(self, key: Key, message: str, expected: str = "", value: Any = None) -> Problem:
        """A problem with the value at a path."""
        origin = self.find(key)
        element, within = split_key(key)
        return Problem(
            file=self.file if origin is None else origin.file,
            line=None if origin is None else origin.line,
            element=element,
            field=within,
            value=value,
            message=message,
            expected=expected,
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Locations)

    def __hash__(self) -> int:
        return 0


@dataclass
class Findings:
    """Problems found so far."""

    locations: Locations
    problems: list[Problem] = field(default_factory=list)

    def add(self, key: Key, message: str, expected: str = "", value: Any = None) -> None:
        """Note a problem with the value at a path."""
        self.problems.append(self.locations.problem(key, message, expected, value))

    def raise_if_any(self) -> None:
        """Raise `ScenarioError` with all problems, if there are any."""
        if self.problems:
            raise ScenarioError(self.problems)


def without(origins: Mapping[Key, Origin], replaced: set[Key]) -> dict[Key, Origin]:
    """Origins of everything but the values at some paths and what stands inside them."""
    return {
        key: origin
        for key, origin in origins.items()
        if not any(key[:length] in replaced for length in range(1, len(key) + 1))
    }


def split_key(key: Key) -> tuple[str, str]:
    """Element (``node.us-hub``, ``run``) and field (``release.median_s``) of a path."""
    if len(key) <= 1:
        return "", ".".join(key)
    depth = 2 if key[0] in (*LISTS, *CLASSES) else 1
    return ".".join(key[:depth]), ".".join(key[depth:])


def entries(document: Mapping[str, Any], kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Entries of a kind that are tables, with their ids."""
    table = document.get(kind)
    if isinstance(table, dict):
        for name, entry in table.items():
            if isinstance(entry, dict):
                yield name, entry


def names_of(document: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    """Ids of the entries of a kind, sorted, whatever is wrong with the entries."""
    table = document.get(kind)
    return tuple(sorted(table)) if isinstance(table, dict) else ()


def reach(table: Any, *keys: str) -> Any:
    """Value at a path of nested tables; None if there is none."""
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table
