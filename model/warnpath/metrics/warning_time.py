"""Whether the warning came in time, and whether it was right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from warnpath.metrics.frames import PER_CONSUMER, REPLICATION, leading_columns, require
from warnpath.metrics.intervals import CONFIDENCE, share_intervals

STATUSES = ("in_time", "late", "never")
OUTCOMES = ("correct", "missed", "unneeded", "quiet")


def warning_shares(
    warnings: pd.DataFrame, by: Sequence[str] | None = None, confidence: float = CONFIDENCE
) -> pd.DataFrame:
    """Shares of warnings in time, late and never, and of correct, missed, unneeded and quiet ones.

    share = count / n. The shares in time, late and never are among the needed warnings; those of the outcomes
    are among all, needed or not. Either set adds up to 1. Intervals are Clopper-Pearson over replications;
    where a group has several warnings in a replication, these are taken to share one fate, which makes the
    interval too wide rather than too narrow.

    Parameters
    ----------
    warnings : DataFrame
        Table `warnings`.
    by : sequence of str, optional
        Columns to group by; launch, consumer and product by default, and the design point in a study.
    confidence : float
        Level of the intervals.

    Returns
    -------
    DataFrame
        One row per group and measure, groups in order of first appearance; columns: `by`, `measure`, `n`
        (warnings it is a share of), `count`, `share`, `ci_low`, `ci_high` (shares, NaN for n = 0).
    """
    by = (*leading_columns(warnings), *PER_CONSUMER) if by is None else tuple(by)
    require(warnings, (*by, REPLICATION, "status", "needed", "outcome"), "warning shares")
    needed = warnings["needed"].to_numpy(dtype=bool)
    rows = warnings.loc[:, [*by, REPLICATION]].assign(_needed=needed.astype("int64"), _all=1)
    for measure in STATUSES:
        rows[measure] = ((warnings["status"] == measure).to_numpy(dtype=bool) & needed).astype("int64")
    for measure in OUTCOMES:
        rows[measure] = (warnings["outcome"] == measure).to_numpy(dtype=bool).astype("int64")
    counted = ["_needed", "_all", *STATUSES, *OUTCOMES]
    # One row per group and replication first: replications are what is independent.
    clusters = rows.groupby([*by, REPLICATION], sort=False, observed=True)[counted].sum()
    clusters = clusters.assign(
        _needed_clusters=(clusters["_needed"] > 0).astype("int64"),
        _all_clusters=(clusters["_all"] > 0).astype("int64"),
    )
    groups = clusters.groupby(level=list(range(len(by))), sort=False).sum() if by else _whole(clusters)
    pieces = [_shares(groups, measure, order, confidence) for order, measure in enumerate(counted[2:])]
    table = pd.concat(pieces).sort_values(["_group", "_order"], kind="stable")
    table = table.reset_index() if by else table.reset_index(drop=True)
    return table.drop(columns=["_group", "_order"])


def _shares(groups: pd.DataFrame, measure: str, order: int, confidence: float) -> pd.DataFrame:
    """Share of one measure in every group, with its interval over the replications that count."""
    among = "_needed" if measure in STATUSES else "_all"
    n, count, size = groups[among], groups[measure], groups[f"{among}_clusters"]
    share = (count / n.where(n > 0)).fillna(0.0)
    ends = share_intervals(share * size, size, confidence)
    columns = {
        "measure": measure,
        "n": n,
        "count": count,
        "share": ends.value,
        "ci_low": ends.low,
        "ci_high": ends.high,
        "_group": np.arange(len(groups)),
        "_order": order,
    }
    return pd.DataFrame(columns, index=groups.index)


def _whole(clusters: pd.DataFrame) -> pd.DataFrame:
    return clusters.sum().to_frame().T
