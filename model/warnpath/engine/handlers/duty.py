"""A hub and its stand-by: one of them is in charge, and the other steps in some time after it has failed."""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import TAKEN_OVER
from warnpath.engine.handlers.messages import schedule


def duty_changed(w: Any, n: int) -> None:
    """A node has gone down or come up: a take-over that was due is void, and what is due now is asked for."""
    d = int(w.nodes[n].duty)
    if d < 0:
        return
    pair = w.stand_bys[d]
    pair.token += 1
    other = int(pair.primary + pair.stand_by - pair.in_charge)
    if w.nodes[other].up == 0:
        return
    if w.nodes[pair.in_charge].up == 0:
        schedule(w, pair.delay_s, TAKEN_OVER, d, other, pair.token)
    elif other == pair.primary and pair.return_s >= 0.0:
        schedule(w, pair.return_s, TAKEN_OVER, d, other, pair.token)


def duty_aged(w: Any, n: int, age_s: float) -> None:
    """A node that a run meets down has been down for so long: the other one steps in as much earlier."""
    d = int(w.nodes[n].duty)
    if d < 0:
        return
    pair = w.stand_bys[d]
    other = int(pair.primary + pair.stand_by - pair.in_charge)
    if pair.in_charge == n and w.nodes[other].up == 1:
        pair.token += 1
        schedule(w, max(pair.delay_s - age_s, 0.0), TAKEN_OVER, d, other, pair.token)
