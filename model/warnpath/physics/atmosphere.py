"""Air density: the U.S. Standard Atmosphere 1976 as a smooth curve.

The published table (NOAA/NASA/USAF 1976, table I, every 5 km of geometric altitude to 120 km) is joined by
a natural cubic spline of the logarithm, which is twice continuously differentiable, so that a high-order
integrator keeps its order where the layers of the original have corners. Between the nodes the spline is
within 1.4 % of the original (worst at the tropopause). Above 120 km it goes on exponentially, which falls
off faster than the real air; drag there is below 1e-4 m/s2 and does not matter here. From 250 km it is zero.
"""

from __future__ import annotations

import math

import numpy as np

from warnpath.compilation import kernel

NODE_SPACING_M = 5000.0
TABLE_DENSITY_KG_M3 = (
    1.2250,
    7.3643e-1,
    4.1351e-1,
    1.9476e-1,
    8.8910e-2,
    4.0084e-2,
    1.8410e-2,
    8.4634e-3,
    3.9957e-3,
    1.9663e-3,
    1.0269e-3,
    5.6810e-4,
    3.0968e-4,
    1.6321e-4,
    8.2829e-5,
    3.9921e-5,
    1.8458e-5,
    8.2196e-6,
    3.416e-6,
    1.393e-6,
    5.604e-7,
    2.325e-7,
    9.708e-8,
    4.289e-8,
    2.222e-8,
)
"""Density at 0, 5, 10 ... 120 km."""
TOP_M = 250e3
"""Above this altitude the density is taken as zero."""


def _spline_coefficients() -> np.ndarray:
    """Cubic coefficients of the log density in each interval, of the fraction of the interval.

    Returns
    -------
    ndarray
        Shape (nodes, 4), ascending powers; the last row is the straight line that continues the curve.
    """
    values = [math.log(density) for density in TABLE_DENSITY_KG_M3]
    count = len(values)
    # Second derivatives (in units of the interval) by the tridiagonal system 1 4 1, zero at both ends.
    curvature = [0.0] * count
    factor = [0.0] * count
    for node in range(1, count - 1):
        pivot = 4.0 - factor[node - 1]
        factor[node] = 1.0 / pivot
        right = 6.0 * (values[node + 1] - 2.0 * values[node] + values[node - 1])
        curvature[node] = (right - curvature[node - 1]) / pivot
    for node in range(count - 2, 0, -1):
        curvature[node] -= factor[node] * curvature[node + 1]
    rows = []
    for node in range(count - 1):
        slope = values[node + 1] - values[node] - (2.0 * curvature[node] + curvature[node + 1]) / 6.0
        bend = curvature[node + 1] - curvature[node]
        rows.append([values[node], slope, curvature[node] / 2.0, bend / 6.0])
    last = rows[-1]
    rows.append([values[-1], last[1] + 2.0 * last[2] + 3.0 * last[3], 0.0, 0.0])
    return np.array(rows)


_LOG_DENSITY = _spline_coefficients()
_LAST_NODE = len(TABLE_DENSITY_KG_M3) - 1


@kernel("float64(float64)")
def density_kg_m3(altitude: float) -> float:
    """Air density at a geometric altitude (m); below sea level the curve goes on."""
    if altitude >= TOP_M:
        return 0.0
    place = altitude / NODE_SPACING_M
    node = 0
    if place > 0.0:
        node = int(place)
        if node > _LAST_NODE:
            node = _LAST_NODE
    part = place - node
    if place < 0.0:
        if place < -2.0:
            part = -2.0
        return math.exp(_LOG_DENSITY[0, 0] + part * _LOG_DENSITY[0, 1])
    return math.exp(
        _LOG_DENSITY[node, 0]
        + part * (_LOG_DENSITY[node, 1] + part * (_LOG_DENSITY[node, 2] + part * _LOG_DENSITY[node, 3]))
    )
