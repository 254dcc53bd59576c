"""Result tables on disk: Parquet files that are whole or not there, and equal if the results are equal.

A folder of results holds one Parquet file per table and ``manifest.json``. The manifest is written last: a
folder without one is the trace of an interruption. Everything that differs between two runs of the same thing
(time, command, seconds on the clock) is in the manifest and in ``timing.parquet``; all other files are byte
for byte equal, however many workers made them and whether or not the study was interrupted and resumed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from warnpath.results.atomic import stage, sync_folder, write_atomically
from warnpath.results.manifest import FORMAT, MANIFEST, StoreError, read_manifest
from warnpath.results.provenance import PREFIX, Provenance
from warnpath.results.schema import TABLES
from warnpath.results.tables import POINT, conform, swept_columns

if TYPE_CHECKING:
    from warnpath.results.stream import TableStream

TIMING = "timing"
_TABLE = PREFIX + b"table"
_SWEPT = PREFIX + b"swept"


@dataclass(frozen=True)
class StoredResults:
    """Results read back from a folder.

    Parameters
    ----------
    folder : Path
        Where they are.
    tables : mapping of str to DataFrame
        Table by name.
    provenance : Provenance
        What determines the numbers.
    manifest : mapping
        Content of the manifest: time, command, and size and hash of every file.
    """

    folder: Path
    tables: Mapping[str, pd.DataFrame]
    provenance: Provenance
    manifest: Mapping[str, Any]

    def table(self, name: str) -> pd.DataFrame:
        """Return the table of that name.

        Raises
        ------
        StoreError
            If it was not written; the message names those that were.
        """
        if name not in self.tables:
            raise StoreError(f"{self.folder} has no table {name!r}; it has {', '.join(sorted(self.tables))}")
        return self.tables[name]

    @property
    def runs(self) -> pd.DataFrame:
        """One row per replication."""
        return self.table("runs")

    @property
    def warnings(self) -> pd.DataFrame:
        """One row per replication, launch and consumer."""
        return self.table("warnings")

    @property
    def summary(self) -> pd.DataFrame:
        """One row per launch, consumer and metric."""
        return self.table("summary")


def write_table(
    frame: pd.DataFrame, path: Path, table: str, provenance: Provenance, *, is_fresh: bool = False
) -> None:
    """Write one table as Parquet, whole or not at all.

    Parameters
    ----------
    frame : DataFrame
        Table; brought into the form of its schema first.
    path : Path
        File to write; replaced if it is there.
    table : str
        Name of the table in the schema.
    provenance : Provenance
        Goes into the file's metadata, under keys that begin with ``warnpath.``.
    is_fresh : bool
        The frame is as `conform` or `build_tables` returned it.

    Raises
    ------
    TableError
        If the frame does not keep to the schema.
    OSError
        If the file cannot be written. What was there before is still there, whole.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = frame if is_fresh else conform(frame, table)
    write_atomically(path, _parquet_writer(frame, table, provenance.metadata))


def read_table(path: Path) -> pd.DataFrame:
    """Read one table written by `write_table`.

    Raises
    ------
    StoreError
        If there is no such file, or it is not a table of this package.
    """
    stored, table = _open_parquet(path)
    swept = json.loads((stored.schema.metadata or {}).get(_SWEPT, b"[]"))
    names = stored.schema.names
    frame: pd.DataFrame = stored.to_pandas()
    # In a folder the volatile columns are kept apart; what is left cannot be held against the whole schema.
    return conform(frame, table, swept) if set(names) >= set(TABLES[table].names) else frame


def read_parts(paths: Sequence[Path]) -> list[pd.DataFrame]:
    """Read files of one table that are to be joined by `concatenate`, which checks them.

    Returns
    -------
    list of DataFrame
        The rows of files with the same types of columns in one frame each.

    Raises
    ------
    StoreError
        If one is not there, or is not a table of this package.
    """
    alike: dict[str, list[pa.Table]] = {}
    for path in paths:
        stored, _ = _open_parquet(path)
        alike.setdefault(str(stored.schema.remove_metadata()), []).append(stored)
    return [
        pa.concat_tables(
            [part.replace_schema_metadata(parts[0].schema.metadata) for part in parts]
        ).to_pandas()
        for parts in alike.values()
    ]


def read_provenance(path: Path) -> Provenance:
    """Read what determines the numbers of the table at that path.

    Raises
    ------
    StoreError
        If there is no such file, or it is not a table of this package.
    """
    stored, _ = _open_parquet(path)
    return Provenance.from_metadata(stored.schema.metadata)


def write_folder(
    tables: Mapping[str, pd.DataFrame],
    folder: Path,
    provenance: Provenance,
    command: str = "",
    stream: TableStream | None = None,
    *,
    are_fresh: bool = False,
) -> dict[str, Any]:
    """Write tables and their manifest into a folder.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Table by name.
    folder : Path
        Made if needed. Tables of an earlier run in it are replaced, or removed if not written again; files
        that no manifest names are left alone.
    provenance : Provenance
        What determines the numbers.
    command : str
        How it was called, for the manifest.
    stream : TableStream, optional
        Tables that were written as they came, to the same folder.
    are_fresh : bool
        The tables are as `conform` returned them, and nobody had a chance to change them.

    Returns
    -------
    dict
        Content of the manifest.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ordered = sorted(tables.items())
    files = _split_volatile({name: table if are_fresh else conform(table, name) for name, table in ordered})
    origin = provenance.metadata
    staged: dict[str, Path] = {}
    try:
        for name, frame in files.items():
            staged[name] = stage(folder / f"{name}.parquet", _parquet_writer(frame, name, origin))
        rows = {name: len(frame) for name, frame in files.items()}
        if stream is not None:
            staged.update(stream.finish())
            rows |= stream.rows
        entries = {name: _entry(f"{name}.parquet", path, rows[name]) for name, path in staged.items()}
        # From here to the end takes milliseconds; if it is cut short the folder has no manifest and says so.
        _forget(folder, keep={entry["file"] for entry in entries.values()})
        for name, path in list(staged.items()):
            path.replace(folder / f"{name}.parquet")
            del staged[name]
    finally:
        for path in staged.values():
            path.unlink(missing_ok=True)
    manifest = {
        "format": FORMAT,
        "created_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": command,
        "provenance": provenance.as_dict(),
        "tables": entries,
    }
    text = json.dumps(manifest, indent=1, sort_keys=True) + "\n"
    write_atomically(folder / MANIFEST, lambda file: _write_text(file, text))
    return manifest


def read_folder(folder: Path | str, only: Sequence[str] | None = None) -> StoredResults:
    """Read the tables of a folder.

    Parameters
    ----------
    folder : Path or str
        Folder written by `write_folder`.
    only : sequence of str, optional
        Tables to read; all by default.

    Raises
    ------
    StoreError
        If the folder is not there, was left incomplete by an interruption, or a file is not the one its
        manifest names.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    entries: dict[str, dict[str, Any]] = manifest["tables"]
    wanted = [name for name in entries if name != TIMING and (only is None or name in only)]
    frames = {name: _read_checked(folder, entries[name]) for name in wanted}
    if TIMING in entries and "runs" in frames:
        frames["runs"] = _join_volatile(frames["runs"], _read_checked(folder, entries[TIMING]))
    provenance = Provenance(**manifest["provenance"])
    return StoredResults(folder, frames, provenance, manifest)


def _write_text(file: IO[bytes], text: str) -> None:
    file.write(text.encode("utf-8"))


def arrow_table(frame: pd.DataFrame, table: str, origin: Mapping[bytes, bytes]) -> pa.Table:
    """A frame that keeps to its schema as an Arrow table with its provenance in the metadata."""
    stored = pa.Table.from_pandas(frame, preserve_index=False)
    metadata = {**(stored.schema.metadata or {}), **origin}
    metadata[_TABLE] = table.encode()
    metadata[_SWEPT] = json.dumps(list(swept_columns(frame))).encode()
    return stored.replace_schema_metadata(metadata)


def _parquet_writer(
    frame: pd.DataFrame, table: str, origin: Mapping[bytes, bytes]
) -> Callable[[IO[bytes]], None]:
    stored = arrow_table(frame, table, origin)

    def write(file: IO[bytes]) -> None:
        pq.write_table(stored, file, compression="zstd")

    return write


def _open_parquet(path: Path) -> tuple[pa.Table, str]:
    if not path.is_file():
        raise StoreError(f"there is no table at {path}")
    try:
        stored = pq.read_table(path)
    except pa.ArrowInvalid as error:
        raise StoreError(f"{path} is not a Parquet file: {error}") from error
    table = (stored.schema.metadata or {}).get(_TABLE, b"").decode()
    if table not in TABLES:
        raise StoreError(f"{path} is a Parquet file, but not a table of warnpath")
    return stored, table


def _split_volatile(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Move what equal runs differ in from `runs` to a table of its own."""
    if "runs" not in tables:
        return tables
    runs = tables["runs"]
    volatile = list(TABLES["runs"].volatile)
    leading = [name for name in (POINT, *swept_columns(runs)) if name in runs.columns]
    timing = runs[[*leading, *TABLES[TIMING].names]]
    return tables | {"runs": runs.drop(columns=volatile), TIMING: conform(timing, TIMING)}


def _join_volatile(runs: pd.DataFrame, timing: pd.DataFrame) -> pd.DataFrame:
    on = [name for name in (POINT, *TABLES[TIMING].key) if name in runs.columns]
    volatile = list(TABLES["runs"].volatile)
    joined = runs.merge(timing[[*on, *volatile]], on=on, how="left", validate="one_to_one")
    return conform(joined, "runs", swept_columns(runs))


def _entry(name: str, path: Path, rows: int) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"file": name, "rows": rows, "bytes": path.stat().st_size, "sha256": digest}


def _read_checked(folder: Path, entry: Mapping[str, Any]) -> pd.DataFrame:
    path = folder / str(entry["file"])
    if not path.is_file():
        raise StoreError(f"{path} is missing, but {MANIFEST} names it; run it again")
    if hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
        raise StoreError(
            f"{path} is not the file that {MANIFEST} names: it was changed or damaged; run it again"
        )
    return read_table(path)


def _forget(folder: Path, keep: set[str]) -> None:
    """Remove the manifest of an earlier run and those of its tables that are not written again."""
    try:
        entries = read_manifest(folder)["tables"]
    except (StoreError, ValueError, KeyError):
        entries = {}
    (folder / MANIFEST).unlink(missing_ok=True)
    sync_folder(folder)
    for entry in entries.values():
        if entry["file"] not in keep:
            (folder / str(entry["file"])).unlink(missing_ok=True)
