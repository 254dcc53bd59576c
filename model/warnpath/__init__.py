"""warnpath: end-to-end warning latency and network resilience, simulated.

The front door for scripts and notebooks::

    import warnpath as wp

    result = wp.simulate("trilateral", replications=200, seed=1)
    result.warnings, result.summary        # tidy tables, units in the column names

Names are imported when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warnpath.report import figures as plot
    from warnpath.scenario import Scenario, ScenarioError, load
    from warnpath.study.failures import failures
    from warnpath.study.simulate import simulate
    from warnpath.study.sweep import sweep

__version__ = "0.1.0"
__all__ = ["Scenario", "ScenarioError", "__version__", "failures", "load", "plot", "simulate", "sweep"]

_HOME = {
    "Scenario": "warnpath.scenario",
    "ScenarioError": "warnpath.scenario",
    "load": "warnpath.scenario",
    "failures": "warnpath.study.failures",
    "simulate": "warnpath.study.simulate",
    "sweep": "warnpath.study.sweep",
}


def __getattr__(name: str) -> Any:
    """Import a name of the front door on first use."""
    from importlib import import_module

    if name == "plot":
        return import_module("warnpath.report.figures")
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__
