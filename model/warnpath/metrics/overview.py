"""The answer in plain data: what `warnpath run --json` prints."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from warnpath.metrics.budget import mean_budget
from warnpath.metrics.frames import PER_CONSUMER, leading_columns
from warnpath.metrics.intervals import CONFIDENCE
from warnpath.metrics.links import busiest
from warnpath.metrics.summary import MILESTONES, summarise
from warnpath.metrics.traffic import traffic_totals
from warnpath.metrics.warning_time import OUTCOMES, STATUSES, warning_shares
from warnpath.results.schema import BUDGET_STAGES

FIGURES = ("mean", "ci_low", "ci_high", "p50", "p95", "p99")


def warnings_overview(warnings: pd.DataFrame, confidence: float = CONFIDENCE) -> list[dict[str, Any]]:
    """One record per launch and consumer, ready for JSON.

    Parameters
    ----------
    warnings : DataFrame
        Table `warnings`.
    confidence : float
        Level of the intervals.

    Returns
    -------
    list of dict
        `launch`, `consumer`, `product` (and the design point in a study); `n` (replications), `needed`;
        counts `in_time`, `late`, `never`, `correct`, `missed`, `unneeded`, `quiet`, and `shares` of each as
        {share, ci_low, ci_high}; `latency_s`, `margin_s` and `milestones_s` by name as {mean, ci_low,
        ci_high, p50, p95, p99}; `budget_s` by stage, adding up to the mean latency. What the data do not
        determine is None.
    """
    if warnings.empty:
        return []
    by = [*leading_columns(warnings), *PER_CONSUMER]
    sizes = warnings.groupby(by, sort=False, observed=True)
    counts = pd.DataFrame({"n": sizes.size(), "needed": sizes["needed"].sum()})
    measures = ("latency_s", "margin_s", *MILESTONES)
    figures = _by_group(summarise(warnings, by, measures, confidence), by)
    shares = _by_group(warning_shares(warnings, by, confidence), by)
    budgets = _by_group(mean_budget(warnings, by), by)
    records = []
    for group, n, needed in counts.itertuples():
        metric = figures[group].set_index("metric").to_dict(orient="index")
        share = shares[group].set_index("measure").to_dict(orient="index")
        budget = budgets[group].iloc[0]
        records.append(
            {name: _plain(value) for name, value in zip(by, group, strict=True)}
            | {"n": int(n), "needed": int(needed)}
            | {name: int(share[name]["count"]) for name in (*STATUSES, *OUTCOMES)}
            | {
                "shares": {
                    name: {key: _plain(share[name][key]) for key in ("share", "ci_low", "ci_high")}
                    for name in (*STATUSES, *OUTCOMES)
                },
                "latency_s": _figures(metric["latency_s"]),
                "margin_s": _figures(metric["margin_s"]),
                "milestones_s": {
                    name.removeprefix("t_").removesuffix("_s"): _figures(metric[name]) for name in MILESTONES
                },
                "budget_s": {stage.removesuffix("_s"): _plain(budget[stage]) for stage in BUDGET_STAGES},
            }
        )
    return records


def links_overview(elements: pd.DataFrame, top: int | None = None) -> list[dict[str, Any]]:
    """One record per link and direction, the busiest first, ready for JSON; fields as in `links.busiest`."""
    return table_records(busiest(elements, top=top))


def traffic_overview(traffic: pd.DataFrame) -> list[dict[str, Any]]:
    """One record per traffic, ready for JSON; fields as in `traffic.traffic_totals`."""
    return table_records(traffic_totals(traffic))


def table_records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table as plain data, ready for JSON: NaN becomes None."""
    return [
        {str(name): _plain(value) for name, value in row.items()} for row in table.to_dict(orient="records")
    ]


def _by_group(table: pd.DataFrame, by: list[str]) -> dict[Any, pd.DataFrame]:
    return dict(iter(table.groupby(by, sort=False, observed=True)))


def _figures(row: Mapping[Hashable, Any]) -> dict[str, Any]:
    return {name: _plain(row[name]) for name in FIGURES}


def _plain(value: Any) -> Any:
    plain = value.item() if hasattr(value, "item") else value
    return None if isinstance(plain, float) and not math.isfinite(plain) else plain
