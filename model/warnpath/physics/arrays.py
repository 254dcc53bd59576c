"""Names of the array types used in signatures."""

from __future__ import annotations

import numpy as np

Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
"""Any array of float64."""
Table = np.ndarray[tuple[int, int], np.dtype[np.float64]]
"""A two-dimensional, C-contiguous array of float64: rows of records."""
