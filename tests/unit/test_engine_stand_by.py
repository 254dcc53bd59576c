"""A stand-by takes over after its time, the old hub loses what it held, the primary comes back as stated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.engine_cases import frame
from tests.engine_pairs import assert_engines_agree
from tests.link_cases import flow, link_scenario, run_links
from warnpath.engine import SimpyRun, build_plan
from warnpath.engine.entities import ENTITIES
from warnpath.engine.plan_outages import with_failed
from warnpath.engine.world import checked_entity_class
from warnpath.network.checks import check_network
from warnpath.scenario import Scenario, load

# The stand-by is on the shorter way, and yet nothing goes there before it is in charge.
LINKS = {"a-h": "propagation_ms = 500", "h-b": "", "a-s": "", "s-b": ""}
EVERY_5_S = 'kind = "periodic"\ninterval_s = 5\nphase_s = 0\nsize_bytes = 1000'


def pair(folder: Path, *, return_s: float | None = None, **more: Any) -> Scenario:
    """A hub h, and s that stands by for it with 2 s of detection and 10 s of take-over."""
    scenario = link_scenario(folder, LINKS, [flow(EVERY_5_S)], duration_s=120)
    stand_by = {"primary": "h", "detection_s": 2.0, "takeover_s": 10.0}
    if return_s is not None:
        stand_by["return_s"] = return_s
    return scenario.replace({"node.s.stand_by": stand_by, **more})


def ways(output: Any) -> dict[float, str]:
    """By the time a message was made: the node between, or the reason why it did not come."""
    messages = frame(output, "messages")
    return {
        row.created_s: row.path.split(">")[1] if row.status == "delivered" else row.status
        for row in messages.itertuples()
    }


def test_the_stand_by_takes_over_after_detection_and_take_over(tmp_path: Path) -> None:
    found = ways(run_links(pair(tmp_path), {"h": (20.5, 60.5)}))
    # Down at 20.5, in charge at 32.5: what comes to h between, or was in flight to it at 20.5, is lost.
    assert [found[at_s] for at_s in (10.0, 15.0)] == ["h", "h"]
    assert [found[at_s] for at_s in (20.0, 25.0, 30.0)] == ["node_down"] * 3
    # It stays in charge although the primary is repaired at 60.5.
    assert all(found[at_s] == "s" for at_s in (35.0, 60.0, 65.0, 110.0))


@pytest.mark.parametrize(("return_s", "back_s"), [(0.0, 60.5), (3.0, 63.5), (12.0, 72.5)])
def test_the_primary_comes_back_when_it_is_told_to(tmp_path: Path, return_s: float, back_s: float) -> None:
    found = ways(run_links(pair(tmp_path, return_s=return_s), {"h": (20.5, 60.5)}))
    for at_s, way in found.items():
        if at_s >= 35.0:
            assert way == ("h" if at_s >= back_s else "s"), at_s
    # Nothing is lost on the way back.
    assert sum(way == "node_down" for way in found.values()) == 3


def test_a_repair_before_the_take_over_ends_the_matter(tmp_path: Path) -> None:
    found = ways(run_links(pair(tmp_path), {"h": (20.5, 31.0)}))
    assert sum(way == "node_down" for way in found.values()) == 2
    assert "s" not in found.values()


def test_a_return_is_void_when_the_primary_fails_again(tmp_path: Path) -> None:
    run = SimpyRun(build_plan(pair(tmp_path, return_s=10.0)), tables=("messages",))

    def failing(env: Any) -> Any:
        for wait_s, up in ((20.5, False), (40.0, True), (8.0, False), (5.0, True)):
            yield env.timeout(wait_s)
            run.set_state("h", up)

    run.env.process(failing(run.env))
    found = ways(run.run())
    # In charge from 32.5; up at 60.5, down at 68.5 before the 10 s are over; up at 73.5, in charge at 83.5.
    assert all(found[at_s] == "s" for at_s in (35.0, 65.0, 70.0, 75.0, 80.0))
    assert found[85.0] == "h"


def test_who_stands_by_may_fail_too(tmp_path: Path) -> None:
    found = ways(run_links(pair(tmp_path), {"h": (20.5, 60.5), "s": (80.5, None)}))
    # The primary steps in for the stand-by as that did for it: at 92.5.
    assert [found[at_s] for at_s in (75.0, 80.0, 85.0, 90.0, 95.0)] == [
        "s",
        "node_down",
        "node_down",
        "node_down",
        "h",
    ]
    found = ways(run_links(pair(tmp_path), {"h": (20.5, None), "s": (10.0, 50.0)}))
    # Nobody is there to take over before 50; from then on the 12 s count.
    assert (found[60.0], found[65.0]) == ("node_down", "s")


def test_the_old_queue_is_lost_at_the_take_over_and_kept_without(tmp_path: Path) -> None:
    held = {"node.h.service": {"kind": "fixed", "value_s": 4.0}, "node.h.on_failure": "held"}
    found = ways(run_links(pair(tmp_path, **held), {"h": (20.5, 60.5)}))
    # Those of 15 (in service at 20.5), 20, 25 and 30 are held, and lost at 32.5.
    assert [found[at_s] for at_s in (15.0, 20.0, 25.0, 30.0)] == ["node_down"] * 4
    without = pair(tmp_path, **held).replace({"node.s.stand_by": None, "link.a-s.route_penalty_s": 9.0})
    found = ways(run_links(without, {"h": (20.5, 60.5)}))
    assert set(list(found.values())[:10]) == {"h"}


def test_a_primary_that_is_down_from_the_start_has_been_taken_over_long_ago(tmp_path: Path) -> None:
    scenario = pair(tmp_path, return_s=1.0)
    expected = assert_engines_agree(build_plan(scenario, {"h": (0.0, None)}))
    assert set(ways(expected).values()) == {"s"}
    found = assert_engines_agree(with_failed(build_plan(scenario), ["h"]))
    assert found.log_hash == expected.log_hash


def test_both_engines_do_the_same(tmp_path: Path) -> None:
    scenario = pair(tmp_path, return_s=2.0).replace(
        {
            "node.[hs].mttr_h": 0.01,
            "node.[hs].availability": 0.6,
            "run.random_outages": True,
            "run.duration_s": 400.0,
            "node.h.service": {"kind": "exponential", "mean_s": 2.0},
            "node.h.on_failure": "held",
        }
    )
    plan = build_plan(scenario)
    output = assert_engines_agree(plan, 2)
    assert {"h", "s", "node_down"} <= set(ways(output).values())
    checked = {name: checked_entity_class(name) for name in ENTITIES}
    again = SimpyRun(plan, 2, entity_classes=checked, tables=("traffic",)).run()
    assert (again.status, again.log_hash) == ("ok", output.log_hash)


SMALL = Path(__file__).resolve().parents[1] / "scenarios" / "small.toml"
SECOND_HUB = """
extends = "{small}"
[[node]]
id = "us-second"
role = "hub"
nation = "US"
lat_deg = 13.5
lon_deg = 144.8
service = {{ kind = "fixed", value_s = 0.01 }}
stand_by = {{ primary = "us-hub", detection_s = 1, takeover_s = 20 }}
[[link]]
id = "jp-second"
ends = ["jp-c2", "us-second"]
medium = "fibre"
[[link]]
id = "kr-second"
ends = ["kr-c2", "us-second"]
medium = "fibre"
"""
RULES = """
[[sharing]]
id = "kr-to-jp"
via = ["us-hub", "us-second"]
[[sharing]]
id = "jp-to-kr"
via = ["us-hub", "us-second"]
[[prohibition]]
id = "kr-data-through-the-hub"
except_via = ["us-hub", "us-second"]
[[prohibition]]
id = "jp-data-through-the-hub"
except_via = ["us-hub", "us-second"]
"""


def second_hub(folder: Path, rules: str = RULES) -> Scenario:
    path = folder / "second-hub.toml"
    path.write_text(SECOND_HUB.format(small=SMALL) + rules)
    return load(path)


def test_the_proof_walks_through_the_stand_by(tmp_path: Path) -> None:
    # Released there without leave: refused although it is not in charge.
    sharing_only = RULES.split("[[prohibition]]", maxsplit=1)[0]
    messages = [item.message for item in check_network(second_hub(tmp_path, sharing_only)) if item.is_error]
    assert any("leaks to JP" in message and "us-second" in message for message in messages)
    # Not released there at all: the stand-by brings no report on.
    odd = [item for item in check_network(second_hub(tmp_path, "")) if item.key[1] == "us-second"]
    assert odd
    assert all(
        not item.is_error and "no compliant way leads through the stand-by" in item.message for item in odd
    )
    assert [item for item in check_network(second_hub(tmp_path)) if item.key[1] == "us-second"] == []


def test_the_sources_send_their_latest_report_anew(tmp_path: Path) -> None:
    plan = build_plan(second_hub(tmp_path), {"us-hub": (118.0, None)})
    output = assert_engines_agree(plan, 1)
    messages = frame(output, "messages")
    reports = messages[messages.kind == "report"]
    # In charge at 139: each of the two C2s that have a track by then sends one report at once.
    anew = reports[reports.created_s == 139.0]
    assert sorted(anew.origin) == ["jp-c2", "kr-c2"]
    assert (anew.status == "delivered").all()
    assert anew.path.str.contains(">us-second>").all()
    assert not reports[(reports.created_s > 118.0) & (reports.created_s < 139.0)].status.eq("delivered").any()
