"""The policy proof: no walk brings data to a nation that a prohibition keeps it from.

A prohibition says: data of label L must not become available to nation N except by a release at one of
the nodes V. It is proved on the product graph (node x clearance) with all links and all rules, those on
request included, and with every node taken to forward: whatever fails, is repaired, stands by or is
rerouted, the network only ever walks a part of that graph. Joined data is covered by its labels: it is
never cleared for more nations than each of them, and released only where each of them is.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from warnpath.network import route_kernel as columns
from warnpath.network.findings import Finding
from warnpath.network.graph import Graph
from warnpath.network.release import (
    Policy,
    ProductStep,
    Release,
    owner,
    product_steps,
    walk_text,
)
from warnpath.network.routing import RoutingTables, route

if TYPE_CHECKING:
    from warnpath.scenario import Scenario
    from warnpath.scenario.policy import Prohibition

State = tuple[str, int]


@dataclass(frozen=True)
class Leak:
    """A walk that breaks a prohibition.

    Attributes
    ----------
    prohibition : str
        Its id.
    start : str
        Sensor, or source of traffic, whose data leaks.
    steps : tuple of ProductStep
        The walk, a shortest one.
    rule : str
        Sharing rule that released the data to the forbidden nation.
    """

    prohibition: str
    start: str
    steps: tuple[ProductStep, ...]
    rule: str

    def text(self) -> str:
        """The walk as names."""
        return walk_text(self.steps, self.start)


def find_leak(graph: Graph, policy: Policy, prohibition: Prohibition) -> Leak | None:
    """A shortest walk (in steps) that breaks a prohibition, or None if there is none.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
        From `build_graph`, with every link of the scenario.
    policy : Policy
        From `build_policy`.
    prohibition : Prohibition
        With ``data_of``, ``to`` and ``except_via``.
    """
    releases = [
        Release(grant.rule, grant.node, grant.nation, grant.mean_s, grant.delay, grant.on_request)
        for grant in policy.grants
        if grant.label == prohibition.data_of
        and not (grant.nation == prohibition.to and grant.node in prohibition.except_via)
    ]
    clearance = policy.initial_clearance((prohibition.data_of,))
    starts = [
        (node, clearance)
        for node, data in sorted(graph.nodes(data=True))
        if prohibition.data_of in (data["data_label"], *data.get("traffic_labels", ()))
        and clearance & policy.bit(data["nation"])
    ]
    came_from = _search(graph, policy, releases, starts)
    for node, held in came_from:
        if policy.nation_of[node] == prohibition.to:
            start, steps = _walk(came_from, (node, held))
            rule = next(step.name for step in reversed(steps) if step.gained == prohibition.to)
            return Leak(prohibition.id, start, steps, rule)
    return None


def prove_policy(scenario: Scenario, graph: Graph, policy: Policy) -> Iterator[Finding]:
    """Everything that keeps the policy of a scenario from being proved, by element.

    Yields
    ------
    Finding
        For each prohibition the walk by which data leaks, if there is one, and the rules that contradict it
        although no walk can use them over the present links.
    """
    for prohibition in sorted(scenario.prohibition, key=lambda item: item.id):
        label, nation = prohibition.data_of, prohibition.to
        leak = find_leak(graph, policy, prohibition)
        if leak is not None:
            yield Finding(
                key=("prohibition", prohibition.id, "to"),
                value=nation,
                message=f"data labelled {label} leaks to {nation}: {leak.text()}",
                expected=_expected(prohibition, leak.rule),
            )
        for rule in _contradictions(policy, prohibition):
            if leak is None or rule != leak.rule:
                yield Finding(
                    key=("sharing", rule, "via"),
                    value=", ".join(_places(policy, rule, prohibition)),
                    message=f"releases {label} to {nation} where prohibition {prohibition.id} forbids it",
                    expected=_expected(prohibition, rule),
                )


def check_routes(tables: RoutingTables, policy: Policy) -> Iterator[str]:
    """Independent check of built routes: follow every step of every tree and name what breaks the policy.

    Reads only names and the final tables, not how they were made. Yields nothing if all is well: every
    state that has a route holds data cleared for its node, every link leads to such a node, every release
    is backed by a grant for each label that needs one, and every route ends at its destination.
    """
    clearances = tables.clearances
    for tree in range(len(tables.trees)):
        labels = tables.label_classes[tables.trees[tree, columns.TREE_CLASS]]
        destination = tables.node_ids[tables.trees[tree, columns.TREE_DESTINATION]]
        manual = bool(tables.trees[tree, columns.TREE_ON_REQUEST])
        for state in range(tables.cost.shape[1]):
            if math.isinf(tables.cost[tree, state]):
                continue
            here = tables.node_ids[state // clearances]
            cleared = set(policy.cleared(state % clearances))
            where = f"tree {tree} to {destination}, {here} cleared for {sorted(cleared)}"
            if policy.nation_of[here] not in cleared:
                yield f"{where}: not cleared for {policy.nation_of[here]}"
            place = here
            for step in route(tables, tree, here, state) or []:
                if step.kind == "release":
                    cleared.add(step.gained)
                    yield from _unbacked(policy, labels, step, manual, where)
                elif policy.nation_of[step.head] not in cleared:
                    yield f"{where}: {step.name} leads to {step.head}, which is not cleared"
                place = step.head
            if place != destination:
                yield f"{where}: ends at {place}"


def _search(
    graph: Graph, policy: Policy, releases: Iterable[Release], starts: Iterable[State]
) -> dict[State, tuple[State, ProductStep] | None]:
    """Breadth first from the starts: each state reached, in order, with the step that reached it."""
    releases = list(releases)
    came_from: dict[State, tuple[State, ProductStep] | None] = dict.fromkeys(starts)
    waiting = deque(came_from)
    while waiting:
        state = waiting.popleft()
        for step, clearance in product_steps(graph, policy, releases, *state):
            after = (step.head, clearance)
            if after not in came_from:
                came_from[after] = (state, step)
                waiting.append(after)
    return came_from


def _walk(
    came_from: dict[State, tuple[State, ProductStep] | None], state: State
) -> tuple[str, tuple[ProductStep, ...]]:
    steps: list[ProductStep] = []
    while (before := came_from[state]) is not None:
        state, step = before
        steps.append(step)
    return state[0], tuple(reversed(steps))


def _contradictions(policy: Policy, prohibition: Prohibition) -> list[str]:
    """Rules that grant what a prohibition forbids, whether or not a walk can use them."""
    return sorted(
        {
            grant.rule
            for grant in policy.grants
            if grant.label == prohibition.data_of
            and grant.nation == prohibition.to
            and grant.node not in prohibition.except_via
        }
    )


def _places(policy: Policy, rule: str, prohibition: Prohibition) -> list[str]:
    """Nodes at which a rule releases what a prohibition forbids."""
    return [
        grant.node
        for grant in policy.grants
        if grant.rule == rule and grant.node not in prohibition.except_via
    ]


def _expected(prohibition: Prohibition, rule: str) -> str:
    allowed = ", ".join(prohibition.except_via)
    if not allowed:
        return f"no rule that releases {prohibition.data_of} to {prohibition.to}: take back {rule}"
    return f"release to {prohibition.to} only at {allowed}: change `via` of {rule}"


def _unbacked(
    policy: Policy, labels: tuple[str, ...], step: ProductStep, manual: bool, where: str
) -> Iterator[str]:
    for label in labels:
        backed = owner(label) == step.gained or any(
            grant.label == label
            and grant.nation == step.gained
            and grant.node == step.tail
            and (manual or not grant.on_request)
            for grant in policy.grants
        )
        if not backed:
            yield f"{where}: no rule releases {label} to {step.gained} at {step.tail}"
