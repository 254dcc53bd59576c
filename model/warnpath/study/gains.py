"""Warning time gained over a reference, paired by common random numbers.

The gain in latency is the reference's minus one's own: positive is earlier. It is over warnings delivered
both times; a warning that only one side delivers has no difference and is counted apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from warnpath.study.errors import StudyError

if TYPE_CHECKING:
    import pandas as pd

LATENCY_GAIN = "latency_gain_s"
NEWLY_WARNED = "newly_warned_share"
NEWLY_NEVER = "newly_never_share"
GAIN_METRICS = (LATENCY_GAIN, NEWLY_WARNED, NEWLY_NEVER)

_KEY = ("replication", "launch", "consumer", "product", "nation")


def gain_metrics(
    warnings: pd.DataFrame,
    reference: pd.DataFrame,
    reference_of: Sequence[int],
    by: Sequence[str] = ("launch", "consumer", "product"),
) -> pd.DataFrame:
    """Gains of every point over its reference point.

    Parameters
    ----------
    warnings, reference : DataFrame
        Tables `warnings` of the study and of its reference, both with a column `point`.
    reference_of : sequence of int
        Number of the reference point of each point.
    by : sequence of str
        Columns to group by, among launch, consumer, product and nation.

    Returns
    -------
    DataFrame
        Columns `point`, `by`, `metric`, `n`, `mean`, `ci_low`, `ci_high`; three rows per group:
        ``latency_gain_s`` (s; n = warnings delivered both times), ``newly_warned_share`` and
        ``newly_never_share`` (of the needed warnings: delivered here and never there, and the reverse).

    Raises
    ------
    StudyError
        If the reference warns of other launches or other consumers.
    """
    import pandas as pd

    counterparts = dict(iter(reference.groupby("point", sort=True)))
    rows: list[dict[str, Any]] = []
    for number, own in warnings.groupby("point", sort=True):
        other = counterparts.get(reference_of[int(str(number))])
        if other is None:  # every replication of the reference failed
            continue
        rows.extend({"point": int(str(number)), **values} for values in _gains(own, other, by))
    return pd.DataFrame(rows)


def _gains(own: pd.DataFrame, other: pd.DataFrame, by: Sequence[str]) -> list[dict[str, Any]]:
    from warnpath.metrics.pairing import paired_differences

    # A replication that failed on one side has no counterpart.
    both = set(own["replication"]) & set(other["replication"])
    own, other = (
        _plain(table.loc[table["replication"].isin(both) & table["needed"]]) for table in (own, other)
    )
    if own.empty:
        return []
    try:
        table = paired_differences(own, other, "latency_s", by=by, key=_KEY)
    except ValueError as error:
        raise StudyError(f"the reference cannot be compared: {error}") from error
    rows = []
    for row in table.to_dict(orient="records"):
        group = {name: row[name] for name in by}
        figures = {name: row[name] for name in ("n", "mean", "ci_low", "ci_high")}
        rows.append({**group, "metric": LATENCY_GAIN, **figures})
    rows.extend(_shares(own, other, by))
    return rows


def _shares(own: pd.DataFrame, other: pd.DataFrame, by: Sequence[str]) -> list[dict[str, Any]]:
    from warnpath.metrics.intervals import clustered_share_interval
    from warnpath.metrics.pairing import pair

    pairs = pair(own, other, ["latency_s"], _KEY)
    missing_here, missing_there = pairs["latency_s_first"].isna(), pairs["latency_s_second"].isna()
    pairs[NEWLY_WARNED] = missing_there & ~missing_here
    pairs[NEWLY_NEVER] = missing_here & ~missing_there
    rows = []
    for values, group in pairs.groupby(list(by), sort=False):
        front = dict(zip(by, values, strict=True))
        for metric in (NEWLY_WARNED, NEWLY_NEVER):
            counted = group.groupby("replication")[metric]
            share = clustered_share_interval(counted.sum(), counted.size())
            figures = {"n": share.n, "mean": share.value, "ci_low": share.low, "ci_high": share.high}
            rows.append({**front, "metric": metric, **figures})
    return rows


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Names as text: a categorical would group by values that do not occur."""
    return table.astype({"product": "str"})
