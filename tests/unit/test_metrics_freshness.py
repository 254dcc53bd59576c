"""Age of information, error by age, and counts of pictures, on tables worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from warnpath.metrics.association import COUNTS, picture_counts
from warnpath.metrics.freshness import error_by_age, freshness
from warnpath.results.schema import TABLES

PICTURES = pd.DataFrame(
    {
        "replication": [0, 0, 1, 1],
        "c2": ["a", "b", "a", "b"],
        "launch": ["one"] * 4,
        "age_mean_s": [2.0, math.nan, 5.0, math.nan],
        "age_max_s": [7.0, math.nan, 12.0, math.nan],
    }
)

TRACKS = pd.DataFrame(
    {
        "replication": [0, 0, 0, 0, 1, 1],
        "c2": ["a"] * 6,
        "launch": ["one"] * 6,
        "age_s": [0.2, 0.9, 3.0, math.nan, 0.5, 3.5],
        "position_error_m": [100.0, 300.0, 1200.0, 50.0, 400.0, 2000.0],
        "position_sigma_m": [150.0, 150.0, 900.0, 1.0, 250.0, 1100.0],
    }
)


def test_the_mean_age_is_over_replications_in_which_anything_was_known() -> None:
    found = freshness(PICTURES).set_index("c2")
    assert found.loc["a", "n"] == 2
    assert found.loc["a", "age_mean_s"] == 3.5
    assert found.loc["a", "age_max_s"] == 9.5
    # Student's t with one degree of freedom, 12.7062, times the standard error 1.5.
    assert found.loc["a", "ci_high"] == pytest.approx(3.5 + 12.7062 * 1.5, rel=1e-5)
    assert found.loc["b", "n"] == 0
    assert math.isnan(found.loc["b", "age_mean_s"])


def test_errors_are_medians_per_replication_and_class() -> None:
    found = error_by_age(TRACKS, ages_s=(0.0, 2.0, 20.0))
    assert found[["age_low_s", "age_high_s", "n", "looks"]].to_numpy().tolist() == [
        [0.0, 2.0, 2, 3],
        [2.0, 20.0, 2, 2],
    ]
    # Medians 0.2 and 0.4 km, then 1.2 and 2.0 km.
    assert found["error_km"].tolist() == pytest.approx([0.3, 1.6])
    assert found["sigma_km"].tolist() == pytest.approx([0.2, 1.0])


def test_a_study_is_grouped_by_its_points() -> None:
    study = pd.concat([PICTURES.assign(point=number)[["point", *PICTURES.columns]] for number in (0, 1)])
    assert freshness(study)[["point", "c2"]].to_numpy().tolist() == [[0, "a"], [0, "b"], [1, "a"], [1, "b"]]


def test_classes_of_age_must_grow_and_columns_be_there() -> None:
    with pytest.raises(ValueError, match="each above the one before"):
        error_by_age(TRACKS, ages_s=(0.0, 5.0, 5.0))
    with pytest.raises(ValueError, match="age_max_s"):
        freshness(PICTURES.drop(columns="age_max_s"))
    assert np.isinf(error_by_age(TRACKS)["age_high_s"]).sum() == 0


def test_counts_are_summed_over_launches_and_averaged_over_replications() -> None:
    counts = dict.fromkeys(COUNTS, 0)
    rows = [
        {"replication": 0, "c2": "a", "launch": "one", **counts, "plots": 90, "swaps": 2},
        {"replication": 0, "c2": "a", "launch": "two", **counts, "plots": 31, "swaps": 1, "unsound": 1},
        {"replication": 0, "c2": "b", "launch": "one", **counts, "too_late": 4},
        {"replication": 1, "c2": "a", "launch": "one", **counts, "plots": 60},
    ]
    found = picture_counts(pd.DataFrame(rows)).set_index("c2")
    assert found.loc["a", ["n", "plots", "swaps", "unsound"]].to_list() == [2, 90.5, 1.5, 0.5]
    assert found.loc["b", ["n", "plots", "too_late"]].to_list() == [1, 0.0, 4.0]


def test_every_count_of_the_table_of_pictures_is_told() -> None:
    columns = {column.name for column in TABLES["pictures"].columns if column.dtype == "int64"}
    assert columns - {"replication"} == set(COUNTS)
