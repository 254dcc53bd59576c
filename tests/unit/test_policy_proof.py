"""A leaking scenario is refused with its walk, a contradictory one with the rule, a sound one passes."""

from __future__ import annotations

import pytest

from tests.network_cases import THREE_NATIONS, small_scenario
from warnpath.network.checks import check_network, require_sound_network
from warnpath.network.flows import Flow, standard_flows
from warnpath.network.graph import build_graph
from warnpath.network.proof import check_routes, find_leak, prove_policy
from warnpath.network.release import build_policy
from warnpath.network.routing import build_routing, flow_route
from warnpath.scenario import Scenario, ScenarioError

DIRECT_RULE = """
[[sharing]]
id = "kr-to-jp-direct"
data_of = "KR"
to = "JP"
via = ["{via}"]
"""


def messages(scenario: Scenario) -> list[tuple[tuple[str, ...], str]]:
    return [(item.key, item.message) for item in check_network(scenario)]


def test_sound_scenario_passes() -> None:
    assert require_sound_network(small_scenario(THREE_NATIONS)) == ()


def test_leak_is_refused_and_its_walk_shown() -> None:
    scenario = small_scenario(THREE_NATIONS + DIRECT_RULE.format(via="kr-c2"))
    with pytest.raises(ScenarioError) as refused:
        require_sound_network(scenario)
    (problem,) = refused.value.problems
    assert problem.element == "prohibition.kr-jp-through-hub-only"
    assert problem.field == "to"
    assert problem.message == (
        "data labelled KR leaks to JP: kr-radar -> kr-c2 (released to JP by rule kr-to-jp-direct) -> jp-c2"
    )
    assert problem.expected == "release to JP only at us-hub: change `via` of kr-to-jp-direct"


def test_leak_over_a_link_that_is_no_ones_route() -> None:
    # From us-base data for Japan can go on through the hub or back through South Korea: both are walks,
    # although no shortest route would take the second.
    scenario = small_scenario(THREE_NATIONS + DIRECT_RULE.format(via="us-base"))
    leak = find_leak(build_graph(scenario), build_policy(scenario), scenario.prohibition[0])
    assert leak is not None
    assert leak.text() == (
        "kr-radar -> kr-c2 (released to US by rule kr-to-us) -> us-base"
        " (released to JP by rule kr-to-jp-direct) -> kr-c2 -> jp-c2"
    )


def test_on_request_rules_leak_too() -> None:
    rule = DIRECT_RULE.format(via="kr-c2") + 'mode = "on_request"\n'
    found = messages(small_scenario(THREE_NATIONS + rule))
    assert [key for key, _ in found] == [("prohibition", "kr-jp-through-hub-only", "to")]
    assert "released to JP by rule kr-to-jp-direct" in found[0][1]


def test_contradiction_without_a_walk_is_named_by_its_rule() -> None:
    island = """
[[node]]
id = "kr-island"
role = "c2"
nation = "KR"
lat_deg = 33.4
lon_deg = 126.5
"""
    scenario = small_scenario(THREE_NATIONS + island + DIRECT_RULE.format(via="kr-island"))
    (finding,) = prove_policy(scenario, build_graph(scenario), build_policy(scenario))
    assert finding.key == ("sharing", "kr-to-jp-direct", "via")
    assert finding.value == "kr-island"
    assert finding.message == "releases KR to JP where prohibition kr-jp-through-hub-only forbids it"


def test_other_nations_and_other_labels_are_no_leak() -> None:
    text = THREE_NATIONS.replace('to = "JP"\nexcept_via = ["us-hub"]', 'to = "US"\nexcept_via = ["kr-c2"]')
    assert messages(small_scenario(text)) == []


def test_shipped_route_goes_through_the_hub() -> None:
    scenario = small_scenario(THREE_NATIONS)
    policy = build_policy(scenario)
    flows = standard_flows(scenario, policy)
    assert flows == (
        Flow("alert", "jp-c2", "jp-area", ("JP-ALERT",)),
        Flow("report", "kr-c2", "jp-c2", ("KR",), derived=True),
        Flow("sensor", "jp-radar", "jp-c2", ("JP",)),
        Flow("sensor", "kr-radar", "kr-c2", ("KR",)),
    )
    tables = build_routing(scenario, flows)
    assert list(check_routes(tables, policy)) == []
    steps = flow_route(tables, flows[1])
    assert steps is not None
    assert [(step.name, step.head) for step in steps] == [
        ("kr-to-us", "kr-c2"),
        ("kr-base-line", "us-base"),
        ("base-hub-line", "us-hub"),
        ("kr-to-jp", "us-hub"),
        ("hub-jp-line", "jp-c2"),
    ]
    # The rule's own delay, 2.5 s in the mean, replaces the hub's 9 s; the other rule has the node's.
    assert [step.seconds for step in steps if step.kind == "release"] == [1.5, 2.5]


def test_check_of_routes_sees_a_step_that_breaks_the_policy() -> None:
    scenario = small_scenario(THREE_NATIONS)
    policy = build_policy(scenario)
    flow = Flow("report", "kr-c2", "jp-c2", ("KR",), derived=True)
    tables = build_routing(scenario, [flow])
    state = int(tables.flow_table[0, 2])
    direct = next(
        row
        for row, (_, head, element) in enumerate(tables.links)
        if tables.element_ids[element] == "kr-jp-line" and tables.node_ids[head] == "jp-c2"
    )
    tables.next_step[0, state] = direct
    found = list(check_routes(tables, policy))
    assert any("kr-jp-line leads to jp-c2, which is not cleared" in line for line in found)


TRAFFIC = """
[[traffic]]
id = "files"
source = "{source}"
destination = "{destination}"
kind = "poisson"
rate_per_s = 1
size_bytes = 1000
{more}
"""


def traffic(source: str, destination: str, more: str = "") -> str:
    return TRAFFIC.format(source=source, destination=destination, more=more)


def test_traffic_carries_the_label_of_its_source_and_is_released_like_data() -> None:
    scenario = small_scenario(THREE_NATIONS + traffic("kr-c2", "us-base"))
    assert require_sound_network(scenario) == ()
    flow = Flow("traffic", "kr-c2", "us-base", ("KR",))
    assert flow in standard_flows(scenario, build_policy(scenario))
    steps = flow_route(build_routing(scenario, [flow]), flow)
    assert [step.kind for step in steps or []] == ["release", "link"]


def test_traffic_that_the_policy_keeps_from_its_destination_is_refused() -> None:
    ((key, message),) = messages(small_scenario(THREE_NATIONS + traffic("jp-c2", "us-base")))
    assert key == ("traffic", "files", "destination")
    assert "data labelled JP may not enter us-hub (US) and has no rule for it" in message
    # Only under a label that is released: that of nobody, which is open to all, or one with a rule.
    assert messages(small_scenario(THREE_NATIONS + traffic("jp-c2", "us-base", "open = true"))) == []
    rule = '[[sharing]]\nid = "x"\ndata_of = "JP-FILES"\nto = "US"\nvia = ["jp-c2"]\n'
    labelled = traffic("jp-c2", "us-base", 'label = "JP-FILES"')
    assert messages(small_scenario(THREE_NATIONS + labelled + rule)) == []


def test_a_leak_of_traffic_is_found_where_no_sensor_has_such_data() -> None:
    # From the hub the files go to Japan; a prohibition knows their label, which only the traffic carries.
    rules = """
[[sharing]]
id = "files-to-us"
data_of = "KR-FILES"
to = "US"
via = ["kr-c2"]
[[sharing]]
id = "files-to-jp"
data_of = "KR-FILES"
to = "JP"
via = ["us-hub"]
[[prohibition]]
id = "files-stay-away"
data_of = "KR-FILES"
to = "JP"
"""
    sound = THREE_NATIONS + traffic("kr-c2", "us-hub", 'label = "KR-FILES"')
    found = messages(small_scenario(sound + rules))
    assert (
        ("prohibition", "files-stay-away", "to"),
        "data labelled KR-FILES leaks to JP: kr-c2 (released to US by rule files-to-us) -> us-base -> us-hub "
        "(released to JP by rule files-to-jp) -> jp-c2",
    ) in found


def test_routes_of_traffic_hold_the_policy_step_by_step() -> None:
    scenario = small_scenario(THREE_NATIONS + traffic("kr-c2", "jp-c2"))
    policy = build_policy(scenario)
    flow = Flow("traffic", "kr-c2", "jp-c2", ("KR",))
    tables = build_routing(scenario, [flow])
    assert list(check_routes(tables, policy)) == []
    steps = flow_route(tables, flow) or []
    assert [step.gained for step in steps if step.kind == "release"] == ["US", "JP"]
