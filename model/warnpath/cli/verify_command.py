"""``warnpath verify``."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from warnpath.cli import options
from warnpath.cli.outcome import RUN_FAILED, answering

if TYPE_CHECKING:
    from warnpath.study.verification.battery import BatteryResult, How


@answering
def verify(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE...]", help="Scenarios to check; by default every case that comes with the package."
        ),
    ] = None,
    case: Annotated[
        list[str] | None, typer.Option("--case", metavar="NAME", help="A case of the package; repeatable.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**63 - 1, help="Seed of all draws.")] = 1,
    engine: options.FirstEngineOption = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Aim at standard errors of 4 % instead of 1 %.")
    ] = False,
    listing: Annotated[bool, typer.Option("--list", help="List the cases, and their files.")] = False,
    json: options.JsonOption = False,
    quiet: options.QuietOption = False,
) -> None:
    """Check the model against closed forms: quantity, exact, simulated with its standard error, z, pass.

    Of a scenario of your own, says which closed forms fit it, and of each other one why not.
    """
    from warnpath.cli import console, request
    from warnpath.study.verification.battery import How, case_file, case_names, run_battery

    request.refuse_later_options(None, None, engine)
    if listing:
        list_cases(json)
        return
    chosen = [Path(file) for file in files or ()] + [case_file(name) for name in case or ()]
    own = bool(files)
    paths = chosen or [case_file(name) for name in case_names()]
    how = How(seed=seed, engine=engine, quick=quick)
    with console.progress_bar("cases", quiet) as progress:
        result = run_battery(paths, how, progress, request.teller(quiet))
    if json:
        console.print_json(overview(result, how))
    else:
        from warnpath.cli.verify_view import print_verification

        print_verification(console.output(), result, how, own=own)
    if not result.passed:
        console.note("warnpath: not verified")
        raise typer.Exit(RUN_FAILED)


def list_cases(json: bool) -> None:
    """Print names, titles and files of the cases."""
    from warnpath.cli import console
    from warnpath.scenario import load
    from warnpath.study.verification.battery import case_file, case_names

    rows = [
        {"name": name, "title": load(str(case_file(name))).title, "file": str(case_file(name))}
        for name in case_names()
    ]
    if json:
        console.print_json({"cases": rows})
        return
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        print(f"{row['name']:<{width}}  {row['title']}")
    print(f"\nFiles: {case_file(rows[0]['name']).parent}")


def overview(result: BatteryResult, how: How) -> dict[str, Any]:
    """The result as plain data, for JSON: one entry a quantity."""
    cases = []
    for case in result.cases:
        run = None
        if case.run is not None:
            run = {
                "replications": case.run.replications,
                "warm_up_s": case.run.warm_up_s,
                "measured_s": case.run.measured_s,
            }
        for verdict in case.verdicts:
            fields = {name: _plain(value) for name, value in asdict(verdict).items()}
            cases.append({**fields, "file": case.file, "run": run})
    return {
        "seed": how.seed,
        "engine": result.engine,
        "quick": how.quick,
        "cases": cases,
        "misfits": {case.file: case.misfits for case in result.cases},
        "unfitted": [case.file for case in result.cases if not case.verdicts],
        "z_spread_p": result.spread_p,
        "passed": result.passed,
    }


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
