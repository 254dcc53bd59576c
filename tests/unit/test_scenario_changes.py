"""Changing a scenario by path, as `--set` and the factors of a study do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from warnpath.scenario import (
    Fixed,
    Lognormal,
    Quantity,
    Scenario,
    ScenarioError,
    load,
    parse_setting,
    parse_value,
)


@pytest.fixture(scope="module")
def trilateral() -> Scenario:
    return load("trilateral")


def changed(scenario: Scenario, path: str, value: Any) -> Scenario:
    return scenario.replace({path: value})


def test_a_number_is_replaced_with_its_range_and_source(trilateral: Scenario) -> None:
    link = changed(trilateral, "link.usfj-hub-fibre.availability", 0.9).link_by_id("usfj-hub-fibre")
    assert link.availability == Quantity(nominal=0.9)


def test_the_original_stays_as_it_was(trilateral: Scenario) -> None:
    before = trilateral.content_hash()
    assert changed(trilateral, "run.seed", 77) != trilateral
    assert trilateral.content_hash() == before


def test_no_change_is_the_same_scenario(trilateral: Scenario) -> None:
    assert trilateral.replace({}) == trilateral


def test_a_median_set_alone_keeps_the_shape_of_the_delay(trilateral: Scenario) -> None:
    release = changed(trilateral, "node.us-hub.release.median_s", 30.0).node_by_id("us-hub").release
    assert isinstance(release, Lognormal)
    # The shipped release has median 1 s and 95 % quantile 2 s.
    assert (float(release.median_s), float(release.p95_s)) == (30.0, 60.0)


def test_a_median_set_with_its_quantile_takes_both(trilateral: Scenario) -> None:
    both = {"node.us-hub.release.median_s": 30.0, "node.us-hub.release.p95_s": 45.0}
    for changes in (both, dict(reversed(both.items()))):
        release = trilateral.replace(changes).node_by_id("us-hub").release
        assert isinstance(release, Lognormal)
        assert (float(release.median_s), float(release.p95_s)) == (30.0, 45.0)


def test_patterns_match_ids(trilateral: Scenario) -> None:
    scenario = changed(trilateral, "link.*-hub-fibre.loss", 0.25)
    touched = {link.id for link in scenario.link if link.loss is not None}
    assert touched == {"usfj-hub-fibre", "usfk-hub-fibre"}


def test_where_no_id_matches_role_and_medium_do(trilateral: Scenario) -> None:
    links = changed(trilateral, "link.satcom_leo.capacity_kbps", 64).link
    assert {link.id for link in links if link.capacity_kbps == Quantity(nominal=64.0)} == {
        "usfj-hub-leo",
        "usfk-hub-leo",
    }
    nodes = changed(trilateral, "node.relay.servers", 9).node
    assert {node.role for node in nodes if node.servers == 9} == {"relay"}


def test_a_pattern_changes_only_what_has_the_table(trilateral: Scenario) -> None:
    scenario = changed(trilateral, "node.*.release.median_s", 5.0)
    released = {node.id for node in scenario.node if node.release is not None}
    assert released == {"jp-adc", "kr-kamd", "us-usfj", "us-7af", "us-hub"}


def test_a_value_of_a_class_is_changed_for_one_link_only(trilateral: Scenario) -> None:
    scenario = changed(trilateral, "link.usfj-hub-fibre.retransmit.timeout_s", 2.0)
    retransmit = scenario.link_by_id("usfj-hub-fibre").retransmit
    assert retransmit is not None
    assert (float(retransmit.timeout_s), retransmit.max_attempts) == (2.0, 5)
    assert scenario.medium == trilateral.medium


def test_whole_tables_and_models_are_values(trilateral: Scenario) -> None:
    path = "node.us-hub.release"
    as_model = changed(trilateral, path, Fixed(value_s=Quantity(nominal=4.0)))
    as_table = changed(trilateral, path, {"kind": "fixed", "value_s": 4})
    assert as_model == as_table
    assert as_model.content_hash() == as_table.content_hash()


def test_none_takes_a_value_away(trilateral: Scenario) -> None:
    assert changed(trilateral, "node.us-hub.release", None).node_by_id("us-hub").release is None


def test_a_whole_list_can_be_given(trilateral: Scenario) -> None:
    scenario = changed(trilateral, "outage", [{"element": "us-hub", "down_s": 0}])
    assert [(item.id, item.element) for item in scenario.outage] == [("us-hub-down-0", "us-hub")]


def test_a_bound_of_a_plain_number_can_be_set(trilateral: Scenario) -> None:
    assert changed(trilateral, "node.us-hub.lat_deg.low", 20).node_by_id("us-hub").lat_deg == Quantity(
        nominal=21.4, low=20.0
    )


def test_numbers_of_numpy_are_numbers(trilateral: Scenario) -> None:
    scenario = trilateral.replace({"run.seed": np.int64(5), "link.*.loss": np.float64(0.125)})
    assert scenario.run.seed == 5
    assert {link.loss for link in scenario.link} == {Quantity(nominal=0.125)}


def test_a_launch_set_is_chosen_by_name(trilateral: Scenario) -> None:
    assert len(changed(trilateral, "launch_set", "salvo").active_launches()) == 18


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("node.us-hb.servers", 2, '"us-hb" matches no node; did you mean "us-hub"'),
        ("link.*-fiber.loss", 0.1, '"*-fiber" matches no link'),
        ("medium.subsea.loss", 0.1, 'did you mean "subsea_fibre"'),
        ("node.us-hub.relese.median_s", 2, '"relese" is not a field here; did you mean "release"'),
        ("link.*.los", 1, 'did you mean "loss"'),
        ("nod.us-hub.servers", 1, 'leads nowhere; did you mean "node"'),
        ("node..servers", 1, "leads nowhere"),
        ("", 1, "leads nowhere"),
        ("extends", "direct", "leads nowhere"),
        ("name.of.it", "x", "leads nowhere"),
        ("node.jp-mod.release.median_s", 1, '"jp-mod" has no release to change'),
        ("node.jp-*.answer.median_s", 1, "matched have no answer to change"),
        ("run.sed", 3, 'did you mean "seed"'),
        ("run.seed", "x", "is not a whole number"),
        ("link.usfj-hub-fibre.loss", 12, "is out of range"),
        ("node.us-hub.release.median_s", -1, "is out of range"),
        ("launch_set", "salvos", 'did you mean "salvo"'),
        ("node", 5, "is not an array"),
        ("run", 5, "is not a table"),
    ],
)
def test_a_change_that_cannot_be_made_says_why(
    trilateral: Scenario, path: str, value: object, message: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        changed(trilateral, path, value)
    problems = caught.value.problems
    assert message in problems[0].message
    assert problems[0].file == f"set {path}"
    assert problems[0].expected


def test_all_changes_are_judged_in_one_go(trilateral: Scenario) -> None:
    with pytest.raises(ScenarioError) as caught:
        trilateral.replace({"run.seed": -1, "node.nobody.servers": 2, "link.*-leo.loss": 2})
    places = [(problem.file, problem.element) for problem in caught.value.problems]
    assert places == [
        ("set link.*-leo.loss", "link.usfj-hub-leo and 1 more"),
        ("set node.nobody.servers", ""),
        ("set run.seed", "run"),
    ]


@pytest.mark.parametrize(
    "path", ["node", "node.jp-adc", "medium.subsea_fibre", "profile", "launch", "node.*"]
)
def test_what_cannot_stand_for_an_element_is_the_only_problem(trilateral: Scenario, path: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        trilateral.replace({path: 5})
    (problem,) = caught.value.problems
    assert (problem.file, problem.value) == (f"set {path}", 5)
    assert problem.message in ("is not a table", "is not an array")


def test_of_too_few_good_entries_only_the_bad_ones_are_told(trilateral: Scenario) -> None:
    with pytest.raises(ScenarioError) as caught:
        trilateral.replace({"link.usfj-hub-leo.ends": [1, "us-hub"]})
    assert [problem.field for problem in caught.value.problems] == ["ends.0"]


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("node.us-hub.servers=2", "node.us-hub.servers", 2),
        ("link.*.loss = 1e-3", "link.*.loss", 0.001),
        ("launch_set=salvo", "launch_set", "salvo"),
        ('launch_set="salvo"', "launch_set", "salvo"),
        ("link.x.duplex=false", "link.x.duplex", False),
        ('sharing.r.via=["a","b"]', "sharing.r.via", ["a", "b"]),
        (
            'node.a.release={ kind = "fixed", value_s = 3 }',
            "node.a.release",
            {"kind": "fixed", "value_s": 3},
        ),
        ("title=a = b", "title", "a = b"),
    ],
)
def test_settings_read_like_toml(text: str, path: str, value: object) -> None:
    assert parse_setting(text) == (path, value)


@pytest.mark.parametrize("text", ["", "run.seed", "=5", "run.seed=", " = "])
def test_what_is_no_setting_is_refused(text: str) -> None:
    with pytest.raises(ScenarioError, match="is not a setting"):
        parse_setting(text)


def test_a_value_over_several_lines_is_a_text() -> None:
    assert parse_value("1\nother = 2") == "1\nother = 2"
