"""Problems of a scenario: where they are, what is wrong, what was expected."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

LONGEST_VALUE = 60
"""Characters of a value shown in a problem; a longer one is cut."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Attributes
    ----------
    file : str or None
        File it is in; None if the value was not read from a file.
    line : int or None
        Line of the field, or of its element's header, counted from 1.
    element : str
        ``kind.id`` as in ``node.us-hub``; empty for the file as a whole.
    field : str
        Field within the element, dotted; empty for the element as a whole.
    value : object
        The offending value; None if there is none.
    message : str
        What is wrong.
    expected : str
        What was expected, and where it helps what to do.
    """

    file: str | None
    line: int | None
    element: str
    field: str
    value: Any
    message: str
    expected: str = ""

    def __str__(self) -> str:
        place = self.file or "scenario"
        if self.line is not None:
            place += f":{self.line}"
        subject = " ".join(part for part in (self.element, self.field) if part)
        if self.value is not None:
            subject += f" = {shorten(self.value)}"
        text = f"{place}: {subject}: {self.message}" if subject else f"{place}: {self.message}"
        return f"{text} (expected: {self.expected})" if self.expected else text


class ScenarioError(ValueError):
    """A scenario cannot be used; carries every problem found, not the first only.

    Parameters
    ----------
    problems : iterable of Problem
        At least one.

    Attributes
    ----------
    problems : list of Problem
        Sorted by file and line.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        unique = {(p.file, p.line, p.element, p.field, p.message): p for p in problems}
        self.problems: list[Problem] = sorted(
            unique.values(), key=lambda p: (p.file or "", p.line or 0, p.element, p.field, p.message)
        )
        super().__init__(self._text())

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[list[Problem]]]:
        return type(self), (self.problems,)

    def _text(self) -> str:
        if len(self.problems) == 1:
            return str(self.problems[0])
        return "\n".join([f"{len(self.problems)} problems:", *(f"  {problem}" for problem in self.problems)])


def shorten(value: Any) -> str:
    """A value as it would stand in the file, cut to a readable length."""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, str):
        text = f'"{value}"'
    elif isinstance(value, dict):
        text = "{ " + ", ".join(f"{key} = {shorten(item)}" for key, item in value.items()) + " }"
    elif isinstance(value, list | tuple):
        text = "[" + ", ".join(shorten(item) for item in value) + "]"
    else:
        text = _as_text(value)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 3] + "..."


def did_you_mean(word: Any, known: Iterable[str]) -> str:
    """``; did you mean "x"?`` for the known word nearest to a mistyped one, or an empty string."""
    if not isinstance(word, str):
        return ""
    by_lower = {name.lower(): name for name in sorted(known)}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return f'; did you mean "{by_lower[close[0]]}"?' if close else ""


def one_of(known: Sequence[str] | Iterable[str], limit: int = 8) -> str:
    """``one of "a", "b"``: the known words, sorted, cut to a readable number."""
    names = sorted(known)
    if not names:
        return "none is defined"
    shown = ", ".join(f'"{name}"' for name in names[:limit])
    return f"one of {shown}" + (f" and {len(names) - limit} more" if len(names) > limit else "")


def _as_text(value: Any) -> str:
    try:
        return str(value)
    except ValueError:  # an integer of more digits than Python turns into text
        return "a very long integer"
