"""Numbers with ranges, delays, and scenarios built in Python."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from scipy import stats

from warnpath.scenario import (
    Distribution,
    Exponential,
    Fixed,
    Lognormal,
    Node,
    Problem,
    Quantity,
    Scenario,
    ScenarioError,
    Uniform,
)

DELAY: TypeAdapter[Distribution] = TypeAdapter(Distribution)


def delay(**fields: object) -> Distribution:
    return DELAY.validate_python(fields)


def test_a_plain_number_is_a_quantity_without_a_range() -> None:
    assert Quantity.model_validate(3) == Quantity(nominal=3.0)
    assert float(Quantity.model_validate(2.5)) == 2.5


def test_a_quantity_keeps_range_source_and_mark() -> None:
    value = Quantity.model_validate(
        {"nominal": 0.7, "low": 0.3, "high": 1.9, "source": "atlas", "mark": "derived"}
    )
    assert (value.nominal, value.low, value.high, value.source, value.mark) == (
        0.7,
        0.3,
        1.9,
        "atlas",
        "derived",
    )


@pytest.mark.parametrize("value", [True, "3", None, [3], float("nan"), float("inf"), 10**400, {"low": 1}])
def test_what_is_no_number_is_no_quantity(value: object) -> None:
    with pytest.raises(ValidationError):
        Quantity.model_validate(value)


@pytest.mark.parametrize("fields", [{"low": 0.8}, {"high": 0.6}, {"low": 0.9, "high": 0.1}])
def test_the_nominal_value_lies_in_its_range(fields: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match="outside its range"):
        Quantity.model_validate({"nominal": 0.7, **fields})


def test_bounds_hold_for_the_range_too() -> None:
    fields = {"id": "a", "role": "hub", "nation": "US", "lon_deg": 0}
    with pytest.raises(ValidationError, match=r"out of range \(high = 91\)"):
        Node.model_validate({**fields, "lat_deg": {"nominal": 80, "high": 91}})


@pytest.mark.parametrize(
    ("ours", "oracle"),
    [
        (delay(kind="uniform", low_s=0.3, high_s=1.7), stats.uniform(0.3, 1.4)),
        (delay(kind="exponential", mean_s=0.7), stats.expon(scale=0.7)),
        # 1.6448536269514722 is the 95 % quantile of the standard normal distribution; ln(7/2) = 1.2527629685.
        (
            delay(kind="lognormal", median_s=2, p95_s=7),
            stats.lognorm(s=1.252762968495368 / 1.6448536269514722, scale=2),
        ),
    ],
)
@pytest.mark.parametrize("probability", [0.0, 0.03, 0.5, 0.95, 0.999])
def test_quantiles_and_means_are_those_of_scipy(ours: Distribution, oracle: Any, probability: float) -> None:
    assert ours.quantile(probability) == pytest.approx(oracle.ppf(probability), rel=1e-12, abs=1e-12)
    assert ours.mean() == pytest.approx(oracle.mean(), rel=1e-12)


def test_a_fixed_delay_is_its_own_mean_and_quantile() -> None:
    fixed = delay(kind="fixed", value_s=1.5)
    assert isinstance(fixed, Fixed)
    assert (fixed.mean(), fixed.quantile(0.0), fixed.quantile(0.99)) == (1.5, 1.5, 1.5)


@pytest.mark.parametrize("probability", [-0.1, 1.0, float("nan")])
@pytest.mark.parametrize(
    "ours",
    [
        delay(kind="fixed", value_s=1),
        delay(kind="uniform", low_s=0, high_s=1),
        delay(kind="exponential", mean_s=1),
        delay(kind="lognormal", median_s=1, p95_s=2),
    ],
)
def test_quantiles_need_a_probability_below_one(ours: Distribution, probability: float) -> None:
    with pytest.raises(ValueError, match="a probability in"):
        ours.quantile(probability)


def test_kinds_of_delay_are_told_apart() -> None:
    kinds = {"uniform": Uniform, "exponential": Exponential, "lognormal": Lognormal}
    assert isinstance(delay(kind="uniform", low_s=0, high_s=1), kinds["uniform"])
    assert isinstance(delay(kind="exponential", mean_s=1), kinds["exponential"])
    assert isinstance(delay(kind="lognormal", median_s=1, p95_s=2), kinds["lognormal"])


NODE = {"id": "b", "role": "hub", "nation": "US", "lat_deg": 21.4, "lon_deg": -157.9}


def test_models_are_frozen() -> None:
    node = Node.model_validate(NODE)
    with pytest.raises(ValidationError, match="frozen"):
        node.servers = 2


def test_sets_of_names_are_sorted_and_without_doubles() -> None:
    node = Node.model_validate({**NODE, "shared_risk": ["quake", "flood", "quake"]})
    assert node.shared_risk == ("flood", "quake")


def test_lists_are_sorted_by_id() -> None:
    nodes = [NODE, {**NODE, "id": "a"}]
    assert [node.id for node in Scenario.model_validate({"node": nodes}).node] == ["a", "b"]


def test_a_scenario_built_in_python_is_checked_as_a_whole() -> None:
    link = {"id": "x", "ends": ["b", "c"], "medium": "fibre"}
    with pytest.raises(ValidationError) as caught:
        Scenario.model_validate({"node": [NODE, NODE], "link": [link]})
    error = caught.value.errors()[0]["ctx"]["error"]
    assert isinstance(error, ScenarioError)
    messages = [problem.message for problem in error.problems]
    assert messages == ["names no node", "names no medium", "is used twice"]


def test_equal_content_is_equal_wherever_it_was_written() -> None:
    first = Scenario.model_validate({"node": [NODE]})
    second = Scenario.model_validate({"node": [{**NODE, "lat_deg": {"nominal": 21.4}, "servers": 1}]})
    assert first == second
    assert hash(first) == hash(second)
    assert first.content_hash() == second.content_hash()
    assert first != Scenario.model_validate({"node": [{**NODE, "servers": 2}]})


def test_a_scenario_survives_pickling_and_its_own_dump() -> None:
    scenario = Scenario.model_validate({"node": [NODE], "sources": {"atlas": "Public atlas"}})
    assert pickle.loads(pickle.dumps(scenario)) == scenario
    assert Scenario.model_validate(scenario.model_dump(mode="json")) == scenario
    assert Scenario.model_validate(scenario.model_dump(mode="json", by_alias=True)) == scenario


def test_errors_survive_pickling() -> None:
    error = ScenarioError([Problem("a.toml", 7, "link.x", "loss", 2, "is out of range", "a number <= 1")])
    copy = pickle.loads(pickle.dumps(error))
    assert isinstance(copy, ScenarioError)
    assert copy.problems == error.problems
    assert str(copy) == str(error)
