"""The sensing part of a plan: flights, sensors, and which sensor can see which flight when."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from warnpath.engine.codes import LAUNCHED
from warnpath.engine.plan_network import NetworkPart
from warnpath.engine.plan_tables import DistributionTable, StreamNames
from warnpath.engine.random_streams import name_key
from warnpath.engine.scanning import HIT_WIDTH
from warnpath.physics.errors import PhysicsError
from warnpath.physics.radar import SENSOR_COLUMNS, Radar, sensor_row
from warnpath.physics.trajectory import FlightProfile, Trajectory, solve
from warnpath.physics.visibility import speed_bound, visible_window
from warnpath.scenario import Problem, ScenarioError, effective_launch, effective_sensor

if TYPE_CHECKING:
    from warnpath.scenario import Launch, Scenario

WINDOW_STEP_S = 0.5


@dataclass(frozen=True)
class SensingPart:
    """Flights and sensors as numbers, with what is needed to name them again."""

    entities: dict[str, list[dict[str, Any]]]
    shared_arrays: dict[str, np.ndarray]
    private_arrays: dict[str, np.ndarray]
    initial_events: list[tuple[float, int, int, int, int]]
    launch_ids: list[str]
    sensor_ids: list[str]
    labels: list[str]
    trajectories: list[Trajectory]
    windows_s: list[tuple[float, float]]
    last_impact_s: float
    phase_keys: list[int] = field(default_factory=list)


def plan_sensing(
    scenario: Scenario, network: NetworkPart, distributions: DistributionTable, streams: StreamNames
) -> SensingPart:
    """Plan flights and sensors.

    Raises
    ------
    ScenarioError
        Flights that cannot be flown, or that no sensor can see, all of them at once.
    """
    launches = list(scenario.active_launches())
    trajectories, problems = _fly(scenario, launches)
    if problems:
        raise ScenarioError(problems)
    truth = np.concatenate([item.table for item in trajectories]) if trajectories else np.zeros((1, 10))
    launch_rows = _launch_rows(launches, trajectories)
    labels = list(scenario.labels())
    sensors, sensor_ids, table = _sensor_rows(scenario, network, labels, distributions)
    pairs: list[dict[str, Any]] = []
    windows: list[tuple[float, float]] = []
    by_id = {node.id: node for node in scenario.node}
    working = np.zeros((2, HIT_WIDTH))
    fastest_m_s = [speed_bound(truth, row["truth_first"], row["truth_count"]) for row in launch_rows]
    seen = set()
    for s, sensor in enumerate(sensors):
        node = by_id[sensor_ids[s]]
        assert node.sensor is not None
        tree, clearance = network.tree_of("sensor", node.id, node.sensor.reports_to)
        for flight, launch in enumerate(launch_rows):
            if sensor["infrared"]:
                window = (0.0, launch["burnout_s"])
            else:
                window = visible_window(
                    truth,
                    launch["truth_first"],
                    launch["truth_count"],
                    fastest_m_s[flight],
                    table,
                    sensor["row"],
                    WINDOW_STEP_S,
                    working,
                    1,
                )
            if window[0] < 0.0:
                continue
            seen.add(flight)
            index = len(pairs)
            pairs.append(
                {
                    "sensor": s,
                    "launch": flight,
                    "destination": network.node_row[node.sensor.reports_to],
                    "tree": tree,
                    "clearance": clearance,
                    "visible_s": -1.0 if sensor["infrared"] else window[0],
                    "detected_s": -1.0,
                    "confirmed_s": -1.0,
                }
            )
            windows.append(window)
            # A sensor's draws for a flight are its own: named by both.
            name = f"node:{node.id}:launch:{launches[flight].id}"
            streams.add("pairs", index, "key_detection", f"{name}:detection")
            streams.add("pairs", index, "key_noise", f"{name}:noise")
    unseen = [launches[flight] for flight in range(len(launches)) if flight not in seen]
    if unseen:
        raise ScenarioError([_unseen(scenario, launch, bool(sensors)) for launch in unseen])
    return SensingPart(
        entities={"launches": launch_rows, "sensors": sensors, "pairs": pairs},
        shared_arrays={"truth": truth, "sensor_table": table},
        private_arrays={"hit": np.zeros((2, HIT_WIDTH))},
        initial_events=[(row["at_s"], LAUNCHED, index, 0, 0) for index, row in enumerate(launch_rows)],
        launch_ids=[launch.id for launch in launches],
        sensor_ids=sensor_ids,
        labels=labels,
        trajectories=trajectories,
        windows_s=windows,
        last_impact_s=max((row["at_s"] + row["impact_s"] for row in launch_rows), default=0.0),
        phase_keys=[name_key(f"node:{name}:phase") for name in sensor_ids],
    )


def flight_of(scenario: Scenario, launch: Launch) -> Trajectory:
    """Solve the flight of one launch.

    Raises
    ------
    PhysicsError
        If it cannot be flown.
    """
    values = effective_launch(scenario, launch)
    if values.kind == "table":
        raise PhysicsError(
            "profiles of kind 'table' are not flown by this version; use 'ballistic' or 'pull_up'"
        )
    extra = {
        name: float(value)
        for name in ("pull_up_altitude_km", "lift_to_drag", "pull_up_angle_deg")
        if (value := getattr(values, name)) is not None
    }
    flight = FlightProfile(
        range_km=0.0 if values.range_km is None else float(values.range_km),
        apogee_km=float(values.apogee_km),
        burn_time_s=float(values.burn_time_s),
        ballistic_coefficient_kg_m2=float(values.ballistic_coefficient_kg_m2),
        kind=values.kind,
        **extra,
    )
    origin = (float(values.origin.lat_deg), float(values.origin.lon_deg))
    if values.target is not None:
        return solve(flight, origin, target=(float(values.target.lat_deg), float(values.target.lon_deg)))
    assert values.azimuth_deg is not None
    return solve(flight, origin, azimuth_deg=float(values.azimuth_deg))


def _fly(scenario: Scenario, launches: list[Launch]) -> tuple[list[Trajectory], list[Problem]]:
    trajectories, problems = [], []
    for launch in launches:
        try:
            trajectories.append(flight_of(scenario, launch))
        except PhysicsError as error:
            problems.append(
                scenario.problem(
                    f"launch.{launch.id}",
                    f"cannot be flown: {error}",
                    "a range, apogee and burn time that go together",
                    field="profile",
                    value=launch.profile,
                )
            )
    return trajectories, problems


def _launch_rows(launches: list[Launch], trajectories: list[Trajectory]) -> list[dict[str, Any]]:
    rows = []
    first = 0
    for launch, trajectory in zip(launches, trajectories, strict=True):
        latitude = math.radians(float(launch.origin.lat_deg))
        rows.append(
            {
                "at_s": float(launch.at_s),
                "impact_s": float(trajectory.impact_s),
                "burnout_s": float(trajectory.burnout_s),
                "truth_first": first,
                "truth_count": len(trajectory.table),
                "lineage": name_key(f"launch:{launch.id}"),
                "latitude_rad": latitude,
                "longitude_rad": math.radians(float(launch.origin.lon_deg)),
                "latitude_cosine": max(math.cos(latitude), 0.01),
            }
        )
        first += len(trajectory.table)
    return rows


def _sensor_rows(
    scenario: Scenario, network: NetworkPart, labels: list[str], distributions: DistributionTable
) -> tuple[list[dict[str, Any]], list[str], np.ndarray]:
    nodes = sorted((node for node in scenario.node if node.role == "sensor"), key=lambda item: item.id)
    table = np.zeros((max(len(nodes), 1), SENSOR_COLUMNS))
    rows = []
    for index, node in enumerate(nodes):
        settings = effective_sensor(scenario, node)
        infrared = settings.kind == "infrared"
        if not infrared:
            table[index] = sensor_row(_radar(node, settings))
        rows.append(
            {
                "node": network.node_row[node.id],
                "infrared": int(infrared),
                "row": index,
                "period_s": float(settings.scan_period_s),
                "confirm_hits": int(settings.confirm_hits),
                "confirm_window": int(settings.confirm_scans),
                "label_mask": 1 << labels.index(node.label),
                "report_bits": 8.0 * float(settings.report_bytes),
                "first_detection_row": distributions.add(settings.first_detection) if infrared else -1,
                "message_delay_row": distributions.add(settings.message_delay) if infrared else -1,
                "sigma_m": float(settings.sigma_m),
            }
        )
    return rows, [node.id for node in nodes], table


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
    )


def _unseen(scenario: Scenario, launch: Launch, any_sensor: bool) -> Problem:
    return scenario.problem(
        f"launch.{launch.id}",
        "no sensor can see this flight" if any_sensor else "there is no sensor to see this flight",
        "a sensor whose range, sector and minimum elevation take in part of the flight",
        field="profile",
        value=launch.profile,
    )
