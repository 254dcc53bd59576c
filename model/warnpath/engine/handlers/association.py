"""Several launches at once: which track a plot goes to.

Which plots a track gets is decided by where they are. The truth keeps the score, and gives two things more:

- Names. A track is called after the launch whose plot began it, and its picture is scored, and warns, as that
  of this launch. So a centre has one track of a launch at most: where a real one might begin a second, plots
  that fit no track are left out, and counted as `ungated`.
- Launch reports of space infrared. They go to the picture of their launch: a launch point and a time tell
  launches apart that are some kilometres or a revisit apart.
"""

from __future__ import annotations

from typing import Any

from warnpath.fusion.association import move_plots, nearest_track, youngest_plot
from warnpath.fusion.measurement import write_plot
from warnpath.fusion.tracking import track_drop

STALE_SCANS = 3.0
"""A track that got nothing for so many scans of the radar at hand may begin anew."""
EPISODE_S = 10.0
"""Plots of two launches in one track are one merge as long as they come within this time of each other."""
SWAP_PLOTS = 3
"""So many plots of another launch in a row, and the track follows that one."""


def associate(w: Any, now: float, p: int, m: int) -> int:
    """Picture whose track a plot goes to; -1 where it fits no track and cannot begin one."""
    picture = w.pictures[p]
    message = w.messages[m]
    sensor = w.sensors[message.sensor]
    first = p - picture.launch
    first_track = picture.track - picture.launch
    write_plot(
        w.fusion_candidates,
        0,
        message.plot_time_s,
        message.range_m,
        message.azimuth_rad,
        message.elevation_rad,
        message.sigma_range_m,
        message.sigma_cross_m,
    )
    chosen = nearest_track(
        w.sensor_table,
        w.fusion_settings,
        w.track_heads,
        w.track_plots,
        w.track_keys,
        w.track_posteriors,
        w.fusion_scratch,
        first_track,
        len(w.launches),
        w.fusion_candidates,
        w.fusion_places,
        w.fusion_costs,
        w.fusion_work,
        w.fusion_match,
        sensor.row,
        message.plot_sequence,
    )
    if w.fusion_match[4, 0] > 0:
        move_plots(
            w.sensor_table,
            w.fusion_settings,
            w.track_heads,
            w.track_plots,
            w.track_keys,
            w.track_posteriors,
            w.fusion_scratch,
            first_track,
            len(w.launches),
            w.fusion_candidates,
            w.fusion_match,
            sensor.row,
            message.plot_sequence,
        )
        for row in range(1, int(w.fusion_match[4, 0])):
            label = int(w.fusion_match[5, row])
            if label >= 0:
                left = w.pictures[first + int(w.fusion_match[4, row])]
                if left.follows != label:
                    left.strays -= 1
                if w.fusion_match[0, row] < len(w.launches):
                    score(w, now, first + int(w.fusion_match[0, row]), label)
                else:
                    w.pictures[first + label].ungated += 1
    if chosen >= 0:
        return int(first + chosen)
    place = free_track(w, p, message.plot_time_s, STALE_SCANS * sensor.period_s)
    if place < 0:
        picture.ungated += 1
        return -1
    found = w.pictures[place]
    track_drop(w.track_heads, found.track)
    if place != p:
        found.swaps += 1
    found.follows = picture.launch
    found.streak = 0
    return place


def free_track(w: Any, p: int, time_s: float, silence_s: float) -> int:
    """Picture in which a new track of a launch may begin; -1 if there is none.

    That is the launch's own, if it is empty or has had no plot for so long; else that of the launch which
    the track there follows by mistake, and so on.
    """
    first = p - w.pictures[p].launch
    place = p
    for _ in range(len(w.launches)):
        picture = w.pictures[place]
        youngest_s = youngest_plot(w.track_heads, w.track_plots, w.track_keys, picture.track)
        if time_s - youngest_s > silence_s:
            return place
        if picture.follows < 0 or picture.follows == picture.launch:
            return -1
        place = int(first + picture.follows)
    return -1


def count_from(w: Any, m: int, launch: int, other: int) -> None:
    """Let the budget of a message about one launch count from another one, whose track has taken it.

    Since an earlier launch more time has passed, and it went by until the object at hand was sensed. What
    lies before a later one is left out from the beginning of the chain, so that no stage gets negative; a
    track begins after its launch, so there is always as much.
    """
    message = w.messages[m]
    shift = w.launches[launch].at_s - w.launches[other].at_s
    if shift >= 0.0:
        message.sense_s += shift
        return
    left = -shift
    part = min(left, message.sense_s)
    message.sense_s -= part
    left -= part
    part = min(left, message.confirm_s)
    message.confirm_s -= part
    left -= part
    part = min(left, message.accuracy_s)
    message.accuracy_s -= part
    left -= part
    part = min(left, message.processing_s)
    message.processing_s -= part
    left -= part
    part = min(left, message.queueing_s)
    message.queueing_s -= part
    left -= part
    part = min(left, message.transport_s)
    message.transport_s -= part
    left -= part
    part = min(left, message.retransmission_s)
    message.retransmission_s -= part
    left -= part
    part = min(left, message.outage_s)
    message.outage_s -= part
    left -= part
    message.release_s -= min(left, message.release_s)


def score(w: Any, now: float, p: int, launch: int) -> None:
    """A track has taken a plot of a launch: count strays, merges and swaps."""
    picture = w.pictures[p]
    if picture.follows < 0:
        picture.follows = launch
    if picture.follows == launch:
        picture.streak = 0
        picture.followed_s = now
        return
    picture.strays += 1
    if now - picture.strayed_s > EPISODE_S and now - picture.followed_s <= EPISODE_S:
        picture.merges += 1
    picture.strayed_s = now
    if picture.challenger != launch:
        picture.challenger = launch
        picture.streak = 0
    picture.streak += 1
    if picture.streak >= SWAP_PLOTS:
        picture.swaps += 1
        picture.follows = launch
        picture.streak = 0
