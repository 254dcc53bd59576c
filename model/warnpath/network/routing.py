"""Latency-shortest routes that the sharing policy allows, as flat tables with names.

The tables are what the kernel in `route_kernel` reads and writes: `build_routing` makes them from a
scenario, `route` reads a route out of them, `recompute_all` fills them anew after a change.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from warnpath.network import route_kernel as columns
from warnpath.network.flows import Flow
from warnpath.network.graph import Graph, build_graph
from warnpath.network.release import Labels, Policy, ProductStep, Release, build_policy, releases_of
from warnpath.network.route_kernel import FloatTable, IntTable, recompute

if TYPE_CHECKING:
    from warnpath.scenario import Scenario

# Columns of `RoutingTables.flow_table`.
FLOW_SOURCE = 0
FLOW_TREE = 1
FLOW_STATE = 2  # state in which the data starts
FLOW_COLUMNS = 3


@dataclass(frozen=True)
class RoutingTables:
    """Routes of a scenario as flat arrays, and the names behind the row numbers.

    Rows are sorted by id, so they do not depend on the order of tables in a file. A duplex link has
    two rows in `links`, first in the order of its ends. State = node * clearances + clearance.
    Columns are named by the constants of `route_kernel` (``NODE_...``, ``LINK_...``, ``ORDER_...``,
    ``RULE_...``, ``TREE_...``) and of this module (``FLOW_...``).

    Attributes
    ----------
    node_ids, element_ids : tuple of str
        Ids of nodes, and of links, sorted.
    nations : tuple of str
        Sorted; nation i has the bit ``1 << i`` in a clearance.
    label_classes : tuple of tuple of str
        Sets of labels that travel together; the empty set is data for everybody.
    releases : tuple of Release
        What stands behind the rows of `rules`, row by row.
    flows : tuple of Flow
        What was asked for, in that order without repetitions.
    clearances : int
        2 to the number of nations.
    nodes, links, link_order, rules, trees, flow_table : int64[:, ::1]
        See the columns.
    link_weights : float64[directions, 1]
        Expected seconds over the link and in the service of the node it enters, and the link's penalty.
    rule_weights : float64[rules, 1]
        Mean release delay, s.
    rule_first : int64[label classes, nodes + 1]
        Rules of a class at a node are the rows from [class, node] up to [class, node + 1].
    link_up, node_up : int64[1, directions], int64[1, nodes]
        The state for which the trees stand here; 1 is up.
    next_step : int64[trees, states]
        >= 0 direction of a link to take; -1 arrived or nowhere to go; <= -2 release by the row
        -(2 + step) of `rules`.
    cost : float64[trees, states]
        Expected seconds to the destination; 0 when arrived, infinite when nowhere to go.
    scratch : int64[2, states]
        Working space of the kernel; nobody reads it.
    """

    node_ids: tuple[str, ...]
    element_ids: tuple[str, ...]
    nations: tuple[str, ...]
    label_classes: tuple[Labels, ...]
    releases: tuple[Release, ...]
    flows: tuple[Flow, ...]
    clearances: int
    nodes: IntTable
    links: IntTable
    link_order: IntTable
    link_weights: FloatTable
    rules: IntTable
    rule_weights: FloatTable
    rule_first: IntTable
    trees: IntTable
    flow_table: IntTable
    link_up: IntTable
    node_up: IntTable
    next_step: IntTable
    cost: FloatTable
    scratch: IntTable

    def flow_row(self, flow: Flow) -> int:
        """Row of a flow in `flow_table`.

        Raises
        ------
        ValueError
            The tables were not built for this flow.
        """
        return self.flows.index(flow)

    def flow_cost_s(self, flow: Flow) -> float:
        """Expected seconds of a flow from source to destination; infinite if it cannot get there."""
        row = self.flow_table[self.flow_row(flow)]
        return float(self.cost[row[FLOW_TREE], row[FLOW_STATE]])


def build_routing(scenario: Scenario, flows: Iterable[Flow]) -> RoutingTables:
    """Routes of the given flows with everything up.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    flows : iterable of Flow
        For example `warnpath.network.flows.standard_flows`.
    """
    return tables_from_graph(build_graph(scenario), build_policy(scenario), flows)


def tables_from_graph(graph: Graph, policy: Policy, flows: Iterable[Flow]) -> RoutingTables:
    """As `build_routing`, from a graph with the attributes of `build_graph` and a policy."""
    node_ids = tuple(sorted(graph.nodes))
    node_row = {name: row for row, name in enumerate(node_ids)}
    clearances = 1 << len(policy.nations)
    flows = tuple(dict.fromkeys(flows))
    classes = tuple(sorted({flow.labels for flow in flows}))
    element_ids, links, link_weights = _link_rows(graph, node_row)
    nodes, link_order = _node_rows(graph, policy, node_ids, links)
    releases, rules, rule_weights, rule_first = _rule_rows(policy, classes, node_row)
    trees, flow_table = _tree_rows(policy, flows, classes, node_row)
    states = len(node_ids) * clearances
    tables = RoutingTables(
        node_ids=node_ids,
        element_ids=element_ids,
        nations=policy.nations,
        label_classes=classes,
        releases=releases,
        flows=flows,
        clearances=clearances,
        nodes=nodes,
        links=links,
        link_order=link_order,
        link_weights=link_weights,
        rules=rules,
        rule_weights=rule_weights,
        rule_first=rule_first,
        trees=trees,
        flow_table=flow_table,
        link_up=np.ones((1, len(links)), np.int64),
        node_up=np.ones((1, len(node_ids)), np.int64),
        next_step=np.full((len(trees), states), columns.NO_STEP, np.int64),
        cost=np.full((len(trees), states), columns.UNREACHABLE_S),
        scratch=np.zeros((columns.SCRATCH_ROWS, states), np.int64),
    )
    recompute_all(tables)
    return tables


def recompute_all(tables: RoutingTables) -> int:
    """Fill all trees of the tables for their own `link_up` and `node_up`; returns the states reached."""
    reached: int = recompute(
        tables.clearances,
        tables.nodes,
        tables.links,
        tables.link_order,
        tables.link_weights,
        tables.rules,
        tables.rule_weights,
        tables.rule_first,
        tables.trees,
        tables.link_up,
        tables.node_up,
        0,
        tables.next_step,
        tables.cost,
        tables.scratch,
    )
    return reached


def route(
    tables: RoutingTables, tree: int, source: str, state: int | None = None
) -> list[ProductStep] | None:
    """Steps from a node to the destination of a tree.

    Parameters
    ----------
    tables : RoutingTables
        From `build_routing`.
    tree : int
        Row of `tables.trees`.
    source : str
        Id of the node to start from, with the clearance of the tree.
    state : int, optional
        Product state to start from instead, for data that has been released already.

    Returns
    -------
    list of ProductStep or None
        Empty if already there; None if nothing leads there.
    """
    if state is None:
        node = tables.node_ids.index(source)
        state = node * tables.clearances + int(tables.trees[tree, columns.TREE_CLEARANCE])
    if math.isinf(tables.cost[tree, state]):
        return None
    steps: list[ProductStep] = []
    while (taken := int(tables.next_step[tree, state])) != columns.NO_STEP:
        here = tables.node_ids[state // tables.clearances]
        if taken >= 0:
            row = tables.links[taken]
            head = int(row[columns.LINK_HEAD])
            steps.append(
                ProductStep(
                    kind="link",
                    name=tables.element_ids[row[columns.LINK_ELEMENT]],
                    tail=here,
                    head=tables.node_ids[head],
                    gained="",
                    seconds=float(tables.link_weights[taken, 0]),
                )
            )
            state = head * tables.clearances + state % tables.clearances
        else:
            rule = -(2 + taken)
            release = tables.releases[rule]
            steps.append(ProductStep("release", release.rule, here, here, release.nation, release.mean_s))
            state += int(tables.rules[rule, columns.RULE_GAIN_BIT])
    return steps


def flow_route(tables: RoutingTables, flow: Flow) -> list[ProductStep] | None:
    """Steps of a flow from its source to its destination; None if nothing leads there."""
    row = tables.flow_table[tables.flow_row(flow)]
    return route(tables, int(row[FLOW_TREE]), flow.source, int(row[FLOW_STATE]))


def price_of_policy_s(graph: Graph, policy: Policy, flows: Iterable[Flow]) -> dict[Flow, tuple[float, float]]:
    """What the sharing policy costs each flow: expected seconds without any policy, and under it.

    Without a policy data is for everybody: no detour and no release. Infinite where nothing leads there.
    """
    flows = tuple(dict.fromkeys(flows))
    free = {flow: Flow(flow.kind, flow.source, flow.destination) for flow in flows}
    compliant = tables_from_graph(graph, policy, flows)
    unrestricted = tables_from_graph(graph, policy, free.values())
    return {flow: (unrestricted.flow_cost_s(free[flow]), compliant.flow_cost_s(flow)) for flow in flows}


def _link_rows(graph: Graph, node_row: dict[str, int]) -> tuple[tuple[str, ...], IntTable, FloatTable]:
    """Directions of links, sorted by id, the direction of a link's ends first."""
    element_ids = tuple(sorted({link for _, _, link in graph.edges(keys=True)}))
    element_row = {name: row for row, name in enumerate(element_ids)}
    edges = sorted(
        (
            element_row[link],
            not data["forward"],
            node_row[tail],
            node_row[head],
            data["latency_s"] + data.get("penalty_s", 0.0),
        )
        for tail, head, link, data in graph.edges(keys=True, data=True)
    )
    links = np.zeros((len(edges), columns.LINK_COLUMNS), np.int64)
    weights = np.zeros((len(edges), 1))
    for row, (element, _, tail, head, latency_s) in enumerate(edges):
        links[row, columns.LINK_TAIL] = tail
        links[row, columns.LINK_HEAD] = head
        links[row, columns.LINK_ELEMENT] = element
        weights[row, 0] = latency_s
    return element_ids, links, weights


def _node_rows(
    graph: Graph, policy: Policy, node_ids: Sequence[str], links: IntTable
) -> tuple[IntTable, IntTable]:
    """Nodes, and the links into and out of each, in the order of the links."""
    nodes = np.zeros((len(node_ids), columns.NODE_COLUMNS), np.int64)
    for row, name in enumerate(node_ids):
        nodes[row, columns.NODE_NATION_BIT] = policy.bit(policy.nation_of[name])
        nodes[row, columns.NODE_TRANSIT] = int(graph.nodes[name]["transit"])
    order = np.zeros((len(links), columns.ORDER_COLUMNS), np.int64)
    for end, column, first, count in (
        (columns.LINK_HEAD, columns.ORDER_INCOMING, columns.NODE_INCOMING_FIRST, columns.NODE_INCOMING_COUNT),
        (columns.LINK_TAIL, columns.ORDER_OUTGOING, columns.NODE_OUTGOING_FIRST, columns.NODE_OUTGOING_COUNT),
    ):
        order[:, column] = np.argsort(links[:, end], kind="stable")
        nodes[:, count] = np.bincount(links[:, end], minlength=len(node_ids))
        nodes[1:, first] = np.cumsum(nodes[:-1, count])
    return nodes, order


def _rule_rows(
    policy: Policy, classes: Sequence[Labels], node_row: dict[str, int]
) -> tuple[tuple[Release, ...], IntTable, FloatTable, IntTable]:
    """Releases of each label class, sorted by class, node and nation, and where each node's begin."""
    releases: list[Release] = []
    rows = []
    first = np.zeros((len(classes), len(node_row) + 1), np.int64)
    for label_class, labels in enumerate(classes):
        mine = sorted(releases_of(policy, labels), key=lambda item: (node_row[item.node], item.nation))
        for release in mine:
            place = node_row[release.node]
            gain = policy.bit(release.nation)
            rows.append((label_class, place, gain, int(release.on_request)))
        places = np.array([node_row[release.node] for release in mine], np.int64)
        counts = np.bincount(places, minlength=len(node_row))
        first[label_class, 0] = len(releases)
        first[label_class, 1:] = len(releases) + np.cumsum(counts)
        releases.extend(mine)
    rules = np.array(rows, np.int64).reshape(len(rows), columns.RULE_COLUMNS)
    weights = np.array([release.mean_s for release in releases], np.float64).reshape(len(releases), 1)
    return tuple(releases), rules, weights, first


def _tree_rows(
    policy: Policy, flows: Sequence[Flow], classes: Sequence[Labels], node_row: dict[str, int]
) -> tuple[IntTable, IntTable]:
    """One tree for flows alike in class, destination, clearance, mode and protection; trees and starts."""
    trees: dict[tuple[int, ...], int] = {}
    flow_table = np.zeros((len(flows), FLOW_COLUMNS), np.int64)
    for row, flow in enumerate(flows):
        clearance = policy.initial_clearance(flow.labels, flow.source if flow.derived else None)
        ways = (classes.index(flow.labels), node_row[flow.destination], clearance, int(flow.on_request))
        flow_table[row, FLOW_SOURCE] = node_row[flow.source]
        flow_table[row, FLOW_TREE] = trees.setdefault((*ways, int(flow.protected)), len(trees))
        flow_table[row, FLOW_STATE] = node_row[flow.source] * (1 << len(policy.nations)) + clearance
    rows = [ways[: columns.TREE_COLUMNS] for ways in trees]
    return np.array(rows, np.int64).reshape(len(trees), columns.TREE_COLUMNS), flow_table
