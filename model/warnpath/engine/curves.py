"""Quantile curves of laws without a closed inverse, built when the plan is.

A curve is the logarithm of the value over the standard normal number of the same probability. That is smooth
to both ends: where values go like a power of the probability it is a parabola, and at a gamma's upper end a
logarithm. Knots with values and slopes, and cubics between them, keep the relative error of a value below
`CURVE_ERROR` for every uniform number there is (tests/unit/test_engine_distributions.py).
"""

from __future__ import annotations

import math

import numpy as np

from warnpath.engine.random_streams import CURVE_END, CURVE_KNOTS, CURVE_STEPS

CURVE_ERROR = 2e-7
"""Largest relative error of a value read from a curve, for gamma shapes from 0.1."""


def knots() -> np.ndarray:
    """Standard normal numbers at which the knots stand."""
    return -CURVE_END + np.arange(CURVE_KNOTS) / CURVE_STEPS


def gamma_curve(shape: float) -> np.ndarray:
    """Knots of a standard gamma law: logarithm of the value, and its slope times the distance of knots.

    Returns
    -------
    float64[CURVE_KNOTS, 2]
    """
    from scipy import special

    z = knots()
    # Each side from its own tail, where the probability is not rounded off.
    lower = special.gammaincinv(shape, special.ndtr(np.minimum(z, 0.0)))
    upper = special.gammainccinv(shape, special.ndtr(-np.maximum(z, 0.0)))
    value = np.where(z < 0.0, lower, upper)
    logs = np.log(value)
    # d log x / dz is the normal density over x f(x); both in logarithms, for the tails.
    normal = -0.5 * z * z - 0.5 * math.log(2.0 * math.pi)
    slope = np.exp(normal - (shape * logs - value - special.gammaln(shape)))
    return np.stack([logs, slope / CURVE_STEPS], axis=1)
