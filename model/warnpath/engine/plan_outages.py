"""Outages of a plan, the routes they leave from the start, and plans with elements failed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from warnpath.engine.codes import LIVES_STARTED, OUTAGE_BEGAN, OUTAGE_ENDED, TARGET_LINK, UP_FOR_EVER
from warnpath.engine.handlers.routes import CLOSED_S
from warnpath.engine.plan_lives import RandomPart, member_row, outage_row, outage_target
from warnpath.network.route_kernel import NODE_TRANSIT
from warnpath.network.routing import RoutingTables, recompute_all
from warnpath.scenario.resolve_links import filled

if TYPE_CHECKING:
    from warnpath.engine.plan import Plan
    from warnpath.scenario import Scenario
    from warnpath.scenario.lives import Degradation

Outages = Mapping[str, tuple[float, float | None]]
"""Down and up again, s, by element; None for the rest of the run."""


@dataclass(frozen=True)
class OutagePart:
    """All outages as numbers, the random ones first.

    Attributes
    ----------
    rows, members : list of field dicts
    events : list of (delay, kind, a, b, token)
    causes : list of str
        What the table of outages says of each row.
    stand_bys : list of field dicts
        Hubs with their stand-bys, and which of them is in charge at time 0.
    routes : dict of name to array
        Routes and states of elements that the network knows at time 0.
    """

    rows: list[dict[str, Any]]
    members: list[dict[str, int]]
    events: list[tuple[float, int, int, int, int]]
    causes: list[str]
    stand_bys: list[dict[str, Any]]
    routes: dict[str, np.ndarray]


def plan_outages(
    scenario: Scenario,
    extra: Outages,
    tables: RoutingTables,
    link_elements: Sequence[str],
    random: RandomPart,
    weights: np.ndarray | None = None,
) -> OutagePart:
    """Random outages, then those of the scenario and others besides in order of time.

    What links weigh at time 0 does not depend on outages, so it need not be worked out again.

    Raises
    ------
    ValueError
        There is no such element.
    """
    rows, members, causes = list(random.rows), list(random.members), list(random.causes)
    events = [(0.0, LIVES_STARTED, 0, 0, 0)] if rows else []
    link_up, node_up = tables.link_up.copy(), tables.node_up.copy()
    for outage in _in_order(scenario, extra):
        target = outage_target(outage.element, link_elements, tables.node_ids)
        index = len(rows)
        rows.append(outage_row(len(members), 1, outage.degraded))
        members.append(member_row(target))
        causes.append(outage.cause)
        events.append((outage.down_s, OUTAGE_BEGAN, index, 0, 0))
        if outage.up_s is not None:
            events.append((outage.up_s, OUTAGE_ENDED, index, 0, 0))
        if outage.down_s <= 0.0 and outage.degraded is None:
            # In force since before the run: the network has long converged around it.
            kind, row, reverse = target
            if kind == TARGET_LINK:
                link_up[0, [way for way in (row, reverse) if way >= 0]] = 0
            else:
                node_up[0, row] = 0
    stand_bys = _stand_bys(scenario, tables, node_up)
    if weights is None:
        weights = _first_weights(scenario, tables, link_elements)
    start = _start(tables, weights, stand_bys)
    return OutagePart(rows, members, events, causes, stand_bys, _routes(start, link_up, node_up))


def duty_of(scenario: Scenario) -> dict[str, int]:
    """Row of the pair of a hub and its stand-by, by the id of either."""
    found = {}
    pairs = [(node.id, node.stand_by.primary) for node in scenario.node if node.stand_by is not None]
    for row, pair in enumerate(pairs):
        found.update(dict.fromkeys(pair, row))
    return found


def _stand_bys(scenario: Scenario, tables: RoutingTables, node_up: np.ndarray) -> list[dict[str, Any]]:
    """One row per stand-by; it is in charge from the start if the other one has been down since before."""
    rows = []
    for node in scenario.node:
        if node.stand_by is not None:
            primary, own = (tables.node_ids.index(name) for name in (node.stand_by.primary, node.id))
            taken_over = node_up[0, primary] == 0 and node_up[0, own] == 1
            back_s = node.stand_by.return_s
            rows.append(
                {
                    "primary": primary,
                    "stand_by": own,
                    "in_charge": own if taken_over else primary,
                    "delay_s": float(node.stand_by.detection_s) + float(node.stand_by.takeover_s),
                    "return_s": -1.0 if back_s is None else float(back_s),
                }
            )
    return rows


def _first_weights(scenario: Scenario, tables: RoutingTables, link_elements: Sequence[str]) -> np.ndarray:
    """What links weigh at time 0, more by the wait for their first contact; second weights are the usual."""
    weights = np.column_stack([tables.link_weights, tables.link_weights])
    for way, element in enumerate(link_elements):
        own = scenario.link_by_id(element)
        contacts = filled(own, scenario.medium[own.medium], ("contacts",))[0]["contacts"]
        if contacts and float(contacts[0].start_s) > 0.0:
            weights[way, 0] += CLOSED_S + float(contacts[0].start_s)
    return weights


def _start(tables: RoutingTables, weights: np.ndarray, stand_bys: Sequence[dict[str, Any]]) -> RoutingTables:
    """Tables for time 0: who is in charge, and what links weigh."""
    nodes = tables.nodes.copy()
    for pair in stand_bys:
        if pair["in_charge"] == pair["stand_by"]:
            nodes[pair["primary"], NODE_TRANSIT] = 0
            nodes[pair["stand_by"], NODE_TRANSIT] = 1
    return dataclasses.replace(tables, link_weights=weights, nodes=nodes)


def with_failed(plan: Plan, failed: Sequence[str]) -> Plan:
    """The plan with elements that are down from time 0 on; what does not depend on that is shared.

    It equals `build_plan` with these as extra outages, and takes a hundredth of the time.

    Parameters
    ----------
    plan : Plan
        Built without extra outages.
    failed : sequence of str
        Nodes and links.

    Raises
    ------
    ValueError
        There is no such element.
    """
    network = plan.network
    extra = dict.fromkeys(failed, (0.0, None))
    weights = plan.private_arrays["route_link_weights"]
    part = plan_outages(plan.scenario, extra, network.tables, network.link_elements, network.random, weights)
    others = plan.initial_events[len(network.initial_events) :]
    return dataclasses.replace(
        plan,
        entities={
            **plan.entities,
            "outages": part.rows,
            "members": part.members,
            "stand_bys": part.stand_bys,
        },
        private_arrays={**plan.private_arrays, **part.routes},
        network=dataclasses.replace(network, outage_causes=part.causes, initial_events=part.events),
        initial_events=part.events + others,
    )


@dataclass(frozen=True)
class _Scripted:
    element: str
    down_s: float
    up_s: float | None
    cause: str = "scripted"
    degraded: Degradation | None = None


def _in_order(scenario: Scenario, extra: Outages) -> list[_Scripted]:
    own = [
        _Scripted(
            item.element,
            float(item.down_s),
            None if item.up_s is None else float(item.up_s),
            item.cause,
            item.degraded,
        )
        for item in scenario.outage
    ]
    others = [_Scripted(element, down_s, up_s) for element, (down_s, up_s) in extra.items()]
    return sorted(
        own + others,
        key=lambda item: (item.down_s, item.element, UP_FOR_EVER if item.up_s is None else item.up_s),
    )


def _routes(tables: RoutingTables, link_up: np.ndarray, node_up: np.ndarray) -> dict[str, np.ndarray]:
    start = tables
    as_usual = (tables.link_weights[:, 0] == tables.link_weights[:, 1]).all()
    if not (link_up.all() and node_up.all() and as_usual):
        start = dataclasses.replace(
            tables,
            link_up=link_up,
            node_up=node_up,
            next_step=tables.next_step.copy(),
            cost=tables.cost.copy(),
        )
        recompute_all(start)
    return {
        "route_link_up": link_up,
        "route_node_up": node_up,
        "switch_link_up": link_up.copy(),
        "switch_node_up": node_up.copy(),
        "route_nodes": tables.nodes,
        "route_link_weights": tables.link_weights,
        "next_step": start.next_step,
        "route_cost": start.cost,
    }
