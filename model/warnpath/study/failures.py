"""What each single failure costs in warning time.

Every element that a used route touches is down from time 0; each run is paired with its undisturbed twin.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warnpath.study.blocks import Base, Variant
from warnpath.study.cells import Point, compute, make_cells, merge, settle
from warnpath.study.engines import shared_results
from warnpath.study.errors import RunFailed, StudyError
from warnpath.study.parts import check_output_folder, opened_parts, study_identity
from warnpath.study.result import combined_hash, in_order
from warnpath.study.simulate import Execution, Progress, own_execution, with_run_settings

if TYPE_CHECKING:
    import pandas as pd

    from warnpath.network.contingencies import Contingency
    from warnpath.scenario import Scenario

GROUP = "design"
FAILED = "failed_element"
"""Column of the tables that names the element that was down; empty for the undisturbed runs."""
TABLES = ("warnings",)


@dataclass(frozen=True, eq=False)
class FailuresResult:
    """Costs of single failures.

    Parameters
    ----------
    scenario : Scenario
        As run.
    tables : mapping of str to DataFrame
        `failures` (one row per element), `runs` and `warnings` (the undisturbed runs are point 0).
    groups : DataFrame
        Costs by class or role, worst first.
    untouched : tuple of str
        Elements that no used route touches; their failure costs nothing and was not simulated.
    engine : str
        Name of the engine; of all that parts come from, if it was resumed on another.
    """

    scenario: Scenario
    tables: Mapping[str, pd.DataFrame]
    groups: pd.DataFrame
    untouched: tuple[str, ...]
    engine: str

    @property
    def failures(self) -> pd.DataFrame:
        """One row per failed element, worst group first."""
        return self.tables["failures"]

    @property
    def replications(self) -> int:
        """Replications of the undisturbed scenario and of each failure."""
        return int(self.scenario.run.replications)

    @property
    def failed(self) -> int:
        """Number of replications that failed."""
        return int((self.tables["runs"]["status"] != "ok").sum())

    @property
    def log_hash(self) -> str:
        """Hash of the event logs of all points and replications, in order."""
        return combined_hash(enumerate(self.tables["runs"]["log_hash"]))


def failures(
    scenario: Scenario | str | Path,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = 1,
    progress: Progress | None = None,
    out: Path | str | None = None,
) -> FailuresResult:
    """Cost of the failure of each link and node that a used route touches, down from time 0 on.

    Parameters
    ----------
    scenario : Scenario, str or Path
        Scenario, name of a shipped one, or path of a file.
    replications, seed : int, optional
        Instead of those of the scenario.
    workers : int or None
        Most worker processes; None for one per processor.
    progress : callable, optional
        Called with the number of replications done and their total.
    out : Path or str, optional
        Folder for the tables, and for the parts from which an interrupted study resumes; nothing is written
        by default.

    Returns
    -------
    FailuresResult
        Costs per element and per group, each with its interval over the paired replications.

    Raises
    ------
    ScenarioError
        If the scenario cannot be run.
    StudyError
        If the folder holds something else.
    RunFailed
        If a failed replication leaves nothing to compare.
    """
    chosen = with_run_settings(scenario, replications, seed)
    return run_failures(chosen, None if out is None else Path(out), own_execution(workers, progress))


def run_failures(
    scenario: Scenario, out: Path | None, execution: Execution, command: str = ""
) -> FailuresResult:
    """As `failures`, with the settings of the scenario and the given execution."""
    from warnpath.results.provenance import describe
    from warnpath.results.store import write_folder

    if not scenario.active_launches():
        raise StudyError(
            f"{scenario.name} has no launch; what a failure costs is counted in warning time, so there must "
            "be something to warn of"
        )
    replications = int(scenario.run.replications)
    execution = execution.for_job([(scenario, replications)])
    contingencies = single_contingencies(scenario)
    used = [item for item in contingencies if item.is_used]
    if out is not None:
        check_output_folder(out, "failures", scenario.name)
    with ExitStack() as stack:
        folder = out or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="warnpath-")))
        identity = study_identity("failures", _content(scenario, used, execution))
        parts = stack.enter_context(opened_parts(folder, identity))
        cells = make_cells(make_points(scenario, used), replications, TABLES, execution.engine, parts)
        execution, engine = settle(cells, execution)
        lost = compute(cells, execution)
        tables = merge(cells, lost, GROUP)
        tables["failures"], groups = cost_tables(tables, used)
        if out is not None:
            provenance = describe(
                scenario,
                seed=int(scenario.run.seed),
                replications=replications,
                engine=engine,
                design={"kind": "failures", "name": scenario.name, "order": 1},
            )
            write_folder(tables, out, provenance, command)
    untouched = tuple(item.name for item in contingencies if not item.is_used)
    return FailuresResult(scenario, in_order(tables), groups, untouched, engine)


def single_contingencies(scenario: Scenario) -> tuple[Contingency, ...]:
    """Every single failure of a link or a node, with whether a used route touches it."""
    from warnpath.network.contingencies import single_failures
    from warnpath.network.flows import standard_flows
    from warnpath.network.graph import build_graph
    from warnpath.network.protection import protected_elements
    from warnpath.network.release import build_policy
    from warnpath.network.routing import tables_from_graph

    graph, policy = build_graph(scenario), build_policy(scenario)
    tables = tables_from_graph(graph, policy, standard_flows(scenario, policy))
    return single_failures(graph, tables, protected_elements(scenario, tables))


def make_points(scenario: Scenario, used: list[Contingency]) -> list[Point]:
    """The undisturbed scenario as point 0, then one point per failure."""
    from warnpath.results.tables import DesignPoint

    base = Base.of(scenario)
    points = [Point(GROUP, DesignPoint(0, {FAILED: ""}), Variant(base))]
    for number, item in enumerate(used, start=1):
        design = DesignPoint(number, {FAILED: item.name})
        points.append(Point(GROUP, design, Variant(base, failed=item.elements)))
    return points


def cost_tables(
    tables: Mapping[str, pd.DataFrame], used: list[Contingency]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Table `failures`, and the costs by group, over the replications that ran to their end everywhere.

    Raises
    ------
    RunFailed
        If there is none.
    """
    import pandas as pd

    from warnpath.metrics.resilience import failure_costs, group_costs
    from warnpath.results.tables import conform

    runs = tables["runs"]
    bad = set(runs.loc[runs["status"] != "ok", "replication"])
    warnings = tables.get("warnings")
    if warnings is not None:
        warnings = warnings.loc[~warnings["replication"].isin(bad)]
    if warnings is None or warnings.empty:
        reason = runs.loc[runs["status"] != "ok", "error"]
        raise RunFailed(
            f"no replication ran to its end: {next(iter(reason), 'there is no warning to look at')}"
        )
    failed = warnings.loc[warnings["point"] > 0].rename(columns={FAILED: "element"})
    undisturbed = warnings.loc[warnings["point"] == 0].drop(columns=["point", FAILED])
    failed = failed.drop(columns="point")
    if failed.empty:
        raise StudyError("no route in use touches an element that could fail; there is nothing to compare")
    elements = pd.DataFrame(
        {
            "element": [item.name for item in used],
            "kind": [item.kind for item in used],
            "group": [item.group for item in used],
        }
    )
    costs = conform(failure_costs(undisturbed, failed, elements), "failures", ())
    return costs, group_costs(undisturbed, failed, elements)


def _content(scenario: Scenario, used: list[Contingency], execution: Execution) -> dict[str, Any]:
    """What determines the numbers of a part; the number of replications does not."""
    return {
        "scenario": scenario.replace({"run.replications": 1}).content_hash(),
        "elements": [item.name for item in used],
        "seed": int(scenario.run.seed),
        "tables": list(TABLES),
        "engine": shared_results(execution.engine),
    }
