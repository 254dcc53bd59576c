"""Random streams against published vectors and exact distributions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from warnpath.engine.random_streams import (
    EXPONENTIAL,
    FIXED,
    LOGNORMAL,
    UNIFORM,
    draw,
    mix,
    name_key,
    normal,
    normal_quantile,
    philox_words,
    stream_key,
    uniform,
)

ONES = 0xFFFFFFFF

# Known-answer vectors of philox4x32-10 from the Random123 distribution (kat_vectors).
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES, ONES, ONES, ONES), (ONES, ONES), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN_ANSWERS)
def test_philox_gives_the_published_words(counter, key, words):
    assert tuple(int(word) for word in philox_words(*counter, *key)) == words


def test_uniform_uses_the_high_bits_of_the_first_two_words():
    # Key and counter of 64 bits are split low word first; 27 bits of word 0 and 26 of word 1.
    counter = (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344)
    lineage, index = counter[0] | counter[1] << 32, counter[2] | counter[3] << 32
    key = 0xA4093822 | 0x299F31D0 << 32
    signed = [value - (1 << 64) if value >= 1 << 63 else value for value in (key, lineage, index)]
    exact = ((0xD16CFE09 >> 5) * 2**26 + (0x94FDCCEB >> 6) + 0.5) / 2**53
    assert uniform(*signed) == exact


def test_uniforms_are_uniform_and_inside_the_open_interval():
    values = np.array([uniform(name_key("test:uniform"), mix(7, i), i % 3) for i in range(20_000)])
    assert values.min() > 0.0
    assert values.max() < 1.0
    # A Kolmogorov-Smirnov test at 1e-3 on a fixed sample.
    assert stats.kstest(values, "uniform").pvalue > 1e-3
    neighbours = np.corrcoef(values[:-1], values[1:])[0, 1]
    assert abs(neighbours) < 4.0 / math.sqrt(len(values))


def test_normal_quantile_agrees_with_scipy_into_the_tails():
    for p in (1e-300, 1e-20, 1e-9, 0.02425, 0.0749, 0.0751, 0.3, 0.5, 0.77, 0.999999, 1 - 1e-13):
        assert normal_quantile(p) == pytest.approx(stats.norm.ppf(p), rel=2e-15, abs=1e-15)


def test_normals_are_normal():
    values = [normal(name_key("test:normal"), i, 5) for i in range(20_000)]
    assert stats.kstest(values, "norm").pvalue > 1e-3


@pytest.mark.parametrize(
    ("row", "law"),
    [
        ((UNIFORM, 0.3, 0.7, 0.0), stats.uniform(0.3, 0.4)),
        ((EXPONENTIAL, 2.5, 0.0, 0.0), stats.expon(scale=2.5)),
        ((LOGNORMAL, math.log(60.0), 0.42, 0.0), stats.lognorm(0.42, scale=60.0)),
    ],
)
def test_delays_follow_their_law(row, law):
    table = np.array([row], dtype=np.float64)
    values = [draw(table, 0, name_key("test:delay"), i, 0) for i in range(10_000)]
    assert stats.kstest(values, law.cdf).pvalue > 1e-3


def test_a_fixed_delay_and_no_delay_take_no_draw():
    table = np.array([[FIXED, 3.25, 0.0, 0.0]])
    assert draw(table, 0, 1, 2, 3) == 3.25
    assert draw(table, -1, 1, 2, 3) == 0.0


def test_names_seeds_and_replications_give_different_streams():
    keys = {
        stream_key(name_key(f"link:{name}:loss"), seed, replication)
        for name in ("a", "b", "ab")
        for seed in (0, 1, 2)
        for replication in range(50)
    }
    assert len(keys) == 3 * 3 * 50


def test_name_keys_do_not_depend_on_the_process():
    # BLAKE2b of "node:us-hub" with an 8-byte digest, read as a little-endian signed integer.
    import hashlib

    digest = hashlib.blake2b(b"node:us-hub", digest_size=8).digest()
    assert name_key("node:us-hub") == int.from_bytes(digest, "little", signed=True)
