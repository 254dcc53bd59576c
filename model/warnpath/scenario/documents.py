"""Scenario files as plain data: reading, ``extends``, merging, and where each value was written.

A document is a nested dict in which arrays of tables are dicts by id, so that a file can change single
entries of the one it extends.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warnpath.scenario.files import MISSING, trouble
from warnpath.scenario.locations import CLASSES, LISTS, Findings, Key, Locations, Origin, without
from warnpath.scenario.problems import Problem, ScenarioError, did_you_mean, one_of, shorten
from warnpath.scenario.source_index import index_lines

SHIPPED = Path(__file__).parent / "shipped"
SUFFIX = ".toml"
OWN = ("name", "title", "description")
"""Fields a file does not take over from the one it extends."""

EXPERIMENT_FIELDS = (
    "question",
    "scenario",
    "reference",
    "design",
    "replications",
    "seed",
    "tables",
    "set",
    "factor",
    "metrics",
)
"""Fields of experiments that scenarios do not have."""

_PLACE_IN_MESSAGE = re.compile(r" \(at line (\d+), column (\d+)\)$")


@dataclass(frozen=True)
class Layer:
    """Data of one file, or of several merged, and where it comes from."""

    data: dict[str, Any]
    origins: dict[Key, Origin]
    file: str


def shipped_names() -> tuple[str, ...]:
    """Names of the scenarios that come with the package."""
    return tuple(sorted(path.stem for path in SHIPPED.glob(f"*{SUFFIX}") if not path.stem.startswith("_")))


def resolve(name_or_path: str | Path, base: Path | None = None) -> Path:
    """Path of a scenario given by shipped name or path.

    Parameters
    ----------
    name_or_path : str or Path
        A name without a separator or suffix is looked up among the shipped scenarios first.
    base : Path, optional
        Folder to which a relative path refers; by default the working directory.

    Raises
    ------
    ScenarioError
        Nothing there, or a folder.
    """
    text = str(name_or_path)
    if isinstance(name_or_path, str) and re.fullmatch(r"[A-Za-z0-9_-]+", text):
        shipped = SHIPPED / f"{text}{SUFFIX}"
        if shipped.is_file():
            return shipped
    known = shipped_names()
    if not text:
        raise _failure("", "no scenario is named", f"a TOML file, or {one_of(known)}")
    path = Path(text) if base is None else base / text
    fault = trouble(path)
    if fault is None:
        return path
    if fault != MISSING:
        raise _failure(str(path), fault, "a TOML file, or the name of a shipped scenario")
    beside = [item.name for item in path.parent.glob(f"*{SUFFIX}")] if path.parent.is_dir() else []
    raise _failure(
        str(path),
        f"there is no such file or shipped scenario{did_you_mean(path.name, [*known, *beside])}",
        f"a TOML file, or {one_of(known)}",
    )


def read(path: Path, findings: list[Problem], chain: tuple[Path, ...] = ()) -> Layer:
    """Read a file and everything it extends.

    Parameters
    ----------
    path : Path
        Scenario file.
    findings : list of Problem
        Problems that do not keep the rest from being checked are added here.
    chain : tuple of Path
        Files that led here by ``extends``.

    Raises
    ------
    ScenarioError
        A file that cannot be read, is not TOML or is an experiment, or that extends one that is not there.
    """
    data, text, file = parse(path)
    if is_experiment(data):
        raise _failure(file, "is an experiment, not a scenario", f"warnpath sweep {file}")
    own = normalise(_without_experiment(data, text, file, findings), text, file, findings)
    base_name = own.data.get("extends")
    if base_name is None:
        return own
    base_path = _base_path(own, base_name, path, chain, findings)
    base = read(base_path, findings, (*chain, path))
    kept = {key: value for key, value in base.data.items() if key not in OWN}
    return merge(Layer(kept, base.origins, base.file), own, findings)


def is_experiment(data: Mapping[str, Any]) -> bool:
    """Whether the data of a TOML file are meant as an experiment rather than as a scenario."""
    return ("factor" in data or "question" in data) and not any(kind in data for kind in ("node", "extends"))


def _without_experiment(
    data: Mapping[str, Any], text: str, file: str, findings: list[Problem]
) -> dict[str, Any]:
    """A scenario without what belongs to an experiment: one problem, not one a field."""
    if "factor" not in data:
        return dict(data)
    line = index_lines(text).get(("factor",))
    message = "stands in a scenario, and belongs to an experiment"
    expected = f'a file of its own with scenario = "{Path(file).name}" and the factors, for warnpath sweep'
    findings.append(Problem(file, line, "", "factor", None, message, expected))
    return {key: value for key, value in data.items() if key not in EXPERIMENT_FIELDS}


def _base_path(own: Layer, name: Any, path: Path, chain: tuple[Path, ...], findings: list[Problem]) -> Path:
    """Path of the file that `own` extends. Without it checking the rest would mislead."""
    locations = Locations(own.origins, own.file)
    if not isinstance(name, str):
        expected = "the name of a shipped scenario, or a path"
        raise ScenarioError([*findings, locations.problem(("extends",), "is not a text", expected, name)])
    try:
        found = resolve(name, path.parent)
    except ScenarioError as error:
        first = error.problems[0]
        problem = locations.problem(("extends",), first.message, first.expected, name)
        raise ScenarioError([*findings, problem]) from None
    if found.resolve() in [item.resolve() for item in (*chain, path)]:
        problem = locations.problem(("extends",), "leads back to itself", "another scenario", name)
        raise ScenarioError([*findings, problem])
    return found


def parse(path: Path) -> tuple[dict[str, Any], str, str]:
    """TOML data, text and displayed name of a file.

    Raises
    ------
    ScenarioError
        Not readable, not UTF-8, empty, or not TOML.
    """
    file = path.name if path.parent == SHIPPED else str(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise _failure(file, f"cannot be read: {error.strerror}", "a readable TOML file") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise _failure(file, "is not UTF-8 text", "a TOML file saved as UTF-8", line) from None
    if not text.strip():
        raise _failure(
            file, "is empty", "a scenario: at least [[node]] and [[link]] tables, or extends = ..."
        )
    try:
        return tomllib.loads(text), text.replace("\r\n", "\n"), file
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        found = _PLACE_IN_MESSAGE.search(message)
        last = text.count("\n") + (0 if text.endswith("\n") else 1)
        line, column = (int(found[1]), f" at column {found[2]}") if found else (last, "")
        reason = _PLACE_IN_MESSAGE.sub("", message)
        raise _failure(file, f"is not TOML: {reason}{column}", "valid TOML 1.0", line) from None
    except RecursionError:
        raise _too_deep(file) from None


def normalise(data: Mapping[str, Any], text: str, file: str, findings: list[Problem]) -> Layer:
    """Turn arrays of tables into dicts by id, and lines by number into origins by id."""
    try:
        lines = index_lines(text)
    except RecursionError:
        raise _too_deep(file) from None
    names: dict[tuple[str, int], str] = {}
    result: dict[str, Any] = {}
    problems: list[tuple[Key, str, str, Any]] = []
    for kind, value in data.items():
        if kind not in LISTS:
            result[kind] = value
            continue
        if not isinstance(value, list):
            problems.append(((kind,), "is not an array of tables", f"[[{kind}]]", value))
            continue
        taken: dict[str, Any] = {}
        first: dict[str, int] = {}
        for number, entry in enumerate(value):
            name = entry_name(kind, number, entry)
            names[kind, number] = name if name not in taken else f"{name} (again)"
            if not isinstance(entry, dict):
                problems.append(((kind, name), "is not a table", f"[[{kind}]] with fields", entry))
            elif name in taken:
                message = f"has the id of the {kind} in line {lines[kind, first[name]]}"
                problems.append(((kind, f"{name} (again)", "id"), message, "an id of its own", name))
            else:
                first[name] = number
                taken[name] = entry if "id" in entry or " " in name else {"id": name, **entry}
        result[kind] = taken
    origins: dict[Key, Origin] = {}
    for path, line in lines.items():
        key = [str(part) for part in path]
        if len(path) > 1 and isinstance(path[1], int):
            key[1] = names.get((key[0], path[1]), f"entry {path[1] + 1}")
        origins.setdefault(tuple(key), Origin(file, line))
    locations = Locations(origins, file)
    for place, message, expected, value in problems:
        findings.append(locations.problem(place, message, expected, value))
    return Layer(result, origins, file)


def entry_name(kind: str, number: int, entry: Any) -> str:
    """Id of an entry; where it states none, one made of what it says, else its place in the file."""
    fallback = f"entry {number + 1}"
    if not isinstance(entry, dict):
        return fallback
    given = entry.get("id")
    if isinstance(given, str) and given:
        return given
    if "id" in entry:
        return fallback
    words: tuple[Any, ...]
    if kind in ("sharing", "prohibition"):
        words = (entry.get("data_of"), "to", entry.get("to"))
    elif kind == "outage":
        words = (entry.get("element"), "down", entry.get("down_s"))
    elif kind == "traffic":
        words = (entry.get("source"), "to", entry.get("destination"))
    elif kind == "surge":
        words = ("surge", "on", entry.get("on"))
    elif kind == "launch":
        words = (entry.get("profile"),)
    else:
        return fallback
    if any(word is None or isinstance(word, dict | list) for word in words):
        return fallback
    made = "-".join(re.sub(r"[^a-z0-9]+", "-", str(word).lower()).strip("-") for word in words)
    return made if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", made) else fallback


def merge(base: Layer, over: Layer, findings: list[Problem]) -> Layer:
    """Lay one document over another.

    Tables merge field by field, arrays of tables entry by entry; ``remove = true`` drops an entry or a table.
    A number written as a table, and a table whose ``kind`` changes, replace what was there as a whole.
    """
    notes = Findings(Locations(over.origins, over.file))
    replaced: set[Key] = set()
    data = _merge_tables(base.data, over.data, (), replaced, notes)
    findings.extend(notes.problems)
    kept = without(base.origins, replaced)
    return Layer(data, {**kept, **over.origins}, over.file)


def _merge_tables(
    base: Mapping[str, Any], over: Mapping[str, Any], path: Key, replaced: set[Key], notes: Findings
) -> dict[str, Any]:
    result = dict(base)
    for key, value in over.items():
        here = (*path, key)
        before = result.get(key)
        if isinstance(value, dict) and value.get("remove") is True:
            _check_removal(here, value, base, notes)
            result.pop(key, None)
            replaced.add(here)
        elif isinstance(value, dict) and isinstance(before, dict) and not _replaces(before, value):
            result[key] = _merge_tables(before, value, here, replaced, notes)
        else:
            result[key] = value
            replaced.add(here)
    return result


def _check_removal(here: Key, value: Mapping[str, Any], base: Mapping[str, Any], notes: Findings) -> None:
    if here[-1] not in base:
        hint = did_you_mean(here[-1], base)
        notes.add(
            (*here, "remove"),
            f"cannot be removed: the extended scenario has none of this name{hint}",
            one_of(base),
        )
    extra = sorted(set(value) - {"remove", "id"})
    if extra:
        notes.add((*here, extra[0]), "is written in an entry that is removed", "remove = true alone")


def _replaces(before: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
    return "nominal" in value or ("kind" in value and "kind" in before and value["kind"] != before["kind"])


def leftovers(layer: Layer, findings: list[Problem]) -> None:
    """Note every ``remove`` in a file that extends nothing, where there is nothing to remove."""
    locations = Locations(layer.origins, layer.file)
    for kind in (*LISTS, *CLASSES):
        table = layer.data.get(kind)
        if not isinstance(table, dict):
            continue
        for name in [name for name, entry in table.items() if isinstance(entry, dict) and "remove" in entry]:
            findings.append(
                locations.problem(
                    (kind, name, "remove"),
                    "has nothing to remove",
                    "remove = true, in an entry of the scenario named by extends",
                    shorten(table[name]["remove"]),
                )
            )
            del table[name]


def _too_deep(file: str) -> ScenarioError:
    return _failure(file, "is nested too deeply to be read", "tables of tables, as in the shipped scenarios")


def _failure(file: str, message: str, expected: str, line: int | None = None) -> ScenarioError:
    return ScenarioError([Problem(file, line, "", "", None, message, expected)])
