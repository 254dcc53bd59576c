"""Replications on the compiled engine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from typing import Any, Final

import numpy as np

from warnpath.engine.codes import FAULTS
from warnpath.engine.columns import build_columns
from warnpath.engine.compiled import event_loop
from warnpath.engine.compiled.array_world import ArrayWorld
from warnpath.engine.compiled.layout import MOST_SCHEDULED, SLOT_MASK
from warnpath.engine.compiled.template import MOST_REMEMBERED, Template
from warnpath.engine.log_digest import LogDigest
from warnpath.engine.memory import MEGABYTE, check_memory
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
        self._started = time.perf_counter()
        self._template = template_of(plan)
        self._stops_once_warned = False
        self.world: ArrayWorld
        self._begin(is_small=memory_limit_mb is not None and memory_limit_mb * MEGABYTE < 2 * MOST_REMEMBERED)

    def run(self) -> ReplicationOutput:
        """Run to the end; the output has status "failed" and the reason if a rule was broken."""
        return self._output(self._run())

    def run_until_warned(self) -> ReplicationOutput:
        """Run no longer than `warned` asks for; the only columns are those that it names."""
        self._stops_once_warned = True
        self._await_warnings()
        return self._output(self._run(), outcomes)

    def _begin(self, is_small: bool) -> None:
        """Make a fresh world."""
        self._is_small = is_small
        self._digest = LogDigest()
        self.log.clear()
        self.world = self._template.world(self.replication, self.seed, self.tables, is_small)
        self.world.attach("log_columns", self._digest.columns)
        self.world.keeps_log = int(self._keep_log)
        if self._stops_once_warned:
            self._await_warnings()

    def _await_warnings(self) -> None:
        needed = needed_warnings(self.plan, self.world)
        self.world.arrays["needs"]["awaited"][needed] = 1
        self.world.awaited = len(needed)
        if not needed:
            self.world.stop_s = 0.0

    def _run(self) -> str:
        """Run to the time at which the world stops; returns what went wrong, if anything."""
        from warnpath.engine.compiled.entry import run

        has_grown = False
        while True:
            reason = run(self.world.record)
            if reason == event_loop.GROW:
                has_grown |= self.world.grow()
                too_large = check_memory(self.world, self._memory_limit_mb, self.world.now_s)
                if too_large and not self._is_small:
                    # It may be the room of earlier worlds that is too much: what a limit allows, and the
                    # words on it, depend on nothing but this one.
                    self._begin(is_small=True)
                    continue
                too_large = too_large or _check_heap(self.world)
                if too_large:
                    return too_large
            elif reason == event_loop.LOG_FULL:
                self._hash_log()
            else:
                break
        self._hash_log()
        if reason == event_loop.FAULT:
            return f"t = {self.world.now_s:.6f} s: {FAULTS[self.world.fault]}"
        if has_grown and not self._is_small:
            self._template.remember_room(self.world)
        return ""

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


TEMPLATES_KEPT: Final = 4
"""Threads take turns with the plans of a study, and the next one is often of the same scenario."""

_kept: list[Template] = []
_kept_lock = threading.Lock()


def template_of(plan: Plan) -> Template:
    """Template of a plan; those used last are kept, and a new one begins with one of the same scenario."""
    with _kept_lock:
        found = next((template for template in _kept if template.plan is plan), None)
        if found is None:
            like = next((template for template in _kept if template.plan.streams is plan.streams), None)
            found = Template(plan, like)
        _kept[:] = [found, *(template for template in _kept if template is not found)][:TEMPLATES_KEPT]
        return found
