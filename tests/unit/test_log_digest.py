"""The hash of an event log: known answers, any pieces, and every change noticed."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from warnpath.engine.log_digest import LogDigest

MASK = 2**64 - 1
Row = tuple[float, int, int, int, float]


def digest_of(*pieces: bytes) -> str:
    digest = LogDigest()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def log_of(rows: list[Row]) -> bytes:
    return b"".join(struct.pack("<dqqqd", *row) for row in rows)


def rows_of(count: int) -> list[Row]:
    return [(0.3 * n, n % 7, n % 11 - 1, n // 3, 1e-3 / (n + 1)) for n in range(count)]


def mixed(a: int, b: int) -> int:
    """The finaliser of splitmix64 (Steele, Lea, Flood 2014), typed from its publication, in whole numbers."""
    z = (a * 0x9E3779B97F4A7C15 + b + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def plain_digest(log: bytes) -> str:
    columns = [mixed(0, column) for column in range(5)]
    count = len(log) // 40
    for place in range(count):
        for column, word in enumerate(struct.unpack_from("<5Q", log, 40 * place)):
            z = ((columns[column] ^ word) * 0xBF58476D1CE4E5B9) & MASK
            columns[column] = z ^ (z >> 32)
    high = low = count
    for column in columns:
        high, low = mixed(high, column), mixed(column, low)
    return f"{high:016x}{low:016x}"


@pytest.mark.parametrize("count", [0, 1, 2, 100])
def test_it_is_what_whole_numbers_give(count: int) -> None:
    log = log_of(rows_of(count))
    assert digest_of(log) == plain_digest(log)


def test_pieces_do_not_matter() -> None:
    log = log_of(rows_of(100))
    whole = digest_of(log)
    assert digest_of(log[:40], b"", log[40:2000], log[2000:]) == whole
    assert digest_of(bytearray(log)) == whole
    assert digest_of(np.frombuffer(log, dtype=np.uint8)) == whole


def test_every_bit_of_every_row_counts_and_so_does_their_order() -> None:
    log = log_of(rows_of(3))
    found = {digest_of(log), digest_of(log[40:] + log[:40]), digest_of(log[:80]), digest_of(log + bytes(40))}
    for bit in range(8 * len(log)):
        changed = bytearray(log)
        changed[bit // 8] ^= 1 << (bit % 8)
        found.add(digest_of(changed))
    assert len(found) == 4 + 8 * len(log)


def test_half_of_the_bits_change_with_one() -> None:
    log = log_of(rows_of(50))
    before = int(digest_of(log), 16)
    changes = []
    for bit in range(0, 8 * len(log), 7):
        changed = bytearray(log)
        changed[bit // 8] ^= 1 << (bit % 8)
        changes.append((int(digest_of(changed), 16) ^ before).bit_count())
    # 128 bits, each changed with probability one half: 64, with a standard deviation of sqrt(32) for one.
    assert np.mean(changes) == pytest.approx(64.0, abs=4.0 * (32.0 / len(changes)) ** 0.5)
    assert min(changes) > 64 - 6 * 32**0.5
