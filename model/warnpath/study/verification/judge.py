"""From estimates to verdicts: z, bounds, and whether the z's look like z's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from warnpath.study.verification.forms.base import Bound, Quantity
from warnpath.study.verification.samples import Sample

LARGEST_Z = 3.3
"""Two-sided probability 0.001 of a larger one by chance."""
LEAST_P = 0.001
"""A battery with z's less likely than this (Kolmogorov-Smirnov) does not have the errors it states."""
LEAST_Z_VALUES = 10
"""Fewer z's than this say nothing about their distribution."""


@dataclass(frozen=True)
class Verdict:
    """One quantity of one case.

    Attributes
    ----------
    case, form, quantity, unit : str
        What was measured.
    passed : bool
        Whether it agrees.
    exact : float or None
        Exact value; None for a bound.
    simulated, standard_error : float or None
        Mean over replications and its error; None for a bound.
    z : float or None
        Deviation in standard errors, as a normal number would be that is as unlikely as this one of
        Student's.
    low, high : float or None
        Bounds.
    least, most : float or None
        Smallest and largest value, where there are bounds.
    repeated : bool
        Whether a first run lay outside and this is a longer one.
    """

    case: str
    form: str
    quantity: str
    unit: str
    passed: bool
    exact: float | None = None
    simulated: float | None = None
    standard_error: float | None = None
    z: float | None = None
    low: float | None = None
    high: float | None = None
    least: float | None = None
    most: float | None = None
    repeated: bool = False


def judge_quantity(case: str, form: str, quantity: Quantity, samples: Sequence[Sample]) -> Verdict:
    """Compare the mean over replications with the exact value.

    The deviation over its standard error is Student's t with one degree of freedom less than replications;
    the z given is the standard normal number of the same probability.
    """
    values = np.array([quantity.measure(sample) for sample in samples])
    mean = float(np.mean(values))
    error = float(np.std(values, ddof=1)) / math.sqrt(len(values))
    deviation = mean - quantity.exact
    if error > 0.0:
        z = normal_score(deviation / error, len(values) - 1)
    else:
        z = 0.0 if abs(deviation) <= 1e-9 * max(1.0, abs(quantity.exact)) else math.inf
    passed = abs(z) <= LARGEST_Z  # false for a mean that is not a number
    return Verdict(
        case=case,
        form=form,
        quantity=quantity.name,
        unit=quantity.unit,
        passed=passed,
        exact=quantity.exact,
        simulated=mean,
        standard_error=error,
        z=z,
    )


def judge_bound(case: str, form: str, bound: Bound, samples: Sequence[Sample]) -> Verdict:
    """See whether all samples keep to a bound. Where there are none, nothing is proved."""
    values = np.concatenate([np.atleast_1d(bound.measure(sample)) for sample in samples])
    least, most = (float(np.min(values)), float(np.max(values))) if len(values) else (math.nan, math.nan)
    return Verdict(
        case=case,
        form=form,
        quantity=bound.name,
        unit=bound.unit,
        passed=least >= bound.low - bound.tolerance and most <= bound.high + bound.tolerance,
        low=bound.low if math.isfinite(bound.low) else None,
        high=bound.high if math.isfinite(bound.high) else None,
        least=least,
        most=most,
    )


def normal_score(t: float, freedom: int) -> float:
    """Standard normal number with the same tail probability as Student's t."""
    tail = float(stats.t.sf(abs(t), freedom))
    return math.copysign(float(stats.norm.isf(tail)), t) if tail > 0.0 else math.copysign(40.0, t)


def spread_of(z_values: Sequence[float]) -> float | None:
    """Probability (Kolmogorov-Smirnov) that normal numbers lie as unevenly as these; None for few.

    Parameters
    ----------
    z_values : sequence of float
        Those of first runs, chosen by nothing.
    """
    if len(z_values) < LEAST_Z_VALUES:
        return None
    return float(stats.kstest(np.array(z_values), "norm").pvalue)
