"""What is sent twice: the first copy is the message, the other one is dropped, and the books balance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engine_cases import frame
from tests.engine_pairs import LOG_FIELDS, assert_engines_agree
from tests.link_cases import fates, flow, link_scenario, one, run_links
from tests.unit.test_network_protection import SMALL, SPARE
from warnpath.engine import SimpyRun, build_plan
from warnpath.engine.codes import DUPLICATE_DROPPED
from warnpath.engine.entities import ENTITIES
from warnpath.engine.world import checked_entity_class
from warnpath.scenario import Scenario, load

TWICE = 'protection = "1+1"'
# A message of 1,000 bytes takes 1 s a link: 2.3 s by c, 3.1 s by d, and 4.7 s by e, which nobody protects.
WAYS = {
    "a-c": "propagation_ms = 100",
    "c-b": "propagation_ms = 200",
    "a-d": "propagation_ms = 400",
    "d-b": "propagation_ms = 700",
    "a-e": "propagation_ms = 1300",
    "e-b": "propagation_ms = 1400",
}
REROUTE = "reroute = { detection_s = 2, convergence_s = 3 }"


def ways(**more: str) -> dict[str, str]:
    """The three ways; more lines by link, with an underscore."""
    return {name: f"{lines}\n{more.get(name.replace('-', '_'), '')}" for name, lines in WAYS.items()}


def run(folder: Path, *times_s: float, outages: Any = None, end: str = "", **more: str) -> Any:
    """Messages that are sent twice at some times."""
    flows = [one(at_s, more=TWICE) for at_s in times_s]
    return run_links(link_scenario(folder, ways(**more), flows, end=end), outages)


def duplicates(output: Any) -> list[int]:
    return [int(count) for count in frame(output, "traffic").duplicates]


def test_the_first_copy_is_the_message(tmp_path: Path) -> None:
    scenario = link_scenario(tmp_path, ways(), [one(10.0, more=TWICE), one(10.0, source="d")])
    simpy = SimpyRun(build_plan(scenario), tables=("messages", "elements", "traffic"), keep_log=True)
    output = simpy.run()
    table = fates(output)
    assert (table.status == "delivered").all()
    assert table.delivered_s["flow-0"] == pytest.approx(12.3, abs=1e-12)
    assert table.path["flow-0"] == "a>c>b"
    assert duplicates(output) == [1, 0]
    elements = frame(output, "elements").set_index("element")
    assert elements.duplicates["b"] == 1
    # Both copies were carried, and the duplicate is not used.
    assert [elements.messages[name] for name in ("a-c", "a-d", "b", "c", "d")] == [1, 1, 2, 1, 1]
    log = np.frombuffer(simpy.scheduler.log, LOG_FIELDS)
    dropped = log[log["kind"] == DUPLICATE_DROPPED]
    assert dropped["message"].tolist() == [0]
    # It had to wait on d - b for the other message, which left a second before it came there.
    assert dropped["time_s"].tolist() == [pytest.approx(13.1)]


def test_a_lost_copy_costs_nothing_but_the_difference_of_the_ways(tmp_path: Path) -> None:
    output = run(tmp_path, 10.0, 20.0, outages={"c-b": (11.5, 15.0)})
    table = fates(output)
    assert table.status.tolist() == ["delivered", "delivered"]
    assert table.delivered_s.tolist() == pytest.approx([13.1, 22.3])
    assert table.path.tolist() == ["a>d>b", "a>c>b"]
    assert duplicates(output) == [0, 1]


def test_a_message_is_lost_once_when_both_copies_are(tmp_path: Path) -> None:
    output = run(tmp_path, 10.0, outages={"c-b": (11.5, 15.0), "d": (11.2, 30.0)})
    table = fates(output)
    # The last copy to end says why: d is down when it arrives there at 11.4.
    assert table.status.tolist() == ["link_down"]
    traffic = frame(output, "traffic").iloc[0]
    assert (traffic.sent, traffic.delivered, traffic.link_down, traffic.node_down) == (1, 0, 1, 0)
    assert traffic.duplicates == 0


def test_nothing_is_counted_before_the_second_copy_has_ended(tmp_path: Path) -> None:
    scenario = link_scenario(tmp_path, ways(), [one(10.0, more=TWICE)], duration_s=13.0)
    traffic = frame(run_links(scenario), "traffic").iloc[0]
    # Delivered at 12.3; the other copy would be there at 13.1.
    assert (traffic.sent, traffic.delivered, traffic.in_flight, traffic.duplicates) == (1, 1, 0, 0)
    scenario = link_scenario(tmp_path, ways(), [one(10.0, more=TWICE)], duration_s=12.0)
    traffic = frame(run_links(scenario), "traffic").iloc[0]
    assert (traffic.sent, traffic.delivered, traffic.in_flight) == (1, 0, 1)


def test_the_other_copy_counts_if_the_first_is_lost_in_service(tmp_path: Path) -> None:
    # It comes at 12.3 and is served until 14.3, but b is down from 12.5 to 12.9; the other comes at 13.1.
    scenario = link_scenario(tmp_path, ways(), [one(10.0, more=TWICE)])
    scenario = scenario.replace({"node.b.service": {"kind": "fixed", "value_s": 2.0}})
    output = run_links(scenario, {"b": (12.5, 12.9)})
    table = fates(output)
    assert (table.status["flow-0"], table.path["flow-0"]) == ("delivered", "a>d>b")
    assert table.delivered_s["flow-0"] == pytest.approx(15.1)
    # While the first is in service the other is a duplicate, and is not served.
    output = run_links(scenario)
    assert fates(output).delivered_s["flow-0"] == pytest.approx(14.3)
    assert duplicates(output) == [1]
    elements = frame(output, "elements").set_index("element")
    assert elements.messages["b"] == 1


def test_a_walk_known_to_be_broken_is_replaced_by_the_route_in_force(tmp_path: Path) -> None:
    held = f'{REROUTE}\non_failure = {{ queued = "held" }}'
    output = run(
        tmp_path, 11.0, 25.0, 40.0, outages={"a-c": (5.0, 200.0), "a-d": (15.0, 200.0)}, a_c=held, a_d=held
    )
    table = fates(output)
    # At 11 s the failure of a - c is known: the route in force leads by d, where the other copy goes anyway.
    # At 25 s that of a - d is known too: one copy by e. Nothing waits at a broken link.
    assert table.status.tolist() == ["delivered"] * 3
    assert table.delivered_s.tolist() == pytest.approx([14.1, 29.7, 44.7])
    assert table.path.tolist() == ["a>d>b", "a>e>b", "a>e>b"]
    assert duplicates(output) == [0, 0, 0]
    assert frame(output, "elements").set_index("element").messages["a-e"] == 2


def test_the_third_way_takes_the_place_of_a_broken_one(tmp_path: Path) -> None:
    # The second walk is broken and known to be; the routes in force are those of the first: one copy.
    # The first is broken: the second copy takes the routes in force, which the second walk is.
    output = run(tmp_path, 20.0, outages={"d": (5.0, None)}, a_d=REROUTE, d_b=REROUTE)
    assert duplicates(output) == [0]
    assert frame(output, "elements").set_index("element").messages["a-e"] == 0
    links = {**ways(c_b=REROUTE), "c-e": "propagation_ms = 3000"}
    links["a-d"] = "propagation_ms = 9000"
    scenario = link_scenario(tmp_path, links, [one(20.0, more=TWICE)])
    output = run_links(scenario, {"c-b": (5.0, None)})
    # The walks are a - c - b and a - e - b; without c - b, a - e - b is the fastest too.
    assert fates(output).path["flow-0"] == "a>e>b"
    assert duplicates(output) == [0]
    links["c-e"] = ""
    scenario = link_scenario(tmp_path, links, [one(20.0, more=TWICE)])
    output = run_links(scenario, {"c-b": (5.0, None)})
    # Now a - c - e - b is faster than a - e - b: both copies are sent.
    assert fates(output).path["flow-0"] == "a>c>e>b"
    assert duplicates(output) == [1]


def test_a_copy_that_its_link_reroutes_leaves_its_walk(tmp_path: Path) -> None:
    rerouted = (
        f'{REROUTE}\non_failure = {{ in_service = "rerouted", in_flight = "rerouted", queued = "rerouted" }}'
    )
    output = run(tmp_path, 10.0, outages={"a-c": (10.5, None), "d": (11.0, None)}, a_c=rerouted)
    table = fates(output)
    # The copy by d is lost there; that on a - c waits until 15.5 and leaves by d, not known to be down.
    assert table.status["flow-0"] == "node_down"
    output = run(tmp_path, 10.0, outages={"a-c": (10.5, None)}, a_c=rerouted)
    assert fates(output).path["flow-0"] == "a>d>b"
    assert duplicates(output) == [1]


def test_an_update_takes_the_place_of_each_copy_by_itself(tmp_path: Path) -> None:
    # On the way by c everything waits behind a long message, so there newer tracks replace older ones.
    lines = (
        'kind = "periodic"\ninterval_s = 2\nphase_s = 1\nsize_bytes = 1000\npriority = "track"\nend_s = 12'
    )
    flows = [flow(lines, more=TWICE), one(0.5, "warning", 20_000.0, destination="c")]
    output = run_links(link_scenario(tmp_path, ways(a_c="coalesce = true"), flows))
    traffic = frame(output, "traffic").set_index("traffic").loc["flow-0"]
    assert (traffic.sent, traffic.delivered, traffic.superseded) == (6, 6, 0)
    elements = frame(output, "elements").set_index("element")
    assert elements.superseded["a-c"] == 5
    assert traffic.duplicates == 1


def loaded(folder: Path) -> Scenario:
    """Three classes over three lossy ways that fail, much of it sent twice."""
    again = "loss = 0.2\nretransmit = { timeout_s = 0.7, max_attempts = 2 }\nqueue_limit = 5"
    jitter = 'jitter = { kind = "exponential", mean_s = 0.6 }\nkeep_order = false'
    fate = f'{REROUTE}\non_failure = {{ in_flight = "held", queued = "rerouted" }}'
    flows = [
        flow(
            f'kind = "poisson"\nrate_per_s = {rate}\nlifetime_s = 15\npriority = "{priority}"\n'
            f'size_bytes = {{ kind = "exponential", mean_bytes = 700 }}\n{more}'
        )
        for rate, priority, more in ((0.3, "warning", TWICE), (0.4, "track", TWICE), (0.3, "background", ""))
    ]
    lines = {name: f"{own}\n{again}\n{jitter}\n{fate}" for name, own in WAYS.items()}
    lines["a-d"] += "\ncoalesce = true\npreemptive = true"
    scenario = link_scenario(folder, lines, flows, duration_s=200)
    return scenario.replace(
        {
            "node.*.service": {"kind": "exponential", "mean_s": 0.3},
            "node.b.queue_limit": 4,
            "node.d.on_failure": "held",
        }
    )


OUTAGES = {"a-c": (20.0, 50.0), "d": (60.0, 90.0), "d-b": (100.0, 130.0), "b": (110.0, 112.0)}


def test_both_engines_do_the_same_and_the_books_balance(tmp_path: Path) -> None:
    output = assert_engines_agree(build_plan(loaded(tmp_path), OUTAGES), 1)
    traffic, messages = frame(output, "traffic"), frame(output, "messages")
    reasons = ["lost", "queue_full", "link_down", "node_down", "no_route", "expired", "superseded"]
    assert (traffic.sent == traffic[["delivered", *reasons, "in_flight"]].sum(axis=1)).all()
    assert messages.message.tolist() == list(range(traffic.sent.sum()))
    for number, group in messages.groupby("traffic"):
        row = traffic[traffic.traffic == number].iloc[0]
        for name in ("delivered", *reasons, "in_flight"):
            assert row[name] == (group.status == name).sum(), name
    assert traffic.duplicates.tolist()[2] == 0
    assert 0 < traffic.duplicates.sum() == frame(output, "elements").duplicates.sum()


def test_entities_only_ever_hold_64_bit_numbers(tmp_path: Path) -> None:
    checked = {name: checked_entity_class(name) for name in ENTITIES}
    run_checked = SimpyRun(build_plan(loaded(tmp_path), OUTAGES), entity_classes=checked, tables=("traffic",))
    output = run_checked.run()
    assert output.status == "ok", output.error
    # Every slot is free again or held by something: nothing leaks.
    world = run_checked.world
    under_way = sum(copy.message >= 0 for copy in world.copies)
    held = sum(message.references > 0 for message in world.messages)
    assert under_way <= held <= 2 * under_way
    assert world.message_free_count == len(world.messages) - held


def test_reports_may_be_sent_twice(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_text(SPARE.format(small=SMALL))
    plain = load(path)
    twice = plain.replace({"sharing.jp-to-kr.protection": "1+1", "sharing.kr-to-jp.protection": "1+1"})
    outages = {"jp-hub": (80.0, 200.0), "kr-hub": (150.0, 300.0)}
    expected = assert_engines_agree(build_plan(plain, outages), 1)
    output = assert_engines_agree(build_plan(twice, outages), 1)
    messages = frame(output, "messages")
    assert frame(output, "elements").duplicates.sum() > 10
    came = [
        ((table.kind == "report") & (table.status == "delivered")).sum()
        for table in (frame(expected, "messages"), messages)
    ]
    assert came[1] >= came[0]
    warnings = frame(output, "warnings")
    delivered = warnings[~np.isnan(warnings.t_delivered_s)]
    stages = [name for name in warnings if name.endswith("_s") and name[:-2] in STAGES]
    assert len(stages) == len(STAGES)
    assert np.allclose(delivered[stages].sum(axis=1), delivered.latency_s, rtol=0.0, atol=1e-9)


STAGES = (
    "sense",
    "confirm",
    "transport",
    "processing",
    "queueing",
    "retransmission",
    "outage",
    "release",
    "accuracy",
    "decision",
    "delivery",
)
