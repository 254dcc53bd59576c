"""Fields of links and of what changes them; part of `entities`, whose notes hold here too."""

from __future__ import annotations

from typing import Final

Fields = tuple[tuple[str, str], ...]

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
    ("backoff", "f8"),
    ("max_attempts", "i8"),
    ("queue_limit", "i8"),
    ("queue_limit_bits", "f8"),
    ("preemptive", "i8"),
    ("coalesce", "i8"),
    ("reroute_s", "f8"),
    ("key_jitter", "i8"),
    ("key_loss", "i8"),
    ("key_burst", "i8"),
    # Losses in bursts: probabilities of a change before a transmission; 0 where losses are independent.
    ("to_bad", "f8"),
    ("to_good", "f8"),
    ("loss_bad", "f8"),
    ("bad", "i8"),
    # Slots: length, distance of two of the link's own, begin of its first, bits in one; 0 without.
    ("slot_s", "f8"),
    ("slot_gap_s", "f8"),
    ("slot_first_s", "f8"),
    ("slot_bits", "f8"),
    ("slot_next", "i8"),
    ("slot_number", "i8"),
    ("slot_waiting", "i8"),
    ("slot_open", "i8"),
    # Contacts: rows of `contacts`, the next one, in which round of them, and when the present one ends.
    ("first_contact", "i8"),
    ("contact_count", "i8"),
    ("contact_every_s", "f8"),
    ("contact", "i8"),
    ("contact_round", "i8"),
    ("closes_s", "f8"),
    ("closed", "i8"),
    # What becomes of messages at a failure, and whether any of them is rerouted.
    ("service_fate", "i8"),
    ("flight_fate", "i8"),
    ("queue_fate", "i8"),
    ("reroutes", "i8"),
    # What outages that degrade it make of it.
    ("capacity_factor", "f8"),
    ("delay_factor", "f8"),
    ("extra_loss", "f8"),
    ("wear", "i8"),
    ("up", "i8"),
    ("outages", "i8"),
    ("busy", "i8"),
    ("queued", "i8"),
    ("queued_bits", "f8"),
    # Nothing that waits has expired before.
    ("first_expiry_s", "f8"),
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
    ("superseded", "i8"),
)

CONTACTS: Final[Fields] = (
    ("start_s", "f8"),
    ("end_s", "f8"),
)
"""Times at which a link exists, those of one link in a row, in order."""

LINK_ENTITIES: Final[dict[str, Fields]] = {"links": LINKS, "contacts": CONTACTS}
