"""Latency-shortest routes that the sharing policy allows, as flat tables with names.

The tables are what the kernel in `route_kernel` reads and writes: `build_routing` makes them from a
scenario, `route` reads a route out of them, `recompute_all` fills them anew after a change.
"""

from __future__ import annotations

from dataclasses import dataclass

from warnpath.network.route_kernel import FloatTable, IntTable, recompute


@dataclass(frozen=True)
class Release:
    """A release that a sharing rule allows at one node, for one class of data.

    Attributes
    ----------
    rule : str
        Id of the sharing rule whose delay is drawn (of joined data: the slowest of its labels').
    node : str
        Where the release takes place.
    nation : str
        Nation that gains the data.
    mean_s : float
        Mean delay, s; the weight of the release in a route.
    delay : object or None
        The scenario's distribution of the delay; None where there is no delay.
    on_request : bool
        True if only a person's answer to a request may use it.
    """

    rule: str
    node: str
    nation: str
    mean_s: float
    delay: object | None
    on_request: bool


@dataclass(frozen=True)
class RoutingTables:
    """Routes of a scenario as flat arrays, and the names behind the row numbers.

    Rows are sorted by id, so they do not depend on the order of tables in a file. A duplex link has
    two rows in `links`, first in the order of its ends. State = node * clearances + clearance.

    Attributes
    ----------
    node_ids, element_ids : tuple of str
        Ids of nodes, and of links, sorted.
    nations : tuple of str
        Sorted; nation i has the bit ``1 << i`` in a clearance.
    label_classes : tuple of tuple of str
        Sets of labels that travel together; the empty set is cleared for everybody.
    releases : tuple of Release
        What stands behind the rows of `rules`.
    clearances : int
        2 to the number of nations.
    nodes, links, link_order, rules, trees : int64[:, ::1]
        Columns by the constants of this module.
    link_weights : float64[directions, 1]
        Expected seconds over the link and in the service of the node it enters.
    rule_weights : float64[rules, 1]
        Mean release delay, s.
    rule_first : int64[label classes, nodes + 1]
        Rules of a class at a node are the rows from [class, node] up to [class, node + 1].
    link_up, node_up : int64[1, directions], int64[1, nodes]
        The state for which the trees stand here.
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
    label_classes: tuple[tuple[str, ...], ...]
    releases: tuple[Release, ...]
    clearances: int
    nodes: IntTable
    links: IntTable
    link_order: IntTable
    link_weights: FloatTable
    rules: IntTable
    rule_weights: FloatTable
    rule_first: IntTable
    trees: IntTable
    link_up: IntTable
    node_up: IntTable
    next_step: IntTable
    cost: FloatTable
    scratch: IntTable


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
