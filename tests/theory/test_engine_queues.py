"""Links and nodes of the engine against queueing theory; values with their sources in the comments.

Each check is |simulated - exact| <= 4 standard errors from batch means, on fixed seeds.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.engine_cases import batch_interval, poisson_source, run_traffic, two_nodes

pytestmark = pytest.mark.unwatched

MESSAGES = 20_000


def assert_agrees(values: np.ndarray, exact: float) -> None:
    mean, error = batch_interval(values)
    assert abs(mean - exact) <= 4.0 * error, f"{mean:.6g} +- {error:.2g}, exact {exact:.6g}"


def test_a_long_link_carries_many_messages_at_once_and_waits_for_transmission_only(tmp_path):
    # M/D/1 at 50 % load: mean wait rho D / (2 (1 - rho)) = 0.5 s for D = 1 s (Pollaczek-Khinchine). A link
    # that stayed busy through its 30 s of propagation would be overloaded thirty-fold.
    scenario = two_nodes(tmp_path, end_s=2 * MESSAGES, capacity_kbps=8, propagation_ms=30_000)
    messages = run_traffic(scenario, lambda run: poisson_source(run, 0.5, lambda _: 1000.0, seed=1))
    arrived = messages[messages.status == "delivered"]
    assert_agrees(arrived.latency_s.to_numpy() - 31.0, 0.5)
    # About 15 messages are in the air at any time (Little: 0.5/s x 30 s), all of them counted at the end.
    assert 3 <= (messages.status == "in_flight").sum() <= 35


def test_exponential_sizes_give_the_mm1_sojourn(tmp_path):
    # M/M/1, lambda 0.8, mu 1: W = 1 / (mu - lambda) = 5 s (Kleinrock vol. 1, ch. 3).
    scenario = two_nodes(tmp_path, end_s=5 * MESSAGES, capacity_kbps=8)
    messages = run_traffic(
        scenario, lambda run: poisson_source(run, 0.8, lambda g: g.exponential(1000.0), seed=2)
    )
    assert_agrees(messages[messages.status == "delivered"].latency_s.to_numpy(), 5.0)


def test_a_finite_queue_loses_what_md1k_loses(tmp_path):
    # M/D/1/5 (one in service, four waiting), lambda 0.8, D 1: P(loss) = 0.0352904 (embedded chain;
    # Gross & Harris; Brun & Garcia 2000). Accepted messages spend 2.20967 s.
    scenario = two_nodes(tmp_path, end_s=1.25 * MESSAGES, capacity_kbps=8, medium="queue_limit = 4")
    messages = run_traffic(scenario, lambda run: poisson_source(run, 0.8, lambda _: 1000.0, seed=3))
    done = messages[messages.status != "in_flight"]
    assert_agrees((done.status == "queue_full").to_numpy().astype(float), 0.03529039643618077)
    assert_agrees(done[done.status == "delivered"].latency_s.to_numpy(), 2.2096665728728043)
    assert set(messages.status) <= {"delivered", "queue_full", "in_flight"}


def test_warnings_overtake_background_without_preemption(tmp_path):
    # Non-preemptive priority, D = 1, lambda (0.2, 0.5): waits 0.4375 and 1.4583 s (Cobham 1954).
    scenario = two_nodes(tmp_path, end_s=1.5 * MESSAGES, capacity_kbps=8)

    def both(run):
        poisson_source(run, 0.2, lambda _: 1000.0, seed=4, priority=0)
        poisson_source(run, 0.5, lambda _: 1000.0, seed=5, priority=2)

    messages = run_traffic(scenario, both)
    done = messages[messages.status == "delivered"]
    assert_agrees(done[done.priority == 0].latency_s.to_numpy() - 1.0, 0.4375)
    assert_agrees(done[done.priority == 2].latency_s.to_numpy() - 1.0, 1.4583333333333333)


def test_two_servers_wait_as_erlang_says(tmp_path):
    # M/M/2, lambda 1.6, mu 1: Wq = 1.7777777777777786 s (Erlang C).
    service = 'servers = 2\nservice = { kind = "exponential", mean_s = 1 }'
    scenario = two_nodes(tmp_path, end_s=1.5 * MESSAGES, node=service)
    messages = run_traffic(scenario, lambda run: poisson_source(run, 1.6, lambda _: 0.0, seed=6))
    assert_agrees(messages[messages.status == "delivered"].latency_s.to_numpy(), 2.7777777777777786)


@pytest.mark.parametrize(
    ("loss", "mean_s"),
    # First delivery d + timeout (G - 1), G geometric; one way 0.25 s, time-out 1 s.
    [(0.1, 0.3611111111111111), (0.3, 0.6785714285714286)],
)
def test_retransmission_takes_what_stop_and_wait_takes(tmp_path, loss, mean_s):
    medium = f"loss = {loss}\nretransmit = {{ timeout_s = 1, max_attempts = 60 }}"
    scenario = two_nodes(tmp_path, end_s=MESSAGES, propagation_ms=250, medium=medium + "\nkeep_order = false")
    messages = run_traffic(scenario, lambda run: poisson_source(run, 1.0, lambda _: 0.0, seed=7))
    done = messages[messages.status == "delivered"]
    assert_agrees(done.latency_s.to_numpy(), mean_s)
    assert_agrees(done.attempts.to_numpy().astype(float), 1.0 / (1.0 - loss))


def test_a_sender_gives_up_after_its_attempts(tmp_path):
    # Without repetition after the third try a fifth to the third power is lost.
    medium = "loss = 0.2\nretransmit = { timeout_s = 0.1, max_attempts = 3 }"
    scenario = two_nodes(tmp_path, end_s=MESSAGES, medium=medium)
    messages = run_traffic(scenario, lambda run: poisson_source(run, 1.0, lambda _: 0.0, seed=8))
    done = messages[messages.status != "in_flight"]
    assert_agrees((done.status == "lost").to_numpy().astype(float), 0.2**3)


def test_order_is_kept_where_the_link_keeps_it(tmp_path):
    medium = 'jitter = { kind = "exponential", mean_s = 0.5 }'
    start = lambda run: poisson_source(run, 5.0, lambda _: 10.0, seed=9)  # noqa: E731
    kept = run_traffic(two_nodes(tmp_path, end_s=1000, medium=medium), start)
    arrivals = kept[kept.status == "delivered"].sort_values("message").delivered_s.to_numpy()
    assert (np.diff(arrivals) >= 0.0).all()
    loose = run_traffic(two_nodes(tmp_path, end_s=1000, medium=medium + "\nkeep_order = false"), start)
    arrivals = loose[loose.status == "delivered"].sort_values("message").delivered_s.to_numpy()
    assert (np.diff(arrivals) < 0.0).any()


def test_a_queue_is_held_through_an_outage_and_what_was_under_way_is_lost(tmp_path):
    # One message a second for 100 s, 0.5 s of transmission, 2 s of propagation; down from 20.25 to 40 s.
    scenario = two_nodes(tmp_path, end_s=200, capacity_kbps=16, propagation_ms=2000)

    def clock(run):
        def source():
            for _ in range(100):
                run.send("a", "b", 1000.0)
                yield run.env.timeout(1.0)

        run.env.process(source())

    messages = run_traffic(scenario, clock, {"a-b": (20.25, 40.0)}).set_index("created_s")
    # Sent at 18 and 19: in the air at 20.25 (they would arrive at 20.5 and 21.5); at 20: in transmission.
    assert messages.loc[[18.0, 19.0, 20.0], "status"].tolist() == ["link_down"] * 3
    assert messages.loc[17.0, "delivered_s"] == 19.5
    # The 20 held from 21 to 40 go on at 40, half a second apart, while new ones queue behind them.
    assert messages.loc[21.0, "delivered_s"] == 42.5
    assert messages.loc[22.0, "delivered_s"] == 43.0
    assert (messages.loc[21.0:, "status"] == "delivered").all()
