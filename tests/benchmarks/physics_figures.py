"""What the trajectories and sensors are held to, measured: each figure beside what is asked for::

    python -m tests.benchmarks.physics_figures

Accuracy is also asserted in tests/theory and tests/unit, mostly to tighter bounds; here it is printed.
"""

from __future__ import annotations

import math
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pymap3d
from geographiclib.geodesic import Geodesic

from tests.reference_flight import ReferenceFlight, ground
from tests.theory.test_physics_flights import FLIGHTS, kepler_with_rotation_s, modelled_s
from tests.theory.test_physics_trajectory import FLIGHTS as WHOLE_FLIGHTS
from tests.theory.test_physics_trajectory import SPHERE, kepler_end
from warnpath.engine import build_plan
from warnpath.physics import earth, family, radar, shooting, trajectory
from warnpath.physics.propagate import propagate
from warnpath.physics.table import state_at
from warnpath.physics.trajectory import FlightProfile, flight_row, solve
from warnpath.physics.visibility import speed_bound, visible_window
from warnpath.scenario import load
from warnpath.theory.confirmation import confirmation_mean_scans

ROUNDS = 9


@dataclass(frozen=True)
class Figure:
    """One figure: what it is, what is asked for, what was found, and whether that is enough."""

    name: str
    asked: str
    found: str
    met: bool


def figures() -> list[Figure]:
    """All of them, accuracy first."""
    return [*flight_times(), *integration(), *closed_forms(), *geodesy(), *sensing(), *speed()]


def most(name: str, asked: float, found: float, unit: str) -> Figure:
    """A figure that is to be at most so much."""
    return Figure(name, f"<= {asked:g} {unit}", f"{found:.3g} {unit}", abs(found) <= asked)


def near(name: str, asked: float, found: float, tolerance: float) -> Figure:
    """A figure that is to have a value, to a tolerance."""
    digits = max(0, 1 - math.floor(math.log10(tolerance)))
    return Figure(name, f"{asked:.{digits}f}", f"{found:.{digits}f}", abs(found - asked) <= tolerance)


def flight_times() -> list[Figure]:
    """Announced flights fit for validation, with class burn times fixed beforehand."""
    errors = [modelled_s(flight) / flight.time_s - 1.0 for flight in FLIGHTS]
    to_the_second = [
        abs(error) for error, flight in zip(errors, FLIGHTS, strict=True) if flight.rounding_s < 1.0
    ]
    above_kepler = min(modelled_s(flight) - kepler_with_rotation_s(flight) for flight in FLIGHTS)
    absolute = 100.0 * statistics.mean(map(abs, errors))
    return [
        most("flight time, mean error", 2.0, 100.0 * statistics.mean(errors), "%"),
        Figure("flight time, mean absolute error (for information)", "", f"{absolute:.3g} %", True),
        most("flights timed to the second, greatest error", 3.0, 100.0 * max(to_the_second), "%"),
        Figure("flight time over Kepler's, least", "> 0 s", f"{above_kepler:.0f} s", above_kepler > 0.0),
    ]


def integration() -> list[Figure]:
    """Whole flights against DOP853 (rtol 1e-12) and a force model typed independently."""
    found = []
    for range_km, apogee_km, burn, ballistic, azimuth in WHOLE_FLIGHTS:
        profile = FlightProfile(range_km, apogee_km, burn, ballistic)
        shot = shooting.aim(flight_row(profile, 39.2, 125.7), azimuth, range_km * 1e3, apogee_km * 1e3)
        assert shot is not None
        reference = ReferenceFlight(profile, (39.2, 125.7), azimuth, shot)
        leg = reference.leg(0.0, 0.06 * burn, reference.start, powered=True)
        leg = reference.leg(0.06 * burn, burn, leg.y[:, -1], powered=True)
        leg = reference.leg(burn, 20_000.0, leg.y[:, -1], powered=False, event=ground)
        name = f"impact of a flight of {range_km:.0f} km over {apogee_km:.0f} km"
        late_ms = 1e3 * abs(shot.table[-1, 0] - leg.t[-1])
        away_m = math.dist(shot.table[-1, 1:4], leg.y[:3, -1])
        found.append(most(f"{name}, time", 5.0, late_ms, "ms"))
        found.append(most(f"{name}, place", 1.0 if apogee_km > 500.0 else 5.0, away_m, "m"))
    return found


def closed_forms() -> list[Figure]:
    """Kepler's field, and the integral of motion of the real one."""
    found = []
    for range_km, time_s, apogee_km in ((10_000.0, 1930.96, 1319.48), (3000.0, 895.04, 655.21)):
        speed, angle, _ = kepler_end(range_km * 1e3)
        end_s, top_m, angle_rad = _kepler_flight(speed, angle, 0.5 * time_s, time_s + 1.0)
        name = f"minimum-energy flight of {range_km:.0f} km"
        found.append(near(f"{name}, time (s)", time_s, end_s, 0.006))
        found.append(near(f"{name}, apogee (km)", apogee_km, top_m / 1e3, 0.006))
        found.append(near(f"{name}, range (km)", range_km, angle_rad * SPHERE / 1e3, 1e-4))
    speed, angle, _ = kepler_end(10_000e3)
    found.append(near("minimum-energy flight of 10000 km, angle (deg)", 22.517, math.degrees(angle), 5e-4))
    found.append(near("minimum-energy flight of 10000 km, speed (km/s)", 7.19808, speed / 1e3, 5e-6))
    for quotient, angle_deg, range_deg in ((0.5, 45.0, 36.869898), (1.0, 20.0, 140.0)):
        speed = math.sqrt(quotient * 3.986004418e14 / SPHERE)
        _, _, turned = _kepler_flight(speed, math.radians(angle_deg), 300.0, 4000.0)
        name = f"range angle at Q {quotient:g}, {angle_deg:g} deg (deg)"
        found.append(near(name, range_deg, math.degrees(turned), 1e-6))
    table = propagate([-3.1e6, 4.4e6, 4.2e6, -3000.0, 2000.0, 4500.0], 1800.0)
    constant = _jacobi(table)
    found.append(most("Jacobi constant over 1800 s", 1e-10, float(np.ptp(constant / constant[0])), ""))
    return found


def geodesy() -> list[Figure]:
    """Against pymap3d and geographiclib."""
    place_m, angle_rad = 0.0, 0.0
    for latitude in np.linspace(-90.0, 90.0, 37):
        for altitude in (-100.0, 0.0, 9e3, 500e3, 6.6e6):
            expected = pymap3d.geodetic2ecef(latitude, 125.7, altitude)
            found = earth.ecef_from_geodetic(math.radians(latitude), math.radians(125.7), altitude)
            place_m = max(place_m, math.dist(found, [float(value) for value in expected]))
            back = earth.geodetic_from_ecef(*found)
            place_m = max(place_m, abs(back[2] - altitude))
            angle_rad = max(angle_rad, abs(back[0] - math.radians(latitude)))
    way = Geodesic.WGS84.Inverse(39.2, 125.7, 21.4, -157.9)
    length_km, azimuth_deg = earth.geodesic(39.2, 125.7, 21.4, -157.9)
    return [
        most("places, WGS84 to and fro", 1e-3, place_m, "m"),
        most("latitudes", 1e-9, angle_rad, "rad"),
        most("length of a geodesic", 1e-3, length_km * 1e3 - way["s12"], "m"),
        most("azimuth of a geodesic", 1e-9, math.radians(azimuth_deg - way["azi1"] % 360.0), "rad"),
    ]


def sensing() -> list[Figure]:
    """Horizon, detection, confirmation."""
    sensors = np.array([radar.sensor_row(radar.Radar(45.0, 0.0, 0.0, 9000.0, 2.0, 100.0))])
    low, high = 20.0, 80.0
    distance = 0.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        place = [float(value) for value in pymap3d.geodetic2ecef(45.0, middle, 1000e3)]
        distance, _, elevation, _ = radar.look(sensors, 0, *place)
        low, high = (middle, high) if elevation > 0.0 else (low, middle)
    found = [
        near("horizon of a target at 1000 km, slant (km; 4/3 earth: 4241)", 3707.0, distance / 1e3, 11.0)
    ]
    for decibel, probability in ((21.14, 0.9), (12.77, 0.5)):
        value = radar.detection_probability(10.0 ** (decibel / 10.0), 1e-6)
        found.append(near(f"Swerling 1 at Pfa 1e-6 and {decibel} dB", probability, value, 5e-4))
    for hits, exact in ((2, 1990 / 891), (3, 2710 / 729)):
        value = confirmation_mean_scans(hits, 3, 0.9)
        found.append(near(f"scans to confirm, {hits} of 3 at 0.9", exact, value, 1e-9))
    return found


def speed() -> list[Figure]:
    """Processor time, medians."""
    found = []
    for launch_set in ("overflight", "salvo"):
        scenario = load("trilateral").replace({"launch_set": launch_set})
        build_plan(scenario)
        anew = _median_s(lambda scenario=scenario: _plan_anew(scenario))  # type: ignore[misc]
        again = _median_s(lambda scenario=scenario: build_plan(scenario))  # type: ignore[misc]
        found.append(most(f"plan of trilateral, {launch_set}, flights known", 60.0, 1e3 * again, "ms"))
        found.append(
            Figure(f"plan of trilateral, {launch_set}, flights solved", "", f"{1e3 * anew:.1f} ms", True)
        )
    flight = solve(FlightProfile(2700.0, 550.0, 150.0, 6000.0), (39.2, 125.7), azimuth_deg=70.0)
    sensors = np.array([radar.sensor_row(radar.Radar(41.3, 141.2, 0.0, 2000.0, 2.0, 200.0))])
    fastest = speed_bound(flight.table, 0, len(flight.table))
    out = np.zeros((1, 9))

    def window() -> Any:
        return visible_window(flight.table, 0, len(flight.table), fastest, sensors, 0, 0.5, out, 0)

    window()
    found.append(
        Figure(
            "window of sight of a radar",
            "",
            f"{1e6 * _median_s(lambda: _times(window, 100)) / 100:.0f} us",
            True,
        )
    )
    ranges = ((family.BURN_TIME, 110.0, 180.0), (family.BALLISTIC_COEFFICIENT, 2000.0, 10_000.0))
    profile = FlightProfile(2700.0, 550.0, 150.0, 5000.0)
    members = family.solve_family(profile, ranges, (39.2, 125.7), azimuth_deg=70.0)
    table = np.zeros((members.rows, 10))
    values = {family.BURN_TIME: 140.0, family.BALLISTIC_COEFFICIENT: 3000.0}

    def blend() -> None:
        members.blend(values, table, 0)

    def solve_members() -> None:
        family.solve_family.cache_clear()
        family.solve_family(profile, ranges, (39.2, 125.7), azimuth_deg=70.0)

    solving, blending = _median_s(solve_members), _median_s(lambda: _times(blend, 20)) / 20
    found.append(
        Figure(f"family of {len(members.members)} flights, solved", "", f"{1e3 * solving:.0f} ms", True)
    )
    found.append(Figure("a flight blended out of it", "", f"{1e6 * blending:.0f} us", True))
    return found


def _plan_anew(scenario: Any) -> None:
    trajectory._solve.cache_clear()
    build_plan(scenario)


def _times(work: Callable[[], Any], count: int) -> None:
    for _ in range(count):
        work()


def _median_s(work: Callable[[], Any]) -> float:
    seconds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        seconds.append(time.process_time() - started)
    return statistics.median(seconds)


def _kepler_flight(speed: float, angle: float, low: float, high: float) -> tuple[float, float, float]:
    """Time back on the sphere (s), apogee (m) and range angle (rad) of a flight without rotation and air."""
    start = [SPHERE, 0.0, 0.0, speed * math.sin(angle), speed * math.cos(angle), 0.0]
    table = propagate(start, high, j2=0.0, rotation_rad_s=0.0)
    state = np.zeros((1, 9))

    def radius(time_s: float) -> float:
        state_at(table, 0, len(table), time_s, state, 0)
        return float(np.linalg.norm(state[0, :3]))

    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if radius(middle) > SPHERE else (low, middle)
    top_m = radius(0.5 * low) - SPHERE
    radius(low)
    return low, top_m, math.atan2(state[0, 1], state[0, 0])


def _jacobi(table: np.ndarray) -> np.ndarray:
    place, velocity = table[:, 1:4], table[:, 4:7]
    r = np.linalg.norm(place, axis=1)
    oblate = 1.0826298213e-3 * (6378137.0 / r) ** 2 * 0.5 * (3.0 * (place[:, 2] / r) ** 2 - 1.0)
    spin = 0.5 * 7.292115e-5**2 * np.sum(place[:, :2] ** 2, axis=1)
    constant: np.ndarray = 0.5 * np.sum(velocity**2, axis=1) - 3.986004418e14 / r * (1.0 - oblate) - spin
    return constant


def table(found: list[Figure]) -> str:
    """Markdown table of figures."""
    rows = [
        f"| {item.name} | {item.asked} | {item.found} | {'' if item.met else 'MISSED'} |" for item in found
    ]
    return "\n".join(["| figure | asked for | found | |", "|---|---|---|---|", *rows, ""])


if __name__ == "__main__":
    sys.stdout.write(table(figures()))
