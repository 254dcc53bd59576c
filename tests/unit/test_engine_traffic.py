"""Traffic within the event loop: when it is sent, what is counted, and that it takes no memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.engine_cases import frame
from tests.traffic_cases import traffic_scenario
from warnpath.engine import SimpyRun, build_plan, run_replication
from warnpath.engine.codes import FAULT_POLICY
from warnpath.scenario import Scenario, load

TABLES = ("messages", "traffic", "elements")
KILOBYTE = "size_bytes = 1000"


def run(scenario: Scenario, replication: int = 0, outages=None):
    output = run_replication(build_plan(scenario, outages), replication, tables=TABLES)
    assert output.status == "ok", output.error
    return output


def test_a_given_phase_and_interval_say_when_messages_are_sent(tmp_path):
    lines = f'kind = "periodic"\ninterval_s = 2.5\nphase_s = 1.25\nstart_s = 10\nend_s = 21.25\n{KILOBYTE}'
    messages = frame(run(traffic_scenario(tmp_path, lines, duration_s=100)), "messages")
    # From 11.25 in steps of 2.5 as long as it is before 21.25, which is one step too many.
    assert messages.created_s.tolist() == [11.25, 13.75, 16.25, 18.75]
    assert messages.latency_s.tolist() == [1.0] * 4  # 8,000 bit at 8 kbit/s
    assert set(messages.kind) == {"traffic"}
    assert set(messages.traffic) == {"flow-0"}
    assert set(messages.size_bytes) == {1000}
    assert messages.priority.tolist() == [2] * 4


def test_a_drawn_phase_differs_between_flows_and_replications_and_keeps_the_count(tmp_path):
    lines = f'kind = "periodic"\ninterval_s = 0.1\nend_s = 100\n{KILOBYTE}'
    scenario = traffic_scenario(tmp_path, lines, lines, duration_s=200, capacity_kbps=1e6)
    firsts = []
    for replication in range(3):
        messages = frame(run(scenario, replication), "messages")
        for _, flow in messages.groupby("traffic"):
            assert len(flow) == 1000
            assert np.diff(flow.created_s) == pytest.approx(0.1, abs=1e-12)
            firsts.append(flow.created_s.min())
    assert len(set(firsts)) == 6
    assert 0.0 <= min(firsts) < max(firsts) < 0.1


def test_every_source_sends_to_every_destination(tmp_path):
    scenario = traffic_scenario(
        tmp_path,
        duration_s=60,
        end="""
[[node]]
id = "c"
role = "relay"
nation = "US"
lat_deg = 0
lon_deg = 0
[[link]]
id = "b-c"
ends = ["b", "c"]
medium = "line"
[[traffic]]
id = "all-to-c"
source = ["b", "a"]
destination = "c"
kind = "periodic"
rate_per_s = 0.5
phase_s = 0
size_bytes = 500
priority = "track"
""",
    )
    output = run(scenario)
    assert scenario.traffic[0].pairs() == (("a", "c"), ("b", "c"))
    table = frame(output, "traffic")
    assert table[["source", "destination", "sent", "priority"]].to_numpy().tolist() == [
        ["a", "c", 30, 1],
        ["b", "c", 30, 1],
    ]
    messages = frame(output, "messages")
    assert set(messages[messages.origin == "a"].path) == {"a>b>c"}


def test_the_counts_are_those_of_the_messages(tmp_path):
    # Overload on a queue of 3, messages that expire, outages, and some still under way at the end.
    lines = 'kind = "poisson"\nrate_per_s = 1.2\nsize_bytes = 1000\nlifetime_s = 2.2'
    more = 'kind = "periodic"\ninterval_s = 3\nsize_bytes = 200\npriority = "warning"'
    scenario = traffic_scenario(
        tmp_path,
        lines,
        more,
        duration_s=1000,
        medium="queue_limit = 3\nloss = 0.2\nretransmit = { timeout_s = 0.5, max_attempts = 2 }",
    )
    output = run(scenario, outages={"a-b": (300.0, 330.0), "a": (500.0, 520.0), "b": (600.0, 610.0)})
    messages, table = frame(output, "messages"), frame(output, "traffic").set_index("traffic")
    for name, flow in messages.groupby("traffic"):
        counted = table.loc[name]
        assert counted.sent == len(flow)
        fates = flow.status.value_counts().to_dict()
        for fate in ("delivered", "lost", "queue_full", "link_down", "node_down", "expired", "in_flight"):
            assert counted[fate] == fates.pop(fate, 0), (name, fate)
        assert fates == {}
        assert counted.latency_mean_s == pytest.approx(flow.latency_s.mean(), abs=1e-9)
        assert counted.latency_sd_s == pytest.approx(flow.latency_s.std(ddof=0), abs=1e-9)
        assert counted.latency_max_s == flow.latency_s.max()
    everything = set(messages.status)
    assert {"delivered", "lost", "queue_full", "node_down", "expired"} <= everything


def test_a_source_that_is_down_goes_on_making_messages_that_get_nowhere(tmp_path):
    lines = f'kind = "periodic"\ninterval_s = 1\nphase_s = 0.5\nend_s = 100\n{KILOBYTE}'
    output = run(traffic_scenario(tmp_path, lines, duration_s=200), outages={"a": (20.0, 30.0)})
    messages = frame(output, "messages")
    down = messages[(messages.created_s > 20.0) & (messages.created_s < 30.0)]
    assert len(messages) == 100
    assert down.status.tolist() == ["node_down"] * 10
    assert down.hops.tolist() == [0] * 10


def test_a_day_of_traffic_takes_the_memory_of_a_minute(tmp_path):
    from warnpath.engine.compiled.compiled_run import CompiledRun

    lines = 'kind = "poisson"\nrate_per_s = 8\nsize_bytes = 100'
    slots = []
    for duration_s in (60, 86_400):
        plan = build_plan(traffic_scenario(tmp_path, lines, duration_s=duration_s, capacity_kbps=64))
        day = CompiledRun(plan, tables=("traffic",))
        output = day.run()
        assert output.status == "ok", output.error
        slots.append((len(day.world.messages), len(day.world.copies), len(day.world.paths)))
    sent = output.columns["traffic"]["sent"][0]
    # Poisson: 691,200 with a standard deviation of 831.
    assert abs(sent - 691_200) < 4 * 831
    assert slots[1] == slots[0]


def test_traffic_is_checked_against_the_policy_at_every_node(tmp_path):
    lines = f'kind = "periodic"\ninterval_s = 1\n{KILOBYTE}'
    plan = build_plan(traffic_scenario(tmp_path, lines, duration_s=10))
    assert plan.entities["traffic"][0]["clearance"] == 1
    plan.entities["traffic"][0]["clearance"] = 0
    broken = SimpyRun(plan)
    broken.world.next_step[:] = 0
    assert broken.run().status == "failed"
    assert broken.world.fault == FAULT_POLICY


def test_a_run_lasts_at_least_as_long_as_stated_and_to_the_end_of_a_launch(tmp_path):
    small = load(Path(__file__).parents[1] / "scenarios" / "small.toml")
    ends = build_plan(small).scalars["end_s"]
    assert build_plan(small.replace({"run.duration_s": 10.0})).scalars["end_s"] == ends
    assert build_plan(small.replace({"run.duration_s": ends + 7.0})).scalars["end_s"] == ends + 7.0
    alone = traffic_scenario(tmp_path, f'kind = "poisson"\nrate_per_s = 1\n{KILOBYTE}', duration_s=17)
    assert build_plan(alone).scalars["end_s"] == 17.0


def test_traffic_moves_no_draw_of_anything_else(tmp_path):
    (tmp_path / "small.toml").write_text((Path(__file__).parents[1] / "scenarios" / "small.toml").read_text())
    (tmp_path / "loaded.toml").write_text(
        """
schema_version = 1
name = "loaded"
extends = "small.toml"
[medium.fibre]
capacity_kbps = 1000000
[[traffic]]
id = "load"
source = "us-hub"
destination = "kr-c2"
open = true
kind = "poisson"
rate_per_s = 3
size_bytes = 100
"""
    )
    loaded = load(tmp_path / "loaded.toml")
    bare = loaded.replace({"traffic.load.end_s": 0.001})
    outputs = [run_replication(build_plan(item), 1, tables=TABLES) for item in (bare, loaded)]
    without, with_load = (frame(output, "messages") for output in outputs)
    others = with_load[with_load.kind != "traffic"]
    keys = ["kind", "origin", "destination", "created_s", "latency_s"]
    plots = [
        table[(table.kind == "plot") & (table.destination == "jp-c2")][keys].reset_index(drop=True)
        for table in (without, others)
    ]
    assert len(plots[0]) > 100
    # They meet the traffic on no link and at no server, so nothing about them changes, to the bit.
    pd.testing.assert_frame_equal(plots[0], plots[1])
    assert len(with_load) > len(others) + 1000
