"""Handlers that run as the Python they are written in, in an environment of SimPy: the reference."""

from __future__ import annotations

import struct
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

from warnpath.engine.handlers.dispatch import dispatch
from warnpath.engine.simpy_environment import ENTRY_OF_SIMPY
from warnpath.engine.simpy_scheduler import SimpyScheduler
from warnpath.engine.state import ensure_capacity
from warnpath.engine.world import World

LOG_ROW = struct.Struct("<dqqqd")
"""One row of the log: time, kind, element, message number, value; little-endian, 40 bytes."""

_ROW_VALUES = 5
FULL_BLOCK = 4096 * _ROW_VALUES
"""Values of the log that are packed and hashed in one go."""


class PythonHandlers(SimpyScheduler):
    """Runs the handlers line by line, on entities that are Python objects."""

    world: World

    def __init__(
        self,
        world: World,
        initial_events: list[tuple[float, int, int, int, int]],
        keep_log: bool = False,
        memory_limit_mb: float | None = None,
    ) -> None:
        super().__init__(world, initial_events, keep_log, memory_limit_mb)
        self._rows: list[float] = []
        self._events_before = 0

    @property
    def events(self) -> int:
        """Events that have taken place."""
        return self._events_before + len(self._rows) // _ROW_VALUES

    def add(self, kind: str, row: dict[str, Any]) -> int:
        """Add an entity to the world; returns its place."""
        entities = getattr(self.world, kind)
        entities.append(self.world.classes[kind](**row))
        return len(entities) - 1

    def _call(self, handler: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        return handler(self.world, self.env.now, *arguments)

    def _grow(self) -> bool:
        return ensure_capacity(self.world) == 1

    def _run_handlers(self, only_one: bool) -> None:
        env: Any = self.env
        world: Any = self.world
        queue, rows, listeners = env._queue, self._rows, self._listeners
        paths = world.paths
        message_reserve, report_reserve = world.reserve, world.report_reserve
        path_reserve, tracing = world.path_reserve, world.tracing
        while queue:
            entry = heappop(queue)
            if len(entry) == ENTRY_OF_SIMPY:
                heappush(queue, entry)
                return
            now, _, _, kind, a, b, token = entry
            env._now = now
            if dispatch(world, now, kind, a, b, token):
                rows += (now, kind, a, world.noted_message, world.noted_value)
                if len(rows) >= FULL_BLOCK:
                    self._flush()
                heard = listeners.get(kind) if listeners else None
            else:
                heard = None
            # Most of the time there is nothing to do: looked at here, not in a call for each event.
            if (
                world.fault
                or world.outbox_count
                or tracing
                or world.message_free_count < message_reserve
                or world.report_free_count < report_reserve
                or len(paths) - world.path_count < path_reserve
            ):
                self._drain()
            if heard is not None:
                for listener in heard:
                    listener(now, a, b)
            if only_one:
                return

    def _take_rows(self) -> bytes:
        count = len(self._rows) // _ROW_VALUES
        packed = struct.pack("<" + count * LOG_ROW.format[1:], *self._rows)
        self._events_before += count
        self._rows.clear()
        return packed
