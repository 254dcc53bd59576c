from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

from tests.synthetic_results import outputs
from warnpath.metrics.budget import BudgetError, check_closure, mean_budget, stacked
from warnpath.metrics.intervals import mean_interval, quantile_interval, share_interval
from warnpath.metrics.links import busiest
from warnpath.metrics.overview import links_overview, table_records, warnings_overview
from warnpath.metrics.summary import MEASURES, summarise
from warnpath.metrics.warning_time import OUTCOMES, STATUSES, warning_shares
from warnpath.results.schema import BUDGET_STAGES
from warnpath.results.tables import DesignPoint, build_tables, concatenate, conform

DELAY = "node.us-hub.release.median_s"


def warnings(replications: int = 40, never: float = 0.1) -> pd.DataFrame:
    return build_tables(outputs(replications, never=never))["warnings"]


def of(table: pd.DataFrame, **values: object) -> pd.DataFrame:
    for name, value in values.items():
        table = table.loc[table[name] == value]
    return table


def row(table: pd.DataFrame, **values: object) -> pd.Series:
    (found,) = [row for _, row in of(table, **values).iterrows()]
    return found


def test_summary_keeps_to_its_schema() -> None:
    summary = summarise(warnings())
    pd.testing.assert_frame_equal(conform(summary, "summary"), summary)
    assert len(summary) == 5 * (len(MEASURES) + 7)


def test_mean_and_interval_are_over_the_delivered_warnings() -> None:
    table = warnings()
    found = row(summarise(table), consumer="jp-aomori", metric="latency_s")
    delivered = of(table, consumer="jp-aomori")["latency_s"].dropna()
    expected = mean_interval(delivered)
    assert 0 < len(delivered) < 40
    assert found["n"] == len(delivered)
    assert (found["mean"], found["ci_low"], found["ci_high"]) == pytest.approx(expected[1:], rel=1e-12)
    assert found["sd"] == pytest.approx(delivered.std(), rel=1e-12)


def test_quantiles_count_a_warning_that_never_came_as_the_worst() -> None:
    table = warnings(200, never=0.02)
    latency = of(table, consumer="jp-aomori")["latency_s"]
    assert 0 < latency.isna().sum() < 10
    expected = quantile_interval(latency.fillna(math.inf), 0.95)
    found = row(summarise(table), consumer="jp-aomori", metric="latency_s")
    assert (found["p95"], found["p95_low"]) == pytest.approx((expected.value, expected.low), rel=1e-12)
    assert found["p95"] > np.quantile(latency.dropna(), 0.95)
    worst = quantile_interval(of(table, consumer="jp-aomori")["margin_s"].fillna(-math.inf), 0.05)
    margin = row(summarise(table), consumer="jp-aomori", metric="margin_s")
    assert margin["p05"] == pytest.approx(worst.value, rel=1e-12)


def test_milestones_are_over_those_that_reached_them() -> None:
    table = warnings()
    summary = summarise(table)
    detected = row(summary, consumer="jp-aomori", metric="t_detected_s")
    assert detected["n"] == 40  # detected even where the alert was lost later
    assert row(summary, consumer="jp-maritime", metric="t_qualified_s")["n"] == 0


def test_an_area_out_of_danger_has_no_latency() -> None:
    found = of(summarise(warnings()), consumer="kr-seoul")
    measured = found.loc[found["metric"].isin(MEASURES)]
    assert (measured["n"] == 0).all()
    assert measured.drop(columns=["launch", "consumer", "product", "metric", "n"]).isna().all(axis=None)


def test_one_replication_has_means_without_intervals() -> None:
    found = row(summarise(warnings(1, never=0.0)), consumer="jp-aomori", metric="latency_s")
    assert found["n"] == 1
    assert np.isfinite(found["mean"])
    assert np.isnan(found[["sd", "ci_low", "ci_high", "p50_low", "p50_high"]].astype(float)).all()


def test_all_never() -> None:
    summary = summarise(warnings(20, never=1.1))
    latency = row(summary, consumer="jp-aomori", metric="latency_s")
    assert latency["n"] == 0
    assert np.isnan(latency[["mean", "ci_low", "p50", "p99"]].astype(float)).all()
    share = row(summary, consumer="jp-aomori", metric="never_share")
    assert share["mean"] == 1.0
    assert share["ci_low"] == pytest.approx(share_interval(20, 20).low, rel=1e-12)


def test_a_study_is_summarised_by_point() -> None:
    parts = [build_tables(outputs(8), DesignPoint(n, {DELAY: 3.0 * n})) for n in range(3)]
    summary = summarise(concatenate(parts)["warnings"])
    assert list(summary.columns[:5]) == ["point", DELAY, "launch", "consumer", "product"]
    for number, part in enumerate(parts):
        alone = summarise(part["warnings"])
        pd.testing.assert_frame_equal(of(summary, point=number).reset_index(drop=True), alone)


def test_replications_lost_in_one_point_change_no_other() -> None:
    parts = [build_tables(outputs(count), DesignPoint(n, {})) for n, count in enumerate((8, 5))]
    summary = summarise(concatenate(parts)["warnings"])
    detected = summary.loc[(summary["metric"] == "t_detected_s") & (summary["consumer"] == "jp-aomori")]
    assert detected["n"].tolist() == [8, 5]


def test_several_warnings_of_a_replication_in_a_group_are_refused() -> None:
    with pytest.raises(ValueError, match="several warnings of one replication in a group"):
        summarise(warnings(), by=("product",))


def test_missing_columns_are_named() -> None:
    with pytest.raises(ValueError, match="summary: the table lacks the columns margin_s"):
        summarise(warnings().drop(columns="margin_s"))


def test_shares_add_up_and_have_intervals() -> None:
    shares = warning_shares(warnings())
    area = of(shares, consumer="jp-aomori").set_index("measure")
    assert area.loc[list(STATUSES), "share"].sum() == pytest.approx(1.0, rel=1e-12)
    assert area.loc[list(OUTCOMES), "share"].sum() == pytest.approx(1.0, rel=1e-12)
    never = area.loc["never"]
    expected = share_interval(int(never["count"]), 40)
    assert (never["n"], never["share"]) == (40, expected.value)
    assert (never["ci_low"], never["ci_high"]) == pytest.approx(expected[2:], rel=1e-12)


def test_shares_of_an_area_out_of_danger() -> None:
    area = of(warning_shares(warnings()), consumer="kr-seoul").set_index("measure")
    assert area.loc["never", "n"] == 0
    assert np.isnan(area.loc["never", "share"])
    assert area.loc["quiet", "share"] == 1.0


def test_shares_over_everything_take_replications_as_the_unit() -> None:
    table = warnings(10, never=0.0)
    late = (
        warning_shares(table, by=("product",))
        .set_index(["product", "measure"])
        .loc[("launch_notice", "late")]
    )
    assert (late["n"], late["count"]) == (20, 0)
    assert late["ci_high"] == pytest.approx(share_interval(0, 10).high, rel=1e-12)
    whole = warning_shares(table, by=()).set_index("measure")
    assert whole.loc["in_time", "n"] == 30


def test_the_mean_budget_adds_up_to_the_mean_latency() -> None:
    budget = mean_budget(warnings())
    delivered = budget.loc[budget["n"] > 0]
    assert len(delivered) == 3
    gap = delivered[list(BUDGET_STAGES)].sum(axis="columns") - delivered["latency_s"]
    assert gap.abs().max() <= 1e-9


def test_a_budget_without_warnings_is_empty() -> None:
    budget = mean_budget(warnings(3, never=1.1))
    assert budget["n"].tolist() == [0] * 5
    assert budget[[*BUDGET_STAGES, "latency_s"]].isna().all(axis=None)


def test_a_budget_that_does_not_close_is_named() -> None:
    table = warnings(4, never=0.0)
    place = table.index[(table["replication"] == 2) & (table["consumer"] == "jp-aomori")][0]
    table.loc[place, "release_s"] += 1e-6
    with pytest.raises(
        BudgetError, match=r"1 of 12 delivered .* replication 2, launch overflight, consumer jp-aomori"
    ):
        mean_budget(table)
    table.loc[place, "release_s"] = np.nan
    with pytest.raises(BudgetError, match="stages add up to nan s"):
        check_closure(table)


def test_a_budget_within_rounding_closes() -> None:
    table = warnings(4, never=0.0)
    table["release_s"] += 0.9e-9
    check_closure(table)


def test_stacked_budget_starts_each_stage_where_the_last_ended() -> None:
    budget = mean_budget(of(warnings(), consumer="jp-aomori"))
    stages = stacked(budget)
    assert list(stages["stage"]) == [stage.removesuffix("_s") for stage in BUDGET_STAGES]
    ends = stages["start_s"] + stages["mean_s"]
    assert stages["start_s"].iloc[0] == 0.0
    assert ends.iloc[:-1].to_numpy() == pytest.approx(stages["start_s"].iloc[1:].to_numpy(), rel=1e-12)
    assert ends.iloc[-1] == pytest.approx(budget["latency_s"].iloc[0], rel=1e-12)


def test_busiest_links_pool_replications() -> None:
    elements = build_tables(outputs(9))["elements"]
    table = busiest(elements)
    assert list(table["direction"]) == ["us-usfj>us-hub", "us-usfk>us-hub", "us-hub>us-usfj"]
    first = of(elements, direction="us-usfj>us-hub")
    expected = mean_interval(first["utilisation"])
    assert table.loc[0, ["utilisation", "ci_low", "ci_high"]].tolist() == pytest.approx(
        expected[1:], rel=1e-12
    )
    assert table.loc[0, "max_queue"] == first["max_queue"].max()
    assert table.loc[0, "messages"] == first["messages"].mean()
    assert len(busiest(elements, top=1)) == 1
    assert list(busiest(elements, kind="node")["element"]) == ["us-hub", "jp-adc"]


def test_busiest_links_of_one_replication_have_no_interval() -> None:
    table = busiest(build_tables(outputs(1))["elements"])
    assert table["utilisation"].notna().all()
    assert table[["ci_low", "ci_high"]].isna().all(axis=None)


def test_busiest_links_of_a_study_are_ranked_by_point() -> None:
    parts = [build_tables(outputs(2), DesignPoint(n, {DELAY: 1.0 * n})) for n in range(2)]
    table = busiest(concatenate(parts)["elements"], top=2)
    assert table["point"].tolist() == [0, 0, 1, 1]


def test_busiest_refuses_another_kind() -> None:
    with pytest.raises(ValueError, match="kind of element is 'links'; expected link or node"):
        busiest(build_tables(outputs(1))["elements"], kind="links")


def test_the_overview_is_json_without_nan() -> None:
    table = warnings()
    text = json.dumps(warnings_overview(table), allow_nan=False)
    records = {record["consumer"]: record for record in json.loads(text)}
    aomori = records["jp-aomori"]
    assert {"launch", "consumer", "product", "n", "in_time", "late", "never", "correct", "missed"} < set(
        aomori
    )
    assert aomori["n"] == 40
    assert aomori["in_time"] + aomori["late"] + aomori["never"] == aomori["needed"] == 40
    assert set(aomori["latency_s"]) == {"mean", "ci_low", "ci_high", "p50", "p95", "p99"}
    assert sum(aomori["budget_s"].values()) == pytest.approx(aomori["latency_s"]["mean"], abs=1e-9)
    assert records["kr-seoul"]["latency_s"]["mean"] is None
    assert records["kr-seoul"]["quiet"] == 40
    assert records["jp-maritime"]["milestones_s"]["qualified"]["mean"] is None


def test_links_and_tables_become_plain_records() -> None:
    records = links_overview(build_tables(outputs(1))["elements"], top=1)
    assert records[0]["group"] == "subsea_fibre"
    assert records[0]["ci_low"] is None
    assert type(records[0]["max_queue"]) is int
    assert table_records(pd.DataFrame({"a": [np.inf]})) == [{"a": None}]


def test_metrics_change_none_of_their_inputs() -> None:
    table = warnings()
    before = table.copy(deep=True)
    summarise(table)
    warning_shares(table)
    mean_budget(table)
    warnings_overview(table)
    pd.testing.assert_frame_equal(table, before)
