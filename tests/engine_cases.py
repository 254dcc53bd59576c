"""Small scenarios and traffic sources for tests of the engine."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from warnpath.engine import SimpyRun, build_plan
from warnpath.engine.output import ReplicationOutput
from warnpath.network.flows import Flow
from warnpath.scenario import Scenario, load

SMALL = Path(__file__).parent / "scenarios" / "small.toml"

TWO_NODES = """
schema_version = 1
name = "two-nodes"
[run]
drain_s = {end_s}
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


def two_nodes(
    folder: Path,
    *,
    end_s: float,
    capacity_kbps: float = 1e6,
    propagation_ms: float = 0.0,
    medium: str = "",
    node: str = "",
) -> Scenario:
    """Two nodes and one link; `medium` and `node` are more lines for the link's medium and for node b."""
    path = folder / "two-nodes.toml"
    path.write_text(
        TWO_NODES.format(
            end_s=end_s, capacity_kbps=capacity_kbps, propagation_ms=propagation_ms, medium=medium, node=node
        )
    )
    return load(path)


def run_traffic(
    scenario: Scenario,
    start: Callable[[SimpyRun], None],
    outages: dict[str, tuple[float, float | None]] | None = None,
) -> pd.DataFrame:
    """Messages table of one replication whose traffic is what `start` sets going."""
    plan = build_plan(scenario, outages, extra_flows=[Flow("external", "a", "b")])
    run = SimpyRun(plan, tables=("messages",))
    start(run)
    output = run.run()
    assert output.status == "ok", output.error
    return pd.DataFrame(output.columns["messages"])


def poisson_source(
    run: SimpyRun,
    rate_per_s: float,
    size_bytes: Callable[[np.random.Generator], float],
    seed: int,
    priority: int = 2,
) -> None:
    """Send from a to b as a Poisson process, sizes drawn by `size_bytes`."""
    generator = np.random.default_rng(seed)

    def source() -> Any:
        while True:
            yield run.env.timeout(generator.exponential(1.0 / rate_per_s))
            run.send("a", "b", size_bytes(generator), priority)

    run.env.process(source())


def batch_interval(values: np.ndarray, batches: int = 20) -> tuple[float, float]:
    """Mean of a correlated series and its standard error by batch means."""
    usable = len(values) - len(values) % batches
    means = values[:usable].reshape(batches, -1).mean(axis=1)
    return float(means.mean()), float(means.std(ddof=1) / math.sqrt(batches))


def frame(output: ReplicationOutput, table: str) -> pd.DataFrame:
    """One table of an output."""
    return pd.DataFrame(output.columns[table])
