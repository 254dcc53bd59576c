"""What ``warnpath failures`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warnpath.cli.layout import mean_text, plain_table, print_table, share_text

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import pandas as pd
    from rich.console import Console
    from rich.table import Table

    from warnpath.study.failures import FailuresResult
    from warnpath.study.scan import FailureCosts


def print_costs(console: Console, costs: FailureCosts) -> None:
    """Print what single failures cost by class or role, after the tables of a run."""
    compared = f"{costs.replications} replications" if costs.replications > 1 else "1 replication"
    print_table(
        console,
        f"What one failure costs: {costs.elements} elements, each down from launch on in {compared} "
        "(mean and 95 % interval)",
        _group_table(costs.groups),
    )
    console.print()


def print_failures(console: Console, result: FailuresResult, verbose: bool) -> None:
    """Print the costs of single failures by class or role, worst first; with `verbose` each element too."""
    launch_set = f", launch set {result.scenario.launch_set}" if result.scenario.launch_set else ""
    elements = len(result.failures)
    compared = int(result.failures["n"].max())
    console.print(
        f"{result.scenario.name}{launch_set}: {elements} single failures from launch on, each in "
        f"{compared} replications paired with the undisturbed ones, seed "
        f"{int(result.scenario.run.seed)}, engine {result.engine}",
        style="bold",
    )
    if compared < result.replications:
        left_out = result.replications - compared
        console.print(f"Left out everywhere, because they failed for some element: {left_out} replications.")
    title = "By class or role, worst first (mean and 95 % interval)"
    print_table(console, title, _group_table(result.groups), keys=2)
    if verbose:
        heads = ["element", "class or role", "warning time\nlost s", "newly never", "newly late"]
        table = plain_table(heads, left=2)
        for row in result.failures.sort_values("element").to_dict(orient="records"):
            table.add_row(str(row["element"]), str(row["group"]), *_costs(row))
        print_table(console, "By element, in order of their names", table)
    console.print()
    console.print(
        "Time lost is over the needed warnings delivered both times; those that no longer come are counted "
        "as newly never."
    )
    if result.untouched:
        console.print(
            f"{len(result.untouched)} elements are on no route in use; their failure costs nothing and was "
            "not simulated."
        )


def _group_table(groups: pd.DataFrame) -> Table:
    heads = ["kind", "class or role", "ele-\nments", "warning time\nlost s", "newly never", "newly late"]
    table = plain_table(heads, left=2)
    for row in groups.to_dict(orient="records"):
        table.add_row(str(row["kind"]), str(row["group"]), str(row["elements"]), *_costs(row))
    return table


def _costs(row: Mapping[Hashable, Any]) -> tuple[str, str, str]:
    return (
        mean_text(row["margin_cost_s"], row["ci_low"], row["ci_high"]),
        _share(row, "newly_never_share"),
        _share(row, "newly_late_share"),
    )


def _share(row: Mapping[Hashable, Any], name: str) -> str:
    return share_text(row[name], row[f"{name}_low"], row[f"{name}_high"])
