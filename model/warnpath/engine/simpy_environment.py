"""An environment of SimPy in whose queue events of handlers take their turns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import simpy

ENTRY_OF_SIMPY = 4
"""Length of an entry of SimPy's queue: time, priority, number, event; a handler's event has more."""

NORMAL = 1
"""The priority that SimPy gives to what has none of its own."""


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
