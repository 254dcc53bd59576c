"""Numbers that must agree with each other: light is not outrun, bounds enclose, counts fit.

Like all checks across fields they read plain data, so that a mistake elsewhere in the element hides none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, get_args

from warnpath.scenario.flight_tables import check_rows
from warnpath.scenario.geometry import Point, chord_km, great_circle_km
from warnpath.scenario.launches import Drawable
from warnpath.scenario.locations import Findings, entries, names_of, reach
from warnpath.scenario.quantities import Quantity
from warnpath.scenario.resolve import INFRARED_FALLBACK, SENSOR_FALLBACK

LIGHT_MS_PER_KM = 1e3 / 299_792.458
"""Light in vacuum, ms per km."""
LENGTH_TOLERANCE = 0.95
LENGTH_SLACK_KM = 25.0
"""How far a length may fall short of the distance, since places are rounded."""
IN_SPACE_KM = 100.0
HIGHEST_RADAR_M = 9000.0

Document = Mapping[str, Any]


def check_consistency(document: Document, findings: Findings) -> None:
    """Check the numbers of every element against each other."""
    for name, link in entries(document, "link"):
        _check_link(name, link, document, findings)
    for name, node in entries(document, "node"):
        sensor = node.get("sensor")
        if isinstance(sensor, dict):
            common = _class(document, "sensor_class", sensor.get("class"))
            _check_sensor(name, sensor, common, findings)
            # Of another kind than its class it is a mistake already, and of neither.
            if "class" not in sensor or sensor.get("kind", "radar") == common.get("kind", "radar"):
                _check_height(name, node, sensor, findings)
    for name, outage in entries(document, "outage"):
        down_s, up_s = number(outage.get("down_s")), number(outage.get("up_s"))
        if down_s is not None and up_s is not None and up_s <= down_s:
            findings.add(("outage", name, "up_s"), "is not after down_s", "up_s > down_s", up_s)
        degraded = outage.get("degraded")
        if isinstance(degraded, dict) and outage.get("element") in names_of(document, "node"):
            for field in sorted({"capacity_factor", "loss"} & set(degraded)):
                expected = "delay_factor alone: how many times as long service takes"
                findings.add(("outage", name, "degraded", field), "says nothing of a node", expected)
    for name, traffic in entries(document, "traffic"):
        start_s, end_s = number(traffic.get("start_s", 0.0)), number(traffic.get("end_s"))
        if start_s is not None and end_s is not None and end_s <= start_s:
            findings.add(("traffic", name, "end_s"), "is not after start_s", "end_s > start_s", end_s)
    _check_surges(document, findings)
    for name, launch in entries(document, "launch"):
        if "target" in launch and launch["target"] == launch.get("origin"):
            findings.add(("launch", name, "target"), "is the origin", "another place")
    for name, profile in entries(document, "profile"):
        _check_drawn(name, profile, findings)
    check_rows(document, findings)


def _check_surges(document: Document, findings: Findings) -> None:
    """Surges that may come together must not take more from a traffic than it has."""
    taken: dict[str, float] = {}
    for name, surge in entries(document, "surge"):
        factor, traffic = number(surge.get("factor")), surge.get("traffic")
        if factor is None or not 0.0 <= factor < 1.0:
            continue
        for flow in traffic if isinstance(traffic, list) else [traffic]:
            if isinstance(flow, str):
                taken[flow] = taken.get(flow, 0.0) + 1.0 - factor
                if taken[flow] > 1.0 + 1e-12:
                    message = f"takes more from {flow} than others leave of it"
                    findings.add(
                        ("surge", name, "factor"), message, "factors whose 1 - factor add up to 1", factor
                    )


def number(value: Any) -> float | None:
    """A finite number, plain or the nominal value of a table; None for anything else."""
    if isinstance(value, dict):
        value = value.get("nominal")
    elif isinstance(value, Quantity):
        value = value.nominal
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def _class(document: Document, kind: str, name: Any) -> Document:
    found = reach(document, kind, name) if isinstance(name, str) else None
    return found if isinstance(found, dict) else {}


def _place(document: Document, name: Any) -> Point | None:
    """Latitude (deg), longitude (deg) and altitude (km) of a node, if they are plausible."""
    node = _class(document, "node", name)
    lat_deg, lon_deg = number(node.get("lat_deg")), number(node.get("lon_deg"))
    alt_m = number(node.get("alt_m", 0.0))
    if lat_deg is None or lon_deg is None or alt_m is None or abs(lat_deg) > 90.0 or abs(lon_deg) > 180.0:
        return None
    return lat_deg, lon_deg, alt_m / 1e3


def _check_link(name: str, link: Document, document: Document, findings: Findings) -> None:
    ends = link.get("ends")
    if not isinstance(ends, list) or len(ends) != 2:
        return
    start, end = _place(document, ends[0]), _place(document, ends[1])
    if start is None or end is None:
        return
    length_km = number(link.get("length_km"))
    if length_km is not None and max(start[2], end[2]) < IN_SPACE_KM:
        direct_km = great_circle_km(start, end)
        if 0.0 <= length_km < direct_km * LENGTH_TOLERANCE - LENGTH_SLACK_KM:
            expected = f"about {direct_km:.0f} km or more, the great circle between its ends"
            findings.add(("link", name, "length_km"), "is too short", expected, length_km)
    medium = _class(document, "medium", link.get("medium"))
    given_ms = number(link.get("propagation_ms", medium.get("propagation_ms")))
    least_ms = max(chord_km(start, end) - LENGTH_SLACK_KM, 0.0) * LIGHT_MS_PER_KM
    if given_ms is not None and 0.0 <= given_ms < least_ms:
        expected = f"at least {least_ms:.1f} ms, light in vacuum between its ends; is it in seconds?"
        findings.add(("link", name, "propagation_ms"), "is faster than light", expected, given_ms)


def _check_sensor(name: str, sensor: Document, common: Document, findings: Findings) -> None:
    key = ("node", name, "sensor")
    radar = sensor.get("kind", "radar") == "radar"
    fallback = SENSOR_FALLBACK if radar else INFRARED_FALLBACK

    def value(field: str) -> float | None:
        return number(sensor.get(field, common.get(field, fallback.get(field))))

    width_deg = value("sector_width_deg")
    if width_deg is not None and width_deg < 360.0 and "sector_center_deg" not in {**common, **sensor}:
        expected = "degrees clockwise from north"
        findings.add((*key, "sector_center_deg"), "is missing beside sector_width_deg", expected)
    if radar and value("detection_probability") == 1.0:
        expected = "below 1: a radar is never sure of a hit"
        findings.add((*key, "detection_probability"), "is 1", expected, 1.0)
    hits, scans = value("confirm_hits"), value("confirm_scans")
    if hits is not None and scans is not None and hits > scans:
        message = f"is more than confirm_scans ({scans:g})"
        findings.add((*key, "confirm_hits"), message, "confirm_hits <= confirm_scans", int(hits))
    sigma_m, floor_m = value("sigma_m"), value("sigma_floor_m")
    if sigma_m is not None and floor_m is not None and floor_m > sigma_m:
        findings.add((*key, "sigma_floor_m"), "is above sigma_m", "sigma_floor_m <= sigma_m", floor_m)


def _check_height(name: str, node: Document, sensor: Document, findings: Findings) -> None:
    """A radar stands on the ground or a ship, an infrared sensor is in space."""
    alt_m = number(node.get("alt_m", 0.0))
    if alt_m is None or not -500.0 <= alt_m <= 1e8:
        return  # a place inside the Earth or out of the world is reported as such
    key = ("node", name, "alt_m")
    if sensor.get("kind", "radar") == "infrared":
        if alt_m < IN_SPACE_KM * 1e3:
            expected = "a height in space, metres, as in 35786000 of a geostationary satellite"
            findings.add(key, "is too low for an infrared sensor, which is in space", expected, alt_m)
    elif alt_m > HIGHEST_RADAR_M:
        expected = f"at most {HIGHEST_RADAR_M:g} m: the bending of its sight is that from the ground"
        findings.add(key, "is too high for a radar", expected, alt_m)


def _check_drawn(name: str, profile: Document, findings: Findings) -> None:
    """What is drawn needs a range to be drawn from."""
    drawn = profile.get("drawn")
    for place, field in enumerate(drawn if isinstance(drawn, list | tuple) else ()):
        if field not in get_args(Drawable):
            continue
        key = ("profile", name, "drawn", str(place))
        if profile.get("kind") == "table":
            findings.add(
                key, "is drawn, but a table of positions is flown as it is", "no drawn values", field
            )
            continue
        value = profile.get(field)
        low, high = (
            number(value.get(bound)) if isinstance(value, dict) else None for bound in ("low", "high")
        )
        if low is None or high is None or low >= high:
            expected = f"{field} = {{ nominal, low, high }} with low below high"
            findings.add(key, "is drawn, but has no range to be drawn from", expected, field)
