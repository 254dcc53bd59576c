"""Routes of the shipped scenarios do what the agreement says, with everything up and with anything down."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

from warnpath.network.checks import require_sound_network
from warnpath.network.contingencies import set_down, single_failures
from warnpath.network.flows import Flow, standard_flows
from warnpath.network.graph import build_graph
from warnpath.network.proof import check_routes
from warnpath.network.release import build_policy
from warnpath.network.routing import (
    RoutingTables,
    build_routing,
    flow_route,
    price_of_policy_s,
    recompute_all,
)
from warnpath.scenario import load

pytestmark = pytest.mark.unwatched

VARIANTS = ("trilateral", "national-only", "on-request", "direct", "two-hubs")
KOREA_TO_JAPAN = Flow("report", "kr-kamd", "jp-adc", ("KR",), derived=True)
JAPAN_TO_KOREA = Flow("report", "jp-adc", "kr-kamd", ("JP",), derived=True)


@cache
def tables_of(variant: str) -> RoutingTables:
    scenario = load(variant)
    return build_routing(scenario, standard_flows(scenario, build_policy(scenario)))


def fresh(variant: str) -> RoutingTables:
    scenario = load(variant)
    return build_routing(scenario, tables_of(variant).flows)


def nodes_on_the_way(tables: RoutingTables, flow: Flow) -> list[str]:
    steps = flow_route(tables, flow)
    assert steps is not None
    return [flow.source] + [step.head for step in steps if step.kind == "link"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_policy_is_proved_and_every_route_keeps_it(variant: str) -> None:
    scenario = load(variant)
    assert require_sound_network(scenario) == ()
    assert list(check_routes(tables_of(variant), build_policy(scenario))) == []


@pytest.mark.parametrize("flow", [KOREA_TO_JAPAN, JAPAN_TO_KOREA])
def test_the_exchange_crosses_at_the_hub(flow: Flow) -> None:
    tables = tables_of("trilateral")
    assert "us-hub" in nodes_on_the_way(tables, flow)
    steps = flow_route(tables, flow)
    assert steps is not None
    # One national release and one at the hub.
    assert [step.tail for step in steps if step.kind == "release"] == [flow.source, "us-hub"]


@pytest.mark.parametrize("flow", [KOREA_TO_JAPAN, JAPAN_TO_KOREA])
def test_a_failed_hub_leaves_national_pictures_only(flow: Flow) -> None:
    tables = fresh("trilateral")
    set_down(tables, ("us-hub",))
    recompute_all(tables)
    assert math.isinf(tables.flow_cost_s(flow))
    for other in tables.flows:
        if other.kind in ("sensor", "alert") or other.labels == ("US-SPACE",):
            assert math.isfinite(tables.flow_cost_s(other)), other


def test_what_a_variant_changes_is_the_exchange() -> None:
    cost = {variant: tables_of(variant).flow_cost_s(KOREA_TO_JAPAN) for variant in VARIANTS}
    assert math.isinf(cost["national-only"])
    assert math.isinf(cost["on-request"])
    assert cost["direct"] < cost["two-hubs"] <= cost["trilateral"] < math.inf
    answer = next(
        flow for flow in tables_of("on-request").flows if (flow.kind, flow.source) == ("answer", "kr-kamd")
    )
    assert math.isfinite(tables_of("on-request").flow_cost_s(answer))
    for variant in VARIANTS:
        own = Flow("report", "us-usfj", "jp-adc", ("US-JAPAN",), derived=True)
        assert math.isfinite(tables_of(variant).flow_cost_s(own))


def test_two_hubs_survive_the_loss_of_either() -> None:
    tables = fresh("two-hubs")
    hubs = [name for name in tables.node_ids if "hub" in name]
    assert len(hubs) == 2
    for hub in hubs:
        set_down(tables, (hub,))
        recompute_all(tables)
        assert math.isfinite(tables.flow_cost_s(KOREA_TO_JAPAN))


def test_no_single_failure_makes_anything_quicker_or_breaks_the_policy() -> None:
    scenario = load("trilateral")
    policy = build_policy(scenario)
    tables = fresh("trilateral")
    before = tables.cost.copy()
    for failure in single_failures(build_graph(scenario), tables_of("trilateral")):
        set_down(tables, failure.elements)
        recompute_all(tables)
        assert np.all(tables.cost >= before), failure.name
        if not failure.is_used:
            costs = [tables.flow_cost_s(flow) for flow in tables.flows]
            assert costs == [tables_of("trilateral").flow_cost_s(flow) for flow in tables.flows]
        if failure.kind == "node":
            assert list(check_routes(tables, policy)) == []


def test_policy_costs_the_exchange_its_releases_and_nothing_less() -> None:
    scenario = load("trilateral")
    graph, policy = build_graph(scenario), build_policy(scenario)
    prices = price_of_policy_s(graph, policy, tables_of("trilateral").flows)
    assert all(free_s <= compliant_s for free_s, compliant_s in prices.values())
    free_s, compliant_s = prices[KOREA_TO_JAPAN]
    steps = flow_route(tables_of("trilateral"), KOREA_TO_JAPAN)
    assert steps is not None
    releases_s = sum(step.seconds for step in steps if step.kind == "release")
    assert compliant_s - free_s >= releases_s - 1e-9
    alerts = [price for flow, price in prices.items() if flow.kind == "alert"]
    assert all(free_s == compliant_s for free_s, compliant_s in alerts)


def test_a_slower_release_costs_exactly_what_it_adds() -> None:
    scenario = load("trilateral")
    slower = scenario.replace({"node.us-hub.release": {"kind": "fixed", "value_s": 9.0}})
    steps = flow_route(tables_of("trilateral"), KOREA_TO_JAPAN)
    assert steps is not None
    at_hub_s = next(step.seconds for step in steps if step.kind == "release" and step.tail == "us-hub")
    added = build_routing(slower, [KOREA_TO_JAPAN]).flow_cost_s(KOREA_TO_JAPAN)
    assert added - tables_of("trilateral").flow_cost_s(KOREA_TO_JAPAN) == pytest.approx(
        9.0 - at_hub_s, abs=1e-9
    )
