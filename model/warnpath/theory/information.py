"""What all measurements of a free flight can say of where it is: the bound of Cramer and Rao.

A scenario fits if radars measure one object in free flight with known noise. No estimate without other
knowledge, whoever makes it, is surer: process noise, missed scans and late data only take information away.

Reference
---------
Bar-Shalom, Y., Li, X. R. & Kirubarajan, T. (2001). Estimation with Applications to Tracking and Navigation,
sections 2.7 and 3.7.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import linalg

Floats = npt.NDArray[np.float64]
EARTH_M3_S2 = 3.986004418e14
"""Gravitational parameter (WGS84)."""
TURN_RAD_S = 7.292115e-5
"""Rotation of the earth (WGS84)."""


@dataclass(frozen=True)
class Sight:
    """A measurement of a position: from where, and its noise along and across the line of sight (m)."""

    place_m: Floats
    along_m: float
    across_m: float

    def information(self, position_m: Floats) -> Floats:
        """Inverse of the covariance of the measured position (1 / m^2)."""
        line = position_m - self.place_m
        outer = np.outer(line, line) / float(line @ line)
        return outer / self.along_m**2 + (np.eye(3) - outer) / self.across_m**2


def transition(position_m: Floats, step_s: float, turn_rad_s: float = TURN_RAD_S) -> Floats:
    """Linear change of position and velocity over a short step of free flight, in turning coordinates."""
    radius_m = math.sqrt(float(position_m @ position_m))
    turn = turn_rad_s * np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    gradient = 3.0 * np.outer(position_m, position_m) / radius_m**2 - np.eye(3)
    rates = np.zeros((6, 6))
    rates[:3, 3:] = np.eye(3)
    rates[3:, :3] = EARTH_M3_S2 / radius_m**3 * gradient - turn @ turn
    rates[3:, 3:] = -2.0 * turn
    return np.asarray(linalg.expm(rates * step_s))


def position_bounds_m(
    positions_m: Floats, sights: Sequence[Sequence[tuple[float, Sight]]], step_s: float, **turning: float
) -> Floats:
    """Least root of the sum of the variances of the position, at each of several times (m).

    Parameters
    ----------
    positions_m : float64[n, 3]
        Where the object is, at times one step apart.
    sights : sequence of sequences of (float, Sight)
        Measurements at each time, and how many of each; a part of one stands for one that comes less often.
        A whole one more of each is counted at the time itself, as the latest may be that new.
    step_s : float
        From one time to the next (s).

    Returns
    -------
    float64[n]
        0 where there is no bound yet.
    """
    gathered = np.zeros((6, 6))
    bounds = np.zeros(len(positions_m))
    for number, (position_m, measured) in enumerate(zip(positions_m, sights, strict=True)):
        if number:
            back = np.linalg.inv(transition(positions_m[number - 1], step_s, **turning))
            gathered = back.T @ gathered @ back
        latest = np.zeros((6, 6))
        for count, sight in measured:
            information = sight.information(position_m)
            gathered[:3, :3] += count * information
            latest[:3, :3] += information
        whole = gathered + latest
        # Of position and velocity, so scaled to be of one size.
        scale = np.diag([1.0, 1.0, 1.0, 100.0, 100.0, 100.0])
        scaled = whole / np.outer(np.diag(scale), np.diag(scale))
        if np.linalg.cond(scaled) < 1e12:
            bounds[number] = math.sqrt(float(np.trace(np.linalg.inv(whole)[:3, :3])))
    return bounds
