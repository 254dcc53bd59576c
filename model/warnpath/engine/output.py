"""What a replication returns: raw columns with final names, nothing of the engine's inside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Columns = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class ReplicationOutput:
    """Result of one replication.

    Attributes
    ----------
    replication : int
        Number of the replication; its draws depend on it and on the seed alone.
    seed : int
    status : str
        "ok" or "failed".
    error : str
        Why it failed; empty if it did not.
    wall_s : float
        Wall-clock seconds it took.
    events : int
        Events in the log.
    log_hash : str
        Hash of the ordered event log.
    columns : dict of table name to dict of column name to array
        Columns as in the result tables (units in the names); names of entities are text.
    """

    replication: int
    seed: int
    status: str
    error: str
    wall_s: float
    events: int
    log_hash: str
    columns: dict[str, Columns] = field(default_factory=dict)


def text(values: list[str]) -> npt.NDArray[Any]:
    """Column of names."""
    return np.array(values, dtype=object)


def columns_of(rows: list[dict[str, Any]], names: tuple[str, ...]) -> Columns:
    """Columns of rows by name, in the order of the names."""
    columns: Columns = {}
    for name in names:
        values = [row[name] for row in rows]
        columns[name] = text(values) if values and isinstance(values[0], str) else np.array(values)
    return columns
