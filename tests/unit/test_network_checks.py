"""What is wrong with a network is said by element, with the reason."""

from __future__ import annotations

import pytest

from tests.network_cases import THREE_NATIONS, small_scenario
from warnpath.network.checks import check_network, require_sound_network
from warnpath.network.contingencies import shared_risk_failures, single_failures
from warnpath.network.findings import Finding
from warnpath.network.flows import Flow, standard_flows
from warnpath.network.graph import build_graph
from warnpath.network.release import build_policy, label_classes
from warnpath.network.routing import build_routing, flow_route
from warnpath.scenario import ScenarioError


def without(element: str) -> str:
    """The text of the small scenario without the table that has this id."""
    tables = THREE_NATIONS.split("\n[[")
    kept = [table for table in tables if f'id = "{element}"' not in table]
    assert len(kept) == len(tables) - 1
    return "\n[[".join(kept)


def findings(text: str) -> dict[tuple[str, ...], Finding]:
    return {item.key: item for item in check_network(small_scenario(text))}


def test_consumer_without_links_to_its_c2() -> None:
    found = findings(without("jp-area-line"))
    assert set(found) == {("node", "jp-area", "id"), ("node", "jp-area", "consumer", "decided_by")}
    assert "no link has this node as an end" in found["node", "jp-area", "id"].message
    message = found["node", "jp-area", "consumer", "decided_by"].message
    assert message == ("no compliant route brings it an alert: no chain of links leads from jp-c2 to jp-area")


def test_consumer_whose_only_way_leads_through_another_nation() -> None:
    text = THREE_NATIONS.replace('ends = ["jp-c2", "jp-area"]', 'ends = ["us-hub", "jp-area"]')
    message = findings(text)["node", "jp-area", "consumer", "decided_by"].message
    assert message == (
        "no compliant route brings it an alert: data labelled JP-ALERT may not enter us-hub (US)"
        " and has no rule for it"
    )


def test_sensor_whose_data_may_not_enter_its_c2() -> None:
    text = THREE_NATIONS.replace(
        'id = "kr-radar"\nrole = "sensor"\nnation = "KR"', 'id = "kr-radar"\nrole = "sensor"\nnation = "US"'
    )
    found = findings(text)["node", "kr-radar", "sensor", "reports_to"]
    assert found.value == "kr-c2"
    assert found.message == (
        "its data never gets there: data labelled US may not enter kr-c2 (KR) and has no rule for it"
    )


def test_consumer_whose_c2_has_no_data() -> None:
    text = without("jp-radar").replace('ends = ["jp-radar", "jp-c2"]', 'ends = ["us-base", "jp-c2"]')
    assert findings(text) == {}
    lonely = text.replace('to = "JP"\nvia = ["us-hub"]', 'to = "US"\nvia = ["us-hub"]')
    found = findings(lonely)
    assert set(found) == {("node", "jp-area", "consumer", "decided_by"), ("node", "kr-c2", "id")}
    message = found["node", "jp-area", "consumer", "decided_by"].message
    assert message == "no sensor's data can reach the C2 that decides for it"
    assert not found["node", "kr-c2", "id"].is_error


def test_tracks_nobody_can_use_are_odd_but_not_refused() -> None:
    scenario = small_scenario(without("kr-to-jp"))
    (finding,) = require_sound_network(scenario)
    assert finding.key == ("node", "kr-c2", "id")
    assert not finding.is_error


def test_all_problems_come_at_once() -> None:
    with pytest.raises(ScenarioError) as refused:
        require_sound_network(
            small_scenario(without("jp-area-line").replace('"us-hub"]\nrelease', '"kr-c2"]\nrelease'))
        )
    elements = [problem.element for problem in refused.value.problems]
    assert elements == ["node.jp-area", "node.jp-area", "prohibition.kr-jp-through-hub-only"]


def test_more_nations_than_can_be_told_apart() -> None:
    node = '[[node]]\nid = "n{0}"\nrole = "c2"\nnation = "A{1}"\nlat_deg = 0\nlon_deg = 0\n'
    text = "".join(node.format(place, chr(65 + place)) for place in range(11))
    with pytest.raises(ScenarioError, match="has 11 nations"):
        check_network(small_scenario(text))


def test_label_classes_are_those_of_the_sensors_that_report() -> None:
    text = THREE_NATIONS.replace(
        'id = "kr-radar"\nrole = "sensor"\nnation = "KR"',
        'id = "kr-radar"\nrole = "sensor"\nnation = "US"\ndata_label = "US-KOREA"',
    )
    text += (
        '[[node]]\nid = "kr-radar-two"\nrole = "sensor"\nnation = "KR"\nlat_deg = 35.2\nlon_deg = 129.1\n'
        'sensor = { class = "radar", reports_to = "kr-c2" }\n'
    )
    assert label_classes(small_scenario(text)) == {
        "jp-c2": ("JP",),
        "jp-radar": ("JP",),
        "kr-c2": ("KR", "US-KOREA"),
        "kr-radar": ("US-KOREA",),
        "kr-radar-two": ("KR",),
    }


def test_on_request_rules_make_requests_and_answers() -> None:
    text = THREE_NATIONS.replace(
        'via = ["us-hub"]\nrelease', 'via = ["us-hub"]\nmode = "on_request"\nrelease'
    )
    scenario = small_scenario(text)
    flows = standard_flows(scenario, build_policy(scenario))
    tables = build_routing(scenario, flows)
    costs = {flow.kind: tables.flow_cost_s(flow) for flow in flows}
    assert costs["report"] == float("inf")
    assert costs["answer"] > 4.0
    # A request is for everybody: over the hub in 0.5 s, since the direct line takes 0.8 s to send it.
    steps = flow_route(tables, Flow("request", "jp-c2", "kr-c2"))
    assert steps is not None
    assert [step.name for step in steps] == ["hub-jp-line", "base-hub-line", "kr-base-line"]
    assert findings(text) == {}


def test_failures_by_class() -> None:
    scenario = small_scenario(THREE_NATIONS)
    graph = build_graph(scenario)
    tables = build_routing(scenario, standard_flows(scenario, build_policy(scenario)))
    failures = {item.name: item for item in single_failures(graph, tables)}
    assert "jp-area" not in failures
    assert failures["hub-jp-line"].group == "satellite"
    assert failures["kr-c2"].group == "national command"
    assert failures["us-hub"].group == "hub"
    assert [name for name, item in failures.items() if not item.is_used] == ["kr-jp-line"]
    (shared,) = shared_risk_failures(scenario, tables)
    assert (shared.name, shared.elements, shared.is_used) == (
        "pacific",
        ("base-hub-line", "hub-jp-line"),
        True,
    )
