"""Small networks of links with mechanisms of their own, for tests."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from tests.engine_cases import frame
from warnpath.engine import build_plan, run_replication
from warnpath.scenario import Scenario, load

HEAD = """
schema_version = 1
name = "links"
[run]
replications = 1
duration_s = {duration_s}
[medium.line]
capacity_kbps = 8
propagation_ms = 0
queue_limit = 1000000
"""
NODE = """
[[node]]
id = "{id}"
role = "relay"
nation = "US"
lat_deg = 0
lon_deg = 0
"""
LINK = """
[[link]]
id = "{tail}-{head}"
ends = ["{tail}", "{head}"]
medium = "line"
duplex = false
{lines}
"""
TABLES = ("messages", "hops", "elements", "occupancy", "traffic")


def link_scenario(
    folder: Path, links: dict[str, str], flows: Iterable[str], *, duration_s: float = 500.0, end: str = ""
) -> Scenario:
    """One-way links by "tail-head", each with lines of its own, and flows of traffic.

    A link carries 8 kbit/s, a message of 1,000 bytes a second, without delay, unless its lines say otherwise.
    """
    nodes = sorted({node for ends in links for node in ends.split("-")})
    text = HEAD.format(duration_s=duration_s) + "".join(NODE.format(id=node) for node in nodes)
    for ends, lines in links.items():
        tail, head = ends.split("-")
        text += LINK.format(tail=tail, head=head, lines=lines)
    for number, lines in enumerate(flows):
        text += f'\n[[traffic]]\nid = "flow-{number}"\n{lines}\n'
    path = folder / "links.toml"
    path.write_text(text + end)
    return load(path)


def one(at_s: float, priority: str = "background", size_bytes: float = 1000.0, **more: Any) -> str:
    """A flow of one message, from a to b."""
    lines = (
        f'kind = "periodic"\ninterval_s = 1e6\nphase_s = {at_s}\n'
        f'size_bytes = {size_bytes}\npriority = "{priority}"'
    )
    return flow(lines, **more)


def poisson(rate_per_s: float, priority: str = "background", size_bytes: Any = 1000, **more: Any) -> str:
    """A Poisson flow, from a to b."""
    lines = f'kind = "poisson"\nrate_per_s = {rate_per_s}\nsize_bytes = {size_bytes}\npriority = "{priority}"'
    return flow(lines, **more)


def flow(lines: str, source: str = "a", destination: str = "b", more: str = "") -> str:
    """Lines of a flow with its ends."""
    return f'source = "{source}"\ndestination = "{destination}"\n{lines}\n{more}'


def run_links(scenario: Scenario, outages: dict[str, tuple[float, float | None]] | None = None) -> Any:
    """One replication with all tables of a network, on the SimPy engine."""
    output = run_replication(build_plan(scenario, outages), 0, tables=TABLES, engine="simpy")
    assert output.status == "ok", output.error
    return output


def fates(output: Any) -> pd.DataFrame:
    """Messages in the order of their flows, by flow number: when they arrived and what became of them."""
    messages = frame(output, "messages").sort_values(["traffic", "message"])
    return messages.set_index("traffic")[["delivered_s", "status", "attempts", "path"]]
