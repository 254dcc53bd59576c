from __future__ import annotations

import io
from math import nan

import pytest

from warnpath.cli import console, layout
from warnpath.cli.run_view import small_percent
from warnpath.cli.sweep_view import _path_head


@pytest.mark.parametrize(
    ("function", "arguments", "expected"),
    [
        (layout.seconds, (231.27,), "231.3"),
        (layout.seconds, (nan,), "-"),
        (layout.mean_cell, (231.27, 225.1, 237.44), "231.3\n±6.2"),
        (layout.mean_cell, (231.27, nan, nan), "231.3\n"),
        (layout.mean_cell, (nan, nan, nan), "-"),
        (layout.mean_text, (-3.0, -4.5, -1.5), "-3.0 ±1.5"),
        (layout.mean_text, (-3.0, nan, nan), "-3.0"),
        (layout.mean_text, (270.1, 105.9, 434.3), "270.1 ±164"),
        (layout.mean_text, (270.1, 170.2, 370.0), "270.1 ±99.9"),
        (layout.share_cell, (0.25, 0.05, 0.57), "25%\n5-57"),
        (layout.share_cell, (nan, nan, nan), "-"),
        (layout.share_text, (1.0, 0.83, 1.0), "100% (83-100)"),
        (layout.setting, (0.30000000001,), "0.3"),
        (layout.setting, ("salvo",), "salvo"),
        (layout.setting, (4,), "4"),
        (small_percent, (0.5,), "50%"),
        (small_percent, (0.012,), "1.2%"),
        (small_percent, (0.00026,), "0.026%"),
        (small_percent, (0.0,), "0%"),
        (_path_head, ("node.us-hub.release.median_s",), "node.us-hub\n.release.median_s"),
        (_path_head, ("launch_set",), "launch_set"),
    ],
)
def test_how_a_figure_is_written(function, arguments, expected) -> None:  # type: ignore[no-untyped-def]
    assert function(*arguments) == expected


def test_a_table_has_no_frame_and_cuts_nothing() -> None:
    from rich.console import Console

    table = layout.plain_table(["who", "when\ns"])
    table.add_row("a-name-that-is-longer-than-this", "12345.6\n±0.1")
    out = io.StringIO()
    layout.print_table(Console(file=out, width=20, highlight=False), "Title", table, "Note.")
    assert [line.rstrip() for line in out.getvalue().splitlines()] == [
        "",
        "Title",
        "                                    when",
        "who                                    s",
        "─" * 40,
        "a-name-that-is-longer-than-this  12345.6",
        "                                    ±0.1",
        "Note.",
    ]


def test_a_table_that_is_too_wide_is_printed_in_parts_that_each_say_whose_row_it_is() -> None:
    from rich.console import Console

    table = layout.plain_table(["who", "where", "first", "second", "third"], left=2)
    table.add_row("group", style="italic")
    table.add_row("one", "here", "11.1\n±0.1", "12.12", "13")
    table.add_row("other", "there", "21.1", "22.22", "23")
    out = io.StringIO()
    layout.print_table(Console(file=out, width=26, highlight=False), "Title", table, keys=2)
    assert [line.rstrip() for line in out.getvalue().splitlines()] == [
        "",
        "Title",
        "who    where  first",
        "─" * 19,
        "group",
        "one    here    11.1",
        "               ±0.1",
        "other  there   21.1",
        "",
        "who    where  second",
        "─" * 20,
        "group",
        "one    here    12.12",
        "other  there   22.22",
        "",
        "who    where  third",
        "─" * 19,
        "group",
        "one    here      13",
        "other  there     23",
    ]
    for width in (20, 28, 29, 35, 36):
        out = io.StringIO()
        layout.print_table(Console(file=out, width=width, highlight=False), "Title", table, keys=2)
        assert max(len(line) for line in out.getvalue().splitlines()) <= width
        assert out.getvalue().count("who ") == {20: 3, 28: 2, 29: 2, 35: 1, 36: 1}[width], width


@pytest.mark.parametrize(("columns", "width"), [("", 100), ("132", 132), ("wide", 100), ("0", 100)])
def test_width_where_nobody_watches(monkeypatch: pytest.MonkeyPatch, columns: str, width: int) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert console.output().width == width


def test_json_refuses_what_is_no_json() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        console.print_json({"a": nan})


def test_progress_is_silent_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with console.progress_bar("replications", quiet=False) as progress:
        assert progress is None
    assert capsys.readouterr().err == ""


def test_progress_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with console.progress_bar("replications", quiet=False) as progress:
        assert progress is not None
        progress(3, 12)
    assert "3/12" in screen.getvalue()
    with console.progress_bar("replications", quiet=True) as progress:
        assert progress is None
