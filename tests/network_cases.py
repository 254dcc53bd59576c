"""Small networks for tests, made without a scenario file."""

from __future__ import annotations

from collections.abc import Iterable

from warnpath.network.graph import Graph
from warnpath.network.release import Grant, Policy, owner

LinkRow = tuple[str, str, str, float]


def small_graph(nations: dict[str, str], one_way_links: Iterable[LinkRow], ends: Iterable[str] = ()) -> Graph:
    """Graph of nodes with nations and links (id, tail, head, seconds) that lead one way.

    Nodes named in `ends` do not forward. A node whose name begins with ``data-`` is a sensor whose data
    has the label that follows, in capitals.
    """
    graph: Graph = Graph()
    for node, nation in nations.items():
        graph.add_node(
            node,
            nation=nation,
            role="c2",
            group="c2",
            lat_deg=0.0,
            lon_deg=0.0,
            alt_m=0.0,
            service_s=0.0,
            transit=node not in set(ends),
            data_label=node.removeprefix("data-").upper() if node.startswith("data-") else "",
        )
    for link, tail, head, latency_s in one_way_links:
        forward = not graph.has_edge(head, tail, key=link)
        graph.add_edge(
            tail,
            head,
            key=link,
            link=link,
            medium="fibre",
            forward=forward,
            length_km=0.0,
            light_us_per_km=4.9,
            propagation_s=latency_s,
            latency_s=latency_s,
        )
    return graph


def both_ways(rows: Iterable[LinkRow]) -> list[LinkRow]:
    """Each link in both directions."""
    return [row for link, a, b, s in rows for row in ((link, a, b, s), (link, b, a, s))]


def small_policy(
    nations: dict[str, str],
    grants: Iterable[tuple[str, str, str, float]] = (),
    on_request: Iterable[tuple[str, str, str, float]] = (),
) -> Policy:
    """Policy of grants (label, node, nation, seconds); rules are called ``label-nation``."""
    rows = [(row, False) for row in grants] + [(row, True) for row in on_request]
    found = [
        Grant(f"{label}-{nation}", label, node, nation, seconds, None, asked)
        for (label, node, nation, seconds), asked in rows
    ]
    names = set(nations.values()) | {owner(item.label) for item in found} | {item.nation for item in found}
    found.sort(key=lambda item: (item.label, item.node, item.nation, item.rule))
    return Policy(tuple(sorted(names)), dict(sorted(nations.items())), tuple(found))
