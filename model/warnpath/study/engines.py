"""The engines a study can run on, behind one small interface."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from warnpath.study.errors import StudyError

if TYPE_CHECKING:
    from warnpath.engine import ReplicationOutput
    from warnpath.scenario import Scenario


NAMES = ("simpy", "compiled")


class Engine(Protocol):
    """What a study needs of an engine. It must pickle, for it is sent to worker processes."""

    @property
    def name(self) -> str:
        """Name, for the provenance of results."""
        ...

    def build(self, scenario: Scenario, failed: Sequence[str]) -> Any:
        """Compile a scenario into a plan in which these nodes and links are down from time 0 on."""
        ...

    def run(self, plan: Any, replication: int, tables: Sequence[str]) -> ReplicationOutput:
        """Run one replication of a plan; it depends on the plan and the number alone."""
        ...


@dataclass(frozen=True)
class NamedEngine:
    """An engine of this package: ``simpy``, the reference, or ``compiled``; both give the same event log."""

    name: str = "simpy"

    def build(self, scenario: Scenario, failed: Sequence[str]) -> Any:
        """Compile a scenario into a plan; raises ScenarioError if it cannot be run."""
        from warnpath.engine import build_plan

        return build_plan(scenario, dict.fromkeys(failed, (0.0, None)))

    def run(self, plan: Any, replication: int, tables: Sequence[str]) -> ReplicationOutput:
        """Run one replication."""
        from warnpath.engine import run_replication

        return run_replication(plan, replication, tables=tuple(tables), engine=self.name)


def find_engine(engine: str | Engine) -> Engine:
    """Return the engine of that name, or the engine itself.

    Raises
    ------
    StudyError
        If there is no such engine.
    """
    if not isinstance(engine, str):
        return engine
    if engine not in NAMES:
        raise StudyError(f"there is no engine {engine!r}; expected {' or '.join(NAMES)}")
    return NamedEngine(engine)
