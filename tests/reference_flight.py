"""The force model of flights written a second time, from its description, with vectors; scipy flies it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pymap3d
from scipy.integrate import solve_ivp
from scipy.interpolate import CubicSpline

from warnpath.physics import shooting
from warnpath.physics.trajectory import FlightProfile

GM, RADIUS, J2, OMEGA = 3.986004418e14, 6378137.0, 1.0826298213e-3, 7.292115e-5

# U.S. Standard Atmosphere 1976, every 5 km from 0 to 120 km, joined by a natural spline of the logarithm.
DENSITY = [
    1.2250, 0.73643, 0.41351, 0.19476, 0.088910, 0.040084, 0.018410, 0.0084634, 0.0039957, 0.0019663,
    0.0010269, 0.00056810, 0.00030968, 0.00016321, 8.2829e-5, 3.9921e-5, 1.8458e-5, 8.2196e-6, 3.416e-6,
    1.393e-6, 5.604e-7, 2.325e-7, 9.708e-8, 4.289e-8, 2.222e-8,
]  # fmt: skip
LOG_DENSITY = CubicSpline(5000.0 * np.arange(25), np.log(DENSITY), bc_type="natural")


def density(height: float) -> float:
    if height > 250e3:
        return 0.0
    if height > 120e3:
        return math.exp(LOG_DENSITY(120e3) + (height - 120e3) * LOG_DENSITY(120e3, 1))
    if height < 0.0:
        return math.exp(LOG_DENSITY(0.0) + height * LOG_DENSITY(0.0, 1))
    return math.exp(LOG_DENSITY(height))


def height_of(place: np.ndarray) -> float:
    return float(pymap3d.ecef2geodetic(*place)[2])


class ReferenceFlight:
    """A flight with the thrust and tilt that met its aim, leg by leg."""

    def __init__(
        self, profile: FlightProfile, origin: tuple[float, float], azimuth: float, shot: shooting.Shot
    ):
        self.profile = profile
        up = np.array(pymap3d.enu2ecef(0, 0, 1, *origin, 0)) - np.array(pymap3d.geodetic2ecef(*origin, 0))
        north = np.array(pymap3d.enu2ecef(0, 1, 0, *origin, 0)) - np.array(pymap3d.geodetic2ecef(*origin, 0))
        self.up, self.north = up, north
        self.east = np.cross(north, up)
        self.thrust = math.exp(shot.controls[0])
        direction = math.radians(azimuth)
        along, right = shot.controls[1], shot.controls[2]
        self.tilt_east = along * math.sin(direction) + right * math.cos(direction)
        self.tilt_north = along * math.cos(direction) - right * math.sin(direction)
        self.start = np.concatenate([np.array(pymap3d.geodetic2ecef(*origin, 0)), np.zeros(3)])

    def derivative(
        self, powered: bool, lift_to_drag: float = 0.0, gliding: bool = False
    ) -> Callable[..., np.ndarray]:
        spin = np.array([0.0, 0.0, OMEGA])
        burn, kept = self.profile.burn_time_s, 1.0 - 0.65

        def function(time: float, state: np.ndarray) -> np.ndarray:
            place, velocity = state[:3], state[3:]
            r = np.linalg.norm(place)
            sine2 = (place[2] / r) ** 2
            force = -GM / r**3 * place
            force = force - 1.5 * GM * J2 * RADIUS**2 / r**5 * place * (
                np.array([1.0, 1.0, 3.0]) - 5.0 * sine2
            )
            force = force - 2.0 * np.cross(spin, velocity) - np.cross(spin, np.cross(spin, place))
            mass = 1.0 - 0.65 * time / burn if powered else kept
            speed = np.linalg.norm(velocity)
            drag = (
                0.5
                * density(height_of(place))
                * speed
                / self.profile.ballistic_coefficient_kg_m2
                * kept
                / mass
            )
            force = force - drag * velocity
            if powered:
                part = max(0.0, (time - 0.06 * burn) / (0.94 * burn))
                angle = math.hypot(self.tilt_east, self.tilt_north) * part * (2.0 - part)
                side = self.tilt_east * self.east + self.tilt_north * self.north
                side = side / np.linalg.norm(side)
                force = force + self.thrust / mass * (math.cos(angle) * self.up + math.sin(angle) * side)
            if lift_to_drag:
                ahead = velocity / speed
                upward = place / r - ahead * (ahead @ place / r)
                lift = lift_to_drag * drag * speed
                if gliding:
                    # Lift balances weight: density falls by e in 7 km, density times speed squared stays.
                    balance = -2.0 * drag * speed * 7000.0 / speed**2
                    off = (ahead @ place / r - balance) / 0.1
                    lift = lift * (1.0 - off / math.sqrt(1.0 + off * off))
                force = force + lift * upward / np.linalg.norm(upward)
            return np.concatenate([velocity, force])

        return function

    def leg(self, begin: float, end: float, state: np.ndarray, **settings: Any) -> Any:
        event = settings.pop("event", None)
        return solve_ivp(
            self.derivative(**settings),
            (begin, end),
            state,
            method="DOP853",
            rtol=1e-12,
            atol=1e-9,
            events=event,
            dense_output=True,
        )


def ground(_time: float, state: np.ndarray) -> float:
    return height_of(state[:3])


ground.terminal = True  # type: ignore[attr-defined]
ground.direction = -1.0  # type: ignore[attr-defined]
