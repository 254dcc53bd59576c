"""What ``warnpath sweep`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warnpath.cli.layout import (
    NOTHING,
    fine_mean,
    fine_percent,
    fine_seconds,
    mean_text,
    percent,
    plain_table,
    print_table,
    setting,
)

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
    keys = len(experiment.factor)
    shown = len(points) if verbose else min(len(points), MOST_POINTS)
    if result.scenario.active_launches():
        title = "Means over the needed warnings, ± 95 % over replications"
        print_table(console, title, _headlines(result, shown), keys=keys)
    if "traffic" in result.tables:
        title = "Traffic (messages per replication, latency mean ± 95 %)"
        print_table(console, title, _traffic(result, shown), keys=keys + 1)
    if result.reference_tables and "summary" in result.tables:
        title = f"Seconds gained over {experiment.reference}, paired by common random numbers (mean ± 95 %)"
        caption = "n: warnings compared, where not all were delivered both times."
        print_table(console, title, _gains(result, shown), caption, keys)
    if shown < len(points):
        console.print(f"{len(points) - shown} more points: -v shows all.")
    console.print()


def _headlines(result: SweepResult, shown: int) -> Table:
    from warnpath.metrics.intervals import mean_interval

    table = _table(result, list(HEADLINES.values()))
    runs = result.runs
    for number, point in enumerate(result.experiment.points()[:shown]):
        rows = runs.loc[runs["point"] == number]
        cells = []
        for name in HEADLINES:
            interval = mean_interval(rows[name].to_numpy(dtype="float64"))
            is_share = name.endswith("_share")
            cells.append(percent(interval.value) if is_share else mean_text(*interval[1:]))
        table.add_row(*(setting(value) for value in point.values()), *cells)
    return table


def _traffic(result: SweepResult, shown: int) -> Table:
    from warnpath.metrics.traffic import traffic_totals

    points = [[setting(value) for value in point.values()] for point in result.experiment.points()]
    factors = [_path_head(factor.path) for factor in result.experiment.factor]
    heads = [*factors, "traffic", "sent", "arrived", "latency\ns", "largest\ns"]
    table = plain_table(heads, left=len(factors) + 1)
    for row in traffic_totals(result.tables["traffic"]).to_dict(orient="records"):
        if int(row["point"]) < shown:
            table.add_row(
                *points[int(row["point"])],
                str(row["traffic"]),
                f"{row['sent']:.0f}",
                fine_percent(row["arrived_share"]),
                fine_mean(row["latency_s"], row["ci_low"], row["ci_high"]),
                fine_seconds(row["latency_max_s"]),
            )
    return table


def _gains(result: SweepResult, shown: int) -> Table:
    gains = result.gains(("product", "nation"))
    figures: dict[tuple[int, str, str, str], Any] = {}
    for row in gains.to_dict(orient="records"):
        key = (int(row["point"]), str(row["nation"]), str(row["product"]), str(row["metric"]))
        figures[key] = row
    pairs = {(nation, product) for _, nation, product, _ in figures}
    groups = sorted(pairs, key=lambda pair: (pair[0], pair[1] == "area_alert"))
    table = _table(result, [f"{nation}\n{PRODUCT_NAMES[product]}" for nation, product in groups])
    for number, point in enumerate(result.experiment.points()[:shown]):
        cells = [
            _gain(
                figures.get((number, *group, "latency_gain_s")),
                figures.get((number, *group, "newly_warned_share")),
            )
            for group in groups
        ]
        table.add_row(*(setting(value) for value in point.values()), *cells)
    return table


def _gain(gain: Any, share: Any) -> str:
    if gain is None or not gain["n"]:
        return NOTHING
    text = mean_text(gain["mean"], gain["ci_low"], gain["ci_high"])
    return text if gain["n"] == share["n"] else f"{text} (n={gain['n']})"


def _table(result: SweepResult, heads: list[str]) -> Table:
    factors = [_path_head(factor.path) for factor in result.experiment.factor]
    return plain_table([*factors, *heads], left=len(factors))


def _path_head(path: str) -> str:
    """A path on two lines: the element, then the field."""
    parts = path.split(".")
    return path if len(parts) < 3 else f"{'.'.join(parts[:2])}\n.{'.'.join(parts[2:])}"
