"""Waits at servers with Poisson arrivals and unlimited queues, first come first served.

A scenario fits these forms if one flow of Poisson traffic is all that one link or node serves, and nothing
there fails, is lost, jitters or is limited. On a link the service is the transmission (size over capacity):
fixed sizes give M/D/1, exponential ones M/M/1. At a node it is `service`, by one of `servers`.

References
----------
Kleinrock, L. (1975). Queueing Systems, volume 1, chapters 3 and 5 (M/M/1; Pollaczek and Khinchine's formula).
Erlang, A. K. (1909). The theory of probabilities and telephone conversations (M/D/1).
Erlang, A. K. (1917). Solution of some problems in the theory of probabilities (M/M/c).
Franx, G. J. (2001). A simple solution for the M/D/c waiting time distribution. Operations Research Letters
29, 221-229.
"""

from __future__ import annotations

import math


def mg1_wait_s(arrival_rate_per_s: float, service_mean_s: float, service_second_moment_s2: float) -> float:
    """Mean wait in the queue of M/G/1: lambda E[S^2] / (2 (1 - rho)), with rho = lambda E[S].

    Parameters
    ----------
    arrival_rate_per_s : float
        Arrivals per second, lambda.
    service_mean_s : float
        Mean service time E[S] (s).
    service_second_moment_s2 : float
        E[S^2] (s^2).

    Returns
    -------
    float
        Mean wait before service (s).

    Raises
    ------
    ValueError
        If the server cannot keep up (rho >= 1), where there is no mean wait.
    """
    load = utilisation(arrival_rate_per_s, service_mean_s)
    return arrival_rate_per_s * service_second_moment_s2 / (2.0 * (1.0 - load))


def mg1_wait_variance_s2(
    arrival_rate_per_s: float,
    service_mean_s: float,
    service_second_moment_s2: float,
    service_third_moment_s3: float,
) -> float:
    """Variance of the wait of M/G/1: lambda E[S^3] / (3 (1 - rho)) + Wq^2 (s^2); Takacs (1962)."""
    load = utilisation(arrival_rate_per_s, service_mean_s)
    wait_s = mg1_wait_s(arrival_rate_per_s, service_mean_s, service_second_moment_s2)
    return arrival_rate_per_s * service_third_moment_s3 / (3.0 * (1.0 - load)) + wait_s * wait_s


def mm1_wait_s(arrival_rate_per_s: float, service_mean_s: float) -> float:
    """Mean wait in the queue of M/M/1, service exponential: rho E[S] / (1 - rho) (s)."""
    return mg1_wait_s(arrival_rate_per_s, service_mean_s, 2.0 * service_mean_s * service_mean_s)


def mm1_sojourn_quantile_s(arrival_rate_per_s: float, service_mean_s: float, probability: float) -> float:
    """Quantile of wait and service in M/M/1: together exponential with rate mu - lambda (s)."""
    load = utilisation(arrival_rate_per_s, service_mean_s)
    return -math.log1p(-probability) * service_mean_s / (1.0 - load)


def mm1_wait_quantile_s(arrival_rate_per_s: float, service_mean_s: float, probability: float) -> float:
    """Quantile of the wait of M/M/1: P(Wq > t) = rho exp(-(mu - lambda) t), and 0 with 1 - rho (s)."""
    load = utilisation(arrival_rate_per_s, service_mean_s)
    if probability <= 1.0 - load:
        return 0.0
    return math.log(load / (1.0 - probability)) * service_mean_s / (1.0 - load)


def md1_wait_s(arrival_rate_per_s: float, service_s: float) -> float:
    """Mean wait in the queue of M/D/1, service constant: rho S / (2 (1 - rho)) (s), half that of M/M/1."""
    return mg1_wait_s(arrival_rate_per_s, service_s, service_s * service_s)


def md1_wait_probability(arrival_rate_per_s: float, service_s: float, wait_s: float) -> float:
    """Probability that the wait in M/D/1 is at most `wait_s`, by Franx's formula.

    With k the least integer such that t < k S and u = k S - t, P(Wq <= t) = sum over j < k of
    Q(k - 1 - j) (lambda u)^j exp(-lambda u) / j!, where Q(m) is the probability that at most m wait. All
    terms are positive, unlike those of Erlang's formula, which needs tens of digits more than a double has.

    Parameters
    ----------
    arrival_rate_per_s : float
        Arrivals per second.
    service_s : float
        Service time (s).
    wait_s : float
        Wait t (s).
    """
    if wait_s < 0.0:
        return 0.0
    k = math.floor(wait_s / service_s) + 1
    waiting = _cumulative(md1_states(arrival_rate_per_s, service_s, k + 1))
    mean = arrival_rate_per_s * (k * service_s - wait_s)
    weight = math.exp(-mean)
    total = 0.0
    for j in range(k):
        total += waiting[k - j] * weight
        weight *= mean / (j + 1)
    return min(total, 1.0)


def md1_wait_quantile_s(arrival_rate_per_s: float, service_s: float, probability: float) -> float:
    """Quantile of the wait of M/D/1 by bisection of `md1_wait_probability` (s)."""
    if probability <= 1.0 - utilisation(arrival_rate_per_s, service_s):
        return 0.0
    low, high = 0.0, service_s
    while md1_wait_probability(arrival_rate_per_s, service_s, high) < probability:
        low, high = high, 2.0 * high
    while high - low > 1e-13 * high:
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if md1_wait_probability(arrival_rate_per_s, service_s, middle) < probability:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def md1_states(arrival_rate_per_s: float, service_s: float, count: int) -> list[float]:
    """Probabilities of 0, 1, ... `count` - 1 customers in M/D/1, those served included.

    What goes up over the line between n and n + 1 comes down over it: p(n + 1) a(0) = p(0) P(A > n) + sum
    over i = 1..n of p(i) P(A > n + 1 - i), with A the arrivals in one service. No term is subtracted.
    """
    load = utilisation(arrival_rate_per_s, service_s)
    states = [1.0 - load]
    beyond = poisson_tails(load, count)
    for n in range(count - 1):
        up = states[0] * beyond[n] + sum(states[i] * beyond[n + 1 - i] for i in range(1, n + 1))
        states.append(up / math.exp(-load))
    return states


def mmc_wait_s(arrival_rate_per_s: float, service_mean_s: float, servers: int) -> float:
    """Mean wait in the queue of M/M/c: C E[S] / (c - a), with a = lambda E[S] and Erlang's C (s)."""
    offered = arrival_rate_per_s * service_mean_s
    return erlang_c(offered, servers) * service_mean_s / (servers - offered)


def erlang_b(offered: float, servers: int) -> float:
    """Probability that all servers are busy where nobody waits: B(c) = a B(c-1) / (c + a B(c-1)).

    Parameters
    ----------
    offered : float
        Arrivals in a mean service time, a.
    servers : int
        Number of servers, c.
    """
    if offered < 0.0 or servers < 1:
        raise ValueError(f"{offered!r} erlang on {servers} servers; expected at least 0 and 1")
    blocking = 1.0
    for count in range(1, servers + 1):
        blocking = offered * blocking / (count + offered * blocking)
    return blocking


def erlang_c(offered: float, servers: int) -> float:
    """Probability of having to wait in M/M/c: B / (1 - rho (1 - B)), with rho = a / c.

    Raises
    ------
    ValueError
        If the servers cannot keep up.
    """
    load = utilisation(offered / servers, 1.0)
    blocking = erlang_b(offered, servers)
    return blocking / (1.0 - load * (1.0 - blocking))


def utilisation(arrival_rate_per_s: float, service_mean_s: float) -> float:
    """Share of the time the server is busy, lambda E[S].

    Raises
    ------
    ValueError
        If a rate or time is negative, or the server cannot keep up.
    """
    if arrival_rate_per_s < 0.0 or service_mean_s < 0.0:
        raise ValueError(
            f"arrivals {arrival_rate_per_s!r}/s, service {service_mean_s!r} s; expected no negative value"
        )
    load = arrival_rate_per_s * service_mean_s
    if load >= 1.0:
        raise ValueError(f"utilisation is {load:.4g}; a queue settles only below 1")
    return load


def poisson_tails(mean: float, count: int) -> list[float]:
    """P(A > 0), P(A > 1), ... P(A > `count` - 1) of a Poisson number, each summed from its far end."""
    last = count + 30 + int(mean + 10.0 * math.sqrt(mean))
    weights = [math.exp(-mean + n * math.log(mean) - math.lgamma(n + 1)) if mean > 0.0 else float(n == 0)
               for n in range(last)]  # fmt: skip
    tails = []
    total = 0.0
    for n in range(last - 1, 0, -1):
        total += weights[n]
        if n <= count:
            tails.append(total)
    return tails[::-1]


def _cumulative(values: list[float]) -> list[float]:
    total = 0.0
    sums = []
    for value in values:
        total += value
        sums.append(total)
    return sums
