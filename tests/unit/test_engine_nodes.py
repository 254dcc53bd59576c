"""Nodes step by step: preemption, holding through a failure, start-up; every time worked out by hand."""

from __future__ import annotations

import pytest

from tests.engine_cases import frame
from tests.engine_pairs import assert_engines_agree
from tests.traffic_cases import traffic_scenario
from warnpath.engine import build_plan, run_replication

TABLES = ("messages", "hops", "elements", "occupancy", "traffic")


def flow(at_s: float, priority: str, more: str = "") -> str:
    """One message at a time."""
    return (
        f'kind = "periodic"\ninterval_s = 1000\nphase_s = {at_s}\nend_s = {at_s + 1}\nsize_bytes = 1\n'
        f'priority = "{priority}"\n{more}'
    )


def run(folder, flows, node, outages=None, **more):
    scenario = traffic_scenario(folder, *flows, duration_s=500, capacity_kbps=1e9, node=node, **more)
    output = run_replication(build_plan(scenario, outages), 0, tables=TABLES)
    assert output.status == "ok", output.error
    return output


def arrivals(output):
    messages = frame(output, "messages").sort_values("traffic")
    return messages.delivered_s.round(6).tolist()


FIXED = 'service = { kind = "fixed", value_s = 10 }'


def test_a_higher_class_interrupts_and_the_rest_is_served_later(tmp_path):
    # Background from 0 to 3 and 23 to 30, a track from 3 to 5 and 15 to 23, a warning from 5 to 15.
    flows = [flow(0, "background"), flow(3, "track"), flow(5, "warning")]
    output = run(tmp_path, flows, f"{FIXED}\npreemptive = true")
    assert arrivals(output) == pytest.approx([30.0, 23.0, 15.0], abs=1e-5)
    hops = frame(output, "hops")
    served = hops[hops.element == "b"].sort_values("message")
    # First start, end, and the service as a whole, however often it was interrupted.
    assert served.start_s.tolist() == pytest.approx([0.0, 3.0, 5.0], abs=1e-5)
    assert served.service_s.tolist() == pytest.approx([10.0, 10.0, 10.0])
    without = run(tmp_path, flows, FIXED)
    assert arrivals(without) == pytest.approx([10.0, 30.0, 20.0], abs=1e-5)


def test_of_several_servers_the_latest_of_the_lowest_class_gives_way(tmp_path):
    flows = [flow(0, "track"), flow(1, "background"), flow(2, "background"), flow(4, "warning")]
    output = run(tmp_path, flows, f"{FIXED}\nservers = 3\npreemptive = true")
    # The third gives way at 4 with 8 s to go, and has the first server that is free, at 10.
    assert arrivals(output) == pytest.approx([10.0, 11.0, 18.0, 14.0], abs=1e-5)


def test_an_equal_class_waits(tmp_path):
    flows = [flow(0, "track"), flow(3, "track")]
    output = run(tmp_path, flows, f"{FIXED}\npreemptive = true")
    assert arrivals(output) == pytest.approx([10.0, 20.0], abs=1e-5)


def test_a_full_queue_refuses_whoever_comes(tmp_path):
    flows = [flow(0, "background"), flow(1, "background"), flow(2, "warning")]
    output = run(tmp_path, flows, f"{FIXED}\npreemptive = true\nqueue_limit = 1")
    assert frame(output, "traffic").queue_full.tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("on_failure", "status"),
    [("lost", ["node_down", "delivered"]), ("held", ["delivered", "delivered"])],
)
def test_a_failure_loses_or_holds_what_is_in_service(tmp_path, on_failure, status):
    flows = [flow(0, "background"), flow(1, "background")]
    node = f'{FIXED}\non_failure = "{on_failure}"'
    output = run(tmp_path, flows, node, outages={"b": (4.0, 104.0)})
    messages = frame(output, "messages").sort_values("traffic")
    assert messages.status.tolist() == status
    # Held: 6 s are left at the repair. Lost: the second one starts then.
    expected = [110.0, 120.0] if on_failure == "held" else [114.0]
    assert messages.delivered_s.dropna().tolist() == pytest.approx(expected, abs=1e-5)


RELEASE = """
[[node]]
id = "k"
role = "relay"
nation = "KR"
lat_deg = 0
lon_deg = 0
[[link]]
id = "b-k"
ends = ["b", "k"]
medium = "line"
[[sharing]]
id = "us-to-kr"
data_of = "US"
to = "KR"
via = ["b"]
release = { kind = "fixed", value_s = 20 }
[[traffic]]
id = "over"
source = "a"
destination = "k"
kind = "periodic"
interval_s = 1
end_s = 40
size_bytes = 1
"""


@pytest.mark.parametrize("on_failure", ["lost", "held"])
def test_a_release_is_lost_or_held_too_however_many_there_are(tmp_path, on_failure):
    node = f'on_failure = "{on_failure}"'
    output = run(tmp_path, [], node, outages={"b": (30.0, 100.0)}, end=RELEASE)
    messages = frame(output, "messages")
    in_release = messages[(messages.created_s > 10.0) & (messages.created_s < 29.999)]
    assert len(in_release) == 20
    if on_failure == "lost":
        assert set(in_release.status) == {"node_down"}
    else:
        # 20 s of release and 70 s of outage, for more of them than one event lets go on.
        assert in_release.latency_s.tolist() == pytest.approx([90.0] * 20, abs=1e-4)


def test_a_node_is_down_until_it_has_started(tmp_path):
    flows = [flow(0, "background"), flow(109, "background"), flow(115, "background")]
    node = f'{FIXED}\non_failure = "held"\nstartup = {{ kind = "fixed", value_s = 8 }}'
    output = run(tmp_path, flows, node, outages={"b": (4.0, 104.0)})
    messages = frame(output, "messages").sort_values("traffic")
    # Up at 112: 6 s remain of the first; the second came at 109 and the third at 115.
    assert messages.delivered_s.tolist() == pytest.approx([118.0, 128.0, 138.0], abs=1e-5)
    elements = frame(output, "elements").set_index("element")
    assert elements.availability_realised["b"] == pytest.approx(1.0 - 108.0 / 500.0)


def test_a_failure_while_starting_starts_anew(tmp_path):
    scenario = traffic_scenario(
        tmp_path,
        flow(0, "background"),
        duration_s=500,
        capacity_kbps=1e9,
        node=f'{FIXED}\non_failure = "held"\nstartup = {{ kind = "fixed", value_s = 8 }}',
        end="""
[[outage]]
id = "first"
element = "b"
down_s = 4
up_s = 104
[[outage]]
id = "second"
element = "b"
down_s = 108
up_s = 150
""",
    )
    output = assert_engines_agree(build_plan(scenario), tables=TABLES)
    assert arrivals(output) == pytest.approx([164.0], abs=1e-5)


def test_the_routes_learn_of_a_node_when_it_has_started(tmp_path):
    # Two ways from a to c; b fails and is detoured after 1 s, and back in use 1 s after it has started.
    scenario = traffic_scenario(
        tmp_path,
        duration_s=500,
        capacity_kbps=1e9,
        medium="reroute = { detection_s = 0.4, convergence_s = 0.6 }",
        node='startup = { kind = "fixed", value_s = 50 }',
        end="""
[[node]]
id = "c"
role = "relay"
nation = "US"
lat_deg = 0
lon_deg = 0
[[node]]
id = "detour"
role = "relay"
nation = "US"
lat_deg = 0
lon_deg = 0
[[link]]
id = "b-c"
ends = ["b", "c"]
medium = "line"
[[link]]
id = "a-detour"
ends = ["a", "detour"]
medium = "line"
propagation_ms = 5
[[link]]
id = "detour-c"
ends = ["detour", "c"]
medium = "line"
propagation_ms = 5
[[traffic]]
id = "beat"
source = "a"
destination = "c"
kind = "periodic"
interval_s = 0.5
phase_s = 0.25
size_bytes = 1
""",
    )
    output = run_replication(build_plan(scenario, {"b": (100.0, 200.0)}), 0, tables=TABLES)
    messages = frame(output, "messages")
    detoured = messages[messages.path == "a>detour>c"].created_s
    assert (detoured.min(), detoured.max()) == (101.25, 250.75)
    assert messages[messages.status == "node_down"].created_s.tolist() == [100.25, 100.75]


@pytest.mark.parametrize("on_failure", ["lost", "held"])
def test_what_arrives_at_a_node_without_service_while_it_is_down(tmp_path, on_failure):
    flows = [flow(at_s, "background") for at_s in (1, 60, 70, 120)]
    node = f'on_failure = "{on_failure}"'
    output = run(tmp_path, flows, node, outages={"b": (50.0, 100.0)})
    delivered = frame(output, "messages").sort_values("traffic").delivered_s.dropna().tolist()
    late = [100.0, 100.0] if on_failure == "held" else []
    assert delivered == pytest.approx([1.0, *late, 120.0], abs=1e-5)


def test_what_has_expired_takes_no_room_from_others(tmp_path):
    # Served until 10; the next waits from 1 and expires at 3, so one at 2 finds no room, and one at 4 does.
    flows = [flow(0, "track"), flow(1, "track", "lifetime_s = 2"), flow(2, "track"), flow(4, "track")]
    node = f"{FIXED}\nqueue_limit = 1"
    scenario = traffic_scenario(tmp_path, *flows, duration_s=500, capacity_kbps=1e9, node=node)
    output = assert_engines_agree(build_plan(scenario), tables=TABLES)
    messages = frame(output, "messages").sort_values("traffic")
    assert messages.status.tolist() == ["delivered", "expired", "queue_full", "delivered"]
    assert messages.delivered_s.dropna().tolist() == pytest.approx([10.0, 20.0], abs=1e-5)
    # One waited from 1 until it was thrown out at 4, another from then until 10.
    node_row = frame(output, "elements").query("element == 'b'").iloc[0]
    assert node_row.mean_queue * 500 == pytest.approx(9.0, abs=1e-5)
    assert frame(output, "occupancy").query("element == 'b'").queued.max() == 1


@pytest.mark.parametrize("on_failure", ["lost", "held"])
def test_both_engines_agree_on_busy_failing_nodes(tmp_path, on_failure):
    flows = [
        f'kind = "poisson"\nrate_per_s = 0.8\nsize_bytes = 1\npriority = "{name}"\nlifetime_s = 40'
        for name in ("warning", "track", "background")
    ]
    node = (
        'service = { kind = "gamma", mean_s = 1.5, shape = 0.8 }\nservers = 3\nqueue_limit = 20\n'
        f'preemptive = true\non_failure = "{on_failure}"\n'
        'startup = { kind = "uniform", low_s = 1, high_s = 5 }'
    )
    scenario = traffic_scenario(tmp_path, *flows, duration_s=600, capacity_kbps=1e3, node=node, end=RELEASE)
    outages = {"b": (50.0, 80.0), "a-b": (200.0, 230.0), "b-k": (20.0, 25.0)}
    output = assert_engines_agree(build_plan(scenario, outages), 1, tables=TABLES)
    messages, hops = frame(output, "messages"), frame(output, "hops")
    assert {"delivered", "queue_full", "expired"} <= set(messages.status)
    assert ("node_down" in set(messages.status)) == (on_failure == "lost")
    served = hops[(hops.element == "b") & (hops.service_s < hops.end_s - hops.start_s - 1e-9)]
    assert len(served) > 10
