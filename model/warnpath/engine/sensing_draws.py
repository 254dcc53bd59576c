"""What a replication draws before it begins: scan phases, flights, places of ships, and what is seen when.

Both engines write the same numbers into their worlds. Where a scenario draws neither flights nor places, the
windows of sight are those of the plan, and only the phases differ from one replication to the next.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from warnpath.engine.random_streams import stream_key, uniform
from warnpath.engine.scanning import SIGHT_CLOSES, SIGHT_OPENS
from warnpath.physics.visibility import speed_bound

if TYPE_CHECKING:
    from warnpath.engine.plan import Plan
    from warnpath.engine.plan_sensing import SensingPart
    from warnpath.scenario import Scenario

NEVER = (-1.0, -1.0)
"""Window of sight of what is never seen."""
NO_SCANS = (0, -1)


@dataclass
class SensingDraws:
    """What both engines write into a fresh world.

    Attributes
    ----------
    phases_s : list of float
        Time of scan 0 of every pair's sensor.
    scans : list of (int, int)
        First and last scan in which every pair's flight may be seen.
    windows_s : list of (float, float)
        When every pair's flight may be seen, s after launch.
    visible_s : list of float
        When it is first in sight; -1 where it never is, or where clouds decide.
    burnout_s, impact_s : list of float
        Of every launch, s after it.
    end_s : float
        End of the run.
    arrays : dict of name to array
        Arrays that this replication has for itself, in place of those of the plan.
    """

    phases_s: list[float]
    scans: list[tuple[int, int]]
    windows_s: list[tuple[float, float]]
    visible_s: list[float]
    burnout_s: list[float]
    impact_s: list[float]
    end_s: float
    arrays: dict[str, np.ndarray] = field(default_factory=dict)


def end_of_run_s(scenario: Scenario, last_impact_s: float) -> float:
    """End of the run: the last impact and a drain, or the stated duration if that is later."""
    run = scenario.run
    drained_s = last_impact_s + float(run.drain_s)
    if run.duration_s is None:
        return drained_s
    launches = scenario.active_launches()
    return max(float(run.duration_s), drained_s) if launches else float(run.duration_s)


def draw_sensing(plan: Plan, replication: int, seed: int) -> SensingDraws:
    """Draw what a replication needs to know before it begins."""
    sensing = plan.sensing
    launches, sensors, pairs = (plan.entities[kind] for kind in ("launches", "sensors", "pairs"))
    phases = [
        sensor["period_s"] * uniform(stream_key(key, seed, replication), 0, 0) if fixed is None else fixed
        for sensor, key, fixed in zip(sensors, sensing.phase_keys, sensing.fixed_phases_s, strict=True)
    ]
    draws = SensingDraws(
        phases_s=[phases[pair["sensor"]] for pair in pairs],
        scans=[],
        windows_s=sensing.windows_s,
        visible_s=[pair["visible_s"] for pair in pairs],
        burnout_s=[launch["burnout_s"] for launch in launches],
        impact_s=[launch["impact_s"] for launch in launches],
        end_s=plan.scalars["end_s"],
    )
    if sensing.varies:
        _draw_flights(plan, replication, seed, draws)
        _draw_places(sensing, replication, seed, draws)
        _see_again(plan, draws)
    for pair, phase_s, (begin_s, end_s) in zip(pairs, draws.phases_s, draws.windows_s, strict=True):
        if end_s < 0.0:
            draws.scans.append(NO_SCANS)
            continue
        at_s, period_s = launches[pair["launch"]]["at_s"], sensors[pair["sensor"]]["period_s"]
        draws.scans.append(
            (
                math.ceil((at_s + begin_s - phase_s) / period_s),
                math.floor((at_s + end_s - phase_s) / period_s),
            )
        )
    if any(sensor["capacity"] for sensor in sensors):
        draws.arrays["sights"] = _sights(plan, draws)
    return draws


def _draw_flights(plan: Plan, replication: int, seed: int, draws: SensingDraws) -> None:
    """Blend the flights whose values are drawn, and end the run after the last impact."""
    launches = plan.entities["launches"]
    if not any(plan.sensing.drawn):
        return
    truth = plan.shared_arrays["truth"].copy()
    for flight, drawn in enumerate(plan.sensing.drawn):
        if drawn is not None:
            launch = launches[flight]
            values = drawn.values(seed, replication)
            drawn.family.blend(values, truth, launch["truth_first"])
            draws.burnout_s[flight] = values.get("burn_time_s", launch["burnout_s"])
            last = launch["truth_first"] + launch["truth_count"] - 1
            draws.impact_s[flight] = float(truth[last, 0])
    draws.arrays["truth"] = truth
    last_impact_s = max(
        launch["at_s"] + impact_s for launch, impact_s in zip(launches, draws.impact_s, strict=True)
    )
    draws.end_s = end_of_run_s(plan.scenario, last_impact_s)


def _draw_places(sensing: SensingPart, replication: int, seed: int, draws: SensingDraws) -> None:
    """Put every ship somewhere in its box."""
    if not sensing.patrols:
        return
    table = sensing.sensor_table.copy()
    for s, patrol in sensing.patrols.items():
        key = stream_key(patrol.key, seed, replication)
        table[s] = patrol.row(uniform(key, 0, 0), uniform(key, 0, 1))
    draws.arrays["sensor_table"] = table


def _see_again(plan: Plan, draws: SensingDraws) -> None:
    """Windows of sight of drawn flights, and of sensors whose places are drawn."""
    sensing = plan.sensing
    launches = plan.entities["launches"]
    truth = draws.arrays.get("truth", plan.shared_arrays["truth"])
    table = draws.arrays.get("sensor_table", sensing.sensor_table)
    fastest = [speed_bound(truth, launch["truth_first"], launch["truth_count"]) for launch in launches]
    windows = list(draws.windows_s)
    for p, pair in enumerate(plan.entities["pairs"]):
        s, flight = pair["sensor"], pair["launch"]
        if sensing.drawn[flight] is None and s not in sensing.patrols:
            continue
        launch = {**launches[flight], "burnout_s": draws.burnout_s[flight]}
        windows[p] = sensing.window(truth, launch, fastest[flight], table, s)
        infrared = plan.entities["sensors"][s]["infrared"]
        draws.visible_s[p] = -1.0 if infrared else windows[p][0]
    draws.windows_s = windows


def _sights(plan: Plan, draws: SensingDraws) -> np.ndarray:
    """When every pair's flight is in view of its sensor, s of simulated time."""
    sights = np.empty((max(len(draws.windows_s), 1), 2))
    for p, (pair, (begin_s, end_s)) in enumerate(zip(plan.entities["pairs"], draws.windows_s, strict=True)):
        at_s = plan.entities["launches"][pair["launch"]]["at_s"]
        seen = end_s >= 0.0
        sights[p, SIGHT_OPENS] = at_s + begin_s if seen else math.inf
        sights[p, SIGHT_CLOSES] = at_s + end_s if seen else -math.inf
    return sights
