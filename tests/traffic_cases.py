"""Scenarios of traffic between two nodes, for tests."""

from __future__ import annotations

from pathlib import Path

from warnpath.scenario import Scenario, load

TWO_NODES = """
schema_version = 1
name = "two-nodes"
[run]
replications = 1
duration_s = {duration_s}
{run}
[medium.line]
capacity_kbps = {capacity_kbps}
propagation_ms = {propagation_ms}
{medium}
[[node]]
id = "a"
role = "relay"
nation = "US"
lat_deg = 0
lon_deg = 0
[[node]]
id = "b"
role = "relay"
nation = "US"
lat_deg = 0
lon_deg = 0
{node}
[[link]]
id = "a-b"
ends = ["a", "b"]
medium = "line"
"""
FLOW = """
[[traffic]]
id = "{id}"
source = "a"
destination = "b"
{lines}
"""


def traffic_scenario(
    folder: Path,
    *flows: str,
    duration_s: float,
    capacity_kbps: float = 8,
    propagation_ms: float = 0,
    **more: str,
) -> Scenario:
    """Two nodes, one link, and traffic from a to b; `more` has more lines by place."""
    text = TWO_NODES.format(
        duration_s=duration_s,
        capacity_kbps=capacity_kbps,
        propagation_ms=propagation_ms,
        run=more.get("run", ""),
        medium=more.get("medium", ""),
        node=more.get("node", ""),
    )
    text += "".join(FLOW.format(id=f"flow-{number}", lines=lines) for number, lines in enumerate(flows))
    path = folder / "two-nodes.toml"
    path.write_text(text + more.get("end", ""))
    return load(path)
