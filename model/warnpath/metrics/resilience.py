"""What the failure of an element costs in warning time.

Every failed run is paired with its undisturbed twin of the same seed, so the difference is the failure's
doing and not chance. A warning that never comes has no latency: it is counted, never averaged.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from warnpath.metrics.frames import REPLICATION, require
from warnpath.metrics.intervals import CONFIDENCE, Interval, clustered_share_interval
from warnpath.metrics.pairing import KEY, difference_interval, pair

COLUMNS = ("margin_s", "status", "needed")


def failure_costs(
    undisturbed: pd.DataFrame, failed: pd.DataFrame, elements: pd.DataFrame, confidence: float = CONFIDENCE
) -> pd.DataFrame:
    """Cost of the failure of each element: the table `failures`.

    margin_cost = mean(margin undisturbed - margin failed) over the needed warnings delivered both times.

    Parameters
    ----------
    undisturbed : DataFrame
        Table `warnings` of the undisturbed runs.
    failed : DataFrame
        The same with a column `element` in front: the element that was down. Each element must have the same
        replications, launches and consumers as the undisturbed runs.
    elements : DataFrame
        Columns `element`, `kind` (node or link) and `group` (class or role, medium), one row per element in
        `failed`.
    confidence : float
        Level of the intervals.

    Returns
    -------
    DataFrame
        One row per failed element, worst group first and within it the worst element first; columns as in the
        schema of `failures`: `margin_cost_s` with `ci_low` and `ci_high` (s, positive: time is lost), counts
        and shares of the warnings that are newly never and newly late with their intervals. Worse is: more
        newly never, then more newly late, then more time lost.
    """
    pairs = _paired(undisturbed, failed, elements)
    rows = _costs(pairs, ("kind", "group", "element"), confidence)
    ranks = _costs(pairs, ("kind", "group"), confidence)
    ranks["group_rank"] = np.arange(1, len(ranks) + 1)
    table = rows.merge(ranks[["kind", "group", "group_rank"]], on=["kind", "group"], how="left")
    table = table.sort_values("group_rank", kind="stable", ignore_index=True)
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    table.insert(1, "group_rank", table.pop("group_rank"))
    return table


def group_costs(
    undisturbed: pd.DataFrame,
    failed: pd.DataFrame,
    elements: pd.DataFrame,
    by: Sequence[str] = ("kind", "group"),
    confidence: float = CONFIDENCE,
) -> pd.DataFrame:
    """Cost of losing one element of a class: as `failure_costs`, over all elements of a group.

    Parameters
    ----------
    undisturbed, failed, elements, confidence
        As in `failure_costs`.
    by : sequence of str
        Columns to group by: of `elements`, or `launch` and `consumer`.

    Returns
    -------
    DataFrame
        One row per group, worst first; columns: `rank`, `by`, `elements` (number in the group), and those of
        `failure_costs`. Elements of a group share their replications, and the intervals take account of it.
    """
    table = _costs(_paired(undisturbed, failed, elements), tuple(by), confidence)
    table.insert(0, "rank", np.arange(1, len(table) + 1))
    return table


def _paired(undisturbed: pd.DataFrame, failed: pd.DataFrame, elements: pd.DataFrame) -> pd.DataFrame:
    require(failed, ("element",), "failures, failed runs")
    require(elements, ("element", "kind", "group"), "failures, elements")
    missing = sorted(set(failed["element"]) - set(elements["element"]))
    if missing:
        raise ValueError(f"failures: no kind and group given for {', '.join(missing)}")
    if failed.empty:
        raise ValueError("failures: there is no failed run to compare")
    pairs = _side_by_side(undisturbed, failed)
    # What happened to the missile does not depend on the network, so both sides agree on who was in danger.
    pairs = pairs.loc[pairs["needed_first"].astype("bool")]
    classes = elements[["element", "kind", "group"]].astype("object").astype("str")
    pairs = pairs.astype({"element": "str"}).merge(classes, on="element", how="left", validate="many_to_one")
    before, after = pairs["status_first"].astype("str"), pairs["status_second"].astype("str")
    return pairs.assign(
        cost_s=pairs["margin_s_first"] - pairs["margin_s_second"],
        newly_never=(before != "never") & (after == "never"),
        newly_late=(before == "in_time") & (after == "late"),
        newly_delivered=(before == "never") & (after != "never"),
    )


def _side_by_side(undisturbed: pd.DataFrame, failed: pd.DataFrame) -> pd.DataFrame:
    """Every failed row beside its undisturbed one, elements in order."""
    wanted = [*KEY, *COLUMNS]
    failed = failed.assign(element=failed["element"].astype("str"))
    pairs = failed[["element", *wanted]].merge(
        undisturbed[wanted], on=list(KEY), how="left", suffixes=("_second", "_first"), indicator="_in"
    )
    rows = pairs.groupby("element", observed=True).size()
    whole = (
        (rows == len(undisturbed)).all()
        and (pairs["_in"] == "both").all()
        and not undisturbed.duplicated(list(KEY)).any()
        and not failed.duplicated(["element", *KEY]).any()
    )
    if whole:
        return pairs.drop(columns="_in").sort_values("element", kind="stable", ignore_index=True)
    # Something has no counterpart; pairing element by element says what and where.
    pieces = []
    for element, piece in failed.groupby("element", sort=True, observed=True):
        try:
            pieces.append(pair(undisturbed, piece, COLUMNS, KEY).assign(element=element))
        except ValueError as error:
            raise ValueError(f"failure of {element}: {error}") from error
    return pd.concat(pieces, ignore_index=True)


def _costs(pairs: pd.DataFrame, by: tuple[str, ...], confidence: float) -> pd.DataFrame:
    rows = []
    for values, group in pairs.groupby(list(by), sort=True, observed=True):
        rows.append(dict(zip(by, values, strict=True)) | _cost(group, "element" not in by, confidence))
    table = pd.DataFrame(rows)
    # No pair to compare means every warning was lost: among equals in what is newly never, nothing is worse.
    table["_cost"] = table["margin_cost_s"].fillna(np.inf)
    order = ["newly_never_share", "newly_late_share", "_cost"]
    table = table.sort_values(order, ascending=False, kind="stable", ignore_index=True)
    return table.drop(columns="_cost")


def _cost(group: pd.DataFrame, several: bool, confidence: float) -> dict[str, Any]:
    cost = difference_interval(group, "cost_s", confidence)
    never = _share(group, "newly_never", confidence)
    late = _share(group, "newly_late", confidence)
    return ({"elements": int(group["element"].nunique())} if several else {}) | {
        "n": int(group[REPLICATION].nunique()),
        "needed": len(group),
        "compared": cost.n,
        "margin_cost_s": cost.value,
        "ci_low": cost.low,
        "ci_high": cost.high,
        "newly_never": int(group["newly_never"].sum()),
        "newly_never_share": never.value,
        "newly_never_share_low": never.low,
        "newly_never_share_high": never.high,
        "newly_late": int(group["newly_late"].sum()),
        "newly_late_share": late.value,
        "newly_late_share_low": late.low,
        "newly_late_share_high": late.high,
        "newly_delivered": int(group["newly_delivered"].sum()),
    }


def _share(group: pd.DataFrame, column: str, confidence: float) -> Interval:
    _, cluster = np.unique(group[REPLICATION], return_inverse=True)
    sums = np.bincount(cluster, weights=group[column])
    return clustered_share_interval(sums, np.bincount(cluster), confidence)
