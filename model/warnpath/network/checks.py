"""Checks of a whole network: everything is linked, and every consumer can be warned within the policy."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import networkx as nx

from warnpath.network.findings import Finding
from warnpath.network.flows import Flow, standard_flows, traffic_flows
from warnpath.network.graph import Graph, build_graph
from warnpath.network.proof import prove_policy
from warnpath.network.protection import not_protectable
from warnpath.network.release import Policy, build_policy, releases_of
from warnpath.network.routing import RoutingTables, tables_from_graph
from warnpath.network.stand_by import not_taken_over
from warnpath.scenario.problems import ScenarioError

if TYPE_CHECKING:
    from warnpath.scenario import Scenario


def require_sound_network(scenario: Scenario) -> tuple[Finding, ...]:
    """Refuse a scenario whose network or policy is wrong.

    Returns
    -------
    tuple of Finding
        What is odd but can be simulated.

    Raises
    ------
    ScenarioError
        With every problem, placed in the scenario's file; a leak with the walk it takes.
    """
    found = check_network(scenario)
    problems = [
        scenario.locations.problem(item.key, item.message, item.expected, item.value)
        for item in found
        if item.is_error
    ]
    if problems:
        raise ScenarioError(problems)
    return found


def check_network(scenario: Scenario) -> tuple[Finding, ...]:
    """Everything wrong or odd with the network and the policy of a scenario, errors first.

    Raises
    ------
    ScenarioError
        More nations than a policy can tell apart.
    """
    graph, policy = build_graph(scenario), build_policy(scenario)
    tables = tables_from_graph(graph, policy, standard_flows(scenario, policy))
    found = [
        *prove_policy(scenario, graph, policy),
        *isolated_nodes(graph),
        *sensors_cut_off(graph, policy, tables),
        *consumers_not_reached(graph, policy, tables),
        *traffic_not_reached(scenario, graph, policy, tables),
        *useless_origins(tables),
        *not_protectable(scenario, tables),
        *not_taken_over(scenario, tables),
    ]
    return tuple(sorted(found, key=lambda item: (not item.is_error, item.key, item.message)))


def isolated_nodes(graph: Graph) -> Iterator[Finding]:
    """Nodes without a link."""
    for node in sorted(nx.isolates(graph)):
        yield Finding(
            key=("node", node, "id"),
            value=node,
            message="no link has this node as an end, so it takes part in nothing",
            expected="a link to it, or no such node",
        )


def sensors_cut_off(graph: Graph, policy: Policy, tables: RoutingTables) -> Iterator[Finding]:
    """Sensors whose data cannot reach the C2 they report to."""
    for flow in tables.flows:
        if flow.kind == "sensor" and math.isinf(tables.flow_cost_s(flow)):
            yield Finding(
                key=("node", flow.source, "sensor", "reports_to"),
                value=flow.destination,
                message=f"its data never gets there: {explain_unreachable(graph, policy, flow)}",
                expected="links, and where it is another nation's C2 a sharing rule, that lead there",
            )


def consumers_not_reached(graph: Graph, policy: Policy, tables: RoutingTables) -> Iterator[Finding]:
    """Consumers whom no alert reaches, and those whose C2 has no data to decide on."""
    informed = informed_nodes(tables)
    for flow in tables.flows:
        if flow.kind != "alert":
            continue
        if math.isinf(tables.flow_cost_s(flow)):
            yield Finding(
                key=("node", flow.destination, "consumer", "decided_by"),
                value=flow.source,
                message=f"no compliant route brings it an alert: {explain_unreachable(graph, policy, flow)}",
                expected="a C2 of its own nation with links that lead to it",
            )
        if flow.source not in informed:
            yield Finding(
                key=("node", flow.destination, "consumer", "decided_by"),
                value=flow.source,
                message="no sensor's data can reach the C2 that decides for it",
                expected="a C2 with sensors that report to it, or one with which data is shared",
            )


def traffic_not_reached(
    scenario: Scenario, graph: Graph, policy: Policy, tables: RoutingTables
) -> Iterator[Finding]:
    """Traffic that cannot get where it is meant to go, over links and under the policy."""
    for traffic in scenario.traffic:
        for flow in traffic_flows(scenario, traffic):
            if math.isinf(tables.flow_cost_s(flow)):
                yield Finding(
                    key=("traffic", traffic.id, "destination"),
                    value=flow.destination,
                    message=f"cannot be reached from {flow.source}: "
                    f"{explain_unreachable(graph, policy, flow)}",
                    expected="links, and for another nation a sharing rule, that lead there; or open = true",
                )


def useless_origins(tables: RoutingTables) -> Iterator[Finding]:
    """C2s whose tracks no other C2 that decides can use (odd, not wrong)."""
    deciders = {flow.source for flow in tables.flows if flow.kind == "alert"}
    reports = [flow for flow in tables.flows if flow.kind in ("report", "answer")]
    for origin in sorted({flow.source for flow in reports} - deciders):
        mine = [flow for flow in reports if flow.source == origin]
        if all(math.isinf(tables.flow_cost_s(flow)) for flow in mine):
            yield Finding(
                key=("node", origin, "id"),
                value=origin,
                message="no C2 that decides can use the data of its sensors under this policy",
                expected="a sharing rule or a link, if that is not what is meant",
                is_error=False,
            )


def informed_nodes(tables: RoutingTables) -> set[str]:
    """C2s that some sensor's data can reach, directly, by a report or by an answer."""
    reached = [flow for flow in tables.flows if math.isfinite(tables.flow_cost_s(flow))]
    informed = {flow.destination for flow in reached if flow.kind == "sensor"}
    informed |= {
        flow.destination for flow in reached if flow.kind in ("report", "answer") and flow.source in informed
    }
    return informed


def explain_unreachable(graph: Graph, policy: Policy, flow: Flow) -> str:
    """Why a flow has no route: no links, or the first node on the shortest way that may not hold the data."""
    ends = (flow.source, flow.destination)
    passable = graph.subgraph(
        [node for node, transit in graph.nodes(data="transit") if transit or node in ends]
    )
    if not nx.has_path(passable, *ends):
        return f"no chain of links leads from {flow.source} to {flow.destination}"
    data = f"data labelled {' and '.join(flow.labels)}"
    cleared = policy.initial_clearance(flow.labels, flow.source if flow.derived else None)
    names = policy.cleared(cleared)
    releases = [item for item in releases_of(policy, flow.labels) if flow.on_request or not item.on_request]
    for node in nx.shortest_path(passable, *ends, weight="latency_s"):
        nation = policy.nation_of[node]
        if nation not in names:
            places = sorted({item.node for item in releases if item.nation == nation})
            where = f"is released to {nation} only at {', '.join(places)}" if places else "has no rule for it"
            return f"{data} may not enter {node} ({nation}) and {where}"
        while gained := [item.nation for item in releases if item.node == node and item.nation not in names]:
            names = (*names, *gained)
    return f"{data} finds no way on which every release comes in time"
