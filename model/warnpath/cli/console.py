"""What goes where: results to stdout, progress and notes to stderr; plain text where nobody watches."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

PIPED_WIDTH = 100
"""Width of tables that do not go to a terminal, unless COLUMNS says another."""
NARROWEST, WIDEST = 40, 120


def output() -> Console:
    """Console on stdout: of a readable width, without control codes unless it is a terminal."""
    from rich.console import Console

    class Output(Console):
        """Leaves it to the command to end where nobody reads on, with the exit code it has for that."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))

    console = Output(highlight=False, soft_wrap=False, emoji=False, markup=False)
    if console.is_terminal:
        console.width = min(max(console.width, NARROWEST), WIDEST)
    else:
        console.width = _asked_width() or PIPED_WIDTH
    return console


def note(text: str, quiet: bool = False) -> None:
    """Print a line on stderr, unless quiet."""
    if not quiet:
        print(text, file=sys.stderr, flush=True)


def print_json(data: Mapping[str, Any]) -> None:
    """Print one JSON object on stdout; what is not a number must already be None."""
    print(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False))


@contextmanager
def progress_bar(what: str, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Show a progress bar on stderr if it is a terminal; yield what is to be told of (done, total)."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def start_log(verbose: bool) -> None:
    """Send the log of this package to stderr, if asked for."""
    if verbose:
        import logging

        logging.basicConfig(stream=sys.stderr, format="%(name)s: %(message)s")
        logging.getLogger("warnpath").setLevel(logging.DEBUG)


def _asked_width() -> int:
    asked = os.environ.get("COLUMNS", "")
    return int(asked) if asked.isdigit() and int(asked) > 0 else 0
