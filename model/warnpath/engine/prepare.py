"""A fresh world with its keys, scan phases and recorders, ready for a scheduler."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from warnpath.engine.entities import TRACE_POOLS
from warnpath.engine.plan import Plan
from warnpath.engine.sensing_draws import draw_sensing
from warnpath.engine.state import ensure_capacity, new_world
from warnpath.engine.trace_entities import TABLE_OF
from warnpath.engine.world import World


def prepare(
    plan: Plan,
    replication: int,
    seed: int,
    tables: Collection[str],
    entity_classes: dict[str, Any] | None = None,
) -> World:
    """World of one replication, ready for a scheduler.

    Parameters
    ----------
    plan : Plan
    replication, seed : int
    tables : collection of str
        Tables that will be asked for; those that cost memory are recorded only then.
    entity_classes : dict, optional
        Classes to use instead of the plain ones, for example checked ones.
    """
    world = new_world(plan, entity_classes)
    w: Any = world
    plan.streams.apply(world, seed, replication)
    draws = draw_sensing(plan, replication, seed)
    for place, pair in enumerate(w.pairs):
        pair.phase_s = draws.phases_s[place]
        pair.scan, pair.last_scan = draws.scans[place]
        pair.opens_s, pair.closes_s = draws.windows_s[place]
        pair.visible_s = draws.visible_s[place]
    for launch, burnout_s, impact_s in zip(w.launches, draws.burnout_s, draws.impact_s, strict=True):
        launch.burnout_s, launch.impact_s = burnout_s, impact_s
    w.end_s = w.stop_s = draws.end_s
    for name, array in draws.arrays.items():
        setattr(world, name, array)
    w.keep_messages = int("messages" in tables or "hops" in tables)
    for name in TRACE_POOLS:
        setattr(w, f"{name}_on", int(TABLE_OF[name] in tables))
    w.tracing = int(any(TABLE_OF[name] in tables for name in TRACE_POOLS))
    ensure_capacity(world)
    return world
