"""Warning time gained over a reference, paired by common random numbers.

The gain in latency is the reference's minus one's own: positive is earlier. It is over warnings delivered
both times; a warning that only one side delivers has no difference and is counted apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from warnpath.metrics.intervals import Interval, clustered_mean_interval, clustered_share_interval
from warnpath.study.errors import StudyError

if TYPE_CHECKING:
    import pandas as pd

Numbers = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]

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

    own, other = _Warnings.of_both(warnings, reference)
    names = list(by)
    groups = pd.concat([warnings[names], reference[names]], ignore_index=True).astype("str")
    group = groups.groupby(names, sort=False).ngroup().to_numpy()[: len(warnings)]
    values = groups.drop_duplicates().to_dict(orient="records")
    counterparts = other.by_point()
    rows: list[dict[str, Any]] = []
    for number, here in own.by_point().items():
        there = counterparts.get(reference_of[number])
        if there is None:  # every replication of the reference failed
            continue
        # A replication that failed on one side has no counterpart.
        mine = own.needed(here, other.replication[there])
        theirs = other.needed(there, own.replication[here])
        if not len(mine):
            continue
        if not _are_paired(own.key[mine], other.key[theirs]):
            raise _unpaired(warnings.iloc[mine], reference.iloc[theirs])
        # The same warnings, in the order of mine.
        theirs = theirs[np.argsort(other.key[theirs])][np.argsort(np.argsort(own.key[mine]))]
        pairs = _Pairs(own.replication[mine], own.latency_s[mine], other.latency_s[theirs])
        _, first = np.unique(group[mine], return_index=True)
        found = [(values[code], pairs.of(group[mine] == code)) for code in group[mine][np.sort(first)]]
        rows += [{"point": number, **front, **chosen.gain()} for front, chosen in found]
        rows += [{"point": number, **front, **share} for front, chosen in found for share in chosen.shares()]
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class _Warnings:
    """Columns of a table `warnings` as arrays; `key` is the number of what identifies a warning."""

    point: Numbers
    replication: Numbers
    key: Numbers
    is_needed: npt.NDArray[np.bool_]
    latency_s: Values

    @classmethod
    def of_both(cls, warnings: pd.DataFrame, reference: pd.DataFrame) -> tuple[_Warnings, _Warnings]:
        """Two tables, with the same number for the same warning."""
        import pandas as pd

        keys = pd.concat([table[list(_KEY)].astype({"product": "str"}) for table in (warnings, reference)])
        key = np.asarray(keys.groupby(list(_KEY), sort=False).ngroup(), dtype=np.int64)
        return cls._of(warnings, key[: len(warnings)]), cls._of(reference, key[len(warnings) :])

    @classmethod
    def _of(cls, table: pd.DataFrame, key: Numbers) -> _Warnings:
        return cls(
            table["point"].to_numpy(dtype=np.int64),
            table["replication"].to_numpy(dtype=np.int64),
            key,
            table["needed"].to_numpy(dtype=np.bool_),
            table["latency_s"].to_numpy(dtype=np.float64),
        )

    def by_point(self) -> dict[int, Numbers]:
        """Rows of every point, points in order."""
        order = np.argsort(self.point, kind="stable")
        points, first = np.unique(self.point[order], return_index=True)
        return dict(zip(points.tolist(), np.split(order, first[1:]), strict=True))

    def needed(self, rows: Numbers, replications: Numbers) -> Numbers:
        """Those of some rows whose warning is needed, in replications that are among others."""
        return rows[self.is_needed[rows] & np.isin(self.replication[rows], replications)]


def _are_paired(keys: Numbers, keys_there: Numbers) -> bool:
    """Whether every warning is there once on both sides."""
    known = np.sort(keys)
    return np.array_equal(known, np.sort(keys_there)) and not (np.diff(known) == 0).any()


def _unpaired(own: pd.DataFrame, other: pd.DataFrame) -> StudyError:
    """What keeps the warnings of two sides from being compared."""
    from warnpath.metrics.pairing import pair

    try:
        pair(own, other, ["latency_s"], _KEY)
    except ValueError as error:
        return StudyError(f"the reference cannot be compared: {error}")
    return StudyError("the reference cannot be compared: its warnings are not those of the study")


@dataclass(frozen=True)
class _Pairs:
    """Needed warnings and the same ones of the reference."""

    replication: Numbers
    latency_s: Values
    latency_there_s: Values

    def of(self, chosen: npt.NDArray[np.bool_]) -> _Pairs:
        """Some of the pairs."""
        return _Pairs(self.replication[chosen], self.latency_s[chosen], self.latency_there_s[chosen])

    def gain(self) -> dict[str, Any]:
        """Mean gain of the warnings delivered both times."""
        gain_s = self.latency_there_s - self.latency_s
        counted = ~np.isnan(gain_s)
        sums = self._per_replication(np.where(counted, gain_s, 0.0))
        return _figures(LATENCY_GAIN, clustered_mean_interval(sums, self._per_replication(counted)))

    def shares(self) -> list[dict[str, Any]]:
        """Shares of the warnings delivered one time only."""
        missing, missing_there = np.isnan(self.latency_s), np.isnan(self.latency_there_s)
        trials = self._per_replication(np.ones(len(missing)))
        only = {NEWLY_WARNED: missing_there & ~missing, NEWLY_NEVER: missing & ~missing_there}
        return [
            _figures(metric, clustered_share_interval(self._per_replication(happened), trials))
            for metric, happened in only.items()
        ]

    def _per_replication(self, values: npt.NDArray[Any]) -> Values:
        """Sums over the pairs of each replication."""
        _, cluster = np.unique(self.replication, return_inverse=True)
        return np.bincount(cluster, weights=values).astype(np.float64)


def _figures(metric: str, found: Interval) -> dict[str, Any]:
    return {
        "metric": metric,
        "n": found.n,
        "mean": found.value,
        "ci_low": found.low,
        "ci_high": found.high,
    }
