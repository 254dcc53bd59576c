"""Surges: the rate of traffic changes while a message is due, evenly or at once.

The time to the next message of a flow is kept in seconds of its usual rate. At r times that rate they pass r
times as fast, so a change of rate moves the message that is due, and no draw is made anew.
"""

from __future__ import annotations

import math
from typing import Any

from warnpath.engine.codes import (
    ON_ALERT,
    ON_LAUNCH,
    SURGE_CHANGED,
    SURGE_FALLING,
    SURGE_HIGH,
    SURGE_OVER,
    SURGE_RISING,
    SURGE_SWITCHED_ON,
    SURGE_WAITING,
    TRAFFIC_DUE,
)
from warnpath.engine.handlers.messages import schedule


def switch_on(w: Any, trigger: int, flight: int) -> None:
    """Switch on the surges that wait for a launch or for the first alert."""
    for s in range(len(w.surges)):
        surge = w.surges[s]
        if surge.trigger == trigger and surge.stage == SURGE_WAITING:
            if trigger == ON_ALERT or surge.launch < 0 or surge.launch == flight:
                surge.stage = SURGE_SWITCHED_ON
                schedule(w, surge.delay_s, SURGE_CHANGED, s, SURGE_RISING, 0)


def surge_by_launch(w: Any, flight: int) -> None:
    """A launch takes place."""
    switch_on(w, ON_LAUNCH, flight)


def surge_by_alert(w: Any) -> None:
    """A warning is sent; only the first one counts."""
    switch_on(w, ON_ALERT, -1)


def surge_changed(w: Any, now: float, s: int, stage: int) -> None:
    """A surge begins to rise, is at its height, begins to fall, or is over."""
    surge = w.surges[s]
    if stage == SURGE_RISING and surge.ramp_s <= 0.0:
        stage = SURGE_HIGH
    elif stage == SURGE_FALLING and surge.ramp_s <= 0.0:
        stage = SURGE_OVER
    surge.stage = stage
    surge.since_s = now
    surge.level = 0.0
    surge.slope = 0.0
    if stage == SURGE_HIGH or stage == SURGE_FALLING:
        surge.level = surge.excess
    if stage == SURGE_RISING:
        surge.slope = surge.excess / surge.ramp_s
        schedule(w, surge.ramp_s, SURGE_CHANGED, s, SURGE_HIGH, 0)
    elif stage == SURGE_HIGH:
        schedule(w, surge.duration_s, SURGE_CHANGED, s, SURGE_FALLING, 0)
    elif stage == SURGE_FALLING:
        surge.slope = -surge.excess / surge.ramp_s
        schedule(w, surge.ramp_s, SURGE_CHANGED, s, SURGE_OVER, 0)
    for i in range(surge.first_target, surge.first_target + surge.target_count):
        t = w.surge_targets[i].flow
        if w.traffic[t].running == 1:
            pass_time(w, now, t)
            set_rate(w, now, t)
            schedule_due(w, now, t)


def pass_time(w: Any, now: float, t: int) -> None:
    """Let the time since the last change of rate pass for a flow."""
    flow = w.traffic[t]
    elapsed = now - flow.rate_since_s
    passed = elapsed * (flow.rate + 0.5 * flow.rate_slope * elapsed)
    flow.due_after_s = max(flow.due_after_s - passed, 0.0)
    flow.rate_since_s = now


def set_rate(w: Any, now: float, t: int) -> None:
    """Work out the present rate of a flow, over its usual one, and how it changes."""
    flow = w.traffic[t]
    rate = 1.0
    slope = 0.0
    for s in range(len(w.surges)):
        surge = w.surges[s]
        if surge.stage > SURGE_SWITCHED_ON and surge.stage < SURGE_OVER:
            for i in range(surge.first_target, surge.first_target + surge.target_count):
                if w.surge_targets[i].flow == t:
                    rate += surge.level + surge.slope * (now - surge.since_s)
                    slope += surge.slope
    flow.rate = max(rate, 0.0)
    flow.rate_slope = slope
    flow.rate_since_s = now


def schedule_due(w: Any, now: float, t: int) -> None:
    """Ask for the next message when it is due at the present rate, if it ever is before the flow ends."""
    flow = w.traffic[t]
    flow.token += 1
    wait_s = -1.0
    if flow.rate_slope == 0.0:
        if flow.rate > 0.0:
            wait_s = flow.due_after_s / flow.rate
    else:
        # rate x + slope x^2 / 2 = due; the form that keeps its digits for a slope near zero.
        square = flow.rate * flow.rate + 2.0 * flow.rate_slope * flow.due_after_s
        if square > 0.0:
            below = flow.rate + math.sqrt(square)
            if below > 0.0:
                wait_s = 2.0 * flow.due_after_s / below
    # Where the rate falls to nothing first, the next change of rate asks again.
    if wait_s >= 0.0 and now + wait_s < flow.end_s:
        schedule(w, wait_s, TRAFFIC_DUE, t, 0, flow.token)
