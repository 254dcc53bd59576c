"""The event log is the same in every process, whatever Python's own hash seed."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.engine_cases import SMALL

PROGRAM = """
import sys
from warnpath.engine import build_plan, run_replication
from warnpath.scenario import load
plan = build_plan(load(sys.argv[1]))
print(run_replication(plan, 3).log_hash)
"""


def log_hash(hash_seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-c", PROGRAM, str(SMALL)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_two_processes_with_different_hash_seeds_write_the_same_log():
    first, second = log_hash("1"), log_hash("4242")
    assert len(first) == 32
    assert first == second
