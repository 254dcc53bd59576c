"""Fields of what happens of itself: traffic and outages; part of `entities`, whose notes hold here too."""

from __future__ import annotations

from typing import Final

Fields = tuple[tuple[str, str], ...]

TRAFFIC: Final[Fields] = (
    ("kind", "i8"),
    ("source", "i8"),
    ("destination", "i8"),
    ("tree", "i8"),
    ("clearance", "i8"),
    ("priority", "i8"),
    ("name_key", "i8"),
    ("key_gap", "i8"),
    ("key_size", "i8"),
    ("gap_s", "f8"),
    ("phase_s", "f8"),
    ("size_row", "i8"),
    ("lifetime_s", "f8"),
    ("start_s", "f8"),
    ("end_s", "f8"),
    ("surges", "i8"),
    ("running", "i8"),
    ("token", "i8"),
    ("rate", "f8"),
    ("rate_slope", "f8"),
    ("rate_since_s", "f8"),
    ("due_after_s", "f8"),
    ("sent", "i8"),
    ("delivered", "i8"),
    ("lost", "i8"),
    ("queue_full", "i8"),
    ("link_down", "i8"),
    ("node_down", "i8"),
    ("no_route", "i8"),
    ("expired", "i8"),
    ("superseded", "i8"),
    ("duplicates", "i8"),
    ("latency_total_s", "f8"),
    ("latency_square_s", "f8"),
    ("latency_max_s", "f8"),
)

SURGES: Final[Fields] = (
    ("trigger", "i8"),
    ("launch", "i8"),
    ("first_target", "i8"),
    ("target_count", "i8"),
    ("delay_s", "f8"),
    ("excess", "f8"),
    ("ramp_s", "f8"),
    ("duration_s", "f8"),
    ("stage", "i8"),
    ("level", "f8"),
    ("slope", "f8"),
    ("since_s", "f8"),
)

SURGE_TARGETS: Final[Fields] = (("flow", "i8"),)

OUTAGES: Final[Fields] = (
    ("first_member", "i8"),
    ("member_count", "i8"),
    ("random", "i8"),
    ("only_busy", "i8"),
    ("failure_row", "i8"),
    ("repair_row", "i8"),
    ("biased_failure_row", "i8"),
    ("biased_repair_row", "i8"),
    ("key_failure", "i8"),
    ("key_repair", "i8"),
    ("key_start", "i8"),
    ("availability", "f8"),
    ("crew", "i8"),
    ("next_waiting", "i8"),
    ("token", "i8"),
    ("active", "i8"),
    ("cycle", "i8"),
    ("running", "i8"),
    ("remaining_s", "f8"),
    ("running_since_s", "f8"),
    ("degraded", "i8"),
    ("capacity_factor", "f8"),
    ("delay_factor", "f8"),
    ("extra_loss", "f8"),
    ("first_downtime", "i8"),
)

MEMBERS: Final[Fields] = (("target_kind", "i8"), ("target", "i8"), ("reverse", "i8"))

CREWS: Final[Fields] = (("size", "i8"), ("busy", "i8"), ("head", "i8"), ("tail", "i8"))

CAUSES: Final[dict[str, Fields]] = {
    "traffic": TRAFFIC,
    "surges": SURGES,
    "surge_targets": SURGE_TARGETS,
    "outages": OUTAGES,
    "members": MEMBERS,
    "crews": CREWS,
}
