"""Sensors in the engine against closed forms: detection, confirmation, capacity, places, flights, infrared.

What is random is held to 3.3 standard errors, and distributions to a Kolmogorov-Smirnov test at 1 in 1,000;
the draws are keyed, so what passes once passes always.
"""

from __future__ import annotations

import dataclasses
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pymap3d
import pytest
from scipy import stats

from tests.engine_pairs import LOG_FIELDS
from tests.sensing_cases import CIRCLES_FROM_S, circled, everything, standard_error
from warnpath.engine import build_plan
from warnpath.engine.codes import SENSED
from warnpath.engine.columns import build_columns
from warnpath.engine.compiled.compiled_run import CompiledRun
from warnpath.engine.plan import Plan
from warnpath.engine.plan_flights import flown
from warnpath.engine.sensing_draws import draw_sensing
from warnpath.physics.areas import first_entry
from warnpath.physics.trajectory import FlightProfile, solve

MOST_SIGMAS = 3.3
LEAST_P = 1e-3


def finished(plan: Plan, replication: int) -> Any:
    """World of one replication on the compiled engine."""
    run = CompiledRun(plan, replication)
    assert run.run().status == "ok"
    return run.world


def assert_mean(values: list[float], expected: float) -> None:
    assert abs(float(np.mean(values)) - expected) < MOST_SIGMAS * standard_error(values)


@pytest.mark.parametrize(
    ("hits", "scans", "probability", "mean_scans"),
    # Feller: from an empty window, 2 of 3 and 3 of 3 at 0.9; 2 of 4 at 0.5.
    [(2, 3, 0.9, Fraction(1990, 891)), (3, 3, 0.9, Fraction(2710, 729)), (2, 4, 0.5, Fraction(30, 7))],
)
def test_a_radar_at_the_end_of_its_range_detects_and_confirms_as_the_chain_says(
    tmp_path: Path, hits: int, scans: int, probability: float, mean_scans: Fraction
) -> None:
    settings = {"confirm_hits": hits, "confirm_scans": scans, "detection_probability": probability}
    scenario = circled(
        tmp_path, **{f"node.kr-radar.sensor.{name}": value for name, value in settings.items()}
    )
    plan = build_plan(scenario)
    detection_s, confirmation = [], []
    for replication in range(600):
        (pair,) = finished(plan, replication).pairs
        opens_s, period_s = pair.opens_s, 2.0
        first_scan = math.ceil((opens_s - pair.phase_s) / period_s)
        detection_s.append(pair.detected_s - opens_s)
        confirmed_in = (pair.confirmed_s - pair.phase_s) / period_s - first_scan + 1.0
        assert confirmed_in == pytest.approx(round(confirmed_in), abs=1e-6)
        confirmation.append(confirmed_in)
    # A uniform phase and a geometric number of scans: T/2 + T (1/p - 1).
    assert_mean(detection_s, 2.0 * (0.5 + (1.0 - probability) / probability))
    assert_mean(confirmation, float(mean_scans))


def test_a_fixed_phase_is_kept_and_others_are_drawn(tmp_path: Path) -> None:
    plan = build_plan(circled(tmp_path, **{"node.kr-radar.sensor.scan_phase_s": 1.3}))
    fixed = {draw_sensing(plan, replication, 1).phases_s[0] for replication in range(20)}
    assert fixed == {1.3}
    world = finished(plan, 3)
    (pair,) = world.pairs
    assert math.remainder(pair.detected_s - 1.3, 2.0) == pytest.approx(0.0, abs=1e-9)
    plan = build_plan(circled(tmp_path))
    drawn = [draw_sensing(plan, replication, 1).phases_s[0] for replication in range(300)]
    assert stats.kstest(drawn, stats.uniform(0.0, 2.0).cdf).pvalue > LEAST_P


def hit_times(plan: Plan, replication: int, sensor: str) -> dict[int, np.ndarray]:
    """Times of a sensor's hits, by pair."""
    run = CompiledRun(plan, replication, keep_log=True)
    assert run.run().status == "ok"
    log = np.frombuffer(bytes(run.log), LOG_FIELDS)
    log = log[log["kind"] == SENSED]
    number = plan.sensing.sensor_ids.index(sensor)
    pairs = [p for p, pair in enumerate(plan.entities["pairs"]) if pair["sensor"] == number]
    return {p: log["time_s"][log["element"] == p] for p in pairs}


SALVO = 7


def salvo(folder: Path, capacity: int | None, apart_deg: float = 0.0) -> Plan:
    """Seven flights at intervals of 1 s, from sites so far apart; the radar almost never misses."""
    scenario = circled(folder)
    launch = {"profile": "irbm", "azimuth_deg": 70.0}
    origins = [{"lat_deg": 39.2 + apart_deg * (number - 3), "lon_deg": 125.7} for number in range(SALVO)]
    changes: dict[str, Any] = {
        "profile.irbm": {
            "range_km": 700,
            "apogee_km": 200,
            "burn_time_s": 80,
            "ballistic_coefficient_kg_m2": 5000,
        },
        "launch": [
            {"id": f"up-{number}", "at_s": float(number), "origin": origin, **launch}
            for number, origin in enumerate(origins)
        ],
        "node.kr-radar.sensor.range_km": 3000,
        "node.kr-radar.sensor.detection_probability": 0.9999,
        "node.kr-radar.sensor.capacity": capacity,
    }
    return build_plan(scenario.replace(changes))


@pytest.mark.parametrize("capacity", [1, 2, 3, 5, 7, 20])
def test_a_radar_of_limited_capacity_looks_at_each_of_a_salvo_in_turn(tmp_path: Path, capacity: int) -> None:
    plan = salvo(tmp_path, capacity)
    hits = hit_times(plan, 0, "kr-radar")
    windows = draw_sensing(plan, 0, plan.scenario.run.seed).windows_s
    assert len(hits) == SALVO
    all_from_s = max(number + windows[p][0] for number, p in enumerate(hits))
    all_until_s = min(number + windows[p][1] for number, p in enumerate(hits))
    every = math.ceil(SALVO / capacity)
    for times in hits.values():
        within = times[(times > all_from_s + 1.0) & (times < all_until_s - 1.0)]
        assert len(within) > 5
        # Each is hit every so many scans; hardly a look misses, so a miss would show as a double gap.
        gaps = np.round(np.diff(within) / 2.0).astype(int)
        assert set(gaps) <= {every, 2 * every}
        assert np.mean(gaps == every) > 0.95
    scans, looks = np.unique(np.round(np.concatenate(list(hits.values())), 6), return_counts=True)
    assert looks.max() <= capacity
    assert len(scans) > 10


def test_capacity_leaves_a_single_object_alone(tmp_path: Path) -> None:
    scenario = circled(tmp_path)
    limited = scenario.replace({"node.kr-radar.sensor.capacity": 1})
    assert CompiledRun(build_plan(limited)).run().log_hash == CompiledRun(build_plan(scenario)).run().log_hash


def test_a_salvo_delays_confirmation_by_the_lower_update_rate(tmp_path: Path) -> None:
    """Three looks at one of seven objects, two a scan: in every fourth scan, so two gaps of 8 s.

    The sites are 80 km apart: no object gets from one to the next between two looks, at 8 km/s.
    """
    waits = {}
    for capacity in (None, 2):
        plan = salvo(tmp_path, capacity, 0.72)
        values = []
        number = plan.sensing.sensor_ids.index("kr-radar")
        for replication in range(30):
            pairs = [pair for pair in finished(plan, replication).pairs if pair.sensor == number]
            values.extend(pair.confirmed_s - pair.detected_s for pair in pairs)
        waits[capacity] = float(np.mean(values))
    assert waits[None] == pytest.approx(4.0, abs=0.1)
    # While the salvo comes into view the rate is still falling: more than 2 and up to 8 s between looks.
    assert 8.0 < waits[2] <= 16.5


def test_a_ship_is_anywhere_in_its_box_and_sees_from_there(tmp_path: Path) -> None:
    plan = build_plan(everything(tmp_path))
    number = plan.sensing.sensor_ids.index("jp-radar-west")
    others = [row for row in range(len(plan.sensing.sensor_ids)) if row != number]
    norths, easts = [], []
    for replication in range(400):
        draws = draw_sensing(plan, replication, 11)
        table = draws.arrays["sensor_table"]
        lat, lon, height = pymap3d.ecef2geodetic(*table[number, :3])
        assert float(height) == pytest.approx(0.0, abs=1e-6)
        norths.append(float(lat) - 35.7)
        easts.append(float(pymap3d.geodetic2enu(lat, lon, 0.0, lat, 135.2, 0.0)[0]) / 1e3)
        np.testing.assert_array_equal(table[others], plan.sensing.sensor_table[others])
    # A degree of latitude is 110.96 km at 35.7 N (meridian radius 6357 km).
    assert stats.kstest(np.array(norths) * 110.96 / 80.0, stats.uniform(-1.0, 2.0).cdf).pvalue > LEAST_P
    assert stats.kstest(np.array(easts) / 120.0, stats.uniform(-1.0, 2.0).cdf).pvalue > LEAST_P
    assert abs(float(np.corrcoef(norths, easts)[0, 1])) < MOST_SIGMAS / math.sqrt(400)


def test_burn_times_and_coefficients_follow_their_distributions_and_launches_draw_for_themselves(
    tmp_path: Path,
) -> None:
    plan = build_plan(everything(tmp_path))
    flights = [plan.sensing.launch_ids.index(name) for name in ("flight", "flight-b")]
    drawn = [plan.sensing.drawn[flight] for flight in flights]
    assert drawn[0] is not None
    assert drawn[1] is not None
    count = 1000
    values = [[item.values(11, replication) for replication in range(count)] for item in drawn if item]
    burn = np.array([[value["burn_time_s"] for value in row] for row in values])
    logs = np.log([[value["ballistic_coefficient_kg_m2"] for value in row] for row in values])
    for row in range(2):
        # scipy's triangle: peak as a part of the width.
        triangle = stats.triang((150.0 - 110.0) / 70.0, 110.0, 70.0)
        assert stats.kstest(burn[row], triangle.cdf).pvalue > LEAST_P
        low, width = math.log(3000.0), math.log(10.0 / 3.0)
        triangle = stats.triang(math.log(5.0 / 3.0) / width, low, width)
        assert stats.kstest(logs[row], triangle.cdf).pvalue > LEAST_P
    for first, second in ((burn[0], burn[1]), (burn[0], logs[0]), (logs[0], logs[1])):
        assert abs(float(np.corrcoef(first, second)[0, 1])) < MOST_SIGMAS / math.sqrt(count)


def test_everything_follows_the_flight_of_the_replication(tmp_path: Path) -> None:
    scenario = everything(tmp_path)
    plan = build_plan(scenario)
    flight = plan.sensing.launch_ids.index("flight")
    drawn = plan.sensing.drawn[flight]
    assert drawn is not None
    nominal = FlightProfile(2700.0, 550.0, 150.0, 5000.0)
    north = scenario.node_by_id("jp-north")
    impacts = []
    for replication in range(4):
        run = CompiledRun(plan, replication, tables=("warnings", "tracks"))
        columns = run.run().columns["warnings"]
        world: Any = run.world
        values = drawn.values(plan.scenario.run.seed, replication)
        exact = solve(dataclasses.replace(nominal, **values), (39.2, 125.7), azimuth_deg=70.0)
        rows = np.flatnonzero(columns["launch"] == "flight")
        impacts.append(float(columns["t_impact_s"][rows[0]]))
        assert columns["t_impact_s"][rows] == pytest.approx(exact.impact_s, abs=0.02)
        assert world.launches[flight].burnout_s == values["burn_time_s"]
        truth = first_entry(exact, float(north.lat_deg), float(north.lon_deg), 100.0)
        entry = rows[columns["consumer"][rows] == "jp-north"][0]
        assert columns["needed"][entry] == truth.in_danger
        assert columns["deadline_s"][entry] == pytest.approx(truth.deadline_s, abs=0.02)
        margin = columns["deadline_s"][entry] - columns["t_delivered_s"][entry]
        assert columns["margin_s"][entry] == pytest.approx(margin, abs=1e-9)
        last = max(item.at_s + item.impact_s for item in world.launches)
        assert world.end_s == last + float(scenario.run.drain_s) <= plan.scalars["end_s"]
        here = flown(plan, world, flight)
        assert (here.impact_lat_deg, here.impact_lon_deg) == pytest.approx(
            (exact.impact_lat_deg, exact.impact_lon_deg), abs=2e-4
        )
        assert here.apogee_km == pytest.approx(550.0, abs=0.01)
    assert max(impacts) - min(impacts) > 5.0


def test_windows_of_sight_are_those_of_the_flight_and_place_of_the_replication(tmp_path: Path) -> None:
    plan = build_plan(everything(tmp_path))
    starts = {p: set() for p in range(len(plan.entities["pairs"]))}  # type: ignore[var-annotated]
    for replication in range(6):
        draws = draw_sensing(plan, replication, 5)
        for p, window in enumerate(draws.windows_s):
            starts[p].add(window)
    for p, pair in enumerate(plan.entities["pairs"]):
        ship = plan.sensing.sensor_ids[pair["sensor"]] == "jp-radar-west"
        seen_before_burnout = plan.sensing.drawn[pair["launch"]] is not None
        assert (len(starts[p]) > 1) == (ship or seen_before_burnout), p


INFRARED = {
    "node.jp-watch.sensor.cloud_break": {"kind": "fixed", "value_s": 33.0},
    "node.jp-watch.sensor.message_delay": {"kind": "fixed", "value_s": 20.0},
    "profile.irbm.drawn": [],
    "profile.glider.drawn": [],
    "sensor_class.radar.range_km": 10.0,
}


def test_infrared_sees_above_the_clouds_at_its_revisits_and_confirms(tmp_path: Path) -> None:
    plan = build_plan(everything(tmp_path, **INFRARED))
    number = plan.sensing.sensor_ids.index("jp-watch")
    flight = plan.sensing.launch_ids.index("flight")
    p = next(
        p
        for p, pair in enumerate(plan.entities["pairs"])
        if (pair["sensor"], pair["launch"]) == (number, flight)
    )
    waits, scans = [], []
    for replication in range(200):
        world = finished(plan, replication)
        pair = world.pairs[p]
        broken_s = world.launches[flight].at_s + 33.0
        assert pair.visible_s == 33.0
        assert pair.detected_s >= broken_s
        assert math.remainder(pair.detected_s - pair.phase_s, 10.0) == pytest.approx(0.0, abs=1e-9)
        if pair.confirmed_s < 0.0:
            continue
        waits.append(pair.detected_s - broken_s)
        scans.append((pair.confirmed_s - broken_s + 10.0 - ((pair.phase_s - broken_s) % 10.0)) / 10.0)
    # 2 of 3 at 0.7 in the 12 revisits until burnout: the probability of more is below 1e-4.
    assert len(waits) >= 199
    assert_mean(waits, 10.0 * (0.5 + 0.3 / 0.7))
    assert_mean(scans, confirmation_mean(0.7))


def confirmation_mean(p: float) -> float:
    """Mean number of looks until 2 of the last 3 hit, from an empty window, by first-step equations.

    States: nothing (0), a hit in the last look (1), a hit in the look before the last (2).
    E0 = 1 + p E1 + q E0;  E1 = 1 + q E2;  E2 = 1 + q E0.
    """
    q = 1.0 - p
    # E1 = 1 + q + q^2 E0, so E0 (1 - q - p q^2) = 1 + p + p q.
    return (1.0 + p + p * q) / (1.0 - q - p * q * q)


def test_infrared_is_as_coarse_as_its_angles(tmp_path: Path) -> None:
    plan = build_plan(everything(tmp_path, **INFRARED))
    number = plan.sensing.sensor_ids.index("jp-watch")
    (sigma_m,) = {pair["launch_sigma_m"] for pair in plan.entities["pairs"] if pair["sensor"] == number} - {
        0.0
    }
    _, elevation_deg, slant_m = pymap3d.geodetic2aer(0.0, 140.0, 35_786e3, 39.2, 125.7, 0.0)
    expected = 130e-6 * float(slant_m) / math.sqrt(math.sin(math.radians(float(elevation_deg))))
    assert sigma_m == pytest.approx(expected, rel=1e-6)
    assert 5e3 < sigma_m < 6e3  # about the 5 km of a geostationary sensor of that kind


def test_infrared_does_not_see_through_the_earth(tmp_path: Path) -> None:
    def pairs(lon_deg: float) -> int:
        plan = build_plan(everything(tmp_path, **{"node.jp-watch.lon_deg": lon_deg}))
        number = plan.sensing.sensor_ids.index("jp-watch")
        return len({pair["launch"] for pair in plan.entities["pairs"] if pair["sensor"] == number
                    and plan.sensing.windows_s[plan.entities["pairs"].index(pair)][1] >= 0.0})  # fmt: skip

    # From 0 N a geostationary sensor sees 39.2 N, 125.7 E up to 70.7 degrees of longitude to either side.
    assert pairs(125.7 - 60.0) == 5
    assert pairs(-120.0) == 0


def test_a_table_of_positions_is_seen_as_it_flies(tmp_path: Path) -> None:
    plan = build_plan(circled(tmp_path))
    ((begin_s, end_s),) = plan.sensing.windows_s
    assert begin_s < CIRCLES_FROM_S
    assert end_s > 300.0
    world = finished(plan, 0)
    columns = build_columns(plan, world, ("warnings",))["warnings"]
    assert set(columns["t_impact_s"]) == {350.0}
