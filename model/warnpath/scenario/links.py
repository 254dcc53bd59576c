"""Links, and the media that give them their defaults."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictBool, StrictStr

from warnpath.scenario.distributions import Distribution
from warnpath.scenario.lives import Lifetime
from warnpath.scenario.quantities import (
    Availability,
    Capacity,
    ClassName,
    Count,
    Fraction,
    Hours,
    Length,
    LightTime,
    Milliseconds,
    Name,
    Names,
    PositiveSeconds,
    RouteFactor,
    Seconds,
    Table,
    quantity,
)


class Retransmit(Table):
    """Repetition of what was lost: after ``timeout_s``, at most ``max_attempts`` in all."""

    timeout_s: PositiveSeconds
    max_attempts: Count


class Reroute(Table):
    """How long traffic keeps using a path that failed: detection, then convergence, s."""

    detection_s: Seconds
    convergence_s: Seconds


class Channel(Table):
    """What a medium may give its links and a link may state itself; reliability is stated as of a node.

    One-way propagation is ``propagation_ms`` where given, else length x ``route_factor`` x
    ``propagation_us_per_km`` + ``equipment_ms``.
    """

    capacity_kbps: Capacity | None = None
    propagation_us_per_km: LightTime | None = None
    route_factor: RouteFactor | None = None
    equipment_ms: Milliseconds | None = None
    propagation_ms: Milliseconds | None = None
    jitter: Distribution | None = None
    keep_order: StrictBool | None = None
    loss: Fraction | None = None
    retransmit: Retransmit | None = None
    queue_limit: Count | None = None
    reroute: Reroute | None = None
    availability: Availability | None = None
    mttr_h: Hours | None = None
    mtbf_h: Hours | None = None
    time_to_failure: Lifetime | None = None
    repair: Lifetime | None = None
    repair_crew: ClassName | None = None
    fails_only_busy: StrictBool | None = None


class MediumClass(Channel):
    """Defaults of the links of one medium."""

    title: StrictStr = ""


class Link(Channel):
    """A link between two nodes, by default in both directions.

    Attributes
    ----------
    ends : tuple of two node ids
        A link that is not ``duplex`` leads from the first to the second.
    medium : str
        Key of ``[medium]``; supplies what the link does not state.
    length_km : float, optional
        By default the great circle between its ends.
    route_penalty_s : float
        Added to the expected latency when routes are chosen, never to a message's own time: how an owner
        keeps a link in reserve.
    """

    id: Name
    ends: Annotated[tuple[Name, ...], Field(min_length=2, max_length=2)]
    medium: ClassName
    name: StrictStr = ""
    duplex: StrictBool = True
    length_km: Length | None = None
    route_penalty_s: Seconds = quantity(0.0)
    shared_risk: Names = ()
