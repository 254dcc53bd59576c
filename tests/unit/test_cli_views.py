from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import warnpath as wp
from tests.synthetic_results import outputs
from warnpath.cli.run_view import print_run
from warnpath.study.result import Result

SMALL = Path(__file__).parents[1] / "scenarios" / "small.toml"


def printed(launches: tuple[str, ...], verbose: bool = False, width: int = 100, **options: Any) -> str:
    made: Any = tuple(outputs(6, launches=launches, **options))
    out = io.StringIO()
    print_run(Console(file=out, width=width), Result(wp.load(SMALL), "fake", made), verbose)
    return out.getvalue()


def test_few_launches_are_each_shown_in_full() -> None:
    text = printed(("one", "two"))
    assert text.count("Latency budget") == 2
    assert "launches, time left" not in text


def test_many_launches_are_one_line_each_and_the_tightest_in_full() -> None:
    names = ("one", "two", "three", "four", "five")
    text = printed(names, never=0.0)
    assert "5 launches, time left" in text
    assert text.count("Latency budget") == 1
    overview = [line.split() for line in text.split("Launch ")[0].splitlines()]
    left_s = {
        line[0]: min(float(figure) for figure in line[1::2]) for line in overview if line and line[0] in names
    }
    assert set(left_s) == set(names)
    assert f"\nLaunch {min(left_s, key=left_s.__getitem__)}\n" in text
    assert printed(names, verbose=True, never=0.0).count("Latency budget") == 5


def test_warnings_that_never_came_are_not_hidden_behind_a_mean() -> None:
    text = printed(("one", "two", "three", "four"), never=0.6)
    assert "% never" in text


@pytest.mark.parametrize("width", [40, 80, 92, 120])
def test_no_figure_is_cut_at_any_width(width: int) -> None:
    figures = [
        cell
        for line in printed(("one",), width=200).splitlines()
        for cell in line.split()
        if cell.startswith("±")
    ]
    assert len(figures) > 50
    cells = printed(("one",), width=width).split()
    assert all(figure in cells for figure in figures)
