"""What a column and a table are: the vocabulary in which the schema of the results is written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Dtype = Literal["int64", "float64", "bool", "str", "category"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a result table.

    Parameters
    ----------
    name : str
        Name; a unit is its suffix (``_s``, ``_km``, ``_bytes``).
    dtype : {"int64", "float64", "bool", "str", "category"}
        pandas type. A category has a closed vocabulary.
    description : str
        What it means, in one sentence.
    unit : str
        Unit of measurement; empty for names, counts, shares and yes or no.
    key : bool
        Whether it identifies the row. Rows are sorted by the key columns, in their order.
    nullable : bool
        Whether there may be no value: NaN in a number, the empty string in a text. Texts are never NaN, so
        that no row is lost when tables are grouped by them.
    vocabulary : tuple of str
        Values of a category, in the order in which it is shown.
    volatile : bool
        Whether two runs that are otherwise equal differ in it (times on the clock). Such columns are kept
        apart on disk, so that equal results are equal files.
    """

    name: str
    dtype: Dtype
    description: str
    unit: str = ""
    key: bool = False
    nullable: bool = False
    vocabulary: tuple[str, ...] = ()
    volatile: bool = False


@dataclass(frozen=True)
class TableSchema:
    """One result table: what a row is, and its columns in order.

    Parameters
    ----------
    name : str
        Name of the table and of its file.
    row : str
        What a row is.
    columns : tuple of Column
        Columns in order.
    unique : bool
        Whether the key columns identify a row. Where they do not (several visits of one message to one
        element), rows of equal key keep the order in which the simulation made them.
    optional : bool
        Whether the table is written only on request.
    """

    name: str
    row: str
    columns: tuple[Column, ...]
    unique: bool = True
    optional: bool = False

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def key(self) -> tuple[str, ...]:
        """Names of the key columns in order."""
        return tuple(column.name for column in self.columns if column.key)

    @cached_property
    def volatile(self) -> tuple[str, ...]:
        """Names of the columns in which equal runs differ."""
        return tuple(column.name for column in self.columns if column.volatile)

    def column(self, name: str) -> Column:
        """Return the column of that name.

        Raises
        ------
        KeyError
            If the table has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table {self.name!r} has no column {name!r}; it has {', '.join(self.names)}")
