"""Small dense linear algebra on blocks of rows of one scratch array.

A matrix is the block of columns 0..n-1 of rows ``row`` .. ``row + n - 1``. Everything is written as loops:
it compiles in a tenth of the time of expressions written out, at nearly the same speed.
"""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.physics.arrays import Table


@kernel("int64(float64[:, ::1], int64, float64[:, ::1], int64, int64, int64)")
def unpack(table: Table, table_row: int, scratch: Table, row: int, first: int, size: int) -> int:
    """Symmetric matrix from its lower triangle in a table row from column `first`."""
    column = first
    for i in range(size):
        for j in range(i + 1):
            value = table[table_row, column]
            scratch[row + i, j] = value
            scratch[row + j, i] = value
            column += 1
    return column


@kernel("int64(float64[:, ::1], int64, float64[:, ::1], int64, int64, int64)")
def pack(table: Table, table_row: int, scratch: Table, row: int, first: int, size: int) -> int:
    """Lower triangle of a matrix into a table row from column `first`."""
    column = first
    for i in range(size):
        for j in range(i + 1):
            table[table_row, column] = scratch[row + i, j]
            column += 1
    return column


@kernel("float64(float64[:, ::1], int64, int64)")
def factorise(scratch: Table, row: int, size: int) -> float:
    """Cholesky factor in place (lower triangle).

    Returns
    -------
    float
        Product of the diagonal, the root of the determinant; 0 if the matrix is not positive definite
        to working precision (a pivot below 1e-13 of its diagonal element), and the block is then spoilt.
    """
    product = 1.0
    for i in range(size):
        diagonal = scratch[row + i, i]
        for j in range(i + 1):
            total = scratch[row + i, j]
            for k in range(j):
                total -= scratch[row + i, k] * scratch[row + j, k]
            if i == j:
                if not (total > 1e-13 * diagonal and total < 1e300):
                    return 0.0
                total = math.sqrt(total)
                product *= total
                scratch[row + i, i] = total
            else:
                scratch[row + i, j] = total / scratch[row + j, j]
    return product


@kernel("int64(float64[:, ::1], int64, int64, int64)")
def invert(scratch: Table, row: int, out: int, size: int) -> int:
    """Inverse of a positive definite matrix into another block; 0 and nothing usable if it is not one.

    The block at `row` is replaced by its Cholesky factor.
    """
    if factorise(scratch, row, size) <= 0.0:
        return 0
    for column in range(size):
        # L y = e_column, then L' x = y; y is kept in row `out + column`, which x overwrites.
        for i in range(size):
            total = 0.0
            if i == column:
                total = 1.0
            for k in range(column, i):
                total -= scratch[row + i, k] * scratch[out + column, k]
            scratch[out + column, i] = 0.0
            if i >= column:
                scratch[out + column, i] = total / scratch[row + i, i]
        for back in range(size):
            i = size - 1 - back
            total = scratch[out + column, i]
            for k in range(i + 1, size):
                total -= scratch[row + k, i] * scratch[out + column, k]
            scratch[out + column, i] = total / scratch[row + i, i]
    for i in range(size):
        for j in range(i):
            mean = 0.5 * (scratch[out + i, j] + scratch[out + j, i])
            scratch[out + i, j] = mean
            scratch[out + j, i] = mean
    return 1


@kernel("float64(float64, float64, float64)")
def major_variance(first: float, mixed: float, second: float) -> float:
    """Larger eigenvalue of a symmetric 2 x 2 matrix."""
    half = 0.5 * (first - second)
    return 0.5 * (first + second) + math.sqrt(half * half + mixed * mixed)
