"""One behaviour, two engines: the same event log, bit for bit, and the same tables."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine_pairs import assert_engines_agree
from tests.sensing_cases import everything
from warnpath.engine import build_plan
from warnpath.engine.codes import FAULT_PATHS, FAULTS
from warnpath.engine.compiled.compiled_run import CompiledRun
from warnpath.engine.compiled.layout import MOST_SCHEDULED, RECORD_DTYPES, SLOT_BITS
from warnpath.engine.plan_outages import with_failed
from warnpath.engine.run import run_replication, run_replications
from warnpath.engine.simpy_run import SimpyRun
from warnpath.network.flows import Flow
from warnpath.scenario import Scenario, load, shipped

SMALL = Path(__file__).resolve().parents[1] / "scenarios" / "small.toml"
LAUNCH_SETS = ("overflight", "overflight-far", "lofted", "short-range", "pull-up")
SUMMARY = ("warnings", "elements", "outages")


@pytest.mark.parametrize("replication", range(3))
def test_a_small_network_with_every_table(replication: int) -> None:
    output = assert_engines_agree(build_plan(load(str(SMALL))), replication)
    assert output.status == "ok"
    assert all(
        len(next(iter(columns.values()))) for name, columns in output.columns.items() if name != "outages"
    )


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_shipped_scenario(name: str) -> None:
    assert_engines_agree(build_plan(load(name)), 0, SUMMARY)


@pytest.mark.slow
@pytest.mark.parametrize("launch_set", [*LAUNCH_SETS, "salvo"])
@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_shipped_scenario_with_every_set_of_launches(name: str, launch_set: str) -> None:
    plan = build_plan(load(name).replace({"launch_set": launch_set}))
    for replication in range(1 if launch_set == "salvo" else 3):
        assert_engines_agree(plan, replication, SUMMARY)


@pytest.mark.slow
def test_a_shipped_scenario_with_every_table() -> None:
    assert_engines_agree(build_plan(load("trilateral")))


OUTAGES = {
    "a link and back": {"jp-hub": (60.0, 120.0)},
    "a hub in the middle of its work": {"us-hub": (100.0, 300.0)},
    "a centre while it decides": {"jp-c2": (150.0, 260.0)},
    "a sensor before the launch, for good": {"jp-radar": (0.0, None)},
    "a sensor after it was confirmed": {"kr-radar": (70.0, 90.0)},
    "both ways between two allies": {"jp-hub": (55.0, None), "jp-hub-spare": (55.0, 200.0)},
    "everything at one instant": {"jp-hub": (80.0, 160.0), "kr-hub": (80.0, 160.0), "us-hub": (80.0, 160.0)},
    "exactly at the end": {"kr-hub": (100.0, 959.0)},
}


@pytest.mark.parametrize("outages", OUTAGES.values(), ids=OUTAGES.keys())
def test_scripted_outages(outages: dict[str, tuple[float, float | None]]) -> None:
    output = assert_engines_agree(build_plan(load(str(SMALL)), outages))
    assert len(output.columns["outages"]["element"]) == len(outages)


def test_an_event_at_exactly_the_end_runs_in_neither() -> None:
    scenario = load(str(SMALL))
    end_s = build_plan(scenario).scalars["end_s"]
    at_the_end = assert_engines_agree(build_plan(scenario, {"kr-hub": (100.0, end_s)}))
    never = assert_engines_agree(build_plan(scenario, {"kr-hub": (100.0, None)}))
    assert at_the_end.log_hash == never.log_hash


ON_REQUEST = """
schema_version = 1
name = "asked"
title = "The small network, where partners are asked"
extends = "small.toml"

[[sharing]]
id = "kr-to-jp"
mode = "on_request"

[[node]]
id = "kr-c2"
answer_servers = 1
answer = { kind = "uniform", low_s = 30, high_s = 90 }
"""


def test_answers_to_requests(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SMALL.read_text())
    (tmp_path / "asked.toml").write_text(ON_REQUEST)
    scenario = load(str(tmp_path / "asked.toml"))
    output = assert_engines_agree(build_plan(scenario))
    assert "request" in set(output.columns["messages"]["kind"])
    assert_engines_agree(build_plan(scenario, {"kr-c2": (120.0, 150.0)}))


BENCHMARK = Path(__file__).resolve().parents[1] / "benchmarks" / "benchmark-network.toml"


def test_traffic_without_a_launch() -> None:
    plan = build_plan(load(str(BENCHMARK)).replace({"run.duration_s": 260.0}))
    output = assert_engines_agree(plan, tables=("messages", "hops", "elements", "outages", "traffic"))
    # 12 messages a second; 8 events each on 4 links, one for making it, and two for each transmission lost.
    assert len(output.columns["messages"]["status"]) == 12 * 260
    assert output.events > 9 * 11 * 260


GAMMA = {"kind": "gamma", "mean_s": 0.05, "shape": 0.7}
SERVICES: list[dict[str, object] | None] = [
    GAMMA,
    {"kind": "weibull", "scale_s": 0.04, "shape": 1.8},
    {"kind": "triangular", "low_s": 0.0, "mode_s": 0.02, "high_s": 0.1},
    {"kind": "empirical", "values_s": [0.01, 0.02, 0.02, 0.05, 0.5]},
    {
        "kind": "mixture",
        "parts": [
            {"weight": 3, "delay": {"kind": "shifted", "shift_s": 0.01, "delay": GAMMA}},
            {"weight": 1, "delay": {"kind": "fixed", "value_s": 0.2}},
        ],
    },
    {"kind": "lognormal", "median_s": 1.0, "p95_s": 4.0},
]


@pytest.mark.parametrize("replication", range(2))
def test_flights_and_sensors_of_every_kind(tmp_path: Path, replication: int) -> None:
    output = assert_engines_agree(build_plan(everything(tmp_path)), replication)
    assert output.status == "ok"
    assert len(set(output.columns["warnings"]["launch"])) == 5
    assert "infrared" in set(output.columns["messages"]["kind"])


BAND = {"half_north_km": 0, "half_east_km": 900}
SENSORS = ["jp-radar", "jp-radar-west", "kr-radar", "jp-watch"]


@st.composite
def ways_of_sensing(draw: st.DrawFn) -> tuple[Scenario, dict[str, tuple[float, float | None]]]:
    """Capacities, boxes, phases, drawn values, clouds; sensors that fail before they have confirmed."""
    with tempfile.TemporaryDirectory() as folder:
        scenario = everything(Path(folder))
    phase = draw(st.sampled_from([None, 0.0, 1.9]))
    scenario = scenario.replace(
        {
            "run.seed": draw(st.integers(0, 2**31)),
            "sensor_class.radar.capacity": draw(st.sampled_from([None, 1, 2, 3, 100])),
            "sensor_class.radar.scan_phase_s": phase,
            "sensor_class.radar.detection_probability": draw(st.sampled_from([0.5, 0.9, 0.999])),
            "node.jp-radar.sensor.confirm_hits": draw(st.sampled_from([1, 2, 9])),
            "node.kr-radar.sensor.patrol": draw(st.sampled_from([None, BAND])),
            "node.jp-watch.sensor.detection_probability": draw(st.sampled_from([0.05, 0.5, 1.0])),
            "node.jp-watch.sensor.cloud_break.median_s": draw(st.sampled_from([0.5, 30.0, 100.0])),
            "profile.irbm.drawn": draw(
                st.sampled_from([[], ["burn_time_s"], ["burn_time_s", "ballistic_coefficient_kg_m2"]])
            ),
        }
    )
    outages: dict[str, tuple[float, float | None]] = {}
    for element in draw(st.lists(st.sampled_from(SENSORS), unique=True, max_size=3)):
        down_s = draw(st.sampled_from([0.0, 45.0, 60.0, 80.5]))
        lasts_s = draw(st.sampled_from([None, 5.0, 60.0]))
        outages[element] = (down_s, None if lasts_s is None else down_s + lasts_s)
    return scenario, outages


@given(ways_of_sensing(), st.integers(0, 1000))
@settings(max_examples=8)
def test_variations_of_sensing(
    case: tuple[Scenario, dict[str, tuple[float, float | None]]], replication: int
) -> None:
    scenario, outages = case
    assert_engines_agree(build_plan(scenario, outages), replication)


@st.composite
def variations(draw: st.DrawFn) -> tuple[Scenario, dict[str, tuple[float, float | None]]]:
    """The small network, pushed: full queues, loss, late answers, salvos in one instant, outages."""
    text = SMALL.read_text()
    # Several flights at one instant: events tie, and the order of scheduling decides.
    for number in range(draw(st.integers(0, 3))):
        at_s = draw(st.sampled_from([5, 5, 40]))
        text += (
            f'\n[[launch]]\nid = "more-{number}"\nprofile = "irbm"\nat_s = {at_s}\n'
            f"origin = {{ lat_deg = 39.2, lon_deg = 125.7 }}\nazimuth_deg = {68 + number}\n"
        )
    for number in range(draw(st.integers(0, 2))):
        kind = draw(st.sampled_from(["periodic", "poisson"]))
        priority = draw(st.sampled_from(["warning", "track", "background"]))
        ends = 'source = "jp-c2"\ndestination = ["kr-c2", "us-hub"]'
        if draw(st.booleans()):
            ends = 'source = ["us-hub", "jp-c2"]\ndestination = "kr-c2"\nopen = true'
        text += (
            f'\n[[traffic]]\nid = "load-{number}"\n{ends}\n'
            f'kind = "{kind}"\nrate_per_s = 0.5\nsize_bytes = 300\npriority = "{priority}"\n'
            f"lifetime_s = 20\nstart_s = {draw(st.sampled_from([0, 60]))}\n"
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "small.toml"
        path.write_text(text)
        scenario = load(str(path))
    scenario = scenario.replace(
        {
            "run.seed": draw(st.integers(0, 2**31)),
            "run.report_interval_s": draw(st.sampled_from([1.0, 2.0, 12.0])),
            "run.impact_interval_s": draw(st.sampled_from([0.25, 1.0, 5.0])),
            "medium.fibre.loss": draw(st.sampled_from([0.0, 0.02, 0.4])),
            "medium.fibre.capacity_kbps": draw(st.sampled_from([0.4, 1.0, 4.0, 1000.0])),
            "medium.fibre.queue_limit": draw(st.sampled_from([1, 2, 10, 200])),
            "medium.broadcast.queue_limit": draw(st.sampled_from([1, 50])),
            "node.*-c2.servers": draw(st.integers(1, 2)),
            "node.*-c2.service": draw(st.sampled_from(SERVICES)),
            "medium.fibre.jitter": draw(st.sampled_from(SERVICES[:-1])),
            "node.us-hub.service.value_s": draw(st.sampled_from([0.0, 0.01, 3.0])),
            "node.us-hub.queue_limit": draw(st.sampled_from([1, 5, 100])),
            "node.*-c2.release.median_s": draw(st.sampled_from([0.1, 1.0])),
        }
    )
    elements = ["jp-hub", "kr-hub", "jp-hub-spare", "us-hub", "jp-c2", "kr-c2", "jp-radar", "kr-radar-line"]
    outages: dict[str, tuple[float, float | None]] = {}
    for element in draw(st.lists(st.sampled_from(elements), unique=True, max_size=4)):
        down_s = draw(st.sampled_from([0.0, 60.0, 100.0, 150.5, 200.0]))
        lasts_s = draw(st.sampled_from([None, 0.5, 30.0, 100.0]))
        outages[element] = (down_s, None if lasts_s is None else down_s + lasts_s)
    return scenario, outages


@pytest.mark.unwatched
@given(variations(), st.integers(0, 1000))
def test_variations_of_the_small_network(
    case: tuple[Scenario, dict[str, tuple[float, float | None]]], replication: int
) -> None:
    scenario, outages = case
    assert_engines_agree(build_plan(scenario, outages), replication)


def test_a_fault_is_the_same_fault() -> None:
    plan = build_plan(load(str(SMALL)))
    plan.scalars["path_reserve"] = 0
    expected, found = SimpyRun(plan).run(), CompiledRun(plan).run()
    assert (expected.status, expected.columns) == ("failed", {})
    assert FAULTS[FAULT_PATHS] in expected.error
    assert dataclasses.replace(found, wall_s=0.0) == dataclasses.replace(expected, wall_s=0.0)


def test_threads_change_nothing() -> None:
    plan = build_plan(load(str(SMALL)))
    alone = [output.log_hash for output in run_replications(plan, range(5), engine="compiled")]
    together = list(run_replications(plan, range(5), engine="compiled", threads=3))
    assert [output.replication for output in together] == list(range(5))
    assert [output.log_hash for output in together] == alone
    assert len(set(alone)) == 5


CHECKED = """
from tests.engine_pairs import assert_engines_agree
from tests.sensing_cases import everything
from warnpath.engine import build_plan
from warnpath.scenario import load
assert_engines_agree(build_plan(load({small!r}), {{"us-hub": (100.0, 300.0), "jp-hub": (60.0, 90.0)}}))
assert_engines_agree(build_plan(load("trilateral")), 1)

import tempfile
from pathlib import Path
from tests.unit.test_engine_links import MECHANISMS, test_both_engines_do_the_same
for name in MECHANISMS:
    with tempfile.TemporaryDirectory() as folder:
        test_both_engines_do_the_same(Path(folder), name)

# The checks are there: an index beyond its array is an error and no crash.
from warnpath.engine.compiled.template import Template
from warnpath.engine.compiled.entry import run
world = Template(build_plan(load({small!r}))).world(0, 1, ())
world.arrays["nodes"]["first_list"][:] = 10**9
try:
    while run(world.record) in (1, 2):
        world.log_count = 0
        world.grow()
except ArithmeticError as error:
    print(error)
"""


@pytest.mark.slow
def test_no_index_leaves_its_array(tmp_path: Path, repository: Path) -> None:
    environment = {**os.environ, "NUMBA_BOUNDSCHECK": "1", "WARNPATH_CACHE_DIR": str(tmp_path)}
    finished = subprocess.run(
        [sys.executable, "-W", "error", "-c", CHECKED.format(small=str(SMALL))],
        env=environment,
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert "left an array where bounds are checked" in finished.stdout


@pytest.mark.parametrize("failed", [("us-hub",), ("jp-radar", "kr-hub")])
def test_a_plan_with_failed_elements_is_the_plan_built_with_them(failed: tuple[str, ...]) -> None:
    scenario = load(str(SMALL))
    expected = assert_engines_agree(build_plan(scenario, dict.fromkeys(failed, (0.0, None))), 1)
    base = build_plan(scenario)
    found = assert_engines_agree(with_failed(base, failed), 1)
    assert found.log_hash == expected.log_hash
    assert list(found.columns["outages"]["element"]) == sorted(failed)
    # The plan itself is as it was.
    assert assert_engines_agree(base, 1).log_hash != found.log_hash


def test_what_does_not_exist_cannot_fail() -> None:
    with pytest.raises(ValueError, match="no link or node 'jp-moon' to go down"):
        with_failed(build_plan(load(str(SMALL))), ["jp-moon"])


def test_what_needs_simpy_says_so_and_names_it() -> None:
    plan = build_plan(load(str(SMALL)), extra_flows=[Flow("external", "jp-radar", "jp-c2")])
    with pytest.raises(ValueError, match=r"jp-radar to jp-c2.*use the SimPy engine: .*SimpyRun"):
        run_replication(plan, 0, engine="compiled")
    assert run_replication(plan, 0, engine="simpy").status == "ok"


def test_counters_far_beyond_any_run_change_nothing_but_their_numbers() -> None:
    # 2^62 messages or events would take ten thousand years; nothing on the way there is special.
    plan = build_plan(load(str(SMALL)), {"us-hub": (100.0, 300.0)})
    far = 2**62
    simpy = SimpyRun(plan, 1, as_written=True)
    mixed = SimpyRun(plan, 1, as_written=False)
    compiled = CompiledRun(plan, 1, keep_log=True)
    usual = CompiledRun(plan, 1, keep_log=True)
    assert usual.run().status == "ok"
    simpy.world.messages_made = mixed.world.messages_made = compiled.world.messages_made = far
    # The order of scheduling is counted anew each time it has come to 2^36; here that is soon.
    compiled.world.scheduled = MOST_SCHEDULED - 50
    compiled.world.arrays["heap"]["ticket"] += (MOST_SCHEDULED - 50) << SLOT_BITS
    compiled.world.arrays["copies"]["token"] += far
    for copy in (*simpy.world.copies, *mixed.world.copies):
        copy.token += far
    assert simpy.run().log_hash == mixed.run().log_hash == compiled.run().log_hash
    rows = [np.frombuffer(run.log, dtype=RECORD_DTYPES["log"]) for run in (usual, compiled)]
    for name in ("time_s", "kind", "element", "value"):
        assert (rows[0][name] == rows[1][name]).all()
    named = rows[0]["message"] >= 0
    assert (rows[1]["message"][named] == rows[0]["message"][named] + far).all()
