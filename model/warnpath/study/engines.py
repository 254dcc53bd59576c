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
DEFAULT = "compiled"
MEMORY_LIMIT_MB = 4000.0
"""Memory that what grows in a replication, or the kept tables of all, may take unless told otherwise."""


class Engine(Protocol):
    """What a study needs of an engine. It must pickle, for it is sent to worker processes."""

    @property
    def name(self) -> str:
        """Name, for the provenance of results."""
        ...

    @property
    def memory_limit_mb(self) -> float | None:
        """Memory that what grows in a replication, or the kept tables of all, may take; None for any."""
        ...

    @property
    def uses_threads(self) -> bool:
        """Whether replications on several threads of one process take less time than on one."""
        ...

    def build(self, scenario: Scenario) -> Any:
        """Compile a scenario into a plan."""
        ...

    def fail(self, plan: Any, failed: Sequence[str]) -> Any:
        """The plan with these nodes and links down from time 0 on."""
        ...

    def run(self, plan: Any, replication: int, tables: Sequence[str]) -> ReplicationOutput:
        """Run one replication of a plan; it depends on the plan and the number alone."""
        ...

    def run_until_warned(self, plan: Any, replication: int) -> ReplicationOutput:
        """Run one replication no longer than it takes to say how the needed warnings fared."""
        ...


@dataclass(frozen=True)
class NamedEngine:
    """An engine of this package; both give the same event log.

    ``compiled`` runs the whole event loop as machine code. In ``simpy`` SimPy keeps the queue and the time,
    and each event calls machine code; under a debugger or a measurement of coverage it runs the Python that
    the handlers are written in.

    Parameters
    ----------
    name : str
    memory_limit_mb : float or None
    is_plain : bool
        Nothing is machine code that has a form in plain Python; ``simpy`` only. See `cold_start`.
    """

    name: str = DEFAULT
    memory_limit_mb: float | None = MEMORY_LIMIT_MB
    is_plain: bool = False

    @property
    def uses_threads(self) -> bool:
        """Machine code runs without the interpreter's lock."""
        return self.name == "compiled"

    def build(self, scenario: Scenario) -> Any:
        """Compile a scenario into a plan; raises ScenarioError if it cannot be run."""
        from warnpath.engine import build_plan

        self._set_up()
        return build_plan(scenario)

    def fail(self, plan: Any, failed: Sequence[str]) -> Any:
        """The plan with these nodes and links down from time 0 on."""
        from warnpath.engine.plan_outages import with_failed

        return with_failed(plan, failed) if failed else plan

    def run(self, plan: Any, replication: int, tables: Sequence[str]) -> ReplicationOutput:
        """Run one replication."""
        from warnpath.engine import run_replication

        self._set_up()
        return run_replication(
            plan,
            replication,
            tables=tuple(tables),
            engine=self.name,
            memory_limit_mb=self.memory_limit_mb,
        )

    def run_until_warned(self, plan: Any, replication: int) -> ReplicationOutput:
        """Run one replication no longer than it takes to say how the needed warnings fared."""
        from warnpath.engine.run import run_until_warned

        self._set_up()
        return run_until_warned(plan, replication, engine=self.name, memory_limit_mb=self.memory_limit_mb)

    def _set_up(self) -> None:
        """Let this process, which may be a worker, run kernels as this engine wants it."""
        from warnpath.compilation import plain_is_preferred, prefer_plain

        if plain_is_preferred() != self.is_plain:
            prefer_plain(self.is_plain)


def find_engine(engine: str | Engine, memory_limit_mb: float | None = MEMORY_LIMIT_MB) -> Engine:
    """Return the engine of that name, within a limit of memory, or the engine itself.

    Raises
    ------
    StudyError
        If there is no such engine.
    """
    if not isinstance(engine, str):
        return engine
    if engine not in NAMES:
        raise StudyError(f"there is no engine {engine!r}; expected {' or '.join(NAMES)}")
    return NamedEngine(engine, memory_limit_mb)


def first_engine(scenario: Scenario, memory_limit_mb: float | None = MEMORY_LIMIT_MB) -> NamedEngine:
    """The engine for replications of a scenario whose user asks for none.

    It is ``compiled``, unless that has to be built first and the job is estimated to end sooner on SimPy's,
    with nothing compiled (`cold_start`); the event log is the same.
    """
    from warnpath.compilation.image import machine_code_is_ready
    from warnpath.study.cold_start import ends_sooner_as_python

    if not machine_code_is_ready() and ends_sooner_as_python(scenario, int(scenario.run.replications)):
        return NamedEngine("simpy", memory_limit_mb, is_plain=True)
    return NamedEngine(DEFAULT, memory_limit_mb)
