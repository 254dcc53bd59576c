"""Links, and the media that give them their defaults."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt, StrictStr

from warnpath.scenario.distributions import Distribution
from warnpath.scenario.lives import Lifetime
from warnpath.scenario.quantities import (
    Availability,
    Bits,
    Bytes,
    Capacity,
    ClassName,
    Count,
    Fraction,
    GrowthFactor,
    Hours,
    Length,
    LightTime,
    Milliseconds,
    Name,
    Names,
    PositiveMilliseconds,
    PositiveSeconds,
    Protection,
    RouteFactor,
    Seconds,
    Share,
    Table,
    quantity,
)


class Retransmit(Table):
    """Repetition of what was lost: after ``timeout_s``, at most ``max_attempts`` in all.

    Each time-out is ``backoff`` times as long as the one before; without it, all are as long as the first.
    """

    timeout_s: PositiveSeconds
    max_attempts: Count
    backoff: GrowthFactor | None = None


class BurstLoss(Table):
    """Loss in bursts (Gilbert and Elliott): the link is good or bad from one transmission to the next.

    Attributes
    ----------
    to_bad, to_good : float
        Share that it changes before a transmission. It begins as it is in the long run: bad with the
        probability to_bad / (to_bad + to_good).
    loss_good, loss_bad : float
        Share that a transmission is lost while it is good, and while it is bad.
    """

    to_bad: Share
    to_good: Share
    loss_good: Fraction = quantity(0.0)
    loss_bad: Fraction

    @property
    def mean_loss(self) -> float:
        """Share of transmissions that is lost in the long run."""
        bad = float(self.to_bad) / (float(self.to_bad) + float(self.to_good))
        return bad * float(self.loss_bad) + (1.0 - bad) * float(self.loss_good)


class Slots(Table):
    """Time-slotted access, as on tactical links: a message waits for a slot of the link's own.

    It then takes as many of the link's slots as its bits need, whole ones; its last bit leaves at the end of
    the last. Who goes first is decided when a slot begins. The way back of a duplex link has the slots half
    way between those of the way there (rounded down to whole slots).

    A network of the Link 16 class has slots of 7.8125 ms, 1536 of them in a frame of 12 s, and 210 bits in a
    slot with standard packing (3 words of 70 bits), as publicly described; no primary source was read.

    Attributes
    ----------
    slot_ms : float
        Length of a slot.
    frame_slots : int
        Slots of a frame, the link's own and others'.
    own_slots : int
        Slots of the link in a frame, evenly spread; it divides ``frame_slots``.
    first_slot : int
        Number of the first one, from 0.
    slot_bits : float
        Bits of messages in a slot.
    """

    slot_ms: PositiveMilliseconds = quantity(7.8125)
    frame_slots: Count = 1536
    own_slots: Count
    first_slot: Annotated[StrictInt, Field(ge=0, le=1_000_000_000)] = 0
    slot_bits: Bits = quantity(210.0)

    @property
    def gap_slots(self) -> int:
        """Slots from one of the link's own to the next."""
        return self.frame_slots // self.own_slots


Fate = Literal["lost", "held", "rerouted"]


class OnFailure(Table):
    """What becomes of messages when their link fails.

    ``held``: the sender still has it, and sends it from its start when the link is up again, before those
    that came later. ``rerouted``: held until the network has found the failure, then sent along the new
    route; where there is none it stays held. Where ``queued`` is ``lost``, what comes while the link is down
    is lost too.
    """

    in_service: Fate = "lost"
    in_flight: Fate = "lost"
    queued: Fate = "held"


class Contact(Table):
    """A time at which a link exists, both ends included."""

    start_s: Seconds
    end_s: Seconds


class Reroute(Table):
    """How long traffic keeps using a path that failed: detection, then convergence, s."""

    detection_s: Seconds
    convergence_s: Seconds


class Channel(Table):
    """What a medium may give its links and a link may state itself; reliability is stated as of a node.

    One-way propagation is ``propagation_ms`` where given, else length x ``route_factor`` x
    ``propagation_us_per_km`` + ``equipment_ms``.

    Attributes
    ----------
    loss, burst_loss
        At most one of them: losses are independent, or come in bursts.
    queue_limit, queue_limit_bytes
        Most messages, and most bytes, that wait; one that finds no room is lost. By default no limit.
    preemptive : bool
        A message of a higher class interrupts one of a lower class in transmission, which later goes on
        where it stopped.
    coalesce : bool
        A newer report takes the place of an older one that still waits: reports of one C2 on one launch to
        one destination, and messages of one flow of track traffic.
    slots : table, optional
        Time-slotted access instead of a capacity of its own all the time.
    on_failure : table, optional
        By default what is in transmission or in flight is lost and the queue is held.
    contacts : list of tables, optional
        Times at which the link exists, in order. What is in transmission at the end of one goes on in the
        next where it stopped; what is in flight arrives.
    contact_every_s : float, optional
        The contacts repeat with this period.
    """

    capacity_kbps: Capacity | None = None
    propagation_us_per_km: LightTime | None = None
    route_factor: RouteFactor | None = None
    equipment_ms: Milliseconds | None = None
    propagation_ms: Milliseconds | None = None
    jitter: Distribution | None = None
    keep_order: StrictBool | None = None
    loss: Fraction | None = None
    burst_loss: BurstLoss | None = None
    retransmit: Retransmit | None = None
    queue_limit: Count | None = None
    queue_limit_bytes: Bytes | None = None
    preemptive: StrictBool | None = None
    coalesce: StrictBool | None = None
    slots: Slots | None = None
    on_failure: OnFailure | None = None
    contacts: tuple[Contact, ...] | None = None
    contact_every_s: PositiveSeconds | None = None
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
    protection : {"none", "1+1"}
        ``1+1``: what goes over this link on its usual route is sent twice from its source on, as described at
        traffic.
    """

    id: Name
    ends: Annotated[tuple[Name, ...], Field(min_length=2, max_length=2)]
    medium: ClassName
    name: StrictStr = ""
    duplex: StrictBool = True
    length_km: Length | None = None
    route_penalty_s: Seconds = quantity(0.0)
    protection: Protection = "none"
    shared_risk: Names = ()
