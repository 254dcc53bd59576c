"""Several launches at once: which track a plot goes to.

Which plots a track gets is decided by where they are. A plot that fits no track begins one: in a picture
that so far rests on reports of others or on a launch point, where it fits that, else in a free one. The truth
keeps the score, no more: what a track follows, how often it strayed, merged and swapped.
"""

from __future__ import annotations

from typing import Any

from warnpath.engine.handlers.slots import (
    SWAP_PLOTS,
    begin_picture,
    drop_stale,
    end_tracks,
    free_picture,
    has_plots,
    is_gone,
    note_silence,
)
from warnpath.fusion.association import move_plots, nearest_track
from warnpath.fusion.gating import OUTSIDE
from warnpath.fusion.layout import (
    PLOT_AZIMUTH,
    PLOT_ELEVATION,
    PLOT_RANGE,
    PLOT_SIGMA_CROSS,
    PLOT_SIGMA_RANGE,
    PLOT_TIME,
)
from warnpath.fusion.measurement import write_plot
from warnpath.fusion.origins import reach_cost, report_plot_cost
from warnpath.fusion.pairing import reference_row
from warnpath.fusion.tracking import track_take

EPISODE_S = 10.0
"""Plots of two launches in one track are one merge as long as they come within this time of each other."""
POINT_COST = 1e3
"""What a launch point alone costs more than a report of where the object is."""


def associate(w: Any, now: float, first: int, m: int) -> int:
    """Picture whose track a plot goes to; -1 where it fits no track and none is free to begin one.

    `first` is the first picture of the command post.
    """
    message = w.messages[m]
    sensor = w.sensors[message.sensor]
    drop_stale(w, first, message.plot_time_s)
    end_tracks(w, first, message.plot_time_s)
    first_track = w.pictures[first].track
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
        w.slots,
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
            w.slots,
            w.fusion_candidates,
            w.fusion_match,
            sensor.row,
            message.plot_sequence,
        )
        for row in range(1, int(w.fusion_match[4, 0])):
            label = int(w.fusion_match[5, row])
            if label >= 0:
                moved(w, now, first, m, row, label)
    place = int(first + chosen)
    if chosen < 0:
        place = begin_track(w, first, 0, message.launch)
    if place >= 0:
        note_silence(w, place, message.sensor)
    return place


def moved(w: Any, now: float, first: int, m: int, row: int, label: int) -> None:
    """A plot of the scan has left its track for another one; where it fits none it begins one."""
    left = w.pictures[first + int(w.fusion_match[4, row])]
    if left.follows != label:
        left.strays -= 1
    if w.fusion_match[0, row] < w.slots:
        score(w, now, first + int(w.fusion_match[0, row]), label)
        return
    place = begin_track(w, first, row, label)
    if place >= 0:
        message = w.messages[m]
        track_take(
            w.sensor_table,
            w.fusion_settings,
            w.track_heads,
            w.track_plots,
            w.track_keys,
            w.track_posteriors,
            w.fusion_scratch,
            w.pictures[place].track,
            float(w.fusion_candidates[row, PLOT_TIME]),
            w.sensors[message.sensor].row,
            message.plot_sequence,
            float(w.fusion_candidates[row, PLOT_RANGE]),
            float(w.fusion_candidates[row, PLOT_AZIMUTH]),
            float(w.fusion_candidates[row, PLOT_ELEVATION]),
            float(w.fusion_candidates[row, PLOT_SIGMA_RANGE]),
            float(w.fusion_candidates[row, PLOT_SIGMA_CROSS]),
            label,
        )
        note_silence(w, place, message.sensor)


def begin_track(w: Any, first: int, row: int, label: int) -> int:
    """Picture in which a plot, a row of `fusion_candidates`, begins a track; -1 if there is none for it."""
    place = -1
    least = OUTSIDE
    for p in range(first, first + w.slots):
        picture = w.pictures[p]
        if (
            picture.used == 1
            and has_plots(w, p) == 0
            and is_gone(w, p, float(w.fusion_candidates[row, PLOT_TIME])) == 0
        ):
            cost = first_plot_cost(w, p, row)
            if cost < least:
                least = cost
                place = p
    if place >= 0:
        picture = w.pictures[place]
        if picture.follows != label:
            picture.swaps += 1
            picture.follows = label
        picture.streak = 0
        return place
    place = free_picture(w, first)
    if place < 0:
        w.scores[w.pictures[first].first_score + label].ungated += 1
        return -1
    begin_picture(w, place, label)
    return place


def first_plot_cost(w: Any, p: int, row: int) -> float:
    """Cost of a plot for a picture without a track of its own, by what it has been told."""
    picture = w.pictures[p]
    time_s = float(w.fusion_candidates[row, PLOT_TIME])
    along = float(w.fusion_candidates[row, PLOT_SIGMA_RANGE])
    across = float(w.fusion_candidates[row, PLOT_SIGMA_CROSS])
    reference = reference_row(w.reports, picture.first_row, w.origin_slots, -1)
    if reference >= 0:
        return float(
            report_plot_cost(
                w.reports,
                w.fusion_settings,
                w.fusion_scratch,
                reference,
                time_s,
                w.fusion_places,
                row,
                along * along + 2.0 * across * across,
            )
        )
    if picture.point_s < 0.0:
        return OUTSIDE
    return POINT_COST + float(
        reach_cost(
            picture.point_latitude_rad,
            picture.point_longitude_rad,
            picture.point_sigma_m,
            picture.point_s,
            time_s,
            float(w.fusion_places[row, 0]),
            float(w.fusion_places[row, 1]),
            float(w.fusion_places[row, 2]),
        )
    )


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
