"""From options to a scenario and the way it is run."""

from __future__ import annotations

import hashlib
import re
import shlex
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warnpath.scenario import Scenario
    from warnpath.study.simulate import Execution

LONGEST_FOLDER_NAME = 100


def refuse_later_options(precision: str | None, dask: str | None, engine: str | None) -> None:
    """Refuse options that are not in this version, before anything else is done.

    Raises
    ------
    StudyError
        Naming the option and what to use instead.
    """
    from warnpath.study.engines import find_engine
    from warnpath.study.errors import StudyError

    if engine is not None:
        find_engine(engine)
    if precision is not None:
        raise StudyError("--precision is not in this version; use --replications")
    if dask is not None:
        raise StudyError("--dask is not in this version; use --workers")


def parse_settings(settings: Sequence[str] | None) -> dict[str, Any]:
    """Values by path of the ``--set`` options, all problems at once."""
    from warnpath.scenario import Problem, ScenarioError, parse_setting

    parsed: dict[str, Any] = {}
    problems: list[Problem] = []
    for text in settings or ():
        try:
            path, value = parse_setting(text)
        except ScenarioError as error:
            problems.extend(
                replace(problem, element=f"--set {text}", value=None) for problem in error.problems
            )
        else:
            parsed[path] = value
    if problems:
        raise ScenarioError(problems)
    return parsed


def load_scenario(
    name: str, settings: Sequence[str] | None, replications: int | None = None, seed: int | None = None
) -> Scenario:
    """The scenario of a command, with everything set that its options set."""
    from warnpath.scenario import load

    changes = parse_settings(settings)
    scenario = load(name)
    if replications is not None:
        changes["run.replications"] = replications
    if seed is not None:
        changes["run.seed"] = seed
    return scenario.replace(changes) if changes else scenario


def make_execution(
    engine: str | None, quiet: bool, workers: int | None = None, memory_limit_mb: float | None = None
) -> Execution:
    """How a command runs its replications; it tells what a user whose cache is cold waits for."""
    from warnpath.study.engines import DEFAULT, find_engine
    from warnpath.study.simulate import Execution

    chosen = find_engine(engine or DEFAULT, memory_limit_mb)
    return Execution(chosen, workers, may_change=engine is None, tell=teller(quiet))


def teller(quiet: bool) -> Callable[[str], None] | None:
    """What puts lines on stderr, unless quiet."""
    from warnpath.cli import console

    return None if quiet else console.note


def kernels_for(ends_sooner: Callable[[], bool], quiet: bool) -> AbstractContextManager[None]:
    """What a command that simulates nothing runs in: plain Python where that ends before a first build."""
    from warnpath.compilation.image import machine_code_is_ready
    from warnpath.study.engines import BUILDING, plain_kernels

    if machine_code_is_ready():
        return plain_kernels(False)
    with plain_kernels(True):
        is_plain = ends_sooner()
    tell = teller(quiet or is_plain)
    if tell is not None:
        tell(BUILDING)
    return plain_kernels(is_plain)


def table_names(text: str) -> tuple[str, ...]:
    """Names in a list separated by commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def default_folder(scenario: Scenario, settings: Sequence[str] | None, suffix: str = "") -> Path:
    """Folder for the tables of a scenario, relative to the working directory.

    What was set on the command line is in the name as a short hash, so that a variant does not take the place
    of the scenario itself.
    """
    words = [folder_name(scenario)]
    if scenario.launch_set:
        words.append(scenario.launch_set)
    words.append(f"seed{int(scenario.run.seed)}")
    if settings:
        text = "\n".join(sorted(settings))
        words.append("set" + hashlib.blake2b(text.encode(), digest_size=3).hexdigest())
    if suffix:
        words.append(suffix)
    return Path("results") / "-".join(words)


def folder_name(scenario: Scenario) -> str:
    """Name of a scenario as part of a folder's name: no name a file can have leads out of ``results``."""
    return re.sub(r"[^\w.-]+", "-", scenario.name).strip(".-")[:LONGEST_FOLDER_NAME] or "unnamed"


def command_line() -> str:
    """The command as it was typed, for the manifest."""
    return shlex.join(["warnpath", *sys.argv[1:]])
