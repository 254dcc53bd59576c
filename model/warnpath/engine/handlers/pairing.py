"""Several launches at once: which picture another C2's report belongs to, by where its object is.

Every track of an origin has one home among the pictures of a C2, and a picture holds one report per origin.
A report goes to the picture whose data it fits best; where another track of its origin has that home, all
tracks of the origin are paired anew, at the least total cost. The truth keeps the score, and gives the names
by which empty pictures are taken first; see `association`.
"""

from __future__ import annotations

from typing import Any

from warnpath.fusion.association import UNASSIGNED, assign
from warnpath.fusion.gating import OUTSIDE
from warnpath.fusion.layout import REPORT_TIME, VALID
from warnpath.fusion.pairing import reference_row, report_cost
from warnpath.fusion.reports import clear_report, copy_report

NEVER = 1e12
"""Cost of a pair that cannot be."""


def pair_report(w: Any, now: float, p: int, m: int) -> int:
    """Picture that takes a report; `p` is the one with the launch's name."""
    message = w.messages[m]
    origin = message.subject
    first = p - w.pictures[p].launch
    home = int(w.report_homes[p, origin])
    if home >= 0:
        held = w.pictures[first + home].first_row + origin
        if w.reports[held, REPORT_TIME] > w.reports[message.payload, REPORT_TIME]:
            # Overtaken by a younger one, which is here already.
            return int(first + home)
    if w.reports[message.payload, VALID] < 0.5:
        # A launch point without a track says nothing about where the object is.
        if home >= 0:
            return int(first + home)
        return p
    chosen = -1
    least = OUTSIDE
    for launch in range(len(w.launches)):
        cost = cost_at(w, message.payload, first + launch, origin)
        w.fusion_costs[0, launch] = cost
        if cost < least:
            least = cost
            chosen = launch
    if chosen >= 0:
        holder = holder_of(w, first, chosen, origin)
        if holder >= 0 and first + holder != p:
            pair_anew(w, p, m)
            chosen = int(w.fusion_match[0, 0])
            if chosen >= len(w.launches):
                chosen = -1
    if chosen < 0:
        chosen = home_without_data(w, now, p, origin, home)
    move_home(w, p, origin, chosen)
    count_stray(w, p, m, chosen)
    return int(first + chosen)


def cost_at(w: Any, row: int, p: int, origin: int) -> float:
    """Cost of a report in a picture, by the youngest of the other data there."""
    picture = w.pictures[p]
    reference = reference_row(w.reports, picture.first_row, w.origin_slots, picture.first_row + origin)
    if reference < 0:
        return OUTSIDE
    return float(report_cost(w.reports, w.fusion_settings, w.fusion_scratch, row, reference))


def holder_of(w: Any, first: int, launch: int, origin: int) -> int:
    """Track of an origin, by its launch, whose home is a picture; -1 if it is nobody's."""
    for other in range(len(w.launches)):
        if w.report_homes[first + other, origin] == launch:
            return other
    return -1


def home_without_data(w: Any, now: float, p: int, origin: int, home: int) -> int:
    """Home of a report that fits no picture: where it is, else the one with its name, else an empty one.

    A picture has the name of a launch, and is there from that launch on.
    """
    first = p - w.pictures[p].launch
    if home >= 0 and holder_count(w, first, home, origin) == 1:
        return home
    named = w.pictures[p].launch
    chosen = -1
    for place in range(len(w.launches)):
        launch = (named + place) % len(w.launches)
        if w.launches[launch].at_s <= now and holder_of(w, first, launch, origin) < 0:
            picture = w.pictures[first + launch]
            if reference_row(w.reports, picture.first_row, w.origin_slots, -1) < 0:
                return int(launch)
            if chosen < 0:
                chosen = launch
    w.pictures[p].unmatched += 1
    # As many homes as launches, each track of the origin began after its launch, and this one has no home:
    # one of those launched by now is free.
    return int(max(chosen, 0))


def move_home(w: Any, p: int, origin: int, launch: int) -> None:
    """A track of an origin gets a home; the report at the old one goes."""
    home = int(w.report_homes[p, origin])
    if home >= 0 and home != launch:
        first = p - w.pictures[p].launch
        w.pictures[p].report_swaps += 1
        if holder_count(w, first, home, origin) == 1:
            clear_report(w.reports, w.pictures[first + home].first_row + origin)
    w.report_homes[p, origin] = launch


def holder_count(w: Any, first: int, launch: int, origin: int) -> int:
    """How many tracks of an origin have a picture as their home; two only while they change places."""
    count = 0
    for other in range(len(w.launches)):
        if w.report_homes[first + other, origin] == launch:
            count += 1
    return count


def pair_anew(w: Any, p: int, m: int) -> None:
    """Pair the report at hand, row 0, and those of the same origin that have a home with all pictures.

    Row 0 of `fusion_match` receives the picture of each, by its launch; the reports that have one already are
    moved here.
    """
    message = w.messages[m]
    origin = message.subject
    named = w.pictures[p].launch
    first = p - named
    launches = len(w.launches)
    rows = 1
    for other in range(launches):
        home = int(w.report_homes[first + other, origin])
        if other != named and home >= 0:
            w.fusion_match[4, rows] = other
            row = w.pictures[first + home].first_row + origin
            for launch in range(launches):
                w.fusion_costs[rows, launch] = cost_at(w, row, first + launch, origin)
            if w.fusion_costs[rows, home] >= OUTSIDE:
                # It fits nothing there, or there is nothing to fit.
                w.fusion_costs[rows, home] = 0.5 * UNASSIGNED
            rows += 1
    for row in range(rows):
        for launch in range(launches):
            w.fusion_costs[row, launch] = min(float(w.fusion_costs[row, launch]), NEVER)
        for other in range(rows):
            w.fusion_costs[row, launches + other] = NEVER
        w.fusion_costs[row, launches + row] = UNASSIGNED
    assign(w.fusion_costs, rows, launches + rows, w.fusion_work, w.fusion_match)
    # Those that move change places by way of spare rows, since one may go where another still is.
    for row in range(1, rows):
        other = first + int(w.fusion_match[4, row])
        home = int(w.report_homes[other, origin])
        if w.fusion_match[0, row] != home:
            slot = w.pictures[first + home].first_row + origin
            copy_report(w.reports, slot, w.spare_report + row)
            clear_report(w.reports, slot)
    for row in range(1, rows):
        other = first + int(w.fusion_match[4, row])
        target = int(w.fusion_match[0, row])
        if target != w.report_homes[other, origin]:
            w.pictures[other].report_swaps += 1
            w.report_homes[other, origin] = -1
            if target < launches:
                w.report_homes[other, origin] = target
                copy_report(w.reports, w.spare_report + row, w.pictures[first + target].first_row + origin)


def count_stray(w: Any, p: int, m: int, launch: int) -> None:
    """Keep the score: a report of another object than the picture that takes it follows is a stray."""
    message = w.messages[m]
    named = w.pictures[p].launch
    place = int(w.picture_of[message.origin, named])
    truth = named
    if place >= 0 and w.pictures[place].follows >= 0:
        truth = w.pictures[place].follows
    picture = w.pictures[p - named + launch]
    followed = picture.follows
    if followed < 0:
        followed = picture.launch
    if followed != truth:
        picture.report_strays += 1
