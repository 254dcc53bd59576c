"""The summary of a run or a study: every figure with its interval, per launch and consumer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from warnpath.metrics.frames import PER_CONSUMER, REPLICATION, leading_columns, require
from warnpath.metrics.intervals import CONFIDENCE, mean_intervals, quantile_intervals
from warnpath.metrics.warning_time import warning_shares
from warnpath.results.schema import BUDGET_STAGES

MILESTONES = (
    "t_visible_s",
    "t_detected_s",
    "t_confirmed_s",
    "t_shared_s",
    "t_qualified_s",
    "t_decided_s",
    "t_delivered_s",
    "t_impact_s",
)
"""Milestones in the order in which the story is told, seconds after launch."""

MEASURES = ("latency_s", "margin_s", *MILESTONES, *BUDGET_STAGES, "floor_s", "stretch")
"""Columns of `warnings` that are summarised."""

QUANTILES = {"p05": 0.05, "p50": 0.50, "p95": 0.95, "p99": 0.99}
NEVER = {"latency_s": np.inf, "t_delivered_s": np.inf, "margin_s": -np.inf}
"""Value a needed warning that never came takes among the ranks of a quantile."""


def summarise(
    warnings: pd.DataFrame,
    by: Sequence[str] | None = None,
    measures: Sequence[str] = MEASURES,
    confidence: float = CONFIDENCE,
) -> pd.DataFrame:
    """Summarise the warnings over replications.

    Only needed warnings are summarised. The mean, its sd and its t interval are over those that have a value:
    those delivered, or for a milestone those that reached it; `n` says how many. Quantiles of latency and
    margin are over all needed ones, a warning that never came counting as the worst there is, so they are not
    made to look better by losing warnings; NaN where a quantile falls among these. Quantile intervals lie
    between order statistics; NaN where there are too few. The shares (`in_time_share`, ..., `quiet_share`)
    have their value in `mean` and a Clopper-Pearson interval.

    Parameters
    ----------
    warnings : DataFrame
        Table `warnings`, of one scenario or of a study.
    by : sequence of str, optional
        Columns to group by; launch, consumer and product by default, with the design point and the swept
        parameters of a study in front. There must be one warning per replication in a group.
    measures : sequence of str
        Numeric columns to summarise.
    confidence : float
        Level of the intervals.

    Returns
    -------
    DataFrame
        Table `summary`: one row per group and metric, groups in order of first appearance; columns: `by`,
        `metric`, `n`, `mean`, `sd`, `ci_low`, `ci_high`, and for each of p05, p50, p95, p99 the estimate,
        `_low` and `_high`; all in the unit of the metric.

    Raises
    ------
    ValueError
        If a column is missing, or a group has several warnings of one replication: these are not independent.
    """
    by = (*leading_columns(warnings), *PER_CONSUMER) if by is None else tuple(by)
    require(warnings, (*by, REPLICATION, *measures, "needed", "status"), "summary")
    doubled = warnings.duplicated([*by, REPLICATION])
    if doubled.any():
        row = warnings.loc[doubled, [*by, REPLICATION]].iloc[0].to_dict()
        raise ValueError(
            f"summary: several warnings of one replication in a group, first at {row}; "
            "group by launch and consumer"
        )
    heads = warnings.loc[:, list(by)].drop_duplicates(ignore_index=True)
    measured = _measured(warnings, by, measures, confidence)
    shares = warning_shares(warnings, by, confidence)
    shares["metric"] = shares["measure"] + "_share"
    shares = shares.rename(columns={"share": "mean"})
    shares["_order"] = shares.groupby(list(by), sort=False, observed=True).cumcount() + len(measures)
    shares["_group"] = shares.groupby(list(by), sort=False, observed=True).ngroup()
    columns = ["_group", "_order", "metric", "n", "mean", "ci_low", "ci_high"]
    table = pd.concat([measured, shares[columns]], ignore_index=True)
    table = table.sort_values(["_group", "_order"], kind="stable", ignore_index=True)
    front = heads.iloc[table["_group"].to_numpy()].reset_index(drop=True)
    return pd.concat([front, table.drop(columns=["_group", "_order"])], axis="columns")


def _measured(
    warnings: pd.DataFrame, by: tuple[str, ...], measures: Sequence[str], confidence: float
) -> pd.DataFrame:
    group = warnings.groupby(list(by), sort=False, observed=True).ngroup().to_numpy()
    order = np.argsort(group, kind="stable")
    finite, ranked = _values(warnings, measures)
    sizes = np.bincount(group)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    pieces = []
    # Groups of one size are computed together; there is mostly one size, the number of replications.
    for size in np.unique(sizes):
        chosen = np.flatnonzero(sizes == size)
        rows = order[starts[chosen][:, np.newaxis] + np.arange(size)]
        means = mean_intervals(np.moveaxis(finite[rows], 1, -1), confidence)
        columns: dict[str, npt.NDArray[np.generic]] = {
            "_group": np.repeat(chosen, len(measures)),
            "_order": np.tile(np.arange(len(measures)), len(chosen)),
            "metric": np.tile(np.array(measures, dtype=object), len(chosen)),
            "n": means.n.ravel(),
            "mean": means.mean.ravel(),
            "sd": means.sd.ravel(),
            "ci_low": means.low.ravel(),
            "ci_high": means.high.ravel(),
        }
        for name, probability in QUANTILES.items():
            ends = quantile_intervals(np.moveaxis(ranked[rows], 1, -1), probability, confidence)
            columns[name] = ends.value.ravel()
            columns[f"{name}_low"] = ends.low.ravel()
            columns[f"{name}_high"] = ends.high.ravel()
        pieces.append(pd.DataFrame(columns).astype({"metric": "str"}))
    return pd.concat(pieces, ignore_index=True)


def _values(
    warnings: pd.DataFrame, measures: Sequence[str]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Values, shape (rows, measures): for means (NaN: not counted) and for ranks (never: infinitely bad)."""
    needed = warnings["needed"].to_numpy(dtype=bool)
    never = (warnings["status"] == "never").to_numpy(dtype=bool) & needed
    finite = warnings[list(measures)].to_numpy(dtype=np.float64, copy=True)
    finite[~needed] = np.nan
    ranked = finite.copy()
    for name, worst in NEVER.items():
        if name in measures:
            ranked[never, list(measures).index(name)] = worst
    return finite, ranked
