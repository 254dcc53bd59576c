"""Small dense linear algebra on matrices in one row of a table: element (i, j) at ``6 * i + j``."""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.fusion.layout import S_COLUMNS, WIDTH
from warnpath.physics.arrays import Table

SIZE = 6


@kernel("void(float64[:, ::1], int64, int64, float64[:, ::1], int64)")
def unpack(table: Table, table_row: int, first: int, scratch: Table, row: int) -> None:
    """Symmetric matrix from its lower triangle in a row of a table from column `first`."""
    element = 0
    for i in range(SIZE):
        for j in range(i + 1):
            value = table[table_row, first + element]
            scratch[row, SIZE * i + j] = value
            scratch[row, SIZE * j + i] = value
            element += 1


@kernel("void(float64[:, ::1], int64, int64, float64[:, ::1], int64)")
def pack(table: Table, table_row: int, first: int, scratch: Table, row: int) -> None:
    """Lower triangle of a matrix into a row of a table from column `first`."""
    element = 0
    for i in range(SIZE):
        for j in range(i + 1):
            table[table_row, first + element] = scratch[row, SIZE * i + j]
            element += 1


@kernel("int64(float64[:, ::1], int64)")
def factorise(scratch: Table, row: int) -> int:
    """Cholesky factor in place (lower triangle).

    Returns
    -------
    int
        1; 0 if the matrix is not positive definite to working precision (a pivot below 1e-13 of its
        diagonal element), and it is then spoilt.
    """
    for i in range(SIZE):
        diagonal = scratch[row, SIZE * i + i]
        for j in range(i):
            total = scratch[row, SIZE * i + j]
            for k in range(j):
                total -= scratch[row, SIZE * i + k] * scratch[row, SIZE * j + k]
            scratch[row, SIZE * i + j] = total / scratch[row, SIZE * j + j]
        total = diagonal
        for k in range(i):
            total -= scratch[row, SIZE * i + k] * scratch[row, SIZE * i + k]
        if not (total > 1e-13 * diagonal and total < 1e300):
            return 0
        scratch[row, SIZE * i + i] = math.sqrt(total)
    return 1


@kernel("int64(float64[:, ::1], int64, int64)")
def invert(scratch: Table, row: int, out: int) -> int:
    """Inverse of a positive definite matrix into another row; 0 and nothing usable if it is not one.

    The matrix is replaced by the inverse of its Cholesky factor (lower triangle).
    """
    if factorise(scratch, row) == 0:
        return 0
    # Column by column, the inverse of the factor takes its place.
    for j in range(SIZE):
        inverse = 1.0 / scratch[row, SIZE * j + j]
        scratch[row, SIZE * j + j] = inverse
        for i in range(j + 1, SIZE):
            total = 0.0
            for k in range(j, i):
                total -= scratch[row, SIZE * i + k] * scratch[row, SIZE * k + j]
            scratch[row, SIZE * i + j] = total / scratch[row, SIZE * i + i]
    for i in range(SIZE):
        for j in range(i + 1):
            total = 0.0
            for k in range(i, SIZE):
                total += scratch[row, SIZE * k + i] * scratch[row, SIZE * k + j]
            scratch[out, SIZE * i + j] = total
            scratch[out, SIZE * j + i] = total
    return 1


@kernel("int64(float64[:, ::1], int64, int64, float64[:, ::1])")
def root_columns(table: Table, row: int, first: int, scratch: Table) -> int:
    """Cholesky factor of a covariance into S_COLUMNS, the spare columns empty; 0 if it is indefinite.

    Parameters
    ----------
    table, row, first
        Lower triangle of six rows or more from column `first`; the first six are taken.
    """
    base = first
    for i in range(SIZE):
        diagonal = table[row, base + i]
        for j in range(WIDTH):
            scratch[S_COLUMNS, WIDTH * i + j] = 0.0
        for j in range(i):
            total = table[row, base + j]
            for k in range(j):
                total -= scratch[S_COLUMNS, WIDTH * i + k] * scratch[S_COLUMNS, WIDTH * j + k]
            scratch[S_COLUMNS, WIDTH * i + j] = total / scratch[S_COLUMNS, WIDTH * j + j]
        total = diagonal
        for k in range(i):
            total -= scratch[S_COLUMNS, WIDTH * i + k] * scratch[S_COLUMNS, WIDTH * i + k]
        if not (total > 1e-13 * diagonal and total < 1e300):
            return 0
        scratch[S_COLUMNS, WIDTH * i + i] = math.sqrt(total)
        base += i + 1
    return 1


@kernel("float64(float64, float64, float64)")
def major_variance(first: float, mixed: float, second: float) -> float:
    """Larger eigenvalue of a symmetric 2 x 2 matrix."""
    half = 0.5 * (first - second)
    return 0.5 * (first + second) + math.sqrt(half * half + mixed * mixed)
