"""The time without a hub, against its closed form, on the compiled engine.

|z| <= 3.3 with z from the standard error over independent replications.
"""

from __future__ import annotations

import math
from pathlib import Path

from tests.link_cases import link_scenario, poisson
from tests.traffic_cases import replicated, z_of
from warnpath.theory.failover import takeover_blackout_s

REPLICATIONS = 40


def test_traffic_lost_until_the_take_over(tmp_path: Path) -> None:
    # The hub is up for 84 s and down for 36 s in the mean, both exponential; 12 s after each failure, or at
    # its repair if that comes first, there is a way again: E[min(R, 12)] = 36 (1 - e^(-1/3)) = 10.2048728.
    # So 10.2048728 / 120 = 0.0850406 of Poisson traffic is lost.
    quick = "capacity_kbps = 1e9"
    links = dict.fromkeys(("a-h", "h-b", "a-s", "s-b"), quick)
    scenario = link_scenario(tmp_path, links, [poisson(0.2)], duration_s=20_000).replace(
        {
            "node.h.mttr_h": 0.01,
            "node.h.availability": 0.7,
            "run.random_outages": True,
            "node.s.stand_by": {"primary": "h", "detection_s": 2.0, "takeover_s": 10.0, "return_s": 0.0},
        }
    )
    table = replicated(scenario, REPLICATIONS)
    assert abs(z_of(table.node_down / table.sent, 0.08504060683)) <= 3.3
    assert (table.sent == table.delivered + table.node_down).all()


def test_the_closed_form() -> None:
    assert math.isclose(takeover_blackout_s(36.0, 12.0), 10.204872819, rel_tol=1e-9)
    # Never longer than either; a take-over that never comes leaves the repair.
    assert takeover_blackout_s(36.0, 0.0) == 0.0
    assert math.isclose(takeover_blackout_s(36.0, 1e9), 36.0)
