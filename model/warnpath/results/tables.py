"""From the raw columns of replications to tidy, checked pandas tables.

The order of rows depends on nothing but the data: outputs may come from any number of workers, in any order.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from warnpath.results.column import Column, TableSchema
from warnpath.results.headline import headline
from warnpath.results.schema import TABLES

POINT = "point"
REPLICATION = "replication"


class TableError(ValueError):
    """A table does not keep to its schema.

    Attributes
    ----------
    problems : list of str
        Every problem found, each naming table, column and first row concerned.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(problems))


class ReplicationLike(Protocol):
    """What a replication must offer to become tables; the engine's output does."""

    @property
    def replication(self) -> int:
        """Number of the replication."""
        ...

    @property
    def seed(self) -> int:
        """Seed of its streams."""
        ...

    @property
    def status(self) -> str:
        """Either ok or failed."""
        ...

    @property
    def error(self) -> str:
        """Why it failed, or empty."""
        ...

    @property
    def wall_s(self) -> float:
        """Time it took on the clock (s)."""
        ...

    @property
    def events(self) -> int:
        """Events simulated."""
        ...

    @property
    def log_hash(self) -> str:
        """Hash of the event log."""
        ...

    @property
    def columns(self) -> Mapping[str, Mapping[str, npt.NDArray[Any]]]:
        """Column by table and name, without `replication`."""
        ...


@dataclass(frozen=True)
class DesignPoint:
    """One point of a study: its number and the values of the swept parameters.

    Parameters
    ----------
    number : int
        Number of the point in the design, from 0.
    parameters : mapping of str to int, float, bool or str
        Value by path of the parameter, in the order of the columns.
    """

    number: int
    parameters: Mapping[str, int | float | bool | str] = field(default_factory=dict)


def build_tables(
    outputs: Sequence[ReplicationLike], point: DesignPoint | None = None
) -> dict[str, pd.DataFrame]:
    """Build the tables of the replications of one scenario.

    Parameters
    ----------
    outputs : sequence of ReplicationLike
        Finished replications, in any order. A failed one has a row in `runs` and in no other table.
    point : DesignPoint, optional
        Where in a study they belong; adds `point` and the swept parameters as leading columns.

    Returns
    -------
    dict of str to DataFrame
        `runs`, and every table that the replications recorded.

    Raises
    ------
    TableError
        If a replication occurs twice, lacks a table that others have, or does not keep to the schema.
    """
    ordered = sorted(outputs, key=lambda output: output.replication)
    _refuse_doubles(ordered)
    finished = [output for output in ordered if output.status == "ok"]
    names = sorted({name for output in finished for name in output.columns})
    unknown = [_unknown("table", name, TABLES) for name in names if name not in TABLES]
    if unknown:
        raise TableError(unknown)
    tables = {name: build_table(name, finished) for name in names}
    runs = pd.DataFrame(
        {
            REPLICATION: [output.replication for output in ordered],
            "seed": [output.seed for output in ordered],
            "status": [output.status for output in ordered],
            "error": [output.error for output in ordered],
            "wall_s": [float(output.wall_s) for output in ordered],
            "events": [output.events for output in ordered],
            "log_hash": [output.log_hash for output in ordered],
        }
    )
    heads = headline(tables.get("warnings"))
    tables["runs"] = conform(runs.merge(heads, on=REPLICATION, how="left"), "runs", ())
    if point is None:
        return tables
    return {name: _at_point(table, point) for name, table in tables.items()}


def build_table(name: str, outputs: Sequence[ReplicationLike]) -> pd.DataFrame:
    """Build one table of some replications that ran to their end."""
    return conform(_stack(outputs, TABLES[name]), name, ())


def concatenate(parts: Iterable[Mapping[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """Join the tables of several cells of a study into one set, in canonical order.

    Parameters
    ----------
    parts : iterable of mapping of str to DataFrame
        Tables as returned by `build_tables`, each with its design point, in any order.

    Returns
    -------
    dict of str to DataFrame
        Joined tables. Whichever the order of the parts, the result is the same.
    """
    pieces: dict[str, list[pd.DataFrame]] = {}
    for part in parts:
        for name, table in part.items():
            pieces.setdefault(name, []).append(table)
    joined = {}
    for name in sorted(pieces):
        swept = swept_columns(pieces[name][0])
        differing = next((t for t in pieces[name] if swept_columns(t) != swept), None)
        if differing is not None:
            raise TableError(
                [
                    f"{name}: parts disagree on the swept parameters: {', '.join(swept) or 'none'} against "
                    f"{', '.join(swept_columns(differing)) or 'none'}; join parts of one study only"
                ]
            )
        joined[name] = conform(_join(pieces[name], swept), name, swept)
    return joined


def conform(frame: pd.DataFrame, table: str, swept: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the frame with the columns, types and row order of its schema.

    Parameters
    ----------
    frame : DataFrame
        Data with at least the columns of the schema.
    table : str
        Name of the table.
    swept : sequence of str, optional
        Swept parameters; by default the columns right after `point` that are not of the schema.

    Returns
    -------
    DataFrame
        New frame: `point` and swept parameters if any, then the columns of the schema; index 0, 1, ...

    Raises
    ------
    TableError
        With every problem at once: missing or unknown columns, wrong types, values outside a vocabulary,
        missing values where there must be one, two rows of the same key.
    """
    if table not in TABLES:
        raise TableError([_unknown("table", table, TABLES)])
    schema = TABLES[table]
    leading = _leading(frame, swept)
    problems = [f"{table}: column {name!r} is missing" for name in schema.names if name not in frame.columns]
    problems += [
        f"{table}: {_unknown('column', str(name), schema.names)}"
        for name in frame.columns
        if name not in schema.names and name not in leading
    ]
    if problems:
        raise TableError(problems)
    data: dict[str, pd.Series[Any]] = {name: frame[name].reset_index(drop=True) for name in leading}
    for column in schema.columns:
        series, problem = _typed(frame[column.name].reset_index(drop=True), column)
        if problem:
            problems.append(f"{table}.{column.name}: {problem}")
        data[column.name] = series
    if problems:
        raise TableError(problems)
    return _in_order(pd.DataFrame(data), schema)


def swept_columns(frame: pd.DataFrame) -> tuple[str, ...]:
    """Names of the swept parameters of a study's table: what stands between `point` and the known columns."""
    names = [str(name) for name in frame.columns]
    if POINT not in names:
        return ()
    known = {name for schema in TABLES.values() for name in schema.names}
    swept = []
    for name in names[names.index(POINT) + 1 :]:
        if name in known:
            break
        swept.append(name)
    return tuple(swept)


def _leading(frame: pd.DataFrame, swept: Sequence[str] | None) -> tuple[str, ...]:
    if POINT not in frame.columns:
        return ()
    return (POINT, *(swept_columns(frame) if swept is None else swept))


def _refuse_doubles(ordered: Sequence[ReplicationLike]) -> None:
    for before, after in pairwise(ordered):
        if before.replication == after.replication:
            raise TableError([f"runs: replication {after.replication} was given twice; give each once"])


def _stack(outputs: Sequence[ReplicationLike], schema: TableSchema) -> pd.DataFrame:
    """Rows of all replications under one another, `replication` in front."""
    problems = []
    pieces: list[dict[str, npt.NDArray[Any]]] = []
    for output in outputs:
        columns = output.columns.get(schema.name)
        if columns is None:
            problems.append(f"{schema.name}: replication {output.replication} did not record this table")
            continue
        lengths = {name: len(values) for name, values in columns.items()}
        if len(set(lengths.values())) > 1:
            problems.append(
                f"{schema.name}: columns of replication {output.replication} differ in length: {lengths}"
            )
            continue
        rows = next(iter(lengths.values()), 0)
        numbers = np.full(rows, output.replication, dtype=np.int64)
        others = {name: values for name, values in columns.items() if name != REPLICATION}
        pieces.append({REPLICATION: numbers, **others})
    if problems:
        raise TableError(problems)
    # The type of an empty piece would be a guess, and one for the whole.
    filled = [piece for piece in pieces if len(piece[REPLICATION])] or pieces[:1]
    names = list(filled[0])
    if any(list(piece) != names for piece in filled):
        return pd.concat([pd.DataFrame(piece) for piece in filled], ignore_index=True)
    # One frame of long columns: many short frames take ten times as long.
    return pd.DataFrame({name: np.concatenate([piece[name] for piece in filled]) for name in names})


def _at_point(table: pd.DataFrame, point: DesignPoint) -> pd.DataFrame:
    leading: dict[str, object] = {POINT: point.number, **point.parameters}
    clash = [name for name in leading if name in table.columns]
    if clash:
        raise TableError(
            [f"swept parameter {clash[0]!r} has the name of a result column; sweep it by its full path"]
        )
    front = pd.DataFrame({name: [value] * len(table) for name, value in leading.items()})
    front = front.astype({POINT: "int64"})
    return pd.concat([front, table], axis="columns")


def _join(pieces: Sequence[pd.DataFrame], swept: Sequence[str]) -> pd.DataFrame:
    filled = [piece for piece in pieces if len(piece)] or list(pieces[:1])
    joined = pd.concat(filled, ignore_index=True)
    for name in swept:
        # A factor may take values of different kinds, such as 5 and "off"; as text they keep one column.
        if joined[name].dtype == object:
            joined[name] = joined[name].map(str).astype("str")
    return joined


def _typed(series: pd.Series[Any], column: Column) -> tuple[pd.Series[Any], str]:
    """Series in the column's type, and what is wrong with it ('' if nothing)."""
    if column.dtype in ("str", "category"):
        return _typed_text(series, column)
    return _typed_number(series, column)


def _typed_text(series: pd.Series[Any], column: Column) -> tuple[pd.Series[Any], str]:
    if column.dtype == "str" and isinstance(series.dtype, pd.StringDtype) and not series.hasnans:
        return _not_empty(series, column)
    if column.dtype == "category" and series.dtype == _categories(column) and not series.hasnans:
        return series, ""
    if series.dtype == object or str(series.dtype) == "category":
        series = series.astype(object)
    missing = series.isna()
    if missing.any():
        series = series.astype(object).where(~missing, "")
    if len(series) and pd.api.types.infer_dtype(series, skipna=False) not in ("string", "empty"):
        row, value = next((i, v) for i, v in enumerate(series) if not isinstance(v, str))
        return series, f"expected text, found {value!r} in row {row}"
    text = series.astype("str")
    if column.dtype == "category":
        wrong = ~text.isin(column.vocabulary)
        if wrong.any():
            row = int(np.argmax(wrong.to_numpy()))
            allowed = ", ".join(repr(value) for value in column.vocabulary)
            return series, f"{text.iloc[row]!r} in row {row} is none of {allowed}"
        return text.astype(_categories(column)), ""
    return _not_empty(text, column)


def _categories(column: Column) -> pd.CategoricalDtype:
    return pd.CategoricalDtype(pd.Index(column.vocabulary, dtype="str"))


def _not_empty(text: pd.Series[Any], column: Column) -> tuple[pd.Series[Any], str]:
    """Series of text, and a problem if one is empty that may not be."""
    empty = text == ""
    if not column.nullable and empty.any():
        return text, f"row {int(np.argmax(empty.to_numpy()))} is empty, and may not be"
    return text, ""


def _typed_number(series: pd.Series[Any], column: Column) -> tuple[pd.Series[Any], str]:
    try:
        numbers = series.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        row, value = next((i, v) for i, v in enumerate(series) if not isinstance(v, int | float | np.number))
        return series, f"expected a number, found {value!r} in row {row}"
    missing = np.isnan(numbers)
    if missing.any() and not (column.nullable and column.dtype == "float64"):
        return series, f"row {int(np.argmax(missing))} has no value, and must have one"
    if np.isinf(numbers).any():
        return series, f"row {int(np.argmax(np.isinf(numbers)))} is infinite; no value is written as NaN"
    if column.dtype == "float64":
        return pd.Series(numbers), ""
    if column.dtype == "bool":
        wrong = (numbers != 0.0) & (numbers != 1.0)
        if wrong.any():
            return (
                series,
                f"expected true or false, found {numbers[wrong][0]:g} in row {int(np.argmax(wrong))}",
            )
        return pd.Series(numbers != 0.0), ""
    if np.issubdtype(series.to_numpy().dtype, np.integer):  # exact beyond 2**53
        return pd.Series(series.to_numpy().astype(np.int64)), ""
    wrong = numbers != np.floor(numbers)
    if wrong.any():
        return series, f"expected a whole number, found {numbers[wrong][0]!r} in row {int(np.argmax(wrong))}"
    return pd.Series(numbers.astype(np.int64)), ""


def _in_order(frame: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
    by = [name for name in (POINT, *schema.key) if name in frame.columns]
    ordered = frame.sort_values(by, kind="stable", ignore_index=True)
    if schema.unique and ordered.duplicated(by).any():
        row = ordered.loc[ordered.duplicated(by), by].iloc[0].to_dict()
        raise TableError([f"{schema.name}: two rows have the same key {row}; the key must be unique"])
    return ordered


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    hint = f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(known)}"
    return f"unknown {what} {name!r}{hint}"
