"""Elements with the defaults of their class filled in, and which of them ran on defaults."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from warnpath.scenario.distributions import Distribution
from warnpath.scenario.geometry import great_circle_km
from warnpath.scenario.links import Link, MediumClass, Reroute, Retransmit
from warnpath.scenario.nodes import Node, SensorClass, SensorKind
from warnpath.scenario.quantities import Quantity, quantity

if TYPE_CHECKING:
    from warnpath.scenario.launches import Launch, Place
    from warnpath.scenario.scenario import Scenario

SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True)
class EffectiveLink:
    """A link with the defaults of its medium.

    Attributes
    ----------
    length_km : float
        As stated, else the great circle between the ends.
    route_penalty_s : float
        Added to the expected latency when routes are chosen.
    propagation_ms : Quantity or None
        One-way delay where it is given outright, else None.
    propagation_s : float
        One-way delay, s, however it is given.
    loss, keep_order, route_factor, equipment_ms
        Never None: without loss, in order, straight and without equipment unless stated.
    retransmit, queue_limit, reroute
        None means no repetition, no limit, no automatic rerouting.
    availability, mtbf_s, mttr_s : float or None
        All three, or none of them.
    defaults : tuple of str
        Fields that come from the medium.
    """

    id: str
    ends: tuple[str, ...]
    medium: str
    duplex: bool
    length_km: float
    route_penalty_s: float
    shared_risk: tuple[str, ...]
    capacity_kbps: Quantity
    propagation_us_per_km: Quantity | None
    route_factor: Quantity
    equipment_ms: Quantity
    propagation_ms: Quantity | None
    propagation_s: float
    jitter: Distribution | None
    keep_order: bool
    loss: Quantity
    retransmit: Retransmit | None
    queue_limit: int | None
    reroute: Reroute | None
    availability: float | None
    mtbf_s: float | None
    mttr_s: float | None
    defaults: tuple[str, ...]


@dataclass(frozen=True)
class EffectiveSensor:
    """A sensor with the defaults of its class.

    Attributes
    ----------
    node, reports_to : str
        Ids.
    label : str
        Label of its data.
    range_km, sigma_floor_m, cross_range_mrad, min_elevation_deg, first_detection, message_delay
        None where its kind has none.
    defaults : tuple of str
        Fields that come from the class.
    """

    node: str
    kind: SensorKind
    class_: str | None
    reports_to: str
    label: str
    scan_period_s: Quantity
    sigma_m: Quantity
    range_km: Quantity | None
    sigma_floor_m: Quantity
    cross_range_mrad: Quantity
    min_elevation_deg: Quantity
    sector_center_deg: Quantity
    sector_width_deg: Quantity
    false_alarm_probability: Quantity
    confirm_hits: int
    confirm_scans: int
    report_bytes: Quantity
    first_detection: Distribution | None
    message_delay: Distribution | None
    defaults: tuple[str, ...]


@dataclass(frozen=True)
class EffectiveLaunch:
    """A launch with the values of its profile.

    Attributes
    ----------
    range_km : Quantity or None
        None where the target decides it.
    azimuth_deg, target
        Exactly one of them is not None.
    """

    id: str
    profile: str
    kind: str
    origin: Place
    azimuth_deg: Quantity | None
    target: Place | None
    at_s: float
    range_km: Quantity | None
    apogee_km: Quantity
    burn_time_s: Quantity
    ballistic_coefficient_kg_m2: Quantity
    pull_up_altitude_km: Quantity | None
    lift_to_drag: Quantity | None
    pull_up_angle_deg: Quantity | None


SENSOR_FALLBACK: dict[str, Any] = {
    "sigma_m": quantity(5000.0),
    "sigma_floor_m": None,
    "cross_range_mrad": quantity(1.0),
    "min_elevation_deg": quantity(3.0),
    "sector_center_deg": quantity(0.0),
    "sector_width_deg": quantity(360.0),
    "false_alarm_probability": quantity(1e-6),
    "confirm_hits": 3,
    "confirm_scans": 5,
    "report_bytes": quantity(100.0),
}
"""What a sensor uses that neither it nor its class states; the noise floor is then a tenth of the noise."""
NOISE_FLOOR_PART = 0.1


def effective_link(scenario: Scenario, link: Link | str) -> EffectiveLink:
    """A link with the defaults of its medium.

    Parameters
    ----------
    scenario : Scenario
        Scenario the link belongs to.
    link : Link or str
        The link, or its id.

    Raises
    ------
    KeyError
        The scenario has no such link.
    """
    own = scenario.link_by_id(link) if isinstance(link, str) else link
    medium = scenario.medium[own.medium]
    values, defaults = _filled(own, medium, tuple(MediumClass.model_fields))
    availability, mtbf_s, mttr_s = _reliability(own, medium)
    # A link that states one of two alternatives does not take the other one from its medium.
    if own.propagation_ms is None and own.propagation_us_per_km is not None:
        values["propagation_ms"] = None
    ends = [scenario.node_by_id(end) for end in own.ends]
    places = [(float(node.lat_deg), float(node.lon_deg), 0.0) for node in ends]
    length_km = great_circle_km(*places) if own.length_km is None else float(own.length_km)
    return EffectiveLink(
        id=own.id,
        ends=own.ends,
        medium=own.medium,
        duplex=own.duplex,
        length_km=length_km,
        route_penalty_s=float(own.route_penalty_s),
        shared_risk=own.shared_risk,
        capacity_kbps=values["capacity_kbps"],
        propagation_us_per_km=values["propagation_us_per_km"],
        route_factor=values["route_factor"] or quantity(1.0),
        equipment_ms=values["equipment_ms"] or quantity(0.0),
        propagation_ms=values["propagation_ms"],
        propagation_s=_propagation_s(values, length_km),
        jitter=values["jitter"],
        keep_order=True if values["keep_order"] is None else values["keep_order"],
        loss=values["loss"] or quantity(0.0),
        retransmit=values["retransmit"],
        queue_limit=values["queue_limit"],
        reroute=values["reroute"],
        availability=availability,
        mtbf_s=mtbf_s,
        mttr_s=mttr_s,
        defaults=defaults,
    )


def effective_sensor(scenario: Scenario, node: Node | str) -> EffectiveSensor:
    """A sensor with the defaults of its class.

    Parameters
    ----------
    scenario : Scenario
        Scenario the sensor belongs to.
    node : Node or str
        A node of role ``sensor``, or its id.

    Raises
    ------
    KeyError
        The scenario has no such node.
    ValueError
        The node is no sensor.
    """
    owner = scenario.node_by_id(node) if isinstance(node, str) else node
    if owner.sensor is None:
        raise ValueError(f'node "{owner.id}" has the role "{owner.role}" and is no sensor')
    own = owner.sensor
    common = scenario.sensor_class[own.class_] if own.class_ is not None else SensorClass()
    names = tuple(field.name for field in fields(EffectiveSensor) if field.name in SensorClass.model_fields)
    values, defaults = _filled(own, common, tuple(name for name in names if name != "kind"))
    for name, fallback in SENSOR_FALLBACK.items():
        if values[name] is None:
            values[name] = fallback
    if values["sigma_floor_m"] is None:
        values["sigma_floor_m"] = quantity(float(values["sigma_m"]) * NOISE_FLOOR_PART)
    return EffectiveSensor(
        node=owner.id,
        kind=own.kind,
        class_=own.class_,
        reports_to=own.reports_to,
        label=owner.label,
        defaults=defaults,
        **values,
    )


def effective_launch(scenario: Scenario, launch: Launch | str) -> EffectiveLaunch:
    """A launch with the values of its profile.

    Raises
    ------
    KeyError
        The scenario has no such launch.
    """
    own = scenario.launch_by_id(launch) if isinstance(launch, str) else launch
    profile = scenario.profile[own.profile]
    apogee_km = own.apogee_km or profile.apogee_km
    if apogee_km is None or profile.burn_time_s is None or profile.ballistic_coefficient_kg_m2 is None:
        raise ValueError(f'profile "{own.profile}" lacks what a flight needs')  # excluded by validation
    return EffectiveLaunch(
        id=own.id,
        profile=own.profile,
        kind=profile.kind,
        origin=own.origin,
        azimuth_deg=own.azimuth_deg,
        target=own.target,
        at_s=float(own.at_s),
        range_km=own.range_km or profile.range_km,
        apogee_km=apogee_km,
        burn_time_s=profile.burn_time_s,
        ballistic_coefficient_kg_m2=profile.ballistic_coefficient_kg_m2,
        pull_up_altitude_km=profile.pull_up_altitude_km,
        lift_to_drag=profile.lift_to_drag,
        pull_up_angle_deg=profile.pull_up_angle_deg,
    )


def class_defaults(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Fields that ran on the default of a class, by element (``link.ID`` or ``node.ID``)."""
    found = {f"link.{link.id}": effective_link(scenario, link).defaults for link in scenario.link}
    for node in scenario.node:
        if node.sensor is not None:
            found[f"node.{node.id}"] = effective_sensor(scenario, node).defaults
    return {element: names for element, names in found.items() if names}


def _filled(own: Any, common: Any, names: tuple[str, ...]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Values of the fields, own before common, and the names of those that are common."""
    values: dict[str, Any] = {}
    defaults = []
    for name in names:
        value = getattr(own, name, None)
        if value is None:
            value = getattr(common, name)
            if value is not None and name != "title":
                defaults.append(name)
        values[name] = value
    return values, tuple(defaults)


def _propagation_s(values: dict[str, Any], length_km: float) -> float:
    if values["propagation_ms"] is not None:
        return float(values["propagation_ms"]) * 1e-3
    factor = 1.0 if values["route_factor"] is None else float(values["route_factor"])
    equipment_ms = 0.0 if values["equipment_ms"] is None else float(values["equipment_ms"])
    return length_km * factor * float(values["propagation_us_per_km"]) * 1e-6 + equipment_ms * 1e-3


def _reliability(own: Link, medium: MediumClass) -> tuple[float | None, float | None, float | None]:
    """Availability, MTBF (s) and MTTR (s); a rate of the link's own takes the place of the medium's."""
    rated = own if own.availability is not None or own.mtbf_h is not None else medium
    return reliability(rated.availability, rated.mtbf_h, own.mttr_h or medium.mttr_h)


def reliability(
    availability: Quantity | None, mtbf_h: Quantity | None, mttr_h: Quantity | None
) -> tuple[float | None, float | None, float | None]:
    """Availability, MTBF (s) and MTTR (s) from two of them; A = MTBF / (MTBF + MTTR).

    None, None, None where reliability is not stated; an availability of 1 gives an infinite MTBF.
    """
    if mttr_h is None or (availability is None and mtbf_h is None):
        return None, None, None
    mttr_s = float(mttr_h) * SECONDS_PER_HOUR
    if mtbf_h is not None:
        mtbf_s = float(mtbf_h) * SECONDS_PER_HOUR
        return mtbf_s / (mtbf_s + mttr_s), mtbf_s, mttr_s
    assert availability is not None
    up = float(availability)
    return up, float("inf") if up == 1.0 else mttr_s * up / (1.0 - up), mttr_s
