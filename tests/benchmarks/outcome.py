"""What one replication of the benchmark network ended with, whichever program ran it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

REASONS = ("queue_full", "lost", "link_down", "node_down", "in_flight")
"""Why a message did not arrive, in warnpath's words; `in_flight` is what the end of the run cut off."""


@dataclass(frozen=True)
class Outcome:
    """One replication.

    Attributes
    ----------
    sent, delivered : int
        Messages.
    undelivered : dict of str to int
        By `REASONS`.
    latency_s : float
        Mean time from source to sink of those delivered.
    retransmissions : int
    seconds : float
        Processor time of the replication.
    events : int
        Events that the program counts; each in its own way.
    """

    sent: int
    delivered: int
    undelivered: dict[str, int]
    latency_s: float
    retransmissions: int
    seconds: float
    events: int = 0


QUANTITIES: dict[str, Callable[[Outcome], float]] = {
    "mean latency, s": lambda one: one.latency_s,
    "delivered share": lambda one: one.delivered / one.sent,
    "refused by a full queue": lambda one: one.undelivered["queue_full"],
    "lost after the last try": lambda one: one.undelivered["lost"],
    "lost with a link": lambda one: one.undelivered["link_down"],
    "lost with a node": lambda one: one.undelivered["node_down"],
    "retransmissions": lambda one: one.retransmissions,
}
"""What two programs that simulate the same network must agree on."""

SEEN_FROM_OUTSIDE = ("mean latency, s", "delivered share")
"""What can be told of a program that does not say why a message did not arrive."""


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """Mean over independent replications, and its standard error."""
    mean = math.fsum(values) / len(values)
    square = math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
    return mean, math.sqrt(square / len(values))


def differences(
    first: Sequence[Outcome], second: Sequence[Outcome], names: Sequence[str] = tuple(QUANTITIES)
) -> dict[str, float]:
    """Difference of two programs in standard errors, for each quantity.

    Where both say the same to a millionth it is 0: there may be no chance, and so no error, in it.
    """
    found = {}
    for name in names:
        one, one_error = mean_and_error([QUANTITIES[name](outcome) for outcome in first])
        other, other_error = mean_and_error([QUANTITIES[name](outcome) for outcome in second])
        error = math.hypot(one_error, other_error)
        if math.isclose(one, other, rel_tol=1e-6):
            found[name] = 0.0
        else:
            found[name] = (one - other) / error if error > 0.0 else math.copysign(math.inf, one - other)
    return found
