"""Benchmarks run only when asked for: `python -m pytest tests/benchmarks` or `-m benchmark`.

The tests here that measure no time check the programs that are compared, and run with all others.
"""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


def asks_for_this_folder(config: pytest.Config) -> bool:
    """Whether the command names this folder or files in it, and nothing else."""
    paths = [Path(config.invocation_params.dir, argument.split("::")[0]) for argument in config.args]
    return bool(paths) and all(HERE in (path.resolve(), *path.resolve().parents) for path in paths)


def pytest_configure(config: pytest.Config) -> None:
    """Let the name of the folder stand for `-m benchmark`, which the usual selection leaves out."""
    chosen = any(argument.startswith("-m") for argument in config.invocation_params.args)
    if asks_for_this_folder(config) and not chosen:
        config.option.markexpr = ""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what measures time in a run that is about something else, such as that of all slow tests."""
    expression = config.option.markexpr
    asked = "benchmark" in expression.replace("not benchmark", "") or asks_for_this_folder(config)
    for item in items:
        if HERE in item.path.parents and item.get_closest_marker("benchmark") and not asked:
            item.add_marker(pytest.mark.skip(reason="a benchmark: python -m pytest tests/benchmarks"))
