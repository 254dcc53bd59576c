"""Two estimates made one, and one grown old.

A scenario fits if the errors of its sensors have the variances stated and are independent, or correlated as
stated.

References
----------
Bar-Shalom, Y., Li, X. R. & Kirubarajan, T. (2001). Estimation with Applications to Tracking and Navigation,
chapters 6 and 8.
Bar-Shalom, Y. & Campo, L. (1986). The effect of the common process noise on the two-sensor fused-track
covariance. IEEE Transactions on Aerospace and Electronic Systems 22, 803-805.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


def fused_variance(first: float, second: float, covariance: float = 0.0) -> float:
    """Variance of the best linear mean of two estimates of one number.

    (P1 P2 - P12^2) / (P1 + P2 - 2 P12): the information adds up where P12 is 0.

    Parameters
    ----------
    first, second : float
        Variances P1 and P2.
    covariance : float
        Covariance of the errors, P12.
    """
    if not (first > 0.0 and second > 0.0 and covariance * covariance <= first * second):
        raise ValueError(
            f"variances {first!r} and {second!r}, covariance {covariance!r}; expected a covariance matrix"
        )
    return (first * second - covariance * covariance) / (first + second - 2.0 * covariance)


@dataclass(frozen=True)
class Drift:
    """Variances of position (m^2), velocity (m^2/s^2), and their covariance (m^2/s)."""

    position_m2: float
    velocity_m2_s2: float
    cross_m2_s: float

    @property
    def position_sigma_m(self) -> float:
        """Standard deviation of the position (m)."""
        return math.sqrt(self.position_m2)


def extrapolated(start: Drift, noise_m2_s3: float, delay_s: float) -> Drift:
    """An estimate of constant velocity after a delay: F P F' + Q, with white acceleration noise.

    Q = q ((d^3 / 3, d^2 / 2), (d^2 / 2, d)).

    Parameters
    ----------
    start : Drift
        When measured.
    noise_m2_s3 : float
        Power spectral density q of the acceleration (m^2/s^3).
    delay_s : float
        Delay d (s).
    """
    d, q = delay_s, noise_m2_s3
    return Drift(
        start.position_m2 + 2.0 * d * start.cross_m2_s + d * d * start.velocity_m2_s2 + q * d**3 / 3.0,
        start.velocity_m2_s2 + q * d,
        start.cross_m2_s + d * start.velocity_m2_s2 + q * d * d / 2.0,
    )
