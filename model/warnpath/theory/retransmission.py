"""Delay of a message that is sent again after a time-out until it gets through.

Source: elementary; the number of attempts is geometric. With a limit of attempts it is a geometric cut off
there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def delivery_probability(loss: float, max_attempts: int | None = None) -> float:
    """Probability that a message gets through at all: 1 - loss^attempts, or 1 without a limit.

    Parameters
    ----------
    loss : float
        Probability that one attempt is lost, 0 <= loss < 1.
    max_attempts : int, optional
        Limit of attempts.
    """
    _check(loss, max_attempts)
    return 1.0 if max_attempts is None else 1.0 - loss**max_attempts


def stop_and_wait_mean_s(
    one_way_s: float, timeout_s: float, loss: float, max_attempts: int | None = None
) -> float:
    """Mean delay of the first delivery, given that there is one.

    d + t (E[G] - 1), with d the one-way delay, t the time-out and G the number of attempts. Without a limit
    E[G] - 1 = p / (1 - p); with at most m attempts, p / (1 - p) - m p^m / (1 - p^m).

    Parameters
    ----------
    one_way_s : float
        One-way delay d of an attempt that gets through (s).
    timeout_s : float
        Time from one attempt to the next, t (s).
    loss : float
        Probability p that one attempt is lost, 0 <= p < 1.
    max_attempts : int, optional
        Limit m of attempts.

    Returns
    -------
    float
        Mean delay (s).
    """
    _check(loss, max_attempts)
    repeats = loss / (1.0 - loss)
    if max_attempts is not None:
        repeats -= max_attempts * loss**max_attempts / (1.0 - loss**max_attempts)
    return one_way_s + timeout_s * repeats


def stop_and_wait_sd_s(timeout_s: float, loss: float) -> float:
    """Standard deviation of that delay without a limit of attempts: t sqrt(p) / (1 - p) (s)."""
    _check(loss, None)
    return timeout_s * math.sqrt(loss) / (1.0 - loss)


def stop_and_wait_quantile_s(one_way_s: float, timeout_s: float, loss: float, probability: float) -> float:
    """Quantile of that delay without a limit: d + t (g - 1), g the least with 1 - p^g >= probability (s)."""
    _check(loss, None)
    attempts, lost = 1, loss
    while 1.0 - lost < probability:
        attempts += 1
        lost *= loss
    return one_way_s + timeout_s * (attempts - 1)


def more_than_attempts(loss: float, attempts: int) -> float:
    """Probability that more than as many attempts are needed: p^attempts."""
    _check(loss, None)
    return loss**attempts


def backoff_mean_s(one_way_s: float, timeouts_s: Sequence[float], loss: float) -> float:
    """Mean delay, given delivery, where each time-out is longer than the one before.

    Attempt m + 1 follows the first m time-outs; there is one attempt more than time-outs, then the sender
    gives up (`delivery_probability`).

    Parameters
    ----------
    one_way_s : float
        One-way delay of an attempt that gets through (s).
    timeouts_s : sequence of float
        Time from each attempt to the next (s).
    loss : float
        Probability that one attempt is lost.
    """
    _check(loss, len(timeouts_s) + 1)
    weight, waited_s, total_s, delivered = 1.0 - loss, 0.0, 0.0, 0.0
    for timeout_s in (*timeouts_s, 0.0):
        total_s += weight * (one_way_s + waited_s)
        delivered += weight
        weight *= loss
        waited_s += timeout_s
    return total_s / delivered


def _check(loss: float, max_attempts: int | None) -> None:
    if not 0.0 <= loss < 1.0:
        raise ValueError(f"loss is {loss!r}; expected a probability below 1")
    if max_attempts is not None and max_attempts < 1:
        raise ValueError(f"max_attempts is {max_attempts!r}; expected at least 1")
