"""The compiled engine is worth having; far below what is measured on a quiet machine."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.benchmarks.engine_speed import Speed, compare, start_up, table
from warnpath.engine import build_plan
from warnpath.scenario import load

pytestmark = pytest.mark.benchmark


@pytest.fixture(scope="module")
def speed() -> Speed:
    return compare(build_plan(load("trilateral").replace({"launch_set": "overflight"})), rounds=5)


def test_the_compiled_engine_is_several_times_faster(speed: Speed) -> None:
    assert speed.simpy_s / speed.compiled_s > 4.0


def test_the_network_takes_less_than_a_microsecond_an_event(speed: Speed) -> None:
    assert speed.parts["network"] * speed.loop_s / speed.events < 1e-6


def test_almost_all_time_is_spent_in_compiled_code(speed: Speed) -> None:
    assert speed.loop_s / speed.compiled_s > 0.8


@pytest.mark.slow
def test_cold_and_warm_starts(speed: Speed, record_property: Callable[[str, object], None]) -> None:
    started = start_up()
    record_property("table", table(speed, started))
    assert started["cold, processor"] < 90.0
    assert started["warm, processor"] < 8.0
