"""What can fail, one element at a time, and whether a route in use would notice."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from warnpath.network.route_kernel import LINK_ELEMENT
from warnpath.network.routing import RoutingTables, flow_route

if TYPE_CHECKING:
    from warnpath.network.graph import Graph
    from warnpath.scenario import Scenario


@dataclass(frozen=True)
class Contingency:
    """Elements that fail together.

    Attributes
    ----------
    name : str
        Id of the element, or of the shared risk.
    kind : str
        ``link`` (both directions), ``node`` or ``shared_risk``.
    group : str
        Class for ranking: medium of a link, group of a node, ``shared_risk``.
    elements : tuple of str
        Ids of the elements that go down.
    is_used : bool
        Whether a route in use, or a walk of what is sent twice, touches any of them; if not, its failure
        costs nothing.
    """

    name: str
    kind: str
    group: str
    elements: tuple[str, ...]
    is_used: bool


def single_failures(
    graph: Graph, tables: RoutingTables, also_used: Collection[str] = ()
) -> tuple[Contingency, ...]:
    """Every single failure of a link (as a duplex pair) or of a node other than a consumer.

    A consumer that fails is not warned, and that is all there is to say.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
        From `build_graph`.
    tables : RoutingTables
        With the flows that count, everything up.
    also_used : collection of str
        Elements that are used besides those on the routes.

    Returns
    -------
    tuple of Contingency
        Links, then nodes, each sorted by id.
    """
    used = used_elements(tables) | frozenset(also_used)
    media = {link: medium for _, _, link, medium in graph.edges(keys=True, data="medium")}
    failures = [
        Contingency(link, "link", medium or "link", (link,), link in used)
        for link, medium in sorted(media.items())
    ]
    failures += [
        Contingency(node, "node", data["group"], (node,), node in used)
        for node, data in sorted(graph.nodes(data=True))
        if data["role"] != "consumer"
    ]
    return tuple(failures)


def shared_risk_failures(scenario: Scenario, tables: RoutingTables) -> tuple[Contingency, ...]:
    """Every shared-risk group of a scenario, failing as a whole, sorted by name."""
    used = used_elements(tables)
    groups: dict[str, set[str]] = {}
    shared = [(node.id, node.shared_risk) for node in scenario.node]
    shared += [(link.id, link.shared_risk) for link in scenario.link]
    for element, names in shared:
        for name in names:
            groups.setdefault(name, set()).add(element)
    return tuple(
        Contingency(name, "shared_risk", "shared_risk", tuple(sorted(ids)), not used.isdisjoint(ids))
        for name, ids in sorted(groups.items())
    )


def used_elements(tables: RoutingTables) -> frozenset[str]:
    """Ids of all links and nodes on the routes of the flows, ends included."""
    used: set[str] = set()
    for flow in tables.flows:
        steps = flow_route(tables, flow)
        if steps is None:
            continue
        used.update((flow.source, flow.destination))
        for step in steps:
            used.update((step.tail, step.head))
            if step.kind == "link":
                used.add(step.name)
    return frozenset(used)


def set_down(tables: RoutingTables, elements: tuple[str, ...]) -> None:
    """Mark exactly these elements as down in the tables (call `recompute_all` afterwards).

    Raises
    ------
    KeyError
        An id is neither a node nor a link of the tables.
    """
    tables.link_up[:] = 1
    tables.node_up[:] = 1
    for element in elements:
        if element in tables.node_ids:
            tables.node_up[0, tables.node_ids.index(element)] = 0
        elif element in tables.element_ids:
            row = tables.element_ids.index(element)
            tables.link_up[0, tables.links[:, LINK_ELEMENT] == row] = 0
        else:
            raise KeyError(f"{element} is neither a node nor a link of these tables")
