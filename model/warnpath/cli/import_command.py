"""``warnpath import``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from warnpath.cli import options
from warnpath.cli.outcome import answering


@answering
def import_graph(
    graph: Annotated[
        Path, typer.Argument(metavar="GRAPH", help="GraphML, GML, node-link JSON, or a CSV table of edges.")
    ],
    nodes: Annotated[
        Path | None, typer.Option("--nodes", metavar="FILE", help="CSV table of nodes, beside one of edges.")
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help="graphml, gml, json or csv.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Scenario file to write; stdout by default.")
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="Name of the scenario; by default the file's.")
    ] = None,
    nation: Annotated[str, typer.Option("--nation", help="Nation of nodes that state none.")] = "XX",
    capacity_unit: Annotated[
        str, typer.Option("--capacity-unit", help="Of capacities without one: bps, kbps, mbps, gbps, tbps.")
    ] = "mbps",
    delay_unit: Annotated[
        str, typer.Option("--delay-unit", help="Of delays without one: s, ms, us, ns.")
    ] = "ms",
    length_unit: Annotated[
        str, typer.Option("--length-unit", help="Of lengths without one: km, m, mi.")
    ] = "km",
    largest: Annotated[bool, typer.Option("--largest", help="Keep the largest connected part only.")] = False,
    json: options.JsonOption = False,
    quiet: options.QuietOption = False,
) -> None:
    """Make a skeleton of a scenario from a graph: its nodes and links, and what is left to fill in.

    What was left out or assumed is told on stderr and stands in the file.
    """
    from warnpath.cli import console
    from warnpath.network.graph_files.network import Units
    from warnpath.study.graphs import Import, import_scenario

    units = Units(delay=delay_unit, length=length_unit, capacity=capacity_unit)
    how = Import(form=form, nodes=nodes, name=name, nation=nation, units=units, largest=largest)
    made = import_scenario(graph, out, how)
    for note in made.network.notes:
        console.note(f"note: {note}", quiet or json)
    if json:
        console.print_json(
            {
                "graph": str(graph),
                "scenario": made.name,
                "nodes": len(made.network.nodes),
                "links": len(made.network.links),
                "parts": made.network.parts,
                "notes": list(made.network.notes),
                "out": None if out is None else str(out),
            }
        )
    elif out is None:
        print(made.text, end="")
    else:
        print(f"{out}: {len(made.network.nodes)} nodes, {len(made.network.links)} links")
