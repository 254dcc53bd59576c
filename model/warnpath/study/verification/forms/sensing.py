"""A radar that scans: when it first hits an object, and when it has confirmed it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from warnpath.engine import build_plan
from warnpath.physics.earth import ecef_from_geodetic
from warnpath.physics.table import state_at
from warnpath.scenario import effective_launch, effective_link, effective_sensor
from warnpath.study.verification.forms.base import Check, Form, Quantity
from warnpath.study.verification.samples import Sample
from warnpath.study.verification.sketch import Sketch

if TYPE_CHECKING:
    from warnpath.scenario import EffectiveSensor, Node, Scenario

PHASES = 48
"""Points of the rule that integrates over the phase of the scans; the integrand is smooth."""
REPLICATIONS = 800


class Scanning(Form):
    """One radar, one flight, and a C2 that hears of it over an idle link."""

    name = "scanning"
    title = "scan and confirmation"
    source = "Feller (1968), chapters XIII and XV; Swerling (1960)"
    needs_traffic = False
    allowed = frozenset({"launch"})

    def obstacles(self, sketch: Sketch) -> list[str]:
        """Whether one radar sees one flight and reports it undisturbed."""
        scenario = sketch.scenario
        reasons = []
        if scenario.traffic:
            reasons.append("it has traffic, which may delay what the radar sends")
        if len(scenario.active_launches()) != 1:
            reasons.append(f"it needs one launch, and there are {len(scenario.active_launches())}")
        sensors = [node for node in scenario.node if node.role == "sensor"]
        if len(sensors) != 1 or effective_sensor(scenario, sensors[0]).kind != "radar":
            return [*reasons, f"it needs one radar, and there are {len(sensors)} sensors"]
        sensor = effective_sensor(scenario, sensors[0])
        if sensor.patrol is not None or sensor.scan_phase_s is not None:
            reasons.append("the radar's place is drawn, or the phase of its scans is not")
        if any(effective_launch(scenario, launch).drawn for launch in scenario.active_launches()):
            reasons.append("the flight's values are drawn, so it is another one in every replication")
        if not any(node.role == "consumer" for node in scenario.node):
            reasons.append("it needs a consumer, whose row of the table of warnings tells what was seen")
        centre = effective_sensor(scenario, sensors[0]).reports_to
        between = [link for link in scenario.link if set(link.ends) == {sensors[0].id, centre}]
        if len(between) != 1:
            return [*reasons, f"it needs one link between {sensors[0].id} and {centre}"]
        link = effective_link(scenario, between[0])
        if float(link.loss) > 0.0 or link.jitter is not None or link.mttr_s is not None:
            reasons.append(f"{link.id} may lose or delay what the radar sends")
        node = scenario.node_by_id(centre)
        if node.service is not None and node.service.kind != "fixed":
            reasons.append(f"the service of {centre} varies")
        return reasons

    def check(self, sketch: Sketch) -> Check:
        """Mean time from sight to the first hit, and to the confirmation known at the C2."""
        scenario = sketch.scenario
        first_s, confirmed_s, once = expected(scenario)
        return Check(
            quantities=(
                Quantity(
                    "mean time from sight to the first hit", "s", first_s, _mean_since_sight("t_detected_s")
                ),
                Quantity("mean time until confirmed", "s", confirmed_s, _mean_since_sight("t_confirmed_s")),
                Quantity("share hit at the first scan", "", once, _hit_at_once(scenario)),
            ),
            replications=REPLICATIONS,
            tables=("warnings",),
        )


def expected(scenario: Scenario) -> tuple[float, float, float]:
    """Mean times from sight to first hit and to confirmation, and probability of a hit at the first scan.

    The first scan falls uniformly into the first period of sight. The outcomes of the last scans are the
    state of a Markov chain whose probabilities change with the range; a flight never confirmed is left out,
    as in the table.
    """
    plan = build_plan(scenario)
    (opens_s, closes_s), (flight,) = plan.sensing.windows_s[0], plan.sensing.trajectories
    (node,) = (each for each in scenario.node if each.role == "sensor")
    sensor = effective_sensor(scenario, node)
    period_s, hits, window = float(sensor.scan_period_s), sensor.confirm_hits, sensor.confirm_scans
    chance = _chance_of(node, sensor, flight.table)
    places, weights = np.polynomial.legendre.leggauss(PHASES)
    first = confirmed = once = seen = told = 0.0
    for place, weight in zip(0.5 * (places + 1.0), 0.5 * weights, strict=True):
        start_s = opens_s + place * period_s
        times = [start_s + n * period_s for n in range(int((closes_s - start_s) // period_s) + 1)]
        chances = [chance(time_s) for time_s in times]
        missing, states = 1.0, {0: 1.0}
        for number, (time_s, hit) in enumerate(zip(times, chances, strict=True)):
            first += weight * missing * hit * (time_s - opens_s)
            seen += weight * missing * hit
            once += weight * hit if number == 0 else 0.0
            missing *= 1.0 - hit
            following: dict[int, float] = {}
            for history, mass in states.items():
                for outcome, part in ((1, mass * hit), (0, mass * (1.0 - hit))):
                    new = ((history << 1) | outcome) & ((1 << window) - 1)
                    if outcome and new.bit_count() >= hits:
                        confirmed += weight * part * (time_s - opens_s)
                        told += weight * part
                    else:
                        following[new] = following.get(new, 0.0) + part
            states = following
    return first / seen, confirmed / told + _way_s(scenario, sensor.node, sensor.reports_to), once


def _chance_of(node: Node, sensor: EffectiveSensor, table: np.ndarray) -> Callable[[float], float]:
    """Probability of a hit by the time since launch: Pfa^(1 / (1 + SNR)), as stated at its range, R^-4."""
    assert sensor.range_km is not None
    place = ecef_from_geodetic(
        math.radians(float(node.lat_deg)), math.radians(float(node.lon_deg)), float(node.alt_m)
    )
    alarm, reach_m = float(sensor.false_alarm_probability), 1e3 * float(sensor.range_km)
    reference = math.log(alarm) / math.log(float(sensor.detection_probability)) - 1.0
    out = np.zeros((1, 16))

    def chance(time_s: float) -> float:
        state_at(table, 0, len(table), time_s, out, 0)
        distance_m = math.dist(place, [float(value) for value in out[0, :3]])
        return math.pow(alarm, 1.0 / (1.0 + reference * (reach_m / distance_m) ** 4))

    return chance


def _way_s(scenario: Scenario, sensor: str, centre: str) -> float:
    """Time from a hit to its use at the C2: transmission, propagation and service (s)."""
    (link,) = (each for each in scenario.link if set(each.ends) == {sensor, centre})
    own = effective_link(scenario, link)
    bits = 8.0 * float(effective_sensor(scenario, sensor).report_bytes)
    service = scenario.node_by_id(centre).service
    return (
        bits / (1e3 * float(own.capacity_kbps))
        + own.propagation_s
        + (0.0 if service is None else service.mean())
    )


def _since_sight(sample: Sample, column: str) -> float:
    table = sample.table("warnings")
    return float(table[column][0] - table["t_visible_s"][0])


def _mean_since_sight(column: str) -> Callable[[Sample], float]:
    return lambda sample: _since_sight(sample, column)


def _hit_at_once(scenario: Scenario) -> Callable[[Sample], float]:
    (node,) = (each for each in scenario.node if each.role == "sensor")
    period_s = float(effective_sensor(scenario, node).scan_period_s)
    return lambda sample: float(_since_sight(sample, "t_detected_s") < period_s)
