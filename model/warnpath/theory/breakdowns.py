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
Neuts, M. F. (1981). Matrix-Geometric Solutions in Stochastic Models, chapter 3.
"""

from __future__ import annotations

import numpy as np

from warnpath.theory.queues import mg1_wait_s

MOST_STEPS = 100_000
"""Of the iteration for a matrix-geometric rate, which ends long before at any load below 99 %."""


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


def mg1_refusing_breakdowns(
    arrival_rate_per_s: float,
    service_mean_s: float,
    service_second_moment_s2: float,
    outage: tuple[float, float],
    *,
    only_busy: bool,
) -> tuple[float, float]:
    """Mean time of those taken in, and share refused, where nobody is taken in while the server is down.

    In the clock that runs only while the server is up it is a plain M/G/1, of which a message sees W; in real
    time it takes 1 + xi / eta times as long, for the server works all the time a message is there. Refused
    are those that find it down: the share U of all time, or, if it fails only while busy, rho xi / eta over 1
    + rho xi / eta.

    Parameters
    ----------
    arrival_rate_per_s, service_mean_s, service_second_moment_s2 : float
        Arrivals per second, and E[S] (s) and E[S^2] (s^2).
    outage : (float, float)
        MTBF (of busy time, if `only_busy`) and MTTR, both exponential (s).
    only_busy : bool
        Whether it fails only while it serves.
    """
    mtbf_s, mttr_s = outage
    sojourn_s = service_mean_s + mg1_wait_s(arrival_rate_per_s, service_mean_s, service_second_moment_s2)
    down = mttr_s / mtbf_s * (arrival_rate_per_s * service_mean_s if only_busy else 1.0)
    return sojourn_s * (1.0 + mttr_s / mtbf_s), down / (1.0 + down)


def mm1_losing_breakdowns(
    arrival_rate_per_s: float, service_mean_s: float, mtbf_s: float, mttr_s: float, *, only_busy: bool
) -> tuple[float, float]:
    """Mean time of those served, and share lost, where a failure loses what is in service; the queue waits.

    The number present and the state of the server are a Markov chain of levels, whose stationary law is
    matrix-geometric (Neuts, 1981): pi(n + 1) = pi(n) R, with R the least solution of
    A0 + R A1 + R^2 A2 = 0. Whether a service ends well does not depend on the wait before it, so those
    served waited as long as all, Lq / lambda, and were in service for 1 / (mu + xi).

    Parameters
    ----------
    arrival_rate_per_s, service_mean_s : float
        Arrivals per second; mean of the exponential service (s).
    mtbf_s, mttr_s : float
        Of exponential outages (s).
    only_busy : bool
        Whether it fails only while it serves.
    """
    coming, serving, failing, repairing = (
        arrival_rate_per_s,
        1.0 / service_mean_s,
        1.0 / mtbf_s,
        1.0 / mttr_s,
    )
    up = np.diag([coming, coming])
    down = np.array([[serving, failing], [0.0, 0.0]])
    level = np.array([[-(coming + serving + failing), 0.0], [repairing, -(coming + repairing)]])
    idle = 0.0 if only_busy else failing
    bottom = np.array([[-(coming + idle), idle], [repairing, -(coming + repairing)]])
    # Drift: in the long run of a busy server more must be done than comes.
    share = repairing / (repairing + failing)
    if coming >= share * (serving + failing):
        _refuse(coming * service_mean_s, share)
    ratio = np.zeros((2, 2))
    inverse = np.linalg.inv(-level)
    for _ in range(MOST_STEPS):
        new = (up + ratio @ ratio @ down) @ inverse
        step = float(np.abs(new - ratio).max())
        ratio = new
        if step < 1e-15:
            break
    rest = np.linalg.inv(np.eye(2) - ratio)
    equations = np.vstack([(bottom + ratio @ down).T, rest.sum(axis=1)])
    start = np.linalg.lstsq(equations, np.array([0.0, 0.0, 1.0]), rcond=None)[0]
    # While the server is down at level n, all n wait; while it is up, all but the one in service.
    number = start @ ratio @ rest @ rest
    serves = start @ ratio @ rest
    waiting = float(number.sum() - serves[0])
    return waiting / coming + 1.0 / (serving + failing), failing / (serving + failing)
