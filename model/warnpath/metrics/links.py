"""Which links carry the load."""

from __future__ import annotations

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
    rows = []
    for values, group in chosen.groupby(list(by), sort=True, observed=True):
        load = mean_intervals(group["utilisation"].to_numpy(dtype="float64"), confidence)
        rows.append(
            dict(zip(by, values, strict=True))
            | {
                "n": int(group[REPLICATION].nunique()),
                "utilisation": float(load.mean),
                "ci_low": max(0.0, float(load.low)) if load.low == load.low else float("nan"),
                "ci_high": min(1.0, float(load.high)) if load.high == load.high else float("nan"),
                "max_utilisation": float(group["utilisation"].max()),
                "mean_queue": float(group["mean_queue"].mean()),
                "max_queue": int(group["max_queue"].max()),
            }
            | {name: float(group[name].mean()) for name in COUNTS}
        )
    load_columns = ("n", "utilisation", "ci_low", "ci_high", "max_utilisation", "mean_queue", "max_queue")
    columns = [*by, *load_columns, *COUNTS]
    table = pd.DataFrame(rows, columns=columns)
    front = list(by[:-3])
    table = table.sort_values(
        [*front, "utilisation"], ascending=[True] * len(front) + [False], kind="stable", ignore_index=True
    )
    if top is None:
        return table
    return table.groupby(front, sort=False).head(top) if front else table.head(top)
