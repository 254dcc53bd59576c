"""Classes of messages of which a higher one goes first.

A scenario fits if several flows of Poisson traffic of different `priority` share one link or one node of one
server, and nothing else does. Without preemption a service once begun is finished (Cobham); with it, it is
interrupted and resumed later.

References
----------
Cobham, A. (1954). Priority assignment in waiting line problems. Operations Research 2, 70-76.
Kleinrock, L. (1976). Queueing Systems, volume 2, chapter 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Class:
    """A class: arrivals per second, and the first two moments of its service (s, s^2)."""

    arrival_rate_per_s: float
    service_mean_s: float
    service_second_moment_s2: float

    @property
    def load(self) -> float:
        """Share of the time the server spends on it."""
        return self.arrival_rate_per_s * self.service_mean_s

    @property
    def residual_s(self) -> float:
        """Mean of what is left of a service of this class that an arrival finds, lambda E[S^2] / 2 (s)."""
        return 0.5 * self.arrival_rate_per_s * self.service_second_moment_s2


def nonpreemptive_waits_s(classes: Sequence[Class]) -> list[float]:
    """Mean wait of each class, the highest first: R / ((1 - s(k-1)) (1 - s(k))) (s).

    R is the residual service of all classes together, s(k) the load of the first k classes.

    Raises
    ------
    ValueError
        If the server cannot keep up with all classes.
    """
    residual_s = sum(each.residual_s for each in classes)
    return [residual_s / ((1.0 - above) * (1.0 - upto)) for above, upto in _loads(classes)]


def preemptive_sojourns_s(classes: Sequence[Class]) -> list[float]:
    """Mean wait and service of each class where a higher one interrupts it, and it resumes (s).

    E[S(k)] / (1 - s(k-1)) + R(k) / ((1 - s(k-1)) (1 - s(k))), with R(k) the residual service of the first k
    classes: a class does not notice those below it.
    """
    sojourns = []
    residual_s = 0.0
    for each, (above, upto) in zip(classes, _loads(classes), strict=True):
        residual_s += each.residual_s
        sojourns.append(each.service_mean_s / (1.0 - above) + residual_s / ((1.0 - above) * (1.0 - upto)))
    return sojourns


def conserved_wait_s(classes: Sequence[Class]) -> float:
    """Sum of load times mean wait over the classes, the same for every order without preemption (s)."""
    load = _loads(classes)[-1][1]
    return load * sum(each.residual_s for each in classes) / (1.0 - load)


def _loads(classes: Sequence[Class]) -> list[tuple[float, float]]:
    """Load of the classes above each, and the same with its own."""
    pairs = []
    above = 0.0
    for each in classes:
        pairs.append((above, above + each.load))
        above += each.load
    if above >= 1.0:
        raise ValueError(f"utilisation is {above:.4g}; a queue settles only below 1")
    return pairs
