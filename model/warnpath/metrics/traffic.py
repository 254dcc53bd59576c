"""What became of traffic: how much of it arrived, how long that took, and why the rest did not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from warnpath.metrics.frames import REPLICATION, leading_columns, require
from warnpath.metrics.intervals import CONFIDENCE, mean_intervals

REASONS = (
    "lost",
    "queue_full",
    "link_down",
    "node_down",
    "no_route",
    "expired",
    "superseded",
    "in_flight",
)
"""Why a message of traffic did not arrive, as columns of the `traffic` table."""


def traffic_totals(traffic: pd.DataFrame, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Traffic pooled over its sources and destinations, as means over replications.

    In a replication, arrived share = sum delivered / sum sent, and latency = sum (delivered x mean latency) /
    sum delivered, both over the flows of the traffic.

    Parameters
    ----------
    traffic : DataFrame
        Table `traffic`.
    confidence : float
        Level of the intervals.

    Returns
    -------
    DataFrame
        One row per traffic (and design point in a study); columns: `traffic`, `n` (replications), `flows`,
        `sent` and each of the reasons (messages, mean per replication), `arrived_share` with `share_low` and
        `share_high` (t interval over replications, kept within 0 to 1), `latency_s` with `ci_low` and
        `ci_high` (s; NaN where nothing arrived), and `latency_max_s` (largest of any replication).
    """
    by = [*leading_columns(traffic), "traffic"]
    counts = ("sent", "delivered", *REASONS)
    require(traffic, (*by, REPLICATION, *counts, "latency_mean_s", "latency_max_s"), "traffic totals")
    spent = (traffic["latency_mean_s"] * traffic["delivered"]).fillna(0.0)
    each = traffic.assign(_spent_s=spent, _flows=1)
    grouped = each.groupby([*by, REPLICATION], sort=False, observed=True)
    sums = grouped[[*counts, "_spent_s", "_flows"]].sum()
    sums["latency_max_s"] = grouped["latency_max_s"].max()
    sums["_share"] = sums["delivered"] / sums["sent"].where(sums["sent"] > 0)
    sums["_latency_s"] = sums["_spent_s"] / sums["delivered"].where(sums["delivered"] > 0)
    rows = []
    for values, group in sums.groupby(level=list(range(len(by))), sort=False):
        names = values if isinstance(values, tuple) else (values,)
        share = mean_intervals(group["_share"].to_numpy(dtype="float64"), confidence)
        latency = mean_intervals(group["_latency_s"].to_numpy(dtype="float64"), confidence)
        rows.append(
            dict(zip(by, names, strict=True))
            | {"n": len(group), "flows": int(group["_flows"].max())}
            | {name: float(group[name].mean()) for name in ("sent", *REASONS)}
            | {
                "arrived_share": float(share.mean),
                "share_low": float(np.clip(share.low, 0.0, 1.0)),
                "share_high": float(np.clip(share.high, 0.0, 1.0)),
                "latency_s": float(latency.mean),
                "ci_low": float(latency.low),
                "ci_high": float(latency.high),
                "latency_max_s": float(group["latency_max_s"].max()),
            }
        )
    measured = ("arrived_share", "share_low", "share_high", "latency_s", "ci_low", "ci_high", "latency_max_s")
    return pd.DataFrame(rows, columns=[*by, "n", "flows", "sent", *REASONS, *measured])
