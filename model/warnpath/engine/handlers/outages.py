"""Outages of links and nodes, and the new routes when the network has noticed and converged.

An outage is a cause, scripted or random, that takes its members down, or degrades them, all at once.
"""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import CONVERGED, FAULT_TRACE, OUTAGE_ENDED, SWITCHED, TARGET_LINK
from warnpath.engine.handlers.alerts import send_blocked_alerts
from warnpath.engine.handlers.link_changes import link_fails, link_recovers, link_rescale
from warnpath.engine.handlers.messages import schedule
from warnpath.engine.handlers.nodes import node_fails, node_recovers, node_rises
from warnpath.engine.handlers.routes import refresh_routes, take_notice
from warnpath.engine.handlers.wear import next_life
from warnpath.engine.random_streams import draw


def outage_began(w: Any, now: float, o: int) -> None:
    """Its members go down; the routes change when that is detected and has converged."""
    take_down(w, now, o)
    if w.outages[o].degraded == 0:
        schedule_convergence(w, o)
    if w.outages[o].random == 1:
        ask_repair(w, o, -1.0)


def outage_ended(w: Any, now: float, o: int) -> None:
    """Its members come up again, unless something else keeps them down."""
    outage = w.outages[o]
    outage.active = 0
    close_downtimes(w, now, o)
    if outage.random == 1:
        leave_crew(w, o)
        next_life(w, now, o)
    if outage.degraded == 1:
        set_factors(w, now, o)
        return
    for i in range(outage.first_member, outage.first_member + outage.member_count):
        member = w.members[i]
        if member.target_kind == TARGET_LINK:
            link_recovers(w, now, member.target)
            if member.reverse >= 0:
                link_recovers(w, now, member.reverse)
        else:
            node_recovers(w, now, member.target, i)
            send_blocked_alerts(w, now, member.target)
    schedule_convergence(w, o)


def take_down(w: Any, now: float, o: int) -> None:
    """Fail or degrade the members of an outage, and note it for the table."""
    outage = w.outages[o]
    outage.active = 1
    outage.running = 0
    open_downtimes(w, now, o)
    if outage.degraded == 1:
        set_factors(w, now, o)
        return
    for i in range(outage.first_member, outage.first_member + outage.member_count):
        member = w.members[i]
        if member.target_kind == TARGET_LINK:
            link_fails(w, now, member.target)
            if member.reverse >= 0:
                link_fails(w, now, member.reverse)
        else:
            node_fails(w, now, member.target)


def node_started(w: Any, now: float, n: int, i: int) -> None:
    """A repaired node has started up: now it is up, and the network will notice."""
    node_rises(w, now, n)
    send_blocked_alerts(w, now, n)
    reroute_s = w.nodes[n].reroute_s
    if reroute_s >= 0.0:
        schedule(w, reroute_s, CONVERGED, -1, i, 0)
    if w.switch_s >= 0.0:
        schedule(w, w.switch_s, SWITCHED, i, 1, 0)


def reroute_time(w: Any, i: int) -> float:
    """Detection plus convergence of a member; negative where nothing reroutes by itself."""
    member = w.members[i]
    if member.target_kind == TARGET_LINK:
        return w.links[member.target].reroute_s  # type: ignore[no-any-return]
    return w.nodes[member.target].reroute_s  # type: ignore[no-any-return]


def schedule_convergence(w: Any, o: int) -> None:
    """Ask for new routes after detection and convergence, of members whose class reroutes at all.

    Links that take equally long are noticed in one go, nodes one by one, and one that starts up later.
    """
    outage = w.outages[o]
    if w.switch_s >= 0.0:
        schedule(w, w.switch_s, SWITCHED, outage.first_member, outage.member_count, 0)
    for i in range(outage.first_member, outage.first_member + outage.member_count):
        member = w.members[i]
        reroute_s = reroute_time(w, i)
        wanted = reroute_s >= 0.0
        if member.target_kind == TARGET_LINK:
            for j in range(outage.first_member, i):
                if w.members[j].target_kind == TARGET_LINK and reroute_time(w, j) == reroute_s:
                    wanted = False
        elif outage.active == 0 and w.nodes[member.target].up == 0 and w.nodes[member.target].outages == 0:
            wanted = False
        if wanted:
            schedule(w, reroute_s, CONVERGED, o, i, 0)


def converged(w: Any, now: float, o: int, i: int) -> None:
    """The network knows the present state of a member, and of those noticed with it: all routes are new."""
    if o < 0 or w.members[i].target_kind != TARGET_LINK:
        take_notice(w, i)
    else:
        outage = w.outages[o]
        reroute_s = reroute_time(w, i)
        for j in range(outage.first_member, outage.first_member + outage.member_count):
            if w.members[j].target_kind == TARGET_LINK and reroute_time(w, j) == reroute_s:
                take_notice(w, j)
    refresh_routes(w)
    if w.members[i].target_kind != TARGET_LINK:
        send_blocked_alerts(w, now, w.members[i].target)


def open_downtimes(w: Any, now: float, o: int) -> None:
    """Write a row for each member that an outage takes down, where that table was asked for."""
    outage = w.outages[o]
    outage.first_downtime = -1
    if w.downtimes_on == 0:
        return
    slot = w.downtimes_count
    if slot + outage.member_count > len(w.downtimes):
        w.fault = FAULT_TRACE
        return
    outage.first_downtime = slot
    for i in range(outage.first_member, outage.first_member + outage.member_count):
        row = w.downtimes[slot]
        row.outage = o
        row.member = i
        row.down_s = now
        row.up_s = -1.0
        slot += 1
    w.downtimes_count = slot


def close_downtimes(w: Any, now: float, o: int) -> None:
    """Write the end of an outage into its rows."""
    outage = w.outages[o]
    if outage.first_downtime >= 0:
        for slot in range(outage.first_downtime, outage.first_downtime + outage.member_count):
            w.downtimes[slot].up_s = now


def set_factors(w: Any, now: float, o: int) -> None:
    """Work out anew how badly each member of an outage works, from all outages that degrade it now."""
    outage = w.outages[o]
    for i in range(outage.first_member, outage.first_member + outage.member_count):
        member = w.members[i]
        capacity_factor = 1.0
        delay_factor = 1.0
        kept = 1.0
        for p in range(len(w.outages)):
            other = w.outages[p]
            if other.degraded == 1 and other.active == 1:
                for j in range(other.first_member, other.first_member + other.member_count):
                    same = w.members[j]
                    if same.target_kind == member.target_kind and same.target == member.target:
                        capacity_factor *= other.capacity_factor
                        delay_factor *= other.delay_factor
                        kept *= 1.0 - other.extra_loss
        if member.target_kind == TARGET_LINK:
            link = w.links[member.target]
            link_rescale(w, now, member.target, capacity_factor)
            link.delay_factor = delay_factor
            link.extra_loss = 1.0 - kept
            if member.reverse >= 0:
                back = w.links[member.reverse]
                link_rescale(w, now, member.reverse, capacity_factor)
                back.delay_factor = delay_factor
                back.extra_loss = 1.0 - kept
        else:
            w.nodes[member.target].delay_factor = delay_factor


def ask_repair(w: Any, o: int, remaining_s: float) -> None:
    """Begin the repair, if the crew has somebody free; else it waits its turn.

    What remains of a repair that was under way before the run is given; else its time is drawn.
    """
    outage = w.outages[o]
    if outage.crew < 0:
        start_repair(w, o, remaining_s)
        return
    crew = w.crews[outage.crew]
    if crew.busy < crew.size:
        crew.busy += 1
        start_repair(w, o, remaining_s)
        return
    outage.next_waiting = -1
    if crew.tail >= 0:
        w.outages[crew.tail].next_waiting = o
    else:
        crew.head = o
    crew.tail = o


def start_repair(w: Any, o: int, remaining_s: float) -> None:
    """The repair begins: its end is the end of the outage."""
    outage = w.outages[o]
    duration = remaining_s
    if duration < 0.0:
        duration = draw(w.distributions, outage.repair_row, outage.key_repair, outage.cycle, 0)
    outage.token += 1
    schedule(w, duration, OUTAGE_ENDED, o, 0, outage.token)


def leave_crew(w: Any, o: int) -> None:
    """A repair is done: who did it turns to the one that has waited longest."""
    outage = w.outages[o]
    if outage.crew < 0:
        return
    crew = w.crews[outage.crew]
    waiting = crew.head
    if waiting < 0:
        crew.busy -= 1
        return
    crew.head = w.outages[waiting].next_waiting
    if crew.head < 0:
        crew.tail = -1
    start_repair(w, waiting, -1.0)
