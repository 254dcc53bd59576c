"""What was to be reached, and whether it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

IDIOMATIC_OVER_COMPILED = 40.0
IDIOMATIC_OVER_SIMPY = 2.0
COMPILED_OVER_C = 2.5
TWO_CORES = 1.8
REPLICATIONS_PER_S = 50.0
NODES_GROWTH = 2.0
PENDING_GROWTH = 6.0
COLD_S = 45.0
IMPACT_SHARE = 0.5
"""Impact evaluation "cheap enough not to rule the run": less than everything else together."""


@dataclass(frozen=True)
class Target:
    """A figure to reach.

    Attributes
    ----------
    what : str
    measured : float or None
        None where it could not be measured here.
    bound : float
    sense : {"at least", "at most"}
    """

    what: str
    measured: float | None
    bound: float
    sense: Literal["at least", "at most"]

    @property
    def is_met(self) -> bool:
        """Whether it is reached; what was not measured is not."""
        if self.measured is None:
            return False
        return self.measured >= self.bound if self.sense == "at least" else self.measured <= self.bound

    def row(self) -> tuple[str, str, str, str]:
        """Row of the table of targets."""
        if self.measured is None:
            return self.what, f"{self.sense} {self.bound:g}", "not measured", ""
        return (
            self.what,
            f"{self.sense} {self.bound:g}",
            f"{self.measured:.3g}",
            "yes" if self.is_met else "**no**",
        )
