"""What the checks of network and policy find wrong, before it becomes a problem of a scenario file."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a scenario's network or policy.

    Attributes
    ----------
    element : str
        Id of the node, link, rule or prohibition.
    field : str
        Its field.
    value : object
        What stands there.
    message : str
        What is wrong.
    expected : str
        What would be right.
    is_error : bool
        False for what is odd but can be simulated.
    """

    element: str
    field: str
    value: object
    message: str
    expected: str
    is_error: bool = True


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint at the known word closest to one that is not known; empty if none is close."""
    close = difflib.get_close_matches(word, sorted(known), n=1)
    return f" (did you mean {close[0]}?)" if close else ""
