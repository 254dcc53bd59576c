"""Differences between two variants, paired by common random numbers.

Two variants run with the same seed share every draw of what they have in common, so the difference within a
replication varies far less than either of its terms; the interval of the mean difference rests on these
differences, not on the two means.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from warnpath.metrics.frames import REPLICATION, require
from warnpath.metrics.intervals import CONFIDENCE, Interval, clustered_mean_interval

KEY = (REPLICATION, "launch", "consumer")


def pair(
    first: pd.DataFrame, second: pd.DataFrame, columns: Sequence[str], key: Sequence[str] = KEY
) -> pd.DataFrame:
    """Put the rows of two tables side by side.

    Parameters
    ----------
    first, second : DataFrame
        Tables of the two variants, each row identified by `key`.
    columns : sequence of str
        Columns to take from both.
    key : sequence of str
        Columns that identify a row.

    Returns
    -------
    DataFrame
        One row per row of `first`, in its order; columns: `key`, and each of `columns` with the suffixes
        `_first` and `_second`.

    Raises
    ------
    ValueError
        If a row of one has no counterpart in the other, or two have the same key: then nothing is paired.
    """
    wanted = [*key, *columns]
    require(first, wanted, "pairing, first table")
    require(second, wanted, "pairing, second table")
    for name, table in (("first", first), ("second", second)):
        if table.duplicated(list(key)).any():
            row = table.loc[table.duplicated(list(key)), list(key)].iloc[0].to_dict()
            raise ValueError(
                f"pairing: the {name} table has two rows for {row}; give the columns that tell them apart"
            )
    both = first[wanted].merge(
        second[wanted], on=list(key), how="outer", suffixes=("_first", "_second"), indicator="_in"
    )
    alone = both.loc[both["_in"] != "both"]
    if len(alone):
        row = alone[list(key)].iloc[0].to_dict()
        side = "first" if alone["_in"].iloc[0] == "left_only" else "second"
        raise ValueError(
            f"pairing: {len(alone)} rows have no counterpart, first {row}, only in the {side} table; "
            "compare variants run with the same seed, replications, launches and consumers"
        )
    ordered = first[list(key)].merge(
        both.drop(columns="_in"), on=list(key), how="left", validate="one_to_one"
    )
    return ordered.reset_index(drop=True)


def paired_differences(
    first: pd.DataFrame,
    second: pd.DataFrame,
    column: str,
    by: Sequence[str] = (),
    key: Sequence[str] = KEY,
    confidence: float = CONFIDENCE,
) -> pd.DataFrame:
    """Mean difference second - first of a column, with its paired interval.

    With d the difference of a pair, mean(d) is over the pairs that have a value on both sides. Pairs of one
    replication are dependent; the interval is that of `clustered_mean_interval` over replications, and the
    ordinary paired t interval where each has one pair.

    Parameters
    ----------
    first, second : DataFrame
        Tables of the two variants.
    column : str
        Numeric column, for example ``margin_s``.
    by : sequence of str
        Columns of the key to group by; none for one row over everything.
    key : sequence of str
        Columns that identify a row; must contain `replication`.
    confidence : float
        Level of the interval.

    Returns
    -------
    DataFrame
        One row per group; columns: `by`, `replications` (with a pair compared), `pairs`, `n` (pairs with a
        value on both sides), `only_first`, `only_second` (pairs with a value on one side only, never silently
        dropped), `mean`, `ci_low`, `ci_high` (unit of the column).
    """
    pairs = pair(first, second, [column], key)
    before, after = pairs[f"{column}_first"], pairs[f"{column}_second"]
    pairs["_difference"] = after - before
    pairs["_only_first"] = before.notna() & after.isna()
    pairs["_only_second"] = before.isna() & after.notna()
    rows = []
    grouped = pairs.groupby(list(by), sort=False, observed=True) if by else [((), pairs)]
    for values, group in grouped:
        interval = difference_interval(group, "_difference", confidence)
        compared = group.loc[group["_difference"].notna(), REPLICATION]
        rows.append(
            dict(zip(by, values, strict=True))
            | {
                "replications": int(compared.nunique()),
                "pairs": len(group),
                "n": interval.n,
                "only_first": int(group["_only_first"].sum()),
                "only_second": int(group["_only_second"].sum()),
                "mean": interval.value,
                "ci_low": interval.low,
                "ci_high": interval.high,
            }
        )
    return pd.DataFrame(rows)


def difference_interval(
    pairs: pd.DataFrame, column: str, confidence: float = CONFIDENCE, replication: str = REPLICATION
) -> Interval:
    """Mean of a column of differences, with an interval over replications.

    Parameters
    ----------
    pairs : DataFrame
        Rows with a replication number; several rows of one replication are taken as dependent.
    column : str
        Column of differences; NaN is left out.
    confidence : float
        Level of the interval.
    replication : str
        Column that says which rows belong together.

    Returns
    -------
    Interval
        n = differences used.
    """
    _, cluster = np.unique(pairs[replication], return_inverse=True)
    values = pairs[column].to_numpy(dtype=np.float64)
    counted = ~np.isnan(values)
    sums = np.bincount(cluster, weights=np.where(counted, values, 0.0))
    return clustered_mean_interval(sums, np.bincount(cluster, weights=counted), confidence)
