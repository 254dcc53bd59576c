"""Ground tracks, and when an area is in danger."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from warnpath.compilation import kernel
from warnpath.physics.arrays import Table
from warnpath.physics.earth import ellipsoid, geodetic_from_ecef
from warnpath.physics.table import state_at

if TYPE_CHECKING:
    from warnpath.physics.trajectory import Trajectory


_TRACK_STEP_S = 1.0
_TIME_ACCURACY_S = 1e-4
_MEAN_RADIUS_KM = 6371.0


@dataclass(frozen=True)
class AreaTruth:
    """Whether an area needs a warning, and until when.

    Attributes
    ----------
    in_danger : bool
        Impact inside the circle, or the ground track enters it and impact lies beyond.
    deadline_s : float
        Seconds after launch: of impact where it falls inside, else of the first entry; NaN without danger.
    """

    in_danger: bool
    deadline_s: float


def ground_track(table: Table) -> Table:
    """Ground track of a state table.

    Parameters
    ----------
    table : ndarray
        A state table of one flight.

    Returns
    -------
    ndarray
        Shape (n, 3): t_s, lat_deg, lon_deg from launch to impact, evenly spaced by at most a second.
    """
    steps = max(2, math.ceil((table[-1, 0] - table[0, 0]) / _TRACK_STEP_S))
    track = np.empty((steps + 1, 3))
    track[:, 0] = np.linspace(table[0, 0], table[-1, 0], steps + 1)
    _fill_track(table, track, np.zeros((1, 9)))
    return track


@kernel("void(float64[:, ::1], float64[:, ::1], float64[:, ::1])")
def _fill_track(table: Table, track: Table, state: Table) -> None:
    """Latitude and longitude (deg) at the times of a track."""
    for place in range(len(track)):
        state_at(table, 0, len(table), track[place, 0], state, 0)
        latitude, longitude, _height = geodetic_from_ecef(state[0, 0], state[0, 1], state[0, 2])
        track[place, 1] = math.degrees(latitude)
        track[place, 2] = math.degrees(longitude)


def first_entry(trajectory: Trajectory, lat_deg: float, lon_deg: float, radius_km: float) -> AreaTruth:
    """When a flight endangers a circle on the ground.

    Parameters
    ----------
    trajectory : Trajectory
        The flight.
    lat_deg, lon_deg, radius_km : float
        Centre and radius (along geodesics) of the area.

    Returns
    -------
    AreaTruth
        A track that starts inside the circle enters it at the launch.
    """

    def distance_km(latitude: float, longitude: float) -> float:
        _, _, length = ellipsoid().inv(lon_deg, lat_deg, longitude, latitude)
        return float(length) / 1000.0

    def outside_km(time: float) -> float:
        state_at(trajectory.table, 0, len(trajectory.table), time, state, 0)
        latitude, longitude, _ = geodetic_from_ecef(state[0, 0], state[0, 1], state[0, 2])
        return distance_km(math.degrees(latitude), math.degrees(longitude)) - radius_km

    state = np.zeros((1, 9))
    if distance_km(trajectory.impact_lat_deg, trajectory.impact_lon_deg) <= radius_km:
        return AreaTruth(True, trajectory.impact_s)
    track = trajectory.ground_track
    # On the sphere first, which is within 0.6 % of the ellipsoid: most tracks stay far from most areas.
    latitude, longitude = np.radians(track[:, 1]), np.radians(track[:, 2])
    centre_latitude, centre_longitude = math.radians(lat_deg), math.radians(lon_deg)
    haversine = (
        np.sin(0.5 * (latitude - centre_latitude)) ** 2
        + np.cos(latitude) * math.cos(centre_latitude) * np.sin(0.5 * (longitude - centre_longitude)) ** 2
    )
    rough_km = 2.0 * _MEAN_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(haversine, 1.0)))
    near: list[int] = np.flatnonzero(rough_km <= 1.01 * radius_km + 10.0).tolist()
    for place in near:
        time = float(track[place, 0])
        if outside_km(time) <= 0.0:
            earlier = float(track[max(place - 1, 0), 0])
            return AreaTruth(True, _crossing(outside_km, earlier, time))
        grazing = 0 < place < len(track) - 1 and rough_km[place] <= min(
            rough_km[place - 1], rough_km[place + 1]
        )
        if grazing:
            low, high = float(track[place - 1, 0]), float(track[place + 1, 0])
            closest = _closest(outside_km, low, high)
            if outside_km(closest) <= 0.0:
                return AreaTruth(True, _crossing(outside_km, low, closest))
    return AreaTruth(False, math.nan)


def _crossing(outside_km: Callable[[float], float], low: float, high: float) -> float:
    """Time between an outside (or first) and an inside time at which the circle is entered."""
    if outside_km(low) <= 0.0:
        return low
    while high - low > _TIME_ACCURACY_S:
        middle = 0.5 * (low + high)
        if outside_km(middle) <= 0.0:
            high = middle
        else:
            low = middle
    return high


def _closest(outside_km: Callable[[float], float], low: float, high: float) -> float:
    """Time of the least distance in an interval with one minimum, by thirds."""
    while high - low > _TIME_ACCURACY_S:
        third = (high - low) / 3.0
        if outside_km(low + third) < outside_km(high - third):
            high = high - third
        else:
            low = low + third
    return 0.5 * (low + high)
