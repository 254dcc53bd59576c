"""One replication on the SimPy engine, open to a user's own SimPy processes.

A process shares the environment and acts through `send`, `set_state` and `on`, which go over the same
handlers as everything else, so what it does is queued, lost, logged and hashed like the rest::

    run = SimpyRun(plan, replication=0)

    def maintenance(env):
        yield env.timeout(300)
        run.set_state("usfj-hub-fibre", up=False)

    run.env.process(maintenance(run.env))
    output = run.run()

The handlers run as machine code, one call an event; as the Python they are written in where a debugger, or a
measurement of coverage, looks on when the run is made, or where `as_written` asks for it. The event log and
the tables are the same, bit for bit. ``run.world`` shows the state either way: ``run.world.links[0].up``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Any

import simpy

from warnpath.compilation import plain_is_preferred
from warnpath.engine import codes
from warnpath.engine.columns import DEFAULT_TABLES, TABLES, build_columns
from warnpath.engine.handlers.external import external_sent
from warnpath.engine.handlers.outages import outage_began, outage_ended
from warnpath.engine.output import ReplicationOutput
from warnpath.engine.plan import Plan
from warnpath.engine.plan_lives import member_row, outage_row
from warnpath.engine.prepare import prepare
from warnpath.engine.random_streams import mix, name_key
from warnpath.engine.simpy_python import PythonHandlers
from warnpath.engine.simpy_scheduler import EngineError, SimpyScheduler, is_watched
from warnpath.engine.warned import needed_warnings, outcomes

EVENT_KINDS = {
    "launched": codes.LAUNCHED,
    "sensed": codes.SENSED,
    "sent": codes.LINK_SENT,
    "arrived": codes.ARRIVED,
    "served": codes.SERVED,
    "released": codes.RELEASED,
    "assessed": codes.ASSESSED,
    "approved": codes.APPROVED,
    "outage_began": codes.OUTAGE_BEGAN,
    "outage_ended": codes.OUTAGE_ENDED,
    "converged": codes.CONVERGED,
    "impacted": codes.IMPACTED,
    "traffic": codes.TRAFFIC_DUE,
}
"""Events that `SimpyRun.on` takes, by name."""


class SimpyRun:
    """A replication about to run.

    Parameters
    ----------
    plan : Plan
        From `build_plan`; flows that `send` will use are given there.
    replication : int
        0, 1, 2 ...; a replication can be run alone and gives what it gives among others.
    seed : int, optional
        By default the scenario's.
    tables : collection of str
        Tables to fill, names out of `warnpath.engine.columns.TABLES`.
    entity_classes : dict, optional
        Classes of the world's entities, for example ones that check every value.
    keep_log : bool
        Keep the event log itself in `scheduler.log`.
    memory_limit_mb : float, optional
        A replication that needs more fails, with words on what to turn off.
    as_written : bool, optional
        Run the handlers as the Python they are written in rather than as machine code: some ten times slower,
        with the same results. By default where a debugger looks on, or with entity classes of one's own.

    Attributes
    ----------
    env : simpy.Environment
    world : World or ArrayWorld
        The state; both are read alike, ``world.links[0].up``.
    scheduler : SimpyScheduler
    """

    def __init__(
        self,
        plan: Plan,
        replication: int = 0,
        seed: int | None = None,
        tables: Collection[str] = DEFAULT_TABLES,
        *,
        entity_classes: dict[str, Any] | None = None,
        keep_log: bool = False,
        memory_limit_mb: float | None = None,
        as_written: bool | None = None,
    ) -> None:
        unknown = set(tables) - set(TABLES)
        if unknown:
            raise ValueError(f"unknown tables {', '.join(sorted(unknown))}; known are {', '.join(TABLES)}")
        self.plan = plan
        self.replication = replication
        self.seed = plan.scenario.run.seed if seed is None else seed
        self.tables = tuple(tables)
        self._started = time.perf_counter()
        if as_written is None:
            as_written = entity_classes is not None or is_watched() or plain_is_preferred()
        if entity_classes is not None and not as_written:
            raise ValueError("machine code knows no entity classes; leave as_written=False out")
        events = plan.initial_events
        self.scheduler: SimpyScheduler
        if as_written:
            entities = prepare(plan, replication, self.seed, tables, entity_classes)
            self.scheduler = PythonHandlers(entities, events, keep_log, memory_limit_mb)
        else:
            from warnpath.engine.compiled.compiled_run import template_of
            from warnpath.engine.compiled.simpy_compiled import CompiledHandlers

            is_small = memory_limit_mb is not None
            arrays = template_of(plan).world(replication, self.seed, tables, is_small)
            self.scheduler = CompiledHandlers(arrays, events, keep_log, memory_limit_mb)
        self.world: Any = self.scheduler.world
        self.env: simpy.Environment = self.scheduler.env
        self._sent: dict[tuple[str, str], int] = {}
        self._taken_down: dict[str, int] = {}

    def run(self) -> ReplicationOutput:
        """Run to the end; the output has status "failed" and the reason if the engine stopped itself."""
        try:
            log_hash = self.scheduler.run()
        except EngineError as error:
            return self._output("failed", str(error), "", {})
        return self._output("ok", "", log_hash, build_columns(self.plan, self.world, self.tables))

    def run_until_warned(self) -> ReplicationOutput:
        """Run no longer than `warned` asks for; the only columns are those that it names."""
        needed = needed_warnings(self.plan, self.world)
        for x in needed:
            self.world.needs[x].awaited = 1
        self.world.awaited = len(needed)
        if not needed:
            self.world.stop_s = 0.0
        try:
            log_hash = self.scheduler.run_until_stopped()
        except EngineError as error:
            return self._output("failed", str(error), "", {})
        return self._output("ok", "", log_hash, outcomes(self.plan, self.world, self.tables))

    def send(
        self, origin: str, destination: str, size_bytes: float, priority: int = codes.PRIORITY_BACKGROUND
    ) -> int:
        """Send a message of a user's own along a flow of kind "external" that the plan was built with.

        Parameters
        ----------
        origin, destination : str
            Node ids.
        size_bytes : float
        priority : int
            0 warning, 1 track, 2 background.

        Returns
        -------
        int
            Number of the message in the `messages` table.

        Raises
        ------
        ValueError
            No such flow in the plan, or a priority or size that no message can have.
        """
        if priority not in range(codes.PRIORITIES):
            raise ValueError(f"priority is {priority}; expected 0, 1 or 2")
        if not size_bytes >= 0.0:
            raise ValueError(f"size_bytes is {size_bytes}; expected 0 or more")
        network = self.plan.network
        if (origin, destination) not in network.external_flows:
            known = ", ".join(f"{a} to {b}" for a, b in network.external_flows) or "none"
            raise ValueError(
                f"no external flow from {origin} to {destination} in the plan (known: {known}); "
                'give it to build_plan, as in extra_flows=[Flow("external", origin, destination)]'
            )
        tree, clearance = network.tree_of("external", origin, destination)
        count = self._sent.get((origin, destination), 0)
        self._sent[origin, destination] = count + 1
        lineage = mix(name_key(f"external:{origin}>{destination}"), count)
        source, target = network.node_row[origin], network.node_row[destination]
        number: int = self.scheduler.act(
            external_sent, source, target, lineage, tree, clearance, priority, 8.0 * size_bytes
        )
        return number

    def set_state(self, element: str, up: bool) -> None:
        """Take a link or node down, or bring it back, now.

        Raises
        ------
        ValueError
            No such element.
        """
        target = self.plan.network.outage_target(element)
        o = self._taken_down.pop(element, -1) if up else -1
        if o < 0:
            member = self.scheduler.add("members", member_row(target))
            o = self.scheduler.add("outages", outage_row(member, 1, None))
        if up:
            self.scheduler.act(outage_ended, o)
        else:
            self._taken_down[element] = o
            self.scheduler.act(outage_began, o)

    def on(self, event: str, listener: Callable[[float, int, int], None]) -> None:
        """Call `listener(now_s, element_number, copy_number)` after every event of a kind.

        Raises
        ------
        ValueError
            No such kind; see `EVENT_KINDS`.
        """
        if event not in EVENT_KINDS:
            raise ValueError(f"no event {event!r}; known are {', '.join(EVENT_KINDS)}")
        self.scheduler.on(EVENT_KINDS[event], listener)

    def _output(self, status: str, error: str, log_hash: str, columns: dict[str, Any]) -> ReplicationOutput:
        elapsed = time.perf_counter() - self._started
        events = self.scheduler.events
        return ReplicationOutput(
            self.replication, self.seed, status, error, elapsed, events, log_hash, columns
        )
