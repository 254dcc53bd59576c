"""What command posts took in, left out and mistook: counts of the table of pictures."""

from __future__ import annotations

import pandas as pd

from warnpath.metrics.frames import REPLICATION, groups, leading_columns, require, with_types_of

LEFT_OUT = ("too_late", "duplicates", "refused", "rejected", "unsound")
"""What the filter and the fusion left out, and said so."""
MISTAKEN = (
    "ungated",
    "strays",
    "merges",
    "swaps",
    "redundant",
    "false_starts",
    "unmatched",
    "report_strays",
    "report_swaps",
)
"""How well the objects of several launches were told apart."""
COUNTS = ("plots", "replayed", *LEFT_OUT, "reports", *MISTAKEN)
"""Counts of the table of pictures, as columns there."""


def picture_counts(pictures: pd.DataFrame) -> pd.DataFrame:
    """Counts of every command post over all launches, as means over replications.

    Parameters
    ----------
    pictures : DataFrame
        Table `pictures`.

    Returns
    -------
    DataFrame
        One row per command post, in order of first appearance; columns: those of the design point, `c2`, `n`
        (replications), and every name in `COUNTS`: the sum over the launches of a replication, its mean over
        replications.
    """
    require(pictures, (REPLICATION, "c2", *COUNTS), "picture_counts")
    by = (*leading_columns(pictures), "c2")
    rows = []
    for key, group in groups(pictures, by):
        totals = group.groupby(REPLICATION)[list(COUNTS)].sum()
        rows.append({**key, "n": len(totals), **{str(k): float(v) for k, v in totals.mean().items()}})
    return with_types_of(pd.DataFrame(rows, columns=[*by, "n", *COUNTS]), pictures, by)
