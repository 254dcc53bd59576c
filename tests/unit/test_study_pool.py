from __future__ import annotations

import multiprocessing
import os
import threading
import time
from concurrent.futures import Executor, Future
from contextlib import closing
from multiprocessing.process import BaseProcess
from typing import ClassVar

import pytest

from warnpath.study import pool
from warnpath.study.pool import Lost, run_tasks, worthwhile


def process_of(task: int) -> int:
    threading.Event().wait(0.05)
    return os.getpid()


def square_or_end(task: int) -> int:
    if task == 3:
        os._exit(9)
    return task * task


def square_or_raise(task: int) -> int:
    if task == 2:
        raise OSError(28, "No space left on device")
    return task * task


def wait_after_the_first(task: int) -> int:
    threading.Event().wait(60.0 if task else 0.0)
    return task


@pytest.fixture
def always_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "POOL_START_S", 0.0)


@pytest.mark.parametrize(
    ("tasks", "seconds_each", "workers", "expected"),
    [
        (1, 1000.0, 8, False),  # nothing to share
        (100, 1000.0, 1, False),
        (10, 0.39, 2, False),  # 3.9 s alone; 2 + 1.95 s with two
        (10, 0.41, 2, True),  # 4.1 s alone; 2 + 2.05 s with two
        (3, 1.1, 50, True),  # 3.3 s alone; 2 + 1.1 s, for there are three tasks only
        (3, 0.9, 50, False),
    ],
)
def test_processes_are_started_where_they_pay(
    tasks: int, seconds_each: float, workers: int, expected: bool
) -> None:
    assert worthwhile(tasks, seconds_each, workers) is expected


def test_little_work_stays_in_this_process() -> None:
    assert dict(run_tasks(process_of, [1, 2], workers=4, seconds_each=0.001)) == {
        0: os.getpid(),
        1: os.getpid(),
    }


def test_workers_are_processes_of_their_own(always_processes: None) -> None:
    found = dict(run_tasks(process_of, list(range(12)), workers=2, seconds_each=1.0))
    assert sorted(found) == list(range(12))
    assert os.getpid() not in found.values()
    assert len(set(found.values())) == 2


def test_only_the_task_that_kills_its_worker_is_lost(always_processes: None) -> None:
    found = dict(run_tasks(square_or_end, list(range(8)), workers=2, seconds_each=1.0))
    assert isinstance(found[3], Lost)
    assert "killed twice" in found[3].reason
    assert {number: value for number, value in found.items() if number != 3} == {
        0: 0,
        1: 1,
        2: 4,
        4: 16,
        5: 25,
        6: 36,
        7: 49,
    }


def test_an_error_of_a_task_is_raised(always_processes: None) -> None:
    with pytest.raises(OSError, match="No space left"):
        list(run_tasks(square_or_raise, list(range(6)), workers=2, seconds_each=1.0))


def has_ended(child: BaseProcess, within_s: float) -> bool:
    """Whether a process ends in time. The pool's own thread may be the one that is told so by the system."""
    give_up = time.monotonic() + within_s
    while child.exitcode is None and time.monotonic() < give_up:
        child.join(timeout=0.1)
    return child.exitcode is not None


def test_closing_early_ends_the_workers(always_processes: None) -> None:
    before = set(multiprocessing.active_children())
    with closing(run_tasks(wait_after_the_first, list(range(6)), 2, seconds_each=100.0)) as results:
        assert next(results) == (0, 0)
        started = [child for child in multiprocessing.active_children() if child not in before]
        assert len(started) == 2
    for child in started:
        assert has_ended(child, within_s=20.0)


class Interrupting(Executor):
    """An executor that is interrupted while it waits, as by Ctrl-C."""

    def __init__(self, workers: int) -> None:
        self.was_shut_down = False
        instances.append(self)

    def submit(self, function, /, *arguments, **options):  # type: ignore[no-untyped-def]
        future: Future[int] = Future()
        if len(instances[0].submitted) == 1:
            raise KeyboardInterrupt
        instances[0].submitted.append(arguments)
        return future

    submitted: ClassVar[list[object]] = []

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.was_shut_down = True


instances: list[Interrupting] = []


def test_an_interruption_shuts_the_executor_down() -> None:
    with pytest.raises(KeyboardInterrupt):
        list(run_tasks(process_of, [1, 2, 3], 2, 100.0, open_pool=Interrupting))
    assert instances[0].was_shut_down


def thread_of(task: int) -> int:
    threading.Event().wait(0.02)
    return threading.get_ident()


def test_threads_share_little_work_where_they_pay() -> None:
    found = list(run_tasks(thread_of, range(8), 2, 0.001, threads=True))
    assert sorted(number for number, _ in found) == list(range(8))
    assert len({thread for _, thread in found}) == 2
    assert {thread for _, thread in run_tasks(thread_of, range(3), 2, 0.001)} == {threading.get_ident()}
    assert {thread for _, thread in run_tasks(thread_of, range(3), 1, 0.001, threads=True)} == {
        threading.get_ident()
    }
