"""``warnpath run``."""

from __future__ import annotations

import gc
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import typer

from warnpath.cli import options
from warnpath.cli.outcome import RUN_FAILED, answering

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

    from warnpath.study.result import Result
    from warnpath.study.scan import FailureCosts, FailureScan
    from warnpath.study.simulate import Execution


@answering
def run(
    scenario: options.ScenarioArgument = "trilateral",
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
    failures: options.FailuresOption = None,
    precision: options.PrecisionOption = None,
    dask: options.DaskOption = None,
) -> None:
    """Run one scenario: when each warning arrives, stage by stage, and how much time is left."""
    from warnpath.cli import console, request
    from warnpath.results.stream import TableStream
    from warnpath.study.parts import check_output_folder
    from warnpath.study.result import provenance_of
    from warnpath.study.simulate import OPTIONAL, run_scenario

    request.refuse_later_options(precision, dask, engine)
    console.start_log(verbose)
    favour_computation()
    chosen = request.load_scenario(scenario, settings, replications, seed)
    folder = out or request.default_folder(chosen, settings)
    check_output_folder(folder, "run", chosen.name)
    execution = request.make_execution(engine, quiet, workers, memory_limit)
    execution = execution.for_job([(chosen, int(chosen.run.replications))])
    with ExitStack() as ends:
        stream = ends.enter_context(
            TableStream(folder, OPTIONAL, provenance_of(chosen, execution.engine.name))
        )
        with console.progress_bar("replications", quiet) as progress:
            recorded = request.table_names(tables)
            result = run_scenario(chosen, recorded, replace(execution, progress=progress), stream.take)
        try:
            if not json:
                # Shown before anything else is begun, and kept even if nobody waits for the rest.
                print_result(result, verbose, "tracks" in recorded)
            scan = ends.enter_context(started_scan(result, failures, execution))
        finally:
            result.save(folder, request.command_line(), stream, are_fresh=True)
        tracks = read_tracks(folder) if "tracks" in stream.rows else None
        if json:
            costs = scan.costs() if scan is not None else None
            console.print_json(overview(result, str(folder), costs, tracks))
        else:
            print_rest(result, scan, tracks)
            print(f"Tables: {folder} ({', '.join((*result.tables, *stream.rows))})")
    if log_hash and not json:
        print(f"log_hash: {result.log_hash}")
    if result.failed:
        console.note(f"warnpath: {describe_failed(result)}")
        raise typer.Exit(RUN_FAILED)


def favour_computation() -> None:
    """Keep the interpreter out of the way of threads that compute in machine code.

    What is imported and simulated stays: looking through it for garbage again and again only takes time. And
    such threads come back to the interpreter for a moment only, and often, so they should not wait long.
    """
    gc.set_threshold(50_000, 20, 20)
    sys.setswitchinterval(0.0005)


def read_tracks(folder: Path) -> pd.DataFrame:
    """The table of tracks, which was written as it came."""
    from warnpath.results.store import read_table

    return read_table(folder / "tracks.parquet")


@contextmanager
def started_scan(result: Result, asked: int | None, execution: Execution) -> Iterator[FailureScan | None]:
    """Start to simulate single failures, as many replications as asked for or as a run can afford."""
    from warnpath.study.scan import FailureScan, affordable_replications

    most = affordable_replications(result, execution) if asked is None else asked
    if not most or "warnings" not in result.outputs[0].columns or result.failed:
        yield None
        return
    with FailureScan(result, most, execution) as scan:
        yield scan


def print_result(result: Result, verbose: bool, has_tracks: bool) -> None:
    """Print the tables of a run."""
    from warnpath.cli import console
    from warnpath.cli.run_view import print_run

    print_run(console.output(), result, verbose, has_tracks)
    sys.stdout.flush()


def print_rest(result: Result, scan: FailureScan | None, tracks: pd.DataFrame | None) -> None:
    """Print how far off tracks are, and what single failures cost."""
    from warnpath.cli import console
    from warnpath.cli.failures_view import print_costs
    from warnpath.cli.picture_view import print_errors

    out = console.output()
    if tracks is not None:
        print_errors(out, tracks)
    costs = scan.costs() if scan is not None else None
    if costs is not None:
        print_costs(out, costs)
    elif "warnings" in result.tables and not result.failed:
        out.print("What single failures cost: warnpath failures, or --failures N.")
        out.print()


def overview(
    result: Result, folder: str, costs: FailureCosts | None = None, tracks: pd.DataFrame | None = None
) -> dict[str, Any]:
    """The result as plain data, for JSON."""
    from warnpath.metrics.association import picture_counts
    from warnpath.metrics.freshness import error_by_age, freshness
    from warnpath.metrics.overview import (
        links_overview,
        table_records,
        traffic_overview,
        warnings_overview,
    )

    has_warnings = "warnings" in result.tables
    has_pictures = "pictures" in result.tables
    return {
        "scenario": result.scenario.name,
        "launch_set": result.scenario.launch_set,
        "engine": result.engine,
        "seed": result.seed,
        "replications": result.replications,
        "failed_replications": len(result.failed),
        "log_hash": result.log_hash,
        "warnings": warnings_overview(result.warnings) if has_warnings else [],
        "freshness": table_records(freshness(result.table("pictures"))) if has_pictures else [],
        "error_by_age": None if tracks is None else table_records(error_by_age(tracks)),
        "pictures": table_records(picture_counts(result.table("pictures"))) if has_pictures else [],
        "links": links_overview(result.elements) if "elements" in result.tables else [],
        "traffic": traffic_overview(result.table("traffic")) if "traffic" in result.tables else [],
        "failures": None if costs is None else table_records(costs.groups),
        "out": folder,
    }


def describe_failed(result: Result) -> str:
    """How many replications failed, and why the first one did."""
    first = result.failed[0]
    return (
        f"{len(result.failed)} of {result.replications} replications failed; "
        f"the first, replication {first.replication}: {first.error}"
    )
