"""Queues with room for few: what is refused, and how long what is taken in stays.

A scenario fits if one flow of Poisson traffic is all that one link (sizes fixed or exponential) or one node
of one server (service fixed or exponential) serves, and `queue_limit` is its only limit. `queue_limit` counts
those that wait, so K = queue_limit + 1.

References
----------
Kleinrock, L. (1975). Queueing Systems, volume 1, section 3.6 (M/M/1/K).
Gross, D. & Harris, C. M. (1998). Fundamentals of Queueing Theory, 3rd ed., section 5.1.8 (M/G/1/K).
Brun, O. & Garcia, J.-M. (2000). Analytical solution of finite capacity M/D/1 queues. Journal of Applied
Probability 37, 1092-1098.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from warnpath.theory.queues import poisson_tails


@dataclass(frozen=True)
class FiniteQueue:
    """Stationary figures of a queue with room for K, the one in service included.

    Attributes
    ----------
    loss : float
        Probability that an arrival is refused.
    mean_number : float
        Mean number present, L.
    sojourn_s : float
        Mean wait and service of those that are taken in (s).
    throughput_per_s : float
        Those taken in per second.
    """

    loss: float
    mean_number: float
    sojourn_s: float
    throughput_per_s: float


def mm1k(arrival_rate_per_s: float, service_mean_s: float, room: int) -> FiniteQueue:
    """M/M/1/K: p(n) = (1 - r) r^n / (1 - r^(K+1)), r = lambda E[S]; 1 / (K + 1) each where r = 1.

    Parameters
    ----------
    arrival_rate_per_s : float
        Arrivals per second; they may exceed what the server can do.
    service_mean_s : float
        Mean of the exponential service (s).
    room : int
        Most customers present, K.
    """
    _check(arrival_rate_per_s, service_mean_s, room)
    ratio = arrival_rate_per_s * service_mean_s
    weights = [ratio**n for n in range(room + 1)]
    return _figures([weight / sum(weights) for weight in weights], arrival_rate_per_s)


def md1k(arrival_rate_per_s: float, service_s: float, room: int) -> FiniteQueue:
    """M/D/1/K by the chain embedded at departures.

    With w(n) the unnormalised probabilities that a departure leaves n = 0 ... K - 1 behind (the same as
    without a limit, but for a constant) and pi their normalisation, an arrival meets n with pi(n) / (pi(0) +
    rho), and a full system with the rest.
    """
    _check(arrival_rate_per_s, service_s, room)
    load = arrival_rate_per_s * service_s
    beyond = poisson_tails(load, room + 1)
    weights = [1.0]
    for n in range(room - 1):
        up = weights[0] * beyond[n] + sum(weights[i] * beyond[n + 1 - i] for i in range(1, n + 1))
        weights.append(up / math.exp(-load))
    total = sum(weights)
    share = weights[0] / total + load
    states = [weight / total / share for weight in weights]
    states.append(1.0 - sum(states))
    return _figures(states, arrival_rate_per_s)


def _figures(states: list[float], arrival_rate_per_s: float) -> FiniteQueue:
    loss = states[-1]
    mean_number = sum(n * probability for n, probability in enumerate(states))
    throughput = arrival_rate_per_s * (1.0 - loss)
    return FiniteQueue(loss, mean_number, mean_number / throughput, throughput)


def _check(arrival_rate_per_s: float, service_s: float, room: int) -> None:
    if not (arrival_rate_per_s > 0.0 and service_s > 0.0 and room >= 1):
        raise ValueError(
            f"arrivals {arrival_rate_per_s!r}/s, service {service_s!r} s, room for {room}; "
            "expected all above 0"
        )
