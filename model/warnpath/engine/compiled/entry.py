"""The one function of the compiled engine that Python calls; importing this compiles or loads it."""

from __future__ import annotations

from typing import Any

import numba

from warnpath.compilation import cache_folder_in_use
from warnpath.engine.compiled import event_loop
from warnpath.engine.compiled.linking import callable_by_symbol
from warnpath.engine.compiled.readiness import note_machine_code
from warnpath.engine.compiled.twins import compiled_function
from warnpath.engine.compiled.world_type import world_at

_loop = compiled_function(event_loop.__name__, "run_events")
_run_events = callable_by_symbol(_loop, f"{event_loop.__name__}.run_events")


def _run(record: Any) -> Any:
    """Run events of the world whose record these bytes are, until there is a reason to return."""
    return _run_events(world_at(record))


with cache_folder_in_use():
    run = numba.njit("int64(uint8[::1])", cache=True, nogil=True)(_run)
note_machine_code()
