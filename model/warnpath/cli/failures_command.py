"""``warnpath failures``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from warnpath.cli import options, signals
from warnpath.cli.outcome import RUN_FAILED, answering

if TYPE_CHECKING:
    from warnpath.study.failures import FailuresResult


@answering
def failures(
    scenario: options.ScenarioArgument = "trilateral",
    settings: options.SetOption = None,
    replications: options.ReplicationsOption = None,
    seed: options.SeedOption = None,
    order: Annotated[
        int, typer.Option("--order", help="Elements that fail together; 2 is not in this version.")
    ] = 1,
    engine: options.EngineOption = "compiled",
    workers: options.WorkersOption = None,
    memory_limit: options.MemoryOption = options.MEMORY_LIMIT_MB,
    out: options.OutOption = None,
    json: options.JsonOption = False,
    log_hash: options.LogHashOption = False,
    quiet: options.QuietOption = False,
    verbose: options.VerboseOption = False,
    precision: options.PrecisionOption = None,
    dask: options.DaskOption = None,
) -> None:
    """Fail every single link and node in use: what it costs in warning time, worst first.

    Interrupted, it resumes when called again.
    """
    from warnpath.cli import console, request
    from warnpath.study.errors import StudyError
    from warnpath.study.failures import run_failures

    request.refuse_later_options(precision, dask, engine)
    if order != 1:
        raise StudyError(f"--order {order}: only single failures are in this version; use --order 1")
    console.start_log(verbose)
    chosen = request.load_scenario(scenario, settings, replications, seed)
    folder = out or request.default_folder(chosen, settings, "failures")
    execution = request.make_execution(engine, quiet, workers, memory_limit)
    try:
        with console.progress_bar("replications", quiet) as progress:
            execution = replace(execution, progress=progress)
            result = run_failures(chosen, folder, execution, request.command_line())
    except KeyboardInterrupt as interruption:
        happened = signals.word(interruption)
        console.note(f"warnpath: {happened}; call it again to resume, finished parts are in {folder}/parts")
        raise typer.Exit(signals.exit_code(interruption)) from None
    if json:
        console.print_json(overview(result, str(folder)))
    else:
        from warnpath.cli.failures_view import print_failures

        print_failures(console.output(), result, verbose)
        print(f"Tables: {folder} ({', '.join(result.tables)})")
    if log_hash and not json:
        print(f"log_hash: {result.log_hash}")
    if result.failed:
        console.note(f"warnpath: {result.failed} replications failed; see the table runs")
        raise typer.Exit(RUN_FAILED)


def overview(result: FailuresResult, folder: str) -> dict[str, Any]:
    """The result as plain data, for JSON."""
    from warnpath.metrics.overview import table_records, warnings_overview

    warnings = result.tables["warnings"]
    undisturbed = warnings.loc[warnings["point"] == 0].drop(columns=["point", "failed_element"])
    return {
        "scenario": result.scenario.name,
        "launch_set": result.scenario.launch_set,
        "engine": result.engine,
        "seed": int(result.scenario.run.seed),
        "replications": result.replications,
        "failed_replications": result.failed,
        "log_hash": result.log_hash,
        "warnings": warnings_overview(undisturbed),
        "links": [],
        "failures": table_records(result.failures),
        "failures_by_group": table_records(result.groups),
        "untouched": list(result.untouched),
        "out": folder,
    }
