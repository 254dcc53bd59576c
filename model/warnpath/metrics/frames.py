"""Small helpers shared by the metrics: which rows are meant, and by what they are grouped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd

REPLICATION = "replication"
PER_CONSUMER = ("launch", "consumer", "product")


def leading_columns(table: pd.DataFrame) -> tuple[str, ...]:
    """Columns in front of `replication`: the design point and the swept parameters of a study, or none."""
    names = [str(name) for name in table.columns]
    return tuple(names[: names.index(REPLICATION)]) if REPLICATION in names else ()


def require(table: pd.DataFrame, columns: Iterable[str], what: str) -> None:
    """Raise a ValueError that names the columns a table lacks."""
    missing = [name for name in columns if name not in table.columns]
    if missing:
        have = ", ".join(str(name) for name in table.columns)
        raise ValueError(f"{what}: the table lacks the columns {', '.join(missing)}; it has {have}")


def groups(table: pd.DataFrame, by: Sequence[str]) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    """Yield the values of the `by` columns and the rows of each group, in order of first appearance."""
    if not by:
        yield {}, table
        return
    for key, rows in table.groupby(list(by), sort=False, observed=True, dropna=False):
        values = key if isinstance(key, tuple) else (key,)
        yield dict(zip(by, values, strict=True)), rows


def with_types_of(frame: pd.DataFrame, source: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Give the columns taken over from another table the types they have there."""
    return frame.astype({name: source[name].dtype for name in columns if name in frame.columns})
