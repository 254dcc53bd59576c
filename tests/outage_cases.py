"""Networks of elements that fail at random, for tests; a second stands for whatever unit the theory has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from warnpath.engine import build_plan
from warnpath.engine.run import run_replications
from warnpath.scenario import Scenario, load

HEAD = """
schema_version = 1
name = "failing"
[run]
replications = 1
duration_s = {duration_s}
random_outages = true
outages_start = "{start}"
[medium.line]
capacity_kbps = 1e6
propagation_ms = 0
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
"""
LINK = """
[[link]]
id = "link-{number}"
ends = ["a", "b"]
medium = "line"
{more}
"""


def hours(seconds: float) -> float:
    """A time as the fields of reliability want it."""
    return seconds / 3600.0


def failing_links(
    folder: Path,
    count: int,
    *,
    duration_s: float,
    medium: str = "",
    start: str = "equilibrium",
    end: str = "",
    each: str = "",
) -> Scenario:
    """Links side by side between two nodes, all of one medium; `each` stands in every link."""
    text = HEAD.format(duration_s=duration_s, start=start, medium=medium)
    text += "".join(LINK.format(number=number, more=each) for number in range(count))
    path = folder / "failing.toml"
    path.write_text(text + end)
    return load(path)


def outages_of(scenario: Scenario, replications: int) -> pd.DataFrame:
    """Table of outages over replications of the compiled engine; what is still down is up at infinity."""
    plan = build_plan(scenario)
    pieces = []
    for output in run_replications(plan, range(replications), tables=("outages",), engine="compiled"):
        assert output.status == "ok", output.error
        pieces.append(pd.DataFrame(output.columns["outages"]).assign(replication=output.replication))
    table = pd.concat(pieces, ignore_index=True)
    return table.assign(up_s=table.up_s.fillna(np.inf))


def first_time_down(table: pd.DataFrame, at_least: int) -> pd.Series:
    """First time at which so many elements are down, by replication."""
    found = {}
    for replication, rows in table.groupby("replication"):
        changes = np.concatenate([rows.down_s.to_numpy(), rows.up_s.to_numpy()])
        steps = np.concatenate([np.ones(len(rows)), -np.ones(len(rows))])
        order = np.lexsort((steps, changes))
        down = np.cumsum(steps[order])
        found[replication] = changes[order][int(np.argmax(down >= at_least))]
        assert down.max() >= at_least
    return pd.Series(found)
