"""Invariants of the engine over drawn variations of a small network."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine_cases import SMALL, frame
from warnpath.engine import SimpyRun, build_plan, run_replication
from warnpath.engine.codes import STAGES
from warnpath.engine.entities import ENTITIES
from warnpath.engine.output import ReplicationOutput
from warnpath.engine.world import checked_entity_class
from warnpath.scenario import Scenario, load

ALL_TABLES = ("warnings", "messages", "elements", "outages", "hops", "tracks", "estimates", "occupancy")
LINKS = ("jp-hub", "kr-hub", "jp-hub-spare", "jp-radar-line", "kr-radar-line", "jp-north-broadcast")


@cache
def small() -> Scenario:
    return load(SMALL)


def run(
    scenario: Scenario, outages=None, replication: int = 0, tables=("warnings", "messages")
) -> ReplicationOutput:
    output = run_replication(build_plan(scenario, outages), replication, tables=tables)
    assert output.status == "ok", output.error
    return output


@st.composite
def variations(draw):
    changes = {
        "medium.fibre.loss": draw(st.sampled_from([0.0, 0.1, 0.5])),
        "medium.fibre.capacity_kbps": draw(st.sampled_from([1.0, 8.0, 1000.0])),
        "medium.fibre.queue_limit": draw(st.sampled_from([1, 3, 200])),
        "node.jp-c2.servers": draw(st.sampled_from([1, 4])),
        "node.jp-c2.service.median_s": draw(st.sampled_from([0.02, 1.0])),
        "run.impact_interval_s": draw(st.sampled_from([0.5, 5.0])),
    }
    outages = {}
    for element in draw(st.sets(st.sampled_from([*LINKS, "us-hub", "jp-c2", "kr-radar"]), max_size=3)):
        down_s = draw(st.sampled_from([0.0, 60.0, 150.0]))
        up_s = draw(st.sampled_from([None, down_s + 1.0, down_s + 120.0]))
        outages[element] = (down_s, up_s)
    return changes, outages


@pytest.mark.unwatched
@given(variations())
@settings(max_examples=25)
def test_whatever_fails_the_books_balance(variation):
    changes, outages = variation
    output = run(small().replace(changes), outages)
    warnings, messages = frame(output, "warnings"), frame(output, "messages")
    # The budget of every warning closes.
    delivered = warnings[warnings.latency_s.notna()]
    total = delivered[[f"{stage}_s" for stage in STAGES]].sum(axis=1)
    assert np.abs(total - delivered.latency_s).max() <= 1e-9 if len(delivered) else True
    assert (delivered[[f"{stage}_s" for stage in STAGES]] >= -1e-9).all(axis=None)
    # Every message made has one fate, and numbers have no gaps.
    assert messages.message.tolist() == list(range(len(messages)))
    assert set(messages.status) <= {
        "delivered", "lost", "queue_full", "link_down", "node_down", "no_route", "expired", "in_flight",
    }  # fmt: skip
    # Nothing is faster than its propagation.
    reports = messages[(messages.kind == "report") & (messages.status == "delivered")]
    assert (reports.latency_s > 0.05).all()
    # Milestones come in order.
    for earlier, later in [("t_detected_s", "t_confirmed_s"), ("t_confirmed_s", "t_decided_s")]:
        both = warnings[warnings[earlier].notna() & warnings[later].notna()]
        assert (both[earlier] <= both[later] + 1e-9).all()


@pytest.mark.unwatched
@given(variations())
@settings(max_examples=5)
def test_entities_only_ever_hold_64_bit_numbers(variation):
    changes, outages = variation
    plan = build_plan(small().replace(changes), outages)
    checked = {name: checked_entity_class(name) for name in ENTITIES}
    guarded = SimpyRun(plan, tables=ALL_TABLES, entity_classes=checked).run()
    assert guarded.status == "ok", guarded.error
    assert guarded.log_hash == run_replication(plan, 0, tables=ALL_TABLES).log_hash


def test_recording_more_changes_nothing():
    plan = build_plan(small())
    plain = run_replication(plan, 1, tables=("warnings",))
    full = run_replication(plan, 1, tables=ALL_TABLES)
    assert plain.log_hash == full.log_hash
    pd.testing.assert_frame_equal(frame(plain, "warnings"), frame(full, "warnings"))


def test_a_replication_run_alone_gives_what_it_gives_among_others():
    plan = build_plan(small())
    among = [run_replication(plan, replication).log_hash for replication in range(4)]
    assert run_replication(plan, 2).log_hash == among[2]
    assert len(set(among)) == 4
    assert run_replication(plan, 2, seed=12).log_hash != among[2]


def test_an_unrelated_link_leaves_every_other_draw_unchanged(tmp_path):
    wider = tmp_path / "wider.toml"
    wider.write_text(
        f"""extends = "{SMALL}"
name = "wider"
[[node]]
id = "aa-bystander"
role = "relay"
nation = "US"
lat_deg = 10
lon_deg = 10
[[link]]
id = "aa-line"
ends = ["aa-bystander", "us-hub"]
medium = "fibre"
"""
    )
    before, after = run(small()), run(load(wider))
    pd.testing.assert_frame_equal(frame(before, "warnings"), frame(after, "warnings"))
    pd.testing.assert_frame_equal(frame(before, "messages"), frame(after, "messages"))


@pytest.mark.parametrize("reverse", [False, True])
def test_the_order_of_a_files_tables_does_not_matter(tmp_path, reverse):
    blocks = SMALL.read_text().split("\n\n")
    head, rest = blocks[:1], blocks[1:]
    shuffled = rest[::-1] if reverse else rest[len(rest) // 2 :] + rest[: len(rest) // 2]
    # Top-level keys must stay in front of the first table.
    (tmp_path / "shuffled.toml").write_text("\n\n".join(head + shuffled))
    assert run(load(tmp_path / "shuffled.toml")).log_hash == run(small()).log_hash


def test_more_capacity_never_raises_the_latency_of_a_path():
    before = None
    for capacity_kbps in (4.0, 16.0, 64.0, 1000.0):
        changes = {
            "medium.fibre.capacity_kbps": capacity_kbps,
            "medium.fibre.loss": 0.0,
            "medium.fibre.jitter": None,
        }
        messages = frame(run(small().replace(changes), tables=("messages",)), "messages")
        plots = messages[messages.kind == "plot"].set_index(["origin", "created_s"]).latency_s
        if before is not None:
            both = pd.concat([before, plots], axis=1, keys=["before", "after"]).dropna()
            assert len(both) > 100
            # Transmission itself is certain; service at the C2 is drawn per message and equal.
            assert both.after.mean() < both.before.mean()
        before = plots
