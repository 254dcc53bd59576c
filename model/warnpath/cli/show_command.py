"""``warnpath show``, ``scenarios`` and ``schema``."""

from __future__ import annotations

import enum
from typing import Annotated

import typer

from warnpath.cli import options
from warnpath.cli.outcome import answering


class Part(enum.StrEnum):
    """Parts of a scenario that can be shown."""

    ALL = "all"
    NODES = "nodes"
    LINKS = "links"
    ROUTES = "routes"
    POLICY = "policy"
    TRAFFIC = "traffic"
    LIVES = "lives"
    PROTECTION = "protection"
    ALTERNATIVES = "alternatives"


ROUTINGS = {"routes": 3, "protection": 1, "alternatives": 1}
"""How often a part works out all routes."""


@answering
def show(
    scenario: options.ScenarioArgument = "trilateral",
    part: Annotated[Part, typer.Option("--only", help="What to show.")] = Part.ALL,
    settings: options.SetOption = None,
    json: options.JsonOption = False,
) -> None:
    """Show a scenario as tables: nodes, links, routes, policy, traffic, what can fail, what is sent twice."""
    from warnpath.cli import console, request
    from warnpath.cli.show_view import SECTIONS, print_section
    from warnpath.study.cold_start import routing_ends_sooner_as_python

    chosen = request.load_scenario(scenario, settings)
    wanted = list(SECTIONS) if part is Part.ALL else [part.value]
    if part is Part.ALL and chosen.routing.alternatives is None:
        # A table for planners that is longer than all others, unless it is what the sources use.
        wanted.remove(Part.ALTERNATIVES.value)
    routings = sum(ROUTINGS.get(name, 0) for name in wanted)
    with request.kernels_for(lambda: routing_ends_sooner_as_python(chosen, routings), quiet=False):
        sections = {name: SECTIONS[name](chosen) for name in wanted}
    if json:
        console.print_json({"scenario": chosen.name, "launch_set": chosen.launch_set, **sections})
        return
    screen = console.output()
    screen.print(f"{chosen.name}: {chosen.title}", style="bold")
    for name, rows in sections.items():
        print_section(screen, name, rows)


@answering
def scenarios(json: options.JsonOption = False) -> None:
    """List the shipped scenarios and their launch sets."""
    from warnpath.cli import console
    from warnpath.scenario import load, shipped

    titles = shipped()
    loaded = {name: load(name) for name in titles}
    if json:
        listed = [
            {
                "name": name,
                "title": titles[name],
                "launch_set": item.launch_set,
                "launch_sets": list(item.launch_sets()),
            }
            for name, item in loaded.items()
        ]
        console.print_json({"scenarios": listed})
        return
    width = max(len(name) for name in titles)
    for name, title in titles.items():
        print(f"{name:<{width}}  {title}")
    print("\nLaunch sets, chosen with --set launch_set=NAME (the default of each scenario in parentheses):")
    sets: dict[tuple[str, ...], list[str]] = {}
    for name, item in loaded.items():
        sets.setdefault(item.launch_sets(), []).append(f"{name} ({item.launch_set})")
    for names, holders in sets.items():
        print(f"  {', '.join(names)}: {', '.join(holders)}")


@answering
def schema(
    of: Annotated[
        str, typer.Argument(metavar="[scenario|experiment]", help="Which kind of file.")
    ] = "scenario",
) -> None:
    """Print the JSON Schema of scenario or experiment files, for editors."""
    from warnpath.cli import console
    from warnpath.scenario import json_schema
    from warnpath.study.errors import StudyError
    from warnpath.study.experiment import experiment_schema

    if of not in ("scenario", "experiment"):
        raise StudyError(f"there is no kind of file {of!r}; expected scenario or experiment")
    console.print_json(json_schema() if of == "scenario" else experiment_schema())
