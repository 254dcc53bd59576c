"""The scenario as a networkx graph: nodes, directed links and the latency to expect on each.

What a message needs on a link, in expectation and without queues: propagation, transmission, jitter,
repeated transmissions, and the service of the node it enters. Queues are the simulation's matter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import networkx as nx

from warnpath.network.geometry import LIGHT_VACUUM_US_PER_KM, light_time_s, separation_km
from warnpath.scenario import effective_link

if TYPE_CHECKING:
    from warnpath.scenario import Distribution, Scenario
    from warnpath.scenario.geometry import Point
    from warnpath.scenario.links import Slots
    from warnpath.scenario.resolve_links import EffectiveLink

REFERENCE_BYTES = 200
"""Size of a track report (see the scenario's definitions): the message whose latency routes minimise."""

ENDS = ("sensor", "consumer")
"""Roles that only send or only receive and never forward the messages of others."""

LONGEST_TIMEOUT_S = 1e8
"""Where time-outs that grow stop growing."""

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
        Nodes by id with ``nation, role, group, lat_deg, lon_deg, alt_m, service_s, transit, data_label,
        stand_by_of, traffic_labels`` (labels of the data that traffic starts with there);
        edges (tail, head, link id), two for a duplex link, with ``link, medium, forward, length_km,
        light_us_per_km, propagation_s, transmission_s, jitter_s, retransmission_s, latency_s,
        penalty_s``.
        ``latency_s`` adds the mean service of the node entered. Sorted by id.
    """
    graph: Graph = nx.MultiDiGraph(name=scenario.name)
    traffic_labels: dict[str, set[str]] = {}
    for traffic in scenario.traffic:
        for source in traffic.source:
            labels = traffic.labels(scenario.node_by_id(source))
            traffic_labels.setdefault(source, set()).update(labels)
    for node in sorted(scenario.node, key=lambda item: item.id):
        graph.add_node(
            node.id,
            nation=node.nation,
            role=node.role,
            group=node.group or node.role,
            lat_deg=float(node.lat_deg),
            lon_deg=float(node.lon_deg),
            alt_m=float(node.alt_m),
            service_s=mean_s(node.service),
            # A stand-by forwards nothing until it is in charge.
            transit=node.role not in ENDS and node.stand_by is None,
            stand_by_of="" if node.stand_by is None else node.stand_by.primary,
            data_label=node.label if node.role == "sensor" else "",
            traffic_labels=tuple(sorted(traffic_labels.get(node.id, ()))),
        )
    for link in sorted(scenario.link, key=lambda item: item.id):
        _add_link(graph, effective_link(scenario, link), reference_bytes)
    return graph


def transmission_s(size_bytes: float, capacity_kbps: float) -> float:
    """Serialisation of a message on a link of a capacity in kbit/s, s: 8 L / C."""
    return size_bytes * 8.0 / (capacity_kbps * 1e3)


def slotted_s(size_bytes: float, slots: Slots) -> float:
    """Mean time that an empty link with slots takes to send a message, s: half a gap, then its slots."""
    count = max(math.ceil(size_bytes * 8.0 / float(slots.slot_bits)), 1)
    slot_s = float(slots.slot_ms) / 1e3
    return (0.5 + count - 1) * slots.gap_slots * slot_s + slot_s


def expected_retransmission_s(
    loss: float, timeout_s: float, max_attempts: int, backoff: float = 1.0
) -> float:
    """Mean time spent on failed attempts by a message that gets through, s.

    Attempts are independent; each failed one costs its time-out, `backoff` times the one before. Without
    that, with q = loss and m attempts, the mean number of failures before a success within m is
    sum k q^k (1 - q) / (1 - q^m) for k < m, which tends to q / (1 - q).
    """
    if loss <= 0.0 or max_attempts <= 1:
        return 0.0
    weight, total = 1.0, 0.0
    spent_s, spending_s = 0.0, 0.0
    for _ in range(max_attempts):
        total += weight
        spending_s += spent_s * weight
        spent_s += timeout_s
        timeout_s = min(timeout_s * backoff, LONGEST_TIMEOUT_S)
        weight *= loss
        if weight == 0.0:
            break
    return spending_s / total


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


def mean_s(distribution: Distribution | None) -> float:
    """Mean of a delay in seconds; 0 where there is none."""
    return 0.0 if distribution is None else distribution.mean()


def _place(graph: Graph, node: str) -> Point:
    data = graph.nodes[node]
    return data["lat_deg"], data["lon_deg"], data["alt_m"] / 1e3


def _add_link(graph: Graph, link: EffectiveLink, reference_bytes: int) -> None:
    sending_s = transmission_s(reference_bytes, float(link.capacity_kbps))
    if link.slots is not None:
        sending_s = slotted_s(reference_bytes, link.slots)
    jitter_s = mean_s(link.jitter)
    repeating_s = 0.0
    if link.retransmit is not None:
        repeat = link.retransmit
        repeating_s = expected_retransmission_s(
            float(link.loss) if link.burst_loss is None else link.burst_loss.mean_loss,
            float(repeat.timeout_s),
            repeat.max_attempts,
            1.0 if repeat.backoff is None else float(repeat.backoff),
        )
    light_us_per_km = LIGHT_VACUUM_US_PER_KM
    if link.propagation_ms is None and link.propagation_us_per_km is not None:
        light_us_per_km = float(link.propagation_us_per_km)
    tail, head = link.ends
    for forward in (True, False) if link.duplex else (True,):
        start, end = (tail, head) if forward else (head, tail)
        graph.add_edge(
            start,
            end,
            key=link.id,
            link=link.id,
            medium=link.medium,
            forward=forward,
            length_km=link.length_km,
            light_us_per_km=light_us_per_km,
            propagation_s=link.propagation_s,
            transmission_s=sending_s,
            jitter_s=jitter_s,
            retransmission_s=repeating_s,
            latency_s=link.propagation_s + sending_s + jitter_s + repeating_s + graph.nodes[end]["service_s"],
            penalty_s=link.route_penalty_s,
        )
