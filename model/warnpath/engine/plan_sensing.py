"""The sensing part of a plan: sensors, and which sensor can see which flight when."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from warnpath.engine.codes import LAUNCHED
from warnpath.engine.plan_flights import DrawnFlight, FlightsPart, plan_flights
from warnpath.engine.plan_network import NetworkPart
from warnpath.engine.plan_tables import DistributionTable, StreamNames
from warnpath.engine.random_streams import name_key
from warnpath.engine.scanning import HIT_WIDTH
from warnpath.fusion.grouping import object_rows, object_table
from warnpath.physics.earth import destination, ecef_from_geodetic
from warnpath.physics.errors import PhysicsError
from warnpath.physics.radar import POSITION, SENSOR_COLUMNS, Radar, sensor_row
from warnpath.physics.trajectory import Trajectory
from warnpath.physics.visibility import clear_window, speed_bound, visible_window
from warnpath.scenario import Problem, ScenarioError, effective_sensor

if TYPE_CHECKING:
    from warnpath.scenario import EffectiveSensor, Launch, Node, Scenario

WINDOW_STEP_S = 0.5
CLEAR_STEP_S = 1.0
NEVER = (-1.0, -1.0)
"""Window of sight of what is never seen."""


@dataclass(frozen=True)
class PatrolBox:
    """A ship's radar, and the box in which it is.

    Attributes
    ----------
    radar : Radar
        In the middle of the box.
    half_north_km, half_east_km : float
        From the middle to the edges.
    key : int
        Key of the stream of its places.
    """

    radar: Radar
    half_north_km: float
    half_east_km: float
    key: int

    def row(self, north: float, east: float) -> np.ndarray:
        """Row of the radar at a place of the box: parts from 0 to 1 of its way north and its way east."""
        radar = self.radar
        away_km = (2.0 * north - 1.0) * self.half_north_km
        lat_deg, lon_deg = destination(radar.lat_deg, radar.lon_deg, 0.0, away_km)
        away_km = (2.0 * east - 1.0) * self.half_east_km
        lat_deg, lon_deg = destination(lat_deg, lon_deg, 90.0, away_km)
        return sensor_row(dataclasses.replace(radar, lat_deg=lat_deg, lon_deg=lon_deg))


@dataclass(frozen=True)
class SensingPart:
    """Flights and sensors as numbers, with what is needed to name them again.

    Attributes
    ----------
    trajectories : list of Trajectory
        Flights at nominal values; `plan_flights.flown` gives that of a replication.
    drawn : list of DrawnFlight or None
        What a replication draws of each flight.
    windows_s : list of (float, float)
        When every pair's flight may be seen at nominal values, s after launch.
    last_impact_s : float
        Time of the latest impact there can be, s of simulated time.
    sensor_table : float64[n, SENSOR_COLUMNS]
        Rows of the sensors, ships in the middle of their boxes.
    patrols : dict of int to PatrolBox
        Sensors whose places are drawn.
    phase_keys : list of int
        Keys of the streams of scan phases, by sensor.
    fixed_phases_s : list of float or None
        Phases that are not drawn.
    """

    entities: dict[str, list[dict[str, Any]]]
    shared_arrays: dict[str, np.ndarray]
    private_arrays: dict[str, np.ndarray]
    initial_events: list[tuple[float, int, int, int, int]]
    launch_ids: list[str]
    sensor_ids: list[str]
    labels: list[str]
    trajectories: list[Trajectory]
    drawn: list[DrawnFlight | None]
    windows_s: list[tuple[float, float]]
    last_impact_s: float
    sensor_table: np.ndarray
    patrols: dict[int, PatrolBox]
    phase_keys: list[int]
    fixed_phases_s: list[float | None]
    _working: np.ndarray = field(default_factory=lambda: np.zeros((1, 9)))

    @property
    def varies(self) -> bool:
        """Whether windows of sight differ from one replication to the next."""
        return bool(self.patrols) or any(self.drawn)

    def window(
        self, truth: np.ndarray, launch: dict[str, Any], fastest_m_s: float, table: np.ndarray, sensor: int
    ) -> tuple[float, float]:
        """First and last time after launch at which a sensor may see a flight; negative if never.

        Parameters
        ----------
        truth, launch
            State tables, and the fields of the launch.
        fastest_m_s : float
            Its `speed_bound`.
        table, sensor
            Rows of the sensors, and the number of one.
        """
        first, count = launch["truth_first"], launch["truth_count"]
        if self.entities["sensors"][sensor]["infrared"]:
            place = table[sensor, POSITION : POSITION + 3].tolist()
            until_s = launch["burnout_s"]
            x, y, z = place
            return clear_window(truth, first, count, until_s, x, y, z, CLEAR_STEP_S, self._working, 0)
        return visible_window(
            truth, first, count, fastest_m_s, table, sensor, WINDOW_STEP_S, self._working, 0
        )


def plan_sensing(
    scenario: Scenario, network: NetworkPart, distributions: DistributionTable, streams: StreamNames
) -> SensingPart:
    """Plan flights and sensors.

    Raises
    ------
    ScenarioError
        Flights that cannot be flown, or that no sensor can see, and sensors that cannot be, all at once.
    """
    launches = list(scenario.active_launches())
    problems: list[Problem] = []
    labels = list(scenario.labels())
    nodes = sorted((node for node in scenario.node if node.role == "sensor"), key=lambda item: item.id)
    settings = [effective_sensor(scenario, node) for node in nodes]
    table, patrols = _sensor_table(scenario, nodes, settings, problems)
    try:
        flights = plan_flights(scenario, launches)
    except ScenarioError as error:
        raise ScenarioError(problems + error.problems) from None
    if problems:
        raise ScenarioError(problems)
    sensors = [
        _sensor_row(network.node_row[node.id], index, labels.index(node.label), own, distributions)
        for index, (node, own) in enumerate(zip(nodes, settings, strict=True))
    ]
    part = SensingPart(
        entities={"launches": flights.rows, "sensors": sensors, "pairs": []},
        shared_arrays={"truth": flights.truth, "sensor_table": table},
        private_arrays={"hit": np.zeros((2, HIT_WIDTH))},
        initial_events=[(row["at_s"], LAUNCHED, index, 0, 0) for index, row in enumerate(flights.rows)],
        launch_ids=[launch.id for launch in launches],
        sensor_ids=[node.id for node in nodes],
        labels=labels,
        trajectories=flights.trajectories,
        drawn=flights.drawn,
        windows_s=[],
        last_impact_s=flights.last_impact_s,
        sensor_table=table,
        patrols=patrols,
        phase_keys=[name_key(f"node:{node.id}:phase") for node in nodes],
        fixed_phases_s=[None if own.scan_phase_s is None else float(own.scan_phase_s) for own in settings],
    )
    unseen = _pair(part, flights, nodes, settings, network, streams)
    if unseen:
        raise ScenarioError([_unseen(scenario, launches[flight], bool(sensors)) for flight in unseen])
    objects = 0
    for sensor in sensors:
        sensor["first_object"] = objects
        sensor["object_count"] = 0 if sensor["infrared"] else object_rows(sensor["pair_count"])
        objects += sensor["object_count"]
    part.private_arrays["radar_objects"] = object_table(objects)
    part.private_arrays["sights"] = np.zeros((max(len(part.windows_s), 1), 2))
    return part


def _pair(
    part: SensingPart,
    flights: FlightsPart,
    nodes: list[Node],
    settings: list[EffectiveSensor],
    network: NetworkPart,
    streams: StreamNames,
) -> list[int]:
    """Add every pair of a sensor and a flight it may see; returns the flights that none sees."""
    pairs = part.entities["pairs"]
    fastest = [speed_bound(flights.truth, row["truth_first"], row["truth_count"]) for row in flights.rows]
    seen = set()
    for s, (node, own) in enumerate(zip(nodes, settings, strict=True)):
        sensor = part.entities["sensors"][s]
        sensor["first_pair"] = len(pairs)
        tree, clearance = network.tree_of("sensor", node.id, own.reports_to)
        for flight, launch in enumerate(flights.rows):
            window = part.window(flights.truth, launch, fastest[flight], part.sensor_table, s)
            if window[0] >= 0.0:
                seen.add(flight)
            elif s not in part.patrols and flights.drawn[flight] is None:
                continue
            index = len(pairs)
            pairs.append(
                {
                    "sensor": s,
                    "launch": flight,
                    "destination": network.node_row[own.reports_to],
                    "tree": tree,
                    "clearance": clearance,
                    "truth_row": launch["truth_first"],
                    "visible_s": -1.0 if sensor["infrared"] else window[0],
                    "detected_s": -1.0,
                    "confirmed_s": -1.0,
                    "launch_sigma_m": _launch_sigma_m(part, own, s, launch) if sensor["infrared"] else 0.0,
                }
            )
            part.windows_s.append(window)
            # A sensor's draws for a flight are its own: named by both.
            name = f"node:{node.id}:launch:{part.launch_ids[flight]}"
            streams.add("pairs", index, "key_detection", f"{name}:detection")
            streams.add("pairs", index, "key_noise", f"{name}:noise")
        sensor["pair_count"] = len(pairs) - sensor["first_pair"]
    return [flight for flight in range(len(flights.rows)) if flight not in seen]


def _launch_sigma_m(part: SensingPart, own: EffectiveSensor, sensor: int, launch: dict[str, Any]) -> float:
    """Error (m, one sigma, north and east) of the launch point as an infrared sensor sees it."""
    if own.angle_sigma_urad is None:
        return float(own.sigma_m)
    place = np.array(ecef_from_geodetic(launch["latitude_rad"], launch["longitude_rad"], 0.0))
    sight = part.sensor_table[sensor, POSITION : POSITION + 3] - place
    slant_m = float(np.linalg.norm(sight))
    cosine, sine = math.cos(launch["latitude_rad"]), math.sin(launch["latitude_rad"])
    up = (cosine * math.cos(launch["longitude_rad"]), cosine * math.sin(launch["longitude_rad"]), sine)
    lift = max(float(sight @ up) / slant_m, 0.01)
    return slant_m * float(own.angle_sigma_urad) * 1e-6 / math.sqrt(lift)


def _sensor_table(
    scenario: Scenario, nodes: list[Node], settings: list[EffectiveSensor], problems: list[Problem]
) -> tuple[np.ndarray, dict[int, PatrolBox]]:
    """Rows of the sensors for the kernels, and the boxes of ships; notes sensors that cannot be."""
    table = np.zeros((max(len(nodes), 1), SENSOR_COLUMNS))
    patrols = {}
    for index, (node, own) in enumerate(zip(nodes, settings, strict=True)):
        if own.kind == "infrared":
            latitude, longitude = math.radians(float(node.lat_deg)), math.radians(float(node.lon_deg))
            table[index, POSITION : POSITION + 3] = ecef_from_geodetic(latitude, longitude, float(node.alt_m))
            continue
        radar = _radar(node, own)
        try:
            table[index] = sensor_row(radar)
        except PhysicsError as error:
            problems.append(_impossible(scenario, node, error))
            continue
        if own.patrol is not None:
            key = name_key(f"node:{node.id}:patrol")
            half_km = float(own.patrol.half_north_km), float(own.patrol.half_east_km)
            patrols[index] = PatrolBox(radar, *half_km, key)
    return table, patrols


def _sensor_row(
    node_row: int, index: int, label: int, own: EffectiveSensor, distributions: DistributionTable
) -> dict[str, Any]:
    infrared = own.kind == "infrared"
    return {
        "node": node_row,
        "infrared": int(infrared),
        "row": index,
        "period_s": float(own.scan_period_s),
        "confirm_hits": int(own.confirm_hits),
        "confirm_window": int(own.confirm_scans),
        "label_mask": 1 << label,
        "report_bits": 8.0 * float(own.report_bytes),
        "first_detection_row": distributions.add(own.first_detection) if infrared else -1,
        "cloud_break_row": distributions.add(own.cloud_break) if infrared else -1,
        "message_delay_row": distributions.add(own.message_delay) if infrared else -1,
        "detection_probability": float(own.detection_probability),
        "capacity": 0 if infrared else own.capacity or 0,
    }


def _radar(node: Any, settings: Any) -> Radar:
    return Radar(
        lat_deg=float(node.lat_deg),
        lon_deg=float(node.lon_deg),
        alt_m=float(node.alt_m),
        range_km=float(settings.range_km),
        scan_period_s=float(settings.scan_period_s),
        sigma_m=float(settings.sigma_m),
        sigma_floor_m=float(settings.sigma_floor_m),
        cross_range_mrad=float(settings.cross_range_mrad),
        min_elevation_deg=float(settings.min_elevation_deg),
        sector_center_deg=float(settings.sector_center_deg),
        sector_width_deg=float(settings.sector_width_deg),
        false_alarm_probability=float(settings.false_alarm_probability),
        detection_probability=float(settings.detection_probability),
    )


def _impossible(scenario: Scenario, node: Node, error: PhysicsError) -> Problem:
    """A radar that cannot be, at the value that is the reason."""
    place = error.field in ("lat_deg", "lon_deg", "alt_m")
    field = error.field if place else f"sensor.{error.field}"
    value = (
        getattr(node, error.field, None) if place else getattr(effective_sensor(scenario, node), error.field)
    )
    return scenario.problem(
        f"node.{node.id}",
        str(error),
        error.expected,
        field=field,
        value=None if value is None else float(value),
    )


def _unseen(scenario: Scenario, launch: Launch, any_sensor: bool) -> Problem:
    return scenario.problem(
        f"launch.{launch.id}",
        "no sensor can see this flight" if any_sensor else "there is no sensor to see this flight",
        "a sensor whose range, sector and minimum elevation take in part of the flight",
        field="profile",
        value=launch.profile,
    )
