"""Links with the defaults of their medium filled in, and which of these they ran on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warnpath.scenario.distributions import Distribution
from warnpath.scenario.geometry import great_circle_km
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
    values, defaults = filled(own, medium, tuple(MediumClass.model_fields))
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


def filled(own: Any, common: Any, names: tuple[str, ...]) -> tuple[dict[str, Any], tuple[str, ...]]:
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
