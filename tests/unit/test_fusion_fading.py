"""What is known of a plot's cost in a track that fades bounds it, and never changes a choice."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.fusion_cases import Tracker, flight, plots_of
from tests.unit.test_fusion_association import Centre, salvo, same
from warnpath.fusion import layout
from warnpath.fusion.fading import NO_BOUND, SLACK, determinant, least_cost, remember_spread
from warnpath.fusion.history import copy_modes
from warnpath.fusion.layout import COAST_COVARIANCE, FADED_AFTER, FADED_COST, S_MODES, THRUST_COVARIANCE
from warnpath.fusion.motion import predict_coast, predict_thrust


def test_the_determinant_is_that_of_numpy_and_0_where_there_is_no_covariance() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        factor = rng.normal(size=(3, 3))
        matrix = factor @ factor.T
        found = determinant(*(matrix[i, j] for i, j in ((0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2))))
        assert found == pytest.approx(np.linalg.det(matrix), rel=1e-9)
    # The leading minors of each are positive but for the first, the second, the third.
    for broken in ((-1.0, 0.0, 1.0, 0.0, 0.0, 1.0), (1.0, 2.0, 1.0, 0.0, 0.0, -1.0), (1, 0, 1, 0, 0, -1)):
        assert determinant(*map(float, broken)) == 0.0


def spread(scratch: np.ndarray, covariance: int) -> float:
    """Logarithm of the determinant of the position's covariance of a mode."""
    lower = scratch[S_MODES, covariance : covariance + 6]
    matrix = np.zeros((3, 3))
    matrix[np.tril_indices(3)] = lower
    matrix = matrix + np.tril(matrix, -1).T
    sign, logarithm = np.linalg.slogdet(matrix)
    assert sign > 0.0
    return float(logarithm)


@pytest.mark.parametrize("name", ["overflight", "short", "medium"])
@pytest.mark.parametrize("seen", [0.35, 0.6, 0.9, 0.97])
def test_a_bound_is_below_what_both_modes_cost_at_all_later_times(name: str, seen: float) -> None:
    flown = flight(name)
    t = Tracker()
    for plot in plots_of(flown, seed=5, until_s=seen * flown.impact_s):
        t.insert(plot)
    posteriors, settings, scratch = t.arrays["posteriors"], t.settings, t.scratch
    slot = int(t.arrays["keys"][t.arrays["heads"][0, layout.COUNT] - 1, layout.KEY_ORDER])
    assert posteriors[slot, layout.UPDATES] > 0.0

    def predict(elapsed: float) -> tuple[float, float]:
        copy_modes(posteriors, slot, scratch, S_MODES)
        predict_coast(scratch, S_MODES, settings, elapsed, settings[0, layout.INVERSE_BALLISTIC])
        predict_thrust(scratch, S_MODES, settings, elapsed)
        return spread(scratch, COAST_COVARIANCE), spread(scratch, THRUST_COVARIANCE)

    assert least_cost(posteriors, slot, settings, 30.0) == NO_BOUND
    bounded = 0
    for first in (4.3, 11.0, 27.1, 60.0, 95.7):
        posteriors[slot, FADED_AFTER] = 0.0
        predict(first)
        remember_spread(posteriors, slot, scratch, S_MODES, first)
        assert least_cost(posteriors, slot, settings, first - 0.5) == NO_BOUND
        for later in (0.0, 0.07, 1.3, 9.9, 31.0, 77.7, 150.0, 299.0):
            bound = least_cost(posteriors, slot, settings, first + later)
            assert bound <= min(predict(first + later))
            bounded += bound > NO_BOUND
            if bound > NO_BOUND:
                assert bound <= posteriors[slot, FADED_COST]
    assert bounded >= 20


def test_a_spread_that_shrinks_is_not_kept() -> None:
    t = Tracker()
    t.scratch[S_MODES, COAST_COVARIANCE : COAST_COVARIANCE + 21] = 0.0
    for diagonal in (0, 2, 5):
        t.scratch[S_MODES, COAST_COVARIANCE + diagonal] = 900.0
    for value, kept in ((-7.0, 0.0), (7.0, 12.0)):
        for correlation in (6, 11, 17):
            t.scratch[S_MODES, COAST_COVARIANCE + correlation] = value
        remember_spread(t.arrays["posteriors"], 3, t.scratch, S_MODES, 12.0)
        assert t.arrays["posteriors"][3, FADED_AFTER] == kept
    assert t.arrays["posteriors"][3, FADED_COST] == pytest.approx(3.0 * math.log(900.0) - SLACK)


def test_choices_are_the_same_as_without_bounds() -> None:
    # Six short flights, 60 s apart: the first ones have landed while the last ones rise.
    flown = same((39.2, 125.7), 80.0)
    flights = [(60.0 * number, flown) for number in range(6)]
    with_bounds, without = Centre(6), Centre(6)
    kept = 0
    for plot, label in salvo(flights, seed=8, which=(1, 2, 3)):
        posteriors = without.arrays["posteriors"]
        posteriors[:, FADED_AFTER] = 0.0
        kept = max(kept, int(np.sum(with_bounds.arrays["posteriors"][:, FADED_AFTER] > 0.0)))
        assert with_bounds.take(plot, label) == without.take(plot, label)
    assert kept >= 3
    for track in range(6):
        assert with_bounds.labels(track) == without.labels(track)
