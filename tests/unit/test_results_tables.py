from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from tests.synthetic_results import Output, outputs
from warnpath.engine import codes
from warnpath.results.column import Column, TableSchema
from warnpath.results.schema import BUDGET_STAGES, MESSAGE_KINDS, MESSAGE_STATUSES, PRODUCTS, TABLES
from warnpath.results.tables import DesignPoint, TableError, build_tables, concatenate, conform, swept_columns

DELAY = "node.us-hub.release.median_s"


def test_tables_have_the_columns_of_the_schema_in_order() -> None:
    tables = build_tables(outputs(3))
    assert set(tables) == {"runs", "warnings", "elements"}
    for name, table in tables.items():
        assert tuple(table.columns) == TABLES[name].names
        assert table.index.equals(pd.RangeIndex(len(table)))


def test_types_are_those_declared() -> None:
    warnings = build_tables(outputs(2))["warnings"]
    assert warnings["replication"].dtype == np.int64
    assert warnings["latency_s"].dtype == np.float64
    assert warnings["needed"].dtype == np.bool_
    assert warnings["launch"].dtype == "str"
    assert list(warnings["status"].cat.categories) == ["in_time", "late", "never", "none"]


def test_replications_may_come_in_any_order() -> None:
    straight = build_tables(outputs(5))
    shuffled = build_tables([outputs(5)[number] for number in (3, 0, 4, 1, 2)])
    for name, table in straight.items():
        pd.testing.assert_frame_equal(table, shuffled[name])


def test_rows_are_sorted_by_key() -> None:
    warnings = build_tables(outputs(3, launches=("zulu", "alpha")))["warnings"]
    keys = list(zip(warnings["replication"], warnings["launch"], warnings["consumer"], strict=True))
    assert keys == sorted(keys)


def test_a_failed_replication_has_a_row_in_runs_only() -> None:
    failed = Output(replication=1, status="failed", error="RuntimeError: queue", log_hash="", columns={})
    tables = build_tables([outputs(3)[0], failed, outputs(3)[2]])
    runs = tables["runs"].set_index("replication")
    assert runs.loc[1, "status"] == "failed"
    assert runs.loc[1, "error"] == "RuntimeError: queue"
    assert np.isnan(runs.loc[1, "margin_s"])
    assert runs.loc[0, "margin_s"] > 0
    assert sorted(tables["warnings"]["replication"].unique()) == [0, 2]


def test_all_replications_failed() -> None:
    failed = [Output(replication=number, status="failed", error="lost") for number in range(2)]
    tables = build_tables(failed)
    assert list(tables) == ["runs"]
    assert tables["runs"]["never_share"].isna().all()


def test_headline_figures_are_means_over_needed_warnings() -> None:
    tables = build_tables(outputs(1, never=0.0))
    warnings, run = tables["warnings"].set_index("consumer"), tables["runs"].iloc[0]
    notices = warnings.loc[["jp-maritime", "kr-maritime"], "latency_s"]
    assert run["launch_notice_latency_s"] == pytest.approx((notices.iloc[0] + notices.iloc[1]) / 2, rel=1e-12)
    assert (
        run["area_alert_latency_s"] == warnings.loc["jp-aomori", "latency_s"]
    )  # the other areas are not in danger
    assert run["never_share"] == 0.0


def test_headline_never_share_counts_needed_warnings_only() -> None:
    tables = build_tables(outputs(1, never=1.1))
    assert tables["runs"].loc[0, "never_share"] == 1.0
    assert np.isnan(tables["runs"].loc[0, "margin_s"])


def test_study_columns_stand_in_front() -> None:
    tables = build_tables(outputs(2), DesignPoint(4, {DELAY: 2.5, "launch_set": "salvo"}))
    for table in tables.values():
        assert list(table.columns[:4]) == ["point", DELAY, "launch_set", "replication"]
        assert (table["point"] == 4).all()
        assert swept_columns(table) == (DELAY, "launch_set")


def test_parts_of_a_study_join_the_same_in_any_order() -> None:
    parts = [build_tables(outputs(2), DesignPoint(number, {DELAY: float(number)})) for number in range(4)]
    straight, shuffled = concatenate(parts), concatenate([parts[i] for i in (2, 0, 3, 1)])
    for name, table in straight.items():
        pd.testing.assert_frame_equal(table, shuffled[name])
        assert table["point"].is_monotonic_increasing


def test_a_factor_of_mixed_kinds_becomes_text() -> None:
    parts = [build_tables(outputs(1), DesignPoint(n, {DELAY: value})) for n, value in enumerate((5, "off"))]
    runs = concatenate(parts)["runs"]
    assert list(runs[DELAY]) == ["5", "off"]
    assert runs[DELAY].dtype == "str"


def test_parts_of_different_studies_do_not_join() -> None:
    parts = [
        build_tables(outputs(1), DesignPoint(0, {DELAY: 1.0})),
        build_tables(outputs(1), DesignPoint(1, {})),
    ]
    with pytest.raises(TableError, match="parts disagree on the swept parameters"):
        concatenate(parts)


def test_a_swept_parameter_may_not_hide_a_column() -> None:
    with pytest.raises(TableError, match="swept parameter 'seed' has the name of a result column"):
        build_tables(outputs(1), DesignPoint(0, {"seed": 3}))


def test_the_same_replication_twice_is_refused() -> None:
    with pytest.raises(TableError, match="replication 2 was given twice"):
        build_tables([*outputs(3), outputs(3)[2]])


def test_a_table_missing_from_one_replication_is_named() -> None:
    first, second = outputs(2)
    less = dataclasses.replace(second, columns={"warnings": second.columns["warnings"]})
    with pytest.raises(TableError, match="elements: replication 1 did not record this table"):
        build_tables([first, less])


def test_columns_of_different_length_are_named() -> None:
    (output,) = outputs(1)
    output.columns["warnings"]["latency_s"] = output.columns["warnings"]["latency_s"][:-1]
    with pytest.raises(TableError, match="warnings: columns of replication 0 differ in length"):
        build_tables([output])


def test_an_unknown_table_is_named_with_a_hint() -> None:
    (output,) = outputs(1)
    output.columns["warning"] = output.columns.pop("warnings")
    with pytest.raises(TableError, match="unknown table 'warning'; did you mean 'warnings'"):
        build_tables([output])


def test_an_unknown_column_is_named_with_a_hint() -> None:
    frame = build_tables(outputs(1))["warnings"].assign(latency_ms=1.0)
    with pytest.raises(TableError, match="unknown column 'latency_ms'; did you mean 'latency_s'"):
        conform(frame, "warnings")


def test_every_problem_of_a_table_is_told_at_once() -> None:
    frame = build_tables(outputs(1))["warnings"].astype({"status": "object", "revisions": "float64"})
    frame.loc[1, "status"] = "tardy"
    frame.loc[2, "revisions"] = 0.5
    frame.loc[3, "launched_at_s"] = np.nan
    frame.loc[4, "latency_s"] = np.inf
    frame.loc[0, "c2"] = ""
    with pytest.raises(TableError) as caught:
        conform(frame, "warnings")
    text = str(caught.value)
    assert len(caught.value.problems) == 5
    assert "warnings.status: 'tardy' in row 1 is none of 'in_time', 'late', 'never', 'none'" in text
    assert "warnings.revisions: expected a whole number, found" in text
    assert "warnings.launched_at_s: row 3 has no value" in text
    assert "warnings.latency_s: row 4 is infinite" in text
    assert "warnings.c2: row 0 is empty" in text


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("latency_s", "fast", "expected a number, found 'fast' in row 0"),
        ("path", 3, "expected text, found 3 in row 0"),
        ("needed", 2, "expected true or false, found 2 in row 0"),
        ("replication", np.nan, "row 0 has no value"),
    ],
)
def test_a_wrong_type_is_named(column: str, value: object, problem: str) -> None:
    frame = build_tables(outputs(1))["warnings"].astype({column: "object"})
    frame.loc[0, column] = value
    with pytest.raises(TableError, match=f"warnings.{column}: {problem}"):
        conform(frame, "warnings")


def test_missing_columns_are_named() -> None:
    frame = build_tables(outputs(1))["elements"].drop(columns=["utilisation", "lost"])
    with pytest.raises(TableError) as caught:
        conform(frame, "elements")
    assert caught.value.problems == [
        "elements: column 'utilisation' is missing",
        "elements: column 'lost' is missing",
    ]


def test_two_rows_of_one_key_are_refused() -> None:
    frame = build_tables(outputs(1))["warnings"]
    with pytest.raises(TableError, match="two rows have the same key"):
        conform(pd.concat([frame, frame.tail(1)], ignore_index=True), "warnings")


def test_a_missing_text_becomes_the_empty_text() -> None:
    frame = build_tables(outputs(1))["warnings"].astype({"path": "object"})
    frame.loc[0, "path"] = None
    assert conform(frame, "warnings").loc[0, "path"] == ""


def test_whole_numbers_stay_exact_beyond_the_precision_of_floats() -> None:
    (output,) = outputs(1)
    large = 2**53 + 1
    assert build_tables([dataclasses.replace(output, seed=large)])["runs"].loc[0, "seed"] == large


def test_rows_of_equal_key_keep_their_order_where_the_key_does_not_identify() -> None:
    visits = pd.DataFrame(
        {
            "replication": 0,
            "message": [2, 1, 1],
            "element": ["b", "z", "a"],
            "queued_s": [0.5, 1.5, 1.5],
            "start_s": 2.0,
            "end_s": 3.0,
            "queue_wait_s": 0.5,
            "service_s": 1.0,
            "propagation_s": 0.0,
            "outcome": "passed",
        }
    )
    assert list(conform(visits, "hops")["element"]) == ["z", "a", "b"]


def test_conform_changes_nothing_the_second_time() -> None:
    table = build_tables(outputs(3), DesignPoint(0, {DELAY: 1.0}))["warnings"]
    pd.testing.assert_frame_equal(conform(table, "warnings"), table)


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_declarations_are_sound(table: TableSchema) -> None:
    columns = table.columns
    names = [column.name for column in columns]
    assert len(set(names)) == len(names)
    for column in columns:
        assert column.description.endswith("."), column.name
        assert (column.dtype == "category") == bool(column.vocabulary), column.name
        if column.key:
            assert not (column.dtype == "float64" and column.nullable), f"{column.name}: NaN cannot be sorted"


UNITS = {"_s": "s", "_km": "km", "_m": "m", "_bytes": "B"}


def test_units_are_suffixes() -> None:
    for table in TABLES.values():
        for column in table.columns:
            if not column.unit or column.unit == "as metric":
                continue
            suffix = next((s for s in UNITS if column.name.endswith(s)), None)
            assert suffix is not None or column.name.startswith(("ci_",)), f"{table.name}.{column.name}"
            if suffix is not None:
                assert UNITS[suffix] == column.unit, f"{table.name}.{column.name}"


def test_the_budget_is_part_of_the_warnings() -> None:
    assert set(BUDGET_STAGES) < set(TABLES["warnings"].names)


def test_the_engine_uses_the_vocabulary_of_the_tables() -> None:
    assert set(codes.MESSAGE_KINDS) == set(MESSAGE_KINDS)
    assert set(codes.MESSAGE_STATUSES) == set(MESSAGE_STATUSES)
    assert set(codes.PRODUCTS) == set(PRODUCTS)
    assert tuple(f"{stage}_s" for stage in codes.STAGES) == BUDGET_STAGES
    assert set(codes.GATES) == set(TABLES["warnings"].column("gating_branch").vocabulary)


def test_a_column_is_found_by_name() -> None:
    found: Column = TABLES["warnings"].column("margin_s")
    assert found.unit == "s"
    with pytest.raises(KeyError, match="has no column 'margin_ms'"):
        TABLES["warnings"].column("margin_ms")
