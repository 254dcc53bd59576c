"""Several launches at once: which picture another C2's report belongs to, by where its object is.

Every track of an origin has one home among the pictures of a C2, and a picture holds one report per origin.
A report goes to the picture whose data it fits best; where another track of its origin has that home, all
tracks of the origin are paired anew, at the least total cost. One that fits none goes to a free picture.
"""

from __future__ import annotations

import math
from typing import Any

from warnpath.engine.handlers.infrared import launch_picture, note_point
from warnpath.engine.handlers.slots import (
    begin_picture,
    follow,
    free_picture,
    has_plots,
    holder_of,
    is_gone,
)
from warnpath.fusion.association import UNASSIGNED, assign
from warnpath.fusion.gating import OUTSIDE
from warnpath.fusion.layout import (
    LAST_PLOT_TIME,
    LAUNCH_COVARIANCE,
    LAUNCH_LATITUDE,
    LAUNCH_LONGITUDE,
    LAUNCH_VALID,
    REPORT_TIME,
    VALID,
)
from warnpath.fusion.origins import origin_cost
from warnpath.fusion.pairing import reference_row, report_cost
from warnpath.fusion.reports import clear_report, copy_report

NEVER = 1e12
"""Cost of a pair that cannot be."""


def pair_report(w: Any, now: float, first: int, m: int) -> int:
    """Picture that takes a report of another command post; -1 if it fits none and none is free.

    `first` is the first picture of the command post.
    """
    message = w.messages[m]
    origin = message.subject
    other = message.track
    home = int(w.report_homes[first + other, origin])
    if home >= 0:
        held = w.pictures[first + home].first_row + origin
        if w.reports[held, REPORT_TIME] > w.reports[message.payload, REPORT_TIME]:
            # Overtaken by a younger one, which is here already.
            return int(first + home)
    if w.reports[message.payload, VALID] < 0.5:
        # A launch point without a track says nothing about where the object is.
        if home < 0:
            home = home_of_point(w, first, m)
        return home_taken(w, first, m, home)
    chosen = -1
    least = OUTSIDE
    for slot in range(w.slots):
        cost = cost_at(w, message.payload, first + slot, origin)
        w.fusion_costs[0, slot] = cost
        if cost < least:
            least = cost
            chosen = slot
    if chosen >= 0:
        holder = holder_of(w, first, chosen, origin)
        if holder >= 0 and holder != other:
            pair_anew(w, first, m)
            chosen = int(w.fusion_match[0, 0])
            if chosen >= w.slots:
                chosen = -1
    if chosen < 0:
        chosen = home_without_data(w, first, m, home)
    return home_taken(w, first, m, chosen)


def home_taken(w: Any, first: int, m: int, slot: int) -> int:
    """A report goes to a picture of the command post, by its number there; -1 for none."""
    message = w.messages[m]
    if slot < 0:
        w.scores[w.pictures[first].first_score + message.follows].unmatched += 1
        return -1
    if w.pictures[first + slot].used == 0:
        begin_picture(w, first + slot, message.follows)
    move_home(w, first, m, slot)
    picture = w.pictures[first + slot]
    follow(w, first + slot, message.follows)
    if picture.follows != message.follows:
        # Keep the score: it is of another object than the picture that takes it follows.
        picture.report_strays += 1
    return first + slot


def home_of_point(w: Any, first: int, m: int) -> int:
    """Number of the picture that a report with no more than a launch point goes to; -1 for none."""
    message = w.messages[m]
    row = message.payload
    if w.reports[row, LAUNCH_VALID] < 0.5:
        return -1
    variance = float(w.reports[row, LAUNCH_COVARIANCE])
    p = launch_picture(
        w,
        first,
        message.subject,
        float(w.reports[row, REPORT_TIME]),
        float(w.reports[row, LAUNCH_LATITUDE]),
        float(w.reports[row, LAUNCH_LONGITUDE]),
        math.sqrt(variance),
        message.sensor,
    )
    if p < 0:
        return -1
    note_point(
        w,
        p,
        float(w.reports[row, REPORT_TIME]),
        float(w.reports[row, LAUNCH_LATITUDE]),
        float(w.reports[row, LAUNCH_LONGITUDE]),
        math.sqrt(variance),
        message.sensor,
    )
    return p - first


def cost_at(w: Any, row: int, p: int, origin: int) -> float:
    """Cost of a report in a picture, by the youngest of the other data there."""
    picture = w.pictures[p]
    if picture.used == 0 or is_gone(w, p, float(w.reports[row, LAST_PLOT_TIME])) == 1:
        return OUTSIDE
    reference = reference_row(w.reports, picture.first_row, w.origin_slots, picture.first_row + origin)
    if reference < 0:
        return OUTSIDE
    return float(report_cost(w.reports, w.fusion_settings, w.fusion_scratch, row, reference))


def home_without_data(w: Any, first: int, m: int, home: int) -> int:
    """Home of a report that fits the data of no picture.

    That is where it is; else a picture that has no more than a launch point, if the object may come from
    there; else a free one; -1 if there is none.
    """
    message = w.messages[m]
    origin = message.subject
    if home >= 0 and holder_count(w, first, home, origin) == 1:
        return home
    chosen = -1
    least = OUTSIDE
    for slot in range(w.slots):
        picture = w.pictures[first + slot]
        if (
            picture.used == 1
            and picture.point_s >= 0.0
            and has_plots(w, first + slot) == 0
            and holder_of(w, first, slot, origin) < 0
            and reference_row(w.reports, picture.first_row, w.origin_slots, -1) < 0
        ):
            cost = origin_cost(
                w.reports,
                message.payload,
                picture.point_latitude_rad,
                picture.point_longitude_rad,
                picture.point_sigma_m,
                picture.point_s,
            )
            if cost < least:
                least = cost
                chosen = slot
    if chosen >= 0:
        return chosen
    free = free_picture(w, first)
    if free < 0:
        return -1
    return free - first


def move_home(w: Any, first: int, m: int, slot: int) -> None:
    """A track of an origin gets a home; the report at the old one goes."""
    message = w.messages[m]
    origin = message.subject
    place = first + message.track
    home = int(w.report_homes[place, origin])
    if home >= 0 and home != slot:
        w.pictures[first + home].report_swaps += 1
        if holder_count(w, first, home, origin) == 1:
            clear_report(w.reports, w.pictures[first + home].first_row + origin)
    w.report_homes[place, origin] = slot


def holder_count(w: Any, first: int, slot: int, origin: int) -> int:
    """How many tracks of an origin have a picture as their home; two only while they change places."""
    count = 0
    for other in range(w.slots):
        if w.report_homes[first + other, origin] == slot:
            count += 1
    return count


def pair_anew(w: Any, first: int, m: int) -> None:
    """Pair the report at hand, row 0, and those of the same origin that have a home with all pictures.

    Row 0 of `fusion_match` receives the picture of each, by its number; the reports that have one already are
    moved here.
    """
    message = w.messages[m]
    origin = message.subject
    slots = w.slots
    rows = 1
    for other in range(slots):
        home = int(w.report_homes[first + other, origin])
        if other != message.track and home >= 0:
            row = w.pictures[first + home].first_row + origin
            if w.reports[row, VALID] > 0.5:
                w.fusion_match[4, rows] = other
                for slot in range(slots):
                    w.fusion_costs[rows, slot] = cost_at(w, row, first + slot, origin)
                if w.fusion_costs[rows, home] >= OUTSIDE:
                    # It fits nothing there, or there is nothing to fit.
                    w.fusion_costs[rows, home] = 0.5 * UNASSIGNED
                rows += 1
            else:
                # A launch point stays where it is.
                w.fusion_costs[0, home] = OUTSIDE
    for row in range(rows):
        for slot in range(slots):
            w.fusion_costs[row, slot] = min(float(w.fusion_costs[row, slot]), NEVER)
        for other in range(rows):
            w.fusion_costs[row, slots + other] = NEVER
        w.fusion_costs[row, slots + row] = UNASSIGNED
    assign(w.fusion_costs, rows, slots + rows, w.fusion_work, w.fusion_match)
    # Those that move change places by way of spare rows, since one may go where another still is.
    for row in range(1, rows):
        other = first + int(w.fusion_match[4, row])
        home = int(w.report_homes[other, origin])
        if w.fusion_match[0, row] != home:
            held = w.pictures[first + home].first_row + origin
            copy_report(w.reports, held, w.spare_report + row)
            clear_report(w.reports, held)
    for row in range(1, rows):
        other = first + int(w.fusion_match[4, row])
        target = int(w.fusion_match[0, row])
        home = int(w.report_homes[other, origin])
        if target != home:
            w.pictures[first + home].report_swaps += 1
            w.report_homes[other, origin] = -1
            if target < slots:
                w.report_homes[other, origin] = target
                copy_report(w.reports, w.spare_report + row, w.pictures[first + target].first_row + origin)
