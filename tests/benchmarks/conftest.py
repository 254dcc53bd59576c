"""Benchmarks run only when asked for: `python -m pytest tests/benchmarks` or `-m benchmark`."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what measures time in a run that is about something else."""
    asked = "benchmark" in config.getoption("markexpr") or any("benchmarks" in item for item in config.args)
    for item in items:
        if HERE in item.path.parents and not asked:
            item.add_marker(pytest.mark.skip(reason="a benchmark: python -m pytest tests/benchmarks"))
