"""What single failures cost, computed beside a run: the second half of the answer in the same few seconds.

Threads of the compiled engine go on while this process makes the tables of the run itself. Every failed
replication is paired with the undisturbed one of the same number, which the run has made already. An element
that no message touched in that one changes nothing when it fails, for shortest routes stay shortest when what
they do not use is gone: such pairs are equal and not simulated.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np

from warnpath.study.blocks import Base, Variant, guarded, plan_of

if TYPE_CHECKING:
    import pandas as pd

    from warnpath.engine import ReplicationOutput
    from warnpath.network.contingencies import Contingency
    from warnpath.study.result import Result
    from warnpath.study.simulate import Execution

MOST_REPLICATIONS = 4
MOST_EVENTS = 2_500_000
"""Events that the scan of a run may simulate unasked, counted as if every replication went to its end."""

_COLUMNS = ("launch", "consumer", "margin_s", "status", "needed")


@dataclass(frozen=True, eq=False)
class FailureCosts:
    """Costs of single failures by class and role.

    Attributes
    ----------
    groups : DataFrame
        As of `warnpath.metrics.resilience.group_costs`, worst first.
    elements : int
        Elements that failed, one at a time.
    replications : int
        Replications of each that were compared.
    untouched : int
        Elements that no used route touches; their failure costs nothing.
    """

    groups: pd.DataFrame
    elements: int
    replications: int
    untouched: int


class FailureScan:
    """Replications with one element failed, for every element in use; started when made.

    Use it as a context manager: what is under way when it is left is given up.

    Parameters
    ----------
    result : Result
        The undisturbed run.
    replications : int
        Replications of each failure; at most those of the run.
    execution : Execution
    """

    def __init__(self, result: Result, replications: int, execution: Execution) -> None:
        self._undisturbed = [output for output in result.outputs[:replications] if output.status == "ok"]
        self._seed = result.seed
        self._engine = execution.engine
        self._plan, _ = plan_of(Variant(Base.of(result.scenario)), self._engine)
        contingencies = _single_failures(self._plan)
        self._used = [item for item in contingencies if item.is_used]
        self._untouched = len(contingencies) - len(self._used)
        self._touched = [_touched(self._plan, output) for output in self._undisturbed]
        self._pool = ThreadPoolExecutor(execution.worker_count(), thread_name_prefix="failure")
        self._waiting: list[Future[list[ReplicationOutput]]] = [
            self._pool.submit(self._fail, item.elements) for item in self._used
        ]

    def __enter__(self) -> FailureScan:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def costs(self) -> FailureCosts | None:
        """Wait for the end and compare; None where there is nothing to compare."""
        import pandas as pd

        from warnpath.metrics.resilience import group_costs

        failed = [future.result() for future in self._waiting]
        broken = {output.replication for outputs in failed for output in outputs if output.status != "ok"}
        kept = [output for output in self._undisturbed if output.replication not in broken]
        if not kept or not failed:
            return None
        whole = [[output for output in outputs if output.replication not in broken] for outputs in failed]
        rows = _warnings([output for outputs in whole for output in outputs])
        sizes = [sum(_rows(output) for output in outputs) for outputs in whole]
        rows.insert(0, "element", np.repeat([item.name for item in self._used], sizes))
        elements = pd.DataFrame(
            [(item.name, item.kind, item.group) for item in self._used], columns=["element", "kind", "group"]
        )
        groups = group_costs(_warnings(kept), rows, elements)
        return FailureCosts(groups, len(self._used), len(kept), self._untouched)

    def _fail(self, elements: tuple[str, ...]) -> list[ReplicationOutput]:
        plan = self._engine.fail(self._plan, elements)
        return [
            output if touched.isdisjoint(elements) else self._run_until_warned(plan, output.replication)
            for output, touched in zip(self._undisturbed, self._touched, strict=True)
        ]

    def _run_until_warned(self, plan: Any, replication: int) -> ReplicationOutput:
        # Costs are of needed warnings alone, and after the last of them has arrived they are settled.
        return guarded(lambda: self._engine.run_until_warned(plan, replication), replication, self._seed)


def affordable_replications(result: Result, execution: Execution) -> int:
    """Replications of each single failure that a run can afford without being asked; 0 for none.

    It depends on the scenario alone, never on the clock, so that equal runs have equal tables. The reference
    engine is for looking at one run, not at hundreds.
    """
    if not execution.engine.uses_threads or not result.outputs or result.failed:
        return 0
    first = result.outputs[0]
    if not len(first.columns.get("warnings", {}).get("launch", ())):
        return 0
    plan, _ = plan_of(Variant(Base.of(result.scenario)), execution.engine)
    touched = _touched(plan, first)
    simulated = sum(not touched.isdisjoint(item.elements) for item in _single_failures(plan) if item.is_used)
    most = MOST_EVENTS // max(1, simulated * first.events)
    return min(MOST_REPLICATIONS, most, len(result.outputs))


def _single_failures(plan: Any) -> tuple[Contingency, ...]:
    from warnpath.network.contingencies import single_failures
    from warnpath.network.protection import protected_elements

    tables = plan.network.tables
    return single_failures(plan.network.graph, tables, protected_elements(plan.scenario, tables))


def _touched(plan: Any, output: ReplicationOutput) -> frozenset[str]:
    """Links that carried a message, nodes that processed one, and the ends of these links."""
    columns = output.columns["elements"]
    names = columns["element"][columns["messages"] > 0].tolist()
    ends = {link: (tail, head) for tail, head, link in plan.network.graph.edges(keys=True)}
    return frozenset(names).union(*(ends[name] for name in names if name in ends))


def _warnings(outputs: Sequence[ReplicationOutput]) -> pd.DataFrame:
    """The columns of table `warnings` that costs are made of."""
    import pandas as pd

    sizes = [_rows(output) for output in outputs]
    columns = {
        name: np.concatenate([output.columns["warnings"][name] for output in outputs]) for name in _COLUMNS
    }
    numbers = np.repeat([output.replication for output in outputs], sizes)
    return pd.DataFrame({"replication": numbers, **columns})


def _rows(output: ReplicationOutput) -> int:
    """Rows of the table `warnings` in an output."""
    return len(output.columns["warnings"]["launch"])
