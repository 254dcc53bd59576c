"""Fields of every kind of entity: the single source of both representations of the world.

Handlers that run as Python see lists of small objects (`w.links[a].up`), as machine code arrays of records
with the same field names. Only int64 ("i8") and float64 ("f8") fields exist.
"""

from __future__ import annotations

from typing import Final

from warnpath.engine.cause_entities import CAUSES
from warnpath.engine.link_entities import LINK_ENTITIES
from warnpath.engine.picture_entities import PICTURE_ENTITIES
from warnpath.engine.trace_entities import TRACES

Fields = tuple[tuple[str, str], ...]

LISTS: Final[Fields] = (("head", "i8"), ("tail", "i8"), ("count", "i8"))

NODES: Final[Fields] = (
    ("name_key", "i8"),
    ("nation_bit", "i8"),
    ("first_list", "i8"),
    ("servers", "i8"),
    ("service_row", "i8"),
    ("queue_limit", "i8"),
    ("answer_row", "i8"),
    ("answer_servers", "i8"),
    ("reroute_s", "f8"),
    ("key_service", "i8"),
    ("key_answer", "i8"),
    ("key_assessment", "i8"),
    ("key_approval", "i8"),
    ("assessment_row", "i8"),
    ("approval_row", "i8"),
    ("preemptive", "i8"),
    ("holds", "i8"),
    # Of a hub with a stand-by, and of the stand-by: row of `stand_bys`; else -1.
    ("duty", "i8"),
    ("startup_row", "i8"),
    ("key_startup", "i8"),
    ("delay_factor", "f8"),
    ("wear", "i8"),
    ("token", "i8"),
    ("repairs", "i8"),
    ("first_flow", "i8"),
    ("flow_count", "i8"),
    # Of a command post: its first picture (else -1), and how many are in use, and in use but not confirmed.
    ("first_picture", "i8"),
    ("pictures_used", "i8"),
    ("tentative", "i8"),
    ("up", "i8"),
    ("outages", "i8"),
    ("busy", "i8"),
    ("queued", "i8"),
    ("first_expiry_s", "f8"),
    ("answering", "i8"),
    ("down_since_s", "f8"),
    ("down_total_s", "f8"),
    ("changed_s", "f8"),
    ("busy_total_s", "f8"),
    ("queue_area_s", "f8"),
    ("max_queued", "i8"),
    ("carried", "i8"),
    ("dropped", "i8"),
    ("duplicates", "i8"),
)

MESSAGES: Final[Fields] = (
    ("number", "i8"),
    ("kind", "i8"),
    ("origin", "i8"),
    ("destination", "i8"),
    ("tree", "i8"),
    ("clearance", "i8"),
    ("label_mask", "i8"),
    # What the datum it rests on is of in truth, and what the picture it is from follows: for scoring only.
    ("launch", "i8"),
    ("follows", "i8"),
    # Number of the picture at the command post it is from.
    ("track", "i8"),
    ("priority", "i8"),
    ("size_bits", "f8"),
    ("lineage", "i8"),
    ("created_s", "f8"),
    ("expires_s", "f8"),
    ("finished_s", "f8"),
    ("status", "i8"),
    ("references", "i8"),
    ("confirmed", "i8"),
    ("payload", "i8"),
    ("subject", "i8"),
    ("sensor", "i8"),
    ("hops", "i8"),
    ("attempts", "i8"),
    ("path", "i8"),
    # Sent twice: the next of `walk_steps` it takes (-1 the routes in force); of a copy's own account, the
    # message it is of (else -1); of the message, how many such are under way, whether one is at its
    # destination, and whether its end is booked already.
    ("walk", "i8"),
    ("whole", "i8"),
    ("parts", "i8"),
    ("received", "i8"),
    ("booked", "i8"),
    ("next_free", "i8"),
    ("stamp_s", "f8"),
    ("sense_s", "f8"),
    ("confirm_s", "f8"),
    ("transport_s", "f8"),
    ("processing_s", "f8"),
    ("queueing_s", "f8"),
    ("retransmission_s", "f8"),
    ("outage_s", "f8"),
    ("release_s", "f8"),
    ("accuracy_s", "f8"),
    ("decision_s", "f8"),
    ("delivery_s", "f8"),
    ("plot_time_s", "f8"),
    ("plot_sequence", "i8"),
    ("range_m", "f8"),
    ("azimuth_rad", "f8"),
    ("elevation_rad", "f8"),
    ("sigma_range_m", "f8"),
    ("sigma_cross_m", "f8"),
)

COPIES: Final[Fields] = (
    ("message", "i8"),
    ("list", "i8"),
    ("next", "i8"),
    ("previous", "i8"),
    ("token", "i8"),
    ("attempts", "i8"),
    ("since_s", "f8"),
    ("started_s", "f8"),
    ("stint_s", "f8"),
    ("ends_s", "f8"),
    ("remaining_s", "f8"),
    ("service_s", "f8"),
    ("down_mark_s", "f8"),
    ("arrival_s", "f8"),
    ("reroute", "i8"),
    ("next_free", "i8"),
)

PAIRS: Final[Fields] = (
    ("sensor", "i8"),
    ("launch", "i8"),
    ("destination", "i8"),
    ("tree", "i8"),
    ("clearance", "i8"),
    ("key_detection", "i8"),
    ("key_noise", "i8"),
    ("phase_s", "f8"),
    ("scan", "i8"),
    ("last_scan", "i8"),
    ("opens_s", "f8"),
    ("closes_s", "f8"),
    ("truth_row", "i8"),
    ("history", "i8"),
    # Of a hit whose event is still to come: in every how many scans the radar looks at the object, and which
    # of the radar's objects it is of; -1 while that is not known.
    ("due", "i8"),
    ("every", "i8"),
    ("object", "i8"),
    ("sequence", "i8"),
    ("visible_s", "f8"),
    ("detected_s", "f8"),
    ("confirmed_s", "f8"),
    ("range_m", "f8"),
    ("azimuth_rad", "f8"),
    ("elevation_rad", "f8"),
    ("sigma_range_m", "f8"),
    ("sigma_cross_m", "f8"),
    ("launch_sigma_m", "f8"),
)

SENSORS: Final[Fields] = (
    ("node", "i8"),
    ("infrared", "i8"),
    ("row", "i8"),
    ("period_s", "f8"),
    ("confirm_hits", "i8"),
    ("confirm_window", "i8"),
    ("label_mask", "i8"),
    ("report_bits", "f8"),
    ("first_detection_row", "i8"),
    ("cloud_break_row", "i8"),
    ("message_delay_row", "i8"),
    ("detection_probability", "f8"),
    ("capacity", "i8"),
    ("first_pair", "i8"),
    ("pair_count", "i8"),
    ("first_object", "i8"),
    ("object_count", "i8"),
)

LAUNCHES: Final[Fields] = (
    ("at_s", "f8"),
    ("impact_s", "f8"),
    ("burnout_s", "f8"),
    ("truth_first", "i8"),
    ("truth_count", "i8"),
    ("lineage", "i8"),
    ("latitude_rad", "f8"),
    ("longitude_rad", "f8"),
    ("latitude_cosine", "f8"),
)

RULES: Final[Fields] = (
    ("node", "i8"),
    ("gained_bit", "i8"),
    ("release_row", "i8"),
    ("key_release", "i8"),
)

PATHS: Final[Fields] = (
    ("parent", "i8"),
    ("node", "i8"),
    ("link", "i8"),
    ("first_child", "i8"),
    ("next_sibling", "i8"),
)

WALK_SETS: Final[Fields] = (
    ("first", "i8"),
    ("second", "i8"),
)
"""Two disjoint walks of messages that are sent twice: where in `walk_steps` each begins."""

STAND_BYS: Final[Fields] = (
    ("primary", "i8"),
    ("stand_by", "i8"),
    ("in_charge", "i8"),
    ("delay_s", "f8"),
    ("return_s", "f8"),
    ("token", "i8"),
    ("takeovers", "i8"),
)
"""Pairs of a hub and its stand-by, which of them forwards, and how long the other takes to step in."""

OUTBOX: Final[Fields] = (
    ("delay", "f8"),
    ("kind", "i8"),
    ("a", "i8"),
    ("b", "i8"),
    ("token", "i8"),
)

ENTITIES: Final[dict[str, Fields]] = {
    "lists": LISTS,
    **LINK_ENTITIES,
    "nodes": NODES,
    "messages": MESSAGES,
    "copies": COPIES,
    "pairs": PAIRS,
    "sensors": SENSORS,
    "launches": LAUNCHES,
    **PICTURE_ENTITIES,
    **CAUSES,
    "rules": RULES,
    "paths": PATHS,
    "walk_sets": WALK_SETS,
    "stand_bys": STAND_BYS,
    "outbox": OUTBOX,
    **TRACES,
}

TRACE_POOLS: Final = tuple(TRACES)

COUNTERS: Final[tuple[tuple[str, str], ...]] = (
    ("fault", "i8"),
    ("outbox_count", "i8"),
    ("message_free", "i8"),
    ("message_free_count", "i8"),
    ("messages_made", "i8"),
    ("copy_free", "i8"),
    ("report_free", "i8"),
    ("report_free_count", "i8"),
    ("path_count", "i8"),
    ("noted_message", "i8"),
    ("noted_value", "f8"),
    ("keep_messages", "i8"),
    ("hops_on", "i8"),
    ("hops_count", "i8"),
    ("occupancy_on", "i8"),
    ("occupancy_count", "i8"),
    ("tracks_on", "i8"),
    ("tracks_count", "i8"),
    ("estimates_on", "i8"),
    ("estimates_count", "i8"),
    ("downtimes_on", "i8"),
    ("downtimes_count", "i8"),
    ("start_repaired", "i8"),
    ("switch_s", "f8"),
    ("end_s", "f8"),
    ("stop_s", "f8"),
    ("awaited", "i8"),
    ("clearance_states", "i8"),
    ("origin_slots", "i8"),
    ("association", "i8"),
    ("slots", "i8"),
    ("spare_report", "i8"),
    ("key_launch_phase", "i8"),
    ("report_interval_s", "f8"),
    ("impact_interval_s", "f8"),
    ("max_thrust_probability", "f8"),
    ("max_impact_sigma_m", "f8"),
    ("min_area_probability", "f8"),
    ("report_bits", "f8"),
    ("alert_bits", "f8"),
    ("report_lifetime_s", "f8"),
    ("alert_lifetime_s", "f8"),
)
"""Scalar attributes of the world."""
