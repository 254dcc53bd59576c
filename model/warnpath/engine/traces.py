"""Columns of the opt-in tables: hops, occupancy, tracks, estimates."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from warnpath.engine.codes import DELIVERED, MESSAGE_STATUSES
from warnpath.engine.output import Columns, text
from warnpath.engine.plan_flights import flown
from warnpath.engine.records import named, records_of
from warnpath.network.geometry import great_circle_km

if TYPE_CHECKING:
    from warnpath.engine.plan import Plan


def hops_columns(plan: Plan, world: Any) -> Columns:
    """One row per message and element it was sent over or served by."""
    rows = records_of(world, "hops", world.hops_count)
    outcomes = ["sent" if status == MESSAGE_STATUSES[DELIVERED] else status for status in MESSAGE_STATUSES]
    return {
        "message": rows["message"].copy(),
        "element": _elements(plan, rows),
        "queued_s": rows["queued_s"].copy(),
        "start_s": rows["start_s"].copy(),
        "end_s": rows["end_s"].copy(),
        "queue_wait_s": rows["start_s"] - rows["queued_s"],
        "service_s": rows["service_s"].copy(),
        "propagation_s": rows["propagation_s"].copy(),
        "outcome": named(outcomes, rows["outcome"]),
    }


def occupancy_columns(plan: Plan, world: Any) -> Columns:
    """One row per change of what an element holds."""
    rows = records_of(world, "occupancy", world.occupancy_count)
    return {
        "element": _elements(plan, rows),
        "direction": named(plan.network.link_directions, rows["link"]),
        "time_s": rows["time_s"].copy(),
        "queued": rows["queued"].copy(),
        "in_service": rows["in_service"].copy(),
    }


def tracks_columns(plan: Plan, world: Any) -> Columns:
    """One row per look of a C2 at a launch: errors against the truth beside what the picture claims."""
    rows = world.tracks[: world.tracks_count]
    pictures = [world.pictures[row.picture] for row in rows]
    launched = np.array([world.launches[row.launch].at_s for row in rows])
    impacts = []
    flights = {number: flown(plan, world, number) for number in {row.launch for row in rows}}
    for row in rows:
        flight = flights[row.launch]
        error = math.nan
        if row.impact_valid:
            error = great_circle_km(
                math.degrees(row.impact_latitude_rad),
                math.degrees(row.impact_longitude_rad),
                flight.impact_lat_deg,
                flight.impact_lon_deg,
            )
        impacts.append(error)
    return {
        "c2": text([plan.network.tables.node_ids[picture.node] for picture in pictures]),
        "launch": text([plan.sensing.launch_ids[row.launch] for row in rows]),
        "track": np.array([picture.slot for picture in pictures], dtype=np.int64),
        "time_s": _floats(rows, "time_s") - launched,
        "age_s": _known(_floats(rows, "age_s")),
        "position_error_m": _known(_floats(rows, "position_error_m")),
        "position_sigma_m": _known(_floats(rows, "position_sigma_m")),
        "impact_error_km": np.array(impacts, dtype=np.float64),
        "impact_sigma_km": np.where(
            _integers(rows, "impact_valid") == 1, _floats(rows, "impact_sigma_m") / 1000.0, np.nan
        ),
        "sources": _integers(rows, "sources"),
    }


def estimates_columns(plan: Plan, world: Any) -> Columns:
    """One row per look of a deciding C2 at an area: what would have been said then."""
    rows = world.estimates[: world.estimates_count]
    pictures = [world.pictures[row.picture] for row in rows]
    launched = np.array([world.launches[row.launch].at_s for row in rows])
    return {
        "c2": text([plan.network.tables.node_ids[picture.node] for picture in pictures]),
        "launch": text([plan.sensing.launch_ids[row.launch] for row in rows]),
        "track": np.array([picture.slot for picture in pictures], dtype=np.int64),
        "consumer": text(
            [plan.network.tables.node_ids[world.warnings[row.warning].consumer] for row in rows]
        ),
        "time_s": _floats(rows, "time_s") - launched,
        "probability": _floats(rows, "probability"),
        "sigma_km": _floats(rows, "sigma_m") / 1000.0,
        "thrust_probability": _floats(rows, "thrust_probability"),
        "rule_met": _integers(rows, "met") == 1,
        "sources": _integers(rows, "sources"),
    }


def _elements(plan: Plan, rows: np.ndarray) -> np.ndarray:
    """Names of the links, or else the nodes, that rows are about."""
    links = rows["link"]
    names = named(plan.network.link_elements, links)
    names[links < 0] = named(plan.network.tables.node_ids, rows["node"][links < 0])
    return names


def _floats(rows: Any, name: str) -> np.ndarray:
    return np.array([getattr(row, name) for row in rows], dtype=np.float64)


def _integers(rows: Any, name: str) -> np.ndarray:
    return np.array([getattr(row, name) for row in rows], dtype=np.int64)


def _known(values: np.ndarray) -> np.ndarray:
    """Negative stands for unknown in the trace rows."""
    return np.where(values < 0.0, np.nan, values)
