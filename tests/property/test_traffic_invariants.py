"""Whatever network hypothesis draws, with traffic, failures and surges: the books balance in both engines."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine_pairs import assert_engines_agree, assert_equal_columns
from warnpath.engine import build_plan, run_replication
from warnpath.engine.compiled.compiled_run import CompiledRun
from warnpath.scenario import Scenario, load

TABLES = ("messages", "traffic", "elements", "outages", "hops")
NODES = ("a", "b", "c", "d")
PAIRS = (("a", "b"), ("b", "c"), ("c", "d"), ("a", "d"), ("b", "d"))
SERVICES = (
    "",
    'service = { kind = "fixed", value_s = 0.3 }',
    'service = { kind = "gamma", mean_s = 0.4, shape = 0.5 }\nservers = 2\npreemptive = true',
    'service = { kind = "uniform", low_s = 0, high_s = 1 }\nqueue_limit = 3',
)
SIZES = (
    "200",
    '{ kind = "exponential", mean_bytes = 500 }',
    '{ kind = "mixture", parts = [{ weight = 9, size_bytes = 80 }, { weight = 1, size_bytes = 4000 }] }',
)


@st.composite
def networks(draw: st.DrawFn) -> str:
    """Text of a scenario of four nodes with drawn links, traffic, reliability and surges."""
    text = f"""
schema_version = 1
name = "drawn"
[run]
replications = 1
seed = {draw(st.integers(0, 1000))}
duration_s = {draw(st.sampled_from([40, 200]))}
random_outages = {draw(st.sampled_from(["true", "false"]))}
outages_start = "{draw(st.sampled_from(["up", "equilibrium"]))}"
[repair_crew.crew]
size = {draw(st.integers(1, 2))}
[shared_risk.quake]
mtbf_h = 0.03
mttr_h = 0.002
[shared_risk.rain]
mtbf_h = 0.02
mttr_h = 0.01
degraded = {{ capacity_factor = 0.4, delay_factor = 1.5, loss = 0.1 }}
[medium.line]
capacity_kbps = {draw(st.sampled_from([4, 32, 1000]))}
propagation_ms = 30
queue_limit = {draw(st.sampled_from([1, 5, 100]))}
loss = {draw(st.sampled_from([0, 0.1]))}
retransmit = {{ timeout_s = 0.5, max_attempts = 3 }}
jitter = {{ kind = "weibull", scale_s = 0.01, shape = 1.5 }}
mtbf_h = 0.02
mttr_h = 0.003
repair_crew = "crew"
reroute = {{ detection_s = 0.2, convergence_s = 1 }}
"""
    for name in NODES:
        failure = draw(st.sampled_from(["lost", "held"]))
        text += (
            f'[[node]]\nid = "{name}"\nrole = "relay"\nnation = "US"\nlat_deg = 0\nlon_deg = 0\n'
            f'on_failure = "{failure}"\n{draw(st.sampled_from(SERVICES))}\n'
        )
        if draw(st.booleans()):
            text += "mtbf_h = 0.03\nmttr_h = 0.001\n"
            text += draw(st.sampled_from(["", 'startup = { kind = "fixed", value_s = 1.5 }\n']))
            text += draw(st.sampled_from(["", "fails_only_busy = true\n"]))
    # The first three links make a chain, so there is always a way.
    for number, (tail, head) in enumerate(PAIRS[: draw(st.integers(3, 5))]):
        risks = draw(st.sampled_from(["[]", '["quake"]', '["quake", "rain"]']))
        text += f'[[link]]\nid = "link-{number}"\nends = ["{tail}", "{head}"]\nmedium = "line"\n'
        text += f"shared_risk = {risks}\n"
    for number in range(draw(st.integers(1, 3))):
        source, destination = draw(st.sampled_from([("a", "d"), ("d", "a"), ("b", "c"), ("c", "a")]))
        kind = draw(st.sampled_from(["periodic", "poisson"]))
        priority = draw(st.sampled_from(["warning", "track", "background"]))
        text += (
            f'[[traffic]]\nid = "flow-{number}"\nsource = "{source}"\ndestination = "{destination}"\n'
            f'kind = "{kind}"\nrate_per_s = {draw(st.sampled_from([0.3, 2]))}\npriority = "{priority}"\n'
            f"size_bytes = {draw(st.sampled_from(SIZES))}\n" + draw(st.sampled_from(["", "lifetime_s = 5\n"]))
        )
    if draw(st.booleans()):
        text += (
            '[[surge]]\nid = "surge"\ntraffic = "flow-0"\non = "time"\nat_s = 10\n'
            f"factor = {draw(st.sampled_from([0, 4]))}\nramp_s = {draw(st.sampled_from([0, 5]))}\n"
            "duration_s = 15\n"
        )
    for _ in range(draw(st.integers(0, 1))):
        element = draw(st.sampled_from(["a", "c", "link-1"]))
        down_s = draw(st.sampled_from([0, 12]))
        text += f'[[outage]]\nid = "out"\nelement = "{element}"\ndown_s = {down_s}\nup_s = {down_s + 7}\n'
    return text


def scenario_of(text: str) -> Scenario:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "drawn.toml"
        path.write_text(text)
        return load(path)


@given(networks(), st.integers(0, 100))
@settings(max_examples=40)
def test_every_message_has_one_fate_and_the_counts_agree(text: str, replication: int) -> None:
    scenario = scenario_of(text)
    plan = build_plan(scenario)
    output = run_replication(plan, replication, tables=TABLES, engine="compiled")
    assert output.status == "ok", output.error
    messages, traffic = pd.DataFrame(output.columns["messages"]), pd.DataFrame(output.columns["traffic"])
    fates = ["delivered", "lost", "queue_full", "link_down", "node_down", "no_route", "expired", "in_flight"]
    assert traffic.sent.sum() == len(messages)
    assert (traffic[fates].sum(axis=1) == traffic.sent).all()
    for row in traffic.itertuples():
        mine = messages[messages.traffic == row.traffic]
        assert mine.status.value_counts().to_dict() == {
            fate: getattr(row, fate) for fate in fates if getattr(row, fate)
        }
    # Nothing is faster than the propagation of the links it took.
    arrived = messages[messages.status == "delivered"]
    assert (arrived.latency_s >= 0.03 * arrived.hops - 1e-9).all()
    # Time is used up by each element in turn: what a message is seen to do never overlaps.
    elements = pd.DataFrame(output.columns["elements"])
    assert elements.utilisation.between(0.0, 1.0 + 1e-9).all()
    assert elements.availability_realised.between(-1e-9, 1.0).all()
    downs = pd.DataFrame(output.columns["outages"])
    assert (downs.up_s.fillna(np.inf) >= downs.down_s).all()
    assert scenario.run.random_outages or set(downs.cause) <= {"scripted"}


@given(networks(), st.integers(0, 100))
@settings(max_examples=15)
def test_both_engines_tell_the_same_story(text: str, replication: int) -> None:
    assert_engines_agree(build_plan(scenario_of(text)), replication, TABLES)


@given(networks())
@settings(max_examples=10)
def test_the_order_of_tables_and_the_tables_asked_for_change_nothing(text: str) -> None:
    blocks = text.split("\n[[")
    shuffled = "\n[[".join([blocks[0], *reversed(blocks[1:])])
    first = CompiledRun(build_plan(scenario_of(text)), 3, tables=TABLES).run()
    second = CompiledRun(build_plan(scenario_of(shuffled)), 3, tables=TABLES).run()
    assert_equal_columns(first.columns, second.columns)
    fewer = CompiledRun(build_plan(scenario_of(shuffled)), 3, tables=("elements",)).run()
    assert first.log_hash == second.log_hash == fewer.log_hash
