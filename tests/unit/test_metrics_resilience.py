from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.synthetic_results import outputs
from warnpath.metrics.intervals import mean_interval, share_interval
from warnpath.metrics.pairing import difference_interval, pair, paired_differences
from warnpath.metrics.resilience import failure_costs, group_costs
from warnpath.results.tables import build_tables, conform

ELEMENTS = pd.DataFrame(
    {
        "element": ["geo", "fibre-a", "fibre-b", "hub", "spare"],
        "kind": ["link", "link", "link", "node", "link"],
        "group": ["satcom_geo", "subsea_fibre", "subsea_fibre", "hub", "microwave"],
    }
)


def run(delay_s: float = 0.0, never: float = 0.0, replications: int = 12) -> pd.DataFrame:
    return build_tables(outputs(replications, delay_s=delay_s, never=never))["warnings"]


def failed(**delays_s: float) -> pd.DataFrame:
    return pd.concat([run(delay_s=delay).assign(element=name) for name, delay in delays_s.items()])


def test_a_pair_stands_side_by_side_in_the_order_of_the_first() -> None:
    first, second = run(), run(delay_s=7.0)
    pairs = pair(first, second.sample(frac=1.0, random_state=5), ["margin_s"])
    assert list(pairs.columns) == ["replication", "launch", "consumer", "margin_s_first", "margin_s_second"]
    assert pairs["replication"].tolist() == first["replication"].tolist()
    difference = (pairs["margin_s_first"] - pairs["margin_s_second"]).dropna()
    assert difference.to_numpy() == pytest.approx(7.0, rel=1e-9)


def test_what_has_no_counterpart_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"5 rows have no counterpart, first .*'replication': 11.* only in the first"
    ):
        pair(run(), run(replications=11), ["margin_s"])
    with pytest.raises(ValueError, match="only in the second table"):
        pair(run(replications=11), run(), ["margin_s"])


def test_rows_that_are_not_told_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="the second table has two rows for"):
        pair(run(), pd.concat([run(), run()]), ["margin_s"])


def test_pairing_removes_the_common_noise() -> None:
    first, second = run(), run(delay_s=7.0)
    table = paired_differences(first, second, "latency_s", by=("consumer",)).set_index("consumer")
    aomori = table.loc["jp-aomori"]
    assert (aomori["n"], aomori["pairs"], aomori["replications"]) == (12, 12, 12)
    assert aomori["mean"] == pytest.approx(7.0, rel=1e-9)
    assert aomori["ci_high"] - aomori["ci_low"] < 1e-6  # each run alone is uncertain by tens of seconds
    assert table.loc["kr-seoul", "n"] == 0
    assert np.isnan(table.loc["kr-seoul", "mean"])


def test_a_paired_difference_of_one_pair_a_replication_is_the_t_interval() -> None:
    first, second = run(), run(delay_s=7.0)
    noise = np.random.default_rng(8).normal(0.0, 2.0, len(second))
    second = second.assign(margin_s=second["margin_s"] + noise)
    found = paired_differences(first, second, "margin_s", by=("launch", "consumer"))
    found = found.loc[found["consumer"] == "jp-maritime"].iloc[0]
    chosen = first["consumer"] == "jp-maritime"
    expected = mean_interval((second["margin_s"] - first["margin_s"])[chosen])
    assert (found["mean"], found["ci_low"], found["ci_high"]) == pytest.approx(expected[1:], rel=1e-10)


def test_what_came_on_one_side_only_is_counted() -> None:
    first, second = run(never=0.0), run(never=0.4)
    (whole,) = paired_differences(first, second, "margin_s").to_dict("records")
    assert whole["only_first"] == (second["status"] == "never").sum() > 0
    assert whole["only_second"] == 0
    assert whole["n"] + whole["only_first"] == 36


def test_difference_interval_takes_replications_as_the_unit() -> None:
    pairs = pd.DataFrame({"replication": [0, 0, 1, 1, 2, 2], "cost": [1.0, 1.0, 2.0, 2.0, 4.0, 4.0]})
    assert difference_interval(pairs, "cost")[1:] == pytest.approx(
        mean_interval([1.0, 2.0, 4.0])[1:], rel=1e-12
    )


def test_costs_are_the_time_lost() -> None:
    costs = failure_costs(run(), failed(geo=30.0, spare=0.0), ELEMENTS).set_index("element")
    geo = costs.loc["geo"]
    assert geo["margin_cost_s"] == pytest.approx(30.0, rel=1e-9)
    assert geo["ci_low"] <= 30.0 + 1e-6
    assert (geo["n"], geo["needed"], geo["compared"]) == (12, 36, 36)
    assert costs.loc["spare", "margin_cost_s"] == 0.0
    assert costs.loc["spare", "newly_never_share_high"] == pytest.approx(
        share_interval(0, 12).high, rel=1e-12
    )


def test_costs_keep_to_their_schema() -> None:
    costs = failure_costs(run(), failed(geo=30.0, hub=5.0, spare=0.0), ELEMENTS)
    pd.testing.assert_frame_equal(conform(costs, "failures"), conform(conform(costs, "failures"), "failures"))
    assert conform(costs, "failures")["rank"].tolist() == [1, 2, 3]


def test_worst_group_first_and_worst_element_first_within_it() -> None:
    runs = failed(geo=30.0, hub=5.0, spare=0.0, **{"fibre-a": 2.0, "fibre-b": 50.0})
    costs = failure_costs(run(), runs, ELEMENTS)
    # A group ranks by the mean over its elements: the fibres cost 26 s, less than the one satellite link.
    assert costs["element"].tolist() == ["geo", "fibre-b", "fibre-a", "hub", "spare"]
    assert costs["group_rank"].tolist() == [1, 2, 2, 3, 4]


def test_a_warning_lost_is_worse_than_any_delay_and_is_never_averaged() -> None:
    lossy = run(never=0.3).assign(element="hub")
    runs = pd.concat([failed(geo=120.0), lossy])
    costs = failure_costs(run(), runs, ELEMENTS).set_index("element")
    hub = costs.loc["hub"]
    lost = int((lossy["status"] == "never").sum())
    assert lost > 0
    assert hub["rank"] == 1
    assert (hub["newly_never"], hub["compared"]) == (lost, 36 - lost)
    assert hub["margin_cost_s"] == 0.0  # what did come, came at the same time
    assert hub["newly_never_share"] == pytest.approx(lost / 36, rel=1e-12)
    assert hub["newly_never_share_low"] < lost / 36 < hub["newly_never_share_high"]


def test_everything_lost_has_no_margin_cost_and_ranks_first() -> None:
    dead = run(never=1.1).assign(element="hub")
    costs = failure_costs(run(), pd.concat([failed(geo=400.0), dead]), ELEMENTS)
    first = costs.iloc[0]
    assert first["element"] == "hub"
    assert first["newly_never_share"] == 1.0
    assert np.isnan([first["margin_cost_s"], first["ci_low"], first["ci_high"]]).all()


def test_warnings_that_become_late_are_counted() -> None:
    costs = failure_costs(run(), failed(geo=400.0), ELEMENTS).iloc[0]
    assert costs["newly_late"] == 12  # the area alerts; the notices still have time
    assert costs["newly_late_share"] == pytest.approx(12 / 36, rel=1e-12)


def test_a_warning_that_never_came_anyway_is_not_the_failures_doing() -> None:
    undisturbed = run(never=0.3)
    costs = failure_costs(undisturbed, undisturbed.assign(element="geo"), ELEMENTS).iloc[0]
    assert costs["newly_never"] == 0
    assert costs["compared"] < costs["needed"]
    saved = failure_costs(undisturbed, run(never=0.0).assign(element="geo"), ELEMENTS).iloc[0]
    assert saved["newly_delivered"] == (undisturbed["status"] == "never").sum()


def test_groups_pool_their_elements() -> None:
    groups = group_costs(run(), failed(hub=5.0, **{"fibre-a": 2.0, "fibre-b": 50.0}), ELEMENTS)
    assert groups["group"].tolist() == ["subsea_fibre", "hub"]
    fibre = groups.iloc[0]
    assert (fibre["elements"], fibre["n"], fibre["needed"]) == (2, 12, 72)
    assert fibre["margin_cost_s"] == pytest.approx(26.0, rel=1e-9)


def test_groups_may_be_formed_by_consumer() -> None:
    groups = group_costs(run(), failed(geo=30.0, hub=5.0), ELEMENTS, by=("kind", "consumer"))
    assert len(groups) == 2 * 3
    assert "element" not in groups.columns


def test_one_replication_gives_a_cost_without_interval() -> None:
    runs = run(delay_s=30.0, replications=1).assign(element="geo")
    costs = failure_costs(run(replications=1), runs, ELEMENTS).iloc[0]
    assert costs["margin_cost_s"] == pytest.approx(30.0, rel=1e-9)
    assert np.isnan([costs["ci_low"], costs["ci_high"]]).all()


def test_wrong_inputs_are_named() -> None:
    with pytest.raises(ValueError, match="no kind and group given for mystery"):
        failure_costs(run(), failed(mystery=1.0), ELEMENTS)
    with pytest.raises(ValueError, match=r"failure of geo: pairing: .* no counterpart"):
        failure_costs(run(), run(replications=3).assign(element="geo"), ELEMENTS)
    with pytest.raises(ValueError, match="there is no failed run to compare"):
        failure_costs(run(), run(replications=1).assign(element="geo").iloc[:0], ELEMENTS)
