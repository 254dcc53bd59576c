"""Closed forms of links that are there at times, and of updates that replace each other, by second routes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from warnpath.theory.age import mm1_age, replaced_age_s, replaced_share
from warnpath.theory.contacts import waiting_mean_s, waiting_share
from warnpath.theory.slots import slotted_wait_s


def wait_by_the_chain_of_slots(rate: float, slots: int, gap_s: float, most: int = 200) -> float:
    """Mean wait from the stationary law of the work left, in slots, when a slot begins."""
    chances = stats.poisson.pmf(np.arange(40), rate * gap_s)
    moves = np.zeros((most, most))
    for work in range(most):
        for number, chance in enumerate(chances):
            moves[work, min(max(work - 1, 0) + slots * number, most - 1)] += chance
    balance = moves.T - np.eye(most)
    balance[-1] = 1.0
    weights = np.linalg.solve(balance, np.eye(most)[-1])
    left = float(np.maximum(np.arange(most) - 1, 0) @ weights)
    # Half a gap until the next slot begins; before it what is left and what came earlier in the same gap.
    return gap_s * (0.5 + left + slots * rate * gap_s / 2.0)


@pytest.mark.parametrize(("rate", "slots", "gap_s"), [(0.6, 1, 1.0), (0.25, 3, 1.0), (2.9, 2, 0.125)])
def test_slots(rate: float, slots: int, gap_s: float) -> None:
    exact = wait_by_the_chain_of_slots(rate, slots, gap_s)
    assert slotted_wait_s(rate, slots, gap_s) == pytest.approx(exact, rel=1e-8)


def test_too_few_slots_never_settle() -> None:
    with pytest.raises(ValueError, match=r"utilisation is 1\.2"):
        slotted_wait_s(0.4, 3, 1.0)


def test_contacts_that_repeat() -> None:
    # Gaps of 8 and 13 s in 30 s: integrated by the second, at the middle of each tenth.
    gaps, period_s = [8.0, 13.0], 30.0
    waits = []
    for moment in np.arange(0.05, period_s, 0.1):
        opens = next(start for start, end in ((3, 7), (15, 20), (33, 37)) if moment < end)
        waits.append(max(opens - moment, 0.0))
    assert waiting_mean_s(gaps, period_s) == pytest.approx(float(np.mean(waits)), rel=1e-4)
    assert waiting_share(gaps, period_s) == pytest.approx(0.7, rel=1e-12)
    with pytest.raises(ValueError, match="expected at most the period"):
        waiting_mean_s([20.0, 11.0], period_s)


def age_by_hybrid_states(rate: float, service_rate: float) -> float:
    """Mean age of M/M/1/2* as a stochastic hybrid system (Yates & Kaul 2019, theorem 4), solved as it stands.

    Ages (receiver's, of what is served, of what waits) in the states nobody, one, two in the system.
    """
    stays = np.diag([1.0, 0.0, 0.0])
    served, both = np.diag([1.0, 1.0, 0.0]), np.eye(3)
    first, second = np.zeros((3, 3)), np.zeros((3, 3))
    first[1, 0] = second[1, 0] = second[2, 1] = 1.0
    jumps = [
        (0, 1, rate, stays), (1, 0, service_rate, first), (1, 2, rate, served), (2, 2, rate, served),
        (2, 1, service_rate, second),
    ]  # fmt: skip
    load = rate / service_rate
    shares = np.array([1.0, load, load * load]) / (1.0 + load + load * load)
    growth = [np.diag(stays), np.diag(served), np.diag(both)]
    system, right = np.zeros((9, 9)), np.zeros(9)
    for state in range(3):
        out = sum(speed for tail, _, speed, _ in jumps if tail == state)
        system[3 * state : 3 * state + 3, 3 * state : 3 * state + 3] += out * np.eye(3)
        right[3 * state : 3 * state + 3] = growth[state] * shares[state]
    for tail, head, speed, matrix in jumps:
        system[3 * head : 3 * head + 3, 3 * tail : 3 * tail + 3] -= speed * matrix.T
    ages = np.linalg.solve(system, right)
    return float(ages[0] + ages[3] + ages[6])


@pytest.mark.parametrize(("rate", "service_s"), [(0.53, 1.0), (0.9, 1.0), (2.0, 1.0), (30.0, 0.05)])
def test_age_of_updates_that_replace_each_other(rate: float, service_s: float) -> None:
    exact = age_by_hybrid_states(rate, 1.0 / service_s)
    assert replaced_age_s(rate, service_s) == pytest.approx(exact, rel=1e-12)
    load = rate * service_s
    assert replaced_share(rate, service_s) == pytest.approx(load**2 / (1 + load + load**2), rel=1e-12)
    if load < 1.0:
        assert exact < mm1_age(rate, service_s).mean_s
