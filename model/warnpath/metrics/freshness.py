"""How old what is known is, and what that age costs: delay read in kilometres."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from warnpath.metrics.frames import REPLICATION, groups, leading_columns, require, with_types_of
from warnpath.metrics.intervals import CONFIDENCE, mean_interval

AGES_S = (0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0)
"""Where classes of age begin by default."""


def freshness(pictures: pd.DataFrame, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Age of information of every command post about every launch.

    The age of information is the time since the newest measurement in the picture was taken (Kaul, Yates &
    Gruteser, IEEE INFOCOM 2012); its mean is over time, from the first data to the impact.

    Parameters
    ----------
    pictures : DataFrame
        Table `pictures`.
    confidence : float
        Level of the intervals.

    Returns
    -------
    DataFrame
        One row per command post and launch, in order of first appearance; columns: those of the design point,
        `c2`, `launch`, `n` (replications in which anything was known), `age_mean_s` with `ci_low` and
        `ci_high`, and `age_max_s`, the mean of the largest ages (s). NaN where nothing was ever known.
    """
    require(pictures, (REPLICATION, "c2", "launch", "age_mean_s", "age_max_s"), "freshness")
    by = (*leading_columns(pictures), "c2", "launch")
    rows = []
    for key, group in groups(pictures, by):
        known = group.loc[group["age_mean_s"].notna()]
        _, mean, low, high = mean_interval(known["age_mean_s"].to_numpy(), confidence)
        largest = float(known["age_max_s"].mean()) if len(known) else np.nan
        rows.append(
            {
                **key,
                "n": len(known),
                "age_mean_s": mean,
                "ci_low": low,
                "ci_high": high,
                "age_max_s": largest,
            }
        )
    columns = (*by, "n", "age_mean_s", "ci_low", "ci_high", "age_max_s")
    return with_types_of(pd.DataFrame(rows, columns=list(columns)), pictures, by)


def error_by_age(
    tracks: pd.DataFrame, ages_s: Sequence[float] = AGES_S, confidence: float = CONFIDENCE
) -> pd.DataFrame:
    """Error of the position by the age of what it rests on.

    Per replication the median over the looks in a class of age, then the mean over replications.

    Parameters
    ----------
    tracks : DataFrame
        Table `tracks`.
    ages_s : sequence of float
        Where the classes begin (s), growing; the last one is open.
    confidence : float
        Level of the intervals.

    Returns
    -------
    DataFrame
        One row per command post, launch and class that has looks in it; columns: those of the design point,
        `c2`, `launch`, `age_low_s`, `age_high_s` (s), `n` (replications), `looks`, `error_km` with `ci_low`
        and `ci_high`, and `sigma_km`, what the pictures themselves state.

    Raises
    ------
    ValueError
        If the classes do not grow.
    """
    require(
        tracks,
        (REPLICATION, "c2", "launch", "age_s", "position_error_m", "position_sigma_m"),
        "error_by_age",
    )
    bounds = [float(age) for age in ages_s]
    if not bounds or any(later <= earlier for earlier, later in pairwise(bounds)):
        raise ValueError(f"ages_s is {list(ages_s)}; expected at least one age, each above the one before")
    by = (*leading_columns(tracks), "c2", "launch")
    known = tracks.loc[tracks["age_s"].notna() & tracks["position_error_m"].notna()]
    place = np.searchsorted(bounds, known["age_s"].to_numpy(), side="right") - 1
    rows = []
    for key, group in groups(known.assign(_class=place), by):
        for number in sorted(set(group["_class"]) - {-1}):
            inside = group.loc[group["_class"] == number]
            medians = inside.groupby(REPLICATION)[["position_error_m", "position_sigma_m"]].median() / 1000.0
            _, mean, low, high = mean_interval(medians["position_error_m"].to_numpy(), confidence)
            rows.append(
                {
                    **key,
                    "age_low_s": bounds[number],
                    "age_high_s": bounds[number + 1] if number + 1 < len(bounds) else np.inf,
                    "n": len(medians),
                    "looks": len(inside),
                    "error_km": mean,
                    "ci_low": low,
                    "ci_high": high,
                    "sigma_km": float(medians["position_sigma_m"].mean()),
                }
            )
    columns = (
        *by, "age_low_s", "age_high_s", "n", "looks", "error_km", "ci_low", "ci_high", "sigma_km",
    )  # fmt: skip
    return with_types_of(pd.DataFrame(rows, columns=list(columns)), tracks, by)
