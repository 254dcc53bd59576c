"""The one function of the compiled engine that Python calls, and the signatures of all that it calls.

Signatures come from the annotations: `Any` is the world, `int` an int64, `float` a float64; so every handler
states what it takes, as kernels do. The handlers are the plain functions that the SimPy engine runs.
"""

from __future__ import annotations

import inspect
from types import FunctionType
from typing import Any

from warnpath.compilation import program_root
from warnpath.engine.compiled.event_loop import run_events


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
