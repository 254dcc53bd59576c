"""Ways beside the usual routes, as rows of ``warnpath show``: of what is sent twice, and alternatives."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warnpath.network.routing import RoutingTables
    from warnpath.network.walks import Walk
    from warnpath.scenario import Scenario

Rows = list[dict[str, Any]]

SHOWN_WALKS = 3
"""Walks of each flow that are shown where the scenario does not say how many."""


def protection(scenario: Scenario) -> Rows:
    """One row per walk of every flow that is sent twice, the faster one first."""
    from warnpath.network.protection import protected_flows
    from warnpath.network.release import walk_text

    tables = _tables(scenario)
    rows: Rows = []
    for item in protected_flows(scenario, tables):
        pair = item.pair
        for number, walk in enumerate(() if pair is None else (pair.first, pair.second), start=1):
            assert pair is not None
            rows.append(
                {
                    "kind": item.flow.kind,
                    "from": item.flow.source,
                    "to": item.flow.destination,
                    "by": " ".join(item.key[:2]),
                    "copy": number,
                    "disjoint": pair.disjoint,
                    "shared_risk": " ".join(_common_risks(scenario, tables, pair.first, pair.second)),
                    "expected_s": walk.cost_s,
                    "way": walk_text(walk.product_steps(tables), item.flow.source),
                }
            )
    return rows


def alternatives(scenario: Scenario) -> Rows:
    """One row per walk: the shortest compliant ones of every flow, and what each adds to the usual one.

    As many as the scenario asks for; three where it asks for none.
    """
    from warnpath.network.release import walk_text
    from warnpath.network.routing import FLOW_STATE, FLOW_TREE
    from warnpath.network.walks import shortest_walks

    tables = _tables(scenario)
    count = scenario.routing.alternatives or SHOWN_WALKS
    rows: Rows = []
    for flow, row in zip(tables.flows, tables.flow_table, strict=True):
        walks = list(islice(shortest_walks(tables, int(row[FLOW_TREE]), int(row[FLOW_STATE])), count))
        rows += [
            {
                "kind": flow.kind,
                "from": flow.source,
                "to": flow.destination,
                "labels": " ".join(flow.labels),
                "rank": rank,
                "expected_s": walk.cost_s,
                "longer_s": walk.cost_s - walks[0].cost_s,
                "way": walk_text(walk.product_steps(tables), flow.source),
            }
            for rank, walk in enumerate(walks, start=1)
        ]
    return rows


def _tables(scenario: Scenario) -> RoutingTables:
    from warnpath.network.flows import standard_flows
    from warnpath.network.graph import build_graph
    from warnpath.network.release import build_policy
    from warnpath.network.routing import tables_from_graph

    policy = build_policy(scenario)
    return tables_from_graph(build_graph(scenario), policy, standard_flows(scenario, policy))


def _common_risks(scenario: Scenario, tables: RoutingTables, first: Walk, second: Walk) -> list[str]:
    """Shared risks that elements of both walks have, sorted: what takes both down at once."""
    risks = {link.id: link.shared_risk for link in scenario.link}
    risks.update({node.id: node.shared_risk for node in scenario.node})
    found = [{risk for name in walk.elements(tables) for risk in risks[name]} for walk in (first, second)]
    return sorted(found[0] & found[1])
