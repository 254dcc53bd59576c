"""Walks that are fixed at a source, as numbers: of what is sent twice, and alternatives to switch to."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from warnpath.network.protection import protected_flows
from warnpath.network.route_kernel import NO_STEP
from warnpath.network.routing import FLOW_SOURCE, FLOW_STATE, FLOW_TREE, RoutingTables
from warnpath.network.walks import shortest_walks

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
        int64[trees, nodes], the row of `sets` for what a node sends along a tree, or -1; ``alternatives``
        int64[flows, k], where each of its walks begins, or -1; ``alternatives_of`` is to it as ``walks_of``
        is to `sets`.
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
    alternatives, alternatives_of = _alternatives(scenario, tables, steps)
    arrays = {
        "walk_steps": np.array(steps, np.int64).reshape(len(steps), 1),
        "walks_of": walks_of,
        "alternatives": alternatives,
        "alternatives_of": alternatives_of,
    }
    return WalkPart(sets, arrays)


def _alternatives(
    scenario: Scenario, tables: RoutingTables, steps: list[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Shortest walks of every flow with a route, where they are asked for; their steps join the others."""
    count = scenario.routing.alternatives
    found = np.full((len(tables.trees), len(tables.node_ids)), -1, np.int64)
    rows: list[list[int]] = []
    for row in () if count is None else tables.flow_table:
        tree, source, state = int(row[FLOW_TREE]), int(row[FLOW_SOURCE]), int(row[FLOW_STATE])
        walks = islice(shortest_walks(tables, tree, state), count)
        places = [_add(steps, walk) for walk in walks]
        if places and found[tree, source] < 0:
            found[tree, source] = len(rows)
            rows.append(places + [-1] * ((count or 0) - len(places)))
    return np.array(rows, np.int64).reshape(len(rows), count or 0), found


def _add(steps: list[int], walk: Walk) -> int:
    """Where the steps of a walk begin."""
    first = len(steps)
    steps.extend((*walk.steps, NO_STEP))
    return first
