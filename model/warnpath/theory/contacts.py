"""Links that exist at times only: the earliest arrival over many of them, the mean wait at one.

A scenario fits the first if its links have contact windows, no transmission time, loss or outage, and one
message leaves at a known time; the second if Poisson traffic comes to one link whose contacts repeat.

References
----------
Bui-Xuan, B., Ferreira, A. & Jarry, A. (2003). Computing shortest, fastest, and foremost journeys in dynamic
networks. International Journal of Foundations of Computer Science 14, 267-285.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
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


def waiting_share(gaps_s: Sequence[float], period_s: float) -> float:
    """Share of arrivals at uniform moments that find a link between two of its contacts.

    Parameters
    ----------
    gaps_s : sequence of float
        Times between two contacts, all of one period (s).
    period_s : float
        Time after which the contacts repeat (s).
    """
    if not (min(gaps_s) >= 0.0 and sum(gaps_s) <= period_s):
        raise ValueError(f"gaps {list(gaps_s)} in a period of {period_s!r} s; expected at most the period")
    return sum(gaps_s) / period_s


def waiting_mean_s(gaps_s: Sequence[float], period_s: float) -> float:
    """Mean wait for a contact of an arrival at a uniform moment: sum of gap^2 / (2 period) (s).

    It meets a gap in proportion to its length, and then waits half of it on average.
    """
    waiting_share(gaps_s, period_s)
    return sum(gap_s * gap_s for gap_s in gaps_s) / (2.0 * period_s)
