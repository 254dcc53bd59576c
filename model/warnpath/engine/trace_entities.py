"""Fields of the rows of the opt-in tables; part of `entities`, whose notes hold here too."""

from __future__ import annotations

from typing import Final

Fields = tuple[tuple[str, str], ...]

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
    ("launch", "i8"),
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
    ("launch", "i8"),
    ("warning", "i8"),
    ("time_s", "f8"),
    ("probability", "f8"),
    ("sigma_m", "f8"),
    ("thrust_probability", "f8"),
    ("met", "i8"),
    ("sources", "i8"),
)

DOWNTIMES: Final[Fields] = (
    ("outage", "i8"),
    ("member", "i8"),
    ("down_s", "f8"),
    ("up_s", "f8"),
)

TRACES: Final[dict[str, Fields]] = {
    "hops": HOPS,
    "occupancy": OCCUPANCY,
    "tracks": TRACKS,
    "estimates": ESTIMATES,
    "downtimes": DOWNTIMES,
}

TABLE_OF: Final[dict[str, str]] = {**{name: name for name in TRACES}, "downtimes": "outages"}
"""Table that the rows of a pool are for."""
