"""Pictures of a command post: which are in use, which are tentative, what they follow in truth.

A command post has a picture for every object that it holds, one after the other in the order in which they
began, whatever they are of in truth; how many there are says `plan_pictures.pictures_per_centre`. One that
was begun by a plot is tentative until it is confirmed: it is dropped if it does not go on.
"""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import IDLE
from warnpath.engine.handlers.messages import let_go
from warnpath.fusion.association import youngest_plot
from warnpath.fusion.gating import LOST_S
from warnpath.fusion.layout import COUNT
from warnpath.fusion.reports import clear_report
from warnpath.fusion.tracking import track_drop

STALE_SCANS = 3
"""A tentative track that got nothing for so many looks of the radar at hand is dropped."""
SWAP_PLOTS = 3
"""So many plots of another launch in a row, and the track follows that one."""


def free_picture(w: Any, first: int) -> int:
    """The first picture of a command post that is not in use; -1 if there is none."""
    for p in range(first, first + w.slots):
        if w.pictures[p].used == 0:
            return p
    return -1


def begin_picture(w: Any, p: int, label: int) -> None:
    """A picture comes into use, with the first datum about an object."""
    picture = w.pictures[p]
    node = w.nodes[picture.node]
    picture.used = 1
    picture.follows = label
    picture.streak = 0
    picture.challenger = -1
    node.pictures_used += 1
    node.tentative += 1


def has_plots(w: Any, p: int) -> int:
    """1 if a picture has a track of its own with plots in it."""
    track = w.pictures[p].track
    return int(track >= 0 and w.track_heads[track, COUNT] > 0)


def has_reports(w: Any, p: int) -> int:
    """1 if a picture is the home of a track of another command post: its next report confirms it."""
    picture = w.pictures[p]
    for origin in range(w.origin_slots):
        if holder_of(w, picture.first, picture.slot, origin) >= 0:
            return 1
    return 0


def follow(w: Any, p: int, label: int) -> None:
    """Keep the score of a picture that has no track of its own: it follows what it is told of."""
    picture = w.pictures[p]
    if picture.follows < 0:
        picture.follows = label
    elif picture.follows == label or has_plots(w, p) == 1:
        return
    elif picture.challenger != label:
        picture.challenger = label
        picture.streak = 1
    else:
        picture.streak += 1
        if picture.streak >= SWAP_PLOTS:
            picture.follows = label
            picture.streak = 0


def note_silence(w: Any, p: int, sensor: int) -> None:
    """A plot has come: how long the picture may wait for the next one while it is tentative."""
    picture = w.pictures[p]
    radar = w.sensors[sensor]
    turns = 1
    if radar.capacity > 0:
        turns = max((w.nodes[picture.node].pictures_used + radar.capacity - 1) // radar.capacity, 1)
    picture.silence_s = STALE_SCANS * turns * radar.period_s


def drop_stale(w: Any, first: int, time_s: float) -> None:
    """Drop the tentative pictures of a command post that have had no plot for too long."""
    if w.nodes[w.pictures[first].node].tentative == 0:
        return
    for p in range(first, first + w.slots):
        picture = w.pictures[p]
        if picture.used == 1 and picture.confirmed_s < 0.0:
            youngest_s = -1e300
            if picture.track >= 0:
                youngest_s = youngest_plot(w.track_heads, w.track_plots, w.track_keys, picture.track)
            if time_s - youngest_s > picture.silence_s and has_reports(w, p) == 0:
                drop_picture(w, p)


def is_gone(w: Any, p: int, time_s: float) -> int:
    """1 if the object of a picture was down, or lost, long before a datum: that is of another object."""
    return int(time_s > w.pictures[p].ends_s + LOST_S)


def end_tracks(w: Any, first: int, time_s: float) -> None:
    """The tracks of a command post whose objects are long down, or lost, take no more plots."""
    for p in range(first, first + w.slots):
        picture = w.pictures[p]
        if picture.used == 1 and picture.track >= 0 and is_gone(w, p, time_s) == 1:
            youngest_s = youngest_plot(w.track_heads, w.track_plots, w.track_keys, picture.track)
            if time_s > youngest_s + LOST_S:
                track_drop(w.track_heads, picture.track)


def drop_picture(w: Any, p: int) -> None:
    """A tentative picture goes out of use; nobody has been told of it, and nobody has begun to assess it."""
    picture = w.pictures[p]
    node = w.nodes[picture.node]
    node.pictures_used -= 1
    node.tentative -= 1
    picture.used = 0
    w.scores[picture.first_score + picture.follows].false_starts += 1
    if picture.track >= 0:
        track_drop(w.track_heads, picture.track)
        clear_report(w.reports, picture.first_row + picture.origin_slot)
    if picture.latest_message >= 0:
        let_go(w, picture.latest_message)
        picture.latest_message = -1
    if picture.trigger_message >= 0:
        let_go(w, picture.trigger_message)
        picture.trigger_message = -1
    for x in range(picture.first_warning, picture.first_warning + picture.warning_count):
        warning = w.warnings[x]
        warning.met = 0
        warning.state = IDLE
        warning.qualified_s = -1.0
        if warning.qualify_message >= 0:
            let_go(w, warning.qualify_message)
            warning.qualify_message = -1
    picture.steady = 0
    picture.burned_out = 0
    picture.ends_s = 1e300
    picture.newest_s = -1.0
    picture.age_area_s2 = 0.0
    picture.age_peak_s = 0.0


def holder_of(w: Any, first: int, slot: int, origin: int) -> int:
    """Track of an origin, by its number there, whose home is a picture; -1 if it is nobody's."""
    for other in range(w.slots):
        if w.report_homes[first + other, origin] == slot:
            return other
    return -1
