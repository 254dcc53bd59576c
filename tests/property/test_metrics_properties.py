from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.synthetic_results import outputs
from warnpath.metrics.intervals import (
    clustered_mean_interval,
    mean_interval,
    quantile_interval,
    quantile_ranks,
    share_interval,
)
from warnpath.metrics.pairing import paired_differences
from warnpath.metrics.warning_time import OUTCOMES, STATUSES, warning_shares
from warnpath.results.tables import build_tables
from warnpath.theory.order_statistics import rank_coverage

pytestmark = pytest.mark.unwatched

seconds = st.floats(-1e4, 1e4, allow_nan=False, width=32)
samples = st.lists(seconds, min_size=2, max_size=60)
levels = st.sampled_from([0.5, 0.8, 0.95, 0.99])
probabilities = st.floats(0.01, 0.99)


@given(samples, levels, st.floats(0.1, 10.0), seconds)
def test_mean_interval_moves_with_the_unit(
    values: list[float], level: float, scale: float, shift: float
) -> None:
    plain = mean_interval(values, level)
    moved = mean_interval(np.array(values) * scale + shift, level)
    assert moved[1:] == pytest.approx([scale * part + shift for part in plain[1:]], rel=1e-6, abs=1e-3)


@given(samples, levels)
def test_mean_interval_holds_the_mean_and_grows_with_the_level(values: list[float], level: float) -> None:
    interval, wider = mean_interval(values, level), mean_interval(values, level + 0.005)
    assert interval.low <= interval.value <= interval.high
    assert wider.low <= interval.low
    assert interval.high <= wider.high


@given(samples, probabilities, levels)
def test_quantile_interval_is_ordered_and_lies_on_values(
    values: list[float], probability: float, level: float
) -> None:
    interval = quantile_interval(values, probability, level)
    assert interval.value == pytest.approx(np.quantile(values, probability), rel=1e-9, abs=1e-9)
    for end in (interval.low, interval.high):
        assert math.isnan(end) or end in values
    if not (math.isnan(interval.low) or math.isnan(interval.high)):
        assert interval.low <= interval.high


@given(samples, probabilities, st.integers(1, 5))
def test_turning_values_into_never_only_raises_a_latency_quantile(
    values: list[float], probability: float, lost: int
) -> None:
    lossy = np.sort(values)
    lossy[: min(lost, len(lossy))] = np.inf
    before, after = quantile_interval(values, probability).value, quantile_interval(lossy, probability).value
    assert math.isnan(after) or after >= before - 1e-9


@given(st.integers(1, 3000), probabilities, levels)
def test_ranks_cover_at_least_as_often_as_claimed(count: int, probability: float, level: float) -> None:
    lower, upper = quantile_ranks(count, probability, level)
    assert 0 <= lower < upper <= count + 1
    assert rank_coverage(count, probability, lower, upper) >= level - 1e-9


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), levels)
def test_share_interval_is_symmetric_in_success_and_failure(case: tuple[int, int], level: float) -> None:
    successes, trials = case
    for method in ("clopper-pearson", "wilson"):
        interval = share_interval(successes, trials, level, method)
        mirrored = share_interval(trials - successes, trials, level, method)
        assert 0.0 <= interval.low <= interval.value <= interval.high <= 1.0
        assert (interval.low, interval.high) == pytest.approx((1 - mirrored.high, 1 - mirrored.low), abs=1e-9)


@given(st.lists(st.tuples(seconds, st.integers(0, 6)), min_size=2, max_size=30), levels)
def test_clustered_mean_is_the_mean_of_all_values(clusters: list[tuple[float, int]], level: float) -> None:
    counts = np.array([count for _, count in clusters], dtype=float)
    sums = np.array([value * count for value, count in clusters])
    interval = clustered_mean_interval(sums, counts, level)
    if counts.sum() == 0:
        assert math.isnan(interval.value)
    else:
        assert interval.value == pytest.approx(sums.sum() / counts.sum(), rel=1e-9, abs=1e-9)
        assert math.isnan(interval.low) or interval.low <= interval.value <= interval.high


@given(st.permutations(range(5)))
def test_tables_do_not_depend_on_the_order_of_the_replications(order: list[int]) -> None:
    made = outputs(5)
    expected = build_tables(made)
    found = build_tables([made[number] for number in order])
    for name, table in expected.items():
        pd.testing.assert_frame_equal(found[name], table)


@given(st.floats(0.0, 1.0), st.integers(1, 12))
def test_shares_add_up(never: float, replications: int) -> None:
    shares = warning_shares(build_tables(outputs(replications, never=never))["warnings"])
    for measures in (STATUSES, OUTCOMES):
        chosen = shares.loc[shares["measure"].isin(measures) & (shares["n"] > 0)]
        total = chosen.groupby(["launch", "consumer"])["share"].sum()
        assert total.to_numpy() == pytest.approx(1.0, rel=1e-12)
        assert (chosen["ci_low"] <= chosen["share"]).all()
        assert (chosen["share"] <= chosen["ci_high"]).all()


@given(st.floats(-50.0, 200.0), st.floats(0.0, 0.5))
def test_pairing_is_antisymmetric(delay_s: float, never: float) -> None:
    first = build_tables(outputs(4))["warnings"]
    second = build_tables(outputs(4, delay_s=delay_s, never=never))["warnings"]
    there = paired_differences(first, second, "latency_s").iloc[0]
    back = paired_differences(second, first, "latency_s").iloc[0]
    assert there["n"] == back["n"]
    assert there["only_first"] == back["only_second"]
    assert there["mean"] == pytest.approx(-back["mean"], rel=1e-9, abs=1e-9, nan_ok=True)
