"""Columns of the `pictures` table: what each C2 took in about each launch, and how old it was."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from warnpath.engine.output import Columns, columns_of
from warnpath.fusion import layout

if TYPE_CHECKING:
    from warnpath.engine.plan import Plan

_COUNTS = {
    "plots": layout.INSERTED,
    "replayed": layout.REPLAYED,
    "too_late": layout.TOO_LATE,
    "duplicates": layout.DUPLICATES,
    "refused": layout.REFUSED,
    "rejected": layout.REJECTED,
}
"""Columns that are counters of the track."""
_SCORES = ("ungated", "strays", "merges", "swaps", "unmatched", "report_strays", "report_swaps")
"""Columns that say how well the objects of several launches were told apart."""

_ORDER = ("c2", "launch", *_COUNTS, "unsound", *_SCORES, "reports", "age_mean_s", "age_max_s")


def pictures_columns(plan: Plan, world: Any) -> Columns:
    """One row per C2 and launch."""
    rows = []
    for picture in world.pictures:
        launch = world.launches[picture.launch]
        head = world.track_heads[picture.track] if picture.track >= 0 else [0] * layout.HEAD_COLUMNS
        mean_s, max_s = _age(picture, min(launch.at_s + launch.impact_s, world.end_s))
        rows.append(
            {
                "c2": plan.network.tables.node_ids[picture.node],
                "launch": plan.sensing.launch_ids[picture.launch],
                **{name: int(head[column]) for name, column in _COUNTS.items()},
                "unsound": picture.unsound,
                **{name: getattr(picture, name) for name in _SCORES},
                "reports": picture.reports_taken,
                "age_mean_s": mean_s,
                "age_max_s": max_s,
            }
        )
    return columns_of(rows, _ORDER)


def _age(picture: Any, end_s: float) -> tuple[float, float]:
    """Mean and largest age of the newest measurement from the first one until a time."""
    if picture.newest_s < 0.0:
        return math.nan, math.nan
    last_s = max(end_s - picture.newest_s, 0.0)
    area_s2 = picture.age_area_s2
    if end_s > picture.aged_s:
        before_s = picture.aged_s - picture.newest_s
        area_s2 += 0.5 * (last_s + before_s) * (last_s - before_s)
    span_s = end_s - picture.first_s
    return (area_s2 / span_s if span_s > 0.0 else math.nan), max(picture.age_peak_s, last_s)
