"""Routes on drawn networks with drawn policies, against networkx on an explicitly built product graph."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.network_cases import LinkRow, both_ways, small_graph, small_policy
from warnpath.network.flows import Flow
from warnpath.network.graph import Graph
from warnpath.network.proof import check_routes
from warnpath.network.release import Policy
from warnpath.network.route_kernel import LINK_ELEMENT
from warnpath.network.routing import RoutingTables, flow_route, recompute_all, tables_from_graph

NATIONS = ("JP", "KR", "US")
LABELS = ("JP", "KR", "US-JAPAN")


@dataclass(frozen=True)
class Case:
    """A drawn network."""

    nations: dict[str, str]
    rows: tuple[LinkRow, ...]
    ends: frozenset[str]
    automatic: tuple[tuple[str, str, str, float], ...]
    on_request: tuple[tuple[str, str, str, float], ...]
    flows: tuple[Flow, ...]

    def graph(self) -> Graph:
        return small_graph(self.nations, self.rows, self.ends)

    def policy(self) -> Policy:
        return small_policy(self.nations, self.automatic, self.on_request)

    def tables(self) -> RoutingTables:
        return tables_from_graph(self.graph(), self.policy(), self.flows)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    names = [f"n{place}" for place in range(draw(st.integers(3, 7)))]
    nations = {name: draw(st.sampled_from(NATIONS)) for name in names}
    # Few distinct and some zero delays, so that ties and free links occur.
    seconds = st.sampled_from([0.0, 0.25, 0.5, 1.0, 3.0])
    pairs = list(combinations(names, 2))
    ends = draw(st.lists(st.sampled_from(pairs), min_size=2, max_size=14))
    rows: list[LinkRow] = []
    for place, (tail, head) in enumerate(ends):
        row = (f"l{place:02}", tail, head, draw(seconds))
        rows += both_ways([row]) if draw(st.booleans()) else [row]
    grants = st.lists(
        st.tuples(st.sampled_from(LABELS), st.sampled_from(names), st.sampled_from(NATIONS), seconds),
        max_size=8,
    )
    flows = st.builds(
        Flow,
        st.just("report"),
        st.sampled_from(names),
        st.sampled_from(names),
        st.lists(st.sampled_from(LABELS), unique=True, max_size=2).map(lambda found: tuple(sorted(found))),
        st.booleans(),
        st.booleans(),
    )
    return Case(
        nations,
        tuple(rows),
        frozenset(draw(st.lists(st.sampled_from(names), max_size=1))),
        tuple(draw(grants)),
        tuple(draw(grants)),
        tuple(draw(st.lists(flows, min_size=1, max_size=4, unique=True))),
    )


def product_graph(case: Case, flow: Flow, down: frozenset[str] = frozenset()) -> nx.DiGraph:
    """States (node, set of nations) and what leads from one to the next, straight from the definitions."""

    def release_s(node: str, nation: str) -> float:
        """Slowest over the labels that need it of the quickest rule each; infinite if one has none."""
        times = []
        for label in flow.labels:
            if label.split("-")[0] == nation:
                continue
            automatic = [g[3] for g in case.automatic if g[:3] == (label, node, nation)]
            asked = [g[3] for g in case.on_request if g[:3] == (label, node, nation)]
            times.append((automatic, asked))
        without = [min(automatic, default=math.inf) for automatic, _ in times]
        if math.isfinite(max(without, default=math.inf)) or not flow.on_request:
            return max(without, default=math.inf)
        return max((min(automatic + asked, default=math.inf) for automatic, asked in times), default=math.inf)

    graph = nx.DiGraph()
    sets = [frozenset(found) for size in range(4) for found in combinations(NATIONS, size)]
    for held in sets:
        for _, tail, head, seconds in (row for row in case.rows if row[0] not in down):
            enters = head == flow.destination or head not in case.ends
            if {case.nations[tail], case.nations[head]} <= held and enters:
                before = graph.get_edge_data((tail, held), (head, held), {"weight": math.inf})["weight"]
                graph.add_edge((tail, held), (head, held), weight=min(seconds, before))
        for node, nation in case.nations.items():
            for gained in NATIONS:
                seconds = release_s(node, gained)
                if nation in held and gained not in held and math.isfinite(seconds):
                    graph.add_edge((node, held), (node, held | {gained}), weight=seconds)
    return graph


def expected_cost_s(case: Case, flow: Flow, down: frozenset[str] = frozenset()) -> float:
    owners = {label.split("-")[0] for label in flow.labels}
    held = frozenset(NATIONS) if not flow.labels else frozenset(owners) if len(owners) == 1 else frozenset()
    if flow.derived:
        held |= {case.nations[flow.source]}
    if case.nations[flow.source] not in held:
        return math.inf
    graph = product_graph(case, flow, down)
    start = (flow.source, held)
    graph.add_node(start)
    lengths = nx.single_source_dijkstra_path_length(graph, start)
    return min(
        (seconds for (node, _), seconds in lengths.items() if node == flow.destination), default=math.inf
    )


@settings(max_examples=120)
@given(cases())
def test_cost_is_that_of_networkx(case: Case) -> None:
    tables = case.tables()
    for flow in case.flows:
        assert tables.flow_cost_s(flow) == expected_cost_s(case, flow)


@settings(max_examples=60)
@given(cases())
def test_route_adds_up_and_breaks_no_rule(case: Case) -> None:
    tables = case.tables()
    assert list(check_routes(tables, case.policy())) == []
    for flow in case.flows:
        steps = flow_route(tables, flow)
        if steps is None:
            assert math.isinf(tables.flow_cost_s(flow))
            continue
        assert sum(step.seconds for step in reversed(steps)) == tables.flow_cost_s(flow)
        assert [step.tail for step in steps[1:]] == [step.head for step in steps[:-1]]
        assert ([flow.source] + [step.head for step in steps])[-1] == flow.destination
        assert not case.ends.intersection(step.head for step in steps[:-1] if step.kind == "link")


@settings(max_examples=60)
@given(cases(), st.data())
def test_taking_links_away_never_lowers_a_cost(case: Case, data: st.DataObject) -> None:
    tables = case.tables()
    before = tables.cost.copy()
    names = sorted({row[0] for row in case.rows})
    down = frozenset(data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True)))
    for name in down:
        tables.link_up[0, tables.links[:, LINK_ELEMENT] == tables.element_ids.index(name)] = 0
    recompute_all(tables)
    assert np.all(tables.cost >= before)
    for flow in case.flows:
        assert tables.flow_cost_s(flow) == expected_cost_s(case, flow, down)
    tables.link_up[:] = 1
    recompute_all(tables)
    assert np.array_equal(tables.cost, before)


@settings(max_examples=30)
@given(cases(), st.randoms(use_true_random=False))
def test_tables_do_not_depend_on_the_order_of_the_input(case: Case, shuffler: object) -> None:
    rows = list(case.rows)
    # Directions of a link keep their order (it is that of its ends), links change theirs.
    names = sorted({row[0] for row in rows})
    shuffler.shuffle(names)  # type: ignore[attr-defined]
    rows = [row for name in names for row in case.rows if row[0] == name]
    nations = dict(sorted(case.nations.items(), reverse=True))
    other = Case(nations, tuple(rows), case.ends, case.automatic[::-1], case.on_request[::-1], case.flows)
    one, two = case.tables(), other.tables()
    assert np.array_equal(one.next_step, two.next_step)
    assert np.array_equal(one.cost, two.cost)
    assert (one.node_ids, one.element_ids) == (two.node_ids, two.element_ids)
    assert [(r.node, r.nation, r.mean_s) for r in one.releases] == [
        (r.node, r.nation, r.mean_s) for r in two.releases
    ]
