"""The kernel behind the routes: Dijkstra's algorithm backwards over (node, clearance) states.

A message is at a product state: the node that holds it and the set of nations its data is cleared
for. Links change the node and keep the clearance; a release at a node named by a sharing rule adds a
nation and keeps the node. A state exists only if the clearance holds the nation of the node, so a
route found here cannot break the policy, whatever has failed.

One *tree* holds the next step of every state towards one destination, for one class of data. The
kernel `recompute` fills all trees; it allocates nothing and serves at plan time as well as inside the
event loop. State = node * clearances + clearance.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from warnpath.compilation import kernel

IntTable = NDArray[np.int64]
FloatTable = NDArray[np.float64]

# Columns of `RoutingTables.nodes`.
NODE_NATION_BIT = 0  # 1 << nation
NODE_TRANSIT = 1  # 1: forwards the messages of others (c2, hub, relay); 0: an end (sensor, consumer)
NODE_INCOMING_FIRST = 2  # its incoming links are link_order[first:first + count, ORDER_INCOMING]
NODE_INCOMING_COUNT = 3
NODE_OUTGOING_FIRST = 4
NODE_OUTGOING_COUNT = 5
NODE_COLUMNS = 6

# Columns of `RoutingTables.links`, one row per direction.
LINK_TAIL = 0
LINK_HEAD = 1
LINK_ELEMENT = 2  # row of the duplex (or one-way) link in `element_ids`
LINK_COLUMNS = 3

# Columns of `RoutingTables.link_order`.
ORDER_INCOMING = 0
ORDER_OUTGOING = 1
ORDER_COLUMNS = 2

# Columns of `RoutingTables.rules`, one row per label class x node x nation gained.
RULE_CLASS = 0
RULE_NODE = 1
RULE_GAIN_BIT = 2  # 1 << nation gained
RULE_ON_REQUEST = 3  # 1: only a person's answer may use it
RULE_COLUMNS = 4

# Columns of `RoutingTables.trees`.
TREE_CLASS = 0
TREE_DESTINATION = 1
TREE_CLEARANCE = 2  # clearance at the source: states that lack any of it stay unreachable
TREE_ON_REQUEST = 3  # 1: on-request releases may be used
TREE_COLUMNS = 4

# Rows of the scratch table, `states` columns.
SCRATCH_HEAP = 0
SCRATCH_POSITION = 1
SCRATCH_ROWS = 2

NO_STEP = -1
"""Next step of a state that has arrived (cost 0) or from which nothing leads on (cost infinite)."""

UNREACHABLE_S = float("inf")

_NEVER_SEEN = -1
_SETTLED = -2


@kernel("int64(float64[:, ::1], int64, int64, int64)", is_plain=True)
def _is_before(cost: FloatTable, row: int, first: int, second: int) -> int:
    """1 if the first state leaves the heap before the second: by cost, ties by lower state."""
    if cost[row, first] < cost[row, second]:
        return 1
    if cost[row, first] == cost[row, second] and first < second:
        return 1
    return 0


@kernel("int64(float64[:, ::1], int64, int64[:, ::1], int64)", is_plain=True)
def _sift_up(cost: FloatTable, row: int, scratch: IntTable, place: int) -> int:
    """Move the state at a place of the heap up to where it belongs."""
    state = scratch[SCRATCH_HEAP, place]
    while place > 0:
        parent = (place - 1) // 2
        above = scratch[SCRATCH_HEAP, parent]
        if _is_before(cost, row, state, above) == 0:
            break
        scratch[SCRATCH_HEAP, place] = above
        scratch[SCRATCH_POSITION, above] = place
        place = parent
    scratch[SCRATCH_HEAP, place] = state
    scratch[SCRATCH_POSITION, state] = place
    return place


@kernel("int64(float64[:, ::1], int64, int64[:, ::1], int64)", is_plain=True)
def _pop(cost: FloatTable, row: int, scratch: IntTable, size: int) -> int:
    """Take the first state off a heap of `size` states and mark it settled."""
    popped: int = scratch[SCRATCH_HEAP, 0]
    scratch[SCRATCH_POSITION, popped] = _SETTLED
    last = size - 1
    if last > 0:
        state = scratch[SCRATCH_HEAP, last]
        place = 0
        child = 1
        while child < last:
            if child + 1 < last:
                left = scratch[SCRATCH_HEAP, child]
                right = scratch[SCRATCH_HEAP, child + 1]
                if _is_before(cost, row, right, left) == 1:
                    child = child + 1
            below = scratch[SCRATCH_HEAP, child]
            if _is_before(cost, row, below, state) == 0:
                break
            scratch[SCRATCH_HEAP, place] = below
            scratch[SCRATCH_POSITION, below] = place
            place = child
            child = 2 * place + 1
        scratch[SCRATCH_HEAP, place] = state
        scratch[SCRATCH_POSITION, state] = place
    return popped


@kernel(
    "int64(int64[:, ::1], float64[:, ::1], int64[:, ::1], int64, int64, int64, float64, int64)", is_plain=True
)
def _relax(
    next_step: IntTable,
    cost: FloatTable,
    scratch: IntTable,
    tree: int,
    size: int,
    state: int,
    candidate_s: float,
    step: int,
) -> int:
    """Offer a state a step towards the destination; returns the new size of the heap.

    Equal costs are decided by the step itself: a link before a release, then the lower index. Only a
    state that is not settled is ever changed, so steps always lead to states settled earlier and no
    cycle can arise, not even over links of zero delay.
    """
    place = scratch[SCRATCH_POSITION, state]
    if place == _SETTLED:
        return size
    if place == _NEVER_SEEN:
        cost[tree, state] = candidate_s
        next_step[tree, state] = step
        scratch[SCRATCH_HEAP, size] = state
        _sift_up(cost, tree, scratch, size)
        return size + 1
    if candidate_s < cost[tree, state]:
        cost[tree, state] = candidate_s
        next_step[tree, state] = step
        _sift_up(cost, tree, scratch, place)
        return size
    if candidate_s == cost[tree, state]:
        held = next_step[tree, state]
        if step >= 0:
            if held < NO_STEP or step < held:
                next_step[tree, state] = step
        elif held < NO_STEP and step > held:
            next_step[tree, state] = step
    return size


@kernel(
    "int64(int64, int64[:, ::1], int64[:, ::1], int64[:, ::1], float64[:, ::1], int64[:, ::1],"
    " float64[:, ::1], int64[:, ::1], int64[:, ::1], int64, int64[:, ::1], int64[:, ::1], int64,"
    " int64[:, ::1], float64[:, ::1], int64[:, ::1])",
    is_plain=True,
)
def recompute_tree(
    clearances: int,
    nodes: IntTable,
    links: IntTable,
    link_order: IntTable,
    link_weights: FloatTable,
    rules: IntTable,
    rule_weights: FloatTable,
    rule_first: IntTable,
    trees: IntTable,
    tree: int,
    link_up: IntTable,
    node_up: IntTable,
    row: int,
    next_step: IntTable,
    cost: FloatTable,
    scratch: IntTable,
) -> int:
    """Fill one tree: the next step and the cost of every state; returns the states reached.

    See `recompute` for the arguments; `tree` is the row of the tree.
    """
    for state in range(next_step.shape[1]):
        next_step[tree, state] = NO_STEP
        cost[tree, state] = UNREACHABLE_S
        scratch[SCRATCH_POSITION, state] = _NEVER_SEEN
    destination = trees[tree, TREE_DESTINATION]
    if node_up[row, destination] == 0:
        return 0
    label_class = trees[tree, TREE_CLASS]
    initial = trees[tree, TREE_CLEARANCE]
    size = 0
    for clearance in range(clearances):
        if clearance & initial == initial and clearance & nodes[destination, NODE_NATION_BIT] != 0:
            size = _relax(
                next_step,
                cost,
                scratch,
                tree,
                size,
                destination * clearances + clearance,
                0.0,
                NO_STEP,
            )
    reached = 0
    while size > 0:
        state = _pop(cost, tree, scratch, size)
        size = size - 1
        reached = reached + 1
        node = state // clearances
        clearance = state - node * clearances
        so_far_s = cost[tree, state]
        # A node that only sends or only receives is never entered on the way to somewhere else.
        if node == destination or nodes[node, NODE_TRANSIT] == 1:
            first = nodes[node, NODE_INCOMING_FIRST]
            for place in range(first, first + nodes[node, NODE_INCOMING_COUNT]):
                link = link_order[place, ORDER_INCOMING]
                tail = links[link, LINK_TAIL]
                if (
                    link_up[row, link] != 0
                    and node_up[row, tail] != 0
                    and clearance & nodes[tail, NODE_NATION_BIT] != 0
                ):
                    size = _relax(
                        next_step,
                        cost,
                        scratch,
                        tree,
                        size,
                        tail * clearances + clearance,
                        so_far_s + link_weights[link, 0],
                        link,
                    )
        for rule in range(rule_first[label_class, node], rule_first[label_class, node + 1]):
            gained = rules[rule, RULE_GAIN_BIT]
            before = clearance & ~gained
            if (
                clearance & gained != 0
                and gained != nodes[node, NODE_NATION_BIT]
                and before & initial == initial
                and (rules[rule, RULE_ON_REQUEST] == 0 or trees[tree, TREE_ON_REQUEST] == 1)
            ):
                size = _relax(
                    next_step,
                    cost,
                    scratch,
                    tree,
                    size,
                    node * clearances + before,
                    so_far_s + rule_weights[rule, 0],
                    -(2 + rule),
                )
    return reached


@kernel(
    "int64(int64, int64[:, ::1], int64[:, ::1], int64[:, ::1], float64[:, ::1], int64[:, ::1],"
    " float64[:, ::1], int64[:, ::1], int64[:, ::1], int64[:, ::1], int64[:, ::1], int64,"
    " int64[:, ::1], float64[:, ::1], int64[:, ::1])",
    is_plain=True,
)
def recompute(
    clearances: int,
    nodes: IntTable,
    links: IntTable,
    link_order: IntTable,
    link_weights: FloatTable,
    rules: IntTable,
    rule_weights: FloatTable,
    rule_first: IntTable,
    trees: IntTable,
    link_up: IntTable,
    node_up: IntTable,
    row: int,
    next_step: IntTable,
    cost: FloatTable,
    scratch: IntTable,
) -> int:
    """Fill every tree for the elements that are up now; returns the states reached over all trees.

    Parameters
    ----------
    clearances : int64
        Number of clearances, 2 to the number of nations.
    nodes, links, link_order, rules, rule_first, trees : int64[:, ::1]
        As in `RoutingTables`.
    link_weights, rule_weights : float64[:, 1]
        Expected seconds of each direction of a link and of each release.
    link_up, node_up : int64[rows, directions], int64[rows, nodes]
        0 where the element must not be used.
    row : int64
        Row of `link_up` and `node_up` to read.
    next_step, cost : int64[trees, states], float64[trees, states]
        Written.
    scratch : int64[2, states]
        Working space, contents irrelevant.
    """
    reached = 0
    for tree in range(trees.shape[0]):
        reached = reached + recompute_tree(
            clearances,
            nodes,
            links,
            link_order,
            link_weights,
            rules,
            rule_weights,
            rule_first,
            trees,
            tree,
            link_up,
            node_up,
            row,
            next_step,
            cost,
            scratch,
        )
    return reached
