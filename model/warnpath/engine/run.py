"""One replication: a fresh world with its keys and phases, a scheduler, and the columns of the result."""

from __future__ import annotations

import math
import time
from collections.abc import Collection
from typing import Any

from warnpath.engine.columns import TABLES, build_columns
from warnpath.engine.output import ReplicationOutput
from warnpath.engine.plan import Plan
from warnpath.engine.random_streams import stream_key, uniform
from warnpath.engine.simpy_scheduler import EngineError, SimpyScheduler
from warnpath.engine.state import ensure_capacity, new_world
from warnpath.engine.world import TRACE_POOLS, World

__all__ = ["DEFAULT_TABLES", "TABLES", "EngineError", "prepare", "run_replication"]

DEFAULT_TABLES = ("warnings", "elements", "outages")


def prepare(
    plan: Plan,
    replication: int,
    seed: int,
    tables: Collection[str] = DEFAULT_TABLES,
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


def run_replication(
    plan: Plan, replication: int, seed: int | None = None, tables: Collection[str] = DEFAULT_TABLES
) -> ReplicationOutput:
    """Run one replication on the SimPy engine.

    Parameters
    ----------
    plan : Plan
    replication : int
        0, 1, 2 ...; a replication can be run alone and gives what it gives among others.
    seed : int, optional
        By default the scenario's.
    tables : collection of str
        Names out of `TABLES`.

    Returns
    -------
    ReplicationOutput
        With status "failed" and the reason if the engine stopped itself.
    """
    unknown = set(tables) - set(TABLES)
    if unknown:
        raise ValueError(f"unknown tables {sorted(unknown)}; known are {', '.join(TABLES)}")
    used_seed = plan.scenario.run.seed if seed is None else seed
    started = time.perf_counter()
    scheduler = SimpyScheduler(prepare(plan, replication, used_seed, tables), plan.initial_events)
    try:
        log_hash = scheduler.run()
    except EngineError as fault:
        elapsed = time.perf_counter() - started
        return ReplicationOutput(replication, used_seed, "failed", str(fault), elapsed, scheduler.events, "")
    columns = build_columns(plan, scheduler.world, tables)
    elapsed = time.perf_counter() - started
    return ReplicationOutput(replication, used_seed, "ok", "", elapsed, scheduler.events, log_hash, columns)
