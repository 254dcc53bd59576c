"""pydantic's errors in the words of a scenario: path in the file, field, value, what was expected."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from warnpath.scenario.locations import LISTS, Findings, Key
from warnpath.scenario.problems import did_you_mean, one_of

_QUOTED = re.compile(r"'([^']+)'")
_DELAY = 'a delay such as { kind = "lognormal", median_s = 2, p95_s = 5 }'
_PATTERNS = {
    "+)*$": 'lower-case words joined by "-", as in "us-hub"',
    "[_-]": 'lower-case words joined by "-" or "_"',
    "{2,}$": 'two or more capital letters, as in "JP"',
    "A-Z0-9": 'a nation, and if need be a place, as in "US-JAPAN"',
}
_PLAIN = {
    "string_type": ("is not a text", "a text in quotes"),
    "int_type": ("is not a whole number", "a whole number"),
    "float_type": ("is not a number", "a number"),
    "finite_number": ("is not finite", "a finite number"),
    "bool_type": ("is not true or false", "true or false"),
    "tuple_type": ("is not an array", "an array, as in [ ... ]"),
    "not_a_number": ("", "a number, or a table { nominal, low, high, source, mark }"),
    "union_tag_not_found": ("has no kind", _DELAY),
    "model_attributes_type": ("is not a table", _DELAY),
    "model_type": ("is not a table", "a table"),
    "dict_type": ("is not a table", "a table"),
    "frozen_instance": ("cannot be changed", "a copy made by replace"),
}


def translate(
    error: ValidationError, model: type[BaseModel], document: Mapping[str, Any], findings: Findings
) -> None:
    """Add every error of pydantic to the findings, placed and worded for the file.

    Parameters
    ----------
    error : ValidationError
        From validating `document` with its arrays of tables as lists, sorted by id.
    model : type
        Model that was validated.
    document : mapping
        The document, arrays of tables as dicts by id.
    findings : Findings
        Takes the problems.
    """
    for item in error.errors(include_url=False):
        key, value = _place(item["loc"], item["type"], document)
        context = item.get("ctx", {})
        if item["type"] == "too_short" and isinstance(value, list) and len(value) >= context["min_length"]:
            continue  # it has enough entries, and each wrong one is told
        if "field" in context:
            key = (*key, str(context["field"]))
            value = _value_at(document, key)
        message, expected = _words(item["type"], item["msg"], context, key, value, model)
        shown = None if item["type"] == "missing" or _is_large(value) else value
        findings.add(key, message, expected, shown)


def known_fields(model: type[BaseModel], key: Key) -> tuple[str, ...]:
    """Field names that the table at a path may have; empty if the path leads nowhere."""
    names: set[str] = set()
    for owner in _models_at(model, key):
        names.update(field.alias or name for name, field in owner.model_fields.items())
    return tuple(sorted(names))


def _place(location: tuple[int | str, ...], kind: str, document: Mapping[str, Any]) -> tuple[Key, Any]:
    """Path in the document, and value, of a pydantic location.

    pydantic inserts the chosen member of a union and names list entries by number; the file has neither.
    """
    key: list[str] = []
    value: Any = document
    for number, step in enumerate(location):
        last = number == len(location) - 1
        part = step
        if isinstance(step, int) and len(key) == 1 and key[0] in LISTS and isinstance(value, Mapping):
            part = sorted(value)[step]
        if isinstance(part, int):
            if isinstance(value, list | tuple) and part < len(value):
                value = value[part]
                key.append(str(part))
        elif isinstance(value, Mapping) and part in value:
            value = value[part]
            key.append(part)
        elif last and kind == "missing" and isinstance(value, Mapping):
            value = None
            key.append(part)
    return tuple(key), value


def _is_large(value: Any) -> bool:
    """Whether a value says less than its path does: a table or an array of tables."""
    tables = isinstance(value, list) and any(isinstance(item, dict) for item in value)
    return tables or (isinstance(value, dict) and "nominal" not in value)


def _value_at(document: Any, key: Key) -> Any:
    for part in key:
        document = document.get(part) if isinstance(document, Mapping) else None
    return document


def _words(
    kind: str, text: str, context: Mapping[str, Any], key: Key, value: Any, model: type[BaseModel]
) -> tuple[str, str]:
    if kind == "missing":
        return "is missing", _wanted(model, key)
    if kind == "extra_forbidden":
        fields = known_fields(model, key[:-1])
        return f"is not a field here{did_you_mean(key[-1], fields)}", one_of(fields, 12)
    if kind == "literal_error":
        allowed = _words_allowed(model, key)
        return f"is not a word known here{did_you_mean(value, allowed)}", one_of(allowed)
    if kind == "union_tag_invalid":
        given = value.get("kind") if isinstance(value, Mapping) else None
        kinds = [name for name in _QUOTED.findall(str(context.get("expected_tags"))) if name != "number"]
        return f'has the unknown kind "{given}"{did_you_mean(given, kinds)}', f"kind = {one_of(kinds, 12)}"
    if kind == "string_pattern_mismatch":
        pattern = str(context.get("pattern", ""))
        expected = next((words for part, words in reversed(_PATTERNS.items()) if part in pattern), pattern)
        return "is not a name of the right form", expected
    if kind in ("greater_than_equal", "greater_than", "less_than_equal", "less_than"):
        sign = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
        bounds = [f"{sign[name]} {_plain_number(context[name])}" for name in sign if name in context]
        is_whole = all(isinstance(context[name], int) for name in sign if name in context)
        return "is out of range", ("a whole number " if is_whole else "a number ") + " and ".join(bounds)
    if kind in ("too_short", "too_long"):
        least = context.get("min_length", context.get("max_length"))
        few = "too few" if kind == "too_short" else "too many"
        return f"has {few} entries ({context.get('actual_length')})", f"{least} of them"
    message, expected = _PLAIN.get(kind, ("", ""))
    return message or text, str(context.get("expected", expected))


def _plain_number(number: float) -> str:
    return f"{number:g}" if isinstance(number, float) else str(number)


def _wanted(model: type[BaseModel], key: Key) -> str:
    for owner in _models_at(model, key[:-1]):
        for name, field in owner.model_fields.items():
            if (field.alias or name) == key[-1]:
                allowed = _literals(field.annotation)
                return one_of(allowed) if allowed else f"{key[-1]} = ..."
    return f"{key[-1]} = ..."


def _words_allowed(model: type[BaseModel], key: Key) -> tuple[str, ...]:
    words: set[str] = set()
    # A word in an array stands at a number within its field.
    owners, field_name = (key[:-2], key[-2]) if key[-1].isdecimal() else (key[:-1], key[-1])
    for owner in _models_at(model, owners):
        for name, field in owner.model_fields.items():
            if (field.alias or name) == field_name:
                words.update(_literals(field.annotation))
    return tuple(sorted(words))


def _models_at(model: type[BaseModel], key: Key) -> list[type[BaseModel]]:
    """Models that may describe the table at a path; several for a union."""
    found: list[Any] = [model]
    for part in key:
        reached: list[Any] = []
        for annotation in found:
            if isinstance(annotation, type) and issubclass(annotation, BaseModel):
                for name, field in annotation.model_fields.items():
                    if part in (name, field.alias):
                        reached.extend(_members(field.annotation))
            else:
                arguments = get_args(annotation)
                reached.extend(_members(arguments[1] if get_origin(annotation) is dict else arguments[0]))
        found = reached
        if not found:
            return []
    return [item for item in found if isinstance(item, type) and issubclass(item, BaseModel)]


def _members(annotation: Any) -> list[Any]:
    """An annotation without Annotated, Optional and unions, as its members."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _members(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return [member for item in get_args(annotation) for member in _members(item)]
    return [] if annotation is type(None) else [annotation]


def _literals(annotation: Any) -> tuple[str, ...]:
    words: list[str] = []
    for member in _members(annotation):
        if str(get_origin(member)).endswith("Literal"):
            words.extend(str(item) for item in get_args(member))
        elif get_origin(member) is tuple:
            words.extend(_literals(get_args(member)[0]))
    return tuple(words)
