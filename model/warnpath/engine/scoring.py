"""Which launch a picture, a warning and its milestones are scored under; after the run, by the truth.

A picture is of the launch that its track follows: see `handlers.association.score`. A warning counts for the
launch that its picture followed when it was sent. Where several pictures of a command post are of one launch,
the warning that was in hand first is the warning of that launch, and the others are redundant: they are no
second success. Where none was in hand, the picture that got farthest gives the milestones.
"""

from __future__ import annotations

import math
from typing import Any

from warnpath.engine.codes import ARRIVED_AT_CONSUMER, SENT, STAGES
from warnpath.engine.plan import Plan
from warnpath.fusion import layout

LEFT_OUT = (
    "sense",
    "confirm",
    "accuracy",
    "processing",
    "queueing",
    "transport",
    "retransmission",
    "outage",
    "release",
    "decision",
    "delivery",
)
"""Stages in the order in which they are left out of a budget that begins before its launch."""


def pictures_of(plan: Plan, world: Any) -> dict[tuple[int, int], list[int]]:
    """Pictures of every command post and launch, the one with the most plots first.

    Those that were confirmed come before those that were not, and an empty one stands for no launch.
    """
    found: dict[tuple[int, int], list[tuple[bool, int, float, int]]] = {}
    for p, picture in enumerate(world.pictures):
        if picture.follows >= 0:
            plots = int(world.track_heads[picture.track][layout.INSERTED]) if picture.track >= 0 else 0
            confirmed_s = picture.confirmed_s if picture.confirmed_s >= 0.0 else math.inf
            rank = (confirmed_s == math.inf, -plots, confirmed_s, p)
            found.setdefault((picture.node, picture.follows), []).append(rank)
    return {place: [rank[-1] for rank in sorted(ranks)] for place, ranks in found.items()}


def warnings_of(plan: Plan, world: Any) -> dict[int, list[int]]:
    """Warnings that were sent, by the row of `needs` that they are scored under, the first in hand first."""
    found: dict[int, list[tuple[float, float, int]]] = {}
    for x, warning in enumerate(world.warnings):
        if warning.state in (SENT, ARRIVED_AT_CONSUMER):
            in_hand_s = warning.delivered_s if warning.state == ARRIVED_AT_CONSUMER else math.inf
            stride = world.pictures[warning.picture].warning_count
            row = warning.need + warning.follows * stride
            found.setdefault(row, []).append((in_hand_s, warning.decided_s, x))
    return {row: [rank[-1] for rank in sorted(ranks)] for row, ranks in found.items()}


def scored_warnings(plan: Plan, world: Any) -> list[tuple[int, int]]:
    """For every row of `needs` the warning scored there, or -1, and how many others are in hand."""
    sent = warnings_of(plan, world)
    followed = pictures_of(plan, world)
    first_needs: dict[tuple[int, int], int] = {}
    for x, warning in enumerate(world.warnings):
        first_needs.setdefault((warning.picture, warning.need), x)
    found = []
    for row, need in enumerate(world.needs):
        if row in sent:
            in_hand = [x for x in sent[row] if world.warnings[x].state == ARRIVED_AT_CONSUMER]
            found.append((sent[row][0], max(len(in_hand) - 1, 0)))
            continue
        ranks: list[tuple[float, float, int, int]] = []
        for p in followed.get((need.node, need.launch), []):
            picture = world.pictures[p]
            x = first_needs.get((p, row - need.launch * picture.warning_count), -1)
            if x >= 0 and world.warnings[x].state not in (SENT, ARRIVED_AT_CONSUMER):
                qualified_s = world.warnings[x].qualified_s
                confirmed_s = picture.confirmed_s
                ranks.append(
                    (
                        qualified_s if qualified_s >= 0.0 else math.inf,
                        confirmed_s if confirmed_s >= 0.0 else math.inf,
                        len(ranks),
                        x,
                    )
                )
        found.append((min(ranks)[-1] if ranks else -1, 0))
    return found


def stages_from(world: Any, alert: Any, launch: int) -> dict[str, float]:
    """Budget of an alert, counted from a launch; it rests on a datum of another one, perhaps.

    Since an earlier launch more time has passed, and it went by until the object at hand was sensed. What
    lies before a later one is left out from the beginning of the chain, so that no stage is negative.
    """
    stages = {stage: float(getattr(alert, f"{stage}_s")) for stage in STAGES}
    shift = world.launches[alert.launch].at_s - world.launches[launch].at_s
    if shift >= 0.0:
        stages["sense"] += shift
        return stages
    left = -shift
    for stage in LEFT_OUT:
        part = min(left, stages[stage])
        stages[stage] -= part
        left -= part
    return stages
