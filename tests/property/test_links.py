"""Laws that hold on links whatever their mechanisms: the books balance, nothing is overtaken or too fast."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine_cases import frame
from tests.engine_pairs import assert_engines_agree
from tests.link_cases import flow, link_scenario
from warnpath.engine import SimpyRun, build_plan
from warnpath.engine.entities import ENTITIES
from warnpath.engine.world import checked_entity_class
from warnpath.results.schema import MESSAGE_STATUSES
from warnpath.scenario import Scenario

LINKS = ("a-b", "a-c", "c-b")
FATES = ("lost", "held", "rerouted")
PROPAGATION_MS = {"a-b": 2000, "a-c": 3500, "c-b": 700}


@st.composite
def link_lines(draw: st.DrawFn, name: str) -> str:
    """Lines of one link with any of the mechanisms."""
    lines = [f"propagation_ms = {PROPAGATION_MS[name]}"]
    lines.append(f"capacity_kbps = {draw(st.sampled_from([4, 8, 40]))}")
    lines.append(f"keep_order = {draw(st.sampled_from(['true', 'false']))}")
    loss = draw(
        st.sampled_from(["", "loss = 0.2", "burst_loss = { to_bad = 0.2, to_good = 0.5, loss_bad = 0.8 }"])
    )
    again = draw(st.sampled_from(["", "retransmit = { timeout_s = 1, backoff = 1.5, max_attempts = 3 }"]))
    jitter = draw(st.sampled_from(["", 'jitter = { kind = "exponential", mean_s = 1.0 }']))
    room = draw(st.sampled_from(["", "queue_limit = 2", "queue_limit_bytes = 2500"]))
    newest = draw(st.sampled_from(["", "coalesce = true"]))
    service, flying, queued = (draw(st.sampled_from(FATES)) for _ in range(3))
    lines += [loss, again, jitter, room, newest, "reroute = { detection_s = 1, convergence_s = 1 }"]
    lines.append(f'on_failure = {{ in_service = "{service}", in_flight = "{flying}", queued = "{queued}" }}')
    if draw(st.booleans()):
        lines.append("slots = { own_slots = 12, first_slot = 7, slot_bits = 4000 }")
    else:
        lines.append(draw(st.sampled_from(["", "preemptive = true"])))
        contacts = (
            "contacts = [{ start_s = 2, end_s = 15 }, { start_s = 15, end_s = 25 }]\ncontact_every_s = 30"
        )
        lines.append(draw(st.sampled_from(["", contacts])))
    return "\n".join(line for line in lines if line)


@st.composite
def networks(draw: st.DrawFn) -> tuple[Scenario, dict[str, Any]]:
    """Two ways from a to b, three classes of traffic, degraded modes and failures."""
    flows = []
    for priority in ("warning", "track", "background"):
        rate = draw(st.sampled_from([0.1, 0.3, 0.8]))
        size = draw(st.sampled_from(["1000", "400", '{ kind = "exponential", mean_bytes = 800 }']))
        life = draw(st.sampled_from(["", "lifetime_s = 12"]))
        kind = draw(st.sampled_from(["poisson", "periodic"]))
        twice = draw(st.sampled_from(["", 'protection = "1+1"']))
        flows.append(
            flow(
                f'kind = "{kind}"\nrate_per_s = {rate}\nsize_bytes = {size}\npriority = "{priority}"\n'
                f"{life}\n{twice}"
            )
        )
    end = ""
    for number in range(draw(st.integers(0, 3))):
        end += (
            f'[[outage]]\nid = "mode-{number}"\nelement = "{draw(st.sampled_from(LINKS))}"\n'
            f"down_s = {draw(st.sampled_from([0, 10, 40]))}\nup_s = {draw(st.sampled_from([50, 70]))}\n"
            f"degraded = {{ capacity_factor = {draw(st.sampled_from([0.3, 1.0]))}, loss = 0.1, "
            f"delay_factor = {draw(st.sampled_from([1.0, 1.7]))} }}\n"
        )
    lines = {name: draw(link_lines(name)) for name in LINKS}
    outages = {}
    for element in draw(st.lists(st.sampled_from([*LINKS, "c"]), unique=True, max_size=3)):
        down_s = draw(st.sampled_from([0.0, 12.5, 30.0]))
        outages[element] = (down_s, down_s + draw(st.sampled_from([0.5, 20.0])))
    with tempfile.TemporaryDirectory() as folder:
        scenario = link_scenario(Path(folder), lines, flows, duration_s=100, end=end)
    return scenario.replace({"run.seed": draw(st.integers(0, 2**31))}), outages


@given(networks())
@settings(max_examples=40)
def test_the_engines_agree_and_the_books_balance(case: tuple[Scenario, dict[str, Any]]) -> None:
    scenario, outages = case
    output = assert_engines_agree(build_plan(scenario, outages))
    assert output.status == "ok", output.error
    messages, traffic = frame(output, "messages"), frame(output, "traffic")
    assert messages.message.tolist() == list(range(len(messages)))
    assert set(messages.status) <= set(MESSAGE_STATUSES)
    reasons = [name for name in MESSAGE_STATUSES if name in traffic.columns]
    assert (traffic.sent == traffic[reasons].sum(axis=1)).all()
    for flow_id, group in messages.groupby("traffic"):
        counted = traffic[traffic.traffic == flow_id].iloc[0]
        for name in reasons:
            assert counted[name] == (group.status == name).sum(), name
    assert_not_too_fast(messages)
    assert_in_order(output, scenario)
    elements = frame(output, "elements")
    links = elements[elements.kind == "link"]
    superseded = (messages.status == "superseded").sum()
    assert elements.duplicates.sum() == traffic.duplicates.sum() <= (messages.status == "delivered").sum()
    if any(traffic.protection == "1+1" for traffic in scenario.traffic):
        # A copy may be superseded while the other one arrives.
        assert links.superseded.sum() >= superseded
    else:
        assert links.superseded.sum() == superseded
        assert traffic.duplicates.sum() == 0
    assert ((links.utilisation >= 0.0) & (links.utilisation <= 1.0 + 1e-12)).all()


def assert_not_too_fast(messages: pd.DataFrame) -> None:
    """No message beats the fixed delays of its path, nor its transmission at 40 kbit/s on each link."""
    for message in messages[messages.status == "delivered"].itertuples():
        hops = ["-".join(hop) for hop in pairwise(message.path.split(">"))]
        floor_s = sum(PROPAGATION_MS[hop] / 1000.0 for hop in hops)
        # A slot takes 4,000 bits in 7.8125 ms, which is faster still.
        floor_s += len(hops) * min(message.size_bytes * 8.0 / 40_000.0, 0.0078125)
        assert message.latency_s >= floor_s - 1e-9


def assert_in_order(output: Any, scenario: Scenario) -> None:
    """On a link that keeps the order, whatever left first arrives first, unless a failure came between."""
    hops = frame(output, "hops").query("outcome == 'sent'")
    for link in scenario.link:
        if link.keep_order:
            ends = hops[hops.element == link.id].end_s.to_numpy()
            assert (np.diff(ends) >= -1e-9).all(), link.id


@given(networks())
@settings(max_examples=10)
def test_entities_only_ever_hold_64_bit_numbers(case: tuple[Scenario, dict[str, Any]]) -> None:
    scenario, outages = case
    checked = {name: checked_entity_class(name) for name in ENTITIES}
    output = SimpyRun(build_plan(scenario, outages), tables=("messages",), entity_classes=checked).run()
    assert output.status == "ok", output.error
