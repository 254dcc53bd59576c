"""Tables written as replications come equal those written at the end, whatever the order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import warnpath as wp
from warnpath.engine.output import ReplicationOutput
from warnpath.results import stream as module
from warnpath.results.store import read_folder
from warnpath.results.stream import TableStream
from warnpath.study.result import Result, provenance_of
from warnpath.study.simulate import Execution, run_scenario

SMALL = Path(__file__).parents[1] / "scenarios" / "small.toml"
TABLES = ("messages", "hops")


@pytest.fixture(scope="module")
def whole() -> Result:
    return run_scenario(wp.load(SMALL), ("hops",), Execution())


def streamed(result: Result, order: list[int], folder: Path) -> None:
    with TableStream(folder, TABLES, provenance_of(result.scenario, result.engine)) as stream:
        kept = [stream.take(result.outputs[number]) for number in order]
        kept.sort(key=lambda output: output.replication)
        assert not any(set(output.columns) & set(TABLES) for output in kept)
        rest = Result(result.scenario, result.engine, tuple(kept))
        rest.save(folder, "", stream)


@pytest.mark.unwatched
@pytest.mark.parametrize("group_rows", [1, 1_500, 10**9])
def test_order_and_waiting_change_nothing(
    whole: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group_rows: int
) -> None:
    monkeypatch.setattr(module, "GROUP_ROWS", group_rows)
    for waiting_bytes in (0, 300_000, 10**9):
        monkeypatch.setattr(module, "WAITING_BYTES", waiting_bytes)
        for order in ([0, 1, 2], [2, 0, 1], [1, 2, 0]):
            streamed(whole, order, tmp_path / f"{order} {waiting_bytes}")
    first = tmp_path / "[0, 1, 2] 0"
    found = read_folder(first)
    for name, table in whole.tables.items():
        pd.testing.assert_frame_equal(found.table(name), table)
    files = [path.name for path in first.glob("*.parquet") if path.stem != "timing"]
    assert {"messages.parquet", "hops.parquet"} < set(files)
    for name in files:
        contents = {(folder / name).read_bytes() for folder in tmp_path.iterdir()}
        assert len(contents) == 1, name


def test_short_replications_share_a_row_group_and_long_ones_do_not(
    whole: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [len(output.columns["messages"]["kind"]) for output in whole.outputs]
    for group_rows, expected in ((1, rows), (rows[0] + 1, [rows[0] + rows[1], rows[2]])):
        monkeypatch.setattr(module, "GROUP_ROWS", group_rows)
        folder = tmp_path / f"{group_rows}"
        streamed(whole, [0, 1, 2], folder)
        metadata = pq.ParquetFile(folder / "messages.parquet").metadata
        assert [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)] == expected


def test_what_is_left_early_leaves_nothing(
    whole: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAITING_BYTES", 0)
    monkeypatch.setattr(module, "GROUP_ROWS", 1)
    with TableStream(tmp_path, TABLES, provenance_of(whole.scenario, whole.engine)) as stream:
        stream.take(whole.outputs[0])
        assert len(list(tmp_path.iterdir())) == 2
    # Never finished, as when an interruption came.
    assert list(tmp_path.iterdir()) == []


def test_a_failed_replication_has_no_rows_and_holds_nothing_up(whole: Result, tmp_path: Path) -> None:
    failed = ReplicationOutput(0, 11, "failed", "too large", 0.1, 5, "", {})
    with TableStream(tmp_path, TABLES, provenance_of(whole.scenario, whole.engine)) as stream:
        kept = [stream.take(output) for output in (whole.outputs[1], failed, whole.outputs[2])]
        kept.sort(key=lambda output: output.replication)
        Result(whole.scenario, whole.engine, tuple(kept)).save(tmp_path, "", stream)
    found = read_folder(tmp_path).table("messages")
    assert np.unique(found["replication"]).tolist() == [1, 2]
