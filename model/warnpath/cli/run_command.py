"""``warnpath run``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from warnpath.cli import options
from warnpath.cli.outcome import RUN_FAILED, answering

if TYPE_CHECKING:
    from warnpath.study.result import Result


@answering
def run(
    scenario: options.ScenarioArgument = "trilateral",
    settings: options.SetOption = None,
    replications: options.ReplicationsOption = None,
    seed: options.SeedOption = None,
    engine: options.EngineOption = "compiled",
    workers: options.WorkersOption = None,
    tables: options.TablesOption = "",
    out: options.OutOption = None,
    json: options.JsonOption = False,
    log_hash: options.LogHashOption = False,
    quiet: options.QuietOption = False,
    verbose: options.VerboseOption = False,
    precision: options.PrecisionOption = None,
    dask: options.DaskOption = None,
) -> None:
    """Run one scenario: when each warning arrives, stage by stage, and how much time is left."""
    from warnpath.cli import console, request
    from warnpath.study.parts import check_output_folder
    from warnpath.study.simulate import run_scenario

    request.refuse_later_options(precision, dask, engine)
    console.start_log(verbose)
    chosen = request.load_scenario(scenario, settings, replications, seed)
    folder = out or request.default_folder(chosen, settings)
    check_output_folder(folder, "run", chosen.name)
    console.note_cold_program(quiet)
    with console.progress_bar("replications", quiet) as progress:
        execution = request.make_execution(engine, workers, progress)
        result = run_scenario(chosen, request.table_names(tables), execution)
    result.save(folder, request.command_line())
    if json:
        console.print_json(overview(result, str(folder)))
    else:
        from warnpath.cli.run_view import print_run

        print_run(console.output(), result, verbose)
        print(f"Tables: {folder} ({', '.join(result.tables)})")
    if log_hash and not json:
        print(f"log_hash: {result.log_hash}")
    if result.failed:
        console.note(f"warnpath: {describe_failed(result)}")
        raise typer.Exit(RUN_FAILED)


def overview(result: Result, folder: str) -> dict[str, Any]:
    """The result as plain data, for JSON."""
    from warnpath.metrics.overview import links_overview, traffic_overview, warnings_overview

    has_warnings = "warnings" in result.tables
    return {
        "scenario": result.scenario.name,
        "launch_set": result.scenario.launch_set,
        "engine": result.engine,
        "seed": result.seed,
        "replications": result.replications,
        "failed_replications": len(result.failed),
        "log_hash": result.log_hash,
        "warnings": warnings_overview(result.warnings) if has_warnings else [],
        "links": links_overview(result.elements) if "elements" in result.tables else [],
        "traffic": traffic_overview(result.table("traffic")) if "traffic" in result.tables else [],
        "failures": None,
        "out": folder,
    }


def describe_failed(result: Result) -> str:
    """How many replications failed, and why the first one did."""
    first = result.failed[0]
    return (
        f"{len(result.failed)} of {result.replications} replications failed; "
        f"the first, replication {first.replication}: {first.error}"
    )
