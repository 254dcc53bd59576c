"""Fields of every kind of entity: the single source of both representations of the world.

The SimPy engine holds lists of small Python objects (`w.links[a].up`), a compiled engine arrays of records
with the same field names. Only int64 ("i8") and float64 ("f8") fields exist.
"""

from __future__ import annotations

from typing import Final

Fields = tuple[tuple[str, str], ...]

LISTS: Final[Fields] = (("head", "i8"), ("tail", "i8"), ("count", "i8"))

LINKS: Final[Fields] = (
    ("tail", "i8"),
    ("head", "i8"),
    ("first_list", "i8"),
    ("capacity_bps", "f8"),
    ("propagation_s", "f8"),
    ("jitter_row", "i8"),
    ("keep_order", "i8"),
    ("loss", "f8"),
    ("retry_timeout_s", "f8"),
    ("max_attempts", "i8"),
    ("queue_limit", "i8"),
    ("reroute_s", "f8"),
    ("key_jitter", "i8"),
    ("key_loss", "i8"),
    ("up", "i8"),
    ("outages", "i8"),
    ("busy", "i8"),
    ("queued", "i8"),
    ("token", "i8"),
    ("last_arrival_s", "f8"),
    ("down_since_s", "f8"),
    ("down_total_s", "f8"),
    ("changed_s", "f8"),
    ("busy_total_s", "f8"),
    ("queue_area_s", "f8"),
    ("max_queued", "i8"),
    ("carried", "i8"),
    ("dropped", "i8"),
    ("lost", "i8"),
    ("retransmissions", "i8"),
)

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
    ("first_flow", "i8"),
    ("flow_count", "i8"),
    ("up", "i8"),
    ("outages", "i8"),
    ("busy", "i8"),
    ("queued", "i8"),
    ("answering", "i8"),
    ("down_since_s", "f8"),
    ("down_total_s", "f8"),
    ("changed_s", "f8"),
    ("busy_total_s", "f8"),
    ("queue_area_s", "f8"),
    ("max_queued", "i8"),
    ("carried", "i8"),
    ("dropped", "i8"),
)

MESSAGES: Final[Fields] = (
    ("number", "i8"),
    ("kind", "i8"),
    ("origin", "i8"),
    ("destination", "i8"),
    ("tree", "i8"),
    ("clearance", "i8"),
    ("label_mask", "i8"),
    ("launch", "i8"),
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
    ("down_mark_s", "f8"),
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
    ("history", "i8"),
    ("sequence", "i8"),
    ("visible_s", "f8"),
    ("detected_s", "f8"),
    ("confirmed_s", "f8"),
    ("range_m", "f8"),
    ("azimuth_rad", "f8"),
    ("elevation_rad", "f8"),
    ("sigma_range_m", "f8"),
    ("sigma_cross_m", "f8"),
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
    ("message_delay_row", "i8"),
    ("sigma_m", "f8"),
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

PICTURES: Final[Fields] = (
    ("node", "i8"),
    ("launch", "i8"),
    ("track", "i8"),
    ("first_row", "i8"),
    ("origin_slot", "i8"),
    ("label_mask", "i8"),
    ("own_label_mask", "i8"),
    ("decides", "i8"),
    ("first_warning", "i8"),
    ("warning_count", "i8"),
    ("token", "i8"),
    ("own_confirmed", "i8"),
    ("confirmed_s", "f8"),
    ("shared_s", "f8"),
    ("asked_s", "f8"),
    ("assessed_s", "f8"),
    ("confirm_message", "i8"),
    ("latest_message", "i8"),
    ("trigger_message", "i8"),
    ("evaluation_pending", "i8"),
    ("evaluated_s", "f8"),
    ("steady", "i8"),
    ("burned_out", "i8"),
    ("reported_impact", "i8"),
    ("reports_sent", "i8"),
    ("too_late", "i8"),
    ("rejected", "i8"),
)

WARNINGS: Final[Fields] = (
    ("picture", "i8"),
    ("consumer", "i8"),
    ("product", "i8"),
    ("area", "i8"),
    ("tree", "i8"),
    ("state", "i8"),
    ("met", "i8"),
    ("qualified_s", "f8"),
    ("decided_s", "f8"),
    ("delivered_s", "f8"),
    ("qualify_message", "i8"),
    ("alert_message", "i8"),
    ("gate", "i8"),
    ("gating_message", "i8"),
    ("revisions", "i8"),
    ("withdrawals", "i8"),
)

FLOWS: Final[Fields] = (
    ("destination", "i8"),
    ("tree", "i8"),
    ("clearance", "i8"),
    ("on_request", "i8"),
)

OUTAGES: Final[Fields] = (
    ("target_kind", "i8"),
    ("target", "i8"),
    ("reverse", "i8"),
    ("down_s", "f8"),
    ("up_s", "f8"),
    ("converged", "i8"),
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

OUTBOX: Final[Fields] = (
    ("delay", "f8"),
    ("kind", "i8"),
    ("a", "i8"),
    ("b", "i8"),
    ("token", "i8"),
)

HOPS: Final[Fields] = (
    ("message", "i8"),
    ("link", "i8"),
    ("node", "i8"),
    ("queued_s", "f8"),
    ("start_s", "f8"),
    ("end_s", "f8"),
    ("service_s", "f8"),
    ("propagation_s", "f8"),
    ("outcome", "i8"),
)

OCCUPANCY: Final[Fields] = (
    ("link", "i8"),
    ("node", "i8"),
    ("time_s", "f8"),
    ("queued", "i8"),
    ("in_service", "i8"),
)

TRACKS: Final[Fields] = (
    ("picture", "i8"),
    ("time_s", "f8"),
    ("age_s", "f8"),
    ("position_error_m", "f8"),
    ("position_sigma_m", "f8"),
    ("impact_valid", "i8"),
    ("impact_latitude_rad", "f8"),
    ("impact_longitude_rad", "f8"),
    ("impact_sigma_m", "f8"),
    ("sources", "i8"),
)

ESTIMATES: Final[Fields] = (
    ("picture", "i8"),
    ("warning", "i8"),
    ("time_s", "f8"),
    ("probability", "f8"),
    ("sigma_m", "f8"),
    ("thrust_probability", "f8"),
    ("met", "i8"),
    ("sources", "i8"),
)

ENTITIES: Final[dict[str, Fields]] = {
    "lists": LISTS,
    "links": LINKS,
    "nodes": NODES,
    "messages": MESSAGES,
    "copies": COPIES,
    "pairs": PAIRS,
    "sensors": SENSORS,
    "launches": LAUNCHES,
    "pictures": PICTURES,
    "warnings": WARNINGS,
    "flows": FLOWS,
    "outages": OUTAGES,
    "rules": RULES,
    "paths": PATHS,
    "outbox": OUTBOX,
    "hops": HOPS,
    "occupancy": OCCUPANCY,
    "tracks": TRACKS,
    "estimates": ESTIMATES,
}

TRACE_POOLS: Final = ("hops", "occupancy", "tracks", "estimates")

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
    ("end_s", "f8"),
    ("clearance_states", "i8"),
    ("origin_slots", "i8"),
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
