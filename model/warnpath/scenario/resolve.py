"""Elements with the defaults of their class filled in, and which of them ran on defaults."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from warnpath.scenario.distributions import Distribution
from warnpath.scenario.geometry import great_circle_km
from warnpath.scenario.launches import Launch, Place, PositionRow, Profile
from warnpath.scenario.links import (
    BurstLoss,
    Contact,
    Link,
    MediumClass,
    OnFailure,
    Reroute,
    Retransmit,
    Slots,
)
from warnpath.scenario.lives import life_of
from warnpath.scenario.nodes import Node, Patrol, SensorClass, SensorKind
from warnpath.scenario.quantities import Quantity, quantity

if TYPE_CHECKING:
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
    burst_loss
        Takes the place of ``loss`` where it is not None.
    retransmit, queue_limit, queue_limit_bytes, slots, reroute
        None means no repetition, no limit, no slots, no automatic rerouting.
    contacts
        Empty if the link exists all the time.
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
    burst_loss: BurstLoss | None
    retransmit: Retransmit | None
    queue_limit: int | None
    queue_limit_bytes: Quantity | None
    preemptive: bool
    coalesce: bool
    slots: Slots | None
    on_failure: OnFailure
    contacts: tuple[Contact, ...]
    contact_every_s: Quantity | None
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
    range_km, sigma_floor_m, cross_range_mrad, min_elevation_deg, message_delay
        None where its kind has none.
    scan_phase_s, capacity, patrol, angle_sigma_urad
        None where they are not stated.
    first_detection, cloud_break
        Exactly one of them for an infrared sensor, None for a radar.
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
    scan_phase_s: Quantity | None
    detection_probability: Quantity
    capacity: int | None
    patrol: Patrol | None
    first_detection: Distribution | None
    cloud_break: Distribution | None
    angle_sigma_urad: Quantity | None
    message_delay: Distribution | None
    defaults: tuple[str, ...]


@dataclass(frozen=True)
class EffectiveLaunch:
    """A launch with the values of its profile.

    Attributes
    ----------
    origin : Place
        For a table of positions its first row.
    range_km : Quantity or None
        None where the target or a table decides it.
    azimuth_deg, target
        Exactly one of them is not None; none beside a table.
    apogee_km, ballistic_coefficient_kg_m2 : Quantity or None
        None beside a table.
    positions : tuple or None
        Rows t_s, lat_deg, lon_deg, alt_km of a flight of kind ``table``.
    drawn : tuple of str
        Values drawn per replication.
    """

    id: str
    profile: str
    kind: str
    origin: Place
    azimuth_deg: Quantity | None
    target: Place | None
    at_s: float
    range_km: Quantity | None
    apogee_km: Quantity | None
    burn_time_s: Quantity
    ballistic_coefficient_kg_m2: Quantity | None
    pull_up_altitude_km: Quantity | None
    lift_to_drag: Quantity | None
    pull_up_angle_deg: Quantity | None
    glide_end_speed_km_s: Quantity | None
    positions: tuple[PositionRow, ...] | None
    drawn: tuple[str, ...]


SENSOR_FALLBACK: dict[str, Any] = {
    "sigma_m": quantity(5000.0),
    "sigma_floor_m": None,
    "cross_range_mrad": quantity(1.0),
    "min_elevation_deg": quantity(3.0),
    "sector_center_deg": quantity(0.0),
    "sector_width_deg": quantity(360.0),
    "false_alarm_probability": quantity(1e-6),
    "detection_probability": quantity(0.9),
    "confirm_hits": 3,
    "confirm_scans": 5,
    "report_bytes": quantity(100.0),
}
"""What a sensor uses that neither it nor its class states; the noise floor is then a tenth of the noise."""
INFRARED_FALLBACK: dict[str, Any] = {
    **SENSOR_FALLBACK,
    "detection_probability": quantity(1.0),
    "confirm_hits": 1,
    "confirm_scans": 1,
}
"""The same for an infrared sensor, which by its own detections is sure at once."""
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
    if own.loss is not None and own.burst_loss is None:
        values["burst_loss"] = None
    if own.contacts is not None and own.contact_every_s is None:
        values["contact_every_s"] = None
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
        burst_loss=values["burst_loss"],
        retransmit=values["retransmit"],
        queue_limit=values["queue_limit"],
        queue_limit_bytes=values["queue_limit_bytes"],
        preemptive=bool(values["preemptive"]),
        coalesce=bool(values["coalesce"]),
        slots=values["slots"],
        on_failure=values["on_failure"] or OnFailure(),
        contacts=values["contacts"] or (),
        contact_every_s=values["contact_every_s"],
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
    fallbacks = INFRARED_FALLBACK if own.kind == "infrared" else SENSOR_FALLBACK
    for name, fallback in fallbacks.items():
        if values[name] is None:
            values[name] = fallback
    # A sensor that states one of two alternatives does not take the other one from its class.
    for mine, other in (("first_detection", "cloud_break"), ("cloud_break", "first_detection")):
        if getattr(own, mine) is not None and getattr(own, other) is None:
            values[other] = None
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
    flown = (apogee_km, profile.ballistic_coefficient_kg_m2, own.origin)
    needs = (profile.positions,) if profile.kind == "table" else flown
    if profile.burn_time_s is None or any(value is None for value in needs):
        raise ValueError(f'profile "{own.profile}" lacks what a flight needs')  # excluded by validation
    return EffectiveLaunch(
        id=own.id,
        profile=own.profile,
        kind=profile.kind,
        origin=_first_place(profile) if own.origin is None else own.origin,
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
        glide_end_speed_km_s=profile.glide_end_speed_km_s,
        positions=profile.positions,
        drawn=profile.drawn,
    )


def _first_place(profile: Profile) -> Place:
    """Where a table of positions begins."""
    assert profile.positions is not None
    _, lat_deg, lon_deg, _ = profile.positions[0]
    if abs(lon_deg) > 180.0:
        lon_deg = (lon_deg + 180.0) % 360.0 - 180.0
    return Place(lat_deg=quantity(lat_deg), lon_deg=quantity(lon_deg))


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
    if any(table.time_to_failure or table.repair for table in (own, medium)):
        life = life_of(own, medium)
        return (
            (None, None, None)
            if life is None
            else (
                life.availability,
                life.failure.mean(),
                life.repair.mean(),
            )
        )
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
