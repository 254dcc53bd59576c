"""What is in flight on a link that keeps the order: one event a link, whatever number flies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.engine_cases import run_traffic, two_nodes
from warnpath.engine import SimpyRun
from warnpath.engine.codes import ARRIVED

MESSAGES = 200


def send_every(gap_s: float, watch: list[int] | None = None) -> Any:
    """A source of `MESSAGES` messages; notes how many arrivals are scheduled after each."""

    def start(run: SimpyRun) -> None:
        def source() -> Any:
            for _ in range(MESSAGES):
                run.send("a", "b", 1000.0)
                yield run.env.timeout(gap_s)
                if watch is not None:
                    watch.append(sum(event[1] == ARRIVED for event in run.scheduler.pending()))

        run.env.process(source())

    return start


@pytest.mark.parametrize(("keep_order", "pending"), [("true", 1), ("false", MESSAGES - 1)])
def test_only_the_first_in_flight_has_an_event(tmp_path: Path, keep_order: str, pending: int) -> None:
    # 0.1 s of transmission and 500 s of propagation: all of them fly at the end of the source.
    medium = f"keep_order = {keep_order}"
    scenario = two_nodes(tmp_path, end_s=1000, capacity_kbps=80, propagation_ms=500_000, medium=medium)
    watch: list[int] = []
    messages = run_traffic(scenario, send_every(0.75, watch))
    assert max(watch) in (pending, pending + 1)
    assert (messages.status == "delivered").all()
    latency_s = messages.latency_s.to_numpy()
    assert abs(latency_s - 500.1).max() < 1e-9


def test_jitter_is_the_same_with_one_event_a_link(tmp_path: Path) -> None:
    # Kept in order, a message arrives with the slowest of those before it, and never before its own delay.
    medium = 'jitter = { kind = "exponential", mean_s = 2.0 }\nkeep_order = {keep}'
    arrivals = {}
    for keep in ("true", "false"):
        folder = tmp_path / keep
        folder.mkdir()
        scenario = two_nodes(folder, end_s=500, propagation_ms=3000, medium=medium.replace("{keep}", keep))
        arrivals[keep] = run_traffic(scenario, send_every(0.25)).delivered_s.to_numpy()
    slowest = 0.0
    for loose, kept in zip(arrivals["false"], arrivals["true"], strict=True):
        slowest = max(slowest, loose)
        # Rounded up by one unit in the last place where the order would not hold otherwise.
        assert kept == pytest.approx(slowest, rel=1e-15)


def test_a_failure_clears_the_flight_and_the_next_one_starts_anew(tmp_path: Path) -> None:
    scenario = two_nodes(tmp_path, end_s=400, propagation_ms=20_000)
    messages = run_traffic(scenario, send_every(1.0), {"a-b": (50.5, 60.25)}).set_index("created_s")
    # Sent from 31 to 50: still in the air at 50.5; from 51 to 60: held until 60.25.
    assert (messages.loc[31.0:50.0, "status"] == "link_down").all()
    assert (messages.loc[:30.0, "status"] == "delivered").all()
    assert messages.loc[51.0:60.0, "delivered_s"].to_numpy() == pytest.approx(80.25)
    # 8,000 bits at 1 Gbit/s and 20 s of propagation.
    assert (messages.loc[61.0:, "latency_s"] - 20.000008).abs().max() < 1e-9
