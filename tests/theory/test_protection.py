"""1+1 protection against theory, on the compiled engine; exact values with their source beside each.

|z| <= 3.3 with z from the standard error over independent replications.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.link_cases import flow, link_scenario, poisson
from tests.traffic_cases import replicated, z_of

REPLICATIONS = 40
TWICE = 'protection = "1+1"'
QUICK = "capacity_kbps = 1e9"


def of_flow(table: pd.DataFrame, number: int) -> pd.DataFrame:
    return table[table.traffic == f"flow-{number}"]


@pytest.fixture(scope="module")
def on_and_off(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Two ways that are up 0.7 and 0.85 of the time, by themselves; one flow sent twice, one once."""
    folder = tmp_path_factory.mktemp("ways")
    fails = f'{QUICK}\non_failure = {{ queued = "lost" }}\nmttr_h = 0.01'
    links = {
        "a-c": f"{fails}\navailability = 0.7",
        "c-b": QUICK,
        "a-d": f"{fails}\navailability = 0.85",
        "d-b": f"{QUICK}\npropagation_ms = 10",
    }
    scenario = link_scenario(folder, links, [poisson(0.2, more=TWICE), poisson(0.2)], duration_s=20_000)
    return replicated(scenario.replace({"run.random_outages": True}), REPLICATIONS)


def test_two_ways_that_fail_are_there_as_often_as_one_of_them_is(on_and_off: pd.DataFrame) -> None:
    # A = 1 - (1 - 0.7) (1 - 0.85) = 0.955; messages come as a Poisson process, so they see time averages.
    twice, once = (of_flow(on_and_off, number) for number in (0, 1))
    assert abs(z_of(twice.delivered / twice.sent, 0.955)) <= 3.3
    assert abs(z_of(once.delivered / once.sent, 0.7)) <= 3.3
    assert (twice.sent == twice.delivered + twice.link_down).all()


def test_a_duplicate_comes_whenever_both_ways_are_up(on_and_off: pd.DataFrame) -> None:
    # 0.7 x 0.85 = 0.595
    twice = of_flow(on_and_off, 0)
    assert abs(z_of(twice.duplicates / twice.sent, 0.595)) <= 3.3


def test_the_latency_is_the_smaller_of_the_two(tmp_path: Path) -> None:
    # The smaller of exponentials of mean 2 s and 3 s is exponential of mean 1 / (1 / 2 + 1 / 3) = 1.2 s.
    jitter = QUICK + '\nkeep_order = false\njitter = {{ kind = "exponential", mean_s = {mean_s} }}'
    links = {"a-c": jitter.format(mean_s=2.0), "c-b": QUICK, "a-d": jitter.format(mean_s=3.0), "d-b": QUICK}
    lines = f'kind = "poisson"\nrate_per_s = 1.0\nsize_bytes = 100\n{TWICE}'
    scenario = link_scenario(tmp_path, links, [flow(lines)], duration_s=2_000)
    table = replicated(scenario, REPLICATIONS, ("messages",))
    latencies = table[table.status == "delivered"].groupby("replication").latency_s
    assert abs(z_of(latencies.mean(), 1.2)) <= 3.3
    # P(T > 3 s) = exp(-3 / 1.2) = 0.0820850
    assert abs(z_of(latencies.apply(lambda values: float(np.mean(values > 3.0))), 0.08208499862389880)) <= 3.3
