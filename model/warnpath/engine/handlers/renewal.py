"""The start of alternating renewal: every thing is met as it is at any time in the long run.

A thing is up with the probability of its availability. What it has left of its present time, up or down, is
a uniform part of a length-biased one (Cox, Renewal Theory, 1962, section 5.3); the rest has passed, so what
happened shortly before the run is not known to the network yet. Repair crews are free then, and start-up
after a repair counts as being up: both are found in their long-run state only after a while.
"""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import CONVERGED, OUTAGE_BEGAN, SWITCHED, TARGET_LINK
from warnpath.engine.handlers.duty import duty_aged
from warnpath.engine.handlers.messages import schedule
from warnpath.engine.handlers.outages import ask_repair, reroute_time, take_down
from warnpath.engine.handlers.routes import refresh_routes, take_notice
from warnpath.engine.handlers.wear import next_life
from warnpath.engine.random_streams import draw, uniform


def lives_started(w: Any, now: float) -> None:
    """All that fails at random begins to."""
    down = 0
    for o in range(len(w.outages)):
        outage = w.outages[o]
        if outage.random == 1:
            if w.start_repaired == 1 or outage.only_busy == 1:
                next_life(w, now, o)
            else:
                down += meet(w, now, o)
    if down > 0:
        refresh_routes(w)


def meet(w: Any, now: float, o: int) -> int:
    """Meet one thing in equilibrium; 1 if that says anything new about the routes."""
    outage = w.outages[o]
    part = uniform(outage.key_start, 1, 0)
    if uniform(outage.key_start, 0, 0) < outage.availability:
        length = draw(w.distributions, outage.biased_failure_row, outage.key_start, 2, 0)
        outage.token += 1
        schedule(w, part * length, OUTAGE_BEGAN, o, 0, outage.token)
        if outage.degraded == 1:
            return 0
        return notice_late(w, o, (1.0 - part) * length, 0)
    length = draw(w.distributions, outage.biased_repair_row, outage.key_start, 3, 0)
    take_down(w, now, o)
    ask_repair(w, o, part * length)
    if outage.degraded == 1:
        return 0
    age_s = (1.0 - part) * length
    if w.switch_s >= 0.0:
        wait_s = max(w.switch_s - age_s, 0.0)
        schedule(w, wait_s, SWITCHED, outage.first_member, outage.member_count, 0)
    for i in range(outage.first_member, outage.first_member + outage.member_count):
        if w.members[i].target_kind != TARGET_LINK:
            duty_aged(w, w.members[i].target, age_s)
    return notice_late(w, o, age_s, 1)


def notice_late(w: Any, o: int, age_s: float, down: int) -> int:
    """Let the routes know what lies back far enough, the rest when it converges; 1 if they have to change."""
    outage = w.outages[o]
    changed = 0
    for i in range(outage.first_member, outage.first_member + outage.member_count):
        reroute_s = reroute_time(w, i)
        known = 1
        if reroute_s < 0.0 or age_s < reroute_s:
            known = 0
        if down == 1 and known == 1:
            take_notice(w, i)
            changed = 1
        elif down == 0 and known == 0 and reroute_s >= 0.0:
            # It is back, but traffic still avoids it.
            forget(w, i)
            changed = 1
        if known == 0 and reroute_s >= 0.0:
            schedule(w, reroute_s - age_s, CONVERGED, -1, i, 0)
    return changed


def forget(w: Any, i: int) -> None:
    """The network takes a member for down."""
    member = w.members[i]
    if member.target_kind == TARGET_LINK:
        w.route_link_up[0, member.target] = 0
        if member.reverse >= 0:
            w.route_link_up[0, member.reverse] = 0
    else:
        w.route_node_up[0, member.target] = 0
