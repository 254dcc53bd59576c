"""What became of the messages of each flow of traffic, in counts."""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import (
    DELIVERED,
    EXPIRED,
    LINK_DOWN,
    LOST,
    NO_ROUTE,
    NODE_DOWN,
    QUEUE_FULL,
    SUPERSEDED,
)


def count_traffic(w: Any, m: int) -> None:
    """Book the end of a message with its flow of traffic."""
    message = w.messages[m]
    message.booked = 1
    flow = w.traffic[message.subject]
    if message.status == DELIVERED:
        latency_s = message.finished_s - message.created_s
        flow.delivered += 1
        flow.latency_total_s += latency_s
        flow.latency_square_s += latency_s * latency_s
        flow.latency_max_s = max(flow.latency_max_s, latency_s)
    elif message.status == LOST:
        flow.lost += 1
    elif message.status == QUEUE_FULL:
        flow.queue_full += 1
    elif message.status == LINK_DOWN:
        flow.link_down += 1
    elif message.status == NODE_DOWN:
        flow.node_down += 1
    elif message.status == NO_ROUTE:
        flow.no_route += 1
    elif message.status == EXPIRED:
        flow.expired += 1
    elif message.status == SUPERSEDED:
        flow.superseded += 1
