"""How long and how often a scenario is run for a wanted standard error.

What is estimated is the mean over replications, each of which ends its warm-up, is measured, and waits until
the fate of what was measured is known. With a relaxation time tau and the standard deviation over mean c of
what is measured, a time T in all gives a relative standard error of about c sqrt(2 tau / T); where samples
are independent it is c / sqrt(n). The error that is reported is not this but that of the replications, which
need no assumption.
"""

from __future__ import annotations

from dataclasses import dataclass

from warnpath.study.verification.forms.base import Check

REPLICATIONS = 40
"""Enough for Student's distribution with 39 degrees of freedom to be nearly normal."""
QUICK_REPLICATIONS = 20
WARM_UP_RELAXATIONS = 20.0
"""What is left of the empty start is then e^-20 of it, far below any standard error here."""
LEAST_RELAXATIONS = 20.0
"""Shortest time measured in a replication, so that replications are not made of their beginnings."""
WANTED, QUICK = 0.01, 0.04
"""Relative standard error that is aimed at."""
MOST_EVENTS, QUICK_EVENTS = 300_000, 30_000
"""Most things measured in all replications of a check; a scenario that needs more gets a larger error."""
BOUND_EVENTS = 20_000


@dataclass(frozen=True)
class RunPlan:
    """Replications, and the times of each (s)."""

    replications: int
    warm_up_s: float
    measured_s: float
    tail_s: float

    @property
    def duration_s(self) -> float:
        """Time of a replication (s)."""
        return self.warm_up_s + self.measured_s + self.tail_s


def plan_run(checks: list[Check], *, quick: bool, larger: float = 1.0) -> RunPlan:
    """Run that serves several checks at once.

    Parameters
    ----------
    checks : list of Check
        What is to be measured.
    quick : bool
        Aim at a larger error.
    larger : float
        Factor by which the time measured is longer than it would be.
    """
    replications = QUICK_REPLICATIONS if quick else REPLICATIONS
    wanted, most = (QUICK, QUICK_EVENTS) if quick else (WANTED, MOST_EVENTS)
    measured_s = least_s = 0.0
    replications = max(replications, *(check.replications // (8 if quick else 1) for check in checks))
    fastest_per_s = max(check.events_per_s for check in checks)
    for check in checks:
        if check.quantities and not check.replications:
            dependent_s = max(2.0 * check.relaxation_s, 1.0 / check.events_per_s)
            needed_s = dependent_s * (check.spread / wanted) ** 2
            # What is frequent in one check is simulated, and recorded, for the others too.
            measured_s = max(measured_s, min(needed_s, most / fastest_per_s) / replications)
            least_s = max(least_s, LEAST_RELAXATIONS * check.relaxation_s)
        elif not check.quantities:
            measured_s = max(measured_s, BOUND_EVENTS / fastest_per_s / replications)
    relaxation_s = max(check.relaxation_s for check in checks)
    return RunPlan(
        replications=replications,
        warm_up_s=WARM_UP_RELAXATIONS * relaxation_s,
        measured_s=larger * max(measured_s, least_s),
        tail_s=max(check.tail_s for check in checks),
    )
