"""Nodes: sensors, command centres, hubs, relays and the consumers of warnings."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictBool, StrictStr

from warnpath.scenario.distributions import Distribution
from warnpath.scenario.links import Reroute
from warnpath.scenario.quantities import (
    Altitude,
    Availability,
    Azimuth,
    Bytes,
    ClassName,
    Count,
    Elevation,
    GroundRange,
    Hours,
    Label,
    Latitude,
    Longitude,
    Metres,
    Milliradians,
    Name,
    Names,
    Nation,
    PositiveSeconds,
    RadarRange,
    Seconds,
    SectorWidth,
    SmallProbability,
    Table,
    quantity,
)

Role = Literal["sensor", "c2", "hub", "relay", "consumer"]
SensorKind = Literal["radar", "infrared"]
Product = Literal["launch_notice", "area_alert"]


class SensorClass(Table):
    """What sensors of a class have in common; a sensor states only what differs.

    Radar: detection probability 0.9 at ``range_km`` and none beyond; there the noise is ``sigma_m`` along the
    range and ``max(sigma_m, cross_range_mrad x range)`` across it. It falls with the signal-to-noise ratio
    down to ``sigma_floor_m``. Infrared: ``first_detection`` from launch to the first detection, then
    ``message_delay`` to the warning message.
    """

    kind: SensorKind = "radar"
    title: StrictStr = ""
    range_km: RadarRange | None = None
    scan_period_s: PositiveSeconds | None = None
    sigma_m: Metres | None = None
    sigma_floor_m: Metres | None = None
    cross_range_mrad: Milliradians | None = None
    min_elevation_deg: Elevation | None = None
    sector_center_deg: Azimuth | None = None
    sector_width_deg: SectorWidth | None = None
    false_alarm_probability: SmallProbability | None = None
    confirm_hits: Count | None = None
    confirm_scans: Count | None = None
    report_bytes: Bytes | None = None
    first_detection: Distribution | None = None
    message_delay: Distribution | None = None


class SensorSettings(SensorClass):
    """A sensor: its class, where it reports, and what differs from its class."""

    class_: ClassName | None = Field(default=None, alias="class")
    reports_to: Name


class ConsumerSettings(Table):
    """Who receives warnings: an area for alerts, or ships and aircraft for launch notices."""

    product: Product
    decided_by: Name
    radius_km: GroundRange = quantity(100.0)
    required_lead_s: Seconds | None = None


class Node(Table):
    """A place that senses, processes, decides, forwards or receives.

    Attributes
    ----------
    data_label : str, optional
        Label of the data a sensor makes; by default its nation.
    group : str, optional
        Class or role in words, by which results are ranked; by default the role.
    service : Distribution, optional
        Time of one of ``servers`` for one message; none means no time.
    preemptive : bool
        A message of a higher class interrupts one of a lower class in service, which later goes on where it
        stopped.
    on_failure : {"lost", "held"}
        What becomes of messages in service and in release when the node fails: lost, or held to go on where
        they stopped. Its queue is held either way; what arrives while it is down is lost.
    startup : Distribution, optional
        Time from the end of a repair until the node works again.
    assessment, approval : Distribution, optional
        People; a C2 with both decides on warnings.
    release : Distribution, optional
        Automatic release at this boundary, per message.
    answer : Distribution, optional
        A person who answers requests; ``answer_servers`` of them, first come first served.
    """

    id: Name
    role: Role
    nation: Nation
    lat_deg: Latitude
    lon_deg: Longitude
    alt_m: Altitude = quantity(0.0)
    data_label: Label | None = None
    name: StrictStr = ""
    group: StrictStr | None = None
    servers: Count = 1
    service: Distribution | None = None
    queue_limit: Count | None = None
    preemptive: StrictBool = False
    on_failure: Literal["lost", "held"] = "lost"
    startup: Distribution | None = None
    assessment: Distribution | None = None
    approval: Distribution | None = None
    release: Distribution | None = None
    answer: Distribution | None = None
    answer_servers: Count = 1
    sensor: SensorSettings | None = None
    consumer: ConsumerSettings | None = None
    availability: Availability | None = None
    mttr_h: Hours | None = None
    mtbf_h: Hours | None = None
    shared_risk: Names = ()
    reroute: Reroute | None = None

    @property
    def label(self) -> str:
        """Label of the data this node makes: its own, or its nation."""
        return self.data_label or self.nation

    @property
    def decides(self) -> bool:
        """Whether people here decide on warnings."""
        return self.assessment is not None and self.approval is not None
