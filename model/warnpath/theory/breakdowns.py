"""A server that breaks down and is repaired while messages wait.

A scenario fits if one flow of Poisson traffic is all that one element serves, the element fails by itself
(`mtbf_h`, `mttr_h`) with exponential times, and what is in service at a failure is resumed after repair.
Whether it can fail while idle makes the difference: an element of this model can.

References
----------
White, H. & Christie, L. S. (1958). Queuing with preemptive priorities or with breakdown. Operations Research
6, 79-95. Gaver, D. P. (1962). A waiting line with interrupted service, including priorities. Journal of the
Royal Statistical Society B 24, 73-90. Avi-Itzhak, B. & Naor, P. (1963). Some queuing problems with the
service station subject to breakdown. Operations Research 11, 303-320.
"""

from __future__ import annotations

from warnpath.theory.queues import mg1_wait_s


def mm1_idle_breakdowns_sojourn_s(
    arrival_rate_per_s: float, service_mean_s: float, mtbf_s: float, mttr_s: float
) -> float:
    """Mean wait and service in M/M/1 whose server fails at any time, idle or not, and resumes (s).

    L = lambda ((xi + eta)^2 + xi mu) / ((xi + eta) (eta mu - lambda (xi + eta))), with xi = 1 / MTBF and
    eta = 1 / MTTR; W = L / lambda.

    Raises
    ------
    ValueError
        If the server cannot keep up in the time it is up.
    """
    failing, repairing, serving = 1.0 / mtbf_s, 1.0 / mttr_s, 1.0 / service_mean_s
    both = failing + repairing
    spare = repairing * serving - arrival_rate_per_s * both
    if spare <= 0.0:
        _refuse(arrival_rate_per_s * service_mean_s, repairing / both)
    return (both * both + failing * serving) / (both * spare)


def mg1_idle_breakdowns_sojourn_s(
    arrival_rate_per_s: float,
    service_mean_s: float,
    service_second_moment_s2: float,
    outage: tuple[float, float],
) -> float:
    """Mean wait and service in M/G/1 whose server fails at any time, idle or not, and resumes (s).

    Let V be the work ahead, A and U = 1 - A the shares of the time up and down. In the long run neither
    E[V^2] nor E[V; down] changes, so with x = E[V; up] and R = MTTR lambda E[S^2] / 2 + rho^2 U R = x (1 -
    rho / A) and E[V] = x / A + rho U R. An arrival waits out a repair with probability U, then its and all
    work ahead takes 1 / A times as long: W = U R + (E[V] + E[S]) / A. For exponential service this is White
    and Christie's formula.

    Parameters
    ----------
    arrival_rate_per_s, service_mean_s, service_second_moment_s2 : float
        Arrivals per second, and E[S] (s) and E[S^2] (s^2).
    outage : (float, float)
        MTBF and MTTR, both exponential (s).
    """
    mtbf_s, mttr_s = outage
    up = mtbf_s / (mtbf_s + mttr_s)
    load = arrival_rate_per_s * service_mean_s
    if load >= up:
        _refuse(load, up)
    down_s = (1.0 - up) * mttr_s
    while_up = (0.5 * arrival_rate_per_s * service_second_moment_s2 + load * load * down_s) / (
        1.0 - load / up
    )
    return down_s + (while_up / up + load * down_s + service_mean_s) / up


def mg1_busy_breakdowns_sojourn_s(
    arrival_rate_per_s: float,
    service_mean_s: float,
    service_second_moment_s2: float,
    outage: tuple[float, float],
) -> float:
    """Mean wait and service in M/G/1 whose server fails only while it serves, and resumes (s).

    M/G/1 with the time C from the start of a service to its end in the place of the service:
    E[C] = E[S] (1 + xi / eta), E[C^2] = E[S^2] (1 + xi / eta)^2 + 2 E[S] xi / eta^2.

    Parameters
    ----------
    arrival_rate_per_s, service_mean_s, service_second_moment_s2 : float
        Arrivals per second, and E[S] (s) and E[S^2] (s^2).
    outage : (float, float)
        MTBF, counted while serving, and MTTR, both exponential (s).
    """
    mtbf_s, mttr_s = outage
    stretch = 1.0 + mttr_s / mtbf_s
    mean_s = service_mean_s * stretch
    second_s2 = service_second_moment_s2 * stretch * stretch + 2.0 * service_mean_s * mttr_s * mttr_s / mtbf_s
    return mean_s + mg1_wait_s(arrival_rate_per_s, mean_s, second_s2)


def _refuse(load: float, up: float) -> None:
    raise ValueError(
        f"utilisation is {load:.4g} of a server that is up {up:.4g} of the time; it never settles"
    )
