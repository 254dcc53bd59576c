"""The traffic of a scenario against what its words promise, and links under it against queueing theory.

Thresholds: Kolmogorov-Smirnov at p > 1e-3, means within 4 standard errors from batch means, on fixed seeds.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.engine_cases import batch_interval, frame
from tests.traffic_cases import traffic_scenario
from warnpath.engine import build_plan, run_replication

MESSAGES = 20_000


def messages_of(scenario):
    output = run_replication(build_plan(scenario), 0, tables=("messages",))
    assert output.status == "ok", output.error
    return frame(output, "messages")


def test_poisson_traffic_has_independent_exponential_gaps(tmp_path):
    lines = 'kind = "poisson"\nrate_per_s = 0.8\nsize_bytes = 1'
    messages = messages_of(traffic_scenario(tmp_path, lines, lines, duration_s=12_500, capacity_kbps=1e6))
    counts = []
    for _, flow in messages.groupby("traffic"):
        gaps = np.diff(flow.created_s)
        assert stats.kstest(gaps, stats.expon(scale=1.25).cdf).pvalue > 1e-3
        assert abs(np.corrcoef(gaps[:-1], gaps[1:])[0, 1]) < 4.0 / np.sqrt(len(gaps))
        counts.append(np.histogram(flow.created_s, bins=1250, range=(0.0, 12_500.0))[0])
    # Counts in 10 s are Poisson of mean 8, and those of two flows have nothing to do with each other.
    dispersion = counts[0].var(ddof=1) / counts[0].mean()
    assert abs(dispersion - 1.0) < 4.0 * np.sqrt(2.0 / 1249)
    assert abs(np.corrcoef(counts[0], counts[1])[0, 1]) < 4.0 / np.sqrt(1250)


def test_poisson_traffic_on_a_long_link_waits_as_md1_says(tmp_path):
    # M/D/1, lambda 0.5, D 1 s: mean wait 0.5 s (Pollaczek-Khinchine); 30 s of propagation do not count.
    lines = 'kind = "poisson"\nrate_per_s = 0.5\nsize_bytes = 1000'
    scenario = traffic_scenario(tmp_path, lines, duration_s=2 * MESSAGES, propagation_ms=30_000)
    arrived = messages_of(scenario).query("status == 'delivered'")
    mean_s, error_s = batch_interval(arrived.latency_s.to_numpy() - 31.0)
    assert abs(mean_s - 0.5) <= 4.0 * error_s


@pytest.mark.parametrize("rate_per_s", [0.3, 0.9])
def test_periodic_traffic_of_one_flow_never_waits(tmp_path, rate_per_s):
    # D/D/1 below full load.
    lines = f'kind = "periodic"\nrate_per_s = {rate_per_s}\nsize_bytes = 1000'
    messages = messages_of(traffic_scenario(tmp_path, lines, duration_s=500))
    assert messages[messages.status == "delivered"].latency_s.to_numpy() == pytest.approx(1.0, abs=1e-12)


def test_a_link_at_120_percent_load_fills_its_queue_and_drops_the_rest(tmp_path):
    # M/D/1/11 at load 1.2: the link is (nearly) always busy, so it carries 1/s and drops about a sixth.
    lines = 'kind = "poisson"\nrate_per_s = 1.2\nsize_bytes = 1000'
    scenario = traffic_scenario(tmp_path, lines, duration_s=MESSAGES, medium="queue_limit = 10")
    output = run_replication(build_plan(scenario), 0, tables=("messages", "elements", "traffic"))
    assert output.status == "ok", output.error
    messages, elements = frame(output, "messages"), frame(output, "elements")
    link = elements[elements.direction == "a>b"].iloc[0]
    assert link.max_queue == 10
    assert 0.99 < link.utilisation <= 1.0
    assert link.dropped == (messages.status == "queue_full").sum()
    dropped, error = batch_interval((messages.status == "queue_full").to_numpy().astype(float))
    # Flow balance: arrivals x (1 - loss) = carried, which is at most 1/s.
    assert abs(dropped - (1.0 - link.utilisation / 1.2)) <= 4.0 * error
