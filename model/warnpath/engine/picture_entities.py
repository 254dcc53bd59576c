"""Fields of pictures, of the warnings that rest on them, and of what is scored; part of `entities`."""

from __future__ import annotations

from typing import Final

Fields = tuple[tuple[str, str], ...]

PICTURES: Final[Fields] = (
    ("node", "i8"),
    # Its number at its command post, the first picture there, and the first score; whether it is in use.
    ("slot", "i8"),
    ("first", "i8"),
    ("first_score", "i8"),
    ("used", "i8"),
    ("lineage", "i8"),
    ("silence_s", "f8"),
    ("ends_s", "f8"),
    # 1: the periodic looks and reports have come to their end.
    ("ended", "i8"),
    # Launch point reported by infrared: when it was detected (else -1), where, and by which sensor.
    ("point_s", "f8"),
    ("point_latitude_rad", "f8"),
    ("point_longitude_rad", "f8"),
    ("point_sigma_m", "f8"),
    ("point_sensor", "i8"),
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
    ("reports_taken", "i8"),
    ("follows", "i8"),
    ("challenger", "i8"),
    ("streak", "i8"),
    ("followed_s", "f8"),
    ("strayed_s", "f8"),
    ("strays", "i8"),
    ("swaps", "i8"),
    ("merges", "i8"),
    ("unsound", "i8"),
    ("report_strays", "i8"),
    ("report_swaps", "i8"),
    ("first_s", "f8"),
    ("newest_s", "f8"),
    ("aged_s", "f8"),
    ("age_area_s2", "f8"),
    ("age_peak_s", "f8"),
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
    # Row of `needs` of the first launch, and what the picture followed when the warning was sent.
    ("need", "i8"),
    ("follows", "i8"),
)

NEEDS: Final[Fields] = (
    ("launch", "i8"),
    ("node", "i8"),
    ("consumer", "i8"),
    ("product", "i8"),
    ("awaited", "i8"),
)
"""What is scored: whether a consumer was warned of a launch by its command post."""

SCORES: Final[Fields] = (
    ("confirmed", "i8"),
    ("false_starts", "i8"),
    ("ungated", "i8"),
    ("unmatched", "i8"),
)
"""Counts of a command post and a launch, in truth."""

FLOWS: Final[Fields] = (
    ("destination", "i8"),
    ("tree", "i8"),
    ("clearance", "i8"),
    ("on_request", "i8"),
)

PICTURE_ENTITIES: Final[dict[str, Fields]] = {
    "pictures": PICTURES,
    "warnings": WARNINGS,
    "needs": NEEDS,
    "scores": SCORES,
    "flows": FLOWS,
}
