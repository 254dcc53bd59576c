"""The engines a study can run on, behind one small interface."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from warnpath.study.errors import StudyError

if TYPE_CHECKING:
    from warnpath.engine import ReplicationOutput
    from warnpath.scenario import Scenario
    from warnpath.study.cold_start import Work

NAMES = ("simpy", "compiled")
DEFAULT = "compiled"
MEMORY_LIMIT_MB = 4000.0
"""Memory that what grows in a replication, or the kept tables of all, may take unless told otherwise."""
BUILDING = "Compiling the model to machine code; this is done once and takes half a minute ..."
NOT_BUILDING = (
    "The model is not compiled yet, and this job ends sooner without: the SimPy engine runs it as Python, "
    'with the same result. Ask for the engine "compiled" to compile it.'
)


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

        with plain_kernels(self.is_plain):
            return build_plan(scenario)

    def fail(self, plan: Any, failed: Sequence[str]) -> Any:
        """The plan with these nodes and links down from time 0 on."""
        from warnpath.engine.plan_outages import with_failed

        return with_failed(plan, failed) if failed else plan

    def run(self, plan: Any, replication: int, tables: Sequence[str]) -> ReplicationOutput:
        """Run one replication."""
        from warnpath.engine import run_replication

        with plain_kernels(self.is_plain):
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

        limit_mb = self.memory_limit_mb
        with plain_kernels(self.is_plain):
            return run_until_warned(plan, replication, engine=self.name, memory_limit_mb=limit_mb)


@contextmanager
def plain_kernels(wanted: bool) -> Iterator[None]:
    """Within it, this process, which may be a worker, runs kernels as plain Python or as machine code."""
    from warnpath.compilation import plain_is_preferred, prefer_plain

    before = plain_is_preferred()
    if before != wanted:
        prefer_plain(wanted)
    try:
        yield
    finally:
        if before != wanted:
            prefer_plain(before)


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


def find_own_engine(name: str | None, work: Work, memory_limit_mb: float | None) -> tuple[NamedEngine, str]:
    """The engine of this package that runs a job, and what to tell its user of it; empty if nothing.

    Where nobody asked for one it is ``compiled``. If that has to be built first, and the job is estimated to
    end sooner on SimPy's with nothing compiled (`cold_start`), it runs there: the event log is the same.
    Whoever asked for ``compiled`` gets that.

    Parameters
    ----------
    name : str or None
        What was asked for.
    work : iterable of (Scenario, int)
        Looked at only where nothing is compiled yet, and with nothing compiled.
    memory_limit_mb : float or None
    """
    from warnpath.compilation.image import machine_code_is_ready

    asked = NamedEngine(name or DEFAULT, memory_limit_mb)
    if machine_code_is_ready():
        return asked, ""
    if name != DEFAULT and _ends_sooner_as_python(work, memory_limit_mb):
        return NamedEngine("simpy", memory_limit_mb, is_plain=True), NOT_BUILDING
    return asked, BUILDING


def _ends_sooner_as_python(work: Work, memory_limit_mb: float | None) -> bool:
    from warnpath.study.cold_start import LEAST_MEMORY_MB, ends_sooner_as_python

    if memory_limit_mb is not None and memory_limit_mb < LEAST_MEMORY_MB:
        return False
    with plain_kernels(True):
        return ends_sooner_as_python(work)


def shared_results(engine: Engine) -> str:
    """What engines have in common that give the same numbers: those of this package have one event log."""
    return "" if isinstance(engine, NamedEngine) else engine.name
