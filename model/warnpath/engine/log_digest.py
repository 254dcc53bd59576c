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


@kernel("int64(int64[:, ::1], int64, int64[:, ::1])", is_plain=True)
def fold_rows(rows: Words, count: int, columns: Words) -> int:
    """Take the first rows of an array into the hash of each column, and count them; returns how many."""
    time, kind, element = columns[0, 0], columns[0, 1], columns[0, 2]
    message, value = columns[0, 3], columns[0, 4]
    for place in range(count):
        time = fold(time, rows[place, 0])
        kind = fold(kind, rows[place, 1])
        element = fold(element, rows[place, 2])
        message = fold(message, rows[place, 3])
        value = fold(value, rows[place, 4])
    columns[0, 0] = time
    columns[0, 1] = kind
    columns[0, 2] = element
    columns[0, 3] = message
    columns[0, 4] = value
    columns[0, ROW_WORDS] += count
    return count


class LogDigest:
    """Hash of 128 bits of an event log that is fed in whole rows, as many at a time as one likes.

    It tells apart logs that differ by accident, at 3 to 8 ns an event. It is no proof against somebody who
    looks for two logs of one hash, as SHA-256 would be at a fifth of the compiled engine's time.

    Attributes
    ----------
    columns : int64[1, 6]
        Hash of each of the five columns so far, and the number of rows: what `fold_rows` goes on from.
    """

    def __init__(self) -> None:
        begin = [mix(0, column) for column in range(ROW_WORDS)]
        self.columns = np.array([[*begin, 0]], dtype=np.int64)

    def update(self, rows: Any) -> None:
        """Take in the next rows, as a contiguous buffer of 40 bytes a row."""
        if len(rows):
            words = np.frombuffer(rows, dtype=np.int64).reshape(-1, ROW_WORDS)
            fold_rows(words, len(words), self.columns)

    def hexdigest(self) -> str:
        """The hash of all rows so far, 32 hexadecimal digits."""
        *columns, rows = self.columns[0].tolist()
        high = low = rows
        for column in columns:
            high = mix(high, column)
            low = mix(column, low)
        return np.array([high, low], dtype=">i8").tobytes().hex()
