"""Handlers that run as machine code, one call an event, in an environment of SimPy."""

from __future__ import annotations

import struct
from collections.abc import Callable
from heapq import heappop, heappush, heapreplace
from typing import Any

from warnpath.engine.codes import UP_FOR_EVER
from warnpath.engine.compiled.array_world import ArrayWorld
from warnpath.engine.compiled.entry import DIRECT, run_one
from warnpath.engine.compiled.single_event import SCHEDULED, TOOK_PLACE
from warnpath.engine.simpy_environment import ENTRY_OF_SIMPY, NORMAL
from warnpath.engine.simpy_scheduler import SimpyScheduler

_OUTBOX = struct.Struct("<dqqqq")
"""An entry of the outbox: delay, kind, a, b, token."""


class CompiledHandlers(SimpyScheduler):
    """Runs the program of the compiled engine event by event: the queue and the time are SimPy's."""

    world: ArrayWorld

    def __init__(
        self,
        world: ArrayWorld,
        initial_events: list[tuple[float, int, int, int, int]],
        keep_log: bool = False,
        memory_limit_mb: float | None = None,
    ) -> None:
        super().__init__(world, initial_events, keep_log, memory_limit_mb)
        # The events are in SimPy's queue, and SimPy knows when to stop.
        world.heap_count = 0
        world.one_by_one = 1
        world.attach("log_columns", self._digest.columns)
        world.keeps_log = int(keep_log)
        world.stop_s = UP_FOR_EVER

    @property
    def events(self) -> int:
        """Events that have taken place."""
        return self.world.events

    def add(self, kind: str, row: dict[str, Any]) -> int:
        """Add an entity to the world; returns its place."""
        return self.world.append(kind, row)

    def _call(self, handler: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        return DIRECT[handler](self.world.record, self.env.now, *arguments)

    def _grow(self) -> bool:
        return self.world.grow()

    def _run_handlers(self, only_one: bool) -> None:
        env: Any = self.env
        queue, order, listeners = env._queue, env._eid, self._listeners
        record, run_event = self.world.record, run_one.entry()
        outbox, read = self.world.arrays["outbox"].data.cast("B"), _OUTBOX.unpack_from
        while queue:
            entry = queue[0]
            if len(entry) == ENTRY_OF_SIMPY:
                return
            now, _, _, kind, a, b, token = entry
            env._now = now
            found = run_event(record, now, kind, a, b, token)
            if found < 0:
                self._make_room()
                continue
            if found >= SCHEDULED:
                # The event leaves the queue as the first one that it schedules comes in.
                delay, kind_then, a_then, b_then, token = read(outbox, 0)
                heapreplace(queue, (now + delay, NORMAL, next(order), kind_then, a_then, b_then, token))
                if found >= 2 * SCHEDULED:
                    for place in range(1, found // SCHEDULED):
                        delay, *event = read(outbox, place * _OUTBOX.size)
                        heappush(queue, (now + delay, NORMAL, next(order), *event))
            else:
                heappop(queue)
            if listeners and kind in listeners and found & TOOK_PLACE:
                for listener in listeners[kind]:
                    listener(now, a, b)
            if only_one:
                return

    def _make_room(self) -> None:
        """Do what an event waits for, or end the run with a fault."""
        self._drain()
        if self.world.log_count == len(self.world.arrays["log"]):
            self._flush()

    def _take_rows(self) -> bytes:
        rows = self.world.arrays["log"][: self.world.log_count].tobytes()
        self.world.log_count = 0
        return rows
