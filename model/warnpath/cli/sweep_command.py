"""``warnpath sweep``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from warnpath.cli import options, signals
from warnpath.cli.outcome import RUN_FAILED, answering

if TYPE_CHECKING:
    from warnpath.study.sweep import SweepResult


@answering
def sweep(
    experiment: Annotated[
        Path, typer.Argument(metavar="EXPERIMENT", help="TOML file; see the folder experiments.")
    ],
    settings: options.SetOption = None,
    replications: options.ReplicationsOption = None,
    seed: options.SeedOption = None,
    engine: options.FirstEngineOption = None,
    workers: options.WorkersOption = None,
    memory_limit: options.MemoryOption = options.MEMORY_LIMIT_MB,
    tables: options.TablesOption = "",
    out: options.OutOption = None,
    json: options.JsonOption = False,
    log_hash: options.LogHashOption = False,
    quiet: options.QuietOption = False,
    verbose: options.VerboseOption = False,
    precision: options.PrecisionOption = None,
    dask: options.DaskOption = None,
) -> None:
    """Run a design over parameters, each point with the same seed.

    Interrupted, it resumes when called again.
    """
    from warnpath.cli import console, request
    from warnpath.study.experiment import load_experiment
    from warnpath.study.sweep import load_scenarios, override, resolved_folder, run_experiment

    request.refuse_later_options(precision, dask, engine)
    console.start_log(verbose)
    changes = request.parse_settings(settings)
    chosen = override(load_experiment(experiment), replications, seed, changes, request.table_names(tables))
    folder = resolved_folder(chosen, load_scenarios(chosen)[0], out)
    execution = request.make_execution(engine, quiet, workers, memory_limit)
    try:
        with console.progress_bar("replications", quiet) as progress:
            execution = replace(execution, progress=progress)
            result = run_experiment(chosen, folder, execution, request.command_line())
    except KeyboardInterrupt as interruption:
        happened = signals.word(interruption)
        console.note(f"warnpath: {happened}; call it again to resume, finished parts are in {folder}/parts")
        raise typer.Exit(signals.exit_code(interruption)) from None
    if json:
        console.print_json(overview(result))
    else:
        from warnpath.cli.sweep_view import print_sweep

        print_sweep(console.output(), result, verbose)
        print(f"Tables: {folder} ({', '.join(result.tables)})")
    if log_hash and not json:
        print(f"log_hash: {result.log_hash}")
    if result.failed:
        console.note(f"warnpath: {result.failed} replications failed; see the table runs")
        raise typer.Exit(RUN_FAILED)


def overview(result: SweepResult) -> dict[str, Any]:
    """The result as plain data, for JSON."""
    from warnpath.metrics.overview import table_records, traffic_overview, warnings_overview

    has_warnings = "warnings" in result.tables
    return {
        "experiment": result.experiment.name,
        "question": result.experiment.question,
        "scenario": result.scenario.name,
        "launch_set": result.scenario.launch_set,
        "reference": result.experiment.reference,
        "engine": result.engine,
        "seed": int(result.scenario.run.seed),
        "replications": int(result.scenario.run.replications),
        "failed_replications": result.failed,
        "log_hash": result.log_hash,
        "points": list(result.experiment.points()),
        "warnings": warnings_overview(result.warnings) if has_warnings else [],
        "gains": table_records(result.gains(("product", "nation"))),
        "traffic": traffic_overview(result.tables["traffic"]) if "traffic" in result.tables else [],
        "links": [],
        "failures": None,
        "out": str(result.folder),
    }
