"""Launch reports: which picture a launch point belongs to, by place and time.

A sensor's launch point is some kilometres off. Two reports tell of one launch where the points fit and the
times of detection are within a revisit of each other; so launches from one place within a revisit are one
picture, until their tracks tell them apart. A report fits a track that leads back to its launch point, and
that is as far as an object gets in the time since. The first report of a picture stays.
"""

from __future__ import annotations

import math
from typing import Any

from warnpath.engine.handlers.slots import free_picture, has_plots, holder_of
from warnpath.fusion.gating import OUTSIDE
from warnpath.fusion.origins import (
    DETECTION_SIGMA_S,
    POINT_GATE,
    origin_cost,
    point_square,
)
from warnpath.fusion.pairing import reference_row
from warnpath.fusion.reports import track_report


def launch_picture(
    w: Any,
    first: int,
    origin: int,
    time_s: float,
    latitude_rad: float,
    longitude_rad: float,
    sigma_m: float,
    sensor: int,
) -> int:
    """Picture of a command post that a launch report goes to, else a free one; -1 if there is none.

    Parameters
    ----------
    first : int
        The first picture of the command post.
    origin : int
        Who told of it, or -1 for a sensor of its own: two tracks of one origin are two objects.
    time_s, latitude_rad, longitude_rad, sigma_m, sensor
        When and where which sensor detected the launch.
    """
    chosen = -1
    least = OUTSIDE
    for p in range(first, first + w.slots):
        if w.pictures[p].used == 1 and (origin < 0 or holder_of(w, first, p - first, origin) < 0):
            cost = launch_cost(w, p, time_s, latitude_rad, longitude_rad, sigma_m, sensor)
            if cost < least:
                least = cost
                chosen = p
    if chosen < 0:
        chosen = free_picture(w, first)
    return chosen


def launch_cost(
    w: Any, p: int, time_s: float, latitude_rad: float, longitude_rad: float, sigma_m: float, sensor: int
) -> float:
    """Cost of a launch report in a picture: by its launch point if it has one, else by its track."""
    picture = w.pictures[p]
    if picture.point_s >= 0.0:
        window_s = w.sensors[sensor].period_s
        if sensor != picture.point_sensor:
            # Another sensor detects the plume at a look, and through clouds, of its own.
            window_s += w.sensors[picture.point_sensor].period_s + 2.0 * DETECTION_SIGMA_S
        late = (time_s - picture.point_s) / window_s
        spread = sigma_m * sigma_m + picture.point_sigma_m * picture.point_sigma_m
        square = point_square(
            latitude_rad,
            longitude_rad,
            picture.point_latitude_rad,
            picture.point_longitude_rad,
            math.sqrt(spread),
        )
        if abs(late) > 1.0 or square > POINT_GATE:
            return OUTSIDE
        return float(square + late * late)
    row = -1
    if has_plots(w, p) == 1:
        row = picture.first_row + picture.origin_slot
        if own_track(w, p, row) == 0:
            row = -1
    if row < 0:
        row = int(reference_row(w.reports, picture.first_row, w.origin_slots, -1))
    if row < 0:
        return OUTSIDE
    return float(origin_cost(w.reports, row, latitude_rad, longitude_rad, sigma_m, time_s))


def own_track(w: Any, p: int, row: int) -> int:
    """Write the picture's own track at its youngest plot into a row; 0 if there is no track yet."""
    return int(
        track_report(
            w.sensor_table,
            w.fusion_settings,
            w.track_heads,
            w.track_plots,
            w.track_keys,
            w.track_posteriors,
            w.fusion_scratch,
            w.pictures[p].track,
            -1e300,
            w.reports,
            row,
        )
    )


def note_point(
    w: Any,
    p: int,
    time_s: float,
    latitude_rad: float,
    longitude_rad: float,
    sigma_m: float,
    sensor: int,
) -> None:
    """Keep a launch point with its picture; the first one stays."""
    picture = w.pictures[p]
    if picture.point_s < 0.0:
        picture.point_s = time_s
        picture.point_latitude_rad = latitude_rad
        picture.point_longitude_rad = longitude_rad
        picture.point_sigma_m = sigma_m
        picture.point_sensor = sensor
