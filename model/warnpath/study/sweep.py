"""A design over parameters, every point with the same seed: points are paired by common random numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warnpath.study.blocks import Base, Setting, Variant
from warnpath.study.cells import Point, compute, make_cells, merge, settle
from warnpath.study.engines import shared_results
from warnpath.study.errors import StudyError
from warnpath.study.experiment import Experiment, load_experiment
from warnpath.study.experiment_checks import placed, with_settings
from warnpath.study.parts import check_output_folder, opened_parts, study_identity
from warnpath.study.result import combined_hash, in_order
from warnpath.study.simulate import (
    ALWAYS,
    Execution,
    Progress,
    own_execution,
    recorded_tables,
    with_run_settings,
)

if TYPE_CHECKING:
    import pandas as pd

    from warnpath.results.provenance import Provenance
    from warnpath.scenario import Problem, Scenario

MAIN = "design"
REFERENCE = "reference"


@dataclass(frozen=True, eq=False)
class SweepResult:
    """Tables of a sweep, as they stand in its folder.

    Parameters
    ----------
    experiment : Experiment
        What was asked.
    scenario : Scenario
        Scenario the design starts from, with its seed and replications.
    folder : Path
        Where the tables are.
    tables : mapping of str to DataFrame
        `runs`, `warnings`, `summary` and what else was recorded; `point` and the swept parameters in front.
    reference_tables : mapping of str to DataFrame
        The same of the reference scenario; empty if there is none.
    reference_of : tuple of int
        Number of the reference point each point is compared with; empty without a reference.
    engine : str
        Name of the engine; of all that parts come from, if it was resumed on another.
    """

    experiment: Experiment
    scenario: Scenario
    folder: Path
    tables: Mapping[str, pd.DataFrame]
    reference_tables: Mapping[str, pd.DataFrame]
    reference_of: tuple[int, ...]
    engine: str

    @property
    def runs(self) -> pd.DataFrame:
        """One row per point and replication."""
        return self.tables["runs"]

    @property
    def warnings(self) -> pd.DataFrame:
        """One row per point, replication, launch and consumer."""
        return self.tables["warnings"]

    @property
    def summary(self) -> pd.DataFrame:
        """One row per point, launch, consumer and metric; the gains over the reference are metrics too."""
        return self.tables["summary"]

    @property
    def failed(self) -> int:
        """Number of replications that failed, those of the reference included."""
        tables = [self.runs, *(table for name, table in self.reference_tables.items() if name == "runs")]
        return sum(int((runs["status"] != "ok").sum()) for runs in tables)

    def gains(self, by: Sequence[str] = ("launch", "consumer", "product")) -> pd.DataFrame:
        """Gains over the reference by other groups than in `summary`; see `warnpath.study.gains`."""
        import pandas as pd

        from warnpath.study.gains import gain_metrics

        if "summary" not in self.tables or "warnings" not in self.reference_tables:
            return pd.DataFrame(columns=["point", *by, "metric", "n", "mean", "ci_low", "ci_high"])
        return gain_metrics(self.warnings, self.reference_tables["warnings"], self.reference_of, by)

    @property
    def log_hash(self) -> str:
        """Hash of the event logs of all points and replications, in order."""
        return combined_hash(enumerate(self.runs["log_hash"]))


@dataclass(frozen=True)
class Design:
    """The points of an experiment, and of its reference, ready to run."""

    points: tuple[Point, ...]
    reference_of: tuple[int, ...]
    """Number of the reference point each point is compared with; empty without a reference."""


def sweep(
    experiment: Experiment | str | Path,
    out: Path | str | None = None,
    workers: int | None = 1,
    progress: Progress | None = None,
) -> SweepResult:
    """Run an experiment, or resume it where it was interrupted.

    Parameters
    ----------
    experiment : Experiment, str or Path
        Experiment, or path of its file.
    out : Path or str, optional
        Folder of the results; ``results/NAME-seedSEED`` by default. Finished parts found there are used.
    workers : int or None
        Most worker processes; None for one per processor.
    progress : callable, optional
        Called with the number of replications done and their total.

    Returns
    -------
    SweepResult
        Tables as written; the same bytes whatever the workers and interruptions.

    Raises
    ------
    ScenarioError
        If the experiment, its scenario, or the scenario at a point is not valid.
    StudyError
        If the folder holds something else.
    """
    chosen = experiment if isinstance(experiment, Experiment) else load_experiment(experiment)
    return run_experiment(chosen, out, own_execution(workers, progress))


def run_experiment(
    experiment: Experiment, out: Path | str | None, execution: Execution, command: str = ""
) -> SweepResult:
    """As `sweep`, with the given execution."""
    from warnpath.results.store import write_folder

    recorded = recorded_tables(experiment.tables, ALWAYS)
    scenario, reference = load_scenarios(experiment)
    design = make_design(experiment, scenario, reference)
    replications = int(scenario.run.replications)
    folder = resolved_folder(experiment, scenario, out)
    check_output_folder(folder, "sweep", experiment.name)
    identity = study_identity("sweep", _content(experiment, scenario, reference, recorded, execution))
    with opened_parts(folder, identity) as parts:
        cells = make_cells(design.points, replications, recorded, execution.engine, parts)
        execution, engine = settle(cells, execution)
        lost = compute(cells, execution)
        tables = _with_summary(merge(cells, lost, MAIN))
        reference_tables: dict[str, pd.DataFrame] = {}
        provenance = _provenance(experiment, scenario, engine)
        if reference is not None:
            reference_tables = _with_summary(merge(cells, lost, REFERENCE))
            tables = _with_gains(tables, reference_tables, design)
            described = _provenance(experiment, reference, engine)
            write_folder(reference_tables, folder / REFERENCE, described, command, are_fresh=True)
        write_folder(tables, folder, provenance, command, are_fresh=True)
    return SweepResult(
        experiment,
        scenario,
        folder,
        in_order(tables),
        in_order(reference_tables),
        design.reference_of,
        engine,
    )


def resolved_folder(experiment: Experiment, scenario: Scenario, out: Path | str | None) -> Path:
    """Folder of the results of an experiment: as asked for, or ``results/NAME-seedSEED``."""
    if out is not None:
        return Path(out)
    return Path("results") / f"{experiment.name}-seed{int(scenario.run.seed)}"


def load_scenarios(experiment: Experiment) -> tuple[Scenario, Scenario | None]:
    """Scenario and reference of an experiment, with everything that holds at every point."""
    scenario = with_run_settings(experiment.scenario, experiment.replications, experiment.seed)
    scenario = with_settings(experiment, scenario)
    if experiment.reference is None:
        return scenario, None
    reference = with_run_settings(
        experiment.reference, int(scenario.run.replications), int(scenario.run.seed)
    )
    settings = applicable(reference, experiment.settings)
    if scenario.launch_set != reference.launch_set and "launch_set" not in settings:
        # Gains compare like with like: both see the same launches.
        settings["launch_set"] = scenario.launch_set
    return scenario, reference.replace(settings) if settings else reference


def applicable(scenario: Scenario, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the settings whose path matches something in a scenario."""
    from warnpath.scenario.changes import select

    document = scenario.document()
    return {path: value for path, value in settings.items() if not select(document, path)[1]}


def make_design(experiment: Experiment, scenario: Scenario, reference: Scenario | None) -> Design:
    """Points of an experiment, each checked to be a valid scenario.

    Raises
    ------
    ScenarioError
        With the problems of every point that is not valid, each once.
    """
    from warnpath.results.tables import DesignPoint

    settings = experiment.points()
    base = Base.of(scenario)
    points = [
        Point(MAIN, DesignPoint(number, values), Variant(base, tuple(values.items())))
        for number, values in enumerate(settings)
    ]
    reference_of: list[int] = []
    if reference is not None:
        reference_base = Base.of(reference)
        shared = [factor.path for factor in experiment.factor if factor.in_reference]
        paths = set(applicable(reference, {path: settings[0][path] for path in shared}))
        numbers: dict[str, int] = {}
        for values in settings:
            used: dict[str, Setting] = {path: value for path, value in values.items() if path in paths}
            key = json.dumps(used)
            if key not in numbers:
                numbers[key] = len(numbers)
                design = DesignPoint(numbers[key], used)
                points.append(Point(REFERENCE, design, Variant(reference_base, tuple(used.items()))))
            reference_of.append(numbers[key])
    _check_points(points, experiment)
    return Design(tuple(points), tuple(reference_of))


def _check_points(points: list[Point], experiment: Experiment) -> None:
    """Raise every problem of every point now rather than in the middle of a long study."""
    from warnpath.scenario import ScenarioError

    first: dict[str, Problem] = {}
    for point in points:
        try:
            point.variant.scenario()
        except ScenarioError as error:
            where = f"first at point {point.design.number} of the {point.group}"
            for problem in error.problems:
                first.setdefault(repr(problem), replace(problem, message=f"{problem.message}, {where}"))
    if first:
        raise ScenarioError(placed(first.values(), experiment))


def _with_summary(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    from warnpath.metrics.summary import summarise
    from warnpath.results.tables import conform

    if "warnings" in tables and len(tables["warnings"]):
        tables = tables | {"summary": conform(summarise(tables["warnings"]), "summary")}
    return tables


def _with_gains(
    tables: dict[str, pd.DataFrame], reference: Mapping[str, pd.DataFrame], design: Design
) -> dict[str, pd.DataFrame]:
    """Add the gains over the reference to the summary."""
    from warnpath.study.gains import gain_metrics

    if "summary" not in tables or "warnings" not in reference:
        return tables
    gains = gain_metrics(tables["warnings"], reference["warnings"], design.reference_of)
    return tables | {"summary": append_metrics(tables["summary"], gains)}


def append_metrics(summary: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """Put further metrics behind those of the same point, launch and consumer."""
    import pandas as pd

    from warnpath.results.schema import TABLES
    from warnpath.results.tables import conform

    if more.empty:
        return summary
    leading = [name for name in summary.columns if name not in TABLES["summary"].names]
    points = summary[leading].drop_duplicates()
    more = more.merge(points, on="point", how="left").reindex(columns=list(summary.columns))
    joined = pd.concat([summary, more.astype(_numbers(summary))], ignore_index=True)
    return conform(joined, "summary", leading[1:])


def _numbers(summary: pd.DataFrame) -> dict[str, Any]:
    return {str(name): dtype for name, dtype in summary.dtypes.items()}


def _content(
    experiment: Experiment,
    scenario: Scenario,
    reference: Scenario | None,
    recorded: tuple[str, ...],
    execution: Execution,
) -> dict[str, Any]:
    """What determines the numbers of a part. The number of replications does not: more may be added later."""
    plain = {"run.replications": 1}
    return {
        "experiment": experiment.name,
        "factors": [
            [factor.path, list(factor.levels()), factor.in_reference] for factor in experiment.factor
        ],
        "scenario": scenario.replace(plain).content_hash(),
        "reference": "" if reference is None else reference.replace(plain).content_hash(),
        "seed": int(scenario.run.seed),
        "tables": list(recorded),
        "engine": shared_results(execution.engine),
    }


def _provenance(experiment: Experiment, scenario: Scenario, engine: str) -> Provenance:
    from warnpath.results.provenance import describe

    design = {
        "kind": "sweep",
        "name": experiment.name,
        "experiment": experiment.model_dump(mode="json", by_alias=True, exclude_none=True),
    }
    return describe(
        scenario,
        seed=int(scenario.run.seed),
        replications=int(scenario.run.replications),
        engine=engine,
        design=design,
    )


def override(
    experiment: Experiment,
    replications: int | None = None,
    seed: int | None = None,
    settings: Mapping[str, Any] | None = None,
    tables: tuple[str, ...] = (),
) -> Experiment:
    """The experiment with what the command line sets instead.

    Raises
    ------
    StudyError
        If a setting is a factor of the experiment.
    """
    settings = settings or {}
    varied = [factor.path for factor in experiment.factor if factor.path in settings]
    if varied:
        raise StudyError(f"{varied[0]} is varied by the experiment; change its values in the file instead")
    update: dict[str, Any] = {
        "settings": {**experiment.settings, **settings},
        "tables": tuple(dict.fromkeys((*experiment.tables, *tables))),
    }
    if replications is not None:
        update["replications"] = replications
    if seed is not None:
        update["seed"] = seed
    return experiment.model_copy(update=update)
