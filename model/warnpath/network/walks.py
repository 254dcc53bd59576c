"""Walks that the policy allows, in the order of their cost: the shortest, the next one, and so on.

A walk is a sequence of steps on the product graph (node x clearance): over a link, or a release in place. The
first is the route that the tables hold; those after it are found by Yen's algorithm (Management Science 17,
1971), each from where it leaves an earlier one, by A* search. Its bound is the cost that the tables hold for
every state with everything up, which is exact until something must be avoided.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from warnpath.network import route_kernel as columns
from warnpath.network.release import ProductStep
from warnpath.network.routing import RoutingTables

Step = tuple[int, int, float]
"""Code of a step as in `RoutingTables.next_step`, the state it leads to, and its expected seconds."""


@dataclass(frozen=True)
class Walk:
    """One way from a product state to the destination of a tree.

    Attributes
    ----------
    steps : tuple of int
        >= 0 direction of a link; <= -2 release by the row -(2 + step) of the rules.
    states : tuple of int
        State before each step, and the last one.
    cost_s : float
        Expected seconds, penalties included: what routes minimise.
    """

    steps: tuple[int, ...]
    states: tuple[int, ...]
    cost_s: float

    def links(self) -> tuple[int, ...]:
        """Directions of links it takes, in order."""
        return tuple(step for step in self.steps if step >= 0)

    def elements(self, tables: RoutingTables) -> frozenset[str]:
        """Ids of its links and of the nodes between its ends."""
        elements = (tables.element_ids[tables.links[link, columns.LINK_ELEMENT]] for link in self.links())
        return frozenset(elements) | self.between(tables)

    def between(self, tables: RoutingTables) -> frozenset[str]:
        """Ids of the nodes between its ends."""
        nodes = [state // tables.clearances for state in self.states]
        return frozenset(tables.node_ids[node] for node in nodes if node not in (nodes[0], nodes[-1]))

    def product_steps(self, tables: RoutingTables) -> list[ProductStep]:
        """The steps with their names."""
        steps = []
        for step, state, after in zip(self.steps, self.states, self.states[1:], strict=False):
            tail, head = (tables.node_ids[place // tables.clearances] for place in (state, after))
            if step >= 0:
                name = tables.element_ids[tables.links[step, columns.LINK_ELEMENT]]
                seconds = float(tables.link_weights[step, 0])
                steps.append(ProductStep("link", name, tail, head, "", seconds))
            else:
                release = tables.releases[-2 - step]
                steps.append(ProductStep("release", release.rule, tail, head, release.nation, release.mean_s))
        return steps


def shortest_walks(tables: RoutingTables, tree: int, start: int) -> Iterator[Walk]:
    """Walks from a state in the order of their cost, no state twice in one, and no two over the same links.

    The first is the route in the tables. Equal costs come in the order of their steps.
    """
    usual = usual_walk(tables, tree, start)
    if usual is None:
        return
    found = [usual]
    told = {usual.links()}
    waiting: list[tuple[float, tuple[int, ...], Walk]] = []
    known = {usual.steps}
    yield usual
    while True:
        for walk in _leaving(tables, tree, found):
            if walk.steps not in known:
                known.add(walk.steps)
                heapq.heappush(waiting, (walk.cost_s, walk.steps, walk))
        if not waiting:
            return
        found.append(heapq.heappop(waiting)[2])
        if found[-1].links() not in told:
            told.add(found[-1].links())
            yield found[-1]


def usual_walk(tables: RoutingTables, tree: int, start: int) -> Walk | None:
    """The route in the tables from a state; None if nothing leads on."""
    if math.isinf(tables.cost[tree, start]):
        return None
    steps: list[int] = []
    states = [start]
    cost_s = 0.0
    while (step := int(tables.next_step[tree, states[-1]])) != columns.NO_STEP:
        state = states[-1]
        if step >= 0:
            head = int(tables.links[step, columns.LINK_HEAD])
            states.append(head * tables.clearances + state % tables.clearances)
            cost_s += float(tables.link_weights[step, 0])
        else:
            states.append(state + int(tables.rules[-2 - step, columns.RULE_GAIN_BIT]))
            cost_s += float(tables.rule_weights[-2 - step, 0])
        steps.append(step)
    return Walk(tuple(steps), tuple(states), cost_s)


def walk_avoiding(tables: RoutingTables, tree: int, start: int, elements: Collection[str]) -> Walk | None:
    """The shortest walk that uses none of some links and nodes; None if there is none."""
    links = {place for place, name in enumerate(tables.element_ids) if name in elements}
    nodes = {place for place, name in enumerate(tables.node_ids) if name in elements}
    return _search(tables, tree, start, links=links, nodes=nodes)


def _leaving(tables: RoutingTables, tree: int, found: list[Walk]) -> Iterator[Walk]:
    """For each state of the last walk found, the shortest walk that leaves all found ones there."""
    last = found[-1]
    root_s = 0.0
    for place, state in enumerate(last.states[:-1]):
        root = last.steps[:place]
        taken = {
            walk.steps[place] for walk in found if walk.steps[:place] == root and len(walk.steps) > place
        }
        rest = _search(tables, tree, state, first_steps=taken, states=set(last.states[:place]))
        if rest is not None:
            yield Walk(root + rest.steps, last.states[:place] + rest.states, root_s + rest.cost_s)
        step = last.steps[place]
        weights = tables.link_weights if step >= 0 else tables.rule_weights
        root_s += float(weights[step if step >= 0 else -2 - step, 0])


def _search(
    tables: RoutingTables,
    tree: int,
    start: int,
    *,
    first_steps: Collection[int] = (),
    states: Collection[int] = (),
    links: Collection[int] = (),
    nodes: Collection[int] = (),
) -> Walk | None:
    """Shortest walk from a state without some first steps, states, links and nodes, by A*."""
    costs = tables.cost[tree]
    if math.isinf(costs[start]):
        return None
    # Estimate of the whole, how many came before it, then what was spent and how it came here.
    waiting: list[tuple[float, int, float, int, tuple[int, ...], tuple[int, ...]]] = [
        (float(costs[start]), 0, 0.0, start, (), (start,))
    ]
    settled: set[int] = set(states)
    pushed = 0
    destination = int(tables.trees[tree, columns.TREE_DESTINATION])
    while waiting:
        _, _, spent_s, state, steps, seen = heapq.heappop(waiting)
        if state // tables.clearances == destination:
            return Walk(steps, seen, spent_s)
        if state in settled:
            continue
        settled.add(state)
        for step, after, seconds in _steps_from(tables, tree, state):
            if after in settled or (state == start and step in first_steps):
                continue
            if step >= 0 and (
                int(tables.links[step, columns.LINK_ELEMENT]) in links or after // tables.clearances in nodes
            ):
                continue
            pushed += 1
            reached_s = spent_s + seconds
            estimate_s = reached_s + float(costs[after])
            heapq.heappush(waiting, (estimate_s, pushed, reached_s, after, (*steps, step), (*seen, after)))
    return None


def _steps_from(tables: RoutingTables, tree: int, state: int) -> Iterator[Step]:
    """Every step that may be taken at a state towards the destination, as the kernel of the routes has it."""
    node, clearance = divmod(state, tables.clearances)
    costs = tables.cost[tree]
    destination = int(tables.trees[tree, columns.TREE_DESTINATION])
    first = int(tables.nodes[node, columns.NODE_OUTGOING_FIRST])
    count = int(tables.nodes[node, columns.NODE_OUTGOING_COUNT])
    for link in sorted(tables.link_order[first : first + count, columns.ORDER_OUTGOING].tolist()):
        head = int(tables.links[link, columns.LINK_HEAD])
        after = head * tables.clearances + clearance
        forwards = head == destination or tables.nodes[head, columns.NODE_TRANSIT] == 1
        is_up = tables.link_up[0, link] != 0 and tables.node_up[0, head] != 0
        if forwards and is_up and math.isfinite(costs[after]):
            yield link, after, float(tables.link_weights[link, 0])
    label_class = int(tables.trees[tree, columns.TREE_CLASS])
    asked = tables.trees[tree, columns.TREE_ON_REQUEST] == 1
    for rule in range(
        int(tables.rule_first[label_class, node]), int(tables.rule_first[label_class, node + 1])
    ):
        gained = int(tables.rules[rule, columns.RULE_GAIN_BIT])
        after = state + gained
        allowed = asked or tables.rules[rule, columns.RULE_ON_REQUEST] == 0
        if not clearance & gained and allowed and math.isfinite(costs[after]):
            yield -(2 + rule), after, float(tables.rule_weights[rule, 0])
