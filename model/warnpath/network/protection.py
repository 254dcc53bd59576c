"""1+1 protection: two disjoint walks for what is sent twice, or what keeps it from having two.

Of all pairs the one is taken whose first walk is the fastest that has a partner at all, with the fastest
partner; both are walks that the sharing policy allows. Node-disjoint walks share no link, and no node but
their ends. Where there are none, link-disjoint ones are taken: they share no link, but some node.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from warnpath.network import route_kernel as columns
from warnpath.network.findings import Finding, Key
from warnpath.network.flows import Flow, traffic_flows
from warnpath.network.routing import FLOW_STATE, FLOW_TREE, RoutingTables
from warnpath.network.walks import Walk, shortest_walks, usual_walk, walk_avoiding

if TYPE_CHECKING:
    from warnpath.scenario import Scenario

MOST_WALKS = 200
"""So many walks are tried as the first of a pair, from the fastest on."""


@dataclass(frozen=True)
class Pair:
    """Two disjoint walks, the faster one first; `disjoint` says of what: "nodes" or "links"."""

    first: Walk
    second: Walk
    disjoint: str


@dataclass(frozen=True)
class Protected:
    """A flow whose messages are sent twice.

    Attributes
    ----------
    flow : Flow
    key : tuple of str
        Field of the scenario that asks for it.
    pair : Pair or None
        None where no two disjoint walks exist.
    shared : tuple of str
        Without a pair: the elements that keep it from having one.
    """

    flow: Flow
    key: Key
    pair: Pair | None
    shared: tuple[str, ...] = ()


def protected_flows(scenario: Scenario, tables: RoutingTables) -> tuple[Protected, ...]:
    """Every flow that the scenario protects and that has a route, in the order of the tables' flows.

    A traffic protects its own flows; a sharing rule all that its releases let through, and a link all that
    goes over it, on their usual routes. Requests go by voice and need no protection.
    """
    links = {link.id for link in scenario.link if link.protection == "1+1"}
    rules = {rule.id for rule in scenario.sharing if rule.protection == "1+1"}
    traffic = {
        flow: item.id
        for item in scenario.traffic
        if item.protection == "1+1"
        for flow in traffic_flows(scenario, item)
    }
    if not (links or rules or traffic):
        return ()
    found = []
    for row, flow in enumerate(tables.flows):
        tree, start = (int(tables.flow_table[row, column]) for column in (FLOW_TREE, FLOW_STATE))
        walk = None if flow.kind == "request" else usual_walk(tables, tree, start)
        if walk is None:
            continue
        key: Key = ("traffic", traffic[flow], "protection") if flow in traffic else ()
        for step in walk.product_steps(tables):
            if not key and step.name in (rules if step.kind == "release" else links):
                key = ("sharing" if step.kind == "release" else "link", step.name, "protection")
        if key:
            pair = disjoint_pair(tables, tree, start)
            shared = () if pair is not None else shared_elements(tables, tree, start)
            found.append(Protected(flow, key, pair, shared))
    return tuple(found)


def protected_elements(scenario: Scenario, tables: RoutingTables) -> frozenset[str]:
    """Ids of all links and nodes on the walks of what is sent twice."""
    pairs = [item.pair for item in protected_flows(scenario, tables) if item.pair is not None]
    return frozenset().union(*(walk.elements(tables) for pair in pairs for walk in (pair.first, pair.second)))


def disjoint_pair(tables: RoutingTables, tree: int, start: int) -> Pair | None:
    """The pair of disjoint walks with the fastest first one: of nodes if there is one, else of links."""
    usual = usual_walk(tables, tree, start)
    if usual is None:
        return None
    for disjoint in ("nodes", "links"):
        # What every walk needs settles it at once, without trying them all.
        needed = _needed(tables, tree, start, _avoided(tables, usual, disjoint))
        if needed:
            continue
        for first in islice(shortest_walks(tables, tree, start), MOST_WALKS):
            second = walk_avoiding(tables, tree, start, _avoided(tables, first, disjoint))
            if second is not None and second.steps:
                return Pair(first, second, disjoint)
    return None


def shared_elements(tables: RoutingTables, tree: int, start: int) -> tuple[str, ...]:
    """Links that every walk takes; if there are none, links that the two fastest ones share."""
    usual = usual_walk(tables, tree, start)
    if usual is None:
        return ()
    needed = _needed(tables, tree, start, _avoided(tables, usual, "links"))
    if needed:
        return needed
    first, *others = islice(shortest_walks(tables, tree, start), 2)
    common = _avoided(tables, first, "links")
    for other in others:
        common &= _avoided(tables, other, "links")
    return tuple(sorted(common))


def not_protectable(scenario: Scenario, tables: RoutingTables) -> Iterator[Finding]:
    """What is to be sent twice, but has no two ways."""
    for item in protected_flows(scenario, tables):
        if item.pair is None:
            names = ", ".join(item.shared) or "the policy"
            yield Finding(
                key=item.key,
                value="1+1",
                message=f"finds no two disjoint compliant walks from {item.flow.source} to "
                f"{item.flow.destination} ({item.flow.kind}): they share {names}",
                expected="another link beside what they share, that the sharing policy lets this data use",
            )
    yield from _protects_nothing(scenario, tables)


def _protects_nothing(scenario: Scenario, tables: RoutingTables) -> Iterator[Finding]:
    """Links and sharing rules whose protection protects nothing, because no usual route uses them."""
    used = set()
    for item in protected_flows(scenario, tables):
        row = tables.flow_table[tables.flow_row(item.flow)]
        walk = usual_walk(tables, int(row[FLOW_TREE]), int(row[FLOW_STATE]))
        for step in [] if walk is None else walk.product_steps(tables):
            used.add(("sharing" if step.kind == "release" else "link", step.name))
    wanted = [("link", link.id) for link in scenario.link if link.protection == "1+1"]
    wanted += [("sharing", rule.id) for rule in scenario.sharing if rule.protection == "1+1"]
    for kind, name in wanted:
        if (kind, name) not in used:
            yield Finding(
                key=(kind, name, "protection"),
                value="1+1",
                message="protects nothing: no usual route uses it",
                expected="an element on a usual route, or no protection",
                is_error=False,
            )


def _avoided(tables: RoutingTables, walk: Walk, disjoint: str) -> frozenset[str]:
    """What a partner of a walk must not use."""
    if disjoint == "nodes":
        return walk.elements(tables)
    return frozenset(tables.element_ids[tables.links[link, columns.LINK_ELEMENT]] for link in walk.links())


def _needed(tables: RoutingTables, tree: int, start: int, elements: frozenset[str]) -> tuple[str, ...]:
    """Those of some elements without which there is no walk at all, sorted."""
    return tuple(name for name in sorted(elements) if walk_avoiding(tables, tree, start, [name]) is None)
