"""The traffic part of a plan: flows of messages that are generated within the event loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warnpath.engine.codes import (
    ON_ALERT,
    ON_LAUNCH,
    ON_TIME,
    PERIODIC,
    POISSON,
    SURGE_CHANGED,
    SURGE_RISING,
    SURGE_SWITCHED_ON,
    SURGE_WAITING,
    TRAFFIC_STARTED,
    UP_FOR_EVER,
)
from warnpath.engine.plan_network import NetworkPart
from warnpath.engine.plan_tables import DistributionTable, StreamNames
from warnpath.engine.random_streams import name_key
from warnpath.network.flows import traffic_flows
from warnpath.scenario.sizes import size_law
from warnpath.scenario.traffic import PRIORITY_CLASSES

if TYPE_CHECKING:
    from warnpath.scenario import Scenario

KINDS = {"periodic": PERIODIC, "poisson": POISSON}
TRIGGERS = {"launch": ON_LAUNCH, "first_alert": ON_ALERT, "time": ON_TIME}


@dataclass(frozen=True)
class TrafficPart:
    """Flows of traffic as numbers, with the names they come from."""

    entities: dict[str, list[dict[str, Any]]]
    initial_events: list[tuple[float, int, int, int, int]]
    traffic_ids: list[str]


def plan_traffic(
    scenario: Scenario, network: NetworkPart, distributions: DistributionTable, streams: StreamNames
) -> TrafficPart:
    """Plan one flow for each source and destination of every entry of traffic."""
    trees = network.trees_of_flows()
    rows: list[dict[str, Any]] = []
    names: list[str] = []
    for traffic in scenario.traffic:
        size_row = distributions.add_law(size_law(traffic.size_bytes))
        for flow in traffic_flows(scenario, traffic):
            name = f"traffic:{traffic.id}:{flow.source}>{flow.destination}"
            streams.add("traffic", len(rows), "key_gap", f"{name}:gap")
            streams.add("traffic", len(rows), "key_size", f"{name}:size")
            tree, clearance = trees[flow]
            rows.append(
                {
                    "kind": KINDS[traffic.kind],
                    "source": network.node_row[flow.source],
                    "destination": network.node_row[flow.destination],
                    "tree": tree,
                    "clearance": clearance,
                    "priority": PRIORITY_CLASSES.index(traffic.priority),
                    "name_key": name_key(name),
                    "gap_s": traffic.gap_s,
                    "phase_s": -1.0 if traffic.phase_s is None else float(traffic.phase_s),
                    "size_row": size_row,
                    "lifetime_s": UP_FOR_EVER if traffic.lifetime_s is None else float(traffic.lifetime_s),
                    "start_s": float(traffic.start_s),
                    "end_s": UP_FOR_EVER if traffic.end_s is None else float(traffic.end_s),
                    "surges": 0,
                }
            )
            names.append(traffic.id)
    events = [(row["start_s"], TRAFFIC_STARTED, index, 0, 0) for index, row in enumerate(rows)]
    surges, targets, switched = _surges(scenario, names)
    for target in targets:
        rows[target["flow"]]["surges"] += 1
    entities = {"traffic": rows, "surges": surges, "surge_targets": targets}
    return TrafficPart(entities, events + switched, names)


def _surges(
    scenario: Scenario, traffic_ids: list[str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[tuple[float, int, int, int, int]]]:
    """Surges, the flows they concern, and the events of those that a time switches on."""
    flights = [launch.id for launch in scenario.active_launches()]
    rows: list[dict[str, Any]] = []
    targets: list[dict[str, Any]] = []
    events = []
    for surge in scenario.surge:
        # A launch that is not in the chosen set never takes place: the surge waits for ever.
        wanted = len(flights) if surge.launch is not None and surge.launch not in flights else -1
        flows = [place for place, name in enumerate(traffic_ids) if name in surge.traffic]
        if surge.on == "time":
            start_s = float(surge.delay_s) + (0.0 if surge.at_s is None else float(surge.at_s))
            events.append((start_s, SURGE_CHANGED, len(rows), SURGE_RISING, 0))
        rows.append(
            {
                "trigger": TRIGGERS[surge.on],
                "launch": flights.index(surge.launch) if surge.launch in flights else wanted,
                "first_target": len(targets),
                "target_count": len(flows),
                "delay_s": float(surge.delay_s),
                "excess": float(surge.factor) - 1.0,
                "ramp_s": float(surge.ramp_s),
                "duration_s": float(surge.duration_s),
                "stage": SURGE_SWITCHED_ON if surge.on == "time" else SURGE_WAITING,
            }
        )
        targets.extend({"flow": place} for place in flows)
    return rows, targets, events
