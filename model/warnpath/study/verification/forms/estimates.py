"""A picture made of two estimates, between what one of them says alone and what all their data can say."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from warnpath.engine import build_plan
from warnpath.engine.run import run_replications
from warnpath.study.errors import RunFailed
from warnpath.study.verification.forms.base import Bound, Check, Form
from warnpath.study.verification.samples import Array, Sample
from warnpath.study.verification.sketch import Sketch

if TYPE_CHECKING:
    from warnpath.engine.plan import Plan
    from warnpath.scenario import Node, Scenario

LONGEST_INTERVAL_S = 0.2
"""Evaluations further apart than this fall on other arrivals with reports than without them."""
REPLICATIONS = 40


class TwoEstimates(Form):
    """One C2 with radars of its own that is told of another one's track, of one flight.

    The same draws are run twice more: without sharing, so that the C2 has its own track alone, and with all
    radars of both as its own, so that one filter has every plot at once. For errors that may be correlated
    the intersection of two consistent estimates is consistent, hence no surer than the best filter of all
    data; and a picture shows the better of the intersection and the own track.
    """

    name = "two-estimates"
    title = "fusion of two estimates"
    source = "Julier & Uhlmann (1997); information bound"
    needs_traffic = False
    allowed = frozenset({"launch"})

    def obstacles(self, sketch: Sketch) -> list[str]:
        """Whether one C2 shares its track of one flight with another, and nothing disturbs either."""
        scenario = sketch.scenario
        reasons = []
        if scenario.traffic:
            reasons.append("it has traffic, which may delay what radars send")
        if len(scenario.active_launches()) != 1:
            reasons.append(f"it needs one launch, and there are {len(scenario.active_launches())}")
        if scenario.outage or scenario.run.random_outages:
            reasons.append("something in it fails")
        if float(scenario.run.impact_interval_s) > LONGEST_INTERVAL_S:
            reasons.append(f"run.impact_interval_s is above {LONGEST_INTERVAL_S:g}, so that pictures are few")
        centres = centres_of(scenario)
        if len(centres) != 2:
            return [*reasons, f"it needs two C2s with sensors of their own, and there are {len(centres)}"]
        ways = sharing_ways(scenario)
        if len(ways) != 1:
            return [*reasons, f"it needs one C2 that tells the other, and there are {len(ways)}"]
        teller, told = ways[0]
        linked = {frozenset(link.ends) for link in scenario.link}
        reasons += [
            f"no link leads from {sensor.id} to {told.id}, so no filter could have all plots"
            for sensor in sensors_of(scenario, teller)
            if frozenset((sensor.id, told.id)) not in linked
        ]
        return reasons

    def check(self, sketch: Sketch) -> Check:
        """Sigmas of the picture over those of the own track, and of all plots in one filter."""
        scenario = sketch.scenario
        ((teller, told),) = sharing_ways(scenario)
        unshared = scenario.model_copy(update={"sharing": (), "prohibition": ()})
        changes: dict[str, object] = {}
        for sensor in sensors_of(scenario, teller):
            changes |= {
                f"node.{sensor.id}.nation": told.nation,
                f"node.{sensor.id}.sensor.reports_to": told.id,
            }
        alone, joined = build_plan(unshared), build_plan(unshared.replace(changes))
        return Check(
            bounds=(
                Bound(
                    "impact sigma over that of the own track",
                    "",
                    0.0,
                    1.0,
                    ratios(alone, told.id, "impact_sigma_km"),
                ),
                Bound(
                    "position sigma over that of all plots",
                    "",
                    1.0,
                    math.inf,
                    ratios(joined, told.id, "position_sigma_m"),
                ),
            ),
            replications=REPLICATIONS,
            tables=("tracks",),
        )


def centres_of(scenario: Scenario) -> list[Node]:
    """C2s to which sensors report."""
    told = {node.sensor.reports_to for node in scenario.node if node.sensor is not None}
    return [node for node in scenario.node if node.id in told]


def sensors_of(scenario: Scenario, centre: Node) -> list[Node]:
    """Sensors that report to a C2."""
    return [node for node in scenario.node if node.sensor is not None and node.sensor.reports_to == centre.id]


def sharing_ways(scenario: Scenario) -> list[tuple[Node, Node]]:
    """Pairs of C2s of which the first one's data are shared with the nation of the second."""
    centres = centres_of(scenario)
    return [
        (first, second)
        for first in centres
        for second in centres
        if any(rule.data_of == first.label and rule.to == second.nation for rule in scenario.sharing)
        and first.nation != second.nation
    ]


def ratios(plan: Plan, centre: str, column: str) -> Callable[[Sample], Array]:
    """A sigma of each picture that two origins are in, over that of another run of the same draws."""

    def measure(sample: Sample) -> Array:
        (other,) = run_replications(
            plan, [sample.output.replication], sample.output.seed, ("tracks",), "compiled"
        )
        if other.status != "ok":
            raise RunFailed(f"replication {other.replication}: {other.error}")
        own, compared = sample.table("tracks"), other.columns["tracks"]
        mine = own["c2"] == centre
        theirs = (compared["c2"] == centre) & np.isfinite(compared[column])
        times_s, values = compared["time_s"][theirs], compared[column][theirs]
        # What the other run said last when the picture was made.
        place = np.searchsorted(times_s, own["time_s"][mine], side="right") - 1
        kept = (place >= 0) & (own["sources"][mine] > 1) & np.isfinite(own[column][mine])
        found: Array = own[column][mine][kept] / values[place[kept]]
        return found

    return measure
