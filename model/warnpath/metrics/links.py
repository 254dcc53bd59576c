"""Which links carry the load."""

from __future__ import annotations

import numpy as np
import pandas as pd

from warnpath.metrics.frames import REPLICATION, leading_columns, require
from warnpath.metrics.intervals import CONFIDENCE, mean_intervals

COUNTS = ("messages", "dropped", "lost", "retransmissions")


def busiest(
    elements: pd.DataFrame, kind: str = "link", top: int | None = None, confidence: float = CONFIDENCE
) -> pd.DataFrame:
    """Links (or nodes) pooled over replications, the busiest first.

    Parameters
    ----------
    elements : DataFrame
        Table `elements`.
    kind : {"link", "node"}
        Which elements.
    top : int, optional
        How many rows to return, per design point in a study; all by default.
    confidence : float
        Level of the interval.

    Returns
    -------
    DataFrame
        One row per element and direction, by falling mean utilisation (per design point in a study); columns:
        `element`, `direction`, `group`, `n` (replications), `utilisation` with `ci_low` and `ci_high`
        (t interval over replications, kept within 0 to 1) and `max_utilisation` (shares of time),
        `mean_queue` (messages), `max_queue` (largest of any replication), and `messages`, `dropped`, `lost`,
        `retransmissions` (means per replication).
    """
    by = (*leading_columns(elements), "element", "direction", "group")
    measured = ("utilisation", "mean_queue", "max_queue", *COUNTS)
    require(elements, (*by, REPLICATION, "kind", *measured), "busiest links")
    if kind not in ("link", "node"):
        raise ValueError(f"kind of element is {kind!r}; expected link or node")
    chosen = elements.loc[elements["kind"] == kind]
    grouped = chosen.groupby(list(by), sort=True, observed=True)
    utilisation = np.full((grouped.ngroups, int(grouped.size().max()) if len(chosen) else 0), np.nan)
    utilisation[grouped.ngroup(), grouped.cumcount()] = chosen["utilisation"]
    load = mean_intervals(utilisation, confidence)
    means = grouped[["mean_queue", *COUNTS]].mean()
    maxima = grouped[["utilisation", "max_queue"]].max()
    columns = {
        "n": grouped[REPLICATION].nunique(),
        "utilisation": load.mean,
        "ci_low": np.maximum(load.low, 0.0),
        "ci_high": np.minimum(load.high, 1.0),
        "max_utilisation": maxima["utilisation"],
        "mean_queue": means["mean_queue"],
        "max_queue": maxima["max_queue"],
        **{name: means[name] for name in COUNTS},
    }
    table = pd.DataFrame(columns, index=means.index).reset_index()
    front = list(by[:-3])
    table = table.sort_values(
        [*front, "utilisation"], ascending=[True] * len(front) + [False], kind="stable", ignore_index=True
    )
    if top is None:
        return table
    return table.groupby(front, sort=False).head(top) if front else table.head(top)
