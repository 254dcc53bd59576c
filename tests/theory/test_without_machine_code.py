"""Jobs that run with nothing compiled: the same log and tables, and no more events than were estimated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.engine_pairs import assert_equal_outputs
from tests.plain_mode import without_machine_code
from tests.unit.test_engine_links import AROUND, MECHANISMS, flow, link_scenario
from warnpath.engine import build_plan
from warnpath.engine.columns import TABLES
from warnpath.engine.run import run_replication
from warnpath.scenario import Scenario, load, shipped
from warnpath.study import cold_start
from warnpath.study.verification.battery import CASES

BENCHMARK = Path(__file__).resolve().parents[1] / "benchmarks" / "benchmark-network.toml"
MOST_EVENTS = 9000
WITH_LAUNCHES = ("scan-and-confirm", "two-estimates")


def networks() -> list[str]:
    return sorted(file.stem for file in CASES.glob("*.toml") if file.stem not in WITH_LAUNCHES)


def shortened(name: str) -> Scenario:
    """A case of a network, of some thousands of events."""
    scenario = load(str(CASES / f"{name}.toml"))
    events = cold_start.traffic_events(scenario)
    if events > MOST_EVENTS:
        scenario = scenario.replace(
            {"run.duration_s": float(scenario.run.duration_s or 0.0) * MOST_EVENTS / events}
        )
    return scenario


def assert_same_without(scenario: Scenario, outages: Any = None) -> int:
    """Run with and without machine code, from the scenario on; returns the number of events."""
    expected = run_replication(build_plan(scenario, outages), 1, tables=tuple(TABLES), engine="compiled")
    assert expected.status == "ok"
    with without_machine_code():
        found = run_replication(build_plan(scenario, outages), 1, tables=tuple(TABLES), engine="simpy")
    assert_equal_outputs(expected, found)
    return expected.events


@pytest.mark.parametrize("name", networks())
def test_a_network_does_the_same_and_no_more_than_estimated(name: str) -> None:
    scenario = shortened(name)
    events = assert_same_without(scenario)
    outages = cold_start.expected_outages(scenario)
    # Events are drawn: of a Poisson number, three standard deviations; far less than the estimate is above.
    estimated = cold_start.traffic_events(scenario) + cold_start.EVENTS_AN_OUTAGE * outages
    assert events <= estimated + 3.0 * estimated**0.5 + 10.0


@pytest.mark.parametrize("name", MECHANISMS)
def test_what_links_can_do_is_done_the_same(tmp_path: Path, name: str) -> None:
    lines, end, outages = MECHANISMS[name]
    kind = 'kind = "poisson"\nrate_per_s = 0.6\nsize_bytes = { kind = "exponential", mean_bytes = 800 }'
    jitter = '\njitter = { kind = "exponential", mean_s = 0.4 }'
    flows = [flow(f'{kind}\npriority = "{priority}"\nlifetime_s = 30') for priority in ("warning", "track")]
    links = {"a-b": lines + jitter, **AROUND}
    assert_same_without(link_scenario(tmp_path, links, flows, duration_s=150, end=end), outages)


@pytest.mark.parametrize("name", shipped())
def test_launches_and_sensors_wait_for_machine_code(name: str) -> None:
    scenario = load(name)
    assert not cold_start.ends_sooner_as_python([(scenario, 1)])
    without_launches = scenario.model_copy(update={"launch": (), "launch_set": None})
    assert not cold_start.ends_sooner_as_python([(without_launches, 0)])
