"""A small network with every mechanism of sensors and flights, and a target that circles a radar."""

from __future__ import annotations

import math
from pathlib import Path

import pymap3d

from warnpath.scenario import Scenario, load

SMALL = Path(__file__).parent / "scenarios" / "small.toml"

EVERYTHING = """
extends = "small.toml"

[sensor_class.radar]
capacity = 2
detection_probability = 0.8

[profile.irbm]
burn_time_s = { nominal = 150, low = 110, high = 180 }
ballistic_coefficient_kg_m2 = { nominal = 5000, low = 3000, high = 10000 }
drawn = ["burn_time_s", "ballistic_coefficient_kg_m2"]

[profile.glider]
kind = "glide"
range_km = 1000
apogee_km = 101.1
burn_time_s = { nominal = 90, low = 80, high = 105 }
ballistic_coefficient_kg_m2 = 8000
pull_up_altitude_km = 40
lift_to_drag = 2.5
drawn = ["burn_time_s"]

[profile.seen]
kind = "table"
burn_time_s = 60
positions = [
    [0, 39.2, 125.7, 0.1],
    [60, 39.3, 126.1, 30],
    [150, 39.5, 127.4, 70],
    [240, 39.8, 129.1, 60],
    [330, 40, 131, 0],
]

[[launch]]
id = "flight-b"
profile = "irbm"
origin = { lat_deg = 39.2, lon_deg = 125.7 }
azimuth_deg = 72
at_s = 5

[[launch]]
id = "flight-c"
profile = "irbm"
origin = { lat_deg = 39.2, lon_deg = 125.7 }
azimuth_deg = 68
at_s = 40

[[launch]]
id = "glider"
profile = "glider"
origin = { lat_deg = 39.2, lon_deg = 125.7 }
azimuth_deg = 75
at_s = 20

[[launch]]
id = "seen"
profile = "seen"
at_s = 30

[[node]]
id = "jp-radar"
sensor.scan_phase_s = 0.7
sensor.confirm_hits = 2
sensor.confirm_scans = 9

[[node]]
id = "jp-radar-west"
sensor.patrol = { half_north_km = 80, half_east_km = 120 }

[[node]]
id = "jp-watch"
role = "sensor"
nation = "JP"
lat_deg = 0
lon_deg = 140
alt_m = 35786000

[node.sensor]
kind = "infrared"
reports_to = "jp-c2"
scan_period_s = 10
detection_probability = 0.7
confirm_hits = 2
confirm_scans = 3
angle_sigma_urad = 130
cloud_break = { kind = "lognormal", median_s = 30, p95_s = 45 }
message_delay = { kind = "lognormal", median_s = 20, p95_s = 40 }

[[link]]
id = "jp-watch-line"
ends = ["jp-watch", "jp-c2"]
medium = "fibre"
propagation_ms = 150
"""


def everything(folder: Path, **changes: object) -> Scenario:
    """The small network with drawn flights, a glide, a table, a ship, limited radars and space infrared."""
    (folder / "small.toml").write_text(SMALL.read_text())
    path = folder / "everything.toml"
    path.write_text(EVERYTHING)
    return load(path).replace(changes)


RADAR_AT = (36.7, 127.8)
SLANT_KM = 600.0
CIRCLES_FROM_S, CIRCLES_UNTIL_S, ENDS_S = 200.0, 300.0, 350.0


def circling() -> list[list[float]]:
    """Positions of a target that spirals in, circles `RADAR_AT` at `SLANT_KM` for a while, and falls."""
    rows: list[list[float]] = []
    for step in range(36):
        time = 10.0 * step
        inward = min(max((CIRCLES_FROM_S - time) / CIRCLES_FROM_S, 0.0), 1.0)
        slant_m = 1e3 * SLANT_KM * (0.99999 + 0.6 * inward**4)
        falling = max(time - CIRCLES_UNTIL_S, 0.0) / (ENDS_S - CIRCLES_UNTIL_S)
        place = pymap3d.aer2geodetic(0.06 * time, 10.0, slant_m, *RADAR_AT, 0.0)
        height = min(time / 80.0, 1.0) * (1.0 - falling)
        rows.append([time, float(place[0]), float(place[1]), height * float(place[2]) / 1e3])
    return rows


def circled(folder: Path, **changes: object) -> Scenario:
    """The small network with one radar that sees nothing but the circling target, at the end of its range."""
    (folder / "small.toml").write_text(SMALL.read_text())
    table = "\n".join(f"    {row}," for row in circling())
    path = folder / "circled.toml"
    path.write_text(
        f"""
extends = "small.toml"

[profile.circle]
kind = "table"
burn_time_s = 1
positions = [
{table}
]

[[launch]]
id = "flight"
remove = true

[[launch]]
id = "circle"
profile = "circle"

[[node]]
id = "kr-radar"
lat_deg = {RADAR_AT[0]}
lon_deg = {RADAR_AT[1]}
sensor.range_km = {SLANT_KM}

[[node]]
id = "jp-radar"
sensor.range_km = 10

[[node]]
id = "jp-radar-west"
sensor.range_km = 10
"""
    )
    return load(path).replace(changes)


def standard_error(values: list[float]) -> float:
    """Standard error of a mean."""
    mean = sum(values) / len(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1) / len(values))
