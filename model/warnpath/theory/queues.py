"""Mean waits at one server with Poisson arrivals, first come first served.

References
----------
Kleinrock, L. (1975). Queueing Systems, volume 1, chapters 3 and 5 (M/M/1; Pollaczek and Khinchine's formula).
Erlang, A. K. (1909). The theory of probabilities and telephone conversations (M/D/1).
"""

from __future__ import annotations


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


def mm1_wait_s(arrival_rate_per_s: float, service_mean_s: float) -> float:
    """Mean wait in the queue of M/M/1, service exponential: rho E[S] / (1 - rho) (s)."""
    return mg1_wait_s(arrival_rate_per_s, service_mean_s, 2.0 * service_mean_s * service_mean_s)


def md1_wait_s(arrival_rate_per_s: float, service_s: float) -> float:
    """Mean wait in the queue of M/D/1, service constant: rho S / (2 (1 - rho)) (s), half that of M/M/1."""
    return mg1_wait_s(arrival_rate_per_s, service_s, service_s * service_s)


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
