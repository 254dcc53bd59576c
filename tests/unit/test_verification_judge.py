"""Verdicts: z, bounds, the spread of z's, and how long to run."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from warnpath.engine.output import ReplicationOutput
from warnpath.study.verification.forms.base import Bound, Check, Quantity
from warnpath.study.verification.judge import judge_bound, judge_quantity, normal_score, spread_of
from warnpath.study.verification.plan_run import REPLICATIONS, plan_run
from warnpath.study.verification.samples import Sample


def samples_of(values: list[float]) -> list[Any]:
    tables = [{"x": {"x": np.array([value])}} for value in values]
    outputs = [ReplicationOutput(n, 1, "ok", "", 0.0, 0, "", table) for n, table in enumerate(tables)]
    return [Sample(output, 0.0, 1.0) for output in outputs]


def first(sample: Sample) -> float:
    return float(sample.table("x")["x"][0])


def test_z_is_as_unlikely_as_the_t_it_comes_from() -> None:
    values = [1.0, 2.0, 3.0, 4.0, 7.0]
    verdict = judge_quantity("case", "form", Quantity("mean", "s", 2.0, first), samples_of(values))
    t, p = stats.ttest_1samp(values, 2.0)
    assert verdict.standard_error == pytest.approx(np.std(values, ddof=1) / math.sqrt(5), rel=1e-12)
    assert verdict.z is not None
    assert verdict.z > 0.0
    assert 2.0 * stats.norm.sf(verdict.z) == pytest.approx(p, rel=1e-9)
    assert normal_score(-t, 4) == pytest.approx(-verdict.z, rel=1e-12)
    assert verdict.passed


def test_a_deviation_beyond_the_largest_z_fails() -> None:
    values = [1.0, 1.01, 0.99, 1.02, 0.98] * 8
    assert judge_quantity("c", "f", Quantity("mean", "", 1.0, first), samples_of(values)).passed
    verdict = judge_quantity("c", "f", Quantity("mean", "", 1.01, first), samples_of(values))
    assert not verdict.passed
    assert verdict.z is not None
    assert verdict.z < -3.3


def test_values_without_spread_must_be_exact() -> None:
    same = samples_of([0.5] * 5)
    assert judge_quantity("c", "f", Quantity("share", "", 0.5, first), same).passed
    assert not judge_quantity("c", "f", Quantity("share", "", 0.5001, first), same).passed
    missing = samples_of([0.5, math.nan])
    assert not judge_quantity("c", "f", Quantity("share", "", 0.5, first), missing).passed


def test_bounds() -> None:
    def all_of(sample: Sample) -> Any:
        return sample.table("x")["x"]

    inside = judge_bound("c", "f", Bound("latency", "s", 1.0, 3.0, all_of), samples_of([1.0, 2.0, 3.0]))
    assert inside.passed
    assert (inside.least, inside.most, inside.z) == (1.0, 3.0, None)
    assert not judge_bound("c", "f", Bound("latency", "s", 1.0, 3.0, all_of), samples_of([2.0, 3.001])).passed
    assert not judge_bound("c", "f", Bound("latency", "s", 1.0, 3.0, all_of), samples_of([0.999, 2.0])).passed
    at_least = judge_bound("c", "f", Bound("latency", "s", 0.0, math.inf, all_of), samples_of([5.0]))
    assert (at_least.low, at_least.high, at_least.passed) == (0.0, None, True)
    nothing = Bound("latency", "s", 0.0, 1.0, lambda _: np.array([]))
    assert not judge_bound("c", "f", nothing, samples_of([5.0])).passed


def test_z_values_are_told_from_what_only_looks_like_them() -> None:
    even = [float(stats.norm.ppf((number + 0.5) / 30)) for number in range(30)]
    assert spread_of(even) == pytest.approx(1.0, abs=1e-3)
    assert spread_of([0.1 * z for z in even]) < 1e-3  # type: ignore[operator]
    assert spread_of([z + 1.5 for z in even]) < 1e-3  # type: ignore[operator]
    assert spread_of(even[:5]) is None


def test_a_run_is_as_long_as_the_error_needs() -> None:
    quantity = (Quantity("mean", "s", 1.0, first),)
    check = Check(quantity, relaxation_s=2.0, spread=1.0, tail_s=7.0, events_per_s=0.1)
    plan = plan_run([check], quick=False)
    assert plan.replications == REPLICATIONS
    # Dependence lasts 10 s (one event) rather than 2 x 2 s: 10 s / 0.01^2 in all.
    assert plan.measured_s == pytest.approx(10.0 / 0.01**2 / REPLICATIONS)
    assert (plan.warm_up_s, plan.tail_s) == (40.0, 7.0)
    assert plan.duration_s == plan.warm_up_s + plan.measured_s + plan.tail_s
    assert plan_run([check], quick=False, larger=4.0).measured_s == pytest.approx(4.0 * plan.measured_s)
    assert plan_run([check], quick=True).measured_s < plan.measured_s


def test_a_run_that_would_take_for_ever_is_cut_and_one_of_bounds_is_short() -> None:
    quantity = (Quantity("mean", "s", 1.0, first),)
    endless = Check(quantity, relaxation_s=1.0, spread=1e4, events_per_s=1.0)
    assert plan_run([endless], quick=False).measured_s * REPLICATIONS == pytest.approx(300_000.0)
    once = Check(quantity, replications=800)
    assert (plan_run([once], quick=False).replications, plan_run([once], quick=False).duration_s) == (
        800,
        0.0,
    )
    assert plan_run([once], quick=True).replications == 100
    assert plan_run([Check(events_per_s=2.0)], quick=False).measured_s * REPLICATIONS == pytest.approx(
        10_000.0
    )


def messages(created: list[float], status: list[str], traffic: list[str]) -> Sample:
    count = len(created)
    columns = {
        "traffic": np.array(traffic, dtype=object),
        "origin": np.array(["a"] * count, dtype=object),
        "destination": np.array(["b"] * count, dtype=object),
        "priority": np.zeros(count, dtype=int),
        "created_s": np.array(created),
        "delivered_s": np.array(created) + 1.0,
        "latency_s": np.ones(count),
        "status": np.array(status, dtype=object),
        "attempts": np.ones(count, dtype=int),
    }
    return Sample(ReplicationOutput(0, 1, "ok", "", 0.0, 0, "", {"messages": columns}), 10.0, 20.0)


def test_a_sample_leaves_out_warm_up_and_end() -> None:
    sample = messages([9.9, 10.0, 12.0, 15.0, 20.0], ["delivered", "delivered", "lost", "delivered", "lost"],
                      ["t", "t", "t", "", "t"])  # fmt: skip
    assert sample.messages()["created_s"].tolist() == [10.0, 12.0]
    assert sample.latencies_s().tolist() == [1.0]
    assert sample.share("lost") == 0.5
    assert sample.length_s == 10.0
    assert sample.whole("t")["created_s"].tolist() == [9.9, 10.0, 12.0, 20.0]
