"""Replications on the compiled engine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from typing import Any

import numpy as np

from warnpath.engine.codes import FAULTS
from warnpath.engine.columns import build_columns
from warnpath.engine.compiled import event_loop
from warnpath.engine.compiled.array_world import ArrayWorld
from warnpath.engine.compiled.layout import MOST_SCHEDULED, SLOT_MASK
from warnpath.engine.compiled.template import Template
from warnpath.engine.log_digest import LogDigest
from warnpath.engine.memory import check_memory
from warnpath.engine.output import Columns, ReplicationOutput
from warnpath.engine.plan import Plan
from warnpath.engine.warned import needed_warnings, outcomes

BuildColumns = Callable[[Plan, Any, Collection[str]], dict[str, Columns]]


class CompiledRun:
    """A replication about to run in machine code.

    Parameters
    ----------
    plan : Plan
    replication : int
    seed : int, optional
        By default the scenario's.
    tables : collection of str
        Tables to fill; names are checked by `run_replication`.
    keep_log : bool
        Keep the event log itself in `log`.
    memory_limit_mb : float, optional
        A replication that needs more fails, with words on what to turn off.
    """

    def __init__(
        self,
        plan: Plan,
        replication: int = 0,
        seed: int | None = None,
        tables: Collection[str] = (),
        *,
        keep_log: bool = False,
        memory_limit_mb: float | None = None,
    ) -> None:
        self.plan = plan
        self.replication = replication
        self.seed = plan.scenario.run.seed if seed is None else seed
        self.tables = tuple(tables)
        self.log = bytearray()
        self._keep_log = keep_log
        self._memory_limit_mb = memory_limit_mb
        self._digest = LogDigest()
        self._started = time.perf_counter()
        self._template = template_of(plan)
        is_small = memory_limit_mb is not None
        self.world: ArrayWorld = self._template.world(replication, self.seed, tables, is_small)
        self.world.attach("log_columns", self._digest.columns)
        self.world.keeps_log = int(keep_log)

    def run(self) -> ReplicationOutput:
        """Run to the end; the output has status "failed" and the reason if a rule was broken."""
        return self._output(self._run())

    def run_until_warned(self) -> ReplicationOutput:
        """Run no longer than `warned` asks for; the only columns are those that it names."""
        needed = needed_warnings(self.plan, self.world)
        self.world.arrays["needs"]["awaited"][needed] = 1
        self.world.awaited = len(needed)
        if not needed:
            self.world.stop_s = 0.0
        return self._output(self._run(), outcomes)

    def _run(self) -> str:
        """Run to the time at which the world stops; returns what went wrong, if anything."""
        from warnpath.engine.compiled.entry import run

        world, has_grown = self.world, False
        while True:
            reason = run(world.record)
            if reason == event_loop.GROW:
                has_grown |= world.grow()
                too_large = check_memory(world, self._memory_limit_mb, world.now_s) or _check_heap(world)
                if too_large:
                    return too_large
            elif reason == event_loop.LOG_FULL:
                self._hash_log()
            else:
                break
        self._hash_log()
        if has_grown and self._memory_limit_mb is None:
            self._template.remember_room(world)
        return f"t = {world.now_s:.6f} s: {FAULTS[world.fault]}" if reason == event_loop.FAULT else ""

    def _hash_log(self) -> None:
        rows = self.world.arrays["log"][: self.world.log_count].view(np.uint8)
        self._digest.update(rows)
        if self._keep_log:
            self.log += rows.tobytes()
        self.world.log_count = 0
        if self.world.scheduled > MOST_SCHEDULED:
            self.world.renumber()

    def _output(self, error: str, build: BuildColumns = build_columns) -> ReplicationOutput:
        columns = {} if error else build(self.plan, self.world, self.tables)
        return ReplicationOutput(
            self.replication,
            self.seed,
            "failed" if error else "ok",
            error,
            time.perf_counter() - self._started,
            self.world.events,
            "" if error else self._digest.hexdigest(),
            columns,
        )


def _check_heap(world: ArrayWorld) -> str:
    """Why a heap is too large to go on; empty if it is not."""
    if len(world.arrays["pending"]) <= SLOT_MASK + 1:
        return ""
    return (
        f"t = {world.now_s:.6f} s: {world.heap_count:,} events are pending at one time, and there is room "
        f"for {SLOT_MASK + 1:,}; lower the load, or give queues a limit"
    )


_latest: list[Template] = []
_latest_lock = threading.Lock()


def template_of(plan: Plan) -> Template:
    """Template of a plan; the one made last is kept."""
    with _latest_lock:
        if not _latest or _latest[0].plan is not plan:
            _latest[:] = [Template(plan, _latest[0] if _latest else None)]
        return _latest[0]
