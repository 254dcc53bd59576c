"""What ``warnpath sweep`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warnpath.cli.layout import NOTHING, mean_text, plain_table, setting

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from warnpath.study.sweep import SweepResult

HEADLINES = {
    "launch_notice_latency_s": "launch notice\nafter s",
    "area_alert_latency_s": "area alert\nafter s",
    "margin_s": "warning time\nleft s",
    "never_share": "never\ndelivered",
}
PRODUCT_NAMES = {"launch_notice": "launch notice", "area_alert": "area alert"}
MOST_POINTS = 40
"""Points shown unless asked for more."""


def print_sweep(console: Console, result: SweepResult, verbose: bool) -> None:
    """Print the question, the headline figures of every point, and the gains over the reference."""
    experiment = result.experiment
    points = experiment.points()
    console.print(f"{experiment.name}: {experiment.question}", style="bold")
    console.print(
        f"{result.scenario.name}, {len(points)} points, {int(result.scenario.run.replications)} replications "
        f"each, seed {int(result.scenario.run.seed)}, engine {result.engine}"
    )
    shown = len(points) if verbose else min(len(points), MOST_POINTS)
    console.print()
    console.print(_headlines(result, shown))
    if result.reference_tables:
        console.print()
        console.print(_gains(result, shown))
    if shown < len(points):
        console.print(f"{len(points) - shown} more points: -v shows all.")
    console.print()


def _headlines(result: SweepResult, shown: int) -> Table:
    from warnpath.metrics.intervals import mean_interval

    title = "Means over the needed warnings, with 95 % intervals over replications"
    table = _table(result, title, list(HEADLINES.values()))
    runs = result.runs
    for number, point in enumerate(result.experiment.points()[:shown]):
        rows = runs.loc[runs["point"] == number]
        cells = []
        for name in HEADLINES:
            interval = mean_interval(rows[name].to_numpy(dtype="float64"))
            if name.endswith("_share"):
                cells.append(f"{100.0 * interval.value:.0f}%" if interval.n else NOTHING)
            else:
                cells.append(mean_text(interval.value, interval.low, interval.high))
        table.add_row(*(setting(value) for value in point.values()), *cells)
    return table


def _gains(result: SweepResult, shown: int) -> Table:
    gains = result.gains(("product", "nation"))
    gains = gains.loc[gains["metric"] == "latency_gain_s"]
    groups = sorted(
        set(zip(gains["nation"], gains["product"], strict=True)),
        key=lambda item: (item[0], item[1] == "area_alert"),
    )
    title = (
        f"Seconds gained over {result.experiment.reference}, paired by common random numbers "
        "(mean and 95 % interval; n = warnings delivered both times)"
    )
    heads = [f"{nation}\n{PRODUCT_NAMES[product]}" for nation, product in groups]
    table = _table(result, title, heads)
    by_group = {
        (int(row["point"]), str(row["nation"]), str(row["product"])): row
        for row in gains.to_dict(orient="records")
    }
    for number, point in enumerate(result.experiment.points()[:shown]):
        cells = [_gain(by_group.get((number, *group))) for group in groups]
        table.add_row(*(setting(value) for value in point.values()), *cells)
    return table


def _gain(row: Any) -> str:
    if row is None or not row["n"]:
        return NOTHING
    return f"{mean_text(row['mean'], row['ci_low'], row['ci_high'])}\nn={row['n']}"


def _table(result: SweepResult, title: str, heads: list[str]) -> Table:
    factors = [factor.path.replace(".", ".\n", 1) for factor in result.experiment.factor]
    return plain_table(title, [*factors, *heads], left=len(factors))
