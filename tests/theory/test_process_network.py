"""The engine against a process-style SimPy model written for itself: failures, repeats, priorities, at once.

Compared per class: the share of each fate, mean latency and its quantiles, each as the mean over independent
replications of both, in standard errors of the difference. Of 27 comparisons one exceeds 4 by chance in 600.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.process_network import ProcessNetwork
from warnpath.engine import build_plan
from warnpath.engine.run import run_replications
from warnpath.scenario import load

pytestmark = pytest.mark.unwatched

REPLICATIONS, SEEDS = 24, 5000
UNTIL_S, FROM_S, LAST_S = 4_000.0, 200.0, 3_700.0
"""Messages are compared that were made from when the network has filled until the fate of all is known."""
MAX_Z = 4.0
FATES = ("delivered", "lost", "queue_full", "link_down", "node_down", "expired")
CLASSES = ("warning", "track", "background")

SCENARIO = """
schema_version = 1
name = "processes"
[run]
replications = 1
duration_s = 4000
random_outages = true
outages_start = "equilibrium"
[medium.near]
capacity_kbps = 16
propagation_ms = 50
queue_limit = 20
loss = 0.15
retransmit = { timeout_s = 2, backoff = 2, max_attempts = 3 }
jitter = { kind = "exponential", mean_s = 0.3 }
[medium.far]
capacity_kbps = 12
propagation_ms = 250
queue_limit = 20
[medium.narrow]
capacity_kbps = 8
propagation_ms = 500
queue_limit = 5
mtbf_h = 0.1
mttr_h = 0.005
[medium.last]
capacity_kbps = 10
propagation_ms = 20
queue_limit = 8
preemptive = true
mtbf_h = 0.15
mttr_h = 0.003
"""
NODE = """
[[node]]
id = "{id}"
role = "relay"
nation = "US"
lat_deg = 0
lon_deg = 0
"""
DESK = """
servers = 2
service = { kind = "gamma", mean_s = 0.8, shape = 0.5 }
queue_limit = 4
mtbf_h = 0.2
mttr_h = 0.002
"""
LINK = """
[[link]]
id = "{medium}"
ends = ["{tail}", "{head}"]
medium = "{medium}"
duplex = false
"""
TRAFFIC = """
[[traffic]]
id = "{id}"
source = "{source}"
destination = "e"
{lines}
"""
WAYS = {"near": ("a", "c"), "far": ("b", "c"), "narrow": ("c", "d"), "last": ("d", "e")}
MAIL = (
    'kind = "poisson"\ninterval_s = 4\nsize_bytes = { kind = "exponential", mean_bytes = 1000 }\n'
    'priority = "background"'
)
FLOWS = {
    "warnings": ("a", 'kind = "poisson"\ninterval_s = 10\nsize_bytes = 250\npriority = "warning"'),
    "tracks": (
        "b",
        'kind = "periodic"\ninterval_s = 4\nsize_bytes = 500\nlifetime_s = 9\npriority = "track"',
    ),
    "mail": ("a", MAIL),
    "letters": ("b", MAIL),
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Messages of the compiled engine."""
    text = SCENARIO + "".join(NODE.format(id=name) + (DESK if name == "c" else "") for name in "abcde")
    for medium, (tail, head) in WAYS.items():
        text += LINK.format(medium=medium, tail=tail, head=head)
    for name, (source, lines) in FLOWS.items():
        text += TRAFFIC.format(id=name, source=source, lines=lines)
    path: Path = tmp_path_factory.mktemp("processes") / "processes.toml"
    path.write_text(text)
    pieces = []
    plan = build_plan(load(path))
    for output in run_replications(plan, range(REPLICATIONS), 7, ("messages",), "compiled"):
        assert output.status == "ok", output.error
        columns = output.columns["messages"]
        pieces.append(
            pd.DataFrame({name: columns[name] for name in ("created_s", "priority", "status", "latency_s")})
        )
    return compared(pieces)


def processes(count: int, **changes: object) -> pd.DataFrame:
    """Messages of the process-style model."""
    pieces = []
    for number in range(count):
        sent = ProcessNetwork(SEEDS + number, UNTIL_S, **changes).run()  # type: ignore[arg-type]
        rows = [(each.made_s, each.rank, each.status, each.latency_s) for each in sent]
        pieces.append(pd.DataFrame(rows, columns=["created_s", "priority", "status", "latency_s"]))
    return compared(pieces)


def compared(pieces: list[pd.DataFrame]) -> pd.DataFrame:
    """Quantities by replication; columns are pairs of class and quantity."""
    rows = []
    for piece in pieces:
        kept = piece[piece.created_s.between(FROM_S, LAST_S)]
        row: dict[tuple[str, str], float] = {}
        for rank, name in enumerate(CLASSES):
            mine = kept[kept.priority == rank]
            assert not (mine.status == "in_flight").any()
            row |= {(name, fate): (mine.status == fate).mean() for fate in FATES}
            arrived = mine.latency_s.dropna()
            row[name, "mean"] = arrived.mean()
            row |= {(name, f"p{share}"): np.percentile(arrived, share) for share in (50, 90, 99)}
        rows.append(row)
    return pd.DataFrame(rows)


def z_values(first: pd.DataFrame, second: pd.DataFrame) -> pd.Series:
    """Difference of the means in its standard errors; 0 where nothing ever varies."""
    errors = (first.var() / len(first) + second.var() / len(second)) ** 0.5
    return ((first.mean() - second.mean()) / errors.where(errors > 0.0, math.inf)).sort_values()


@pytest.fixture(scope="module")
def expected() -> pd.DataFrame:
    return processes(REPLICATIONS)


def test_the_network_is_hard_enough(expected: pd.DataFrame) -> None:
    means = expected.mean()
    for fate in ("lost", "queue_full", "link_down", "node_down"):
        assert means["background", fate] > 0.002, fate
    assert means["track", "expired"] > 0.01
    # Classes differ, and so do their means and tails.
    assert means["warning", "mean"] < 0.8 * means["background", "mean"]
    assert means["background", "p99"] > 3.0 * means["background", "p50"]


def test_the_engine_agrees_with_processes(engine: pd.DataFrame, expected: pd.DataFrame) -> None:
    z = z_values(engine, expected)
    assert z[z.abs() > MAX_Z].to_dict() == {}


@pytest.mark.parametrize("changes", [{"loss": 0.25}, {"interrupts": False}], ids=["loss", "preemption"])
def test_a_change_would_be_noticed(engine: pd.DataFrame, changes: dict[str, object]) -> None:
    z = z_values(engine, processes(REPLICATIONS // 2, **changes))
    assert z.abs().max() > MAX_Z
