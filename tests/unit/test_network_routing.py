"""Routes, releases, ties, and the flat tables behind them, case by case."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.network_cases import both_ways, small_graph, small_policy
from warnpath.network import route_kernel
from warnpath.network.contingencies import set_down, single_failures, used_elements
from warnpath.network.flows import Flow
from warnpath.network.proof import check_routes
from warnpath.network.release import Policy, releases_of, walk_text
from warnpath.network.routing import (
    FLOW_STATE,
    FLOW_TREE,
    RoutingTables,
    flow_route,
    price_of_policy_s,
    recompute_all,
    route,
    tables_from_graph,
)

# South Korean data goes to Japan through a US hub: kr - us-base - hub - us-other - jp, and a direct link.
NATIONS = {"kr": "KR", "us-base": "US", "hub": "US", "us-other": "US", "jp": "JP"}
ROWS = [
    ("a", "kr", "us-base", 0.3),
    ("b", "us-base", "hub", 0.07),
    ("c", "hub", "us-other", 0.05),
    ("d", "us-other", "jp", 0.2),
    ("direct", "kr", "jp", 0.01),
]
GRANTS = [("KR", "kr", "US", 1.5), ("KR", "hub", "JP", 2.25)]
REPORT = Flow("report", "kr", "jp", ("KR",), derived=True)


def trilateral(*flows: Flow) -> RoutingTables:
    return tables_from_graph(
        small_graph(NATIONS, both_ways(ROWS)), small_policy(NATIONS, GRANTS), flows or (REPORT,)
    )


def names(policy: Policy, labels: tuple[str, ...], holder: str | None = None) -> tuple[str, ...]:
    return policy.cleared(policy.initial_clearance(labels, holder))


def text(tables: RoutingTables, flow: Flow) -> str | None:
    steps = flow_route(tables, flow)
    return None if steps is None else walk_text(steps, flow.source)


def test_data_crosses_through_the_hub_and_never_directly() -> None:
    tables = trilateral()
    assert text(tables, REPORT) == (
        "kr (released to US by rule KR-US) -> us-base -> hub (released to JP by rule KR-JP) -> us-other -> jp"
    )
    assert tables.flow_cost_s(REPORT) == pytest.approx(1.5 + 0.3 + 0.07 + 2.25 + 0.05 + 0.2, abs=1e-12)


def test_hub_failure_leaves_no_route_although_a_link_leads_there() -> None:
    tables = trilateral()
    set_down(tables, ("hub",))
    recompute_all(tables)
    assert flow_route(tables, REPORT) is None
    assert math.isinf(tables.flow_cost_s(REPORT))


def test_data_already_released_goes_on_from_where_it_is() -> None:
    tables = trilateral()
    set_down(tables, ("a",))
    recompute_all(tables)
    assert flow_route(tables, REPORT) is None
    everybody = tables.clearances - 1
    held = tables.node_ids.index("us-base") * tables.clearances + everybody
    steps = route(tables, 0, "us-base", held)
    assert steps is not None
    assert walk_text(steps, "us-base") == "us-base -> hub -> us-other -> jp"


def test_requests_are_for_everybody_and_take_the_direct_link() -> None:
    request = Flow("request", "jp", "kr")
    tables = trilateral(request)
    assert text(tables, request) == "jp -> kr"


def test_price_of_policy() -> None:
    graph, policy = small_graph(NATIONS, both_ways(ROWS)), small_policy(NATIONS, GRANTS)
    free_s, compliant_s = price_of_policy_s(graph, policy, [REPORT])[REPORT]
    assert free_s == 0.01
    assert compliant_s == pytest.approx(4.37, abs=1e-12)


def test_on_request_rules_serve_answers_only() -> None:
    policy = small_policy(NATIONS, GRANTS[:1], on_request=GRANTS[1:])
    answer = Flow("answer", "kr", "jp", ("KR",), derived=True, on_request=True)
    tables = tables_from_graph(small_graph(NATIONS, both_ways(ROWS)), policy, [REPORT, answer])
    assert text(tables, REPORT) is None
    assert "hub (released to JP" in (text(tables, answer) or "")
    assert len(tables.trees) == 2
    assert list(check_routes(tables, policy)) == []


def test_joined_data_is_released_only_where_every_label_is() -> None:
    grants = [*GRANTS, ("US-KOREA", "us-base", "JP", 0.5), ("US-KOREA", "hub", "JP", 0.75)]
    policy = small_policy(NATIONS, grants)
    assert [
        (item.node, item.nation, item.mean_s, item.rule) for item in releases_of(policy, ("US-KOREA",))
    ] == [
        ("hub", "JP", 0.75, "US-KOREA-JP"),
        ("us-base", "JP", 0.5, "US-KOREA-JP"),
    ]
    joined = releases_of(policy, ("KR", "US-KOREA"))
    # Only the hub releases both to Japan, at the pace of the slower; to the US only KR needs a release.
    assert [(item.node, item.nation, item.mean_s, item.rule) for item in joined] == [
        ("hub", "JP", 2.25, "KR-JP"),
        ("kr", "US", 1.5, "KR-US"),
    ]


def test_joined_data_starts_cleared_for_its_holder_and_common_owners_only() -> None:
    policy = small_policy(NATIONS, GRANTS)
    assert names(policy, ("US-JAPAN", "US-SPACE")) == ("US",)
    assert names(policy, ("KR", "US-KOREA")) == ()
    assert names(policy, ("KR", "US-KOREA"), "us-base") == ("US",)
    assert names(policy, ("US-JAPAN",), "jp") == ("JP", "US")
    assert names(policy, ()) == ("JP", "KR", "US")


def test_a_release_with_and_without_request_needs_no_request() -> None:
    policy = small_policy(NATIONS, [("KR", "hub", "JP", 9.0)], on_request=[("KR", "hub", "JP", 1.0)])
    assert [(item.mean_s, item.on_request) for item in releases_of(policy, ("KR",))] == [(9.0, False)]


@pytest.mark.parametrize("links", [("m", "p", "q"), ("q", "p", "m")])
def test_ties_between_parallel_links_go_to_the_lowest_id(links: tuple[str, ...]) -> None:
    nations = {"x": "JP", "y": "JP"}
    rows = both_ways([(name, "x", "y", 0.3) for name in links])
    flow = Flow("report", "x", "y", ("JP",))
    steps = flow_route(tables_from_graph(small_graph(nations, rows), small_policy(nations), [flow]), flow)
    assert steps is not None
    assert [step.name for step in steps] == ["m"]


def test_free_links_in_a_ring_make_no_cycle() -> None:
    names = ["r0", "r1", "r2", "r3", "r4"]
    nations = dict.fromkeys(names, "US")
    rows = both_ways([(f"l{n}", names[n], names[(n + 1) % 5], 0.0) for n in range(5)])
    flows = [Flow("report", a, b, ("US",)) for a in names for b in names]
    tables = tables_from_graph(small_graph(nations, rows), small_policy(nations), flows)
    for flow in flows:
        steps = flow_route(tables, flow)
        assert steps is not None
        assert len(steps) < len(names)


def test_sensors_and_consumers_forward_nothing() -> None:
    nations = {"a": "JP", "sensor": "JP", "b": "JP", "roundabout": "JP"}
    rows = both_ways(
        [
            ("l1", "a", "sensor", 0.1),
            ("l2", "sensor", "b", 0.1),
            ("l3", "a", "roundabout", 3.0),
            ("l4", "roundabout", "b", 4.0),
        ]
    )
    flows = [
        Flow("report", "a", "b", ("JP",)),
        Flow("report", "sensor", "b", ("JP",)),
        Flow("report", "a", "sensor", ("JP",)),
    ]
    graph = small_graph(nations, rows, ends=["sensor"])
    tables = tables_from_graph(graph, small_policy(nations), flows)
    assert [tables.flow_cost_s(flow) for flow in flows] == [7.0, 0.1, 0.1]


def test_a_node_that_is_down_neither_sends_nor_forwards_nor_receives() -> None:
    for node in ("kr", "us-base", "jp"):
        tables = trilateral()
        set_down(tables, (node,))
        recompute_all(tables)
        assert math.isinf(tables.flow_cost_s(REPORT))


def test_one_way_links_lead_one_way() -> None:
    nations = {"x": "JP", "y": "JP"}
    there, back = Flow("report", "x", "y", ("JP",)), Flow("report", "y", "x", ("JP",))
    graph = small_graph(nations, [("l", "x", "y", 0.4)])
    tables = tables_from_graph(graph, small_policy(nations), [there, back])
    assert tables.flow_cost_s(there) == 0.4
    assert math.isinf(tables.flow_cost_s(back))


def test_a_flow_to_itself_has_arrived() -> None:
    flow = Flow("report", "kr", "kr", ("KR",))
    tables = trilateral(flow)
    assert flow_route(tables, flow) == []
    assert tables.flow_cost_s(flow) == 0.0


def test_tables_hold_what_they_say() -> None:
    tables = trilateral()
    arrays = [value for value in vars(tables).values() if isinstance(value, np.ndarray)]
    assert all(array.ndim == 2 and array.flags.c_contiguous for array in arrays)
    assert {array.dtype for array in arrays} == {np.dtype(np.int64), np.dtype(np.float64)}
    assert tables.node_ids == ("hub", "jp", "kr", "us-base", "us-other")
    assert tables.element_ids == ("a", "b", "c", "d", "direct")
    assert tables.nations == ("JP", "KR", "US")
    first = tables.links[0]
    assert tables.node_ids[first[route_kernel.LINK_TAIL]] == "kr"
    assert tables.node_ids[first[route_kernel.LINK_HEAD]] == "us-base"
    row = tables.flow_table[0]
    assert row[FLOW_TREE] == 0
    assert row[FLOW_STATE] == 2 * 8 + 0b010
    for node in range(5):
        start, count = tables.nodes[
            node, [route_kernel.NODE_INCOMING_FIRST, route_kernel.NODE_INCOMING_COUNT]
        ]
        into = tables.link_order[start : start + count, route_kernel.ORDER_INCOMING]
        assert set(tables.links[into, route_kernel.LINK_HEAD]) == {node}
        start, count = tables.nodes[
            node, [route_kernel.NODE_OUTGOING_FIRST, route_kernel.NODE_OUTGOING_COUNT]
        ]
        out = tables.link_order[start : start + count, route_kernel.ORDER_OUTGOING]
        assert set(tables.links[out, route_kernel.LINK_TAIL]) == {node}


def test_kernel_gives_the_same_under_python() -> None:
    compiled = trilateral()
    plain = trilateral()
    plain.cost[:] = -1.0
    recompute_tree: Any = route_kernel.recompute_tree
    for tree in range(len(plain.trees)):
        recompute_tree.py_func(
            plain.clearances, plain.nodes, plain.links, plain.link_order, plain.link_weights, plain.rules,
            plain.rule_weights, plain.rule_first, plain.trees, tree, plain.link_up, plain.node_up, 0,
            plain.next_step, plain.cost, plain.scratch,
        )  # fmt: skip
    assert np.array_equal(plain.cost, compiled.cost)
    assert np.array_equal(plain.next_step, compiled.next_step)


def test_single_failures_name_class_and_use() -> None:
    graph = small_graph(NATIONS, both_ways(ROWS))
    tables = tables_from_graph(graph, small_policy(NATIONS, GRANTS), [REPORT])
    assert used_elements(tables) == {"kr", "us-base", "hub", "us-other", "jp", "a", "b", "c", "d"}
    failures = {failure.name: failure for failure in single_failures(graph, tables)}
    assert list(failures) == ["a", "b", "c", "d", "direct", "hub", "jp", "kr", "us-base", "us-other"]
    assert failures["direct"].is_used is False
    assert failures["hub"].is_used is True
    assert (failures["a"].kind, failures["a"].group) == ("link", "fibre")
    assert (failures["hub"].kind, failures["hub"].group) == ("node", "c2")


def test_unknown_element_cannot_be_set_down() -> None:
    with pytest.raises(KeyError, match="nowhere is neither a node nor a link"):
        set_down(trilateral(), ("nowhere",))


def test_states_that_lack_the_initial_clearance_are_left_out() -> None:
    tables = trilateral()
    initial = tables.trees[0, route_kernel.TREE_CLEARANCE]
    reached = np.flatnonzero(np.isfinite(tables.cost[0]))
    assert len(reached) > 0
    assert np.all((reached % tables.clearances) & initial == initial)
