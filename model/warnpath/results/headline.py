"""Headline figures of a replication, for its row in `runs`."""

from __future__ import annotations

import pandas as pd

HEADLINES = ("launch_notice_latency_s", "area_alert_latency_s", "margin_s", "never_share")


def headline(warnings: pd.DataFrame | None) -> pd.DataFrame:
    """Headline figures by replication.

    Parameters
    ----------
    warnings : DataFrame or None
        Table `warnings`; None if it was not recorded.

    Returns
    -------
    DataFrame
        One row per replication: `replication`, mean latency of the launch notices and of the needed area
        alerts that were delivered (s), mean margin of the needed warnings that were delivered (s), and the
        share of the needed warnings that were never delivered. NaN where there is nothing to take a mean
        over.
    """
    if warnings is None:
        return pd.DataFrame({"replication": pd.Series(dtype="int64")} | {n: [] for n in HEADLINES})
    needed = warnings.loc[warnings["needed"]]
    replications = pd.Index(sorted(warnings["replication"].unique()), name="replication")
    figures = {}
    for product in ("launch_notice", "area_alert"):
        chosen = needed.loc[needed["product"] == product]
        figures[f"{product}_latency_s"] = chosen.groupby("replication")["latency_s"].mean()
    figures["margin_s"] = needed.groupby("replication")["margin_s"].mean()
    never = (needed["status"] == "never").astype("float64")
    figures["never_share"] = never.groupby(needed["replication"]).mean()
    return pd.DataFrame({name: figures[name].reindex(replications) for name in HEADLINES}).reset_index()
