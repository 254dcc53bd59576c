"""A fresh world with its keys, scan phases and recorders, ready for a scheduler."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

from warnpath.engine.entities import TRACE_POOLS
from warnpath.engine.plan import Plan
from warnpath.engine.random_streams import stream_key, uniform
from warnpath.engine.state import ensure_capacity, new_world
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
    phases = [
        sensor.period_s * uniform(stream_key(key, seed, replication), 0, 0)
        for sensor, key in zip(w.sensors, plan.sensing.phase_keys, strict=True)
    ]
    for pair, (begin_s, end_s) in zip(w.pairs, plan.sensing.windows_s, strict=True):
        sensor, launch = w.sensors[pair.sensor], w.launches[pair.launch]
        pair.phase_s = phases[pair.sensor]
        pair.scan = math.ceil((launch.at_s + begin_s - pair.phase_s) / sensor.period_s)
        pair.last_scan = math.floor((launch.at_s + end_s - pair.phase_s) / sensor.period_s)
    w.keep_messages = int("messages" in tables or "hops" in tables)
    for name in TRACE_POOLS:
        setattr(w, f"{name}_on", int(name in tables))
    w.tracing = int(any(name in tables for name in TRACE_POOLS))
    ensure_capacity(world)
    return world
