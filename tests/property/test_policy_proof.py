"""The policy proof on drawn networks, against walking every way there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.network_cases import LinkRow, both_ways, small_graph, small_policy
from warnpath.network.proof import find_leak
from warnpath.network.release import ProductStep
from warnpath.scenario.policy import Prohibition

NATIONS = ("JP", "KR", "US")
LABEL = "KR"


@dataclass(frozen=True)
class Case:
    """A drawn network with one sensor, and what must not happen in it."""

    nations: dict[str, str]
    rows: tuple[LinkRow, ...]
    grants: tuple[tuple[str, str, str, float], ...]
    on_request: tuple[tuple[str, str, str, float], ...]
    prohibition: Prohibition


@st.composite
def cases(draw: st.DrawFn) -> Case:
    names = [f"data-{LABEL.lower()}", *(f"n{place}" for place in range(draw(st.integers(2, 4))))]
    nations = {name: draw(st.sampled_from(NATIONS)) for name in names[1:]} | {names[0]: "KR"}
    ends = draw(st.lists(st.sampled_from(list(combinations(names, 2))), min_size=2, max_size=6))
    rows: list[LinkRow] = []
    for place, (tail, head) in enumerate(ends):
        row = (f"l{place}", tail, head, 1.0)
        rows += both_ways([row]) if draw(st.booleans()) else [row]
    grants = st.lists(
        st.tuples(st.just(LABEL), st.sampled_from(names), st.sampled_from(["JP", "US"]), st.just(1.0)),
        max_size=4,
        unique=True,
    )
    prohibition = Prohibition(
        id="keep",
        data_of=LABEL,
        to="JP",
        except_via=tuple(draw(st.lists(st.sampled_from(names), max_size=2, unique=True))),
    )
    return Case(nations, tuple(rows), tuple(draw(grants)), tuple(draw(grants)), prohibition)


def walks(case: Case) -> Iterator[tuple[str, frozenset[str], dict[str, str]]]:
    """Every way of the data without repetition: node, nations that may have it, and who let each in where."""

    def go_on(
        node: str, where: dict[str, str], seen: frozenset[tuple[str, frozenset[str]]]
    ) -> Iterator[tuple[str, frozenset[str], dict[str, str]]]:
        held = frozenset(where)
        if (node, held) in seen:
            return
        seen |= {(node, held)}
        yield node, held, where
        for _, tail, head, _ in case.rows:
            if tail == node and case.nations[head] in held:
                yield from go_on(head, where, seen)
        for _, place, nation, _ in case.grants + case.on_request:
            if place == node and nation not in held:
                yield from go_on(node, {**where, nation: node}, seen)

    yield from go_on(f"data-{LABEL.lower()}", {"KR": ""}, frozenset())


def brute_force_leaks(case: Case) -> bool:
    nation, allowed = case.prohibition.to, case.prohibition.except_via
    return any(
        case.nations[node] == nation and where[nation] not in allowed for node, _, where in walks(case)
    )


def is_walk(case: Case, start: str, steps: tuple[ProductStep, ...]) -> bool:
    """Whether the steps can be taken one after the other from the start, and end in the forbidden nation."""
    node, held = start, {"KR"}
    grants = {(place, nation) for _, place, nation, _ in case.grants + case.on_request}
    links = {(link, tail, head) for link, tail, head, _ in case.rows}
    for step in steps:
        if step.tail != node:
            return False
        if step.kind == "release":
            if (node, step.gained) not in grants:
                return False
            if step.gained == case.prohibition.to and node in case.prohibition.except_via:
                return False
            held.add(step.gained)
        elif (step.name, node, step.head) not in links or case.nations[step.head] not in held:
            return False
        node = step.head
    return case.nations[node] == case.prohibition.to


@settings(max_examples=250)
@given(cases())
def test_proof_agrees_with_walking_every_way(case: Case) -> None:
    graph = small_graph(case.nations, case.rows)
    policy = small_policy(case.nations, case.grants, case.on_request)
    leak = find_leak(graph, policy, case.prohibition)
    assert (leak is not None) == brute_force_leaks(case)
    if leak is not None:
        assert is_walk(case, leak.start, leak.steps)


@settings(max_examples=100)
@given(cases())
def test_no_walk_visits_a_node_that_is_not_cleared(case: Case) -> None:
    assert all(case.nations[node] in held for node, held, _ in walks(case))
    if not any(nation == "JP" for _, _, nation, _ in case.grants + case.on_request):
        graph = small_graph(case.nations, case.rows)
        policy = small_policy(case.nations, case.grants, case.on_request)
        strict = Prohibition(id="strict", data_of=LABEL, to="JP", except_via=())
        assert find_leak(graph, policy, strict) is None
