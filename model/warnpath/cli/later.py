"""Commands of the contract that are not in this version: each says so in one sentence."""

from __future__ import annotations

from collections.abc import Callable

import typer

from warnpath.cli.outcome import USAGE, fail

LATER = {
    "compare": ("Architectures side by side.", "run each with `warnpath run --seed` and compare the tables"),
    "sensitivity": (
        "Which parameter matters over its range.",
        "use `warnpath sweep` on one factor at a time",
    ),
    "breakeven": ("Where a chosen difference crosses zero.", "use `warnpath sweep` with a reference"),
    "report": ("One HTML file of a folder of results.", "the figures are in `warnpath.plot`"),
}
ANYTHING = {"ignore_unknown_options": True, "allow_extra_args": True}


def register(app: typer.Typer) -> None:
    """Add the commands, so that they are in the help and answer."""
    for name, (what, instead) in LATER.items():
        text = f"(not in this version) {what}"
        app.command(name, help=text, context_settings=ANYTHING)(_refusal(name, instead))


def _refusal(name: str, instead: str) -> Callable[[typer.Context], None]:
    def refuse(context: typer.Context) -> None:
        fail(f"{name} is not in this version; {instead}", USAGE)

    return refuse
