from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from warnpath.metrics.intervals import (
    clustered_mean_interval,
    clustered_share_interval,
    mean_interval,
    mean_intervals,
    quantile_interval,
    quantile_intervals,
    quantile_ranks,
    share_interval,
    share_intervals,
)

# Student (1908), The probable error of a mean, Biometrika 6: additional hours of sleep of ten patients.
SLEEP_H = (1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4)


def test_mean_interval_agrees_with_scipy() -> None:
    interval = mean_interval(SLEEP_H)
    expected = stats.t.interval(0.95, 9, loc=np.mean(SLEEP_H), scale=stats.sem(SLEEP_H))
    assert interval.n == 10
    assert interval.value == pytest.approx(1.58, abs=1e-12)
    assert (interval.low, interval.high) == pytest.approx(expected, rel=1e-12)


def test_level_is_respected() -> None:
    expected = stats.t.interval(0.8, 9, loc=np.mean(SLEEP_H), scale=stats.sem(SLEEP_H))
    assert mean_interval(SLEEP_H, 0.8)[2:] == pytest.approx(expected, rel=1e-12)


def test_no_value_has_neither_mean_nor_interval() -> None:
    for values in ([], [np.nan, np.nan]):
        interval = mean_interval(values)
        assert interval.n == 0
        assert np.isnan(interval[1:]).all()


def test_one_value_has_a_mean_and_no_interval() -> None:
    interval = mean_interval([7.25, np.nan])
    assert interval[:2] == (1, 7.25)
    assert np.isnan(interval[2:]).all()


def test_missing_values_are_left_out() -> None:
    with_gaps = [SLEEP_H[0], np.nan, *SLEEP_H[1:], np.nan]
    assert mean_interval(with_gaps) == pytest.approx(mean_interval(SLEEP_H), rel=1e-14)


def test_means_along_the_last_axis_are_those_of_the_rows() -> None:
    values = np.array([[[1.0, 2.0, 4.0], [np.nan, 3.0, 5.0]], [[np.nan, np.nan, 2.0], [0.3, 0.7, np.nan]]])
    together = mean_intervals(values)
    assert together.n.tolist() == [[3, 2], [1, 2]]
    for place in np.ndindex(2, 2):
        single = mean_interval(values[place])
        found = tuple(float(part[place]) for part in (together.mean, together.low, together.high))
        assert found == pytest.approx(single[1:], rel=1e-14, nan_ok=True)
    assert together.sd[0, 0] == pytest.approx(np.std([1.0, 2.0, 4.0], ddof=1), rel=1e-14)


# Ranks from the binomial distribution, computed with scipy; Conover (1999), David & Nagaraja (2003).
@pytest.mark.parametrize(
    ("count", "probability", "lower", "upper"),
    [(1000, 0.5, 469, 532), (1000, 0.95, 936, 964), (1000, 0.99, 983, 997), (10000, 0.999, 9983, 9997)],
)
def test_quantile_ranks(count: int, probability: float, lower: int, upper: int) -> None:
    assert quantile_ranks(count, probability) == (lower, upper)


@pytest.mark.parametrize("count", [1, 2, 5, 19, 20, 73, 200])
@pytest.mark.parametrize("probability", [0.05, 0.3, 0.5, 0.95, 0.99])
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_quantile_ranks_agree_with_scipy(count: int, probability: float, confidence: float) -> None:
    binomial = stats.binom(count, probability)
    tail = (1 - confidence) / 2
    assert quantile_ranks(count, probability, confidence) == (
        int(binomial.ppf(tail)),
        int(binomial.ppf(1 - tail)) + 1,
    )


def test_quantile_interval_lies_on_order_statistics() -> None:
    values = np.arange(1.0, 1001.0)[::-1] * 0.3
    interval = quantile_interval(values, 0.95)
    assert interval.n == 1000
    assert interval.value == pytest.approx(np.quantile(values, 0.95), rel=1e-14)
    assert interval.low == pytest.approx(936 * 0.3, rel=1e-14)
    assert interval.high == pytest.approx(964 * 0.3, rel=1e-14)


def test_too_few_values_leave_an_end_open() -> None:
    interval = quantile_interval(np.linspace(0.3, 0.7, 20), 0.99)
    assert np.isfinite(interval.value)
    assert np.isfinite(interval.low)
    assert np.isnan(interval.high)


def test_quantile_of_one_and_of_no_value() -> None:
    one = quantile_interval([4.5], 0.5)
    assert one[:2] == (1, 4.5)
    assert np.isnan(one[2:]).all()
    none = quantile_interval([np.nan], 0.5)
    assert none.n == 0
    assert np.isnan(none[1:]).all()


def test_a_quantile_among_warnings_that_never_came_is_not_given() -> None:
    latencies = [*np.linspace(100.0, 300.0, 90), *[np.inf] * 10]
    median, tail = quantile_interval(latencies, 0.5), quantile_interval(latencies, 0.95)
    assert median.value == pytest.approx(np.quantile(np.array(latencies[:90] + [1e9] * 10), 0.5), rel=1e-14)
    assert np.isfinite(median[2:]).all()
    assert tail.n == 100
    assert np.isnan(tail.value)
    assert np.isfinite(tail.low)  # rank 90: the last that came
    assert np.isnan(tail.high)


def test_losing_the_slowest_warnings_does_not_lower_a_quantile() -> None:
    latencies = np.linspace(100.0, 300.0, 101)
    lossy = np.where(latencies > 280.0, np.inf, latencies)
    assert quantile_interval(lossy, 0.5).value == quantile_interval(latencies, 0.5).value


def test_all_never() -> None:
    interval = quantile_interval([np.inf] * 30, 0.5)
    assert interval.n == 30
    assert np.isnan(interval[1:]).all()


def test_quantiles_along_the_last_axis_are_those_of_the_rows() -> None:
    rows = np.array([[5.0, 1.0, np.nan, 3.0], [np.inf, 2.0, 1.0, 0.5], [np.nan] * 4])
    together = quantile_intervals(rows, 0.3, 0.5)
    for number, row in enumerate(rows):
        single = quantile_interval(row, 0.3, 0.5)
        assert tuple(float(part[number]) for part in together) == pytest.approx(single[1:], nan_ok=True)


# Clopper & Pearson (1934); from beta quantiles computed with scipy.
@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (0, 1000, 0.0, 0.003682083896865671),
        (3, 1000, 0.0006190999316495713, 0.008742023238478303),
        (0, 100000, 0.0, 3.68881141579242e-05),
    ],
)
def test_clopper_pearson(successes: int, trials: int, low: float, high: float) -> None:
    interval = share_interval(successes, trials)
    assert interval.value == successes / trials
    assert interval.low == pytest.approx(low, rel=1e-9)
    assert interval.high == pytest.approx(high, rel=1e-9)


def test_one_sided_bound_of_no_success_in_a_thousand() -> None:
    assert share_interval(0, 1000, 0.90).high == pytest.approx(0.0029912495450953314, rel=1e-9)


@pytest.mark.parametrize(("method", "name"), [("clopper-pearson", "exact"), ("wilson", "wilson")])
@pytest.mark.parametrize(("successes", "trials"), [(0, 7), (2, 7), (7, 7), (37, 200), (1, 1)])
def test_shares_agree_with_scipy(method: str, name: str, successes: int, trials: int) -> None:
    interval = share_interval(successes, trials, 0.9, method)
    expected = stats.binomtest(successes, trials).proportion_ci(0.9, name)
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), rel=1e-9, abs=1e-12)


def test_no_trials_have_no_share() -> None:
    assert np.isnan(share_interval(0, 0)[1:]).all()
    assert np.isnan(share_intervals([0.0, 1.0], [0.0, 2.0]).value[0])


def test_wrong_use_is_named() -> None:
    with pytest.raises(ValueError, match="3 successes in 2 trials"):
        share_interval(3, 2)
    with pytest.raises(ValueError, match="expected clopper-pearson or wilson"):
        share_interval(1, 2, method="wald")
    with pytest.raises(ValueError, match=r"confidence is 95; expected a number between 0 and 1"):
        mean_interval([1.0, 2.0], 95)
    with pytest.raises(ValueError, match="probability of a quantile is 1"):
        quantile_interval([1.0, 2.0], 1)
    with pytest.raises(ValueError, match=r"array of shape \(1, 2\)"):
        mean_interval([[1.0, 2.0]])


def test_clusters_of_one_value_give_the_t_interval() -> None:
    interval = clustered_mean_interval(SLEEP_H, np.ones(10))
    assert interval == pytest.approx(mean_interval(SLEEP_H), rel=1e-12)


def test_equal_clusters_give_the_t_interval_of_their_means() -> None:
    clusters = np.array(SLEEP_H).reshape(5, 2)
    interval = clustered_mean_interval(clusters.sum(axis=1), np.full(5, 2))
    assert interval.n == 10
    assert interval[1:] == pytest.approx(mean_interval(clusters.mean(axis=1))[1:], rel=1e-12)


def test_copies_within_a_replication_do_not_narrow_the_interval() -> None:
    copies = clustered_mean_interval(np.array(SLEEP_H) * 50, np.full(10, 50))
    assert copies[1:] == pytest.approx(mean_interval(SLEEP_H)[1:], rel=1e-12)


def test_clusters_too_few() -> None:
    assert np.isnan(clustered_mean_interval([], [])[1:]).all()
    assert np.isnan(clustered_mean_interval([0.0], [0])[1:]).all()
    one = clustered_mean_interval([3.0, 0.0], [2, 0])
    assert one[:2] == (2, 1.5)
    assert np.isnan(one[2:]).all()


def test_clusters_of_one_trial_give_clopper_pearson() -> None:
    hits = np.array([1, 0, 0, 1, 0, 0, 0])
    assert clustered_share_interval(hits, np.ones(7)) == pytest.approx(share_interval(2, 7), rel=1e-12)


def test_warnings_of_one_replication_count_as_one_trial_in_the_interval() -> None:
    interval = clustered_share_interval([0, 0, 0, 0], [10, 10, 10, 10])
    assert interval[:2] == (40, 0.0)
    assert interval.high == pytest.approx(share_interval(0, 4).high, rel=1e-12)
    assert np.isnan(clustered_share_interval([0], [0])[1:]).all()
