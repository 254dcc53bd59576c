"""Where the time goes: the latency of a warning by stage."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from warnpath.metrics.frames import PER_CONSUMER, leading_columns, require
from warnpath.results.schema import BUDGET_STAGES

CLOSURE_S = 1e-9


class BudgetError(ValueError):
    """The stages of a warning do not add up to its latency."""


def check_closure(warnings: pd.DataFrame, tolerance_s: float = CLOSURE_S) -> None:
    """Check that the stages of every delivered warning add up to its latency.

    |sense + confirm + ... + delivery - latency| <= tolerance

    Parameters
    ----------
    warnings : DataFrame
        Table `warnings`.
    tolerance_s : float
        Largest difference allowed (s).

    Raises
    ------
    BudgetError
        Naming the number of warnings concerned and the worst of them.
    """
    require(warnings, (*BUDGET_STAGES, "latency_s"), "budget")
    delivered = warnings.loc[warnings["latency_s"].notna()]
    total = delivered[list(BUDGET_STAGES)].sum(axis="columns", skipna=False)
    gap = (total - delivered["latency_s"]).abs()
    wrong = ~(gap <= tolerance_s)  # NaN, a missing stage, is wrong too
    if not wrong.any():
        return
    worst = int(np.argmax(gap.where(wrong, -1.0).fillna(np.inf)))
    row = delivered.iloc[worst]
    names = ", ".join(
        f"{name} {row[name]}" for name in ("replication", "launch", "consumer") if name in row.index
    )
    raise BudgetError(
        f"the budget of {int(wrong.sum())} of {len(delivered)} delivered warnings does not close to "
        f"{tolerance_s:g} s; worst: {names}: stages add up to {float(total.iloc[worst])} s, "
        f"latency is {float(row['latency_s'])} s"
    )


def mean_budget(warnings: pd.DataFrame, by: Sequence[str] | None = None) -> pd.DataFrame:
    """Mean latency budget of the needed warnings that were delivered.

    mean(latency) = sum over stages of mean(stage), to 1e-9 s.

    Parameters
    ----------
    warnings : DataFrame
        Table `warnings`.
    by : sequence of str, optional
        Columns to group by; launch, consumer and product by default, and the design point in a study.

    Returns
    -------
    DataFrame
        One row per group, in order of first appearance; columns: `by`, `n` (warnings in the mean), the stages
        and `latency_s` (s). A group in which none was needed and delivered has n = 0 and NaN.

    Raises
    ------
    BudgetError
        If the budget of a warning does not close.
    """
    check_closure(warnings)
    by = (*leading_columns(warnings), *PER_CONSUMER) if by is None else tuple(by)
    counted = warnings.loc[warnings["needed"] & warnings["latency_s"].notna()]
    columns = [*BUDGET_STAGES, "latency_s"]
    grouped = counted.groupby(list(by), sort=False, observed=True)
    means = grouped[columns].mean()
    means.insert(0, "n", grouped.size())
    every = warnings.loc[:, list(by)].drop_duplicates()
    budget = every.merge(means.reset_index(), on=list(by), how="left")
    budget["n"] = budget["n"].fillna(0).astype("int64")
    return budget


def stacked(budget: pd.DataFrame) -> pd.DataFrame:
    """Bring a budget into long form, for a chart of stacked bars.

    Parameters
    ----------
    budget : DataFrame
        As returned by `mean_budget`.

    Returns
    -------
    DataFrame
        One row per group and stage; columns: those of the groups, `n`, `stage` (without unit, a category in
        the order of the chain), `mean_s` and `start_s`, the sum of the stages before it (s).
    """
    keys = [name for name in budget.columns if name not in (*BUDGET_STAGES, "latency_s")]
    names = [stage.removesuffix("_s") for stage in BUDGET_STAGES]
    wide = budget.rename(columns=dict(zip(BUDGET_STAGES, names, strict=True))).drop(columns="latency_s")
    rows = wide.melt(
        id_vars=keys, value_vars=names, var_name="stage", value_name="mean_s", ignore_index=False
    )
    chain = pd.CategoricalDtype(pd.Index(names, dtype="str"), ordered=True)
    rows["stage"] = rows["stage"].astype(chain)
    rows = rows.sort_index(kind="stable")
    rows["start_s"] = rows.groupby(level=0)["mean_s"].cumsum() - rows["mean_s"]
    return rows.reset_index(drop=True)
