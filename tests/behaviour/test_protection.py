"""1+1 protection never makes a message later, nor loses one that came without it: paired, by message."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine_cases import frame
from tests.link_cases import flow, link_scenario
from warnpath.engine import build_plan
from warnpath.engine.run import run_replications

REROUTE = "reroute = { detection_s = 0.5, convergence_s = 4 }"


@pytest.mark.parametrize("queued", ["lost", "held", "rerouted"])
def test_nothing_is_later_for_being_sent_twice(tmp_path: Path, queued: str) -> None:
    # The other way carries nothing else, so the first copies meet what they would meet alone.
    common = (
        f"loss = 0.15\nretransmit = {{ timeout_s = 0.4, max_attempts = 2 }}\n{REROUTE}\n"
        f'on_failure = {{ queued = "{queued}" }}\nmttr_h = 0.01\navailability = 0.8\nkeep_order = false\n'
        'jitter = { kind = "exponential", mean_s = 0.7 }\ncapacity_kbps = 1e6'
    )
    links = dict.fromkeys(("a-c", "c-b", "a-d", "d-b"), common)
    links["a-d"] += "\npropagation_ms = 1500"
    lines = 'kind = "poisson"\nrate_per_s = 0.5\nsize_bytes = 100\npriority = "warning"'
    scenario = link_scenario(tmp_path, links, [flow(lines)], duration_s=400)
    scenario = scenario.replace({"run.random_outages": True})
    variants = []
    for protection in ("none", "1+1"):
        plan = build_plan(scenario.replace({"traffic.flow-0.protection": protection}))
        outputs = run_replications(plan, range(6), tables=("messages",), engine="compiled")
        tables = [frame(output, "messages").assign(replication=place) for place, output in enumerate(outputs)]
        variants.append([table.set_index("message") for table in tables])
    earlier, saved = 0, 0
    for once, twice in zip(*variants, strict=True):
        came = once[once.status == "delivered"].delivered_s
        ended = twice.loc[came.index]
        # What is still under way at the end has not come later than something that came.
        assert (ended.status == "delivered").all()
        assert (ended.delivered_s <= came + 1e-12).all()
        earlier += int((ended.delivered_s < came - 1e-9).sum())
        saved += int((twice.status == "delivered").sum() - len(came))
    assert earlier > 20
    assert saved > 20
