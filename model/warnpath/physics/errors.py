"""The error of this package."""

from __future__ import annotations


class PhysicsError(ValueError):
    """A flight, table or sensor that cannot exist; the message names the value and what would work."""
