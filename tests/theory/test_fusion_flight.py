"""Steps of the fusion core against a motion typed anew, and coarse steps against fine ones."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.fusion_cases import (
    CLASSES,
    Floats,
    Tracker,
    acceleration,
    covariance,
    flight,
    step,
    truth_at,
    write_mode,
    write_report,
)
from warnpath.fusion import impact, layout, store
from warnpath.fusion.flight import free_flight, gradient
from warnpath.fusion.motion import predict_coast
from warnpath.physics.earth import ecef_from_geodetic


def flown(state: Floats, elapsed: float, pieces: int) -> Floats:
    for _ in range(pieces):
        state = step(state, elapsed / pieces)
    return state


@pytest.mark.parametrize("name", ["medium", "overflight", "lofted"])
def test_a_step_above_the_air_is_the_motion(name: str) -> None:
    trajectory = flight(name)
    for part in (0.0, 0.5, 0.95):
        begin = trajectory.burnout_s + 20.0
        state = truth_at(trajectory, begin + part * (trajectory.impact_s - 120.0 - begin))
        assert state is not None
        for elapsed, place_m, speed_m_s in ((5.0, 2e-3, 1e-3), (-5.0, 2e-3, 1e-3), (40.0, 1.0, 0.06)):
            found = np.array(free_flight(*state[:6], elapsed))
            error = found - flown(state[:6], elapsed, 40)
            assert np.linalg.norm(error[:3]) < place_m
            assert np.linalg.norm(error[3:]) < speed_m_s


def test_errors_of_steps_do_not_add_up() -> None:
    # The kicks of oblateness are those of a symplectic scheme: what a step leaves out, the next takes back.
    trajectory = flight("overflight")
    state = truth_at(trajectory, trajectory.burnout_s + 20.0)
    assert state is not None
    for length in (5.0, 40.0):
        found = state[:6]
        for _ in range(int(520.0 / length)):
            found = np.array(free_flight(*found, length))
        assert np.linalg.norm((found - flown(state[:6], 520.0, 520))[:3]) < 3.0


def test_the_gradient_is_the_derivative_of_gravity() -> None:
    place = np.array([-3.2e6, 3.6e6, 4.9e6])
    xx, xy, xz, yy, yz, zz = gradient(*place)
    matrix = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    bumped = np.hstack([place + 1e-30j * np.eye(3), np.zeros((3, 3))])
    assert matrix == pytest.approx(acceleration(bumped).imag / 1e-30, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("elapsed", [1.0, 5.0, 24.0])
def test_a_predicted_covariance_is_that_of_the_motion(elapsed: float) -> None:
    trajectory = flight("overflight")
    state = truth_at(trajectory, 260.0)
    assert state is not None
    root = np.random.default_rng(3).normal(size=(6, 6)) * np.array([200.0] * 3 + [20.0] * 3)[:, None]
    scratch, settings = store.scratch(), store.settings_row(coast_noise_m2_s3=0.0)
    write_mode(scratch, layout.S_MODES, state[:6], root @ root.T)
    predict_coast(scratch, layout.S_MODES, settings, elapsed, 0.0)
    pieces = max(10, round(2 * elapsed))
    by_state = np.array(
        [flown(state[:6] + 1e-30j * one, elapsed, pieces).imag / 1e-30 for one in np.eye(6)]
    ).T
    expected = by_state @ root @ root.T @ by_state.T
    found = covariance(scratch, layout.S_MODES, layout.COAST_COVARIANCE)
    scale = np.sqrt(np.diag(expected))
    assert found / scale / scale[:, None] == pytest.approx(expected / scale / scale[:, None], abs=2e-5)


LENGTH: Any = impact.step_length


def a_tenth(height: float, climb: float, distance_squared: float) -> float:
    return 0.1 * float(LENGTH(height, climb, distance_squared))


@pytest.mark.parametrize("name", sorted(CLASSES))
@pytest.mark.parametrize("spread", [0.0, 0.5])
def test_coarse_steps_are_as_good_as_fine_ones(
    name: str, spread: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Steps of a tenth: the impact moves by less than 10 m and its spread changes by less than 1 %.
    trajectory = flight(name)
    ballistic = math.log(CLASSES[name][0].ballistic_coefficient_kg_m2)
    coarse, fine = Tracker(), Tracker()
    for part in (0.02, 0.5, 0.9):
        state = truth_at(
            trajectory, trajectory.burnout_s + part * (trajectory.impact_s - trajectory.burnout_s)
        )
        assert state is not None
        matrix = np.diag([150.0**2] * 3 + [4.0**2] * 3)
        for t in (coarse, fine):
            write_report(t.reports, 0, 0.0, state[:6], matrix, (ballistic, spread * spread))
        assert impact.impact_predict(coarse.reports, 0, coarse.settings, coarse.scratch, coarse.ground) == 1
        with monkeypatch.context() as patch:
            patch.setattr(impact, "step_length", a_tenth)
            patch.setattr(impact, "fall", impact.fall.py_func)  # type: ignore[attr-defined]
            plain: Any = impact.impact_at
            assert plain.py_func(fine.reports, 0, fine.settings, fine.scratch, fine.ground, 0) == 1
        one, other = coarse.reports[0], fine.reports[0]
        places = [
            ecef_from_geodetic(report[layout.IMPACT_LATITUDE], report[layout.IMPACT_LONGITUDE], 0.0)
            for report in (one, other)
        ]
        assert math.dist(*places) < 10.0
        assert one[layout.IMPACT_TIME] == pytest.approx(other[layout.IMPACT_TIME], abs=0.05)
        assert one[layout.IMPACT_SIGMA] == pytest.approx(other[layout.IMPACT_SIGMA], rel=0.01)
        assert one[layout.IMPACT_TIME_VARIANCE] == pytest.approx(other[layout.IMPACT_TIME_VARIANCE], rel=0.02)
