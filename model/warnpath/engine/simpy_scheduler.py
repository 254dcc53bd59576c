"""The SimPy engine: an environment of SimPy schedules the events of handlers beside a user's own processes.

What its two ways to run a handler have in common: as Python (`simpy_python`), and as machine code, one call
an event (`compiled.simpy_compiled`). Both give the same event log, bit for bit.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from heapq import heappush
from typing import Any

from warnpath.engine.codes import FAULTS
from warnpath.engine.log_digest import LogDigest
from warnpath.engine.memory import check_memory
from warnpath.engine.simpy_environment import ENTRY_OF_SIMPY, NORMAL, HandlerEnvironment

Listener = Callable[[float, int, int], None]


class EngineError(RuntimeError):
    """A run that cannot go on: it needs more memory than allowed, or a handler broke a rule of the engine."""


def is_watched() -> bool:
    """Whether a debugger, or something like one, follows the program line by line."""
    if sys.gettrace() is not None:
        return True
    monitoring: Any = getattr(sys, "monitoring", None)
    return monitoring is not None and any(monitoring.get_tool(number) for number in range(6))


class SimpyScheduler(ABC):
    """Runs one world in a `simpy.Environment`, which a user's own SimPy processes may share.

    Parameters
    ----------
    world : World or ArrayWorld
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
        world: Any,
        initial_events: list[tuple[float, int, int, int, int]],
        keep_log: bool = False,
        memory_limit_mb: float | None = None,
    ) -> None:
        self.world = world
        self.env = HandlerEnvironment(self._run_handlers)
        self.log = bytearray()
        self._memory_limit_mb = memory_limit_mb
        self._keep_log = keep_log
        self._digest = LogDigest()
        self._listeners: dict[int, list[Listener]] = {}
        for event in initial_events:
            self._post(*event)

    @property
    @abstractmethod
    def events(self) -> int:
        """Events that have taken place."""

    @abstractmethod
    def add(self, kind: str, row: dict[str, Any]) -> int:
        """Add an entity to the world; returns its place."""

    @abstractmethod
    def _run_handlers(self, only_one: bool) -> None:
        """Run events of handlers up to the next event of SimPy's own, or one only."""

    @abstractmethod
    def _call(self, handler: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        """Run a handler now."""

    @abstractmethod
    def _grow(self) -> bool:
        """Grow the pools where the next event may need more; says whether any of them grew."""

    @abstractmethod
    def _take_rows(self) -> bytes:
        """Take out the rows of the log that are not in its hash yet."""

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
        """Run event by event to the end or to `stop_s` of the world, whichever is first; returns the hash."""
        while self.env.peek() < min(self.world.stop_s, self.world.end_s):
            self.env.step()
        self._flush()
        return self._digest.hexdigest()

    def on(self, kind: int, listener: Listener) -> None:
        """Call `listener(now, a, b)` after every event of a kind."""
        self._listeners.setdefault(kind, []).append(listener)

    def pending(self) -> list[tuple[float, int, int, int, int]]:
        """Events of handlers that are scheduled, in the order they will run: (time, kind, a, b, token)."""
        queue: Any = self.env._queue
        entries = sorted(entry for entry in queue if len(entry) > ENTRY_OF_SIMPY)
        return [(time_s, *event) for time_s, _, _, *event in entries]

    def act(self, handler: Callable[..., Any], *arguments: Any) -> Any:
        """Run a handler that no event leads to, now, and schedule what it asks for; returns its result."""
        self._grow()
        returned = self._call(handler, arguments)
        self._drain()
        return returned

    def _drain(self) -> None:
        """Put what a handler scheduled into the environment, and grow the pools."""
        world = self.world
        if world.fault:
            raise EngineError(f"t = {self.env.now:.6f} s: {FAULTS[world.fault]}")
        count = world.outbox_count
        if count:
            for entry in world.outbox[:count]:
                self._post(entry.delay, entry.kind, entry.a, entry.b, entry.token)
            world.outbox_count = 0
        if self._grow():
            too_large = check_memory(world, self._memory_limit_mb, self.env.now)
            if too_large:
                raise EngineError(too_large)

    def _post(self, delay: float, kind: int, a: int, b: int, token: int) -> None:
        env: Any = self.env
        heappush(env._queue, (env._now + delay, NORMAL, next(env._eid), kind, a, b, token))

    def _flush(self) -> None:
        rows = self._take_rows()
        self._digest.update(rows)
        if self._keep_log:
            self.log += rows
