"""The command ``warnpath``."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from warnpath import __version__
from warnpath.cli import later, signals
from warnpath.cli.check_command import check
from warnpath.cli.export_command import export
from warnpath.cli.failures_command import failures
from warnpath.cli.import_command import import_graph
from warnpath.cli.outcome import RUN_FAILED, leave_stdout
from warnpath.cli.run_command import run
from warnpath.cli.show_command import scenarios, schema, show
from warnpath.cli.sweep_command import sweep
from warnpath.cli.verify_command import verify

app = typer.Typer(
    name="warnpath",
    help="End-to-end warning latency and network resilience, simulated.",
    epilog=(
        "Exit codes: 0 done, 1 a run failed, 2 usage or invalid file, 130 interrupted, 141 nobody reads "
        "stdout, 143 terminated. Code 3, for a missed requirement of a scenario, is not in this version: a "
        "scenario cannot state requirements."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
SHORT_HELP: dict[Callable[..., None], str] = {
    run: "Run a scenario: latency budget, warning time left, links.",
    failures: "What each single failure costs in warning time.",
    sweep: "Run an experiment: a design over parameters.",
    verify: "The model against closed forms.",
    check: "Check files and report every problem.",
    show: "Show nodes, links, routes and policy.",
    scenarios: "List the shipped scenarios.",
    schema: "Print the JSON Schema of files.",
    import_graph: "Make a scenario's skeleton from a graph.",
    export: "Write a scenario's network as graph files.",
}
NAMES: dict[Callable[..., None], str] = {import_graph: "import"}
"""Commands that cannot bear the name of their function."""
for _command, _help in SHORT_HELP.items():
    app.command(NAMES.get(_command), short_help=_help)(_command)
later.register(app)


def _print_version(asked: bool) -> None:
    if asked:
        print(f"warnpath {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """End-to-end warning latency and network resilience, simulated."""


def main() -> None:
    """Run the command line and end the process with its exit code."""
    signals.listen()
    _prepare_streams()
    stdout = sys.stdout
    try:
        app()
    except KeyboardInterrupt as interruption:  # before or after the command itself
        print(f"warnpath: {signals.word(interruption)}", file=sys.stderr)
        sys.exit(signals.exit_code(interruption))
    except SystemExit as ended:
        cause = getattr(ended.__context__, "__cause__", None)
        if isinstance(
            cause, KeyboardInterrupt
        ):  # typer's own answer would have no word, and one code for all
            print(f"warnpath: {signals.word(cause)}", file=sys.stderr)
            sys.exit(signals.exit_code(cause))
        if sys.stdout is not stdout:  # typer saw that nobody reads on, and took stdout away
            sys.exit(signals.READER_LEFT)
        _flush()
        raise


def _prepare_streams() -> None:
    """A sign that a terminal lacks, or a stream that was closed from the start, is no reason to end."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - until the end
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _flush() -> None:
    """Write what waits in stdout, as long as an error can be answered in words."""
    try:
        sys.stdout.flush()
    except OSError as error:
        leave_stdout()
        if error.errno == errno.EPIPE:
            sys.exit(signals.READER_LEFT)
        print(f"warnpath: stdout: {error.strerror}", file=sys.stderr)
        sys.exit(RUN_FAILED)
