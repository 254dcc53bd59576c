"""The handlers that Python calls as machine code, and the signatures of all that they call.

Signatures come from the annotations: `Any` is the world, `int` an int64, `float` a float64; so every handler
states what it takes, as kernels do. The handlers are the plain functions that run as Python too.
"""

from __future__ import annotations

import inspect
from types import FunctionType
from typing import Any

from warnpath.compilation import program_root
from warnpath.engine.compiled.event_loop import run_events
from warnpath.engine.compiled.single_event import run_event
from warnpath.engine.handlers.external import external_sent
from warnpath.engine.handlers.outages import outage_began, outage_ended


def handler_signature(function: FunctionType) -> Any:
    """Signature of a handler for numba.

    Raises
    ------
    TypeError
        An annotation that is none of Any, int, float, None.
    """
    from warnpath.engine.compiled.numba_extension import types
    from warnpath.engine.compiled.world_type import WORLD

    known = {"Any": WORLD, "int": types.int64, "float": types.float64, "None": types.void}
    stated = {name: item.annotation for name, item in inspect.signature(function).parameters.items()}
    stated["return"] = function.__annotations__.get("return")
    for name, annotation in stated.items():
        if annotation not in known:
            raise TypeError(
                f"{function.__module__}.{function.__name__}: {name} is annotated {annotation!r}; "
                f"a compiled handler takes {', '.join(known)}"
            )
    returned = known[stated.pop("return")]
    return returned(*(known[annotation] for annotation in stated.values()))


run = program_root(run_events, handler_signature)
"""Run events of the world whose record an array of bytes holds, until there is a reason to return."""

run_one = program_root(run_event, handler_signature, releases_lock=False)
"""Run one event of a world; see `single_event`."""

DIRECT = {
    handler: program_root(handler, handler_signature, releases_lock=False)
    for handler in (external_sent, outage_began, outage_ended)
}
"""Machine code of the handlers that a user's own SimPy process runs."""
