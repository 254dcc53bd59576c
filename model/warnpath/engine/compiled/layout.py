"""How a world lies in memory for compiled code: one record of addresses, sizes and scalars.

Every array of the world is three numbers of that record (address, rows, columns), every scalar is one,
so Python and machine code see the same memory: growing a pool is an assignment, and nothing is copied
in or out. The world's owner keeps the arrays alive while compiled code runs.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from warnpath.engine.entities import COUNTERS, ENTITIES, Fields

HEAP: Final[Fields] = (("time_s", "f8"), ("ticket", "i8"))
"""Heap of events by time, then by ticket: the order of scheduling, and below it the row in `pending`.

Sixteen bytes an event, so that four are a cache line.
"""
SLOT_BITS: Final = 26
SLOT_MASK: Final = (1 << SLOT_BITS) - 1
MOST_SCHEDULED: Final = 1 << 36
"""Tickets have room for as many events again; see `ArrayWorld.renumber`."""

PENDING: Final[Fields] = (("kind", "i8"), ("a", "i8"), ("b", "i8"), ("token", "i8"))
"""What is to happen; of a free row `token` is the next free one."""

LOG: Final[Fields] = (
    ("time_s", "f8"),
    ("kind", "i8"),
    ("element", "i8"),
    ("message", "i8"),
    ("value", "f8"),
)
"""Rows of the event log, as `simpy_python.LOG_ROW` packs them."""

RECORDS: Final[dict[str, Fields]] = {**ENTITIES, "heap": HEAP, "pending": PENDING, "log": LOG}
"""Arrays of records, one dimension."""

TABLES: Final[dict[str, str]] = {
    "log_words": "i8",
    "log_columns": "i8",
    "lists_owner": "i8",
    "route_nodes": "i8",
    "route_links": "i8",
    "route_link_order": "i8",
    "route_link_weights": "f8",
    "route_rules": "i8",
    "route_rule_weights": "f8",
    "route_rule_first": "i8",
    "route_trees": "i8",
    "route_link_up": "i8",
    "route_node_up": "i8",
    "route_cost": "f8",
    "route_scratch": "i8",
    "next_step": "i8",
    "walk_steps": "i8",
    "walks_of": "i8",
    "alternatives": "i8",
    "alternatives_of": "i8",
    "switch_link_up": "i8",
    "switch_node_up": "i8",
    "distributions": "f8",
    "truth": "f8",
    "sensor_table": "f8",
    "hit": "f8",
    "sights": "f8",
    "radar_objects": "f8",
    "areas": "f8",
    "reports": "f8",
    "payload_links": "i8",
    "fusion_settings": "f8",
    "fusion_scratch": "f8",
    "fusion_ground": "f8",
    "fusion_candidates": "f8",
    "fusion_places": "f8",
    "fusion_costs": "f8",
    "fusion_work": "f8",
    "fusion_match": "i8",
    "report_homes": "i8",
    "told": "i8",
    "track_heads": "i8",
    "track_plots": "f8",
    "track_keys": "i8",
    "track_posteriors": "f8",
}
"""Two-dimensional arrays of one number type; `log_words` are the rows of the log once more."""

NUMBERS: Final = {"i8": np.dtype(np.int64), "f8": np.dtype(np.float64)}

SCHEDULER_SCALARS: Final[Fields] = (
    ("now_s", "f8"),
    ("events", "i8"),
    ("one_by_one", "i8"),
    ("heap_count", "i8"),
    ("scheduled", "i8"),
    ("pending_free", "i8"),
    ("log_count", "i8"),
    ("keeps_log", "i8"),
    ("message_reserve", "i8"),
    ("report_reserve", "i8"),
    ("path_reserve", "i8"),
    ("trace_reserve", "i8"),
)

SCALARS: Final[Fields] = (*COUNTERS, *SCHEDULER_SCALARS)


def record_dtype(fields: Fields) -> np.dtype:
    """Structured dtype of one kind of record; all fields are eight bytes, so there is no padding."""
    return np.dtype([(name, "<" + kind) for name, kind in fields], align=True)


RECORD_DTYPES: Final = {name: record_dtype(fields) for name, fields in RECORDS.items()}


def world_dtype() -> np.dtype:
    """Structured dtype of the world's own record."""
    fields = [(f"{name}_{part}", "<i8") for name in (*RECORDS, *TABLES) for part in ARRAY_PARTS]
    return np.dtype(fields + [(name, "<" + kind) for name, kind in SCALARS], align=True)


ARRAY_PARTS: Final = ("address", "rows", "columns")
WORLD_DTYPE: Final = world_dtype()
