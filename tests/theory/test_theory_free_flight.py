"""What all measurements of a free flight can say, by second routes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate

from warnpath.theory.information import Sight, position_bounds_m, transition

FAR_M = 1e12
"""So far from the earth that nothing bends a flight."""


@pytest.mark.parametrize("count", [2, 5, 40])
def test_the_end_of_a_straight_line_through_positions(count: int) -> None:
    # A line through n + 1 points, the last one twice: weights 1, 1, ..., 2 of the normal equations.
    step_s, sigma_m = 3.0, 7.0
    positions = np.array([[FAR_M, 40.0 * number, -9.0 * number] for number in range(count)])
    sight = Sight(np.array([FAR_M, -1e6, 2e5]), sigma_m, sigma_m)
    found = position_bounds_m(positions, [[(1.0, sight)]] * count, step_s, turn_rad_s=0.0)
    times = step_s * np.arange(count - 1, -1, -1.0)
    weights = np.ones(count)
    weights[-1] = 2.0
    normal = np.array([[weights.sum(), -weights @ times], [-weights @ times, weights @ times**2]])
    exact = sigma_m * math.sqrt(3.0 * np.linalg.inv(normal)[0, 0])
    assert found[-1] == pytest.approx(exact, rel=1e-9)
    assert found[0] == 0.0


def test_a_measurement_is_as_sure_along_and_across_as_it_says() -> None:
    sight = Sight(np.array([10.0, 0.0, 0.0]), 3.0, 8.0)
    information = sight.information(np.array([10.0, 500.0, 0.0]))
    assert np.linalg.inv(information) == pytest.approx(np.diag([64.0, 9.0, 64.0]), rel=1e-12)


def test_a_step_of_free_flight_against_integration() -> None:
    start = np.array([5.1e6, 3.2e6, 3.4e6, -1.2e3, 2.9e3, 1.8e3])
    turn = np.array([0.0, 0.0, 7.292115e-5])

    def rates(_: float, state: np.ndarray) -> np.ndarray:
        place, speed = state[:3], state[3:]
        pull = -3.986004418e14 * place / np.linalg.norm(place) ** 3
        return np.concatenate(
            [speed, pull - 2.0 * np.cross(turn, speed) - np.cross(turn, np.cross(turn, place))]
        )

    def flown(state: np.ndarray) -> np.ndarray:
        return integrate.solve_ivp(rates, (0.0, 1.0), state, rtol=1e-12, atol=1e-9).y[:, -1]

    found = transition(start[:3], 1.0)
    for column, size in enumerate([100.0] * 3 + [1.0] * 3):
        moved = np.zeros(6)
        moved[column] = size
        exact = (flown(start + moved) - flown(start - moved)) / (2.0 * size)
        # The gradient is that of where the step begins: it changes by a part in a thousand within one.
        assert found[:, column] == pytest.approx(exact, rel=2e-3, abs=2e-8)
