"""Nodes as queues against theory, on the compiled engine; exact values with their source beside each case.

|z| <= 3.3 with z from the standard error over independent replications. The link in front takes no time.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.traffic_cases import replicated, traffic_scenario, z_of

REPLICATIONS = 40
EXPONENTIAL = 'service = { kind = "exponential", mean_s = 1 }'


def poisson(rate_per_s: float, priority: str = "background") -> str:
    return f'kind = "poisson"\nrate_per_s = {rate_per_s}\nsize_bytes = 1\npriority = "{priority}"'


def node_case(folder, flows, node, duration_s=20_000):
    return traffic_scenario(
        folder, *flows, duration_s=duration_s, capacity_kbps=1e9, node=node, medium="queue_limit = 1000000"
    )


def sojourns(folder, flows, node, duration_s=20_000):
    table = replicated(node_case(folder, flows, node, duration_s), REPLICATIONS)
    return {name: group.latency_mean_s for name, group in table.groupby("traffic")}


@pytest.mark.parametrize(
    ("rates", "service", "exact"),
    [
        # Preemptive resume, T_k = m_k / (1 - s_{k-1}) + R_k / ((1 - s_{k-1}) (1 - s_k)) (Kleinrock vol. 2).
        ((0.2, 0.5), EXPONENTIAL, (1.25, 4.166666666666666)),
        ((0.1, 0.3, 0.4), EXPONENTIAL, (1.1111111111111112, 1.8518518518518519, 8.333333333333336)),
        ((0.2, 0.5), 'service = { kind = "fixed", value_s = 1 }', (1.125, 2.708333333333333)),
    ],
)
def test_preemption_gives_each_class_its_sojourn(tmp_path, rates, service, exact):
    classes = ("warning", "track", "background")
    flows = [poisson(rate, name) for rate, name in zip(rates, classes, strict=False)]
    found = sojourns(tmp_path, flows, f"{service}\npreemptive = true")
    for number, value in enumerate(exact):
        assert abs(z_of(found[f"flow-{number}"], value)) <= 3.3


def test_without_preemption_a_class_waits_for_what_is_in_service(tmp_path):
    # Cobham 1954: T = 1.875 and 3.916666666666666 s in the numbers of the preemptive case.
    found = sojourns(tmp_path, [poisson(0.2, "warning"), poisson(0.5)], EXPONENTIAL)
    assert abs(z_of(found["flow-0"], 1.875)) <= 3.3
    assert abs(z_of(found["flow-1"], 3.916666666666666)) <= 3.3


@pytest.mark.parametrize(
    ("servers", "rate", "exact"),
    # Erlang C: W = 2.7777777777777786, 1.5541125541125544, 1.2045900753982217 s for a mean service of 1 s.
    [(2, 1.6, 2.7777777777777786), (5, 4.0, 1.5541125541125544), (10, 8.0, 1.2045900753982217)],
)
def test_several_servers_wait_as_erlang_says(tmp_path, servers, rate, exact):
    found = sojourns(tmp_path, [poisson(rate)], f"{EXPONENTIAL}\nservers = {servers}", 10_000)
    assert abs(z_of(found["flow-0"], exact)) <= 3.3


@pytest.mark.parametrize(
    ("service", "second_moment"),
    [
        # Pollaczek-Khinchine: Wq = lambda E[S^2] / (2 (1 - rho)); lambda 0.8, E[S] = 1.
        ('{ kind = "gamma", mean_s = 1, shape = 2 }', 1.5),  # Erlang-2: the oracle's Wq of 3 s
        ('{ kind = "gamma", mean_s = 1, shape = 0.5 }', 3.0),
        ('{ kind = "uniform", low_s = 0.4, high_s = 1.6 }', 1.0 + 1.44 / 12.0),
        ('{ kind = "empirical", values_s = [0.25, 0.25, 2.5] }', 6.375 / 3.0),
        (
            '{ kind = "mixture", parts = [{ weight = 3, delay = { kind = "fixed", value_s = 0.5 } },'
            ' { weight = 1, delay = { kind = "exponential", mean_s = 2.5 } }] }',
            0.75 * 0.25 + 0.25 * 12.5,
        ),
    ],
)
def test_any_service_waits_as_its_second_moment_says(tmp_path, service, second_moment):
    found = sojourns(tmp_path, [poisson(0.8)], f"service = {service}")
    wait_s = 0.8 * second_moment / (2.0 * (1.0 - 0.8))
    assert abs(z_of(found["flow-0"], 1.0 + wait_s)) <= 3.3


def test_a_finite_queue_refuses_what_mm1k_refuses(tmp_path):
    # M/M/1/5, four waiting, lambda 0.8: P(loss) 0.0888194986555642, accepted 2.56306520704426 s (Kleinrock).
    scenario = node_case(tmp_path, [poisson(0.8)], f"{EXPONENTIAL}\nqueue_limit = 4")
    table = replicated(scenario, REPLICATIONS)
    assert abs(z_of(table.queue_full / table.sent, 0.08881949865556424)) <= 3.3
    assert abs(z_of(table.latency_mean_s, 2.563065207044265)) <= 3.3


def test_preemption_changes_who_waits_and_not_how_much_work_there_is(tmp_path):
    # Work conservation: utilisation is lambda E[S] = 0.7 whatever the order; so is what gets through.
    flows = [poisson(0.2, "warning"), poisson(0.5)]
    busy = []
    for preemptive in ("true", "false"):
        node = f"{EXPONENTIAL}\nservers = 2\npreemptive = {preemptive}"
        table = replicated(node_case(tmp_path, flows, node, 20_000), REPLICATIONS, ("elements",))
        at_b = table[table.element == "b"]
        busy.append(at_b.utilisation.to_numpy())
        assert abs(z_of(at_b.utilisation, 0.35)) <= 3.3
    # The same services are drawn either way: the work differs by what is left at the end only.
    assert np.abs(busy[0] - busy[1]).max() < 20.0 / 20_000
