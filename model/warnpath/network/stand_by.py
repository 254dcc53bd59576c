"""Stand-bys: the network as it is after one has taken over."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from warnpath.network import route_kernel as columns
from warnpath.network.findings import Finding
from warnpath.network.routing import FLOW_STATE, FLOW_TREE, RoutingTables, recompute_all
from warnpath.network.walks import usual_walk

if TYPE_CHECKING:
    from warnpath.scenario import Scenario


def after_takeover(tables: RoutingTables, primary: str, stand_by: str) -> RoutingTables:
    """Tables of their own, for the stand-by in charge and the primary down."""
    nodes, node_up = tables.nodes.copy(), tables.node_up.copy()
    old, new = tables.node_ids.index(primary), tables.node_ids.index(stand_by)
    nodes[old, columns.NODE_TRANSIT] = 0
    nodes[new, columns.NODE_TRANSIT] = 1
    node_up[0, old] = 0
    changed = dataclasses.replace(
        tables, nodes=nodes, node_up=node_up, next_step=tables.next_step.copy(), cost=tables.cost.copy()
    )
    recompute_all(changed)
    return changed


def not_taken_over(scenario: Scenario, tables: RoutingTables) -> Iterator[Finding]:
    """What goes through a hub and has no compliant way once its stand-by is in charge (odd, not wrong)."""
    for node in scenario.node:
        if node.stand_by is None:
            continue
        primary = node.stand_by.primary
        after = after_takeover(tables, primary, node.id)
        for flow in tables.flows:
            row = tables.flow_table[tables.flow_row(flow)]
            tree, state = int(row[FLOW_TREE]), int(row[FLOW_STATE])
            walk = usual_walk(tables, tree, state)
            through = walk is not None and flow.kind != "request" and primary in walk.between(tables)
            if through and math.isinf(after.cost[tree, state]):
                yield Finding(
                    key=("node", node.id, "stand_by", "primary"),
                    value=primary,
                    message=f"does not bring {flow.kind} from {flow.source} to {flow.destination} on: "
                    "no compliant way leads through the stand-by",
                    expected="its own links, and its id in `via` of the sharing rules that release at "
                    f"{primary}",
                    is_error=False,
                )
