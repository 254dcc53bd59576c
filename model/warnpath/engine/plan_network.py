"""The network part of a plan: nodes, links, routes under the policy, scripted outages."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from warnpath.engine.codes import NODE_LISTS, TARGET_NODE, UP_FOR_EVER
from warnpath.engine.plan_links import UNLIMITED, Lists, plan_links, reroute_s
from warnpath.engine.plan_lives import RandomPart, outage_target, plan_lives
from warnpath.engine.plan_outages import duty_of, plan_outages
from warnpath.engine.plan_tables import DistributionTable, StreamNames
from warnpath.engine.plan_walks import plan_walks
from warnpath.engine.random_streams import name_key
from warnpath.network import route_kernel as columns
from warnpath.network.flows import Flow, standard_flows
from warnpath.network.graph import build_graph
from warnpath.network.release import build_policy
from warnpath.network.routing import FLOW_STATE, FLOW_TREE, RoutingTables, tables_from_graph
from warnpath.scenario import effective_link, reliability
from warnpath.scenario.lives import lives, risk_lives

if TYPE_CHECKING:
    from warnpath.scenario import Scenario


@dataclass(frozen=True)
class NetworkPart:
    """Nodes and links as numbers, with what is needed to name them again."""

    entities: dict[str, list[dict[str, Any]]]
    shared_arrays: dict[str, np.ndarray]
    private_arrays: dict[str, np.ndarray]
    initial_events: list[tuple[float, int, int, int, int]]
    link_events: list[tuple[float, int, int, int, int]]
    graph: Any
    tables: RoutingTables
    node_row: dict[str, int]
    link_elements: list[str]
    link_directions: list[str]
    outage_causes: list[str]
    random: RandomPart
    external_flows: frozenset[tuple[str, str]]
    availability: dict[str, float]
    """Stationary availability of each node and link; NaN where neither it nor MTBF and MTTR are stated."""

    def trees_of_flows(self) -> dict[Flow, tuple[int, int]]:
        """Route tree and initial clearance of every flow; (-1, 0) where no route leads there."""
        found = {}
        for row, flow in enumerate(self.tables.flows):
            tree = int(self.tables.flow_table[row, FLOW_TREE])
            state = int(self.tables.flow_table[row, FLOW_STATE])
            usable = not np.isinf(self.tables.cost[tree, state])
            found[flow] = (tree, state % self.tables.clearances) if usable else (-1, 0)
        return found

    def tree_of(self, kind: str, source: str, destination: str) -> tuple[int, int]:
        """Route tree and initial clearance of a flow; (-1, 0) if there is no such flow or no route for it."""
        for row, flow in enumerate(self.tables.flows):
            if (flow.kind, flow.source, flow.destination) == (kind, source, destination):
                tree = int(self.tables.flow_table[row, FLOW_TREE])
                state = int(self.tables.flow_table[row, FLOW_STATE])
                if np.isinf(self.tables.cost[tree, state]):
                    return -1, 0
                return tree, state % self.tables.clearances
        return -1, 0

    def outage_target(self, element: str) -> tuple[int, int, int]:
        """Kind, row and (of a duplex link) reverse row of an element that can go down.

        Raises
        ------
        ValueError
            No such element.
        """
        return outage_target(element, self.link_elements, self.tables.node_ids)


def plan_network(
    scenario: Scenario,
    distributions: DistributionTable,
    streams: StreamNames,
    extra_outages: Mapping[str, tuple[float, float | None]],
    extra_flows: Sequence[Flow],
) -> NetworkPart:
    """Plan nodes, links, routes and outages."""
    policy = build_policy(scenario)
    graph = build_graph(scenario)
    flows = (*standard_flows(scenario, policy), *extra_flows)
    tables = tables_from_graph(graph, policy, flows)
    node_row = {name: row for row, name in enumerate(tables.node_ids)}
    lists = Lists()
    nodes = _nodes(scenario, tables, distributions, streams, lists)
    links = plan_links(scenario, tables, distributions, streams, lists)
    for index, node in enumerate(nodes):
        if node["reroute_s"] < 0.0:
            # A node says nothing of its own: its failure is noticed by the slowest of its links.
            rows = links.entities["links"]
            beside = [link["reroute_s"] for link in rows if index in (link["tail"], link["head"])]
            node["reroute_s"] = max(beside, default=-1.0)
    rules = []
    for row, release in enumerate(tables.releases):
        rules.append(
            {
                "node": node_row[release.node],
                "gained_bit": int(tables.rules[row, columns.RULE_GAIN_BIT]),
                "release_row": distributions.add(release.delay),
            }
        )
        streams.add("rules", row, "key_release", f"sharing:{release.rule}:{release.node}:release")
    random = plan_lives(scenario, links.elements, tables.node_ids, distributions, streams)
    for place, life in enumerate(random.rows):
        if life["only_busy"]:
            _let_wear(place, random.members[life["first_member"]], links.entities["links"], nodes)
    outages = plan_outages(scenario, extra_outages, tables, links.elements, random)
    shared = {
        "lists_owner": np.array(lists.owners, dtype=np.int64).reshape(len(lists.owners), 2),
        "route_links": tables.links,
        "route_link_order": tables.link_order,
        "route_rules": tables.rules,
        "route_rule_weights": tables.rule_weights,
        "route_rule_first": tables.rule_first,
        "route_trees": tables.trees,
    }
    paths = [
        {"parent": -1, "node": row, "link": -1, "first_child": -1, "next_sibling": -1}
        for row in range(len(nodes))
    ]
    walks = plan_walks(scenario, tables)
    shared |= walks.arrays
    return NetworkPart(
        entities={
            "nodes": nodes,
            **links.entities,
            "lists": lists.rows,
            "rules": rules,
            "outages": outages.rows,
            "members": outages.members,
            "stand_bys": outages.stand_bys,
            "crews": random.crews,
            "paths": paths,
            "walk_sets": walks.sets,
        },
        shared_arrays=shared,
        private_arrays={**outages.routes, "route_scratch": tables.scratch},
        initial_events=outages.events,
        graph=graph,
        tables=tables,
        node_row=node_row,
        link_events=links.events,
        link_elements=links.elements,
        link_directions=links.directions,
        outage_causes=outages.causes,
        random=random,
        external_flows=frozenset(
            (flow.source, flow.destination) for flow in tables.flows if flow.kind == "external"
        ),
        availability=_availability(scenario),
    )


def _availability(scenario: Scenario) -> dict[str, float]:
    """Long-run availability of each element with the risks it shares: independent causes multiply."""
    stated = {node.id: reliability(node.availability, node.mtbf_h, node.mttr_h)[0] for node in scenario.node}
    stated.update({link.id: effective_link(scenario, link).availability for link in scenario.link})
    # What ages only while it works is up as long as its load lets it: there is no number beforehand.
    stated.update(
        {name: None if life.only_busy else life.availability for name, life in lives(scenario).items()}
    )
    for name, (life, members) in risk_lives(scenario).items():
        if scenario.shared_risk[name].degraded is None:
            for member in members:
                own = stated[member]
                stated[member] = life.availability * (1.0 if own is None else own)
    return {element: math.nan if value is None else value for element, value in stated.items()}


def _let_wear(
    place: int, member: dict[str, int], links: list[dict[str, Any]], nodes: list[dict[str, Any]]
) -> None:
    """Tell the element of a life that ages only while it is busy."""
    if member["target_kind"] == TARGET_NODE:
        nodes[member["target"]]["wear"] = place
        return
    for way in (member["target"], member["reverse"]):
        if way >= 0:
            links[way]["wear"] = place


def _nodes(
    scenario: Scenario,
    tables: RoutingTables,
    distributions: DistributionTable,
    streams: StreamNames,
    lists: Lists,
) -> list[dict[str, Any]]:
    by_id = {node.id: node for node in scenario.node}
    duties = duty_of(scenario)
    rows = []
    for index, name in enumerate(tables.node_ids):
        node = by_id[name]
        for purpose in ("service", "answer", "assessment", "approval", "startup"):
            streams.add("nodes", index, f"key_{purpose}", f"node:{name}:{purpose}")
        rows.append(
            {
                "name_key": name_key(f"node:{name}"),
                "nation_bit": int(tables.nodes[index, columns.NODE_NATION_BIT]),
                "first_list": lists.add(NODE_LISTS, node=index),
                "servers": int(node.servers),
                "service_row": distributions.add(node.service),
                "queue_limit": UNLIMITED if node.queue_limit is None else int(node.queue_limit),
                "answer_row": distributions.add(node.answer),
                "answer_servers": int(node.answer_servers),
                "assessment_row": distributions.add(node.assessment),
                "approval_row": distributions.add(node.approval),
                "preemptive": int(node.preemptive),
                "holds": int(node.on_failure == "held"),
                "startup_row": distributions.add(node.startup),
                "delay_factor": 1.0,
                "wear": -1,
                "duty": duties.get(name, -1),
                "first_expiry_s": UP_FOR_EVER,
                "reroute_s": reroute_s(node.reroute),
                "first_flow": 0,
                "flow_count": 0,
                "up": 1,
            }
        )
    return rows
