"""All stream keys of a replication at once."""

from __future__ import annotations

from warnpath.compilation import kernel
from warnpath.engine.random_streams import stream_key


@kernel("int64(int64[::1], int64, int64, int64[::1])")
def stream_keys(names, seed, replication, keys):  # type: ignore[no-untyped-def]
    """Write the key of every named stream; returns their number."""
    for place in range(len(names)):
        keys[place] = stream_key(names[place], seed, replication)
    return len(names)
