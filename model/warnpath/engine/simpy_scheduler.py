"""The SimPy engine: the reference scheduler, running the handlers as plain Python."""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

import simpy

from warnpath.engine.codes import FAULTS
from warnpath.engine.handlers.dispatch import dispatch
from warnpath.engine.log_digest import LogDigest
from warnpath.engine.memory import check_memory
from warnpath.engine.merged.program import Dispatch, merged_dispatch
from warnpath.engine.state import ensure_capacity
from warnpath.engine.world import World

LOG_ROW = struct.Struct("<dqqqd")
"""One row of the log: time, kind, element, message number, value; little-endian, 40 bytes."""

_ROW_VALUES = 5
FULL_BLOCK = 4096 * _ROW_VALUES
"""Values of the log that are packed and hashed in one go."""

ENTRY_OF_SIMPY = 4
"""Length of an entry of SimPy's queue: time, priority, number, event; a handler's event has more."""

NORMAL = 1
"""The priority that SimPy gives to what has none of its own."""


class EngineError(RuntimeError):
    """A run that cannot go on: it needs more memory than allowed, or a handler broke a rule of the engine."""


class HandlerEnvironment(simpy.Environment):
    """An environment whose queue also holds events of handlers: (time, priority, number, kind, a, b, token).

    They lie in the queue as SimPy's own events do, by time, priority and order of scheduling, but nobody can
    wait for one, so they need no object, no list of callbacks and no value. That is what makes them cheap.

    Parameters
    ----------
    run_handlers : callable
        Runs events of handlers from the front of the queue: all of them up to the next event of SimPy's own,
        or one only.
    """

    def __init__(self, run_handlers: Callable[[bool], None]) -> None:
        super().__init__()
        self._run_handlers = run_handlers
        self._one_by_one = True

    def run(self, until: Any = None) -> Any:
        """Run as `simpy.Environment.run` does."""
        self._one_by_one = False
        try:
            return super().run(until)
        finally:
            self._one_by_one = True

    def step(self) -> None:
        """Process the next event; within `run`, all events of handlers up to the next one of SimPy's own."""
        queue: Any = self._queue
        if queue and len(queue[0]) > ENTRY_OF_SIMPY:
            self._run_handlers(self._one_by_one)
        else:
            super().step()


def is_watched() -> bool:
    """Whether a debugger, or something like one, follows the program line by line."""
    if sys.gettrace() is not None:
        return True
    monitoring: Any = getattr(sys, "monitoring", None)
    return monitoring is not None and any(monitoring.get_tool(number) for number in range(6))


class SimpyScheduler:
    """Runs one world in a `simpy.Environment`.

    A user's own SimPy processes may share the environment: they act through `send_message`,
    `set_state` and `on`, which go over the same handlers.

    Parameters
    ----------
    world : World
        A fresh world; it is used up by the run.
    initial_events : list of (delay, kind, a, b, token)
        Scheduled in this order before anything else.
    keep_log : bool
        Keep the whole log in `log` (40 bytes an event) beside its hash.
    memory_limit_mb : float, optional
        A world that grows beyond it ends the run with an error.
    as_written : bool, optional
        Run the handlers as they are written, or merged (see `warnpath.engine.merged`), which is faster. By
        default merged, unless a debugger or a measurement of coverage looks on.
    """

    def __init__(
        self,
        world: World,
        initial_events: list[tuple[float, int, int, int, int]],
        keep_log: bool = False,
        memory_limit_mb: float | None = None,
        as_written: bool | None = None,
    ) -> None:
        self.world = world
        self._memory_limit_mb = memory_limit_mb
        self.env = HandlerEnvironment(self._run_handlers)
        self.log = bytearray()
        self._digest = LogDigest()
        self._rows: list[float] = []
        self._events_before = 0
        self._keep_log = keep_log
        self._as_written = as_written
        self._dispatch: Dispatch | None = None
        self._listeners: dict[int, list[Callable[[float, int, int], None]]] = {}
        for delay, kind, a, b, token in initial_events:
            self._post(delay, kind, a, b, token)

    @property
    def events(self) -> int:
        """Events that have taken place."""
        return self._events_before + len(self._rows) // _ROW_VALUES

    def run(self) -> str:
        """Run to the world's end time and return the hash of the log.

        Raises
        ------
        EngineError
            If a handler broke a rule of the engine.
        """
        self.env.run(until=self.world.end_s)
        self._flush()
        return self._digest.hexdigest()

    def run_until_stopped(self) -> str:
        """Run event by event while the next one lies before `stop_s` of the world; returns the hash."""
        while self.env.peek() < self.world.stop_s:
            self.env.step()
        self._flush()
        return self._digest.hexdigest()

    def on(self, kind: int, listener: Callable[[float, int, int], None]) -> None:
        """Call `listener(now, a, b)` after every event of a kind."""
        self._listeners.setdefault(kind, []).append(listener)

    def pending(self) -> list[tuple[float, int, int, int, int]]:
        """Events of handlers that are scheduled, in the order they will run: (time, kind, a, b, token)."""
        queue: Any = self.env._queue
        entries = sorted(entry for entry in queue if len(entry) > ENTRY_OF_SIMPY)
        return [(time_s, *event) for time_s, _, _, *event in entries]

    def drain(self) -> None:
        """Put what handlers scheduled into the environment; call it after using a handler directly."""
        world: Any = self.world
        if world.fault:
            raise EngineError(f"t = {self.env.now:.6f} s: {FAULTS[world.fault]}")
        count = world.outbox_count
        if count:
            for entry in world.outbox[:count]:
                self._post(entry.delay, entry.kind, entry.a, entry.b, entry.token)
            world.outbox_count = 0
        if ensure_capacity(world) == 1:
            too_large = check_memory(world, self._memory_limit_mb, self.env.now)
            if too_large:
                raise EngineError(too_large)

    def _post(self, delay: float, kind: int, a: int, b: int, token: int) -> None:
        env: Any = self.env
        heappush(env._queue, (env._now + delay, NORMAL, next(env._eid), kind, a, b, token))

    def _run_handlers(self, only_one: bool) -> None:
        env: Any = self.env
        world: Any = self.world
        queue, rows, listeners = env._queue, self._rows, self._listeners
        if self._dispatch is None:
            plain = is_watched() if self._as_written is None else self._as_written
            self._dispatch = dispatch if plain else merged_dispatch(world, env)
        take_place, paths = self._dispatch, world.paths
        message_reserve, report_reserve = world.reserve, world.report_reserve
        path_reserve, tracing = world.path_reserve, world.tracing
        while queue:
            entry = heappop(queue)
            if len(entry) == ENTRY_OF_SIMPY:
                heappush(queue, entry)
                return
            now, _, _, kind, a, b, token = entry
            env._now = now
            if take_place(world, now, kind, a, b, token):
                rows += (now, kind, a, world.noted_message, world.noted_value)
                if len(rows) >= FULL_BLOCK:
                    self._flush()
                if listeners and kind in listeners:
                    for listener in listeners[kind]:
                        listener(now, a, b)
            # Most of the time there is nothing to do: looked at here, not in a call for each event.
            if (
                world.fault
                or world.outbox_count
                or tracing
                or world.message_free_count < message_reserve
                or world.report_free_count < report_reserve
                or len(paths) - world.path_count < path_reserve
            ):
                self.drain()
            if only_one:
                return

    def _flush(self) -> None:
        count = len(self._rows) // _ROW_VALUES
        packed = struct.pack("<" + count * LOG_ROW.format[1:], *self._rows)
        self._digest.update(packed)
        if self._keep_log:
            self.log += packed
        self._events_before += count
        self._rows.clear()
