"""What became of traffic, on tables small enough to work out by hand."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from warnpath.metrics.overview import traffic_overview
from warnpath.metrics.traffic import REASONS, traffic_totals


def row(replication, traffic, source, sent, delivered, mean_s, largest_s, **reasons):
    return {
        "replication": replication,
        "traffic": traffic,
        "source": source,
        "sent": sent,
        "delivered": delivered,
        **dict.fromkeys(REASONS, 0),
        **reasons,
        "latency_mean_s": mean_s,
        "latency_max_s": largest_s,
    }


TABLE = pd.DataFrame(
    [
        row(0, "beat", "a", 10, 8, 2.0, 5.0, lost=2),
        row(0, "beat", "b", 30, 30, 1.0, 3.0),
        row(1, "beat", "a", 10, 10, 3.0, 9.0),
        row(1, "beat", "b", 30, 20, 1.5, 4.0, queue_full=4, in_flight=6),
        row(0, "dead", "a", 5, 0, math.nan, math.nan, no_route=5),
        row(1, "dead", "a", 7, 0, math.nan, math.nan, no_route=7),
    ]
)


def test_totals_are_weighted_by_messages_within_a_replication():
    totals = traffic_totals(TABLE).set_index("traffic")
    beat = totals.loc["beat"]
    assert (beat.n, beat.flows, beat.sent) == (2, 2, 40.0)
    # (16 + 30) / 38 and (30 + 30) / 30 seconds.
    assert beat.latency_s == pytest.approx((46 / 38 + 2.0) / 2)
    # t interval of two values: mean +- 12.706 |a - b| / 2 (t quantile at 97.5 %, 1 degree of freedom).
    assert beat.ci_high - beat.latency_s == pytest.approx(12.7062 * (2.0 - 46 / 38) / 2, rel=1e-4)
    assert beat.arrived_share == pytest.approx((38 / 40 + 30 / 40) / 2)
    assert (beat.share_low, beat.share_high) == (0.0, 1.0)
    assert (beat.lost, beat.queue_full, beat.in_flight) == (1.0, 2.0, 3.0)
    assert beat.latency_max_s == 9.0


def test_traffic_that_never_arrives_has_no_latency():
    dead = traffic_totals(TABLE).set_index("traffic").loc["dead"]
    assert dead.arrived_share == 0.0
    assert math.isnan(dead.latency_s)
    assert math.isnan(dead.latency_max_s)
    assert dead.no_route == 6.0
    record = traffic_overview(TABLE)[1]
    assert record["latency_s"] is None
    assert record["no_route"] == 6.0


def test_points_of_a_study_stay_apart():
    study = pd.concat(
        [TABLE.assign(point=0, load=1.5), TABLE.assign(point=1, load=2.5, delivered=0)], ignore_index=True
    )
    study = study[["point", "load", *TABLE.columns]]
    totals = traffic_totals(study)
    assert totals[["point", "load", "traffic"]].to_numpy().tolist() == [
        [0, 1.5, "beat"],
        [0, 1.5, "dead"],
        [1, 2.5, "beat"],
        [1, 2.5, "dead"],
    ]


def test_a_table_without_its_columns_is_refused():
    with pytest.raises(ValueError, match="latency_max_s"):
        traffic_totals(TABLE.drop(columns="latency_max_s"))
