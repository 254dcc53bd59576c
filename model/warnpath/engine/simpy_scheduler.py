"""The SimPy engine: the reference scheduler, running the handlers as plain Python."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import simpy

from warnpath.engine.codes import FAULTS
from warnpath.engine.handlers.dispatch import dispatch
from warnpath.engine.log_digest import LogDigest
from warnpath.engine.memory import check_memory
from warnpath.engine.state import ensure_capacity
from warnpath.engine.world import World

LOG_ROW = struct.Struct("<dqqqd")
"""One row of the log: time, kind, element, message number, value; little-endian, 40 bytes."""

_HASH_EVERY_BYTES = 1 << 20


class EngineError(RuntimeError):
    """A run that cannot go on: it needs more memory than allowed, or a handler broke a rule of the engine."""


class HandlerEvent(simpy.Event):
    """An event that carries its handler's arguments instead of a closure."""

    __slots__ = ("a", "b", "kind", "token")


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
    """

    def __init__(
        self,
        world: World,
        initial_events: list[tuple[float, int, int, int, int]],
        keep_log: bool = False,
        memory_limit_mb: float | None = None,
    ) -> None:
        self.world = world
        self._memory_limit_mb = memory_limit_mb
        self.env = simpy.Environment()
        self.events = 0
        self.log = bytearray()
        self._digest = LogDigest()
        self._buffer = bytearray()
        self._keep_log = keep_log
        self._listeners: dict[int, list[Callable[[float, int, int], None]]] = {}
        self._callbacks = [self._fire]
        for delay, kind, a, b, token in initial_events:
            self._post(delay, kind, a, b, token)

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

    def on(self, kind: int, listener: Callable[[float, int, int], None]) -> None:
        """Call `listener(now, a, b)` after every event of a kind."""
        self._listeners.setdefault(kind, []).append(listener)

    def drain(self) -> None:
        """Put what handlers scheduled into the environment; call it after using a handler directly."""
        world: Any = self.world
        if world.fault:
            raise EngineError(f"t = {self.env.now:.6f} s: {FAULTS[world.fault]}")
        count = world.outbox_count
        if count:
            outbox = world.outbox
            for slot in range(count):
                entry = outbox[slot]
                self._post(entry.delay, entry.kind, entry.a, entry.b, entry.token)
            world.outbox_count = 0
        if ensure_capacity(world) == 1:
            too_large = check_memory(world, self._memory_limit_mb, self.env.now)
            if too_large:
                raise EngineError(too_large)

    def _post(self, delay: float, kind: int, a: int, b: int, token: int) -> None:
        env = self.env
        event: Any = HandlerEvent.__new__(HandlerEvent)
        event.env = env
        event.callbacks = self._callbacks
        event._value = None
        event._ok = True
        event._defused = False
        event.kind = kind
        event.a = a
        event.b = b
        event.token = token
        env.schedule(event, delay=delay)

    def _fire(self, event: Any) -> None:
        now = self.env.now
        world = self.world
        kind = event.kind
        if dispatch(world, now, kind, event.a, event.b, event.token):
            self.events += 1
            buffer = self._buffer
            buffer += LOG_ROW.pack(now, kind, event.a, world.noted_message, world.noted_value)
            if len(buffer) > _HASH_EVERY_BYTES:
                self._flush()
            if self._listeners:
                for listener in self._listeners.get(kind, ()):
                    listener(now, event.a, event.b)
        self.drain()

    def _flush(self) -> None:
        self._digest.update(self._buffer)
        if self._keep_log:
            self.log += self._buffer
        self._buffer.clear()
