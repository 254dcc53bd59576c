"""Experiment files: a question, a scenario, and what is varied in it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    PrivateAttr,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from warnpath.scenario.documents import is_experiment
from warnpath.scenario.files import MISSING, trouble
from warnpath.scenario.locations import CLASSES, LISTS, Findings, Locations, Origin
from warnpath.scenario.problems import Problem, ScenarioError, did_you_mean, one_of
from warnpath.scenario.quantities import Count, Name, Table
from warnpath.scenario.source_index import index_lines
from warnpath.scenario.validation import translate
from warnpath.study.blocks import Setting

LATER_DESIGNS = ("one-at-a-time", "latin-hypercube", "sobol")
MOST_POINTS = 1_000_000
SCENARIO_FIELDS = (*LISTS, *CLASSES, "extends", "launch_set", "run", "warning")
"""Fields of scenarios that experiments do not have."""

Text = Annotated[StrictStr, StringConstraints(min_length=1)]


def _setting(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise PydanticCustomError("not_finite", "is not finite", {"expected": "a finite number"})
    if isinstance(value, bool | int | float | str):
        return value
    raise PydanticCustomError(
        "not_a_setting", "cannot be set", {"expected": "a number, a text, or true or false"}
    )


def is_setting(value: Any) -> bool:
    """Whether a value can be that of a factor."""
    try:
        _setting(value)
    except PydanticCustomError:
        return False
    return True


def _known_design(value: Any) -> Any:
    if value in LATER_DESIGNS:
        raise PydanticCustomError(
            "later_design", "is a design that is not in this version", {"expected": 'design = "grid"'}
        )
    return value


SettingValue = Annotated[Any, BeforeValidator(_setting)]


class Factor(Table):
    """A parameter and the values it takes.

    Attributes
    ----------
    path : str
        Path in the scenario, as for ``--set``; patterns over ids are allowed. It names the column of results.
    values : tuple, optional
        The values, or else a range:
    low, high : float, optional
        First and last value.
    steps : int, optional
        Number of values, both ends included.
    scale : {"linear", "log"}
        Whether neighbours have equal differences or equal ratios.
    in_reference : bool
        Whether the value is set in the reference scenario too, if the path matches something there.
    """

    path: Text
    values: tuple[SettingValue, ...] | None = None
    low: StrictFloat | StrictInt | None = None
    high: StrictFloat | StrictInt | None = None
    steps: Annotated[StrictInt, Field(ge=2, le=10_000)] | None = None
    scale: Literal["linear", "log"] = "linear"
    in_reference: StrictBool = True

    @model_validator(mode="after")
    def _values_or_range(self) -> Factor:
        ends = (self.low, self.high, self.steps)
        if self.values is not None and any(end is not None for end in ends):
            raise _wrong("values", "stands beside a range", "either values, or low, high and steps")
        if self.values is None and any(end is None for end in ends):
            raise _wrong("values", "is missing", "values = [...], or low, high and steps")
        if self.values is not None:
            if not self.values:
                raise _wrong("values", "is empty", "at least one value")
            doubled = [value for number, value in enumerate(self.values) if value in self.values[:number]]
            if doubled:
                raise _wrong("values", f"has {doubled[0]!r} twice", "each value once")
        elif self.low is not None and self.high is not None:
            if not self.low < self.high:
                raise _wrong("high", "is not above low", f"a number > {self.low:g}")
            if self.scale == "log" and self.low <= 0:
                raise _wrong("low", "cannot begin a logarithmic scale", "a number > 0")
        return self

    def levels(self) -> tuple[Setting, ...]:
        """The values, in order; all floats if one of them is, so that they make one column."""
        if self.values is None:
            return _spaced(float(self.low or 0), float(self.high or 0), self.steps or 2, self.scale)
        numeric = all(isinstance(value, int | float) and not isinstance(value, bool) for value in self.values)
        if numeric and any(isinstance(value, float) for value in self.values):
            return tuple(float(value) for value in self.values)
        return tuple(self.values)


class Experiment(Table):
    """A study of one scenario over a design.

    Attributes
    ----------
    schema_version : int
        1.
    name : str
        Kebab-case; names the folder of results.
    question : str
        The question it answers.
    scenario : str
        Shipped name, or path relative to the file.
    reference : str, optional
        Scenario to compare every point with, run on the same seed and replications; its gains are metrics of
        the table `summary`.
    design : {"grid"}
        Every combination of the factors' values.
    replications, seed : int, optional
        Instead of those of the scenario.
    tables : tuple of str
        Optional tables to record.
    settings : dict
        In the file the table ``[set]``: values by path that hold at every point. As all settings, they hold
        in the reference too unless the path matches nothing there.
    factor : tuple of Factor
        What is varied.
    metrics : tuple of str
        Metrics of `summary` to show first.
    """

    schema_version: Literal[1] = 1
    name: Name
    title: StrictStr = ""
    question: Text
    scenario: Text
    reference: Text | None = None
    design: Annotated[Literal["grid"], BeforeValidator(_known_design)] = "grid"
    replications: Count | None = None
    seed: Annotated[StrictInt, Field(ge=0, lt=2**63)] | None = None
    tables: tuple[StrictStr, ...] = ()
    settings: Annotated[dict[str, Any], Field(alias="set")] = {}
    factor: Annotated[tuple[Factor, ...], Field(min_length=1)]
    metrics: tuple[StrictStr, ...] = ("latency_s", "margin_s", "never_share")

    _locations: Locations = PrivateAttr(default_factory=Locations)

    @property
    def locations(self) -> Locations:
        """Where its values were written; nowhere if it was made in Python."""
        return self._locations

    @model_validator(mode="after")
    def _consistent(self) -> Experiment:
        paths = [factor.path for factor in self.factor]
        doubled = [path for number, path in enumerate(paths) if path in paths[:number]]
        if doubled:
            raise _wrong("factor", f"has {doubled[0]!r} twice", "each path in one factor")
        fixed = [path for path in paths if path in self.settings]
        if fixed:
            raise _wrong("set", f"holds {fixed[0]!r}, which is a factor", "a path in one of the two")
        size = math.prod(len(factor.levels()) for factor in self.factor)
        if size > MOST_POINTS:
            raise _wrong("factor", f"makes a grid of {size} points", f"at most {MOST_POINTS}")
        return self

    def points(self) -> tuple[dict[str, Setting], ...]:
        """Settings of every point: all combinations, the last factor varying fastest."""
        levels = [factor.levels() for factor in self.factor]
        return tuple(
            {factor.path: value for factor, value in zip(self.factor, combination, strict=True)}
            for combination in itertools.product(*levels)
        )


def load_experiment(path: str | Path) -> Experiment:
    """Read an experiment file.

    Parameters
    ----------
    path : str or Path
        TOML file.

    Returns
    -------
    Experiment
        With the paths of its scenarios made relative to the working directory.

    Raises
    ------
    ScenarioError
        With every problem of the file, each with its line.
    """
    from warnpath.scenario import documents
    from warnpath.study.experiment_checks import further_problems

    path = Path(path)
    fault = trouble(path)
    if fault is not None:
        raise ScenarioError([_missing(path, fault)])
    data, text, file = documents.parse(path)
    if not is_experiment(data) and any(name in data for name in SCENARIO_FIELDS):
        expected = f"a question, a scenario and factors; this file is for warnpath run {path}"
        raise ScenarioError([Problem(file, None, "", "", None, "is a scenario, not an experiment", expected)])
    lines = index_lines(text)
    origins = {tuple(str(part) for part in key): Origin(file, line) for key, line in lines.items()}
    findings = Findings(Locations(origins, file))
    experiment: Experiment | None = None
    try:
        experiment = Experiment.model_validate(data)
    except ValidationError as error:
        translate(error, Experiment, data, findings)
    found = [_placed(problem) for problem in findings.problems]
    resolved: dict[str, str] = {}
    for name in ("scenario", "reference"):
        value = data.get(name)
        if isinstance(value, str) and value:
            try:
                resolved[name] = _resolved(value, path.parent)
            except ScenarioError as error:
                problem = error.problems[0]
                found.append(findings.locations.problem((name,), problem.message, problem.expected, value))
    if found or experiment is None:
        raise ScenarioError([*found, *further_problems(data, findings.locations, resolved.get("scenario"))])
    experiment._locations = findings.locations
    return experiment.model_copy(update=resolved)


def _resolved(name: str, folder: Path) -> str:
    """A shipped name as it is, a path relative to the experiment's folder made usable from here."""
    from warnpath.scenario import documents

    return name if name in documents.shipped_names() else str(documents.resolve(name, folder))


def _spaced(low: float, high: float, steps: int, scale: str) -> tuple[float, ...]:
    """Evenly spaced values whose ends are exactly the given ones."""
    inner: Iterator[float]
    if scale == "log":
        ratio = math.log(high / low)
        inner = (low * math.exp(ratio * step / (steps - 1)) for step in range(1, steps - 1))
    else:
        inner = (low + (high - low) * step / (steps - 1) for step in range(1, steps - 1))
    return (low, *(float(f"{value:.12g}") for value in inner), high)


def _wrong(field: str, message: str, expected: str) -> PydanticCustomError:
    # In a message template braces would be taken for fields.
    safe = message.replace("{", "(").replace("}", ")")
    return PydanticCustomError("inconsistent", safe, {"field": field, "expected": expected})


def _placed(problem: Problem) -> Problem:
    """Name a factor by its place in the file, counted from 1."""
    number, _, field = problem.field.partition(".")
    if problem.element == "factor" and number.isdigit():
        return replace(problem, element=f"factor {int(number) + 1}", field=field)
    return problem


def _missing(path: Path, fault: str) -> Problem:
    from warnpath.scenario import documents

    if str(path) in documents.shipped_names():
        expected = f"an experiment file; warnpath run {path} runs this"
        return Problem(str(path), None, "", "", None, "is a scenario, not an experiment", expected)
    beside = [item.name for item in path.parent.glob("*.toml")] if path.parent.is_dir() else []
    if not beside and Path("experiments").is_dir():
        beside = [f"experiments/{item.name}" for item in Path("experiments").glob("*.toml")]
    hint = ""
    if fault == MISSING:
        hint = did_you_mean(str(path), beside) or did_you_mean(path.name, beside)
    expected = f"a TOML file: {one_of(beside)}" if beside else "a TOML file"
    return Problem(str(path), None, "", "", None, f"{fault}{hint}", expected)


def experiment_schema() -> dict[str, Any]:
    """JSON Schema of experiment files, for editors."""
    schema = Experiment.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
