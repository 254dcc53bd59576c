"""Many independent tasks, in this process or in several, with the same results either way.

Worker processes are spawned, never forked: a fork of a process with threads or compiled code may hang. A
spawned worker takes about two seconds to import the libraries and load the compiled kernels, so several
processes pay only from a few seconds of work on. Whether they do is decided by `worthwhile`, from the time
the first task took in this process; that first task has also filled the cache of compiled kernels before any
worker looks for it.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import signal
import sys
import threading
import types
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from dataclasses import dataclass
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import TypeVar

Task = TypeVar("Task")
Value = TypeVar("Value")

POOL_START_S = 2.0
"""Time until a spawned worker does its first useful work (measured: 1.5 to 2.5 s on a two-core machine)."""

_log = logging.getLogger(__name__)
OpenPool = Callable[[int], Executor]


@dataclass(frozen=True)
class Lost:
    """Stands for the result of a task that ended the process it ran in, twice.

    Parameters
    ----------
    reason : str
        What happened.
    """

    reason: str


def available_workers() -> int:
    """Number of processors this process may use."""
    with contextlib.suppress(AttributeError):  # not on every system
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def worthwhile(tasks: int, seconds_each: float, workers: int) -> bool:
    """Whether worker processes are expected to be done earlier than this process alone.

    start + tasks x seconds / min(workers, tasks) < tasks x seconds

    Parameters
    ----------
    tasks : int
        Tasks left.
    seconds_each : float
        Time one takes (s).
    workers : int
        Most processes to use.
    """
    if workers <= 1 or tasks <= 1:
        return False
    alone_s = tasks * seconds_each
    return POOL_START_S + alone_s / min(workers, tasks) < alone_s


def run_tasks(
    function: Callable[[Task], Value],
    tasks: Sequence[Task],
    workers: int,
    seconds_each: float,
    open_pool: OpenPool | None = None,
    threads: bool = False,
) -> Generator[tuple[int, Value | Lost], None, None]:
    """Run tasks and yield (number of the task, its result) as they finish.

    A worker that is killed takes the tasks under way with it. Each of these is run once more, alone in a
    fresh process, so that only the one that kills its process is lost; the others go on.

    Parameters
    ----------
    function : callable
        Importable by name, as worker processes need it to be.
    tasks : sequence
        Arguments; they must pickle.
    workers : int
        Most worker processes.
    seconds_each : float
        About how long a task takes (s): decides whether processes are started.
    open_pool : callable, optional
        Makes the executor for a number of workers; spawned processes by default.
    threads : bool
        Whether threads of this process share the work where processes do not pay.

    Yields
    ------
    tuple
        Number of the task and its result, or `Lost`. In no particular order. An exception of the function is
        raised here. When the iterator is closed early, tasks under way are ended.
    """
    processes = workers if worthwhile(len(tasks), seconds_each, workers) else 0
    _log.debug("%d tasks of about %.2f s on %d worker processes", len(tasks), seconds_each, processes)
    opener = open_processes if open_pool is None else open_pool
    if not processes:
        if not threads or workers < 2 or len(tasks) < 2:
            for number, task in enumerate(tasks):
                yield number, function(task)
            return
        opener = ThreadPoolExecutor
    waiting = deque(range(len(tasks)))
    while waiting:
        suspects: list[int] = []
        yield from _until_broken(function, tasks, waiting, suspects, opener, workers)
        for suspect in suspects:
            lost: list[int] = []
            yield from _until_broken(function, tasks, deque([suspect]), lost, opener, 1)
            for number in lost:
                yield number, Lost("its worker process was killed twice (out of memory?)")


def open_processes(workers: int) -> Executor:
    """Open a pool of spawned processes that end with this one and leave interruptions to it."""
    return ProcessPoolExecutor(workers, mp_context=_Context(), initializer=_start_worker)


def _until_broken(
    function: Callable[[Task], Value],
    tasks: Sequence[Task],
    waiting: deque[int],
    lost: list[int],
    open_pool: OpenPool,
    workers: int,
) -> Iterator[tuple[int, Value]]:
    """Run the waiting tasks until none is left or a worker dies; then `lost` names those under way."""
    strangers = set(multiprocessing.active_children())
    pool = open_pool(workers)
    running: dict[Future[Value], int] = {}
    try:
        while (waiting or running) and not lost:
            # A short queue keeps every worker busy and little in doubt when one of them dies.
            while waiting and len(running) < 2 * workers:
                number = waiting.popleft()
                try:
                    running[pool.submit(function, tasks[number])] = number
                except BrokenExecutor:
                    lost.append(number)
                    break
            finished = wait(running, return_when=FIRST_COMPLETED).done
            for future in sorted(finished, key=running.__getitem__):
                number = running.pop(future)
                try:
                    value = future.result()
                except BrokenExecutor:
                    lost.append(number)
                    continue
                yield number, value
        for future, number in running.items():
            try:
                value = future.result()
            except BrokenExecutor:
                lost.append(number)
                continue
            yield number, value
        pool.shutdown(wait=True)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - strangers:
            child.terminate()


class _Process(SpawnProcess):
    """A process that does not import the main module of its parent.

    The tasks need nothing of it, it may be long to run, and a script without the usual guard would start
    itself again in each worker.
    """

    def start(self) -> None:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = types.ModuleType("__main__")
        try:
            super().start()
        finally:
            sys.modules["__main__"] = main


class _Context(SpawnContext):
    Process = _Process


def _start_worker() -> None:
    """Leave Ctrl-C to the parent, which ends its workers, and end when the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
