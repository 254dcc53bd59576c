"""Walks that are fixed at a source, as numbers: those over which messages are sent twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from warnpath.network.protection import protected_flows
from warnpath.network.route_kernel import NO_STEP
from warnpath.network.routing import FLOW_SOURCE, FLOW_TREE, RoutingTables

if TYPE_CHECKING:
    from warnpath.network.walks import Walk
    from warnpath.scenario import Scenario


@dataclass(frozen=True)
class WalkPart:
    """Walks as numbers.

    Attributes
    ----------
    sets : list of field dicts
        One for each protected flow.
    arrays : dict of name to array
        ``walk_steps`` int64[n, 1], the steps of one walk after the other, each ended by -1; ``walks_of``
        int64[trees, nodes], the row of `sets` for what a node sends along a tree, or -1.
    """

    sets: list[dict[str, int]]
    arrays: dict[str, np.ndarray]


def plan_walks(scenario: Scenario, tables: RoutingTables) -> WalkPart:
    """Walks of all protected flows; a flow without two disjoint walks is refused before it is planned."""
    steps: list[int] = []
    sets: list[dict[str, int]] = []
    walks_of = np.full((len(tables.trees), len(tables.node_ids)), -1, np.int64)
    for item in protected_flows(scenario, tables):
        if item.pair is None:
            continue
        row = tables.flow_table[tables.flow_row(item.flow)]
        walks_of[row[FLOW_TREE], row[FLOW_SOURCE]] = len(sets)
        sets.append({"first": _add(steps, item.pair.first), "second": _add(steps, item.pair.second)})
    table = np.array(steps, np.int64).reshape(len(steps), 1)
    return WalkPart(sets, {"walk_steps": table, "walks_of": walks_of})


def _add(steps: list[int], walk: Walk) -> int:
    """Where the steps of a walk begin."""
    first = len(steps)
    steps.extend((*walk.steps, NO_STEP))
    return first
