"""Closed forms of failures, repair, loss and failover against published values and second routes."""

from __future__ import annotations

import math
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import linalg

from warnpath.theory.availability import (
    availability,
    availability_at,
    covariance_integral_s,
    duplicate_exceeds,
    duplicate_mean_s,
    held_mean_s,
    held_quantile_s,
    series_exceeds,
    series_mean_s,
    series_quantile_s,
    shared_risk_unavailability,
)
from warnpath.theory.bursts import GilbertElliott
from warnpath.theory.contacts import Contact, earliest_arrivals_s
from warnpath.theory.failover import Hellos, blackout_mean_s, lost_share
from warnpath.theory.first_passage import failure_frequency, k_of_n_availability, mean_time_to_failure
from warnpath.theory.retransmission import (
    backoff_mean_s,
    delivery_probability,
    more_than_attempts,
    stop_and_wait_quantile_s,
)

EXACT = 1e-9
YEAR_MIN = 365.25 * 24 * 60


def test_an_element_that_fails_and_is_repaired() -> None:
    # Barlow & Proschan: MTBF 1000 h, MTTR 4 h; up after 1 h and 8 h; minutes down a year.
    assert availability(1000.0, 4.0) == pytest.approx(0.9960159362549801, rel=EXACT)
    assert availability_at(1000.0, 4.0, 1.0) == pytest.approx(0.9991156269783226, rel=EXACT)
    assert availability_at(1000.0, 4.0, 8.0) == pytest.approx(0.9965508243831642, rel=EXACT)
    assert (1 - availability(1000.0, 4.0)) * YEAR_MIN == pytest.approx(2095.458167330675, rel=EXACT)
    with pytest.raises(ValueError, match="MTBF 0"):
        availability(0, 1.0)


def test_variance_of_a_realised_availability() -> None:
    # Simulated here: 400 runs of 2000 s, up 30 s and down 20 s in the mean, started in equilibrium.
    generator = np.random.default_rng(11)
    length, runs = 2000.0, 400
    shares = []
    for _ in range(runs):
        up, time, total = generator.random() < 0.6, 0.0, 0.0
        while time < length:
            span = min(generator.exponential(30.0 if up else 20.0), length - time)
            total += span * up
            time, up = time + span, not up
        shares.append(total / length)
    exact = covariance_integral_s(30.0, 20.0) / length
    # The variance of a sample variance of normal numbers is 2 s^4 / (n - 1).
    assert abs(np.var(shares, ddof=1) - exact) < 4.0 * exact * math.sqrt(2.0 / (runs - 1))
    assert abs(np.mean(shares) - 0.6) < 4.0 * math.sqrt(exact / runs)


def test_holding_for_repair() -> None:
    # Renewal theory: MTBF 3600 s, MTTR 60 s, 0.05 s on the way.
    up = availability(3600.0, 60.0)
    assert held_mean_s(up, 60.0, 0.05) == pytest.approx(1.0336065573770503, rel=EXACT)
    found = [held_quantile_s(up, 60.0, p, 0.05) for p in (0.5, 0.9, 0.99, 0.999)]
    assert found == pytest.approx([0.05, 0.05, 29.70777930888682, 167.86288488852958], rel=EXACT)


def test_links_in_series_that_hold() -> None:
    # Three links up 99 % of the time, MTTR 60 s: binomial mixture of Erlang.
    assert series_mean_s(0.99, 60.0, 3) == pytest.approx(1.8, rel=EXACT)
    assert 1 - series_exceeds(0.99, 60.0, 3, 0.0) == pytest.approx(0.970299, rel=EXACT)
    assert series_exceeds(0.99, 60.0, 3, 60.0) == pytest.approx(0.011036199295422695, rel=EXACT)
    assert series_exceeds(0.99, 60.0, 3, 300.0) == pytest.approx(0.00021024752918596357, rel=EXACT)
    found = [series_quantile_s(0.99, 60.0, 3, p) for p in (0.5, 0.99, 0.999)]
    assert found == pytest.approx([0.0, 65.97527222223496, 205.50960527026388], rel=EXACT)
    assert series_quantile_s(0.99, 60.0, 1, 0.999) == pytest.approx(
        held_quantile_s(0.99, 60.0, 0.999), rel=EXACT
    )


def test_two_paths_that_hold_and_the_faster_copy_counts() -> None:
    ups, mttrs = (0.99, 0.98), (60.0, 120.0)
    assert duplicate_mean_s(ups, mttrs) == pytest.approx(0.008, rel=EXACT)
    assert 1 - duplicate_exceeds(ups, mttrs, 0.0) == pytest.approx(0.9998, rel=EXACT)
    assert duplicate_exceeds(ups, mttrs, 60.0) == pytest.approx(4.462603202968597e-05, rel=EXACT)


def test_shared_risk() -> None:
    # RFC 4202: two paths down 1 % each, and what they share 0.2 %.
    assert shared_risk_unavailability((0.01, 0.01), 0.0) == pytest.approx(0.0001, rel=EXACT)
    assert shared_risk_unavailability((0.01, 0.01), 0.002) == pytest.approx(0.0020998, rel=EXACT)


def test_failover_by_hellos() -> None:
    # RFC 5880: 3 x 50 ms, switching in 20 ms, 12 outages a year.
    hellos = Hellos(0.05, 3)
    assert (hellos.longest_s, hellos.mean_s) == pytest.approx((0.15, 0.125), rel=EXACT)
    assert blackout_mean_s(hellos.mean_s, 0.02) == pytest.approx(0.145, rel=EXACT)
    assert lost_share(12.0, blackout_mean_s(hellos.mean_s, 0.02)) == pytest.approx(1.74, rel=EXACT)
    with pytest.raises(ValueError, match="expected both above 0"):
        Hellos(0.0, 3)


# Barlow & Proschan: birth and death, xi 0.001/h, eta 0.25/h.
@pytest.mark.parametrize(
    ("elements", "needed", "crews", "mttf"),
    [
        (2, 1, 2, 126500.0),
        (3, 2, 3, 42499.99999999973),
        (3, 2, 1, 42499.99999999973),
        (4, 2, 4, 5313583.333325057),
    ],
)
def test_mean_time_until_too_many_are_down(elements: int, needed: int, crews: int, mttf: float) -> None:
    assert mean_time_to_failure(elements, needed, 0.001, 0.25, crews) == pytest.approx(mttf, rel=EXACT)


def test_long_run_of_several_elements() -> None:
    assert k_of_n_availability(2, 1, 0.001, 0.25) == pytest.approx(0.9999841272360757, rel=EXACT)
    assert failure_frequency(2, 1, 0.001, 0.25) == pytest.approx(7.936381962191077e-06, rel=EXACT)
    assert k_of_n_availability(3, 2, 0.001, 0.25) == pytest.approx(0.9999525081844334, rel=EXACT)
    assert k_of_n_availability(4, 2, 0.001, 0.25) == pytest.approx(0.9999997478034208, rel=EXACT)


@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 5), st.floats(0.05, 2.0))
def test_several_elements_against_the_generator(elements: int, needed: int, crews: int, ratio: float) -> None:
    needed = min(needed, elements)
    size = elements + 1
    generator = np.zeros((size, size))
    for down in range(elements):
        generator[down, down + 1] = (elements - down) * ratio
        generator[down + 1, down] = min(down + 1, crews)
    generator -= np.diag(generator.sum(axis=1))
    working = generator[: elements - needed + 1, : elements - needed + 1]
    mttf = -np.linalg.solve(working, np.ones(len(working)))[0]
    assert mean_time_to_failure(elements, needed, ratio, 1.0, crews) == pytest.approx(mttf, rel=1e-8)
    stationary = linalg.null_space(generator.T)[:, 0]
    stationary /= stationary.sum()
    share = stationary[: elements - needed + 1].sum()
    assert k_of_n_availability(elements, needed, ratio, 1.0, crews) == pytest.approx(share, rel=1e-8)
    back = stationary[elements - needed + 1] * min(elements - needed + 1, crews)
    assert failure_frequency(elements, needed, ratio, 1.0, crews) == pytest.approx(back, rel=1e-7)


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        mean_time_to_failure(2, 3, 0.1, 1.0)
    with pytest.raises(ValueError, match="0 crews"):
        k_of_n_availability(2, 1, 0.1, 1.0, 0)
    with pytest.raises(ValueError, match="expected sense in all"):
        series_exceeds(0.99, 60.0, 0, 1.0)
    with pytest.raises(ValueError, match="a way between the states"):
        GilbertElliott(0.0, 0.0, 0.0, 1.0)


def test_repetition() -> None:
    found = [stop_and_wait_quantile_s(0.25, 1.0, 0.1, p) for p in (0.5, 0.95, 0.995, 0.9995)]
    assert found == pytest.approx([0.25, 1.25, 2.25, 3.25], rel=EXACT)
    found = [stop_and_wait_quantile_s(0.25, 1.0, 0.3, p) for p in (0.5, 0.95, 0.995, 0.9995)]
    assert found == pytest.approx([0.25, 2.25, 4.25, 6.25], rel=EXACT)
    assert more_than_attempts(0.1, 3) == pytest.approx(0.001, rel=EXACT)
    assert more_than_attempts(0.3, 3) == pytest.approx(0.027, rel=EXACT)


def test_back_off() -> None:
    # Loss 0.2, one way 0.25 s, time-outs 1, 2, 4, 8 s, then given up after the fifth try.
    assert backoff_mean_s(0.25, (1.0, 2.0, 4.0, 8.0), 0.2) == pytest.approx(0.570102432778489, rel=EXACT)
    assert 1 - delivery_probability(0.2, 5) == pytest.approx(0.00032, rel=EXACT)


def test_bursts() -> None:
    channel = GilbertElliott(0.01, 0.25, 0.0, 0.6)
    assert channel.bad_share == pytest.approx(0.038461538461538464, rel=EXACT)
    assert channel.mean_loss == pytest.approx(0.023076923076923078, rel=EXACT)
    assert channel.losses_in_a_row(2) == pytest.approx(0.010384615384615384, rel=EXACT)
    assert channel.mean_bad_run == pytest.approx(4.0, rel=EXACT)


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_losses_in_a_row_over_all_ways(to_bad: float, to_good: float, good: float, bad: float) -> None:
    channel = GilbertElliott(to_bad, to_good, good, bad)
    total = 0.0
    for states in product((0, 1), repeat=3):
        chance = channel.bad_share if states[0] else 1 - channel.bad_share
        for before, after in pairwise(states):
            change = to_good if before else to_bad
            chance *= change if before != after else 1 - change
        total += chance * math.prod(bad if state else good for state in states)
    assert channel.losses_in_a_row(3) == pytest.approx(total, rel=1e-9, abs=1e-15)
    assert channel.losses_in_a_row(1) == pytest.approx(channel.mean_loss, rel=1e-9, abs=1e-15)


PLAN = [
    Contact("A", "B", 0, 10, 1.0),
    Contact("B", "C", 5, 8, 1.0),
    Contact("A", "D", 2, 4, 0.5),
    Contact("D", "C", 20, 30, 1.0),
    Contact("B", "D", 9, 12, 0.5),
    Contact("C", "E", 6, 9, 2.0),
    Contact("D", "E", 10, 14, 1.0),
]


# Time-respecting Dijkstra (Bui-Xuan 2003), by hand.
@pytest.mark.parametrize(
    ("start", "arrivals"),
    [
        (0.0, {"A": 0.0, "B": 1.0, "D": 2.5, "C": 6.0, "E": 8.0}),
        (5.0, {"A": 5.0, "B": 6.0, "C": 7.0, "D": 9.5, "E": 9.0}),
        (9.0, {"A": 9.0, "B": 10.0, "D": 10.5, "C": 21.0, "E": 11.5}),
        (11.0, {"A": 11.0}),
    ],
)
def test_links_that_exist_at_times(start: float, arrivals: dict[str, float]) -> None:
    assert earliest_arrivals_s(PLAN, "A", start) == pytest.approx(arrivals, rel=1e-12)
