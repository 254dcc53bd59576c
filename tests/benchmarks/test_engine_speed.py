"""The engines on a shipped scenario with fusion; what depends on two cores is measured where two are free."""

from __future__ import annotations

import pytest

from tests.benchmarks import targets
from tests.benchmarks.engine_speed import Speed, compare, start_up
from tests.benchmarks.two_cores import two_cores
from warnpath.engine import build_plan
from warnpath.engine.plan import Plan
from warnpath.scenario import load

pytestmark = pytest.mark.benchmark


@pytest.fixture(scope="module")
def plan() -> Plan:
    return build_plan(load("trilateral").replace({"launch_set": "overflight"}))


@pytest.fixture(scope="module")
def speed(plan: Plan) -> Speed:
    return compare(plan, rounds=5)


def test_the_compiled_engine_is_several_times_faster(speed: Speed) -> None:
    assert speed.python_ratio.median > 4.0


def test_under_simpy_machine_code_is_faster_than_python(speed: Speed) -> None:
    assert speed.python_ratio.median > 2.0 * speed.ratio.median


def test_the_network_takes_less_than_a_microsecond_an_event(speed: Speed) -> None:
    assert speed.parts["network"] * speed.loop_s / speed.events < 1e-6


def test_most_time_is_spent_in_compiled_code(speed: Speed) -> None:
    assert speed.loop_s / speed.compiled_s > 0.5


def test_impact_does_not_rule_the_run(speed: Speed) -> None:
    assert speed.parts["impact"] <= targets.IMPACT_SHARE


def test_two_cores_do_nearly_twice_the_work(plan: Plan) -> None:
    found = two_cores(plan)
    if found.free_cores < 1.9:
        pytest.skip(f"only {found.free_cores:.1f} cores were free")
    assert found.threads.median >= targets.TWO_CORES


@pytest.mark.slow
def test_cold_and_warm_starts() -> None:
    started = start_up()
    assert started["first result, cold"][0] <= targets.COLD_S
    assert started["first result, warm"][0] <= 8.0
    assert started["import warnpath"][0] <= 1.0
