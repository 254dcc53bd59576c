"""Pairs of disjoint walks, case by case, and what is said where there is none."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import pytest

from tests.link_cases import link_scenario, one
from tests.network_cases import small_graph, small_policy
from warnpath.cli import show_ways
from warnpath.network.checks import check_network
from warnpath.network.contingencies import single_failures
from warnpath.network.flows import Flow, standard_flows
from warnpath.network.graph import build_graph
from warnpath.network.protection import Pair, disjoint_pair, protected_elements, shared_elements
from warnpath.network.release import build_policy, walk_text
from warnpath.network.routing import FLOW_STATE, FLOW_TREE, RoutingTables, tables_from_graph
from warnpath.network.walks import Walk, shortest_walks
from warnpath.scenario import load

TWICE = 'protection = "1+1"'
TRAP = [
    # The fastest way a - c - d - b leaves no other; a - c - b and a - d - b do.
    ("ac", "a", "c", 1.0),
    ("cd", "c", "d", 1.0),
    ("db", "d", "b", 1.0),
    ("cb", "c", "b", 3.5),
    ("ad", "a", "d", 4.25),
]
FLOW = Flow("report", "a", "b")


def tables_of(rows: list[tuple[str, str, str, float]]) -> RoutingTables:
    nations = {name: "US" for _, tail, head, _ in rows for name in (tail, head)}
    return tables_from_graph(small_graph(nations, rows), small_policy(nations), [FLOW])


def start(tables: RoutingTables) -> tuple[int, int]:
    row = tables.flow_table[0]
    return int(row[FLOW_TREE]), int(row[FLOW_STATE])


def pair_of(tables: RoutingTables) -> Pair | None:
    return disjoint_pair(tables, *start(tables))


def text(tables: RoutingTables, walk: Walk) -> str:
    return walk_text(walk.product_steps(tables), "a")


def test_walks_come_in_the_order_of_their_cost() -> None:
    tables = tables_of(TRAP)
    walks = list(islice(shortest_walks(tables, *start(tables)), 10))
    assert [(text(tables, walk), walk.cost_s) for walk in walks] == [
        ("a -> c -> d -> b", 3.0),
        ("a -> c -> b", 4.5),
        ("a -> d -> b", 5.25),
    ]


def test_the_usual_route_is_left_where_it_has_no_partner() -> None:
    tables = tables_of(TRAP)
    pair = pair_of(tables)
    assert pair is not None
    assert (text(tables, pair.first), text(tables, pair.second)) == ("a -> c -> b", "a -> d -> b")
    assert pair.disjoint == "nodes"


def test_a_slower_pair_of_nodes_comes_before_a_faster_one_of_links() -> None:
    rows = [("x1", "a", "c", 0.3), ("x2", "a", "c", 0.4), ("y1", "c", "b", 0.3), ("y2", "c", "b", 0.4)]
    tables = tables_of(rows)
    pair = pair_of(tables)
    assert pair is not None
    assert pair.disjoint == "links"
    assert [step.name for step in pair.second.product_steps(tables)] == ["x2", "y2"]
    tables = tables_of([*rows, ("ad", "a", "d", 7.0), ("db", "d", "b", 5.0)])
    pair = pair_of(tables)
    assert pair is not None
    assert (pair.disjoint, text(tables, pair.second)) == ("nodes", "a -> d -> b")


def test_what_every_walk_needs_is_named() -> None:
    tables = tables_of([("ac", "a", "c", 0.3), ("cb", "c", "b", 0.7), ("cb2", "c", "b", 0.9)])
    assert pair_of(tables) is None
    assert shared_elements(tables, *start(tables)) == ("ac",)


def test_the_policy_keeps_a_pair_from_being_one() -> None:
    # Two chains of links, but data of Korea may go to Japan only where the hub releases it.
    nations = {"a": "KR", "hub": "US", "other": "US", "b": "JP"}
    rows = [
        ("ah", "a", "hub", 0.3),
        ("hb", "hub", "b", 0.7),
        ("ao", "a", "other", 0.3),
        ("ob", "other", "b", 0.7),
    ]
    grants = [("KR", "a", "US", 1.5), ("KR", "hub", "JP", 2.25)]
    report = Flow("report", "a", "b", ("KR",), derived=True)
    tables = tables_from_graph(small_graph(nations, rows), small_policy(nations, grants), [report])
    assert pair_of(tables) is None
    assert shared_elements(tables, *start(tables)) == ("ah", "hb")
    tables = tables_from_graph(
        small_graph(nations, rows), small_policy(nations, [*grants, ("KR", "other", "JP", 2.5)]), [report]
    )
    pair = pair_of(tables)
    assert pair is not None
    assert text(tables, pair.second) == (
        "a (released to US by rule KR-US) -> other (released to JP by rule KR-JP) -> b"
    )


FOUR = {"a-c": "propagation_ms = 100", "c-b": "", "a-d": "propagation_ms = 400", "d-b": ""}


def test_traffic_links_and_sharing_name_what_is_sent_twice(tmp_path: Path) -> None:
    scenario = link_scenario(
        tmp_path,
        {**FOUR, "a-c": 'propagation_ms = 100\nprotection = "1+1"'},
        [one(1.0), one(2.0, source="d")],
    )
    rows = show_ways.protection(scenario)
    assert [(row["by"], row["from"], row["copy"], row["way"]) for row in rows] == [
        ("link a-c", "a", 1, "a -> c -> b"),
        ("link a-c", "a", 2, "a -> d -> b"),
    ]
    assert {row["disjoint"] for row in rows} == {"nodes"}
    assert rows[0]["expected_s"] == pytest.approx(0.1 + 2 * 0.2)
    scenario = link_scenario(tmp_path, FOUR, [one(1.0, more=TWICE), one(2.0)])
    assert {row["by"] for row in show_ways.protection(scenario)} == {"traffic flow-0"}
    graph, policy = build_graph(scenario), build_policy(scenario)
    tables = tables_from_graph(graph, policy, standard_flows(scenario, policy))
    found = {
        item.name: item.is_used
        for item in single_failures(graph, tables, protected_elements(scenario, tables))
    }
    assert all(found.values())
    assert not all(item.is_used for item in single_failures(graph, tables))
    assert json.dumps(rows)


def test_a_risk_that_both_walks_share_is_told(tmp_path: Path) -> None:
    links = {**FOUR, "a-c": 'shared_risk = ["trench"]', "d-b": 'shared_risk = ["quake", "trench"]'}
    scenario = link_scenario(tmp_path, links, [one(1.0, more=TWICE)])
    assert [row["shared_risk"] for row in show_ways.protection(scenario)] == ["trench", "trench"]


def test_the_sharing_rule_of_a_report_protects_it(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_text(SPARE.format(small=SMALL))
    scenario = load(path).replace({"sharing.jp-to-kr.protection": "1+1"})
    rows = show_ways.protection(scenario)
    assert {(row["kind"], row["from"], row["to"], row["by"]) for row in rows} == {
        ("report", "jp-c2", "kr-c2", "sharing jp-to-kr")
    }
    assert {row["disjoint"] for row in rows} == {"links"}
    assert len({row["expected_s"] for row in rows}) == 2


def test_protection_of_what_nothing_uses_is_odd(tmp_path: Path) -> None:
    scenario = link_scenario(tmp_path, {**FOUR, "d-b": TWICE}, [one(1.0)])
    (finding,) = check_network(scenario)
    assert (finding.key, finding.is_error) == (("link", "d-b", "protection"), False)
    assert "protects nothing" in finding.message


def test_a_scenario_without_two_ways_is_refused_and_told_why(tmp_path: Path) -> None:
    scenario = link_scenario(tmp_path, {"a-c": "", "c-b": ""}, [one(1.0, more=TWICE)])
    (finding,) = check_network(scenario)
    assert finding.is_error
    assert finding.message == (
        "finds no two disjoint compliant walks from a to b (traffic): they share a-c, c-b"
    )


SMALL = Path(__file__).resolve().parents[1] / "scenarios" / "small.toml"
SPARE = """
extends = "{small}"
[[link]]
id = "kr-hub-spare"
ends = ["kr-c2", "us-hub"]
medium = "fibre"
route_penalty_s = 0.5
"""
