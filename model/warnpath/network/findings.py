"""What the checks of network and policy find wrong, with the path of the value in the scenario."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Key = tuple[str, ...]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a scenario's network or policy.

    Attributes
    ----------
    key : tuple of str
        Path to the value: kind (node, link, sharing, prohibition), id, then fields.
    message : str
        What is wrong.
    expected : str
        What would be right.
    value : object
        What stands there.
    is_error : bool
        False for what is odd but can be simulated.
    """

    key: Key
    message: str
    expected: str
    value: Any = None
    is_error: bool = True
