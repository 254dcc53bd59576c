"""``warnpath check``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

import typer

from warnpath.cli import options
from warnpath.cli.outcome import USAGE, answering

if TYPE_CHECKING:
    from warnpath.scenario import Problem, Scenario


@answering
def check(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...", help="Scenario or experiment files, or names of shipped scenarios."
        ),
    ],
    json: options.JsonOption = False,
    quiet: options.QuietOption = False,
) -> None:
    """Check files: every problem of each, with file, line, element, field, value and what was expected."""
    from warnpath.cli import console

    problems: list[tuple[str, Problem]] = []
    notes: list[str] = []
    for file in files:
        found, remarks = check_file(file, quiet)
        problems.extend((file, problem) for problem in found)
        notes.extend(remarks)
        if not found and not json:
            print(f"{file}: ok")
    if json:
        fields = ("file", "line", "element", "field", "value", "message", "expected")
        listed = [
            {"checked": file, **{name: _plain(getattr(problem, name)) for name in fields}}
            for file, problem in problems
        ]
        console.print_json({"files": files, "problems": listed, "notes": notes})
    else:
        for remark in notes:
            print(f"note: {remark}")
        for _, problem in problems:
            print(problem)
    if problems:
        console.note(f"warnpath: {len(problems)} problem{'s' if len(problems) > 1 else ''}")
        raise typer.Exit(USAGE)


def check_file(file: str, quiet: bool) -> tuple[list[Problem], list[str]]:
    """Problems of one file, and what is odd in it but can be simulated."""
    from warnpath.scenario import ScenarioError

    try:
        if _is_experiment(file):
            _check_experiment(file)
            return [], []
        return [], check_scenario(file, quiet)
    except ScenarioError as error:
        return error.problems, []


def check_scenario(name: str, quiet: bool) -> list[str]:
    """What is odd in a scenario; raises ScenarioError with everything that is wrong."""
    from warnpath.cli import request
    from warnpath.engine import build_plan
    from warnpath.network.checks import check_network
    from warnpath.scenario import load
    from warnpath.study.cold_start import ends_sooner_as_python

    scenario = load(name)
    with request.kernels_for(lambda: ends_sooner_as_python([(scenario, 0)]), quiet):
        build_plan(scenario)
        return [_remark(scenario, finding) for finding in check_network(scenario) if not finding.is_error]


def _remark(scenario: Scenario, finding: object) -> str:
    element, message, expected = (getattr(finding, name) for name in ("element", "message", "expected"))
    return f"{scenario.name}: {element}: {message} (expected: {expected})"


def _is_experiment(file: str) -> bool:
    from pathlib import Path

    from warnpath.scenario import documents

    path = Path(file)
    return path.is_file() and documents.is_experiment(documents.parse(path)[0])


def _check_experiment(file: str) -> None:
    from warnpath.study.experiment import load_experiment
    from warnpath.study.sweep import load_scenarios, make_design

    experiment = load_experiment(file)
    make_design(experiment, *load_scenarios(experiment))


def _plain(value: object) -> object:
    """What JSON can hold, as it is; anything else (infinite, a date, a table) as text."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if isinstance(value, str | int | float | bool | None) else str(value)
