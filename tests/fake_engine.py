"""An engine that makes results up at once, to test studies by themselves; it can fail or kill its process."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.synthetic_results import element_columns, warning_columns
from warnpath.engine import ReplicationOutput

if TYPE_CHECKING:
    from warnpath.scenario import Scenario


@dataclass(frozen=True)
class FakeEngine:
    """Warnings whose release takes as long as that of us-hub; a failed element adds 100 s.

    `failing` replications raise; `killing` ones end the worker process they run in, as often as `kills` says
    (counted by files in `notes`).
    """

    name: str = "fake"
    memory_limit_mb: float | None = None
    failing: tuple[int, ...] = ()
    killing: tuple[int, ...] = ()
    kills: int = 99
    notes: str = ""

    @property
    def uses_threads(self) -> bool:
        return False

    def build(self, scenario: Scenario) -> Any:
        release = scenario.node_by_id("us-hub").release
        delay_s = 0.0 if release is None else float(release.mean())
        return int(scenario.run.seed), delay_s

    def fail(self, plan: Any, failed: Sequence[str]) -> Any:
        seed, delay_s = plan
        return seed, delay_s + 100.0 * len(failed)

    def run_until_warned(self, plan: Any, replication: int) -> ReplicationOutput:
        return self.run(plan, replication, ("warnings",))

    def run(self, plan: Any, replication: int, tables: Sequence[str]) -> ReplicationOutput:
        seed, delay_s = plan
        if replication in self.failing:
            raise ArithmeticError("a delay of nan s\nin a handler")
        if replication in self.killing and multiprocessing.parent_process() is not None:
            done = len(list(Path(self.notes).glob("killed-*"))) if self.notes else 0
            if done < self.kills:
                if self.notes:
                    (Path(self.notes) / f"killed-{os.getpid()}").touch()
                os._exit(9)
        columns = {
            "warnings": warning_columns(replication, ("overflight",), delay_s, 0.1),
            "elements": element_columns(replication),
            "outages": {
                "element": np.array([], dtype=object),
                "down_s": np.array([]),
                "up_s": np.array([]),
                "cause": np.array([], dtype=object),
            },
        }
        kept = {name: table for name, table in columns.items() if name in tables}
        text = f"{seed} {replication} {delay_s!r}"
        return ReplicationOutput(replication, seed, "ok", "", 0.01, 100 + replication, text, kept)
