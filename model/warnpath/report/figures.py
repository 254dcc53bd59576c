"""The figures a planner asks for: how long, where the time goes, how much is left, and how it depends.

Every function takes tables, draws on the Axes it is given or on new ones, and returns them. None shows, saves
or changes a global setting.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from warnpath.metrics.budget import mean_budget, stacked
from warnpath.metrics.frames import require
from warnpath.metrics.intervals import mean_interval
from warnpath.report import style
from warnpath.report.map import network_map

__all__ = ["budget_bars", "latency_ecdf", "margin_by_consumer", "network_map", "sweep_lines"]

NETWORK = ("transport", "processing", "queueing", "retransmission", "outage")
LEAST_SHARE_LABELLED = 0.045


def latency_ecdf(warnings: pd.DataFrame, by: Sequence[str] | None = None, ax: Axes | None = None) -> Axes:
    """Share of the needed warnings that are with the consumer, against the time since launch.

    A warning that never comes keeps its curve below 1: the gap at the right end is the share never delivered.

    Parameters
    ----------
    warnings : DataFrame
        Table `warnings`.
    by : sequence of str, optional
        Columns that tell the curves apart; by default the finest of consumer, launch and consumer, launch and
        product, or product that gives no more than eight curves.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
    """
    require(warnings, ("launch", "consumer", "product", "needed", "latency_s"), "latency_ecdf")
    needed = warnings.loc[warnings["needed"]]
    columns = _curves(needed) if by is None else tuple(by)
    labels = _labels(needed, columns)
    order = needed["latency_s"].groupby(labels).median().sort_values(na_position="last").index
    colours = style.colours(order)
    with style.styled():
        drawn = style.axes(ax, 7.6, 4.0)
        longest = float(needed["latency_s"].max()) if needed["latency_s"].notna().any() else 1.0
        for number, label in enumerate(order):
            times = np.sort(needed.loc[labels == label, "latency_s"].dropna().to_numpy())
            total = int((labels == label).sum())
            steps = np.concatenate([[0.0], np.arange(1, len(times) + 1), [len(times)]]) / total
            places = np.concatenate([[0.0], times, [longest * 1.04]])
            name = label if len(times) == total else f"{label}  ({1 - len(times) / total:.0%} never)"
            drawn.step(
                places, steps, where="post", color=colours[label], linestyle=style.dashes(number), label=name
            )
        drawn.set_xlim(0.0, longest * 1.04)
        drawn.set_ylim(0.0, 1.02)
        drawn.yaxis.set_major_formatter("{x:.0%}")
        style.finish(
            drawn, "Time from launch until the warning arrives", "time since launch (s)", "warnings delivered"
        )
        if len(order):
            style.legend_outside(drawn, ", ".join(columns))
    return drawn


def budget_bars(
    warnings: pd.DataFrame, by: Sequence[str] | None = None, *, detail: bool = False, ax: Axes | None = None
) -> Axes:
    """Mean latency budget as stacked bars, with the time left until the deadline behind them.

    Over the needed warnings that were delivered; how often none came is in the label.

    Parameters
    ----------
    warnings : DataFrame
        Table `warnings`.
    by : sequence of str, optional
        Columns with one bar per combination; consumer by default, and launch where there are several.
    detail : bool
        Whether to show transport, processing, queueing, retransmission and outage apart; together they are
        "network".
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
    """
    columns = _rows(warnings) if by is None else tuple(by)
    needed = warnings.loc[warnings["needed"]]
    budget = mean_budget(needed, columns)
    budget = budget.sort_values("latency_s", ascending=False, na_position="first", ignore_index=True)
    labels = _labels(budget, columns)
    deadline = needed.groupby(list(columns), observed=True)["deadline_s"].mean()
    deadline = deadline.reindex(
        pd.MultiIndex.from_frame(budget[list(columns)]) if len(columns) > 1 else budget[columns[0]]
    )
    never = (
        needed.assign(_never=needed["latency_s"].isna()).groupby(_labels(needed, columns))["_never"].mean()
    )
    stages = stacked(budget)
    if not detail:
        stages["stage"] = stages["stage"].astype("str").replace(dict.fromkeys(NETWORK, "network"))
    with style.styled():
        drawn = style.axes(ax, 8.4, 1.9 + 0.42 * max(len(budget), 2))
        rows = np.arange(len(budget))
        end = float(np.nanmax([*deadline, *budget["latency_s"], 1.0]))
        drawn.barh(rows, deadline, height=0.62, color=style.FAINT, zorder=1)
        drawn.vlines(deadline, rows - 0.31, rows + 0.31, color=style.INK, linewidth=2.0, zorder=3)
        start = np.zeros(len(budget))
        handles: list[Artist] = []
        for stage in dict.fromkeys(stages["stage"]):
            width = (
                stages.loc[stages["stage"] == stage]
                .groupby(_labels(stages, columns))["mean_s"]
                .sum(min_count=1)
            )
            width = width.reindex(labels).to_numpy()
            colour = style.STAGES[str(stage)]
            drawn.barh(
                rows, width, left=start, height=0.62, color=colour, edgecolor="white", linewidth=0.6, zorder=2
            )
            _write_widths(drawn, rows, start, width, colour, end)
            start = start + np.nan_to_num(width)
            handles.append(Patch(facecolor=colour, label=str(stage)))
        handles.append(Patch(facecolor=style.FAINT, label="warning time left"))
        handles.append(
            Line2D(
                [],
                [],
                color=style.INK,
                marker="|",
                markersize=11,
                linestyle="",
                markeredgewidth=2.0,
                label="deadline",
            )
        )
        for row, (total, last, label) in enumerate(zip(budget["latency_s"], deadline, labels, strict=True)):
            text = "never" if np.isnan(total) else f"{total:,.0f} s"
            place = (float(np.nan_to_num(total)), row)
            drawn.annotate(text, place, (5, 0), textcoords="offset points", va="center", weight="bold")
            left = "" if np.isnan(total) else f"{last - total:,.0f} s left"
            lost = float(never.get(label, 0.0))
            _write_beside(
                drawn, row, ", ".join(part for part in (left, f"{lost:.0%} never" if lost else "") if part)
            )
        drawn.set_yticks(rows, labels)
        drawn.set_xlim(0.0, end * 1.02)
        drawn.grid(visible=False, axis="y")
        style.finish(drawn, "Where the time goes, from launch to warning", "mean time since launch (s)")
        style.legend_above(drawn, handles, columns=5)
    return drawn


def margin_by_consumer(
    warnings: pd.DataFrame, by: Sequence[str] | None = None, ax: Axes | None = None
) -> Axes:
    """Warning time left: every replication as a dot, the mean with its 95 % interval, and the shares.

    Parameters
    ----------
    warnings : DataFrame
        Table `warnings`.
    by : sequence of str, optional
        Columns with one row per combination; consumer by default, and launch where there are several.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
    """
    columns = _rows(warnings) if by is None else tuple(by)
    require(warnings, (*columns, "needed", "margin_s", "status"), "margin_by_consumer")
    needed = warnings.loc[warnings["needed"]]
    labels = _labels(needed, columns)
    order = needed["margin_s"].groupby(labels).mean().sort_values(na_position="first").index
    with style.styled():
        drawn = style.axes(ax, 8.4, 1.6 + 0.42 * max(len(order), 2))
        for row, label in enumerate(order):
            rows = needed.loc[labels == label]
            # A fixed spiral spreads the dots: the same figure every time, and no draw for it.
            offsets = 0.22 * (np.mod(np.arange(len(rows)) * 0.6180339887, 1.0) - 0.5) * 2.0
            tints = rows["status"].astype("str").map(style.STATUS).fillna(style.MUTED)
            drawn.scatter(
                rows["margin_s"], row + offsets, s=16, c=list(tints), alpha=0.45, linewidths=0.0, zorder=2
            )
            mean = mean_interval(rows["margin_s"])
            drawn.plot([mean.low, mean.high], [row, row], color=style.INK, linewidth=2.4, zorder=3)
            drawn.plot(
                [mean.value], [row], "D", color=style.INK, markersize=6.5, markeredgecolor="white", zorder=4
            )
            _write_shares(drawn, row, rows["status"])
        drawn.axvline(0.0, color=style.INK, linewidth=1.2, zorder=1)
        drawn.set_yticks(np.arange(len(order)), list(order))
        drawn.set_ylim(-0.6, max(len(order), 1) - 0.4)
        drawn.grid(visible=False, axis="y")
        style.finish(drawn, "Warning time left", "deadline minus delivery (s); left of 0 is too late")
        handles = [
            Line2D(
                [],
                [],
                marker="o",
                linestyle="",
                color=colour,
                alpha=0.6,
                markersize=5,
                label=style.readable(status),
            )
            for status, colour in style.STATUS.items()
        ]
        handles.append(
            Line2D([], [], marker="D", color=style.INK, markeredgecolor="white", label="mean, 95 % interval")
        )
        style.legend_above(drawn, handles)
    return drawn


def sweep_lines(
    summary: pd.DataFrame,
    x: str,
    metric: str = "margin_s",
    hue: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """A metric against a swept parameter: means as lines, their 95 % intervals as bands.

    Parameters
    ----------
    summary : DataFrame
        Table `summary` of a study; filter it to the launches, consumers and values of other swept parameters
        that are meant.
    x : str
        Swept parameter: its column.
    metric : str
        Which metric of the summary.
    hue : str, optional
        Column that tells the lines apart, by default consumer.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the metric is not in the summary, or a line would have several values at one place.
    """
    hue = "consumer" if hue is None else hue
    require(summary, (x, hue, "metric", "mean", "ci_low", "ci_high"), "sweep_lines")
    chosen = summary.loc[(summary["metric"] == metric) & summary["mean"].notna()]
    if chosen.empty:
        known = ", ".join(dict.fromkeys(summary["metric"]))
        raise ValueError(f"sweep_lines: the summary has no values of {metric!r}; it has {known}")
    if chosen.duplicated([x, hue]).any():
        row = chosen.loc[chosen.duplicated([x, hue])].iloc[0]
        raise ValueError(
            f"sweep_lines: several rows for {x} = {row[x]} and {hue} = {row[hue]}; "
            "filter the summary to one launch and one value of every other swept parameter"
        )
    names = list(dict.fromkeys(chosen.sort_values(hue)[hue]))
    with style.styled():
        drawn = style.axes(ax, 7.6, 4.2)
        for number, (name, colour) in enumerate(style.colours(names).items()):
            line = chosen.loc[chosen[hue] == name].sort_values(x)
            drawn.fill_between(
                line[x], line["ci_low"], line["ci_high"], color=colour, alpha=0.16, linewidth=0.0
            )
            drawn.plot(
                line[x],
                line["mean"],
                color=colour,
                linestyle=style.dashes(number),
                marker="o",
                markersize=4.5,
                label=str(name),
            )
        if metric == "margin_s":
            drawn.axhline(0.0, color=style.INK, linewidth=1.2)
        if metric.endswith("_share"):
            drawn.yaxis.set_major_formatter("{x:.0%}")
        label = style.axis_label(metric)
        style.finish(
            drawn,
            f"{style.readable(metric.removesuffix('_s')).capitalize()} against {x}",
            style.axis_label(x),
            label,
        )
        style.legend_outside(drawn, hue)
        sns.despine(ax=drawn, left=True)
    return drawn


def _curves(needed: pd.DataFrame) -> tuple[str, ...]:
    choices = [("launch", "consumer"), ("launch", "product"), ("product",)]
    if len(needed["launch"].unique()) <= 1:
        choices.insert(0, ("consumer",))
    for columns in choices:
        if len(needed[list(columns)].drop_duplicates()) <= len(style.SERIES):
            return columns
    return choices[-1]


def _rows(warnings: pd.DataFrame) -> tuple[str, ...]:
    require(warnings, ("launch", "consumer", "needed"), "figure")
    return ("consumer",) if len(warnings["launch"].unique()) <= 1 else ("launch", "consumer")


def _labels(table: pd.DataFrame, columns: Sequence[str]) -> pd.Series[str]:
    """One text per row, from its values in these columns."""
    texts = table[columns[0]].astype("object").astype("str").map(style.readable)
    for name in columns[1:]:
        texts = texts + " \N{MIDDLE DOT} " + table[name].astype("object").astype("str").map(style.readable)
    return texts


def _write_widths(
    drawn: Axes, rows: np.ndarray, start: np.ndarray, width: np.ndarray, colour: str, end: float
) -> None:
    """Write the seconds into the segments that are wide enough."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    ink = style.INK if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "white"
    for row, left, seconds in zip(rows, start, width, strict=True):
        if seconds > LEAST_SHARE_LABELLED * end:
            drawn.text(
                left + seconds / 2, row, f"{seconds:.0f}", ha="center", va="center", color=ink, fontsize=8.5
            )


def _write_shares(drawn: Axes, row: int, status: pd.Series[str]) -> None:
    shares = {name: float((status == name).mean()) for name in ("in_time", "late", "never")}
    text = ", ".join(f"{share:.0%} {style.readable(name)}" for name, share in shares.items() if share > 0.0)
    _write_beside(drawn, row, text)


def _write_beside(drawn: Axes, row: int, text: str) -> None:
    """Write a remark to the right of the axes, level with a row."""
    place = ("axes fraction", "data")
    drawn.annotate(
        text, (1.01, row), xycoords=place, va="center", color=style.MUTED, fontsize=9, annotation_clip=False
    )
