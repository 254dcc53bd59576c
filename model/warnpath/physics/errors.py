"""The error of this package."""

from __future__ import annotations


class PhysicsError(ValueError):
    """A flight, table or sensor that cannot exist; the message names the value and what would work.

    Parameters
    ----------
    message : str
        What is wrong, in a sentence.
    field : str
        Name of the value that is wrong, where it is one.
    expected : str
        What it should be, where that can be said.
    """

    def __init__(self, message: str, *, field: str = "", expected: str = "") -> None:
        super().__init__(message)
        self.field = field
        self.expected = expected
