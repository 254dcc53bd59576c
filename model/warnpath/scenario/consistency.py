"""Numbers that must agree with each other: light is not outrun, bounds enclose, counts fit.

Checked on the elements that are valid by themselves, whatever is wrong elsewhere in the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from warnpath.scenario.geometry import chord_km, great_circle_km
from warnpath.scenario.launches import Launch
from warnpath.scenario.links import Link, MediumClass
from warnpath.scenario.locations import Findings, entries
from warnpath.scenario.nodes import Node, SensorClass
from warnpath.scenario.policy import Outage

LIGHT_MS_PER_KM = 1e3 / 299_792.458
"""Light in vacuum, ms per km."""
LENGTH_TOLERANCE = 0.95
"""A length may fall short of the great circle this much, since places are rounded."""
LENGTH_SLACK_KM = 25.0
IN_SPACE_KM = 100.0

Model = TypeVar("Model", bound=BaseModel)


def check_consistency(document: Mapping[str, Any], findings: Findings) -> None:
    """Check the numbers of every element against each other."""
    nodes = _valid(document, "node", Node)
    media = _valid(document, "medium", MediumClass)
    for name, link in _valid(document, "link", Link).items():
        _check_link(name, link, media.get(link.medium), nodes, findings)
    classes = _valid(document, "sensor_class", SensorClass)
    for name, node in nodes.items():
        if node.sensor is not None:
            common = classes.get(node.sensor.class_ or "", SensorClass())
            _check_sensor(name, node.sensor, common, findings)
    for name, outage in _valid(document, "outage", Outage).items():
        if outage.up_s is not None and float(outage.up_s) <= float(outage.down_s):
            findings.add(("outage", name, "up_s"), "is not after down_s", "up_s > down_s", float(outage.up_s))
    for name, launch in _valid(document, "launch", Launch).items():
        if launch.target is not None and launch.target == launch.origin:
            findings.add(("launch", name, "target"), "is the origin", "another place")


def _valid(document: Mapping[str, Any], kind: str, model: type[Model]) -> dict[str, Model]:
    found = {}
    for name, entry in entries(document, kind):
        try:
            found[name] = model.model_validate(entry)
        except ValidationError:
            continue
    return found


def _check_link(
    name: str, link: Link, medium: MediumClass | None, nodes: Mapping[str, Node], findings: Findings
) -> None:
    places = [nodes.get(end) for end in link.ends]
    first, second = places[0], places[1]
    if first is None or second is None:
        return
    start, end = (
        (float(node.lat_deg), float(node.lon_deg), float(node.alt_m) / 1e3) for node in (first, second)
    )
    if link.length_km is not None and max(start[2], end[2]) < IN_SPACE_KM:
        least = great_circle_km(start, end) * LENGTH_TOLERANCE - LENGTH_SLACK_KM
        if float(link.length_km) < least:
            direct = great_circle_km(start, end)
            expected = f"about {direct:.0f} km or more, the great circle between its ends"
            findings.add(("link", name, "length_km"), "is too short", expected, float(link.length_km))
    given = link.propagation_ms
    if given is None and medium is not None:
        given = medium.propagation_ms
    if given is not None:
        least = max(chord_km(start, end) - LENGTH_SLACK_KM, 0.0) * LIGHT_MS_PER_KM
        if float(given) < least:
            expected = f"at least {least:.1f} ms, light in vacuum between its ends; is it in seconds?"
            findings.add(("link", name, "propagation_ms"), "is faster than light", expected, float(given))


def _check_sensor(name: str, sensor: SensorClass, common: SensorClass, findings: Findings) -> None:
    key = ("node", name, "sensor")
    width = sensor.sector_width_deg or common.sector_width_deg
    center = sensor.sector_center_deg or common.sector_center_deg
    if width is not None and float(width) < 360.0 and center is None:
        findings.add(
            (*key, "sector_center_deg"), "is missing beside sector_width_deg", "degrees clockwise from north"
        )
    hits = sensor.confirm_hits or common.confirm_hits or 3
    scans = sensor.confirm_scans or common.confirm_scans or 5
    if hits > scans:
        findings.add(
            (*key, "confirm_hits"),
            f"is more than confirm_scans ({scans})",
            "confirm_hits <= confirm_scans",
            hits,
        )
    sigma, floor = sensor.sigma_m or common.sigma_m, sensor.sigma_floor_m or common.sigma_floor_m
    if sigma is not None and floor is not None and float(floor) > float(sigma):
        findings.add((*key, "sigma_floor_m"), "is above sigma_m", "sigma_floor_m <= sigma_m", float(floor))
