"""Sources that switch to the next best walk at once, and routes that follow the contacts of links."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.engine_cases import frame
from tests.engine_pairs import assert_engines_agree
from tests.link_cases import flow, link_scenario, run_links
from warnpath.cli import show_ways
from warnpath.engine import SimpyRun, build_plan
from warnpath.engine.entities import ENTITIES
from warnpath.engine.world import checked_entity_class

EVERY_5_S = 'kind = "periodic"\ninterval_s = 5\nphase_s = {phase_s}\nsize_bytes = 1000'
SLOW = "reroute = { detection_s = 1, convergence_s = 39 }"
# 1 s a link: 2 s by c, 3 s by d, 4 s by e.
WAYS = {
    "a-c": SLOW,
    "c-b": "",
    "a-d": "propagation_ms = 1000",
    "d-b": "",
    "a-e": "propagation_ms = 2000",
    "e-b": "",
}
ROUTING = "[routing]\nalternatives = {count}\nswitch_ms = 2000"


def ways(output: Any) -> dict[float, str]:
    """By the time a message was made: the way it took, or the reason why it did not come."""
    messages = frame(output, "messages")
    return {
        row.created_s: row.path[2:-2] if row.status == "delivered" else row.status
        for row in messages.itertuples()
    }


def run(folder: Path, end: str, outages: Any, links: dict[str, str] = WAYS) -> dict[float, str]:
    scenario = link_scenario(folder, links, [flow(EVERY_5_S.format(phase_s=0))], duration_s=100, end=end)
    return ways(run_links(scenario, outages))


def test_sources_switch_long_before_the_routes_have_converged(tmp_path: Path) -> None:
    lost = {"a-c": (20.5, 70.5)}
    links = {**WAYS, "a-c": f'{SLOW}\non_failure = {{ queued = "lost" }}'}
    found = run(tmp_path, "", lost, links)
    # The routes know at 60.5, and of the repair at 110.5.
    assert [at_s for at_s, way in found.items() if way == "link_down"] == [
        20.0,
        25.0,
        30.0,
        35.0,
        40.0,
        45.0,
        50.0,
        55.0,
        60.0,
    ]
    assert found[95.0] == "d"
    found = run(tmp_path, ROUTING.format(count=2), lost, links)
    assert [at_s for at_s, way in found.items() if way == "link_down"] == [20.0]
    assert {way for at_s, way in found.items() if 25.0 <= at_s <= 70.0} == {"d"}
    # And 2 s after the repair they are back.
    assert found[75.0] == "c"


def test_where_no_alternative_is_left_the_routes_decide(tmp_path: Path) -> None:
    outages = {"a-c": (20.5, None), "d": (20.5, None)}
    found = run(tmp_path, ROUTING.format(count=3), outages)
    assert {way for at_s, way in found.items() if 25.0 <= at_s <= 90.0} == {"e"}
    # Two walks, both down: the routes learn of a - c at 60.5 and lead by d, whose failure nobody announces.
    found = run(tmp_path, ROUTING.format(count=2), outages)
    assert found[25.0] == "in_flight"
    assert found[65.0] == "node_down"


def test_the_table_of_walks(tmp_path: Path) -> None:
    scenario = link_scenario(tmp_path, WAYS, [flow(EVERY_5_S.format(phase_s=0))], duration_s=100)
    rows = show_ways.alternatives(scenario)
    assert [(row["rank"], row["way"]) for row in rows] == [
        (1, "a -> c -> b"),
        (2, "a -> d -> b"),
        (3, "a -> e -> b"),
    ]
    assert [row["longer_s"] for row in rows] == pytest.approx([0.0, 1.0, 2.0])
    assert len(show_ways.alternatives(scenario.replace({"routing.alternatives": 2}))) == 2
    assert json.dumps(rows)


CONTACT = "contacts = [{ start_s = 10, end_s = 20 }]\ncontact_every_s = 30"


def test_a_closed_link_is_not_used_while_there_is_another_way(tmp_path: Path) -> None:
    links = {"a-b": CONTACT, "a-c": "propagation_ms = 3000", "c-b": ""}
    lines = EVERY_5_S.format(phase_s=0.5)
    messages = frame(run_links(link_scenario(tmp_path, links, [flow(lines)], duration_s=60)), "messages")
    open_at = {at_s: 10.0 <= at_s % 30.0 < 20.0 for at_s in messages.created_s}
    for row in messages[messages.status == "delivered"].itertuples():
        assert row.path == ("a>b" if open_at[row.created_s] else "a>c>b"), row.created_s
        # By c it takes 5 s and 1 s on a - b; nothing waits for a contact.
        assert row.latency_s == pytest.approx(1.0 if open_at[row.created_s] else 5.0)


def test_a_closed_link_is_waited_for_where_it_is_the_only_one_and_the_first_to_open(tmp_path: Path) -> None:
    other = "contacts = [{ start_s = 16, end_s = 40 }]\ncontact_every_s = 60"
    lines = EVERY_5_S.format(phase_s=0.5)
    links = {"a-b": CONTACT, "a-c": other, "c-b": ""}
    messages = frame(run_links(link_scenario(tmp_path, links, [flow(lines)], duration_s=60)), "messages")
    found = messages.set_index("created_s")
    # Before 10 both are closed, and a - b opens first; from 20 to 40 the other is open; at 40.5 it is a - b.
    assert found.path[0.5] == "a>b"
    assert found.delivered_s[0.5] == pytest.approx(11.0)
    assert [found.path[at_s] for at_s in (15.5, 25.5, 35.5, 40.5)] == ["a>b", "a>c>b", "a>c>b", "a>b"]
    # At 50.5 both are closed again: a - b opens at 70, the other one at 76; it waits.
    assert found.status[50.5] == "in_flight"


@pytest.mark.parametrize(("queued", "path"), [("held", "a>b"), ("rerouted", "a>c>b")])
def test_what_waits_when_a_contact_ends_stays_or_goes_on_as_the_link_says(
    tmp_path: Path, queued: str, path: str
) -> None:
    reroute = "reroute = { detection_s = 1, convergence_s = 1 }"
    fate = f'{CONTACT}\n{reroute}\non_failure = {{ queued = "{queued}" }}'
    links = {"a-b": fate, "a-c": "propagation_ms = 3000", "c-b": ""}
    lines = 'kind = "periodic"\ninterval_s = 1000\nphase_s = {}\nsize_bytes = {}'
    flows = [flow(lines.format(15.0, 4500)), flow(lines.format(16.0, 1000))]
    messages = frame(run_links(link_scenario(tmp_path, links, flows, duration_s=60)), "messages")
    # The first is on the link until 19.5; half of the second is sent by 20. It goes on at 40, or starts anew.
    assert messages.path.tolist() == ["a>b", path]
    assert messages.delivered_s[1] == pytest.approx(40.5 if queued == "held" else 25.0)


def test_degraded_modes_change_no_route(tmp_path: Path) -> None:
    end = (
        '[[outage]]\nid = "mode"\nelement = "a-c"\ndown_s = 20\nup_s = 60\n'
        "degraded = { capacity_factor = 0.2, loss = 0.5 }\n"
    )
    found = run(tmp_path, end + ROUTING.format(count=3), None)
    assert set(found.values()) <= {"c", "lost", "in_flight"}
    assert "lost" in found.values()


def test_both_engines_do_the_same(tmp_path: Path) -> None:
    links = {**WAYS, "a-d": f"{WAYS['a-d']}\n{CONTACT}", "d-b": CONTACT.replace("20", "25")}
    flows = [
        flow(f'kind = "poisson"\nrate_per_s = 0.4\nsize_bytes = 700\npriority = "{priority}"\n{more}')
        for priority, more in (("warning", 'protection = "1+1"'), ("track", ""), ("background", ""))
    ]
    scenario = link_scenario(tmp_path, links, flows, duration_s=200, end=ROUTING.format(count=3))
    outages = {"a-c": (20.0, 80.0), "e": (50.0, 90.0), "c-b": (120.0, 130.0)}
    plan = build_plan(scenario, outages)
    output = assert_engines_agree(plan, 1)
    messages = frame(output, "messages")
    assert {"a>c>b", "a>d>b", "a>e>b"} <= set(messages[messages.status == "delivered"].path)
    checked = {name: checked_entity_class(name) for name in ENTITIES}
    again = SimpyRun(plan, 1, entity_classes=checked, tables=("traffic",)).run()
    assert (again.status, again.log_hash) == ("ok", output.log_hash)
    random = scenario.replace(
        {"run.random_outages": True, "link.a-c.mttr_h": 0.01, "link.a-c.availability": 0.5}
    )
    assert_engines_agree(build_plan(random), 2)
