"""Age of information: how old the newest news is that the receiver has.

Its average over time is larger than the delay, for news also grows old between updates. A scenario fits the
queues if one flow of updates passes one queue; the scans, if a sensor's scans are each delivered with a fixed
probability after a fixed delay.

References
----------
Kaul, S., Yates, R. & Gruteser, M. (2012). Real-time status: how often should one update? IEEE INFOCOM,
2731-2735.
Costa, M., Codreanu, M. & Ephremides, A. (2016). On the age of information in status update systems with
packet management. IEEE Transactions on Information Theory 62, 1897-1910.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import optimize

from warnpath.theory.queues import md1_wait_s, utilisation


@dataclass(frozen=True)
class Age:
    """Mean age over time, and mean age just before an update replaces it (s)."""

    mean_s: float
    peak_s: float


def mm1_age(arrival_rate_per_s: float, service_mean_s: float) -> Age:
    """M/M/1: mean (1 + 1/rho + rho^2 / (1 - rho)) / mu; peak 1/lambda + 1 / (mu - lambda) (s)."""
    load = utilisation(arrival_rate_per_s, service_mean_s)
    mean = service_mean_s * (1.0 + 1.0 / load + load * load / (1.0 - load))
    return Age(mean, 1.0 / arrival_rate_per_s + service_mean_s / (1.0 - load))


def md1_age(arrival_rate_per_s: float, service_s: float) -> Age:
    """M/D/1: mean (1/2 + 1 / (2 (1 - rho)) + (1 - rho) e^rho / rho) / mu; peak 1/lambda + W (s)."""
    load = utilisation(arrival_rate_per_s, service_s)
    mean = service_s * (0.5 + 0.5 / (1.0 - load) + (1.0 - load) * math.exp(load) / load)
    return Age(mean, 1.0 / arrival_rate_per_s + service_s + md1_wait_s(arrival_rate_per_s, service_s))


def dm1_age(interval_s: float, service_mean_s: float) -> Age:
    """D/M/1: mean (1 / (2 rho) + 1 / (1 - beta)) / mu, beta = exp(-(1 - beta) / rho); peak T + W (s)."""
    load = utilisation(1.0 / interval_s, service_mean_s)
    root = dm1_root(load)
    sojourn_s = service_mean_s / (1.0 - root)
    return Age(0.5 * interval_s + sojourn_s, interval_s + sojourn_s)


def dm1_root(load: float) -> float:
    """Probability that an update of D/M/1 has to wait: the root beta = exp(-(1 - beta) / rho) below 1."""
    return float(
        optimize.brentq(lambda b: b - math.exp(-(1.0 - b) / load), 0.0, 1.0 - 1e-9, xtol=1e-16, rtol=8.9e-16)
    )


def newest_first_age_s(arrival_rate_per_s: float, service_mean_s: float) -> float:
    """M/M/1 where the newest update takes the server from an older one: 1/lambda + 1/mu (s)."""
    return 1.0 / arrival_rate_per_s + service_mean_s


def replaced_age_s(arrival_rate_per_s: float, service_mean_s: float) -> float:
    """M/M/1 where one update may wait, and a newer one takes its place: M/M/1/2* of Costa et al. (s).

    Mean (1 + 1/rho + rho^2 (1 + 3 rho + rho^2) / ((1 + rho + rho^2) (1 + rho)^2)) / mu. It falls with the
    load whatever it is: there is no best one.
    """
    load = arrival_rate_per_s * service_mean_s
    held = load * load * (1.0 + 3.0 * load + load * load)
    held /= (1.0 + load + load * load) * (1.0 + load) ** 2
    return service_mean_s * (1.0 + 1.0 / load + held)


def replaced_share(arrival_rate_per_s: float, service_mean_s: float) -> float:
    """Share of the updates of such a queue that a newer one replaces: rho^2 / (1 + rho + rho^2)."""
    load = arrival_rate_per_s * service_mean_s
    return load * load / (1.0 + load + load * load)


def periodic_age(interval_s: float, delay_s: float, delivered: float = 1.0) -> Age:
    """Updates every interval, each delivered with a probability after a fixed delay.

    Gaps Y between updates that arrive are T times a geometric number: mean E[Y^2] / (2 E[Y]) + d, peak
    E[Y] + d (s).

    Parameters
    ----------
    interval_s, delay_s : float
        Interval T and delay d (s).
    delivered : float
        Probability p that an update arrives, independent of others.
    """
    if not 0.0 < delivered <= 1.0:
        raise ValueError(f"delivered with probability {delivered!r}; expected above 0 and at most 1")
    gap_s = interval_s / delivered
    second_s2 = interval_s * interval_s * (2.0 - delivered) / (delivered * delivered)
    return Age(0.5 * second_s2 / gap_s + delay_s, gap_s + delay_s)


def best_mm1_load() -> float:
    """Load at which the mean age of M/M/1 is least, about 0.531."""
    # d/drho (1/rho + rho^2 / (1 - rho)) = 0, that is rho^4 - 2 rho^3 + rho^2 - 2 rho + 1 = 0.
    return float(optimize.brentq(lambda r: r**4 - 2.0 * r**3 + r**2 - 2.0 * r + 1.0, 0.1, 0.9, xtol=1e-15))
