"""The scenario as a networkx graph: nodes, directed links and the latency to expect on each.

What a message needs on a link, in expectation and without queues: propagation, transmission, jitter,
repeated transmissions, and the service of the node it enters. Queues are the simulation's matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import networkx as nx

from warnpath.network.geometry import LIGHT_VACUUM_US_PER_KM, light_time_s, separation_km

if TYPE_CHECKING:
    from warnpath.scenario import Scenario
    from warnpath.scenario.links import Link

REFERENCE_BYTES = 200
"""Size of a track report (see the scenario's definitions): the message whose latency routes minimise."""

ENDS = ("sensor", "consumer")
"""Roles that only send or only receive and never forward the messages of others."""

Graph: TypeAlias = nx.MultiDiGraph


def build_graph(scenario: Scenario, reference_bytes: int = REFERENCE_BYTES) -> Graph:
    """Graph of all nodes and links of a scenario, whatever is up or down.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    reference_bytes : int
        Size of the message whose transmission time counts.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes by id with ``nation, role, group, lat_deg, lon_deg, alt_m, service_s, transit, data_label``;
        edges (tail, head, link id), two for a duplex link, with ``link, medium, forward, length_km,
        light_us_per_km, propagation_given, propagation_s, transmission_s, jitter_s, retransmission_s,
        latency_s``.
        ``latency_s`` adds the mean service of the node entered. Sorted by id.
    """
    graph: Graph = nx.MultiDiGraph(name=scenario.name)
    for node in sorted(scenario.node, key=lambda item: item.id):
        graph.add_node(
            node.id,
            nation=node.nation,
            role=node.role,
            group=node.group or node.role,
            lat_deg=float(node.lat_deg),
            lon_deg=float(node.lon_deg),
            alt_m=number(node.alt_m, 0.0),
            service_s=mean_s(node.service),
            transit=node.role not in ENDS,
            data_label=node.label if node.role == "sensor" else "",
        )
    for link in sorted(scenario.link, key=lambda item: item.id):
        _add_link(graph, scenario, link, reference_bytes)
    return graph


def link_propagation_s(link: Any, distance_km: float) -> float:
    """One-way propagation of a link, s: as given, or length x route factor x us per km + equipment.

    Parameters
    ----------
    link : resolved link
        With the defaults of its medium (`warnpath.scenario.effective_link`).
    distance_km : float
        Used where the link states no length.
    """
    if link.propagation_ms is not None:
        return float(link.propagation_ms) * 1e-3
    length_km = number(link.length_km, distance_km)
    per_km = number(link.propagation_us_per_km, LIGHT_VACUUM_US_PER_KM)
    on_the_way_s = light_time_s(length_km * number(link.route_factor, 1.0), per_km)
    return on_the_way_s + number(link.equipment_ms, 0.0) * 1e-3


def transmission_s(size_bytes: float, capacity_kbps: float) -> float:
    """Serialisation of a message on a link of a capacity in kbit/s, s: 8 L / C."""
    return size_bytes * 8.0 / (capacity_kbps * 1e3)


def expected_retransmission_s(loss: float, timeout_s: float, max_attempts: int) -> float:
    """Mean time spent on failed attempts by a message that gets through, s.

    Attempts are independent; each failed one costs the time-out. With q = loss and m attempts the mean
    number of failures before a success within m is sum k q^k (1 - q) / (1 - q^m) for k < m, which tends
    to q / (1 - q).
    """
    if loss <= 0.0 or max_attempts <= 1:
        return 0.0
    weight = 1.0
    total = 0.0
    failures = 0.0
    for attempt in range(max_attempts):
        total += weight
        failures += attempt * weight
        weight *= loss
        if weight == 0.0:
            break
    return timeout_s * failures / total


def path_floor_s(graph: Graph, path: Sequence[str]) -> float:
    """Physical floor of a path, s: light over the great circle between its two ends.

    The light is that of the fastest medium on the path (vacuum where a delay is given outright), so no
    sample over these links can be below it, and no investment in them can buy it back.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
        From `build_graph`.
    path : sequence of str
        Node ids, neighbours linked.
    """
    if len(path) < 2:
        return 0.0
    light_us_per_km = min(
        edge["light_us_per_km"] for tail, head in pairwise(path) for edge in graph[tail][head].values()
    )
    return light_time_s(separation_km(_place(graph, path[0]), _place(graph, path[-1])), light_us_per_km)


def path_stretch(graph: Graph, path: Sequence[str]) -> float:
    """Propagation along a path over its physical floor; NaN where the ends lie together.

    Between parallel links the one with the least propagation counts.
    """
    floor_s = path_floor_s(graph, path)
    if floor_s <= 0.0:
        return float("nan")
    propagation_s = 0.0
    for tail, head in pairwise(path):
        propagation_s += min(edge["propagation_s"] for edge in graph[tail][head].values())
    return propagation_s / floor_s


def number(value: Any, default: float) -> float:
    """A quantity as float, or the default if it is not given."""
    return default if value is None else float(value)


def mean_s(distribution: Any) -> float:
    """Mean of a delay in seconds; 0 where there is none."""
    return 0.0 if distribution is None else float(distribution.mean())


def _place(graph: Graph, node: str) -> tuple[float, float, float]:
    data = graph.nodes[node]
    return data["lat_deg"], data["lon_deg"], data["alt_m"]


def _add_link(graph: Graph, scenario: Scenario, link: Link, reference_bytes: int) -> None:
    from warnpath.scenario import effective_link

    resolved = effective_link(scenario, link)
    tail, head = link.ends
    distance_km = separation_km(_place(graph, tail), _place(graph, head))
    propagation_s = link_propagation_s(resolved, distance_km)
    sending_s = transmission_s(reference_bytes, float(resolved.capacity_kbps))
    jitter_s = mean_s(resolved.jitter)
    repeating_s = 0.0
    if resolved.retransmit is not None:
        repeating_s = expected_retransmission_s(
            number(resolved.loss, 0.0),
            float(resolved.retransmit.timeout_s),
            int(resolved.retransmit.max_attempts),
        )
    given = resolved.propagation_ms is not None
    light_us_per_km = (
        LIGHT_VACUUM_US_PER_KM if given else number(resolved.propagation_us_per_km, LIGHT_VACUUM_US_PER_KM)
    )
    for forward in (True, False) if link.duplex else (True,):
        start, end = (tail, head) if forward else (head, tail)
        graph.add_edge(
            start,
            end,
            key=link.id,
            link=link.id,
            medium=link.medium or "",
            forward=forward,
            length_km=number(resolved.length_km, distance_km),
            light_us_per_km=light_us_per_km,
            propagation_given=given,
            propagation_s=propagation_s,
            transmission_s=sending_s,
            jitter_s=jitter_s,
            retransmission_s=repeating_s,
            latency_s=propagation_s + sending_s + jitter_s + repeating_s + graph.nodes[end]["service_s"],
        )
