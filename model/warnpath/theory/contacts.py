"""The earliest that a message can arrive over links that exist at times only.

A scenario fits if its links have contact windows, no transmission time, loss or outage, and one message
leaves at a known time.

References
----------
Bui-Xuan, B., Ferreira, A. & Jarry, A. (2003). Computing shortest, fastest, and foremost journeys in dynamic
networks. International Journal of Foundations of Computer Science 14, 267-285.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Contact:
    """A link open from a time to a time, both included, with its one-way delay (s)."""

    tail: str
    head: str
    start_s: float
    end_s: float
    delay_s: float


def earliest_arrivals_s(contacts: Iterable[Contact], source: str, start_s: float) -> dict[str, float]:
    """Earliest arrival at every node that can be reached: Dijkstra's algorithm over time (s).

    A message may wait at a node, and is sent within a window.
    """
    leaving: dict[str, list[Contact]] = {}
    for contact in contacts:
        leaving.setdefault(contact.tail, []).append(contact)
    arrivals: dict[str, float] = {}
    waiting = [(start_s, source)]
    while waiting:
        time_s, node = heapq.heappop(waiting)
        if node in arrivals:
            continue
        arrivals[node] = time_s
        for contact in leaving.get(node, ()):
            if time_s <= contact.end_s and contact.head not in arrivals:
                heapq.heappush(waiting, (max(time_s, contact.start_s) + contact.delay_s, contact.head))
    return arrivals
