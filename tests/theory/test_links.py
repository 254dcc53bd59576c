"""Mechanisms of links against theory, on the compiled engine; exact values with their source beside each.

|z| <= 3.3 with z from the standard error over independent replications; a message of 1,000 bytes takes 1 s.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from tests.link_cases import flow, link_scenario, one, poisson
from tests.traffic_cases import replicated, z_of
from warnpath.engine import build_plan, run_replication
from warnpath.engine.run import run_replications

REPLICATIONS = 40
EXPONENTIAL = '{ kind = "exponential", mean_bytes = 1000 }'
CLASSES = ("warning", "track", "background")
FAST = "capacity_kbps = 1e9"


def run(folder, lines, flows, duration_s=20_000, *, table="traffic", end=""):
    scenario = link_scenario(folder, {"a-b": lines}, flows, duration_s=duration_s, end=end)
    return replicated(scenario, REPLICATIONS, (table,))


def of_flow(table, number=0):
    return table[table.traffic == f"flow-{number}"]


@pytest.mark.parametrize(
    ("rates", "size", "exact"),
    [
        # Preemptive resume, T_k = m_k / (1 - s_{k-1}) + R_k / ((1 - s_{k-1}) (1 - s_k)) (Kleinrock vol. 2).
        ((0.2, 0.5), "1000", (1.125, 2.708333333333333)),
        ((0.1, 0.3, 0.4), EXPONENTIAL, (1.1111111111111112, 1.8518518518518519, 8.333333333333336)),
    ],
)
def test_preemption_gives_each_class_its_sojourn(tmp_path, rates, size, exact):
    flows = [poisson(rate, name, size) for rate, name in zip(rates, CLASSES, strict=False)]
    table = run(tmp_path, "preemptive = true", flows)
    for number, value in enumerate(exact):
        assert abs(z_of(of_flow(table, number).latency_mean_s, value)) <= 3.3


def test_without_preemption_a_class_waits_for_what_is_being_sent(tmp_path):
    # Cobham 1954, three classes of M/M/1: T = 1.888..., 2.481..., 7.666... s.
    flows = [poisson(rate, name, EXPONENTIAL) for rate, name in zip((0.1, 0.3, 0.4), CLASSES, strict=True)]
    table = run(tmp_path, "", flows)
    for number, value in enumerate((1.8888888888888888, 2.4814814814814814, 7.666666666666669)):
        assert abs(z_of(of_flow(table, number).latency_mean_s, value)) <= 3.3


def test_a_long_link_carries_many_at_once_and_waits_for_transmission_alone(tmp_path):
    # M/D/1 at 50 % load waits 0.5 s; held busy through its 40 s of propagation it would be loaded 20-fold.
    table = run(tmp_path, "propagation_ms = 40000", [poisson(0.5)])
    assert abs(z_of(table.latency_mean_s, 40.0 + 1.0 + 0.5)) <= 3.3
    # In the air, being sent and waiting at the end: Poisson of mean 0.5 x 41.5 (Little), whatever the moment.
    assert abs(z_of(table.in_flight, 0.5 * 41.5)) <= 3.3
    assert table.in_flight.min() > 3


def test_a_queue_of_bytes_refuses_what_one_of_messages_refuses(tmp_path):
    # Equal sizes: four of 1,000 bytes wait, M/D/1/5 at 0.8: P(loss) 0.0352904, accepted 2.20967 s.
    table = run(tmp_path, "queue_limit_bytes = 4500", [poisson(0.8)])
    assert abs(z_of(table.queue_full / table.sent, 0.03529039643618077)) <= 3.3
    assert abs(z_of(table.latency_mean_s, 2.2096665728728043)) <= 3.3


def test_a_link_at_120_percent_load_fills_its_queue_reports_the_drops_and_ends(tmp_path):
    # M/M/1/K at rho 1.2 with K = 11 (ten wait): P_K = (1 - r) r^K / (1 - r^(K+1)) (Kleinrock).
    exact = (1.0 - 1.2) * 1.2**11 / (1.0 - 1.2**12)
    lines, flows = "queue_limit = 10", [poisson(1.2, size_bytes=EXPONENTIAL)]
    traffic = run(tmp_path, lines, flows)
    assert abs(z_of(traffic.queue_full / traffic.sent, exact)) <= 3.3
    assert (traffic.sent == traffic.delivered + traffic.queue_full + traffic.in_flight).all()
    elements = run(tmp_path, lines, flows, table="elements").query("element == 'a-b'")
    assert (elements.max_queue == 10).all()
    assert elements.dropped.tolist() == traffic.queue_full.tolist()
    assert abs(z_of(elements.utilisation, 1.2 * (1.0 - exact))) <= 3.3


def test_back_off_gives_up_and_delivers_as_often_and_as_late_as_it_should(tmp_path):
    # Loss 0.2, time-outs 1, 2, 4, 8 s, five tries: given up 0.2^5, delivered after 0.570102432778489 s.
    lines = (
        f"{FAST}\nloss = 0.2\npropagation_ms = 250\nkeep_order = false\n"
        "retransmit = { timeout_s = 1, backoff = 2, max_attempts = 5 }"
    )
    table = run(tmp_path, lines, [poisson(2.0)])
    assert abs(z_of(table.latency_mean_s, 0.570102432778489)) <= 3.3
    assert abs(z_of(table.lost / (table.lost + table.delivered), 0.00032)) <= 3.3


def test_losses_come_in_bursts(tmp_path):
    # Gilbert-Elliott 0.01, 0.25, 0 and 0.6: mean loss 0.0230769..., two in a row lost 0.0103846...
    lines = f"{FAST}\nburst_loss = {{ to_bad = 0.01, to_good = 0.25, loss_bad = 0.6 }}"
    scenario = link_scenario(tmp_path, {"a-b": lines}, [poisson(1.0)], duration_s=5_000)
    shares, pairs, firsts = [], [], []
    for output in run_replications(build_plan(scenario), range(60), tables=("messages",), engine="compiled"):
        lost = (output.columns["messages"]["status"] == "lost").astype(float)
        shares.append(lost.mean())
        pairs.append((lost[1:] * lost[:-1]).mean())
        firsts.append(lost[:1].mean())
    assert abs(z_of(pd.Series(shares), 0.023076923076923078)) <= 3.3
    assert abs(z_of(pd.Series(pairs), 0.010384615384615384)) <= 3.3
    # It begins in equilibrium: over replications the first is lost as often as any (binomial).
    error = math.sqrt(0.0230769 * (1 - 0.0230769) / len(firsts))
    assert abs(np.mean(firsts) - 0.0230769) <= 3.3 * error


def test_each_direction_is_good_or_bad_for_itself(tmp_path):
    lines = f"{FAST}\nburst_loss = {{ to_bad = 0.02, to_good = 0.02, loss_bad = 1 }}"
    flows = [
        flow('kind = "periodic"\ninterval_s = 1\nphase_s = 0.1\nsize_bytes = 1', *ends)
        for ends in (("a", "b"), ("b", "a"))
    ]
    scenario = link_scenario(tmp_path, {"a-b": lines}, flows, duration_s=2_000)
    scenario = scenario.replace({"link.a-b.duplex": True})
    found = []
    for output in run_replications(
        build_plan(scenario), range(REPLICATIONS), tables=("messages",), engine="compiled"
    ):
        lost = pd.DataFrame(output.columns["messages"])
        there, back = (lost[lost.origin == node].status.to_numpy() == "lost" for node in ("a", "b"))
        found.append(np.corrcoef(there, back)[0, 1])
    assert abs(z_of(pd.Series(found), 0.0)) <= 3.3


@pytest.mark.parametrize(("slots", "rate"), [(1, 0.6), (3, 0.25)])
def test_slots_wait_as_a_server_on_vacations(tmp_path, slots, rate):
    # A slot of 7.8125 ms each second. M/G/1 with vacations (Bertsekas and Gallager, 3.5.2): work X = k gaps,
    # vacations V of one: W = rate X^2 / (2 (1 - rho)) + V / 2, then k - 1 gaps and the last slot.
    lines = "slots = { own_slots = 12, slot_bits = 2000 }"
    table = run(tmp_path, lines, [poisson(rate, size_bytes=250 * slots)])
    wait_s = rate * slots * slots / (2.0 * (1.0 - rate * slots)) + 0.5
    assert abs(z_of(table.latency_mean_s, wait_s + slots - 1 + 0.0078125)) <= 3.3


def test_a_link_that_exists_a_third_of_the_time_makes_wait_what_comes_between(tmp_path):
    # Open from 20 to 30 s of every 30: an arrival waits with probability 2/3, then 10 s on average.
    lines = f"{FAST}\ncontacts = [{{ start_s = 20, end_s = 30 }}]\ncontact_every_s = 30"
    table = run(tmp_path, lines, [poisson(1.0, size_bytes=1)], duration_s=3_000)
    assert abs(z_of(table.latency_mean_s, 20.0 * 20.0 / (2.0 * 30.0))) <= 3.3


PLAN = [
    ("a", "b", 0, 10, 1.0), ("b", "c", 5, 8, 1.0), ("a", "d", 2, 4, 0.5), ("d", "c", 20, 30, 1.0),
    ("b", "d", 9, 12, 0.5), ("c", "e", 6, 9, 2.0), ("d", "e", 10, 14, 1.0),
]  # fmt: skip
EARLIEST = {
    # data/oracles.json, contact_plan_earliest_arrival (time-respecting Dijkstra; Bui-Xuan et al. 2003).
    0.0: {"b": 1.0, "d": 2.5, "c": 6.0, "e": 8.0},
    5.0: {"b": 6.0, "c": 7.0, "d": 9.5, "e": 9.0},
    9.0: {"b": 10.0, "d": 10.5, "c": 21.0, "e": 11.5},
}


@pytest.mark.parametrize("start_s", EARLIEST)
def test_over_all_paths_of_a_contact_plan_the_earliest_arrives_when_it_should(tmp_path, start_s):
    # A message of no length to speak of is sent along every path; the model waits for each contact.
    found: dict[str, float] = {}
    for path in paths("a"):
        links = {}
        for hop in itertools.pairwise(path):
            _, _, start, end, delay_s = next(item for item in PLAN if item[:2] == hop)
            contact = f"contacts = [{{ start_s = {start}, end_s = {end} }}]"
            links["-".join(hop)] = f"capacity_kbps = 1e9\npropagation_ms = {1000 * delay_s}\n{contact}"
        # 8 bits at 1 Tbit/s: 8e-12 s a hop.
        flows = [one(start_s, size_bytes=1, destination=path[-1])]
        scenario = link_scenario(tmp_path, links, flows, duration_s=100)
        output = run_replication(build_plan(scenario), 0, tables=("messages",), engine="simpy")
        arrival_s = output.columns["messages"]["delivered_s"][0]
        if not math.isnan(arrival_s):
            found[path[-1]] = min(arrival_s, found.get(path[-1], math.inf))
    assert found == {node: pytest.approx(time_s, abs=1e-9) for node, time_s in EARLIEST[start_s].items()}


def paths(node, seen=()):
    """All simple paths from a node over the contacts of the plan."""
    for tail, head, *_ in PLAN:
        if tail == node and head not in (*seen, node):
            yield (*seen, node, head)
            yield from paths(head, (*seen, node))


def test_a_degraded_link_is_a_slower_and_worse_link(tmp_path):
    # M/D/1 at half the capacity: D = 2 s, load 0.6, W = 2 + 0.6 x 2 / (2 x 0.4) = 3.5 s; delay 3 x 0.2 s.
    # Lost: 1 - (1 - 0.05) (1 - 0.1) = 0.145.
    worse = (
        '[[outage]]\nid = "always"\nelement = "a-b"\ndown_s = 0\n'
        "degraded = { capacity_factor = 0.5, delay_factor = 3, loss = 0.1 }\n"
    )
    table = run(tmp_path, "loss = 0.05\npropagation_ms = 200", [poisson(0.3)], end=worse)
    assert abs(z_of(table.latency_mean_s, 3.5 + 0.6)) <= 3.3
    assert abs(z_of(table.lost / (table.lost + table.delivered), 0.145)) <= 3.3


def test_a_newer_report_replaces_an_older_one_as_often_as_it_finds_one(tmp_path):
    # One place to wait, whose holder is replaced: states 0, 1, 2 of M/M/1/2 with p ~ 1, r, r^2; an arrival
    # supersedes if it finds 2 (PASTA): r^2 / (1 + r + r^2); nothing is refused.
    rate = 0.9
    exact = rate * rate / (1.0 + rate + rate * rate)
    table = run(tmp_path, "coalesce = true", [poisson(rate, "track", EXPONENTIAL)])
    assert abs(z_of(table.superseded / table.sent, exact)) <= 3.3
    assert (table.queue_full == 0).all()


def test_a_newer_report_leaves_the_information_fresher(tmp_path):
    # A narrow link at twice its load, tracks of 12 objects: without replacement the delay grows without end.
    tracks = [
        flow('kind = "periodic"\ninterval_s = 6\nsize_bytes = 1000\npriority = "track"') for _ in range(12)
    ]
    latest = {}
    for coalesce in ("true", "false"):
        table = run(tmp_path, f"coalesce = {coalesce}", tracks, duration_s=600)
        latest[coalesce] = table.groupby("replication").latency_max_s.max()
    # Each of 12 waits at most for the 11 others, one that is being sent, and itself.
    assert latest["true"].max() <= 13.0 + 1e-9
    assert latest["false"].min() > 200.0


@pytest.mark.parametrize("lifetime_s", [1.0, 4.0])
def test_who_waits_for_too_long_is_thrown_away(tmp_path, lifetime_s):
    # M/M/1 with a limit of the wait (Barrer 1957): rho (1 - rho) e / (1 - rho^2 e), e = exp(-mu (1 - rho) t).
    rho = 0.8
    e = math.exp(-(1.0 - rho) * lifetime_s)
    exact = rho * (1.0 - rho) * e / (1.0 - rho * rho * e)
    table = run(tmp_path, "", [poisson(rho, size_bytes=EXPONENTIAL, more=f"lifetime_s = {lifetime_s}")])
    assert abs(z_of(table.expired / (table.expired + table.delivered), exact)) <= 3.3


@pytest.mark.parametrize(
    ("said", "lost"),
    [
        # One failure for 60 s at a moment when Poisson many are in flight (mean 2 x 20), at most one is
        # being sent, and Poisson many come while it is down (2 x 60).
        ("{}", 2.0 * 20.0),
        ('{ in_flight = "held" }', 0.0),
        ('{ queued = "lost" }', 2.0 * (20.0 + 60.0)),
    ],
)
def test_a_failure_loses_as_many_as_there_are(tmp_path, said, lost):
    lines = f"{FAST}\npropagation_ms = 20000\non_failure = {said}"
    scenario = link_scenario(tmp_path, {"a-b": lines}, [poisson(2.0, size_bytes=1)], duration_s=300)
    plan = build_plan(scenario, {"a-b": (100.0, 160.0)})
    counts = [
        output.columns["traffic"]["link_down"][0]
        for output in run_replications(plan, range(200), tables=("traffic",), engine="compiled")
    ]
    if lost == 0.0:
        assert max(counts) == 0
    else:
        assert abs(z_of(pd.Series(counts, dtype=float), lost)) <= 3.3
        # Poisson: the variance is the mean, its relative standard error sqrt(2 / (n - 1)).
        assert abs(np.var(counts, ddof=1) / lost - 1.0) <= 3.3 * math.sqrt(2.0 / 199 + 1.0 / (lost * 200))
