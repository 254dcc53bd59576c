"""Tables of text: how numbers, intervals and shares are written, and one plain style for all."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Column, Table

NOTHING = "-"
"""Stands where there is no value."""
GAP = 2
"""Signs between two columns."""


def print_table(console: Console, title: str, table: Table, caption: str = "", keys: int = 1) -> None:
    """Print a table under its title, an empty line before it.

    A table wider than the console is printed in parts below each other, each with the first `keys` columns.
    Nothing in it is cut or broken over lines: where not even parts fit, it is printed as wide as it is.
    """
    console.print()
    console.print(title, style="bold")
    usual = console.width
    for number, part in enumerate(_parts(table, usual, keys)):
        if number:
            console.print()
        wanted = part.__rich_measure__(console, console.options.update(max_width=1000)).maximum
        console.width = max(usual, wanted)
        console.print(part)
        console.width = usual
    if caption:
        console.print(caption)


def _parts(table: Table, width: int, keys: int) -> list[Table]:
    """The table itself if it fits or cannot be made to fit, else tables of some of its columns each."""
    widths = [_column_width(column) for column in table.columns]
    key_width = sum(widths[:keys]) + GAP * keys
    if sum(widths) + GAP * (len(widths) - 1) <= width or key_width + max(widths[keys:], default=0) > width:
        return [table]
    parts: list[list[int]] = []
    used = width
    for number in range(keys, len(widths)):
        if used + GAP + widths[number] > width:
            parts.append(list(range(keys)))
            used = key_width - GAP
        parts[-1].append(number)
        used += GAP + widths[number]
    return [_columns_of(table, numbers) for numbers in parts]


def _columns_of(table: Table, numbers: Sequence[int]) -> Table:
    part = plain_table([])
    for number in numbers:
        column = table.columns[number]
        part.add_column(column.header, justify=column.justify, no_wrap=True)
    cells = [list(table.columns[number].cells) for number in numbers]
    for row, values in zip(table.rows, zip(*cells, strict=True), strict=True):
        part.add_row(*values, style=row.style)
    return part


def _column_width(column: Column) -> int:
    from rich.cells import cell_len

    texts = (str(cell) for cell in (column.header, *column.cells))
    return max((cell_len(line) for text in texts for line in text.splitlines()), default=0)


def plain_table(heads: Sequence[str], left: int = 1) -> Table:
    """Table without frame: the first `left` columns of words, the others of numbers."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), pad_edge=False)
    for number, head in enumerate(heads):
        table.add_column(head, justify="left" if number < left else "right", no_wrap=True)
    return table


def seconds(value: float) -> str:
    """Seconds with one decimal."""
    return NOTHING if math.isnan(value) else f"{value:.1f}"


def half_width(low: float, high: float) -> str:
    """Half the width of a symmetric interval, with its sign; without a decimal where it is wide."""
    half = (high - low) / 2.0
    return "" if math.isnan(half) else f"±{half:.0f}" if half >= 99.95 else f"±{half:.1f}"


def mean_cell(value: float, low: float, high: float) -> str:
    """Mean, and below it the half-width of its interval."""
    return seconds(value) if math.isnan(value) else f"{seconds(value)}\n{half_width(low, high)}"


def mean_text(value: float, low: float, high: float) -> str:
    """Mean and half-width of its interval on one line."""
    return seconds(value) if math.isnan(value) else f"{seconds(value)} {half_width(low, high)}".rstrip()


def percent(share: float) -> str:
    """Share in percent."""
    return NOTHING if math.isnan(share) else f"{100.0 * share:.0f}%"


def interval_percent(low: float, high: float) -> str:
    """Interval of a share in percent."""
    return "" if math.isnan(low) or math.isnan(high) else f"{100.0 * low:.0f}-{100.0 * high:.0f}"


def share_cell(share: float, low: float, high: float) -> str:
    """Share, and below it its interval."""
    return percent(share) if math.isnan(share) else f"{percent(share)}\n{interval_percent(low, high)}"


def share_text(share: float, low: float, high: float) -> str:
    """Share and its interval on one line."""
    return percent(share) if math.isnan(share) else f"{percent(share)} ({interval_percent(low, high)})"


def setting(value: object) -> str:
    """A swept value as a planner would write it."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def small_percent(share: float) -> str:
    """Share in percent, with decimals where it is small."""
    if not 0.0 < share < 0.1:
        return percent(share)
    return f"{100.0 * share:.1f}%" if share >= 0.001 else f"{100.0 * share:.2g}%"


def fine_percent(share: float) -> str:
    """Share in percent; near all of it, with as many decimals as tell it from all."""
    if not 0.95 < share < 1.0:
        return small_percent(share)
    return f"{100.0 * share:.3g}%" if share < 0.9995 else f"{100.0 * share:.4f}%"


def fine_seconds(value_s: float) -> str:
    """Seconds with four digits, however few they are."""
    return NOTHING if math.isnan(value_s) else f"{value_s:.4g}"


def fine_mean(mean_s: float, low_s: float, high_s: float) -> str:
    """Mean with four digits, and below it the half-width of its interval."""
    half_s = (high_s - low_s) / 2.0
    return fine_seconds(mean_s) + ("" if math.isnan(half_s) else f"\n±{half_s:.2g}")
