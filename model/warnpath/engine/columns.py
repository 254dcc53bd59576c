"""From a finished world to raw columns: numbers become names, milestones become seconds after launch."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

import numpy as np

from warnpath.engine.codes import (
    ARRIVED_AT_CONSUMER,
    DELIVERED,
    GATES,
    MESSAGE_KINDS,
    MESSAGE_STATUSES,
    PRODUCTS,
    STAGES,
    TARGET_LINK,
    TRAFFIC,
)
from warnpath.engine.output import Columns, columns_of, text
from warnpath.engine.picture_columns import pictures_columns
from warnpath.engine.plan import Plan
from warnpath.engine.plan_pictures import warning_truth
from warnpath.engine.records import named, path_names, records_of
from warnpath.engine.scoring import scored_warnings, stages_from
from warnpath.engine.state import NEVER_MADE
from warnpath.engine.traces import estimates_columns, hops_columns, occupancy_columns, tracks_columns
from warnpath.engine.traffic_columns import traffic_columns
from warnpath.network.graph import path_floor_s

if TYPE_CHECKING:
    from warnpath.physics.trajectory import Trajectory

NONE = float("nan")


def build_columns(plan: Plan, world: Any, tables: Collection[str]) -> dict[str, Columns]:
    """Columns of the tables asked for; those of traffic and of pictures only where there are some."""
    wanted = set(tables)
    if not plan.traffic.traffic_ids:
        wanted -= {"traffic"}
    if not plan.pictures.entities["pictures"]:
        wanted -= {"pictures"}
    return {name: build(plan, world) for name, build in TABLES.items() if name in wanted}


def path_nodes(plan: Plan, world: Any, path: int) -> list[str]:
    """Names of the nodes along an interned path."""
    names = []
    while path >= 0:
        entry = world.paths[path]
        names.append(plan.network.tables.node_ids[entry.node])
        path = entry.parent
    return names[::-1]


def warnings_columns(plan: Plan, world: Any) -> Columns:
    """One row per launch and consumer."""
    nodes = plan.network.tables.node_ids
    by_id = {node.id: node for node in plan.scenario.node}
    rows: list[dict[str, Any]] = []
    floors: dict[int, float] = {}
    sightings = _sightings(world)
    sighted: dict[tuple[int, str], tuple[float, float]] = {}
    flights: dict[int, Trajectory] = {}
    scored = scored_warnings(plan, world)
    for index, (need, (x, redundant)) in enumerate(zip(world.needs, scored, strict=True)):
        launch = world.launches[need.launch]
        truth = warning_truth(plan, world, index, flights)
        decider = nodes[need.node]
        consumer = by_id[nodes[need.consumer]]
        assert consumer.consumer is not None
        required = consumer.consumer.required_lead_s
        lead_s = float(plan.scenario.run.required_lead_s if required is None else required)
        seen = (need.launch, decider)
        if seen not in sighted:
            sighted[seen] = _first_sighting(plan, sightings.get(need.launch, []), decider, launch.at_s)
        visible_s, detected_s = sighted[seen]
        warning: Any = world.warnings[x] if x >= 0 else None
        delivered = warning is not None and warning.state == ARRIVED_AT_CONSUMER
        delivered_s = warning.delivered_s - launch.at_s if delivered else NONE
        margin_s = truth.deadline_s - delivered_s if truth.in_danger else NONE
        row: dict[str, Any] = {
            "launch": plan.sensing.launch_ids[need.launch],
            "consumer": consumer.id,
            "product": PRODUCTS[need.product],
            "c2": decider,
            "nation": by_id[decider].nation,
            "launched_at_s": launch.at_s,
            "t_visible_s": visible_s,
            "t_detected_s": detected_s,
            **_milestones(world, warning, launch.at_s),
            "t_delivered_s": delivered_s,
            "t_impact_s": launch.impact_s,
            "deadline_s": truth.deadline_s if truth.in_danger else NONE,
            "margin_s": margin_s,
            "needed": truth.in_danger,
            "status": _status(truth.in_danger, delivered, margin_s, lead_s),
            "outcome": _outcome(truth.in_danger, delivered),
            "redundant": redundant,
        }
        _add_budget(plan, world, warning if delivered else None, launch.at_s, row, floors)
        rows.append(row)
    return columns_of(rows, WARNING_COLUMNS)


def _milestones(world: Any, warning: Any, launched_s: float) -> dict[str, Any]:
    """What the picture came to; nothing where no picture follows the launch."""
    if warning is None:
        names = ("t_confirmed_s", "t_shared_s", "t_qualified_s", "t_decided_s")
        return {**dict.fromkeys(names, NONE), "revisions": 0, "withdrawals": 0, "gating_branch": GATES[0]}
    picture = world.pictures[warning.picture]
    return {
        "t_confirmed_s": _since(picture.confirmed_s, launched_s),
        "t_shared_s": _since(picture.shared_s, launched_s),
        "t_qualified_s": _since(warning.qualified_s, launched_s),
        "t_decided_s": _since(warning.decided_s, launched_s),
        "revisions": warning.revisions,
        "withdrawals": warning.withdrawals,
        "gating_branch": GATES[warning.gate],
    }


def _add_budget(
    plan: Plan,
    world: Any,
    warning: Any,
    launched_s: float,
    row: dict[str, Any],
    floors: dict[int, float],
) -> None:
    row.update(NO_STAGES)
    row.update({"latency_s": NONE, "gating_sensor": "", "path": "", "floor_s": NONE, "stretch": NONE})
    if warning is None:
        return
    alert = world.messages[warning.alert_message]
    row.update(zip(NO_STAGES, stages_from(world, alert, warning.follows).values(), strict=True))
    row["latency_s"] = warning.delivered_s - launched_s
    row["gating_sensor"] = plan.sensing.sensor_ids[alert.sensor]
    gating = world.messages[warning.gating_message]
    to_centre = path_nodes(plan, world, gating.path)
    row["path"] = ">".join(to_centre + path_nodes(plan, world, alert.path)[1:])
    if gating.path not in floors:
        floors[gating.path] = path_floor_s(plan.network.graph, to_centre)
    floor_s = floors[gating.path]
    on_the_way = gating.transport_s + gating.queueing_s + gating.retransmission_s + gating.outage_s
    row["floor_s"] = floor_s
    row["stretch"] = on_the_way / floor_s if floor_s > 0.0 else NONE


NO_STAGES = {f"{stage}_s": NONE for stage in STAGES}

WARNING_COLUMNS = (
    "launch",
    "consumer",
    "product",
    "c2",
    "nation",
    "launched_at_s",
    "t_visible_s",
    "t_detected_s",
    "t_confirmed_s",
    "t_shared_s",
    "t_qualified_s",
    "t_decided_s",
    "t_delivered_s",
    "t_impact_s",
    "deadline_s",
    *(f"{stage}_s" for stage in STAGES),
    "latency_s",
    "margin_s",
    "status",
    "needed",
    "outcome",
    "redundant",
    "revisions",
    "withdrawals",
    "gating_branch",
    "gating_sensor",
    "path",
    "floor_s",
    "stretch",
)


def messages_columns(plan: Plan, world: Any) -> Columns:
    """One row per message made, whatever became of it."""
    rows = records_of(world, "messages")
    # The accounts of copies that are sent twice are no messages.
    places = np.flatnonzero((rows["finished_s"] != NEVER_MADE) & (rows["whole"] < 0))
    places = places[np.argsort(rows["number"][places])]
    # Only the fields that are told: whole records take ten times as long to copy.
    of = {name: rows[name][places] for name in TOLD_OF_MESSAGES}
    nodes = plan.network.tables.node_ids
    nations = [node.nation for node in (plan.scenario.node_by_id(name) for name in nodes)]
    arrived = of["status"] == DELIVERED
    follows = np.where(of["follows"] >= 0, of["follows"], of["launch"])
    columns: Columns = {
        "message": of["number"],
        "kind": named(MESSAGE_KINDS, of["kind"]),
        "origin": named(nodes, of["origin"]),
        "destination": named(nodes, of["destination"]),
        "nation": named(nations, of["origin"]),
        "launch": named(plan.sensing.launch_ids, follows),
        "traffic": named(plan.traffic.traffic_ids, np.where(of["kind"] == TRAFFIC, of["subject"], -1)),
        "priority": of["priority"],
        "size_bytes": of["size_bits"] / 8.0,
        "created_s": of["created_s"],
        "delivered_s": np.where(arrived, of["finished_s"], NONE),
        "latency_s": np.where(arrived, of["finished_s"] - of["created_s"], NONE),
        "status": named(MESSAGE_STATUSES, of["status"]),
        "hops": of["hops"],
        "attempts": of["attempts"],
    }
    columns.update(path_names(nodes, world, of["path"]))
    return columns


TOLD_OF_MESSAGES = (
    "number",
    "kind",
    "origin",
    "destination",
    "launch",
    "follows",
    "subject",
    "priority",
    "size_bits",
    "created_s",
    "finished_s",
    "status",
    "hops",
    "attempts",
    "path",
)
"""Fields of messages that the table of messages is made of."""


def elements_columns(plan: Plan, world: Any) -> Columns:
    """One row per node and per direction of a link."""
    links, nodes = records_of(world, "links"), records_of(world, "nodes")
    media = {link.id: link.medium for link in plan.scenario.link}
    groups = {node.id: node.group or node.role for node in plan.scenario.node}
    link_ids, node_ids = list(plan.network.link_elements), list(plan.network.tables.node_ids)
    both = {
        name: np.concatenate([links[name], nodes[name]])
        for name in (*OBSERVED, "max_queued", "carried", "dropped")
    }
    servers = np.concatenate([np.ones(len(links), dtype=np.int64), nodes["servers"]])
    of_links, of_nodes = np.zeros(len(links), dtype=np.int64), np.zeros(len(nodes), dtype=np.int64)
    columns = {
        "element": text(link_ids + node_ids),
        "kind": text(["link"] * len(links) + ["node"] * len(nodes)),
        "group": text([media[name] for name in link_ids] + [groups[name] for name in node_ids]),
        "direction": text([*plan.network.link_directions, *[""] * len(nodes)]),
        **_observed(both, world.end_s, servers),
        "max_queue": both["max_queued"],
        "messages": both["carried"],
        "dropped": both["dropped"],
        "lost": np.concatenate([links["lost"], of_nodes]),
        "retransmissions": np.concatenate([links["retransmissions"], of_nodes]),
        "superseded": np.concatenate([links["superseded"], of_nodes]),
        "duplicates": np.concatenate([of_links, nodes["duplicates"]]),
        "availability_theoretical": np.array(
            [plan.network.availability[name] for name in (*link_ids, *node_ids)]
        ),
    }
    return {name: columns[name] for name in ELEMENT_COLUMNS}


ELEMENT_COLUMNS = (
    "element",
    "kind",
    "group",
    "direction",
    "utilisation",
    "mean_queue",
    "max_queue",
    "messages",
    "dropped",
    "lost",
    "retransmissions",
    "superseded",
    "duplicates",
    "availability_realised",
    "availability_theoretical",
)


def outages_columns(plan: Plan, world: Any) -> Columns:
    """One row per element and outage that began within the run."""
    rows = records_of(world, "downtimes", world.downtimes_count)
    members = records_of(world, "members")[rows["member"]]
    is_link = members["target_kind"] == TARGET_LINK
    links = np.where(is_link, members["target"], -1)
    nodes = np.where(is_link, -1, members["target"])
    elements = np.where(
        is_link,
        named(plan.network.link_elements, links),
        named(list(plan.network.tables.node_ids), nodes),
    )
    causes = [*plan.network.outage_causes, EXTERNAL]
    return {
        "element": elements,
        "down_s": rows["down_s"].copy(),
        "up_s": np.where(rows["up_s"] < 0.0, NONE, rows["up_s"]),
        "cause": text(causes)[np.minimum(rows["outage"], len(causes) - 1)],
    }


EXTERNAL = "external"
"""Cause of an outage that a user's own process brought about."""


TABLES: dict[str, Callable[[Plan, Any], Columns]] = {
    "warnings": warnings_columns,
    "messages": messages_columns,
    "hops": hops_columns,
    "tracks": tracks_columns,
    "estimates": estimates_columns,
    "occupancy": occupancy_columns,
    "elements": elements_columns,
    "outages": outages_columns,
    "pictures": pictures_columns,
    "traffic": traffic_columns,
}
"""Tables an engine can fill, and how."""

DEFAULT_TABLES = ("warnings", "elements", "outages")


def _since(time_s: float, launched_s: float) -> float:
    """Since a launch; 0 where a track of an earlier launch went over to it."""
    return max(time_s - launched_s, 0.0) if time_s >= 0.0 else NONE


def _status(needed: bool, delivered: bool, margin_s: float, required_lead_s: float) -> str:
    if not needed:
        return "none"
    if not delivered:
        return "never"
    return "in_time" if margin_s >= required_lead_s else "late"


def _outcome(needed: bool, delivered: bool) -> str:
    if needed:
        return "correct" if delivered else "missed"
    return "unneeded" if delivered else "quiet"


def _sightings(world: Any) -> dict[int, list[tuple[int, float, float]]]:
    """Per launch the sensors with their first visible and detected times; one pass, however many launches."""
    found: dict[int, list[tuple[int, float, float]]] = {}
    for pair in world.pairs:
        found.setdefault(pair.launch, []).append((pair.sensor, pair.visible_s, pair.detected_s))
    return found


def _first_sighting(
    plan: Plan, sightings: list[tuple[int, float, float]], decider: str, launched_s: float
) -> tuple[float, float]:
    """Earliest visible and detected time, s after launch, over the sensors whose data the C2 may use."""
    usable = plan.pictures.usable_sensors.get(decider, set())
    seen = [times for sensor, *times in sightings if plan.sensing.sensor_ids[sensor] in usable]
    visible = [visible_s for visible_s, _ in seen if visible_s >= 0.0]
    detected = [detected_s - launched_s for _, detected_s in seen if detected_s >= 0.0]
    return min(visible, default=NONE), min(detected, default=NONE)


OBSERVED = (
    "up",
    "busy",
    "queued",
    "changed_s",
    "busy_total_s",
    "queue_area_s",
    "down_total_s",
    "down_since_s",
)
"""Fields of links and nodes that their averages over time come from."""


def _observed(found: Columns, end_s: float, servers: np.ndarray) -> Columns:
    """Averages over the whole time of elements, from what was noted at their last change."""
    if not end_s > 0.0:
        never = np.full(len(servers), NONE)
        return {"utilisation": never, "mean_queue": never, "availability_realised": never}
    open_s = end_s - found["changed_s"]
    down_s = found["down_total_s"] + np.where(found["up"] == 0, end_s - found["down_since_s"], 0.0)
    return {
        "utilisation": (found["busy_total_s"] + open_s * found["busy"]) / (servers * end_s),
        "mean_queue": (found["queue_area_s"] + open_s * found["queued"]) / end_s,
        "availability_realised": 1.0 - down_s / end_s,
    }
