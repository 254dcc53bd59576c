"""What ``warnpath run`` prints about pictures: how old they are, how far off, and what was mistaken."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from warnpath.cli.layout import NOTHING, mean_cell, plain_table, print_table, seconds

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

HOW_FAR_OFF = "How far off that makes them: --tables tracks."
SHORT = {
    "replayed": "re-\nplayed",
    "too_late": "too\nlate",
    "duplicates": "dupli-\ncates",
    "refused": "re-\nfused",
    "rejected": "re-\njected",
    "unsound": "un-\nsound",
    "ungated": "un-\ngated",
    "redundant": "redun-\ndant",
    "false_starts": "false\nstarts",
    "unmatched": "un-\nmatched",
    "report_strays": "report\nstrays",
    "report_swaps": "report\nswaps",
}


def print_pictures(console: Console, pictures: pd.DataFrame, has_tracks: bool, verbose: bool) -> None:
    """Print the age of every picture and what was mistaken, where asked for."""
    if verbose or has_tracks:
        print_ages(console, pictures, has_tracks)
    print_counts(console, pictures, verbose)


def print_ages(console: Console, pictures: pd.DataFrame, has_tracks: bool) -> None:
    """Print how old the newest measurement is that a command post has of a launch."""
    from warnpath.metrics.freshness import freshness

    table = plain_table(["launch", "command post", "mean\nage s", "largest\ns"], left=2)
    for row in freshness(pictures).to_dict(orient="records"):
        table.add_row(
            str(row["launch"]),
            str(row["c2"]),
            mean_cell(row["age_mean_s"], row["ci_low"], row["ci_high"]),
            seconds(row["age_max_s"]),
        )
    title = "Age of the newest measurement in a picture, from the first to impact (mean ± 95 %)"
    print_table(console, title, table, "" if has_tracks else HOW_FAR_OFF)


def print_errors(console: Console, tracks: pd.DataFrame) -> None:
    """Print how far off pictures are, by the age of what they rest on: delay in kilometres."""
    from warnpath.metrics.freshness import error_by_age

    found = error_by_age(tracks)
    bounds = list(dict.fromkeys(zip(found["age_low_s"], found["age_high_s"], strict=True)))
    bounds.sort()
    heads = [f"{low:g}+ s\nkm" if math.isinf(high) else f"{low:g}-{high:g} s\nkm" for low, high in bounds]
    table = plain_table(["launch", "command post", *heads], left=2)
    for (launch, c2), group in found.groupby(["launch", "c2"], sort=False, observed=True):
        cells = {row["age_low_s"]: row for row in group.to_dict(orient="records")}
        table.add_row(
            str(launch),
            str(c2),
            *(
                _kilometres(cells[low]["error_km"], cells[low]["sigma_km"]) if low in cells else NOTHING
                for low, _ in bounds
            ),
        )
    title = "Error of the position by the age of its newest measurement (and what the picture states)"
    print_table(console, title, table)


def print_counts(console: Console, pictures: pd.DataFrame, verbose: bool) -> None:
    """Print what was left out and what was mistaken: in full, or in a line where anything was mistaken."""
    from warnpath.metrics.association import COUNTS, MISTAKEN, picture_counts

    counts = picture_counts(pictures)
    if verbose:
        used = [name for name in COUNTS if counts[name].any()]
        table = plain_table(["command post", *(SHORT.get(name, name) for name in used)])
        for row in counts.to_dict(orient="records"):
            table.add_row(str(row["c2"]), *(f"{row[name]:.4g}" for name in used))
        print_table(console, "Plots and reports taken in and left out (means per replication)", table)
    elif counts[list(MISTAKEN)].any(axis=None):
        wrong = ", ".join(
            f"{counts[name].sum():.3g} {name.replace('_', ' ')}" for name in MISTAKEN if counts[name].any()
        )
        console.print(
            f"\nObjects mistaken for each other, per replication: {wrong}; by command post with -v."
        )


def _kilometres(error_km: float, sigma_km: float) -> str:
    return "\n".join(
        text.format(f"{value:.2g}" if value < 99.5 else f"{value:.0f}")
        for text, value in (("{}", error_km), ("({})", sigma_km))
    )
