"""What ``warnpath run`` prints."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from warnpath.cli.layout import (
    fine_mean,
    fine_percent,
    fine_seconds,
    mean_cell,
    mean_text,
    percent,
    plain_table,
    print_table,
    seconds,
    share_cell,
    small_percent,
)
from warnpath.cli.picture_view import print_pictures

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from warnpath.study.result import Result

HEADS = {
    "t_visible_s": "visi-\nble",
    "t_detected_s": "detec-\nted",
    "t_confirmed_s": "con-\nfirmed",
    "t_shared_s": "shared\n",
    "t_qualified_s": "quali-\nfied",
    "t_decided_s": "deci-\nded",
    "t_delivered_s": "deliv-\nered",
    "t_impact_s": "impact\n",
    "sense_s": "sense\n",
    "confirm_s": "con-\nfirm",
    "transport_s": "trans-\nport",
    "processing_s": "proc-\nessing",
    "queueing_s": "queue-\ning",
    "retransmission_s": "re-\ntransm.",
    "outage_s": "outage\n",
    "release_s": "re-\nlease",
    "accuracy_s": "accu-\nracy",
    "decision_s": "deci-\nsion",
    "delivery_s": "deliv-\nery",
    "latency_s": "total\n",
}
SHARES = {
    "in_time_share": "in\ntime",
    "late_share": "late\n",
    "never_share": "never\n",
    "correct_share": "cor-\nrect",
    "missed_share": "missed\n",
    "unneeded_share": "un-\nneeded",
}
PRODUCT_NAMES = {"launch_notice": "launch notice", "area_alert": "area alert"}
MOST_LAUNCHES = 3
"""Launches shown in full; of more, unless asked for, the one with the least time left."""
BUSIEST = 5
WIDE = 92
"""Width from which on the deadline, a low quantile and the medium of a link have room as well."""


def print_run(console: Console, result: Result, verbose: bool, has_tracks: bool = False) -> None:
    """Print the tables of a run: per launch milestones, budget and outcome; pictures; the busiest links.

    With tracks, whose errors by age follow, the ages of the pictures as well.
    """
    console.print(title_line(result), style="bold")
    if "summary" in result.tables:
        launches = {
            launch: Figures(result.summary, launch) for launch in dict.fromkeys(result.summary["launch"])
        }
        if len(launches) > MOST_LAUNCHES:
            print_launches(console, launches)
        for launch in launches if verbose or len(launches) <= MOST_LAUNCHES else [_tightest(launches)]:
            print_launch(console, launches[launch], launch)
    if "pictures" in result.tables and len(result.table("pictures")):
        print_pictures(console, result.table("pictures"), has_tracks, verbose)
    if "traffic" in result.tables:
        print_traffic(console, result.table("traffic"))
    if "elements" in result.tables:
        print_links(console, result.elements, None if verbose else BUSIEST)
    console.print()


def title_line(result: Result) -> str:
    """What was run."""
    launch_set = f", launch set {result.scenario.launch_set}" if result.scenario.launch_set else ""
    replications = "1 replication" if result.replications == 1 else f"{result.replications} replications"
    return f"{result.scenario.name}{launch_set}: {replications}, seed {result.seed}, engine {result.engine}"


class Figures:
    """The summary of one launch by consumer and metric."""

    def __init__(self, summary: pd.DataFrame, launch: str) -> None:
        rows = summary.loc[summary["launch"] == launch]
        self.consumers: dict[str, str] = {}
        self._rows: dict[tuple[str, str], dict[str, Any]] = {}
        for row in rows.to_dict(orient="records"):
            self.consumers.setdefault(str(row["consumer"]), str(row["product"]))
            self._rows[str(row["consumer"]), str(row["metric"])] = {str(k): v for k, v in row.items()}

    def row(self, consumer: str, metric: str) -> dict[str, Any]:
        """The figures of a metric."""
        return self._rows[consumer, metric]

    def mean(self, consumer: str, metric: str) -> str:
        """Mean and interval of a metric, as a cell."""
        row = self.row(consumer, metric)
        return mean_cell(row["mean"], row["ci_low"], row["ci_high"])

    def share(self, consumer: str, metric: str) -> str:
        """Share and interval of a metric, as a cell."""
        row = self.row(consumer, metric)
        return share_cell(row["mean"], row["ci_low"], row["ci_high"])

    def is_quiet(self, consumer: str) -> bool:
        """Whether a consumer was never in danger and never alerted."""
        return bool(self.row(consumer, "quiet_share")["mean"] == 1.0)

    def by_product(self, keep: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
        """Products with those of their consumers that are to be shown."""
        for product, words in PRODUCT_NAMES.items():
            chosen = [name for name in keep if self.consumers[name] == product]
            if chosen:
                yield words, chosen


def print_launches(console: Console, launches: Mapping[str, Figures]) -> None:
    """Print one line per launch: time left, and how many warnings never came, for each who was in danger."""
    needing = [
        consumer
        for consumer in next(iter(launches.values())).consumers
        if any(figures.row(consumer, "never_share")["n"] for figures in launches.values())
    ]
    table = plain_table(["", *(f"{consumer}\ntime left s" for consumer in needing)])
    for launch, figures in launches.items():
        table.add_row(launch, *(_time_left(figures, consumer) for consumer in needing))
    title = f"{len(launches)} launches, time left (mean ± 95 %)"
    print_table(
        console, title, table, "In full below: the launch with the least time left; with -v all of them."
    )


def _time_left(figures: Figures, consumer: str) -> str:
    margin, never = figures.row(consumer, "margin_s"), figures.row(consumer, "never_share")
    text = mean_text(margin["mean"], margin["ci_low"], margin["ci_high"])
    return f"{text}, {percent(never['mean'])} never" if never["mean"] > 0.0 else text


def _tightest(launches: Mapping[str, Figures]) -> str:
    """Launch with the least mean time left for anyone."""

    def least(launch: str) -> float:
        figures = launches[launch]
        margins = [figures.row(consumer, "margin_s")["mean"] for consumer in figures.consumers]
        return min((margin for margin in margins if not math.isnan(margin)), default=math.inf)

    return min(launches, key=least)


def print_launch(console: Console, figures: Figures, launch: str) -> None:
    """Print the three tables of one launch."""
    from warnpath.metrics.summary import MILESTONES
    from warnpath.results.schema import BUDGET_STAGES

    quiet = [name for name in figures.consumers if figures.is_quiet(name)]
    shown = [name for name in figures.consumers if name not in quiet]
    console.print(f"\nLaunch {launch}", style="bold")
    if shown:
        _print_means(console, figures, shown, "Milestones, seconds after launch", MILESTONES)
        used = [stage for stage in BUDGET_STAGES if _is_used(figures, shown, stage)]
        unused = [HEADLINE_NAMES.get(stage, stage) for stage in BUDGET_STAGES if stage not in used]
        caption = f"No time was spent on: {', '.join(unused)}." if unused else ""
        title = "Latency budget, seconds; the stages add up to the total"
        _print_means(console, figures, shown, title, (*used, "latency_s"), caption)
        _print_outcomes(console, figures, shown)
    if quiet:
        console.print(f"Not in danger, and rightly not alerted: {', '.join(quiet)}.")


HEADLINE_NAMES = {
    "retransmission_s": "retransmission",
    "outage_s": "outages",
    "queueing_s": "queueing",
    "release_s": "release",
    "accuracy_s": "waiting for accuracy",
}


def _is_used(figures: Figures, shown: Sequence[str], stage: str) -> bool:
    return any(figures.row(name, stage)["mean"] > 0.0 for name in shown)


def _print_means(
    console: Console,
    figures: Figures,
    shown: Sequence[str],
    title: str,
    metrics: Sequence[str],
    caption: str = "",
) -> None:
    table = plain_table(["", *(HEADS[metric] for metric in metrics)])
    for product, names in figures.by_product(shown):
        table.add_row(product, style="italic")
        for name in names:
            table.add_row(f" {name}", *(figures.mean(name, metric) for metric in metrics))
    print_table(console, f"{title} (mean ± 95 %)", table, caption)


def _print_outcomes(console: Console, figures: Figures, shown: Sequence[str]) -> None:
    is_wide = console.width >= WIDE
    more = ["dead-\nline s", "left\np5 s"] if is_wide else []
    table = plain_table(["", "need-\ned", "time\nleft s", *more, *SHARES.values()])
    for product, names in figures.by_product(shown):
        table.add_row(product, style="italic")
        for name in names:
            margin, latency = figures.row(name, "margin_s"), figures.row(name, "latency_s")
            more = [seconds(margin["mean"] + latency["mean"]), seconds(margin["p05"])] if is_wide else []
            table.add_row(
                f" {name}",
                str(int(figures.row(name, "never_share")["n"])),
                figures.mean(name, "margin_s"),
                *more,
                *(figures.share(name, metric) for metric in SHARES),
            )
    print_table(console, "Warning time left and outcome (mean ± 95 %, shares with 95 % interval)", table)


def print_traffic(console: Console, traffic: pd.DataFrame) -> None:
    """Print what became of each entry of traffic."""
    from warnpath.metrics.traffic import REASONS, traffic_totals

    totals = traffic_totals(traffic)
    reasons = [name for name in REASONS if totals[name].any()]
    heads = ["traffic", "sent", "arrived", "latency\ns", "largest\ns"]
    table = plain_table([*heads, *(name.replace("_", "\n") for name in reasons)])
    for row in totals.to_dict(orient="records"):
        table.add_row(
            str(row["traffic"]),
            f"{row['sent']:.0f}",
            fine_percent(row["arrived_share"]),
            fine_mean(row["latency_s"], row["ci_low"], row["ci_high"]),
            fine_seconds(row["latency_max_s"]),
            *(f"{row[name]:.3g}" for name in reasons),
        )
    print_table(console, "Traffic (messages per replication, latency mean ± 95 %)", table)


def print_links(console: Console, elements: pd.DataFrame, top: int | None) -> None:
    """Print the busiest links."""
    from warnpath.metrics.links import busiest

    is_wide = console.width >= WIDE
    names = ["link", "to", "medium"] if is_wide else ["link", "to"]
    heads = [*names, "busy", "queue\nmean", "queue\nmax", "mes-\nsages", "lost"]
    table = plain_table(heads, left=len(names))
    for row in busiest(elements, top=top).to_dict(orient="records"):
        ends = f"{small_percent(row['ci_low'])}-{small_percent(row['ci_high'])}".replace("%", "")
        table.add_row(
            str(row["element"]),
            str(row["direction"]).partition(">")[2],
            *([str(row["group"])] if is_wide else []),
            small_percent(row["utilisation"]) + ("" if math.isnan(row["ci_low"]) else f"\n{ends}"),
            f"{row['mean_queue']:.2g}",
            str(row["max_queue"]),
            f"{row['messages']:.0f}",
            f"{row['dropped'] + row['lost']:.2g}",
        )
    print_table(console, "Busiest links (means per replication, with 95 % interval)", table)
