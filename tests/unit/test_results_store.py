from __future__ import annotations

import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import IO

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from tests.synthetic_results import outputs
from warnpath.metrics.summary import summarise
from warnpath.results import document
from warnpath.results.atomic import PARTIAL, remove_leftovers, write_atomically
from warnpath.results.provenance import LIBRARIES, Provenance, canonical_json, describe
from warnpath.results.schema import TABLES
from warnpath.results.store import (
    MANIFEST,
    StoreError,
    read_folder,
    read_provenance,
    read_table,
    write_folder,
    write_table,
)
from warnpath.results.tables import DesignPoint, build_tables, concatenate

DELAY = "node.us-hub.release.median_s"
VOLATILE = {MANIFEST, "timing.parquet"}


class Scenario:
    """A scenario as far as provenance is concerned."""

    name = "made-up"

    def content_hash(self) -> str:
        return "4f2a"

    def model_dump(self, *, mode: str) -> dict[str, object]:
        assert mode == "json"
        return {"name": self.name, "node": [{"id": "b", "lat_deg": 35.7}, {"id": "a", "lat_deg": 21.3}]}


def provenance() -> Provenance:
    return describe(Scenario(), seed=7, replications=6)


def tables() -> dict[str, pd.DataFrame]:
    built = build_tables(outputs(6))
    return built | {"summary": summarise(built["warnings"])}


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    written = tables()
    write_folder(written, tmp_path, provenance(), "warnpath run")
    results = read_folder(tmp_path)
    assert set(results.tables) == set(written)
    for name, table in written.items():
        pd.testing.assert_frame_equal(results.tables[name], table)
    assert results.provenance == provenance()
    assert results.manifest["command"] == "warnpath run"
    pd.testing.assert_frame_equal(results.runs, written["runs"])
    assert results.warnings is results.tables["warnings"]
    assert len(results.summary) == len(written["summary"])


def test_a_study_is_read_back_with_its_swept_parameters(tmp_path: Path) -> None:
    parts = [
        build_tables(outputs(2), DesignPoint(n, {DELAY: 2.0 * n, "launch_set": "salvo"})) for n in range(3)
    ]
    written = concatenate(parts)
    write_folder(written, tmp_path, provenance())
    results = read_folder(tmp_path)
    for name, table in written.items():
        pd.testing.assert_frame_equal(results.tables[name], table)


def test_a_single_table_can_be_stored(tmp_path: Path) -> None:
    table = build_tables(outputs(2), DesignPoint(1, {DELAY: 2.0}))["runs"]
    path = tmp_path / "deep" / "part.parquet"
    write_table(table, path, "runs", provenance())
    pd.testing.assert_frame_equal(read_table(path), table)
    assert read_provenance(path) == provenance()


def test_any_reader_of_parquet_gets_plain_columns(tmp_path: Path) -> None:
    write_folder(tables(), tmp_path, provenance())
    frame = pd.read_parquet(tmp_path / "warnings.parquet")
    assert list(frame.columns) == list(TABLES["warnings"].names)
    assert set(frame["status"].astype("str")) <= {"in_time", "late", "never", "none"}


def test_every_file_says_how_to_make_it_again(tmp_path: Path) -> None:
    write_folder(tables(), tmp_path, provenance())
    metadata = pq.read_metadata(tmp_path / "warnings.parquet").metadata
    stored = {
        k.decode(): json.loads(v)
        for k, v in metadata.items()
        if k.startswith(b"warnpath.") and k != b"warnpath.table"
    }
    assert stored["warnpath.scenario_name"] == "made-up"
    assert stored["warnpath.scenario_hash"] == "4f2a"
    assert [node["id"] for node in stored["warnpath.scenario"]["node"]] == ["a", "b"]
    assert stored["warnpath.seed"] == 7
    assert stored["warnpath.design"] == {"kind": "run"}
    assert set(stored["warnpath.libraries"]) == set(LIBRARIES)
    assert stored["warnpath.python_version"] == ".".join(map(str, sys.version_info[:3]))


def test_equal_results_are_equal_files(tmp_path: Path) -> None:
    straight, shuffled = tmp_path / "straight", tmp_path / "shuffled"
    first = build_tables(outputs(6))
    slower = [Slow(output) for output in reversed(outputs(6))]
    second = build_tables(slower)
    assert not first["runs"]["wall_s"].equals(second["runs"]["wall_s"])
    write_folder(first, straight, provenance(), "warnpath sweep x.toml")
    write_folder(second, shuffled, provenance(), "warnpath sweep x.toml --workers 2")
    one, other = digests(straight), digests(shuffled)
    assert set(one) == set(other)
    differing = {name for name in one if one[name] != other[name]}
    assert differing <= VOLATILE
    assert "timing.parquet" in differing


class Slow:
    """The same replication on a slower machine."""

    def __init__(self, output: object) -> None:
        self._output = output

    def __getattr__(self, name: str) -> object:
        value = getattr(self._output, name)
        return value * 3 if name == "wall_s" else value


def test_equal_files_in_another_process(tmp_path: Path) -> None:
    write_folder(tables(), tmp_path / "here", provenance())
    script = (
        "import sys; from pathlib import Path\n"
        "from tests.unit.test_results_store import provenance, tables, write_folder\n"
        "write_folder(tables(), Path(sys.argv[1]), provenance())\n"
    )
    root = Path(__file__).parents[2]
    environment = os.environ | {"PYTHONHASHSEED": "77", "PYTHONPATH": str(root)}
    command = [sys.executable, "-c", script, str(tmp_path / "there")]
    subprocess.run(command, check=True, env=environment, cwd=root)
    here, there = digests(tmp_path / "here"), digests(tmp_path / "there")
    assert {name for name in here if here[name] != there[name]} <= VOLATILE


def test_a_folder_without_a_manifest_is_incomplete(tmp_path: Path) -> None:
    write_folder(tables(), tmp_path, provenance())
    (tmp_path / MANIFEST).unlink()
    with pytest.raises(StoreError, match=r"has no manifest.json.*interrupted; run it again"):
        read_folder(tmp_path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no folder of results at"):
        read_folder(tmp_path / "none")


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    write_folder(tables(), tmp_path, provenance())
    path = tmp_path / "elements.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with pytest.raises(StoreError, match=r"elements.parquet is not the file that manifest.json names"):
        read_folder(tmp_path)
    assert set(read_folder(tmp_path, only=["warnings"]).tables) == {"warnings"}


def test_a_removed_file_is_named(tmp_path: Path) -> None:
    write_folder(tables(), tmp_path, provenance())
    (tmp_path / "elements.parquet").unlink()
    with pytest.raises(StoreError, match=r"elements.parquet is missing"):
        read_folder(tmp_path)


def test_a_table_that_was_not_written_is_named(tmp_path: Path) -> None:
    write_folder(build_tables(outputs(1)), tmp_path, provenance())
    with pytest.raises(StoreError, match="has no table 'summary'; it has elements, runs, warnings"):
        _ = read_folder(tmp_path).summary


def test_another_format_is_refused(tmp_path: Path) -> None:
    write_folder(tables(), tmp_path, provenance())
    manifest = json.loads((tmp_path / MANIFEST).read_text())
    (tmp_path / MANIFEST).write_text(json.dumps(manifest | {"format": 99}))
    with pytest.raises(StoreError, match="has format 99, this version reads 1"):
        read_folder(tmp_path)


def test_files_of_others_are_not_tables(tmp_path: Path) -> None:
    text, frame = tmp_path / "a.parquet", tmp_path / "b.parquet"
    text.write_text("no parquet")
    pd.DataFrame({"a": [1]}).to_parquet(frame)
    with pytest.raises(StoreError, match="is not a Parquet file"):
        read_table(text)
    with pytest.raises(StoreError, match="not a table of warnpath"):
        read_table(frame)
    with pytest.raises(StoreError, match="there is no table at"):
        read_table(tmp_path / "c.parquet")


def test_writing_again_removes_tables_no_longer_made_and_nothing_else(tmp_path: Path) -> None:
    write_folder(tables(), tmp_path, provenance())
    (tmp_path / "notes.txt").write_text("mine")
    write_folder(build_tables(outputs(2)), tmp_path, provenance())
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "elements.parquet",
        MANIFEST,
        "notes.txt",
        "runs.parquet",
        "timing.parquet",
        "warnings.parquet",
    ]
    assert len(read_folder(tmp_path).runs) == 2


def test_a_failed_write_leaves_the_earlier_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tables(), tmp_path, provenance())
    before = digests(tmp_path)
    written = []

    def full(table: object, file: IO[bytes], **_: object) -> None:
        written.append(file.name)
        file.write(b"PAR1 and then the disk is full")
        if len(written) == 3:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("warnpath.results.store.pq.write_table", full)
    with pytest.raises(OSError, match="No space left"):
        write_folder(build_tables(outputs(2)), tmp_path, provenance())
    assert digests(tmp_path) == before


def test_an_interruption_leaves_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def interrupted(file: IO[bytes]) -> None:
        file.write(b"half of the new")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, interrupted)
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    """A real refusal by the system, by a limit on the size of files of a process of its own."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from warnpath.results.atomic import write_atomically\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))\n"
        "write_atomically(Path(sys.argv[1]), lambda file: file.write(b'x' * 100_000))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "OSError" in done.stderr
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_killed_writer_leaves_only_a_hidden_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from warnpath.results.atomic import write_atomically\n"
        "def write(file):\n"
        "    file.write(b'half'); file.flush(); os.kill(os.getpid(), signal.SIGKILL)\n"
        "write_atomically(Path(sys.argv[1]), write)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"
    (leftover,) = [entry for entry in tmp_path.iterdir() if entry != path]
    assert leftover.name.startswith(".file.")
    assert leftover.name.endswith(PARTIAL)
    assert remove_leftovers(tmp_path) == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_files_get_the_usual_permissions(tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.write_bytes(b"")
    write_atomically(tmp_path / "file", lambda file: None)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == stat.S_IMODE(usual.stat().st_mode)


def test_canonical_json_does_not_depend_on_order() -> None:
    one = {"b": 1, "a": {"link": [{"id": "y", "loss": 0.3}, {"id": "x", "loss": 0.7}]}}
    other = {"a": {"link": [{"loss": 0.7, "id": "x"}, {"loss": 0.3, "id": "y"}]}, "b": 1}
    assert canonical_json(one) == canonical_json(other)
    assert canonical_json([2, 1]) == "[2,1]"  # order of plain lists means something


def test_provenance_of_a_foreign_file_is_refused() -> None:
    with pytest.raises(ValueError, match="no provenance in the file: scenario_name, scenario_hash"):
        Provenance.from_metadata({b"pandas": b"{}"})


def test_the_description_of_the_tables_is_up_to_date() -> None:
    path = Path(__file__).parents[2] / "results" / "README.md"
    text = path.read_text(encoding="utf-8")
    assert text == document.rewrite(text), "run: python -m warnpath.results.document results/README.md"


def test_the_description_is_written_between_its_marks(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text(f"before\n{document.BEGIN}\nbygone\n{document.END}\nafter\n")
    assert document.main([str(path)]) == 0
    text = path.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "bygone" not in text
    assert "| `margin_s` | float64 | s |" in text
    assert document.main([]) == 2
    with pytest.raises(ValueError, match="no place for the tables"):
        document.rewrite("nothing here")


def test_numbers_survive_the_store_to_the_last_bit(tmp_path: Path) -> None:
    written = build_tables(outputs(4))["warnings"]
    write_table(written, tmp_path / "w.parquet", "warnings", provenance())
    read = read_table(tmp_path / "w.parquet")
    bits = [frame["latency_s"].to_numpy().view(np.int64) for frame in (written, read)]
    assert (bits[0] == bits[1]).all()
