"""Time-slotted access: a server that is there for one slot in each part of a frame.

A scenario fits if one flow of Poisson traffic, of messages that all need as many slots, has a link's slots to
itself and an unlimited queue.

Reference
---------
Bertsekas, D. & Gallager, R. (1992). Data Networks, 2nd ed., section 3.5.2 (M/G/1 with vacations, applied to
time-division multiplexing).
"""

from __future__ import annotations


def slotted_wait_s(arrival_rate_per_s: float, slots: int, gap_s: float) -> float:
    """Mean time from arrival to the begin of a message's first slot (s).

    Each message keeps the server for X = slots x gap; an idle server is away for one gap at a time. With
    load rho = rate X, W = rate X^2 / (2 (1 - rho)) + gap / 2.

    Parameters
    ----------
    arrival_rate_per_s : float
        Arrivals per second.
    slots : int
        Slots that a message needs.
    gap_s : float
        Time from one slot of the link to its next (s).

    Raises
    ------
    ValueError
        If there are too few slots.
    """
    work_s = slots * gap_s
    load = arrival_rate_per_s * work_s
    if not 0.0 < load < 1.0:
        raise ValueError(f"utilisation is {load:.4g}; a queue settles only below 1")
    return arrival_rate_per_s * work_s * work_s / (2.0 * (1.0 - load)) + 0.5 * gap_s
