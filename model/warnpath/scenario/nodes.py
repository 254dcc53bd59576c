"""Nodes: sensors, command centres, hubs, relays and the consumers of warnings."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictBool, StrictStr

from warnpath.scenario.distributions import Distribution
from warnpath.scenario.links import Reroute
from warnpath.scenario.lives import Lifetime
from warnpath.scenario.quantities import (
    Altitude,
    Availability,
    Azimuth,
    Bytes,
    ClassName,
    Count,
    DetectionProbability,
    Elevation,
    GroundRange,
    Hours,
    Label,
    Latitude,
    Longitude,
    Metres,
    Microradians,
    Milliradians,
    Name,
    Names,
    Nation,
    PatrolWidth,
    PositiveSeconds,
    RadarRange,
    ScanCount,
    Seconds,
    SectorWidth,
    SmallProbability,
    Table,
    quantity,
)

Role = Literal["sensor", "c2", "hub", "relay", "consumer"]
SensorKind = Literal["radar", "infrared"]
Product = Literal["launch_notice", "area_alert"]


class Patrol(Table):
    """Box of the sea in which a ship is: its place is drawn in it anew in every replication, each as likely.

    Attributes
    ----------
    half_north_km, half_east_km : float
        From the node's place to the box's edges. A ship's way within one flight, some 10 km, is neglected.
    """

    half_north_km: PatrolWidth
    half_east_km: PatrolWidth


class SensorClass(Table):
    """What sensors of a class have in common; a sensor states only what differs.

    Attributes
    ----------
    kind : {"radar", "infrared"}
        A ground or ship's radar, or an infrared sensor in space.
    scan_period_s : float
        Time between two looks; of an infrared sensor its revisit.
    scan_phase_s : float, optional
        Time of the first look of the run. Where it is not given it is drawn in every replication.
    detection_probability : float, optional
        Of a radar: of one look at ``range_km`` (0.9). Of an infrared sensor with ``cloud_break``: of one look
        at a plume above the clouds (1).
    confirm_hits, confirm_scans : int, optional
        A sensor confirms at so many hits in its last looks at an object (3 of 5; infrared 1 of 1).
    report_bytes : float, optional
        Size of a report.
    range_km : float
        Radar: where one look detects with ``detection_probability``; none detects beyond.
    sigma_m, sigma_floor_m, cross_range_mrad : float
        Radar: the noise at ``range_km`` is ``sigma_m`` along the range and ``max(sigma_m, cross_range_mrad x
        range)`` across it. It falls with the signal-to-noise ratio down to ``sigma_floor_m``. Infrared:
        ``sigma_m`` is the error of the launch point (5000), north and east alike.
    min_elevation_deg, sector_center_deg, sector_width_deg, false_alarm_probability : float, optional
        Radar: what limits its sight, and its false alarms a look.
    capacity : int, optional
        Radar: objects that it can look at within one scan. While it has more in view, m > capacity, it looks
        at each in every ceil(m / capacity)th scan, in turns, so that a salvo lowers its update rate for all.
        In view is what is within range, sector and elevation, detected or not.
    patrol : Patrol, optional
        Radar: of a ship whose place is not known.
    first_detection : Distribution
        Infrared: from launch to the first detection, clouds and revisit together; confirmed at once. An
        object that has burned out or that the Earth hides by then is never seen.
    cloud_break : Distribution
        Infrared, instead of ``first_detection``: from launch until the plume is above the clouds; from then
        to burnout each look detects it with ``detection_probability``.
    angle_sigma_urad : float, optional
        Infrared, instead of ``sigma_m``: error of its angles, one sigma. With the sensor at a slant range R
        and an elevation e over the launch point, that is off by R x angle / sqrt(sin e), north and east
        alike: a circle of the same area as the true, longish error.
    message_delay : Distribution
        Infrared: from the detection or confirmation to the warning message.
    """

    kind: SensorKind = "radar"
    title: StrictStr = ""
    range_km: RadarRange | None = None
    scan_period_s: PositiveSeconds | None = None
    scan_phase_s: Seconds | None = None
    detection_probability: DetectionProbability | None = None
    sigma_m: Metres | None = None
    sigma_floor_m: Metres | None = None
    cross_range_mrad: Milliradians | None = None
    min_elevation_deg: Elevation | None = None
    sector_center_deg: Azimuth | None = None
    sector_width_deg: SectorWidth | None = None
    false_alarm_probability: SmallProbability | None = None
    capacity: Count | None = None
    patrol: Patrol | None = None
    confirm_hits: Count | None = None
    confirm_scans: ScanCount | None = None
    report_bytes: Bytes | None = None
    first_detection: Distribution | None = None
    cloud_break: Distribution | None = None
    angle_sigma_urad: Microradians | None = None
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


class StandBy(Table):
    """A hub or relay that stands by for another one: it forwards nothing until it takes over.

    It keeps no state of what the other one was doing. When that has been down for ``detection_s`` and
    ``takeover_s`` the stand-by is in charge: routes may lead through it and no longer through the other one,
    what that still held is lost, and every C2 sends its latest report anew to those whom it reaches that way.
    A repair before that ends the matter. The sharing policy holds for the stand-by as for any node: a rule by
    which data is released there names it in ``via``, and the proof walks through it, in charge or not.

    Attributes
    ----------
    primary : str
        Node that it stands by for.
    detection_s, takeover_s : float
        From the failure of the one in charge until it is noticed, and from then until the other one is in
        charge. They count from when the one is down and the other up.
    return_s : float, optional
        The primary is in charge again so long after it works again; nothing is lost on that way back. By
        default the stand-by stays in charge until it fails, when the primary steps in as it did.
    """

    primary: Name
    detection_s: Seconds
    takeover_s: Seconds
    return_s: Seconds | None = None


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
        What becomes of messages in service and in release when the node fails, and of what arrives while it
        is down: lost, or held, to go on where it stopped or to wait in the queue. Its queue is held anyway.
    startup : Distribution, optional
        Time from the end of a repair until the node works again.
    availability, mtbf_h, mttr_h : float, optional
        How often it fails and how long it is down: availability or mean time between failures, with mean time
        to repair. In a run with random outages both times are exponential unless ``time_to_failure`` or
        ``repair`` take the place of one of them.
    repair_crew : str, optional
        Key of ``[repair_crew]``; by default its repair waits for nobody.
    fails_only_busy : bool
        It ages only while it serves.
    assessment, approval : Distribution, optional
        People; a C2 with both decides on warnings.
    release : Distribution, optional
        Automatic release at this boundary, per message.
    stand_by : table, optional
        Of a hub or relay that forwards only while another one is down.
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
    time_to_failure: Lifetime | None = None
    repair: Lifetime | None = None
    repair_crew: ClassName | None = None
    fails_only_busy: StrictBool | None = None
    shared_risk: Names = ()
    reroute: Reroute | None = None
    stand_by: StandBy | None = None

    @property
    def label(self) -> str:
        """Label of the data this node makes: its own, or its nation."""
        return self.data_label or self.nation

    @property
    def decides(self) -> bool:
        """Whether people here decide on warnings."""
        return self.assessment is not None and self.approval is not None
