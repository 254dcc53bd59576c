"""The hash of an event log."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from warnpath.compilation import kernel
from warnpath.engine.random_streams import fold, mix

ROW_WORDS = 5
"""Words of 64 bits in a row: time, kind, element, message number, value."""

Words = npt.NDArray[np.int64]


@kernel("int64(int64[:, ::1], int64[::1])", is_plain=True)
def fold_rows(rows: Words, columns: Words) -> int:
    """Take rows into the running hash of each column; returns their number."""
    time, kind, element, message, value = columns[0], columns[1], columns[2], columns[3], columns[4]
    for place in range(len(rows)):
        time = fold(time, rows[place, 0])
        kind = fold(kind, rows[place, 1])
        element = fold(element, rows[place, 2])
        message = fold(message, rows[place, 3])
        value = fold(value, rows[place, 4])
    columns[0] = time
    columns[1] = kind
    columns[2] = element
    columns[3] = message
    columns[4] = value
    return len(rows)


class LogDigest:
    """Hash of 128 bits of an event log that is fed in whole rows, as many at a time as one likes.

    It tells apart logs that differ by accident, at 3 to 8 ns an event. It is no proof against somebody who
    looks for two logs of one hash, as SHA-256 would be at a fifth of the compiled engine's time.
    """

    def __init__(self) -> None:
        self._columns = np.array([mix(0, column) for column in range(ROW_WORDS)], dtype=np.int64)
        self._rows = 0

    def update(self, rows: Any) -> None:
        """Take in the next rows, as a contiguous buffer of 40 bytes a row."""
        if len(rows):
            words = np.frombuffer(rows, dtype=np.int64).reshape(-1, ROW_WORDS)
            self._rows += fold_rows(words, self._columns)

    def hexdigest(self) -> str:
        """The hash of all rows so far, 32 hexadecimal digits."""
        high = low = self._rows
        for column in self._columns.tolist():
            high = mix(high, column)
            low = mix(column, low)
        return np.array([high, low], dtype=">i8").tobytes().hex()
