"""Elements with the defaults of their class filled in, and which of them ran on defaults."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from warnpath.scenario.distributions import Distribution
from warnpath.scenario.launches import Launch, Place, Profile
from warnpath.scenario.nodes import Node, Patrol, SensorClass, SensorKind
from warnpath.scenario.quantities import Quantity, quantity
from warnpath.scenario.resolve_links import effective_link, filled

if TYPE_CHECKING:
    from warnpath.scenario.scenario import Scenario


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
    positions: tuple[tuple[float, ...], ...] | None
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
    values, defaults = filled(own, common, tuple(name for name in names if name != "kind"))
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
    lat_deg, lon_deg = profile.positions[0][1:3]
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
