"""Whether the warning came in time, and whether it was right."""

from __future__ import annotations

from collections.abc import Sequence

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
    needed = warnings["needed"].astype("bool")
    pieces = []
    for order, measure in enumerate((*STATUSES, *OUTCOMES)):
        of_needed = measure in STATUSES
        hit = warnings["status"] == measure if of_needed else warnings["outcome"] == measure
        among = needed if of_needed else pd.Series(True, index=warnings.index)
        piece = _shares(warnings, by, hit & among, among, confidence)
        piece.insert(len(by), "measure", measure)
        pieces.append(piece.assign(_order=order))
    table = pd.concat(pieces).sort_values(["_group", "_order"], kind="stable", ignore_index=True)
    return table.drop(columns=["_group", "_order"])


def _shares(
    warnings: pd.DataFrame,
    by: tuple[str, ...],
    hit: pd.Series[bool],
    among: pd.Series[bool],
    confidence: float,
) -> pd.DataFrame:
    rows = warnings.loc[:, [*by, REPLICATION]].assign(n=among.astype("int64"), count=hit.astype("int64"))
    # One row per group and replication first: replications are what is independent.
    clusters = rows.groupby([*by, REPLICATION], sort=False, observed=True)[["n", "count"]].sum()
    clusters["_clusters"] = (clusters["n"] > 0).astype("int64")
    table = clusters.groupby(level=list(range(len(by))), sort=False).sum() if by else _whole(clusters)
    share = (table["count"] / table["n"].where(table["n"] > 0)).fillna(0.0)
    ends = share_intervals(share * table["_clusters"], table["_clusters"], confidence)
    table = table.assign(share=ends.value, ci_low=ends.low, ci_high=ends.high).drop(columns="_clusters")
    table = table.reset_index() if by else table.reset_index(drop=True)
    return table.assign(_group=range(len(table)))


def _whole(clusters: pd.DataFrame) -> pd.DataFrame:
    return clusters.sum().to_frame().T
