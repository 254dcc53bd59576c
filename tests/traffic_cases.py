"""Scenarios of traffic between two nodes, for tests."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd

from warnpath.engine import build_plan
from warnpath.engine.run import run_replications
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


def replicated(scenario: Scenario, replications: int, tables: tuple[str, ...] = ("traffic",)) -> pd.DataFrame:
    """First of the tables over replications of the compiled engine, with a column `replication`."""
    plan = build_plan(scenario)
    pieces = []
    for output in run_replications(plan, range(replications), tables=tables, engine="compiled"):
        assert output.status == "ok", output.error
        pieces.append(pd.DataFrame(output.columns[tables[0]]).assign(replication=output.replication))
    return pd.concat(pieces, ignore_index=True)


def z_of(values: pd.Series, exact: float) -> float:
    """How many standard errors the mean of independent values is from the exact one."""
    return (values.mean() - exact) / (values.std(ddof=1) / math.sqrt(len(values)))
