"""A picture made of two estimates: never worse than one of them alone, nor better than all data allow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from warnpath.engine import build_plan
from warnpath.engine.run import run_replications
from warnpath.physics.earth import ecef_from_geodetic
from warnpath.physics.table import state_at
from warnpath.scenario import effective_launch, effective_sensor
from warnpath.study.errors import RunFailed
from warnpath.study.verification.forms.base import Bound, Check, Form
from warnpath.study.verification.samples import Array, Sample
from warnpath.study.verification.sketch import Sketch
from warnpath.theory.information import Sight, position_bounds_m

if TYPE_CHECKING:
    from warnpath.engine.plan import Plan
    from warnpath.scenario import Node, Scenario

LONGEST_INTERVAL_S = 0.2
"""Evaluations further apart than this fall on other arrivals with reports than without them."""
REPLICATIONS = 40
STEP_S = 1.0


class TwoEstimates(Form):
    """One C2 with radars of its own that is told of another one's track, of one flight.

    The same draws are run once more without sharing, so that the C2 has its own track alone: a picture shows
    the better of that and the intersection of both estimates. And no estimate is surer than all scans of all
    radars allow, hit or miss.
    """

    name = "two-estimates"
    title = "fusion of two estimates"
    source = "Julier & Uhlmann (1997); the bound of Cramer and Rao"
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
            reasons.append(f"it needs one C2 that tells the other, and there are {len(ways)}")
        sensors = [node for node in scenario.node if node.sensor is not None]
        reasons += [
            f"{node.id} is no radar in one place"
            for node in sensors
            if effective_sensor(scenario, node).kind != "radar" or effective_sensor(scenario, node).patrol
        ]
        if any(effective_launch(scenario, launch).drawn for launch in scenario.active_launches()):
            reasons.append("the flight's values are drawn, so it is another one in every replication")
        return reasons

    def check(self, sketch: Sketch) -> Check:
        """Sigmas of the picture over those of the own track, and of all plots in one filter."""
        scenario = sketch.scenario
        ((_, told),) = sharing_ways(scenario)
        alone = build_plan(scenario.model_copy(update={"sharing": (), "prohibition": ()}))
        times_s, bounds_m = information_bounds(scenario)

        def over_own(sample: Sample) -> Array:
            compared = tracks_of(alone, sample)
            theirs = (compared["c2"] == told.id) & np.isfinite(compared["impact_sigma_km"])
            return over_latest(
                sample,
                told.id,
                "impact_sigma_km",
                compared["time_s"][theirs],
                compared["impact_sigma_km"][theirs],
            )

        def over_bound(sample: Sample) -> Array:
            return over_latest(sample, told.id, "position_sigma_m", times_s, bounds_m)

        return Check(
            bounds=(
                Bound("impact sigma over that of the own track", "", 0.0, 1.0, over_own),
                Bound("position sigma over what all scans allow", "", 1.0, math.inf, over_bound),
            ),
            replications=REPLICATIONS,
            tables=("tracks",),
        )


def centres_of(scenario: Scenario) -> list[Node]:
    """C2s to which sensors report."""
    told = {node.sensor.reports_to for node in scenario.node if node.sensor is not None}
    return [node for node in scenario.node if node.id in told]


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


def tracks_of(plan: Plan, sample: Sample) -> dict[str, Array]:
    """The tracks of the same replication of another plan."""
    (other,) = run_replications(
        plan, [sample.output.replication], sample.output.seed, ("tracks",), "compiled"
    )
    if other.status != "ok":
        raise RunFailed(f"replication {other.replication}: {other.error}")
    return other.columns["tracks"]


def over_latest(sample: Sample, centre: str, column: str, times_s: Array, values: Array) -> Array:
    """A sigma of each picture that two origins are in, over the latest of other values at that time."""
    own = sample.table("tracks")
    mine = (own["c2"] == centre) & (own["sources"] > 1) & np.isfinite(own[column])
    place = np.searchsorted(times_s, own["time_s"][mine], side="right") - 1
    kept = place >= 0
    found: Array = own[column][mine][kept] / values[place[kept]]
    return found


def information_bounds(scenario: Scenario) -> tuple[Array, Array]:
    """Times, and the least position sigma (m) that all scans until then and a step beyond allow.

    A radar's scans are spread evenly over its period, as nobody knows its phase.
    """
    plan = build_plan(scenario)
    (flight,) = plan.sensing.trajectories
    (launch,) = scenario.active_launches()
    windows = list(zip(plan.sensing.entities["pairs"], plan.sensing.windows_s, strict=True))
    first_s = min(opens_s for _, (opens_s, _) in windows)
    last_s = max(closes_s for _, (_, closes_s) in windows)
    times_s = np.arange(first_s, last_s, STEP_S)
    out = np.zeros((1, 16))
    positions, sights = [], []
    for time_s in times_s:
        state_at(flight.table, 0, len(flight.table), time_s, out, 0)
        positions.append(out[0, :3].copy())
        sights.append(
            [
                _sight(scenario, plan.sensing.sensor_ids[pair["sensor"]], positions[-1])
                for pair, (opens_s, closes_s) in windows
                if opens_s <= time_s <= closes_s
            ]
        )
    bounds_m = position_bounds_m(np.array(positions), sights, STEP_S)
    # The bound shrinks with news and grows with distance: the lesser of two neighbours is safe between them.
    safe_m = np.minimum(bounds_m, np.append(bounds_m[1:], bounds_m[-1]))
    known = safe_m > 0.0
    return times_s[known] + float(launch.at_s), safe_m[known]


def _sight(scenario: Scenario, name: str, position_m: Array) -> tuple[float, Sight]:
    """Scans of a radar in one step, and what one of them measures: noise as the square of the range."""
    node = scenario.node_by_id(name)
    sensor = effective_sensor(scenario, node)
    assert sensor.range_km is not None
    place_m = np.array(
        ecef_from_geodetic(
            math.radians(float(node.lat_deg)), math.radians(float(node.lon_deg)), float(node.alt_m)
        )
    )
    distance_m = math.dist(place_m, position_m)
    shrunk = (distance_m / (1e3 * float(sensor.range_km))) ** 2
    along_m = float(sensor.sigma_m)
    across_m = max(along_m, 1e-3 * float(sensor.cross_range_mrad) * distance_m)
    least_m = float(sensor.sigma_floor_m)
    sight = Sight(place_m, max(least_m, along_m * shrunk), max(least_m, across_m * shrunk))
    return STEP_S / float(sensor.scan_period_s), sight
