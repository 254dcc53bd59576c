"""The discrete-event engine: handlers written once, run by a scheduler.

`build_plan` turns a frozen scenario into arrays of plain numbers, `run_replication` runs one
replication of it and returns raw columns. This is the only package that imports simpy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warnpath.engine.output import ReplicationOutput
    from warnpath.engine.plan import Plan, build_plan
    from warnpath.engine.run import run_replication
    from warnpath.engine.simpy_run import SimpyRun
    from warnpath.engine.simpy_scheduler import EngineError

__all__ = ["EngineError", "Plan", "ReplicationOutput", "SimpyRun", "build_plan", "run_replication"]

_HOME = {
    "EngineError": "warnpath.engine.simpy_scheduler",
    "SimpyRun": "warnpath.engine.simpy_run",
    "Plan": "warnpath.engine.plan",
    "ReplicationOutput": "warnpath.engine.output",
    "build_plan": "warnpath.engine.plan",
    "run_replication": "warnpath.engine.run",
}


def __getattr__(name: str) -> Any:
    """Import on first use: the plan and the schedulers bring libraries with them."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOME[name]), name)
