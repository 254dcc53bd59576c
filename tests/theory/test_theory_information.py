"""Closed forms of age, detection, fusion and bounds against published values and second routes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warnpath.theory.age import (
    best_mm1_load,
    dm1_age,
    dm1_root,
    md1_age,
    mm1_age,
    newest_first_age_s,
    periodic_age,
)
from warnpath.theory.confirmation import detected_within, first_detection_variance_s2
from warnpath.theory.estimates import Drift, extrapolated, fused_variance
from warnpath.theory.lindley import departures_s
from warnpath.theory.network_calculus import (
    Bucket,
    RateLatency,
    backlog_bound_bits,
    delay_bound_s,
    hop_by_hop_bound_s,
    packet_delay_bound_s,
    priority_delay_bound_s,
    residual_server,
)
from warnpath.theory.order_statistics import kth_arrival_mean

EXACT = 1e-9


# Kaul, Yates & Gruteser (2012), Costa et al. (2016), mu = 1: mean and peak of M/M/1, M/D/1, D/M/1; beta;
# newest first.
@pytest.mark.parametrize(
    ("load", "means", "peaks", "root", "newest"),
    [
        (
            0.3,
            (4.461904761904762, 4.363956265296388, 2.709291523057933),
            (4.761904761904762, 4.5476190476190474, 4.375958189724599),
            0.04088225609621395,
            4.333333333333333,
        ),
        (
            0.53,
            (3.484452027298274, 3.070430136386342, 2.25406560997148),
            (4.014452027298274, 3.4506222400642312, 3.1974618363865743),
            0.23703108308932322,
            2.8867924528301887,
        ),
        (
            0.8,
            (5.45, 3.556385232123117, 3.3177308399198973),
            (6.25, 4.25, 3.9427308399198973),
            0.6286297964969467,
            2.25,
        ),
    ],
)
def test_age_at_a_queue(
    load: float, means: tuple[float, ...], peaks: tuple[float, ...], root: float, newest: float
) -> None:
    ages = mm1_age(load, 1.0), md1_age(load, 1.0), dm1_age(1.0 / load, 1.0)
    assert [age.mean_s for age in ages] == pytest.approx(means, rel=EXACT)
    assert [age.peak_s for age in ages] == pytest.approx(peaks, rel=EXACT)
    assert dm1_root(load) == pytest.approx(root, rel=EXACT)
    assert newest_first_age_s(load, 1.0) == pytest.approx(newest, rel=EXACT)


def test_best_load() -> None:
    assert best_mm1_load() == pytest.approx(0.53101, abs=1e-5)
    assert mm1_age(best_mm1_load(), 1.0).mean_s == pytest.approx(3.484435331765909, rel=EXACT)


# Renewal and reward: E[Y^2] / (2 E[Y]) + d.
@pytest.mark.parametrize(
    ("delay", "delivered", "mean", "peak"),
    [
        (0.5, 1.0, 5.5, 10.5),
        (0.5, 0.9, 6.611111111111111, 11.61111111111111),
        (2.0, 0.6, 13.666666666666668, 18.666666666666668),
    ],
)
def test_age_of_scans(delay: float, delivered: float, mean: float, peak: float) -> None:
    age = periodic_age(10.0, delay, delivered)
    assert (age.mean_s, age.peak_s) == pytest.approx((mean, peak), rel=EXACT)
    with pytest.raises(ValueError, match="delivered with probability 0"):
        periodic_age(10.0, 0.5, 0.0)


@given(st.lists(st.floats(0.05, 4.0), min_size=5, max_size=30), st.floats(0.1, 2.0))
def test_age_of_any_updates_is_the_area_under_its_saw(gaps: list[float], service: float) -> None:
    # The area under the age between deliveries d(n-1) and d(n) is that of a trapezium from d(n-1) - a(n-1) up
    # to d(n) - a(n-1). Sampled on a fine grid it must be the same.
    created = np.cumsum(gaps)
    delivered = np.array(departures_s(created.tolist(), [service] * len(gaps)))
    area = 0.0
    for (a0, d0), (_, d1) in pairwise(zip(created, delivered, strict=True)):
        area += 0.5 * ((d1 - a0) ** 2 - (d0 - a0) ** 2)
    grid = np.linspace(delivered[0], delivered[-1], 20_001)
    newest = created[np.searchsorted(delivered, grid, side="right") - 1]
    sampled = float(np.mean((grid - newest)[:-1])) * (delivered[-1] - delivered[0])
    assert area == pytest.approx(sampled, rel=5e-3)


# Uniform phase plus a geometric number of scans.
@pytest.mark.parametrize(
    ("period", "hit", "variance", "within"),
    [(10.0, 0.9, 20.67901234567901, 0.999), (6.0, 0.7, 25.040816326530617, 0.973), (12.0, 0.5, 300.0, 0.875)],
)
def test_detection(period: float, hit: float, variance: float, within: float) -> None:
    assert first_detection_variance_s2(period, hit) == pytest.approx(variance, rel=EXACT)
    assert detected_within(3, hit) == pytest.approx(within, rel=EXACT)


# David & Nagaraja: order statistics of independent exponential times.
@pytest.mark.parametrize(
    ("rates", "means"),
    [
        ((1.0, 1.0, 1.0), (1 / 3, 5 / 6, 11 / 6)),
        ((0.5, 1.0, 2.0), (0.2857142857142857, 0.8285714285714285, 2.3857142857142857)),
    ],
)
def test_kth_arrival(rates: tuple[float, ...], means: tuple[float, ...]) -> None:
    assert [kth_arrival_mean(rates, k) for k in (1, 2, 3)] == pytest.approx(means, rel=EXACT)
    with pytest.raises(ValueError, match="4 of 3"):
        kth_arrival_mean(rates, 4)


@given(st.lists(st.floats(0.1, 5.0), min_size=1, max_size=6))
def test_arrivals_add_up(rates: list[float]) -> None:
    found = [kth_arrival_mean(rates, k) for k in range(1, len(rates) + 1)]
    assert sum(found) == pytest.approx(sum(1.0 / rate for rate in rates), rel=1e-9)
    assert all(later > earlier for earlier, later in pairwise(found))


def test_fusion_of_two_estimates() -> None:
    assert fused_variance(2500.0, 400.0) == pytest.approx(344.8275862068965, rel=EXACT)
    assert fused_variance(2500.0, 900.0, 600.0) == pytest.approx(859.0909090909091, rel=EXACT)
    with pytest.raises(ValueError, match="expected a covariance matrix"):
        fused_variance(1.0, 1.0, 1.5)


def test_an_estimate_grown_old() -> None:
    aged = extrapolated(Drift(2500.0, 25.0, 0.0), 1.0, 4.0)
    assert (aged.position_m2, aged.velocity_m2_s2, aged.cross_m2_s) == pytest.approx(
        (2921.3333333333335, 29.0, 108.0), rel=EXACT
    )
    assert aged.position_sigma_m == pytest.approx(54.04936015655813, rel=EXACT)


def test_bounds_of_network_calculus() -> None:
    # Le Boudec & Thiran, chapters 1 and 6.
    flow = Bucket(12_000.0, 100_000.0)
    single = [RateLatency(1e6, 0.01)]
    tandem = [RateLatency(1e6, 0.01), RateLatency(5e5, 0.02), RateLatency(2e6, 0.005)]
    assert delay_bound_s(flow, single) == pytest.approx(0.022, rel=EXACT)
    assert hop_by_hop_bound_s(flow, single) == pytest.approx(0.022, rel=EXACT)
    assert backlog_bound_bits(flow, single) == pytest.approx(13_000.0, rel=EXACT)
    assert delay_bound_s(flow, tandem) == pytest.approx(0.059, rel=EXACT)
    assert hop_by_hop_bound_s(flow, tandem) == pytest.approx(0.0805, rel=EXACT)
    assert backlog_bound_bits(flow, tandem) == pytest.approx(15_500.0, rel=EXACT)
    assert packet_delay_bound_s(flow, tandem, 1000.0) == pytest.approx(0.059 + 0.001 + 0.002, rel=EXACT)
    # An alert of 200 bytes behind 1500 bytes on 64 kbit/s.
    assert priority_delay_bound_s(Bucket(1600.0, 0.0), 64_000.0, 12_000.0) == pytest.approx(0.2125, rel=EXACT)


def test_a_server_shared_with_other_traffic() -> None:
    left = residual_server(RateLatency(1e6, 0.01), Bucket(5000.0, 2e5))
    assert (left.rate_bps, left.latency_s) == pytest.approx((8e5, 0.015), rel=EXACT)
    assert Bucket(1.0, 2.0) + Bucket(3.0, 5.0) == Bucket(4.0, 7.0)
    with pytest.raises(ValueError, match="leaves nothing"):
        residual_server(RateLatency(1e6, 0.01), Bucket(5000.0, 1e6))
    with pytest.raises(ValueError, match="there is no bound"):
        delay_bound_s(Bucket(1.0, 2e6), [RateLatency(1e6, 0.0)])


@given(
    st.lists(st.floats(0.0, 0.5), min_size=1, max_size=60),
    st.floats(0.0, 3000.0),
    st.lists(st.floats(2000.0, 9000.0), min_size=1, max_size=3),
)
def test_no_shaped_message_exceeds_the_bound(gaps: list[float], spare: float, rates: list[float]) -> None:
    # Messages of 1,000 bit let through a bucket as soon as it allows, over store-and-forward links.
    size, flow = 1000.0, Bucket(1000.0 + spare, 1500.0)
    tokens, clock, arrivals = flow.burst_bits, 0.0, []
    for gap in gaps:
        wait = max(gap, (size - tokens - 1e-9) / flow.rate_bps, 0.0)
        clock += wait
        tokens = min(flow.burst_bits, tokens + flow.rate_bps * wait) - size
        arrivals.append(clock)
    times = arrivals
    for rate in rates:
        times = departures_s(times, [size / rate] * len(times))
    delays = np.array(times) - np.array(arrivals)
    servers = [RateLatency(rate, 0.0) for rate in rates]
    assert delays.max() <= packet_delay_bound_s(flow, servers, size) + 1e-6
    assert delay_bound_s(flow, servers) <= hop_by_hop_bound_s(flow, servers) + 1e-12
