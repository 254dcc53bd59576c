"""What must stand together, or must not, within one element.

These checks read plain data, so they hold also for an element that pydantic refuses for another reason, and
every problem of a file is found in one go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from warnpath.scenario.flight_tables import reported
from warnpath.scenario.lives import RATES, REPAIRS
from warnpath.scenario.locations import Findings, Key, entries, reach
from warnpath.scenario.nodes import Role
from warnpath.scenario.problems import did_you_mean, one_of

RADAR_NEEDS = ("range_km", "scan_period_s", "sigma_m")
INFRARED_NEEDS = ("scan_period_s", "message_delay")
SIGHTS = ("first_detection", "cloud_break")
"""How an infrared sensor sees: one of them."""
INFRARED_ONLY = ("message_delay", "angle_sigma_urad", *SIGHTS)
RADAR_ONLY = ("capacity", "patrol")
FLIGHT_NEEDS = ("apogee_km", "burn_time_s", "ballistic_coefficient_kg_m2")

ROLES = get_args(Role)

Document = Mapping[str, Any]


def check_structure(document: Document, findings: Findings) -> None:
    """Check every element by itself, with the defaults of its class."""
    for name, node in entries(document, "node"):
        _check_node(("node", name), node, findings)
        _check_reliability(("node", name), node, {}, findings)
        if isinstance(node.get("sensor"), dict):
            _check_sensor(("node", name, "sensor"), node["sensor"], document, findings)
    for name, link in entries(document, "link"):
        medium = _entry(document, "medium", link.get("medium"))
        _check_link(("link", name), link, medium, findings)
        _check_reliability(("link", name), link, medium or {}, findings)
    for name, medium in entries(document, "medium"):
        _check_reliability(("medium", name), medium, {}, findings, partial=True)
    for name, profile in entries(document, "profile"):
        _check_profile(("profile", name), profile, findings)
    for name, risk in entries(document, "shared_risk"):
        _check_reliability(("shared_risk", name), risk, {}, findings)
    for name, launch in entries(document, "launch"):
        _check_launch(("launch", name), launch, document, findings)
    for name, traffic in entries(document, "traffic"):
        _check_traffic(("traffic", name), traffic, document, findings)
    for name, surge in entries(document, "surge"):
        _check_surge(("surge", name), surge, document, findings)
    routing = document.get("routing")
    if isinstance(routing, dict) and "switch_ms" in routing and "alternatives" not in routing:
        expected = "alternatives to switch to, or no switch_ms"
        findings.add(("routing", "switch_ms"), "stands alone", expected, routing["switch_ms"])
    _check_end(document, findings)
    _check_launch_set(document, findings)
    if not document.get("node"):
        findings.add(("node",), "is missing: the scenario has no nodes", "at least one [[node]]")


def _check_node(key: Key, node: Document, findings: Findings) -> None:
    role = node.get("role")
    for table in ("sensor", "consumer"):
        if role == table and table not in node:
            wanted = "reports_to" if table == "sensor" else "product and decided_by"
            findings.add((*key, table), "is missing", f"a table [node.{table}] with {wanted}")
        elif table in node and role in ROLES and role != table:
            findings.add(
                (*key, table), f'stands in a node of role "{role}"', f'role = "{table}", or no {table} table'
            )
    given = [name for name in ("assessment", "approval") if name in node]
    if len(given) == 1:
        other = "approval" if given[0] == "assessment" else "assessment"
        findings.add(
            (*key, other),
            f"is missing beside {given[0]}",
            "both, for a C2 that decides on warnings, or neither",
        )
    for name in (*given, "answer") if "answer" in node else given:
        if role in ROLES and role != "c2":
            findings.add(
                (*key, name), f'stands in a node of role "{role}"', 'people decide and answer at a "c2"'
            )
    label, nation = node.get("data_label"), node.get("nation")
    if isinstance(label, str) and isinstance(nation, str) and label.split("-")[0] != nation:
        findings.add(
            (*key, "data_label"),
            f'belongs to another nation than the node ("{nation}")',
            f'"{nation}" or "{nation}-..."',
            label,
        )


def _check_sensor(key: Key, sensor: Document, document: Document, findings: Findings) -> None:
    class_name = sensor.get("class")
    common = _entry(document, "sensor_class", class_name)
    kind = sensor.get("kind", "radar")
    if class_name is not None and common is None:
        return  # an unknown class is reported by itself; what it would supply cannot be known
    class_kind = kind if common is None else common.get("kind", "radar")
    if kind != class_kind:
        message = f'is "{kind}", but its class "{class_name}" is "{class_kind}"'
        findings.add((*key, "kind"), message, f'kind = "{class_kind}"')
        return
    needs = INFRARED_NEEDS if kind == "infrared" else RADAR_NEEDS
    for field in needs:
        if field not in sensor and field not in (common or {}):
            findings.add((*key, field), "is missing", f"{field} here or in the sensor's class")
    for field in RADAR_ONLY if kind == "infrared" else INFRARED_ONLY:
        if field in sensor:
            message = f'stands in a sensor of kind "{kind}"'
            findings.add((*key, field), message, f"no {field}, or a sensor of another kind")
    if kind == "infrared":
        stated = [field for field in SIGHTS if field in sensor]
        stated = stated or [field for field in SIGHTS if field in (common or {})]
        if not stated:
            expected = "first_detection, or cloud_break, here or in the sensor's class"
            findings.add((*key, "first_detection"), "is missing", expected)
        elif len(stated) > 1:
            findings.add((*key, "cloud_break"), "stands beside first_detection", "one of the two")


def _check_link(key: Key, link: Document, medium: Document | None, findings: Findings) -> None:
    ends = link.get("ends")
    if isinstance(ends, list) and len(ends) == 2 and ends[0] == ends[1]:
        findings.add((*key, "ends"), "are the same node", "two different nodes", ends)
    if medium is None:
        return
    if "capacity_kbps" not in link and "capacity_kbps" not in medium:
        findings.add((*key, "capacity_kbps"), "is missing", "capacity_kbps here or in the link's medium")
    ways = ("propagation_ms", "propagation_us_per_km")
    if not any(way in table for way in ways for table in (link, medium)):
        findings.add(
            (*key, "propagation_ms"),
            "is missing",
            "propagation_ms or propagation_us_per_km, here or in the medium",
        )


def _check_reliability(
    key: Key, element: Document, common: Document, findings: Findings, partial: bool = False
) -> None:
    """Availability or MTBF, with MTTR, or laws in their place: each says nothing without the other."""
    for again, first in (
        ("time_to_failure", "availability"),
        ("time_to_failure", "mtbf_h"),
        ("repair", "mttr_h"),
    ):
        if again in element and first in element:
            findings.add((*key, again), f"says again what {first} says", f"{again} or {first}")
            return
    both = "availability" in element and "mtbf_h" in element
    if both and any(name in table for name in REPAIRS for table in (element, common)):
        findings.add(
            (*key, "availability"),
            "says again what mtbf_h and mttr_h say",
            "mttr_h with either availability or mtbf_h",
            element["availability"],
        )
        return
    has_rate = any(name in table for name in RATES for table in (element, common))
    has_repair = any(name in table for name in REPAIRS for table in (element, common))
    own = [name for name in (*RATES, *REPAIRS) if name in element]
    if not own or (partial and not ("mtbf_h" in element or "time_to_failure" in element)):
        return
    if has_rate and not has_repair:
        findings.add(
            (*key, "mttr_h"), f"is missing beside {own[0]}", "hours until restored, or neither of them"
        )
    if has_repair and not has_rate:
        findings.add(
            (*key, own[-1]), "stands alone", f"{own[-1]} with availability or mtbf_h", element[own[-1]]
        )


def _check_launch(key: Key, launch: Document, document: Document, findings: Findings) -> None:
    profile = _entry(document, "profile", launch.get("profile"))
    if profile is not None and profile.get("kind") == "table":
        _check_table_launch(key, launch, profile, findings)
        return
    if "origin" not in launch:
        findings.add((*key, "origin"), "is missing", "origin = { lat_deg = ..., lon_deg = ... }")
    directions = [name for name in ("azimuth_deg", "target") if name in launch]
    if len(directions) != 1:
        what = "has both azimuth_deg and target" if directions else "has no direction"
        findings.add((*key, "azimuth_deg") if directions else key, what, "either azimuth_deg or target")
    if profile is None:
        return
    needs = FLIGHT_NEEDS if "target" in launch else ("range_km", *FLIGHT_NEEDS)
    for field in needs:
        if field not in launch and field not in profile:
            findings.add((*key, field), "is missing", f"{field} in [profile.{launch['profile']}]")


def _check_traffic(key: Key, traffic: Document, document: Document, findings: Findings) -> None:
    rates = [name for name in ("interval_s", "rate_per_s") if name in traffic]
    if len(rates) != 1:
        what = "says again what interval_s says" if rates else "is missing"
        findings.add((*key, "rate_per_s"), what, "either interval_s or rate_per_s", traffic.get("rate_per_s"))
    if "phase_s" in traffic and traffic.get("kind") == "poisson":
        findings.add(
            (*key, "phase_s"), "stands in poisson traffic, which has no phase", 'kind = "periodic", or none'
        )
    if "label" in traffic and traffic.get("open") is True:
        findings.add((*key, "label"), "stands in open traffic", "a label, or open = true", traffic["label"])


def _check_surge(key: Key, surge: Document, document: Document, findings: Findings) -> None:
    on = surge.get("on")
    if on == "time" and "at_s" not in surge:
        findings.add((*key, "at_s"), "is missing beside on", "the time at which the surge is switched on")
    for field, trigger in (("at_s", "time"), ("launch", "launch")):
        if field in surge and on in ("launch", "first_alert", "time") and on != trigger:
            findings.add((*key, field), f'has no meaning beside on = "{on}"', f'on = "{trigger}", or none')
    if on in ("launch", "first_alert") and not document.get("launch"):
        findings.add((*key, "on"), "never happens: there is no launch", 'a launch, or on = "time"', on)


def _check_end(document: Document, findings: Findings) -> None:
    """Without a launch, traffic needs to be told how long the run lasts."""
    run, chosen = document.get("run"), document.get("launch_set")
    launches = []
    for name, launch in entries(document, "launch"):
        sets = launch.get("launch_set")
        if chosen is None or not isinstance(sets, list | tuple) or not sets or chosen in sets:
            launches.append(name)
    if document.get("traffic") and not launches and not (isinstance(run, dict) and "duration_s" in run):
        findings.add(
            ("run", "duration_s"), "is missing: without a launch nothing ends the run", "duration_s = ..."
        )


def _check_table_launch(key: Key, launch: Document, profile: Document, findings: Findings) -> None:
    """A table of positions says where a flight goes; what else would say so contradicts it."""
    name = launch["profile"]
    for field in ("origin", "azimuth_deg", "target", "range_km", "apogee_km"):
        if field in launch:
            message = f'stands beside the table of positions of profile "{name}"'
            findings.add((*key, field), message, f"no {field}: the table says where the flight goes")
    if "burn_time_s" not in profile:
        findings.add((*key, "burn_time_s"), "is missing", f"burn_time_s in [profile.{name}]")
    if "positions" not in profile and not reported(findings, name):
        expected = f'positions = "file.csv" in [profile.{name}]'
        findings.add((*key, "positions"), "is missing", expected)


def _check_profile(key: Key, profile: Document, findings: Findings) -> None:
    """A table of positions, or a range and an apogee to be flown."""
    if profile.get("kind") == "table":
        for field in ("range_km", "apogee_km", "ballistic_coefficient_kg_m2"):
            if field in profile:
                expected = f"no {field}: the table is flown as it is"
                findings.add((*key, field), "stands beside a table of positions", expected)
    elif "positions" in profile:
        kind = profile.get("kind", "ballistic")
        findings.add((*key, "positions"), f'stands in a profile of kind "{kind}"', 'kind = "table"')


def _check_launch_set(document: Document, findings: Findings) -> None:
    chosen = document.get("launch_set")
    known: set[str] = set()
    for _, launch in entries(document, "launch"):
        sets = launch.get("launch_set")
        if isinstance(sets, list):
            known.update(name for name in sets if isinstance(name, str))
    if isinstance(chosen, str) and chosen not in known:
        findings.add(
            ("launch_set",), f"names no set of launches{did_you_mean(chosen, known)}", one_of(known), chosen
        )


def _entry(document: Document, kind: str, name: Any) -> dict[str, Any] | None:
    found = reach(document, kind, name) if isinstance(name, str) else None
    return found if isinstance(found, dict) else None
