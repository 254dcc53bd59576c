"""The kernels on 64-bit numbers that wrap round, in numbers of Python's own, which do not.

Each gives the bits of the kernel in `random_streams` that it is named after. They run where the program is
not compiled and building it would take longer than the job; see `warnpath.compilation.prefer_plain`.
"""

from __future__ import annotations

_ALL = 0xFFFFFFFFFFFFFFFF
_LOW = 0xFFFFFFFF
_SIGN = 1 << 63


def wrapped_uniform(key: int, lineage: int, index: int) -> float:
    """One uniform number for a key and a counter."""
    k, low, high = int(key) & _ALL, int(lineage) & _ALL, int(index) & _ALL
    c0, c1, c2, c3, k0, k1 = low & _LOW, low >> 32, high & _LOW, high >> 32, k & _LOW, k >> 32
    for _ in range(10):
        product_0 = 0xD2511F53 * c0
        product_1 = 0xCD9E8D57 * c2
        c0 = (product_1 >> 32) ^ c1 ^ k0
        c1 = product_1 & _LOW
        c2 = (product_0 >> 32) ^ c3 ^ k1
        c3 = product_0 & _LOW
        k0 = (k0 + 0x9E3779B9) & _LOW
        k1 = (k1 + 0xBB67AE85) & _LOW
    return min(((c0 >> 5) * 67108864.0 + (c1 >> 6) + 0.5) * 1.1102230246251565e-16, 0.9999999999999999)


def wrapped_mix(a: int, b: int) -> int:
    """Two keys mixed into a new one."""
    z = (int(a) * 0x9E3779B97F4A7C15 + int(b) + 0x9E3779B97F4A7C15) & _ALL
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _ALL
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _ALL
    return _signed(z ^ (z >> 31))


def wrapped_fold(running: int, word: int) -> int:
    """Running hash, one word later."""
    z = (((int(running) ^ int(word)) & _ALL) * 0xBF58476D1CE4E5B9) & _ALL
    return _signed(z ^ (z >> 32))


def _signed(z: int) -> int:
    return z - (1 << 64) if z >= _SIGN else z
