"""Problems of an experiment that its scenario tells: paths that match nothing, values that do not fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from warnpath.scenario.locations import Locations
from warnpath.scenario.problems import Problem, ScenarioError

if TYPE_CHECKING:
    from warnpath.scenario import Scenario
    from warnpath.study.experiment import Experiment

MOST_TRIED = 100
"""Values of a factor that are tried one by one in a file that is not valid anyway."""


def with_settings(experiment: Experiment, scenario: Scenario) -> Scenario:
    """The scenario with the settings of an experiment, whose factors all match something in it.

    Raises
    ------
    ScenarioError
        With every path of the settings and of the factors that matches nothing, and every wrong setting.
    """
    from warnpath.scenario.changes import select

    document = scenario.document()
    problems = [problem for path in experiment.settings for problem in select(document, path)[1]]
    wrong = {problem.file for problem in problems}
    settings = {path: value for path, value in experiment.settings.items() if _place(path) not in wrong}
    if settings:
        try:
            scenario = scenario.replace(settings)
            document = scenario.document()
        except ScenarioError as error:
            problems.extend(error.problems)
    for factor in experiment.factor:
        problems.extend(select(document, factor.path)[1])
    if problems:
        raise ScenarioError(placed(problems, experiment))
    return scenario


def placed(problems: Iterable[Problem], experiment: Experiment) -> list[Problem]:
    """Problems of settings and factors, each with the line of the experiment's file that makes it."""
    numbers = {factor.path: number for number, factor in enumerate(experiment.factor)}
    return [_with_line(problem, numbers, experiment.locations) for problem in problems]


def further_problems(data: Mapping[str, Any], locations: Locations, name: str | None) -> list[Problem]:
    """What else is wrong in an experiment that is not valid: its scenario, paths, and single values.

    Parameters
    ----------
    data : mapping
        Data of the file.
    locations : Locations
        Where they stand.
    name : str or None
        Name or path of the scenario, if it could be found.
    """
    from warnpath.scenario import load
    from warnpath.scenario.changes import select

    if name is None:
        return []
    try:
        scenario = load(name)
    except ScenarioError as error:
        return error.problems
    document = scenario.document()
    factors = data.get("factor")
    found: list[Problem] = []
    numbers: dict[str, int] = {}
    for number, factor in enumerate(factors if isinstance(factors, list) else ()):
        path = factor.get("path") if isinstance(factor, dict) else None
        if not isinstance(path, str) or not path or path in numbers:
            continue
        numbers[path] = number
        problems = select(document, path)[1]
        values = factor.get("values")
        if not problems and isinstance(values, list):
            problems = _wrong_values(scenario, path, values)
            found.extend(_doubled(values, number, locations))
        found.extend(_with_line(problem, numbers, locations) for problem in problems)
    return found


def _wrong_values(scenario: Scenario, path: str, values: list[Any]) -> list[Problem]:
    from warnpath.study.experiment import is_setting

    problems: list[Problem] = []
    for value in values[:MOST_TRIED]:
        if is_setting(value):
            try:
                scenario.replace({path: value})
            except ScenarioError as error:
                problems.extend(error.problems)
    return problems


def _doubled(values: list[Any], number: int, locations: Locations) -> list[Problem]:
    doubled = [value for place, value in enumerate(values) if value in values[:place]]
    if not doubled or all(value == value for value in values):  # the model itself tells it
        return []
    message = f"has {doubled[0]!r} twice"
    problem = locations.problem(("factor", str(number), "values"), message, "each value once")
    return [replace(problem, element=f"factor {number + 1}", field="values")]


def _with_line(problem: Problem, numbers: Mapping[str, int], locations: Locations) -> Problem:
    path = str(problem.file).removeprefix("set ")
    if problem.file != _place(path):
        return problem
    if path in numbers:
        number = numbers[path]
        field = "values" if problem.element else "path"
        origin = locations.find(("factor", str(number), field))
        element = f"factor {number + 1}"
    else:
        origin, field, element = locations.origins.get(("set", path)), path, "set"
    if origin is None:
        return problem
    if problem.element:
        return replace(problem, file=origin.file, line=origin.line, element=f"{element}: {problem.element}")
    value = path if field == "path" else problem.value
    return replace(problem, file=origin.file, line=origin.line, element=element, field=field, value=value)


def _place(path: str) -> str:
    """What stands for a file in the problems of a setting."""
    return f"set {path}"
