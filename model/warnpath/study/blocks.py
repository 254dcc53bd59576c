"""The unit of work of every study: some replications of one variant of a scenario.

A block is plain data that pickles, so that any executor can run it. The plan compiled from its scenario is
kept for the next block of the same variant in the same process; results do not depend on that.
"""

from __future__ import annotations

import hashlib
import logging
import pickle
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

from warnpath.study.engines import Engine

if TYPE_CHECKING:
    from warnpath.engine import ReplicationOutput
    from warnpath.scenario import Scenario

PLANS_KEPT = 4
Setting = int | float | bool | str
_log = logging.getLogger(__name__)
_plans: OrderedDict[str, tuple[Any, int]] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True)
class Base:
    """A scenario, pickled once for many blocks.

    Parameters
    ----------
    key : str
        Hash of the pickle.
    seed : int
        Its seed.
    pickled : bytes
        The scenario.
    """

    key: str
    seed: int
    pickled: bytes

    @classmethod
    def of(cls, scenario: Scenario) -> Base:
        """Pickle a scenario."""
        pickled = pickle.dumps(scenario)
        key = hashlib.blake2b(pickled, digest_size=16).hexdigest()
        return cls(key, int(scenario.run.seed), pickled)

    def scenario(self) -> Scenario:
        """Return the scenario."""
        scenario: Scenario = pickle.loads(self.pickled)
        return scenario


@dataclass(frozen=True)
class Variant:
    """A scenario, what is changed in it, and what is out of order from the start.

    Parameters
    ----------
    base : Base
        Scenario to start from.
    changes : tuple of (str, value)
        Values by path, as in ``--set``, in the order in which they are set.
    failed : tuple of str
        Nodes and links that are down from time 0 on.
    """

    base: Base
    changes: tuple[tuple[str, Setting], ...] = ()
    failed: tuple[str, ...] = ()

    def scenario(self) -> Scenario:
        """Return the scenario with the changes made; what failed is the plan's matter.

        Raises
        ------
        ScenarioError
            If a path matches nothing or a value is not valid there.
        """
        scenario = self.base.scenario()
        return scenario.replace(dict(self.changes)) if self.changes else scenario


@dataclass(frozen=True)
class Block:
    """Replications of one variant.

    Parameters
    ----------
    variant : Variant
        What to run.
    first, last : int
        Replications `first` up to and including `last`.
    tables : tuple of str
        Tables to record.
    engine : Engine
        Engine to run on.
    """

    variant: Variant
    first: int
    last: int
    tables: tuple[str, ...]
    engine: Engine


def run_block(block: Block) -> list[ReplicationOutput]:
    """Run the replications of a block; one that fails is an output with status failed.

    Raises
    ------
    ScenarioError
        If the scenario cannot be run at all.
    """
    plan, seed = plan_of(block.variant, block.engine)
    return [
        run_one(block.engine, plan, replication, block.tables, seed)
        for replication in range(block.first, block.last + 1)
    ]


def run_one(
    engine: Engine, plan: Any, replication: int, tables: tuple[str, ...], seed: int
) -> ReplicationOutput:
    """Run one replication; whatever error it raises becomes an output with status failed."""
    return guarded(lambda: engine.run(plan, replication, tables), replication, seed)


def guarded(run: Callable[[], ReplicationOutput], replication: int, seed: int) -> ReplicationOutput:
    """Output of a run of one replication, or one with status failed that says what error it raised."""
    started = perf_counter()
    try:
        return run()
    except Exception as error:  # noqa: BLE001 - one bad replication must not end the others
        _log.debug("replication %d failed", replication, exc_info=True)
        return failed_output(replication, seed, describe_error(error), perf_counter() - started)


def failed_output(replication: int, seed: int, error: str, wall_s: float = 0.0) -> ReplicationOutput:
    """Output of a replication that did not run to its end."""
    from warnpath.engine import ReplicationOutput

    return ReplicationOutput(replication, seed, "failed", error, wall_s, 0, "", {})


def describe_error(error: BaseException) -> str:
    """An error on one line: its type and its message."""
    message = " ".join(str(error).split())
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def plan_of(variant: Variant, engine: Engine) -> tuple[Any, int]:
    """Plan of a variant and its seed, compiled unless it was just used in this process."""
    whole = _kept(repr((engine, variant.base.key, variant.changes)), lambda: _build(variant, engine))
    if not variant.failed:
        return whole
    key = repr((engine, variant.base.key, variant.changes, variant.failed))
    return _kept(key, lambda: (engine.fail(whole[0], variant.failed), whole[1]))


def _build(variant: Variant, engine: Engine) -> tuple[Any, int]:
    scenario = variant.scenario()
    return engine.build(scenario), int(scenario.run.seed)


def _kept(key: str, make: Callable[[], tuple[Any, int]]) -> tuple[Any, int]:
    """What was made under a key, made now if it is not among those used last."""
    with _lock:
        if key not in _plans:
            _plans[key] = make()
            while len(_plans) > PLANS_KEPT:
                _plans.popitem(last=False)
        _plans.move_to_end(key)
        return _plans[key]
