from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.console import Console

import warnpath as wp
from tests.synthetic_results import outputs
from warnpath.cli.picture_view import print_counts, print_errors
from warnpath.cli.run_view import print_run
from warnpath.metrics.association import COUNTS
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


def test_errors_stand_by_age_beside_what_the_picture_states() -> None:
    tracks = pd.DataFrame(
        {
            "replication": [0, 0, 0],
            "c2": ["a", "a", "b"],
            "launch": ["one"] * 3,
            "age_s": [0.5, 30.0, 300.0],
            "position_error_m": [110.0, 2600.0, 154e3],
            "position_sigma_m": [130.0, 1900.0, 88e3],
        }
    )
    out = io.StringIO()
    print_errors(Console(file=out, width=100), tracks)
    lines = [line.split() for line in out.getvalue().splitlines()]
    assert ["0-1", "s", "20-60", "s", "60+", "s"] in lines
    place = lines.index(["one", "a", "0.11", "2.6", "-"])
    assert lines[place + 1] == ["(0.13)", "(1.9)"]
    assert lines[place + 2 : place + 4] == [["one", "b", "-", "-", "154"], ["(88)"]]


def test_mistaken_objects_are_a_line_and_with_verbose_a_table() -> None:
    pictures = pd.DataFrame([{"replication": 0, "c2": "a", "launch": "one", **dict.fromkeys(COUNTS, 0)}])
    for changes, verbose, told, untold in (
        ({}, False, "", "mistaken"),
        ({"swaps": 2, "report_strays": 1}, False, "2 swaps, 1 report strays", "merges"),
        ({"swaps": 2, "plots": 40}, True, "swaps", "merges"),
    ):
        out = io.StringIO()
        print_counts(Console(file=out, width=200), pictures.assign(**changes), verbose)
        assert told in out.getvalue()
        assert untold not in out.getvalue()
