"""Numbers that must agree with each other: light is not outrun, bounds enclose, counts fit.

Like all checks across fields they read plain data, so that a mistake elsewhere in the element hides none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from warnpath.scenario.geometry import Point, chord_km, great_circle_km
from warnpath.scenario.locations import Findings, entries, reach
from warnpath.scenario.quantities import Quantity
from warnpath.scenario.resolve import SENSOR_FALLBACK

LIGHT_MS_PER_KM = 1e3 / 299_792.458
"""Light in vacuum, ms per km."""
LENGTH_TOLERANCE = 0.95
LENGTH_SLACK_KM = 25.0
"""How far a length may fall short of the distance, since places are rounded."""
IN_SPACE_KM = 100.0

Document = Mapping[str, Any]


def check_consistency(document: Document, findings: Findings) -> None:
    """Check the numbers of every element against each other."""
    for name, link in entries(document, "link"):
        _check_link(name, link, document, findings)
    for name, node in entries(document, "node"):
        sensor = node.get("sensor")
        if isinstance(sensor, dict):
            _check_sensor(name, sensor, _class(document, "sensor_class", sensor.get("class")), findings)
    for name, outage in entries(document, "outage"):
        down_s, up_s = number(outage.get("down_s")), number(outage.get("up_s"))
        if down_s is not None and up_s is not None and up_s <= down_s:
            findings.add(("outage", name, "up_s"), "is not after down_s", "up_s > down_s", up_s)
    for name, traffic in entries(document, "traffic"):
        start_s, end_s = number(traffic.get("start_s", 0.0)), number(traffic.get("end_s"))
        if start_s is not None and end_s is not None and end_s <= start_s:
            findings.add(("traffic", name, "end_s"), "is not after start_s", "end_s > start_s", end_s)
    for name, launch in entries(document, "launch"):
        if "target" in launch and launch["target"] == launch.get("origin"):
            findings.add(("launch", name, "target"), "is the origin", "another place")


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

    def value(field: str) -> float | None:
        return number(sensor.get(field, common.get(field, SENSOR_FALLBACK.get(field))))

    width_deg = value("sector_width_deg")
    if width_deg is not None and width_deg < 360.0 and "sector_center_deg" not in {**common, **sensor}:
        expected = "degrees clockwise from north"
        findings.add((*key, "sector_center_deg"), "is missing beside sector_width_deg", expected)
    hits, scans = value("confirm_hits"), value("confirm_scans")
    if hits is not None and scans is not None and hits > scans:
        message = f"is more than confirm_scans ({scans:g})"
        findings.add((*key, "confirm_hits"), message, "confirm_hits <= confirm_scans", int(hits))
    sigma_m, floor_m = value("sigma_m"), value("sigma_floor_m")
    if sigma_m is not None and floor_m is not None and floor_m > sigma_m:
        findings.add((*key, "sigma_floor_m"), "is above sigma_m", "sigma_floor_m <= sigma_m", floor_m)
