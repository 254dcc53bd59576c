"""How long traffic is lost until a failure is noticed and another path is taken.

A scenario fits if a link with `reroute` fails at times that have nothing to do with the hellos of its
detection, and another route exists.

References
----------
Katz, D. & Ward, D. (2010). Bidirectional Forwarding Detection. RFC 5880, section 6.8.4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Hellos:
    """Detection by hellos: an interval (s), and how many in a row must be missed."""

    interval_s: float
    multiplier: int

    def __post_init__(self) -> None:
        """Refuse what detects nothing."""
        if not (self.interval_s > 0.0 and self.multiplier >= 1):
            raise ValueError(f"{self.multiplier} x {self.interval_s!r} s; expected both above 0")

    @property
    def longest_s(self) -> float:
        """Longest detection: the failure comes right after a hello (s)."""
        return self.multiplier * self.interval_s

    @property
    def mean_s(self) -> float:
        """Mean detection: the failure falls uniformly between two hellos (s)."""
        return (self.multiplier - 0.5) * self.interval_s


def blackout_mean_s(detection_mean_s: float, switch_s: float) -> float:
    """Mean time without a path: detection and switching (s)."""
    return detection_mean_s + switch_s


def lost_share(failures_per_s: float, blackout_s: float) -> float:
    """Long-run share of the time without a path, and of steady traffic lost to it."""
    return failures_per_s * blackout_s


def takeover_blackout_s(mttr_s: float, takeover_s: float) -> float:
    """Mean time without a hub: repair, exponential, or take-over by the stand-by, whichever comes first (s).

    E[min(R, D)] = MTTR (1 - exp(-D / MTTR)). A scenario fits if the stand-by does not fail and the primary is
    in charge again as soon as it is repaired; over MTBF + MTTR it is the share of the time without a hub.
    """
    if not (mttr_s > 0.0 and takeover_s >= 0.0):
        raise ValueError(f"MTTR {mttr_s!r} s, take-over {takeover_s!r} s; expected above 0 and not below 0")
    return -mttr_s * math.expm1(-takeover_s / mttr_s)
