"""Replications as the engine returns them, made up with known properties, for tests of tables and metrics."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from warnpath.results.schema import BUDGET_STAGES

# (consumer, product, c2, nation, deadline after launch in s; None: not in danger)
CONSUMERS = (
    ("jp-aomori", "area_alert", "jp-adc", "JP", 480.0),
    ("jp-naha", "area_alert", "jp-adc", "JP", None),
    ("jp-maritime", "launch_notice", "jp-adc", "JP", 860.0),
    ("kr-seoul", "area_alert", "kr-kamd", "KR", None),
    ("kr-maritime", "launch_notice", "kr-kamd", "KR", 860.0),
)
# Median seconds of each stage for an area alert; sums to about 240 s, as on 29 August 2017.
MEDIANS_S = (14.0, 4.5, 0.3, 0.6, 0.2, 0.1, 0.1, 3.0, 95.0, 110.0, 12.0)


@dataclass(frozen=True)
class Output:
    """A replication with the fields of the engine's output."""

    replication: int
    seed: int = 1
    status: str = "ok"
    error: str = ""
    wall_s: float = 0.25
    events: int = 1000
    log_hash: str = "00ff"
    columns: dict[str, dict[str, Any]] = field(default_factory=dict)


def outputs(
    replications: int = 6,
    *,
    launches: tuple[str, ...] = ("overflight",),
    delay_s: float = 0.0,
    never: float = 0.1,
) -> list[Output]:
    """Replications of a small scenario; `never`: share of warnings lost, `delay_s`: added to release."""
    return [
        Output(
            replication=number,
            wall_s=0.2 + 0.01 * number,
            events=1000 + number,
            log_hash=f"{number:016x}",
            columns={
                "warnings": warning_columns(number, launches, delay_s, never),
                "elements": element_columns(number),
            },
        )
        for number in range(replications)
    ]


def warning_columns(number: int, launches: tuple[str, ...], delay_s: float, never: float) -> dict[str, Any]:
    """Columns of `warnings` of one replication; the draws of a replication do not depend on `delay_s`."""
    draws = np.random.default_rng([2017, number])
    rows = [
        _warning(launch, consumer, draws, delay_s, never) for launch in launches for consumer in CONSUMERS
    ]
    return {name: _array([row[name] for row in rows]) for name in rows[0]}


def _warning(
    launch: str,
    consumer: tuple[str, str, str, str, float | None],
    draws: np.random.Generator,
    delay_s: float,
    never: float,
) -> dict[str, Any]:
    name, product, c2, nation, deadline = consumer
    stages = np.array(MEDIANS_S) * np.exp(0.25 * draws.standard_normal(len(MEDIANS_S)))
    lost = draws.uniform() < never
    notice = product == "launch_notice"
    if notice:
        stages[8] = 0.0
    stages[7] += delay_s
    budget = dict(zip(BUDGET_STAGES, stages.tolist(), strict=True))
    latency = float(sum(budget.values()))
    needed = deadline is not None
    delivered = needed and not lost
    in_time = delivered and latency <= (deadline or 0.0)
    detected = stages[0]
    confirmed = detected + stages[1]
    missing = float("nan")
    return {
        "launch": launch,
        "consumer": name,
        "product": product,
        "c2": c2,
        "nation": nation,
        "launched_at_s": 0.0,
        "t_visible_s": detected - 2.0,
        "t_detected_s": detected,
        "t_confirmed_s": confirmed,
        "t_shared_s": confirmed + 4.0 + delay_s,
        "t_qualified_s": missing if notice else confirmed + stages[8],
        "t_decided_s": latency - stages[10] if delivered else missing,
        "t_delivered_s": latency if delivered else missing,
        "t_impact_s": 860.0,
        "deadline_s": deadline if deadline is not None else 860.0,
        **{stage: value if delivered else missing for stage, value in budget.items()},
        "latency_s": latency if delivered else missing,
        "margin_s": (deadline or 0.0) - latency if delivered else missing,
        "status": "none" if not needed else "in_time" if in_time else "late" if delivered else "never",
        "needed": needed,
        "outcome": "correct" if delivered else "missed" if needed else "quiet",
        "revisions": 0,
        "withdrawals": 0,
        "redundant": 0,
        "gating_branch": "" if not delivered else "confirmed" if notice else "qualified",
        "gating_sensor": "jp-fps5-sado" if delivered else "",
        "path": "jp-fps5-sado>jp-adc" if delivered else "",
        "floor_s": 0.004,
        "stretch": 1.5,
    }


def element_columns(number: int) -> dict[str, Any]:
    """Columns of `elements` of one replication."""
    draws = np.random.default_rng([2023, number])
    elements = (
        ("jp-adc", "node", "command", "", 0.02),
        ("us-hub", "node", "hub", "", 0.05),
        ("usfj-hub-fibre", "link", "subsea_fibre", "us-usfj>us-hub", 0.12),
        ("usfj-hub-fibre", "link", "subsea_fibre", "us-hub>us-usfj", 0.08),
        ("usfk-hub-fibre", "link", "subsea_fibre", "us-usfk>us-hub", 0.11),
    )
    load = np.array([element[4] for element in elements]) * draws.uniform(0.9, 1.1, len(elements))
    count = len(elements)
    return {
        "element": _array([element[0] for element in elements]),
        "kind": _array([element[1] for element in elements]),
        "group": _array([element[2] for element in elements]),
        "direction": _array([element[3] for element in elements]),
        "utilisation": load,
        "mean_queue": load / 10.0,
        "max_queue": np.arange(1, count + 1),
        "messages": np.full(count, 200 + number),
        "dropped": np.zeros(count, dtype=np.int64),
        "lost": np.arange(count),
        "retransmissions": np.arange(count),
        "superseded": np.arange(count),
        "duplicates": np.arange(count),
        "availability_realised": np.ones(count),
        "availability_theoretical": np.full(count, 0.995),
    }


def _array(values: list[Any]) -> np.ndarray[Any, Any]:
    return np.array(values, dtype=object if isinstance(values[0], str) else None)
