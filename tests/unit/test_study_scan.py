"""The failures shown after a run are those of `warnpath failures`, replication by replication."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import warnpath as wp
from warnpath.scenario import Scenario
from warnpath.study.engines import NamedEngine
from warnpath.study.failures import run_failures
from warnpath.study.result import Result
from warnpath.study.scan import MOST_REPLICATIONS, FailureScan, affordable_replications
from warnpath.study.simulate import Execution, run_scenario

SMALL = Path(__file__).parents[1] / "scenarios" / "small.toml"
COMPILED = Execution(engine=NamedEngine("compiled"), workers=2)


def run_of(scenario: Scenario, execution: Execution = COMPILED) -> Result:
    return run_scenario(scenario, (), execution)


def assert_equal_to_the_full_study(scenario: Scenario, replications: int) -> None:
    chosen = scenario.replace({"run.replications": replications})
    expected = run_failures(chosen, None, COMPILED)
    with FailureScan(run_of(chosen), replications, COMPILED) as scan:
        found = scan.costs()
    assert found is not None
    assert (found.elements, found.replications) == (len(expected.failures), replications)
    assert found.untouched == len(expected.untouched)
    pd.testing.assert_frame_equal(found.groups, expected.groups)


def test_costs_equal_those_of_the_full_study() -> None:
    # Elements that no message touched are not simulated in the scan, and are in the study.
    assert_equal_to_the_full_study(wp.load(SMALL), 3)


@pytest.mark.slow
@pytest.mark.parametrize("launch_set", ["overflight", "pull-up"])
def test_costs_equal_those_of_the_full_study_on_the_shipped_network(launch_set: str) -> None:
    assert_equal_to_the_full_study(wp.load("trilateral").replace({"launch_set": launch_set}), 1)


def test_fewer_replications_than_the_run_has() -> None:
    result = run_of(wp.load(SMALL))
    with FailureScan(result, 2, COMPILED) as scan:
        found = scan.costs()
    assert found is not None
    assert found.replications == 2


def test_what_is_affordable_depends_on_the_events_and_on_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = wp.load(SMALL)
    result = run_of(scenario)
    assert affordable_replications(result, COMPILED) == min(MOST_REPLICATIONS, result.replications)
    monkeypatch.setattr("warnpath.study.scan.MOST_EVENTS", 1000)
    assert affordable_replications(result, COMPILED) == 0
    simpy = Execution(engine=NamedEngine("simpy"))
    assert affordable_replications(run_of(scenario.replace({"run.replications": 1}), simpy), simpy) == 0


def test_leaving_early_gives_up_what_waits() -> None:
    result = run_of(wp.load(SMALL))
    with FailureScan(result, 3, COMPILED) as scan:
        pass
    assert all(future.done() for future in scan._waiting)
