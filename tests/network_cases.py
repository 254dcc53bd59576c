"""Small networks for tests, made without a scenario file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable

from warnpath.network.graph import Graph
from warnpath.network.release import Grant, Policy, owner
from warnpath.scenario.scenario import Scenario

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


def small_scenario(text: str) -> Scenario:
    """Scenario from TOML, with one medium and one class of sensors, even if its policy contradicts itself.

    Fields are checked one by one; what stands between elements is left to the checks under test.
    """
    return Scenario.model_validate(tomllib.loads(COMMON + text), context={"checked": True})


COMMON = """
[medium.fibre]
capacity_kbps = 2000
propagation_us_per_km = 4.9
route_factor = 1.4
[medium.satellite]
capacity_kbps = 64
propagation_ms = 280
jitter = { kind = "uniform", low_s = 0.0, high_s = 0.03 }
loss = 0.1
retransmit = { timeout_s = 1.0, max_attempts = 1000 }
[sensor_class.radar]
range_km = 1000
scan_period_s = 2
sigma_m = 200
"""

THREE_NATIONS = """
[[node]]
id = "jp-radar"
role = "sensor"
nation = "JP"
lat_deg = 38.1
lon_deg = 138.4
sensor = { class = "radar", reports_to = "jp-c2" }
[[node]]
id = "jp-c2"
role = "c2"
nation = "JP"
lat_deg = 35.7
lon_deg = 139.3
service = { kind = "fixed", value_s = 0.02 }
assessment = { kind = "fixed", value_s = 60 }
approval = { kind = "fixed", value_s = 30 }
[[node]]
id = "jp-area"
role = "consumer"
nation = "JP"
lat_deg = 38.3
lon_deg = 140.9
consumer = { product = "area_alert", decided_by = "jp-c2" }
[[node]]
id = "kr-radar"
role = "sensor"
nation = "KR"
lat_deg = 36.5
lon_deg = 126.8
sensor = { class = "radar", reports_to = "kr-c2" }
[[node]]
id = "kr-c2"
role = "c2"
nation = "KR"
group = "national command"
lat_deg = 37.1
lon_deg = 127.0
release = { kind = "fixed", value_s = 1.5 }
[[node]]
id = "us-base"
role = "relay"
nation = "US"
lat_deg = 37.0
lon_deg = 127.0
[[node]]
id = "us-hub"
role = "hub"
nation = "US"
lat_deg = 21.4
lon_deg = -157.9
release = { kind = "fixed", value_s = 9.0 }
[[link]]
id = "jp-radar-line"
ends = ["jp-radar", "jp-c2"]
medium = "fibre"
[[link]]
id = "jp-area-line"
ends = ["jp-c2", "jp-area"]
medium = "fibre"
[[link]]
id = "kr-radar-line"
ends = ["kr-radar", "kr-c2"]
medium = "fibre"
[[link]]
id = "kr-base-line"
ends = ["kr-c2", "us-base"]
medium = "fibre"
[[link]]
id = "base-hub-line"
ends = ["us-base", "us-hub"]
medium = "fibre"
shared_risk = ["pacific"]
[[link]]
id = "hub-jp-line"
ends = ["us-hub", "jp-c2"]
medium = "satellite"
shared_risk = ["pacific"]
[[link]]
id = "kr-jp-line"
ends = ["kr-c2", "jp-c2"]
medium = "fibre"
length_km = 1200
capacity_kbps = 2
[[sharing]]
id = "kr-to-us"
data_of = "KR"
to = "US"
via = ["kr-c2"]
[[sharing]]
id = "kr-to-jp"
data_of = "KR"
to = "JP"
via = ["us-hub"]
release = { kind = "uniform", low_s = 1.0, high_s = 4.0 }
[[prohibition]]
id = "kr-jp-through-hub-only"
data_of = "KR"
to = "JP"
except_via = ["us-hub"]
"""
