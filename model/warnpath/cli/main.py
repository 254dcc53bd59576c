"""The command ``warnpath``."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from warnpath import __version__
from warnpath.cli import later
from warnpath.cli.check_command import check
from warnpath.cli.export_command import export
from warnpath.cli.failures_command import failures
from warnpath.cli.import_command import import_graph
from warnpath.cli.run_command import run
from warnpath.cli.show_command import scenarios, schema, show
from warnpath.cli.sweep_command import sweep
from warnpath.cli.verify_command import verify

app = typer.Typer(
    name="warnpath",
    help="End-to-end warning latency and network resilience, simulated.",
    epilog="Exit codes: 0 done, 1 a run failed, 2 usage or invalid file, 130 interrupted.",
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
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a sign a terminal lacks is no reason to end
            stream.reconfigure(errors="replace")
    try:
        app()
    except KeyboardInterrupt:  # before or after the command itself
        print("warnpath: interrupted", file=sys.stderr)
        sys.exit(130)
