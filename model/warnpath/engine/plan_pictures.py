"""The deciding part of a plan: who fuses what, who tells whom, who is warned, and what the truth is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from warnpath.engine.codes import AREA_ALERT, IDLE, LAUNCH_NOTICE
from warnpath.engine.plan_flights import flown
from warnpath.engine.plan_network import NetworkPart
from warnpath.engine.plan_sensing import SensingPart
from warnpath.fusion import layout, store
from warnpath.physics.areas import AreaTruth, first_entry

if TYPE_CHECKING:
    from warnpath.physics.trajectory import Trajectory
    from warnpath.scenario import Node, Scenario


@dataclass(frozen=True)
class PicturesPart:
    """Pictures, flows and warnings as numbers, with what is needed to name them again."""

    entities: dict[str, list[dict[str, Any]]]
    shared_arrays: dict[str, np.ndarray]
    private_arrays: dict[str, np.ndarray]
    blank_arrays: dict[str, tuple[int, ...]]
    origins: list[str]
    usable_sensors: dict[str, set[str]]
    warning_truths: list[AreaTruth]
    spare_report: int = 0
    association: int = 0
    slots: int = 1


def plan_pictures(scenario: Scenario, network: NetworkPart, sensing: SensingPart) -> PicturesPart:
    """Plan tracks, pictures, report flows and warnings."""
    by_id = {node.id: node for node in scenario.node}
    reporting: dict[str, list[str]] = {}
    for name in sensing.sensor_ids:
        settings = by_id[name].sensor
        assert settings is not None
        reporting.setdefault(settings.reports_to, []).append(name)
    origins = sorted(reporting)
    deciders = sorted(node.id for node in scenario.node if node.decides)
    flows, usable = _flows(by_id, network, reporting, deciders)
    consumers = sorted(
        (node for node in scenario.node if node.consumer is not None), key=lambda item: item.id
    )
    launches = sensing.entities["launches"]
    pictures: list[dict[str, Any]] = []
    warnings: list[dict[str, Any]] = []
    truths: list[AreaTruth] = []
    needs: list[dict[str, Any]] = []
    association = int(scenario.run.association == "nearest" and len(launches) > 1)
    slots = pictures_per_centre(len(launches)) if association else len(launches)
    rows_per_picture = len(origins) + 2
    tracks = 0
    centres = sorted({*origins, *deciders})
    for place in network.entities["nodes"]:
        place["first_picture"] = -1
    for centre, name in enumerate(centres):
        own = reporting.get(name, [])
        labels = sum({1 << sensing.labels.index(by_id[sensor].label) for sensor in own})
        has_radar = any(
            not sensing.entities["sensors"][sensing.sensor_ids.index(sensor)]["infrared"] for sensor in own
        )
        first = len(pictures)
        if slots:
            network.entities["nodes"][network.node_row[name]]["first_picture"] = first
        mine = [node for node in consumers if node.consumer and node.consumer.decided_by == name]
        first_need = len(needs)
        if name in deciders:
            for flight in range(len(launches)):
                for node in mine:
                    needs.append(_need(node, flight, network, name))
                    truths.append(_truth(node, sensing.trajectories[flight]))
        for slot in range(slots):
            index = len(pictures)
            pictures.append(
                {
                    "node": network.node_row[name],
                    "slot": slot,
                    "first": first,
                    "first_score": centre * len(launches),
                    "ends_s": 1e300,
                    "point_s": -1.0,
                    "point_sensor": -1,
                    "track": tracks if has_radar else -1,
                    "first_row": index * rows_per_picture,
                    "origin_slot": origins.index(name) if own else 0,
                    "label_mask": labels,
                    "own_label_mask": labels,
                    "decides": int(name in deciders),
                    "first_warning": len(warnings),
                    "warning_count": len(mine) if name in deciders else 0,
                    "confirmed_s": -1.0,
                    "shared_s": -1.0,
                    "assessed_s": -1.0,
                    "confirm_message": -1,
                    "latest_message": -1,
                    "trigger_message": -1,
                    "evaluated_s": -1e9,
                    "newest_s": -1.0,
                    # One object alone, or objects that are known, have a picture each from the beginning.
                    "used": 1 - association,
                    "follows": -1 if association else slot,
                    "challenger": -1,
                    "followed_s": -1e9,
                    "strayed_s": -1e9,
                }
            )
            tracks += int(has_radar)
            if name in deciders:
                for order, node in enumerate(mine):
                    warnings.append(
                        _warning(node, index, consumers.index(node), network, name)
                        | {"need": first_need + order}
                    )
    areas = np.zeros((max(len(consumers), 1), layout.AREA_COLUMNS))
    for row, node in enumerate(consumers):
        assert node.consumer is not None
        areas[row] = store.area_row(
            math.radians(float(node.lat_deg)),
            math.radians(float(node.lon_deg)),
            1000.0 * float(node.consumer.radius_km),
        )
    capacity = store.capacity_for(_plot_rate(sensing, reporting), float(scenario.run.posterior_lag_s))
    stores = store.allocate(tracks, capacity)
    spare_report = max(len(pictures), 1) * rows_per_picture
    return PicturesPart(
        entities={
            "pictures": pictures,
            "warnings": warnings,
            "needs": needs,
            "scores": [{} for _ in range(len(centres) * len(launches))],
            "flows": flows,
        },
        shared_arrays={
            "areas": areas,
            "fusion_settings": store.settings_row(
                lag_s=float(scenario.run.posterior_lag_s),
                burnout_hold_s=float(scenario.warning.burnout_hold_s),
                max_thrust_probability=float(scenario.warning.max_thrust_probability),
            ),
        },
        private_arrays={
            "reports": np.zeros((spare_report + slots + 1, layout.REPORT_COLUMNS)),
            "track_heads": stores["heads"],
            "track_keys": stores["keys"],
            "fusion_scratch": store.scratch(),
            "fusion_ground": store.ground(),
            **store.association(slots),
            "told": np.zeros((max(len(pictures), 1), len(network.tables.node_ids)), dtype=np.int64),
            "report_homes": np.full((max(len(pictures), 1), max(len(origins), 1)), -1, dtype=np.int64),
        },
        blank_arrays={
            "track_plots": stores["plots"].shape,
            "track_posteriors": stores["posteriors"].shape,
        },
        origins=origins,
        usable_sensors=usable,
        warning_truths=truths,
        spare_report=spare_report,
        association=association,
        slots=slots,
    )


def pictures_per_centre(launches: int) -> int:
    """Pictures of every command post where objects have to be told apart: twice as many as launches, and two.

    A picture that people have begun to assess stays, also when its track is lost; so every launch may begin
    once more. What finds none free is counted as `ungated` or `unmatched`.
    """
    return 2 * launches + 2


def _flows(
    by_id: dict[str, Node], network: NetworkPart, reporting: dict[str, list[str]], deciders: list[str]
) -> tuple[list[dict[str, Any]], dict[str, set[str]]]:
    """Report flows of each origin, stored contiguously; and the sensors whose data each decider may use."""
    flows: list[dict[str, Any]] = []
    usable = {name: set(reporting.get(name, [])) for name in deciders}
    for origin in sorted(reporting):
        node = network.entities["nodes"][network.node_row[origin]]
        node["first_flow"] = len(flows)
        for decider in deciders:
            if decider == origin:
                continue
            on_request = 0
            tree, clearance = network.tree_of("report", origin, decider)
            if tree < 0 and by_id[origin].answer is not None:
                tree, clearance = network.tree_of("answer", origin, decider)
                on_request = 1
            if tree < 0:
                continue
            usable[decider].update(reporting[origin])
            flows.append(
                {
                    "destination": network.node_row[decider],
                    "tree": tree,
                    "clearance": clearance,
                    "on_request": on_request,
                }
            )
        node["flow_count"] = len(flows) - node["first_flow"]
    return flows, usable


def _warning(node: Node, picture: int, area: int, network: NetworkPart, decider: str) -> dict[str, Any]:
    assert node.consumer is not None
    tree, _ = network.tree_of("alert", decider, node.id)
    return {
        "picture": picture,
        "consumer": network.node_row[node.id],
        "product": _product(node),
        "area": area,
        "tree": tree,
        "state": IDLE,
        "qualified_s": -1.0,
        "decided_s": -1.0,
        "delivered_s": -1.0,
        "qualify_message": -1,
        "alert_message": -1,
        "gating_message": -1,
        "follows": -1,
    }


def _product(node: Node) -> int:
    assert node.consumer is not None
    return LAUNCH_NOTICE if node.consumer.product == "launch_notice" else AREA_ALERT


def _need(node: Node, flight: int, network: NetworkPart, decider: str) -> dict[str, Any]:
    return {
        "launch": flight,
        "node": network.node_row[decider],
        "consumer": network.node_row[node.id],
        "product": _product(node),
    }


def _truth(node: Node, trajectory: Any) -> AreaTruth:
    """Whether the consumer needs this warning; a launch notice is always needed, until impact."""
    assert node.consumer is not None
    if node.consumer.product == "launch_notice":
        return AreaTruth(in_danger=True, deadline_s=trajectory.impact_s)
    return first_entry(trajectory, float(node.lat_deg), float(node.lon_deg), float(node.consumer.radius_km))


def warning_truth(plan: Any, world: Any, need: int, flights: dict[int, Trajectory]) -> AreaTruth:
    """Whether a warning was needed in a replication, by the flight as it was flown there.

    Parameters
    ----------
    plan, world
        A plan and a world of it that has been prepared.
    need : int
        Number of the launch and consumer, a row of `needs`.
    flights : dict
        Keeps flown flights from one call to the next.
    """
    flight = world.needs[need].launch
    if plan.sensing.drawn[flight] is None:
        known: AreaTruth = plan.pictures.warning_truths[need]
        return known
    if flight not in flights:
        flights[flight] = flown(plan, world, flight)
    consumer = plan.network.tables.node_ids[world.needs[need].consumer]
    return _truth(plan.scenario.node_by_id(consumer), flights[flight])


def _plot_rate(sensing: SensingPart, reporting: dict[str, list[str]]) -> float:
    """Plots a second that the busiest C2 can get of one launch."""
    period = {
        name: sensor["period_s"]
        for name, sensor in zip(sensing.sensor_ids, sensing.entities["sensors"], strict=True)
    }
    return max((sum(1.0 / period[name] for name in names) for names in reporting.values()), default=1.0)
