"""A stand-by never costs a warning margin against having none: paired, on a launch notice that is shared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tests.engine_cases import frame
from tests.unit.test_engine_stand_by import second_hub
from warnpath.engine import build_plan
from warnpath.engine.run import run_replications
from warnpath.scenario import Scenario

REPLICATIONS = 12


def notices(scenario: Scenario, down_s: float) -> pd.DataFrame:
    """Launch notices with the hub down from a time on, by replication and consumer."""
    plan = build_plan(scenario, {"us-hub": (down_s, None)})
    outputs = run_replications(plan, range(REPLICATIONS), tables=("warnings",), engine="compiled")
    tables = [frame(output, "warnings").assign(replication=place) for place, output in enumerate(outputs)]
    warnings = pd.concat(tables)
    return (
        warnings[warnings["product"] == "launch_notice"].set_index(["replication", "consumer"]).sort_index()
    )


def test_a_stand_by_never_loses_margin(tmp_path: Path) -> None:
    scenario = second_hub(tmp_path)
    # Without one: the second hub is there, but never in charge within the run.
    without = scenario.replace({"node.us-second.stand_by.takeover_s": 1e6})
    gained = []
    for down_s in (10.0, 60.0, 80.0):
        once, twice = notices(without, down_s), notices(scenario, down_s)
        came = once[~np.isnan(once.t_delivered_s)]
        assert len(came) > 0
        gained += (came.t_delivered_s - twice.loc[came.index].t_delivered_s).tolist()
        assert (twice.t_shared_s.isna() <= once.t_shared_s.isna()).all()
    assert min(gained) >= -1e-9
    assert max(gained) > 1.0
