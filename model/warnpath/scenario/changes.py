"""Changing values of a scenario by path, with patterns over ids."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from warnpath.scenario.locations import CLASSES, LISTS, Key, Locations, Origin, without
from warnpath.scenario.problems import Problem, ScenarioError, did_you_mean, one_of
from warnpath.scenario.validation import known_fields

if TYPE_CHECKING:
    from warnpath.scenario.scenario import Scenario

SECOND_NAME = {"node": "role", "link": "medium"}
"""Field that a pattern is tried on where it matches no id."""
FIXED = ("schema_version", "extends", "outage_file", "outage_file_start")
"""Fields that have had their effect when a scenario is there."""
FROM_FILE = ("file", "column", "unit")
"""Fields of an empirical delay that had their effect when its file was read."""
CLASS_OF = {"link": ("medium", "medium"), "sensor": ("class", "sensor_class")}


def parse_setting(text: str) -> tuple[str, Any]:
    """Path and value of ``PATH=VALUE``, the value as in a TOML file; a bare word is a text.

    Raises
    ------
    ScenarioError
        No equals sign, or no path before it.
    """
    path, sign, value = text.partition("=")
    if not sign or not path.strip() or not value.strip():
        raise ScenarioError(
            [Problem(None, None, "", "", text, "is not a setting", "PATH=VALUE, as in node.us-hub.servers=2")]
        )
    return path.strip(), parse_value(value.strip())


def parse_value(text: str) -> Any:
    """A value as in a TOML file; what is no TOML value is a text."""
    try:
        parsed = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    return parsed["value"] if len(parsed) == 1 else text


def replace(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """See `Scenario.replace`."""
    from warnpath.scenario.loading import build

    document = scenario.document()
    problems: list[Problem] = []
    targets: list[tuple[Key, Any]] = []
    origins: dict[Key, Origin] = {}
    for path, value in changes.items():
        keys, found = select(document, path)
        problems.extend(found)
        targets.extend((key, _plain(value)) for key in keys)
        origins.update({key: Origin(f"set {path}", None) for key in keys})
    misshapen = [problem for key, value in targets if (problem := _misshapen(key, value, origins[key]))]
    if misshapen:  # without it what refers to it would be told to be wrong
        raise ScenarioError([*problems, *_together(misshapen)])
    problems.extend(_of_a_file(key) for key, _ in targets if _names_a_file(document, key))
    chosen = {key for key, _ in targets}
    for key, value in targets:
        _assign(document, key, value, chosen)
    kept = without(scenario.locations.origins, chosen)
    try:
        return build(document, Locations({**kept, **origins}, scenario.locations.file), problems)
    except ScenarioError as error:
        raise ScenarioError(_together(error.problems)) from None


def _misshapen(key: Key, value: Any, origin: Origin) -> Problem | None:
    """The problem of a value that is to stand for whole elements and cannot."""
    if value is None or len(key) > 2 or key[0] not in (*LISTS, *CLASSES):
        return None
    if len(key) == 1 and key[0] in LISTS:
        fits, message, expected = isinstance(value, list | dict), "is not an array", "[{ id = ..., ... }]"
    else:
        fits, message, expected = isinstance(value, dict), "is not a table", "{ field = value, ... }"
    return None if fits else Locations({key: origin}).problem(key, message, expected, value)


def _together(problems: Iterable[Problem]) -> list[Problem]:
    """Problems, those that one setting makes in the same way in many elements as one."""
    groups: dict[tuple[str, ...], list[Problem]] = {}
    for problem in problems:
        kind, dot, _ = problem.element.partition(".")
        alike: tuple[str, ...] = (problem.field, repr(problem.value), problem.message, problem.expected)
        place = (str(problem.file), str(problem.line))
        alike += (kind if dot and place[0].startswith("set ") else problem.element,)
        groups.setdefault((*place, *alike), []).append(problem)
    return [
        first if not others else dataclasses.replace(first, element=f"{first.element} and {len(others)} more")
        for first, *others in groups.values()
    ]


def select(document: Mapping[str, Any], path: str) -> tuple[list[Key], list[Problem]]:
    """Paths of the values that a path with patterns stands for, or why it stands for none."""
    from warnpath.scenario.scenario import Scenario

    parts = tuple(path.split("."))
    kind = parts[0]
    top = sorted(set(known_fields(Scenario, ())) - set(FIXED))
    if kind not in top or "" in parts:
        return [], [
            _problem(
                path, f"leads nowhere{did_you_mean(kind, top)}", f"a path that begins with {one_of(top, 20)}"
            )
        ]
    if kind not in (*LISTS, *CLASSES) or len(parts) == 1:
        return ([parts], []) if len(parts) < 3 or kind in ("run", "warning") else ([], [_nowhere(path)])
    names = matching(document.get(kind, {}), kind, parts[1])
    if not names:
        return [], [_no_match(document, path, kind, parts[1])]
    if len(parts) == 2:
        return [(kind, name) for name in names], []
    fields = parts[2:]
    problem = _check_fields(path, kind, names[0], fields)
    if problem is not None:
        return [], [problem]
    having = [name for name in names if _has_tables(document, kind, name, fields[:-1])]
    if not having:
        where = f'"{names[0]}" has' if len(names) == 1 else f"the {len(names)} matched have"
        missing = ".".join(fields[:-1])
        return [], [
            _problem(
                path, f"{where} no {missing} to change", f"a whole {missing}, or an element that has one"
            )
        ]
    return [(kind, name, *fields) for name in having], []


def matching(table: Mapping[str, Any], kind: str, pattern: str) -> list[str]:
    """Ids that match a pattern; if none does, those whose role or medium matches it. Sorted."""
    if pattern in table:
        return [pattern]
    names = [name for name in sorted(table) if fnmatchcase(name, pattern)]
    if names or kind not in SECOND_NAME:
        return names
    second = SECOND_NAME[kind]
    return [name for name in sorted(table) if fnmatchcase(str(table[name].get(second, "")), pattern)]


def _no_match(document: Mapping[str, Any], path: str, kind: str, pattern: str) -> Problem:
    table = document.get(kind, {})
    second = SECOND_NAME.get(kind)
    others = {str(entry.get(second)) for entry in table.values()} if second else set()
    message = f'"{pattern}" matches no {kind}{did_you_mean(pattern, [*table, *others])}'
    return _problem(path, message, f"the {f'{second} or ' if second else ''}id of a {kind}: {one_of(table)}")


def _check_fields(path: str, kind: str, name: str, fields: Iterable[str]) -> Problem | None:
    from warnpath.scenario.scenario import Scenario

    key: Key = (kind, name)
    for field in fields:
        known = known_fields(Scenario, key)
        if field not in known:
            return _problem(
                path, f'"{field}" is not a field here{did_you_mean(field, known)}', one_of(known, 40)
            )
        key = (*key, field)
    return None


def _has_tables(document: Mapping[str, Any], kind: str, name: str, tables: tuple[str, ...]) -> bool:
    value: Any = document[kind][name]
    for depth, table in enumerate(tables):
        inner = value.get(table)
        if inner is None:
            inner = _from_class(document, (kind, name, *tables[:depth]), table)
        if not isinstance(inner, dict):
            # a plain number has a range to be set beside it
            return isinstance(inner, int | float) and depth == len(tables) - 1
        value = inner
    return True


def _from_class(document: Mapping[str, Any], owner: Key, table: str) -> Any:
    """Table that an element takes from its class: of a link from its medium, of a sensor from its class."""
    kind = "sensor" if owner[-1] == "sensor" else owner[0]
    if kind not in CLASS_OF:
        return None
    field, classes = CLASS_OF[kind]
    value: Any = document
    for part in owner:
        value = value.get(part, {})
    common = document.get(classes, {}).get(value.get(field), {})
    return common.get(table)


def _assign(document: dict[str, Any], key: Key, value: Any, chosen: set[Key]) -> None:
    table: Any = document
    for depth, part in enumerate(key[:-1]):
        inner = table.get(part)
        if inner is None:
            inherited = _from_class(document, key[:depth], part) if depth > 1 else None
            inner = dict(inherited) if isinstance(inherited, dict) else {}
            table[part] = inner
        elif not isinstance(inner, dict):
            inner = {"nominal": inner}
            table[part] = inner
        table = inner
    last = key[-1]
    if value is None:
        table.pop(last, None)
        return
    if last == "median_s" and (*key[:-1], "p95_s") not in chosen:
        _scale_p95(table, value)
    if len(key) == 1 and last in LISTS and isinstance(value, list):
        from warnpath.scenario.documents import entry_name

        value = {entry_name(last, number, entry): entry for number, entry in enumerate(value)}
        value = {
            name: {"id": name, **entry} if isinstance(entry, dict) else entry for name, entry in value.items()
        }
    table[last] = value


def _names_a_file(document: Mapping[str, Any], key: Key) -> bool:
    """Whether a path leads into what says which file an empirical delay was read from."""
    table: Any = document
    for part in key[:-1]:
        table = table.get(part) if isinstance(table, Mapping) else None
    return isinstance(table, Mapping) and table.get("kind") == "empirical" and key[-1] in FROM_FILE


def _of_a_file(key: Key) -> Problem:
    message = "says what was read with the scenario; to set it now would change nothing"
    return _problem(".".join(key), message, "another values_s, or another file in the scenario")


def _scale_p95(table: dict[str, Any], median: Any) -> None:
    """Keep the shape of a lognormal delay whose median is set alone."""
    before, p95 = _number(table.get("median_s")), _number(table.get("p95_s"))
    after = _number(median)
    if before and p95 and after and after > 0.0:
        table["p95_s"] = p95 * (after / before)


def _number(value: Any) -> float | None:
    if isinstance(value, dict):
        value = value.get("nominal")
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    item = getattr(value, "item", None)  # numpy scalars, as they come out of a design
    return item() if callable(item) else value


def _nowhere(path: str) -> Problem:
    return _problem(path, "leads nowhere", "a field of a table")


def _problem(path: str, message: str, expected: str) -> Problem:
    return Problem(f"set {path}", None, "", "", None, message, expected)
