"""Machine code is built once: the next process loads it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from warnpath.compilation import cache_folder
from warnpath.engine.compiled import readiness

SMALL = Path(__file__).resolve().parents[1] / "scenarios" / "small.toml"

FIRST_RESULT = f"""
import time
started = time.perf_counter()
from warnpath.engine.compiled.readiness import machine_code_is_ready
print(machine_code_is_ready())
from warnpath.engine import build_plan
from warnpath.engine.run import run_replication
from warnpath.scenario import load
print(run_replication(build_plan(load({str(SMALL)!r})), 0, engine="compiled").log_hash)
from numba.core.dispatcher import Dispatcher
from warnpath.engine.compiled import entry, event_loop, twins
loaded = [entry.run, twins.compiled_function(event_loop.__name__, "run_events")]
loaded.append(twins.compiled_function("warnpath.engine.handlers.pictures", "take_plot"))
print(sum(len(item.stats.cache_misses) for item in loaded))
print(time.perf_counter() - started)
"""


def first_result() -> tuple[bool, str, int, float]:
    finished = subprocess.run(
        [sys.executable, "-c", FIRST_RESULT], env=os.environ, capture_output=True, text=True, check=True
    )
    ready, log_hash, misses, seconds = finished.stdout.split()
    return ready == "True", log_hash, int(misses), float(seconds)


def test_the_second_process_compiles_nothing() -> None:
    _, expected, _, _ = first_result()
    before = {file: file.stat().st_mtime_ns for file in cache_folder().rglob("*.nbc")}
    ready, log_hash, misses, seconds = first_result()
    assert (ready, log_hash, misses) == (True, expected, 0)
    assert {file: file.stat().st_mtime_ns for file in cache_folder().rglob("*.nbc")} == before
    # Far from half a minute; a loaded machine may take several times the usual 3 s.
    assert seconds < 20.0


def test_machine_code_of_other_sources_is_not_taken_for_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "cache_folder", lambda: tmp_path)
    assert not readiness.machine_code_is_ready()
    readiness.note_machine_code()
    assert readiness.machine_code_is_ready()
    monkeypatch.setattr(readiness, "COMPILED_PACKAGES", ("engine",))
    assert not readiness.machine_code_is_ready()
