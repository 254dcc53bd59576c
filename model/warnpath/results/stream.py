"""Tables too long to keep: replications go to the disk as they come, some or one in a row group.

The file is the same whatever the order in which replications finish, for one that comes early waits for those
before it, and whenever they are written, for how many make a row group depends on their rows alone. Until the
folder is written the rows stand in hidden files, so an interruption leaves nothing.
"""

from __future__ import annotations

import heapq
import os
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING

import numpy as np

from warnpath.engine.output import ReplicationOutput
from warnpath.results.atomic import partial_file
from warnpath.results.provenance import Provenance

if TYPE_CHECKING:
    import pyarrow.parquet as pq

WAITING_BYTES = 64_000_000
"""Raw columns that may wait to be written."""
GROUP_ROWS = 100_000
"""A row group ends with the replication that brings it to so many rows."""


class TableStream:
    """Writes some tables of replications to a folder as they come; a context manager.

    Parameters
    ----------
    folder : Path
        Where the tables will stand; made if needed.
    tables : collection of str
        Names of the tables to write instead of keeping them.
    provenance : Provenance
        What determines the numbers.
    """

    def __init__(self, folder: Path, tables: Collection[str], provenance: Provenance) -> None:
        self._folder = folder
        self._tables = tuple(tables)
        self.provenance = provenance
        self._waiting: list[tuple[int, ReplicationOutput]] = []
        self._waiting_bytes = 0
        self._next = 0
        self._groups: dict[str, list[ReplicationOutput]] = {}
        self._open: dict[str, tuple[Path, IO[bytes], pq.ParquetWriter]] = {}
        self.rows: dict[str, int] = {}

    def __enter__(self) -> TableStream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for path, file, writer in self._open.values():
            writer.close()  # it would complain later that its file is closed
            file.close()
            path.unlink(missing_ok=True)

    def take(self, output: ReplicationOutput) -> ReplicationOutput:
        """Take the rows of a replication, to be written in its turn; returns the output without them.

        A few megabytes wait before anything is written, so that little work costs no time while it computes.
        """
        taken = {name: output.columns[name] for name in self._tables if name in output.columns}
        rest = {name: values for name, values in output.columns.items() if name not in taken}
        heapq.heappush(self._waiting, (output.replication, replace(output, columns=taken)))
        self._waiting_bytes += _bytes_of(taken)
        if self._waiting_bytes > WAITING_BYTES:
            self._write_what_is_next()
        return replace(output, columns=rest)

    def finish(self) -> dict[str, Path]:
        """Write what is left and close the files, safe on the disk; they are the caller's from then on."""
        self._write_what_is_next()
        for name in self._groups:
            self._write(name)
        finished = {}
        for name, (path, file, writer) in self._open.items():
            writer.close()
            file.flush()
            os.fsync(file.fileno())
            file.close()
            finished[name] = path
        self._open.clear()
        return finished

    def _write_what_is_next(self) -> None:
        while self._waiting and self._waiting[0][0] == self._next:
            _, output = heapq.heappop(self._waiting)
            self._waiting_bytes -= _bytes_of(output.columns)
            self._next += 1
            if output.status == "ok":
                for name in output.columns:
                    self._add(name, output)

    def _add(self, name: str, output: ReplicationOutput) -> None:
        group = self._groups.setdefault(name, [])
        group.append(replace(output, columns={name: output.columns[name]}))
        if sum(_rows_of(item.columns[name]) for item in group) >= GROUP_ROWS:
            self._write(name)

    def _write(self, name: str) -> None:
        """Write the replications that wait in the row group of a table."""
        import pyarrow.parquet as pq

        from warnpath.results.store import arrow_table
        from warnpath.results.tables import build_table

        group = self._groups[name]
        if not group:
            return
        frame = build_table(name, group)
        group.clear()
        rows = arrow_table(frame, name, self.provenance.metadata)
        if name not in self._open:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = partial_file(self._folder / f"{name}.parquet")
            file = path.open("xb")
            self._open[name] = (path, file, pq.ParquetWriter(file, rows.schema, compression="zstd"))
        self._open[name][2].write_table(rows)
        self.rows[name] = self.rows.get(name, 0) + len(frame)


def _bytes_of(tables: Mapping[str, Mapping[str, np.ndarray]]) -> int:
    return sum(values.nbytes for columns in tables.values() for values in columns.values())


def _rows_of(columns: Mapping[str, np.ndarray]) -> int:
    return len(next(iter(columns.values()), ()))
