"""Columns of the `pictures` table: what each C2 took in about each launch, and how old it was."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from warnpath.engine.output import Columns, columns_of
from warnpath.engine.scoring import pictures_of
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
_SCORES = ("unsound", "strays", "merges", "swaps", "report_strays", "report_swaps")
"""Columns that are counts of a picture: how well the objects of several launches were told apart."""
_COUNTED = ("false_starts", "ungated", "unmatched")
"""Columns that are counts of a command post and a launch."""

_ORDER = (
    "c2",
    "launch",
    *_COUNTS,
    "unsound",
    "ungated",
    "strays",
    "merges",
    "swaps",
    "redundant",
    "false_starts",
    "unmatched",
    "report_strays",
    "report_swaps",
    "reports",
    "age_mean_s",
    "age_max_s",
)


def pictures_columns(plan: Plan, world: Any) -> Columns:
    """One row per C2 and launch."""
    rows = []
    followed = pictures_of(plan, world)
    centres = [picture for picture in world.pictures if picture.slot == 0]
    for centre in centres:
        for number, launch in enumerate(world.launches):
            mine = [world.pictures[p] for p in followed.get((centre.node, number), [])]
            heads = [world.track_heads[picture.track] for picture in mine if picture.track >= 0]
            score = world.scores[centre.first_score + number]
            mean_s, max_s = math.nan, math.nan
            if mine:
                mean_s, max_s = _age(mine[0], min(launch.at_s + launch.impact_s, world.end_s))
            confirmed = sum(picture.confirmed_s >= 0.0 for picture in mine)
            rows.append(
                {
                    "c2": plan.network.tables.node_ids[centre.node],
                    "launch": plan.sensing.launch_ids[number],
                    **{name: sum(int(head[column]) for head in heads) for name, column in _COUNTS.items()},
                    **{name: sum(getattr(picture, name) for picture in mine) for name in _SCORES},
                    **{name: getattr(score, name) for name in _COUNTED},
                    "redundant": max(confirmed - 1, 0),
                    "reports": sum(picture.reports_taken for picture in mine),
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
        before_s = max(picture.aged_s - picture.newest_s, 0.0)
        area_s2 += 0.5 * (last_s + before_s) * (last_s - before_s)
    span_s = end_s - picture.first_s
    return (area_s2 / span_s if span_s > 0.0 else math.nan), max(picture.age_peak_s, last_s)
