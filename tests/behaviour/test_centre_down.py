"""A command post that is down when people have decided: its alerts go out when it is back in the routes."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.engine_cases import SMALL
from tests.engine_pairs import assert_engines_agree
from warnpath.engine import build_plan
from warnpath.metrics.budget import check_closure
from warnpath.scenario import load

CENTRE, CONSUMER = "jp-c2", "jp-ships"
DOWN_S = 90.0


def notice(outage: tuple[float, float] | None, replication: int) -> tuple[pd.Series, float]:
    """The launch notice where the centre is down for a time, and how long it takes to notice that."""
    plan = build_plan(load(str(SMALL)), {CENTRE: outage} if outage else None)
    output = assert_engines_agree(plan, replication, ("warnings",))
    warnings = pd.DataFrame(output.columns["warnings"])
    check_closure(warnings.assign(replication=replication))
    row = warnings.set_index("consumer").loc[CONSUMER]
    noticed_s = plan.entities["nodes"][plan.network.node_row[CENTRE]]["reroute_s"]
    return row, float(noticed_s)


@pytest.mark.parametrize("replication", [0, 1])
def test_an_alert_decided_meanwhile_goes_out_when_the_network_knows_the_centre_again(
    replication: int,
) -> None:
    # Long enough for every decision on the first report, which lasts about two minutes.
    up_s = 400.0
    row, noticed_s = notice((DOWN_S, up_s), replication)
    assert noticed_s > 0.0
    assert row.t_confirmed_s + row.launched_at_s < DOWN_S
    assert row.t_decided_s + row.launched_at_s == pytest.approx(up_s + noticed_s, abs=1e-9)
    assert row.status == "in_time"


def test_a_centre_that_nobody_missed_sends_at_once() -> None:
    free, noticed_s = notice(None, 0)
    decided_s = float(free.t_decided_s + free.launched_at_s)
    # Down for less than it takes to be noticed, over the moment of the decision.
    up_s = decided_s + 0.2 * noticed_s
    row, _ = notice((decided_s - 0.5 * noticed_s, up_s), 0)
    assert row.t_decided_s + row.launched_at_s == pytest.approx(up_s, abs=1e-9)
    assert row.status == "in_time"
