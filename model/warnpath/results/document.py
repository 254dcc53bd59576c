"""Describe every table in a Markdown file, from the schema.

``python -m warnpath.results.document results/README.md`` rewrites the part of the file between its two marks.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from warnpath.results.column import Column, TableSchema
from warnpath.results.schema import TABLES

BEGIN = "<!-- tables: written by python -m warnpath.results.document results/README.md -->"
END = "<!-- end of tables -->"


def describe_tables() -> str:
    """Return the description of all tables as Markdown."""
    return "\n\n".join(_describe(table) for table in TABLES.values())


def rewrite(text: str) -> str:
    """Return the text with the part between the marks brought up to date.

    Raises
    ------
    ValueError
        If a mark is missing.
    """
    if BEGIN not in text or END not in text:
        raise ValueError(f"no place for the tables: expected the lines {BEGIN!r} and {END!r}")
    before, rest = text.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    return f"{before}{BEGIN}\n\n{describe_tables()}\n\n{END}{after}"


def main(arguments: Sequence[str]) -> int:
    """Rewrite the files named; return the exit code."""
    if not arguments:
        sys.stderr.write("usage: python -m warnpath.results.document FILE.md ...\n")
        return 2
    for name in arguments:
        path = Path(name)
        path.write_text(rewrite(path.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


def _describe(table: TableSchema) -> str:
    on_request = " Written on request." if table.optional else ""
    unique = " Its key columns identify it." if table.unique and table.key else ""
    lines = [
        f"### `{table.name}`",
        "",
        f"A row is a {table.row}.{unique}{on_request}",
        "",
        "| column | type | unit | meaning |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {_name(column)} | {column.dtype} | {column.unit} | {_meaning(column)} |"
        for column in table.columns
    ]
    return "\n".join(lines)


def _name(column: Column) -> str:
    return f"**`{column.name}`**" if column.key else f"`{column.name}`"


def _meaning(column: Column) -> str:
    text = column.description
    if column.vocabulary:
        text += (
            " One of " + ", ".join(f"`{value}`" if value else "empty" for value in column.vocabulary) + "."
        )
    if column.nullable and column.dtype == "float64" and "NaN" not in text:
        text += " NaN if there is none."
    return text.replace("|", "\\|")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
