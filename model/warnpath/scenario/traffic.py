"""Traffic besides warning: what nodes send each other anyway, and what loads the links as their owners do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field, StrictBool

from warnpath.scenario.quantities import (
    Factor,
    Label,
    Name,
    NameOrNames,
    PositiveSeconds,
    Protection,
    Rate,
    Seconds,
    Table,
    quantity,
)
from warnpath.scenario.sizes import SizeBytes

if TYPE_CHECKING:
    from warnpath.scenario.nodes import Node

TrafficKind = Literal["periodic", "poisson"]
PriorityClass = Literal["warning", "track", "background"]
PRIORITY_CLASSES: tuple[PriorityClass, ...] = ("warning", "track", "background")
"""Classes, first served first; their places are the numbers of the class in the tables."""


SurgeTrigger = Literal["launch", "first_alert", "time"]


class Surge(Table):
    """Traffic that grows when something happens: its rate is multiplied, for a while.

    Surges on the same traffic add what each adds to its usual rate.

    Attributes
    ----------
    traffic : str or list of str
        Ids of traffic.
    on : {"launch", "first_alert", "time"}
        What switches it on: the first launch of the run, or ``launch``; the first warning sent; or ``at_s``.
    launch : str, optional
        Id of the launch that counts.
    at_s : float, optional
        Time at which it is switched on.
    delay_s : float
        From there until the rate begins to change.
    factor : float
        Rate at the height of the surge over the usual rate; below 1 the traffic falls off.
    ramp_s : float
        Time the rate takes to change, evenly, to its height and back again.
    duration_s : float
        Time at its height.
    """

    id: Name
    traffic: NameOrNames
    on: SurgeTrigger
    launch: Name | None = None
    at_s: Seconds | None = None
    delay_s: Seconds = quantity(0.0)
    factor: Factor
    ramp_s: Seconds = quantity(0.0)
    duration_s: PositiveSeconds


class Traffic(Table):
    """Messages from nodes to nodes, one flow for every pair of a source and a destination.

    Attributes
    ----------
    source, destination : str or list of str
        Node ids.
    kind : {"periodic", "poisson"}
        At even intervals, or independently of each other at a mean rate.
    interval_s, rate_per_s : float
        Exactly one of them: (mean) time between two messages, or messages per second.
    phase_s : float, optional
        Of periodic traffic: first message this long after ``start_s``. By default drawn, from zero to one
        interval, for each flow by itself.
    size_bytes : float or table
        Size of a message, or how it varies: ``{ kind = "exponential", mean_bytes = 500 }``.
    priority : {"warning", "track", "background"}
        Class in queues.
    start_s, end_s : float
        No message is made before and from then on; by default as long as the run lasts.
    lifetime_s : float, optional
        A message that still waits in a queue when this much time has passed since it was made has expired.
        It takes no room from others: it is thrown away when its turn comes, or earlier when a full queue is
        to take another message.
    label : str, optional
        Label of the data; by default that of the source: the label of a sensor's data, or the nation. The
        sharing policy holds for it as for all data.
    open : bool
        Data for everybody, which no policy restricts: what the owner of a link carries besides.
    protection : {"none", "1+1"}
        ``1+1``: every message is sent twice at its source, over two walks that the sharing policy allows and
        that share no node but their ends (no link, where there are no such walks; where there are none
        either, the scenario is refused). The receiver takes the first copy and drops the other. A copy whose
        walk the network knows to be broken takes the route in force instead.
    """

    id: Name
    source: NameOrNames
    destination: NameOrNames
    kind: TrafficKind
    interval_s: PositiveSeconds | None = None
    rate_per_s: Rate | None = None
    phase_s: Seconds | None = None
    size_bytes: SizeBytes
    priority: PriorityClass = "background"
    start_s: Seconds = quantity(0.0)
    end_s: Seconds | None = None
    lifetime_s: PositiveSeconds | None = None
    label: Label | None = None
    open_: StrictBool = Field(default=False, alias="open")
    protection: Protection = "none"

    @property
    def gap_s(self) -> float:
        """Mean time between two messages of a flow, s."""
        if self.interval_s is not None:
            return float(self.interval_s)
        return 0.0 if self.rate_per_s is None else 1.0 / float(self.rate_per_s)

    def labels(self, source: Node) -> tuple[str, ...]:
        """Labels of the data that starts at a source; none is data for everybody."""
        return () if self.open_ else (self.label or source.label,)

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Every source with every destination, sorted."""
        return tuple((source, destination) for source in self.source for destination in self.destination)
