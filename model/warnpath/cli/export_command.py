"""``warnpath export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from warnpath.cli import options
from warnpath.cli.outcome import answering


@answering
def export(
    scenario: options.ScenarioArgument = "trilateral",
    settings: options.SetOption = None,
    form: Annotated[
        list[str] | None,
        typer.Option(
            "--format", metavar="FORMAT", help="graphml, geojson or csv; repeatable; all by default."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for the files; results/NAME-graph by default."),
    ] = None,
    json: options.JsonOption = False,
) -> None:
    """Write the network of a scenario for other tools: GraphML, GeoJSON, CSV tables of nodes and links."""
    from warnpath.cli import console, request
    from warnpath.study.errors import StudyError
    from warnpath.study.graphs import export_scenario

    chosen = request.load_scenario(scenario, settings)
    if out is not None and out.exists() and not out.is_dir():
        raise StudyError(f"{out} is a file; name a folder with --out")
    folder = out or Path("results") / f"{request.folder_name(chosen)}-graph"
    written = export_scenario(chosen, folder, form)
    if json:
        console.print_json({"scenario": chosen.name, "files": [str(path) for path in written]})
        return
    for path in written:
        print(path)
