"""Columns of the `traffic` table: what became of the messages of every flow, in counts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from warnpath.engine.output import Columns, columns_of

if TYPE_CHECKING:
    from warnpath.engine.plan import Plan


def traffic_columns(plan: Plan, world: Any) -> Columns:
    """One row per flow of traffic: what became of its messages."""
    nodes = plan.network.tables.node_ids
    rows = []
    for name, flow in zip(plan.traffic.traffic_ids, world.traffic, strict=True):
        ended = flow.delivered + sum(getattr(flow, reason) for reason in TRAFFIC_REASONS)
        mean_s = flow.latency_total_s / flow.delivered if flow.delivered else math.nan
        variance = (
            max(flow.latency_square_s / flow.delivered - mean_s * mean_s, 0.0) if flow.delivered else math.nan
        )
        rows.append(
            {
                "traffic": name,
                "source": nodes[flow.source],
                "destination": nodes[flow.destination],
                "priority": flow.priority,
                "sent": flow.sent,
                "delivered": flow.delivered,
                **{reason: getattr(flow, reason) for reason in TRAFFIC_REASONS},
                "in_flight": flow.sent - ended,
                "duplicates": flow.duplicates,
                "latency_mean_s": mean_s,
                "latency_sd_s": math.sqrt(variance),
                "latency_max_s": flow.latency_max_s if flow.delivered else math.nan,
            }
        )
    return columns_of(rows, TRAFFIC_COLUMNS)


TRAFFIC_REASONS = ("lost", "queue_full", "link_down", "node_down", "no_route", "expired", "superseded")
TRAFFIC_COLUMNS = (
    "traffic",
    "source",
    "destination",
    "priority",
    "sent",
    "delivered",
    *TRAFFIC_REASONS,
    "in_flight",
    "duplicates",
    "latency_mean_s",
    "latency_sd_s",
    "latency_max_s",
)
