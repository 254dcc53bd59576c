"""Shortest walks and disjoint pairs on drawn networks and policies, against networkx and by trying all."""

from __future__ import annotations

from itertools import combinations, islice

import networkx as nx
from hypothesis import given, settings

from tests.property.test_routing_against_networkx import Case, cases, product_graph
from warnpath.network.flows import Flow
from warnpath.network.protection import disjoint_pair, shared_elements
from warnpath.network.routing import FLOW_STATE, FLOW_TREE, RoutingTables
from warnpath.network.walks import Walk, shortest_walks

WALKS = 6
END = ("end", "")


def walks_of(tables: RoutingTables, flow: Flow, count: int) -> list[Walk]:
    row = tables.flow_table[tables.flow_row(flow)]
    return list(islice(shortest_walks(tables, int(row[FLOW_TREE]), int(row[FLOW_STATE])), count))


def expected_costs_s(case: Case, flow: Flow) -> list[float]:
    """Costs of the cheapest walks over different links, by networkx, with links as nodes of their own."""
    owners = {label.split("-")[0] for label in flow.labels}
    held = frozenset(("JP", "KR", "US")) if not flow.labels else frozenset(owners if len(owners) == 1 else ())
    if flow.derived:
        held |= {case.nations[flow.source]}
    if case.nations[flow.source] not in held:
        return []
    graph = nx.DiGraph()
    graph.add_node((flow.source, held))
    merged = product_graph(case, flow)
    for (tail, before), (head, after), data in merged.edges(data=True):
        if tail == flow.destination:
            continue
        if before != after:
            graph.add_edge((tail, before), (head, after), weight=data["weight"])
            continue
        for name, start, end, seconds in case.rows:
            if (start, end) == (tail, head):
                place = (name, start, before)
                graph.add_edge((tail, before), place, weight=seconds)
                graph.add_edge(place, (head, after), weight=0.0)
    for state in [state for state in graph if len(state) == 2 and state[0] == flow.destination]:
        graph.add_edge(state, END, weight=0.0)
    start = (flow.source, held)
    if END not in graph or not nx.has_path(graph, start, END):
        return []
    told: set[tuple[str, ...]] = set()
    costs = []
    for path in nx.shortest_simple_paths(graph, start, END, weight="weight"):
        links = tuple(f"{state[0]} from {state[1]}" for state in path if len(state) == 3)
        if links not in told:
            told.add(links)
            costs.append(nx.path_weight(graph, path, "weight"))
        if len(costs) == WALKS:
            break
    return costs


@settings(max_examples=80)
@given(cases())
def test_the_shortest_walks_cost_what_networkx_says(case: Case) -> None:
    tables = case.tables()
    for flow in case.flows:
        walks = walks_of(tables, flow, WALKS)
        assert [walk.cost_s for walk in walks] == expected_costs_s(case, flow)
        assert len({walk.links() for walk in walks}) == len(walks)


@settings(max_examples=80)
@given(cases())
def test_a_pair_is_disjoint_and_the_fastest_and_where_there_is_none_trying_all_finds_none(case: Case) -> None:
    tables = case.tables()
    for flow in case.flows:
        row = tables.flow_table[tables.flow_row(flow)]
        tree, start = int(row[FLOW_TREE]), int(row[FLOW_STATE])
        walks = [walk for walk in walks_of(tables, flow, 60) if walk.steps]
        if len(walks) == 60 or flow.source == flow.destination:
            continue
        elements = {
            "nodes": {walk.steps: walk.elements(tables) for walk in walks},
            "links": {walk.steps: walk.elements(tables) - set(tables.node_ids) for walk in walks},
        }
        found = disjoint_pair(tables, tree, start)
        for disjoint in ("nodes", "links"):
            pairs = [
                (one.cost_s, other.cost_s)
                for one, other in combinations(walks, 2)
                if not elements[disjoint][one.steps] & elements[disjoint][other.steps]
            ]
            if pairs:
                assert found is not None
                assert found.disjoint == disjoint
                assert (found.first.cost_s, found.second.cost_s) == min(pairs)
                break
        else:
            assert found is None
            assert shared_elements(tables, tree, start) or not walks
