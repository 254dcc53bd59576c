"""Compiled twins of the handlers: the same code objects, with other callees, built by numba.

The plain functions stay what they are, so the SimPy engine runs and is debugged as Python. A twin calls
twins and kernels by symbol. Signatures come from the annotations: `Any` is the world, `int` an int64,
`float` a float64; so every handler states what it takes, as kernels do.
"""

from __future__ import annotations

import dis
import importlib
import inspect
from functools import cache
from types import FunctionType
from typing import Any

import numba
from numba.core.dispatcher import Dispatcher

from warnpath.compilation import cache_folder_in_use
from warnpath.engine.compiled.linking import callable_by_symbol
from warnpath.engine.compiled.numba_extension import types
from warnpath.engine.compiled.world_type import WORLD

_TYPES = {"Any": WORLD, "int": types.int64, "float": types.float64, "None": types.void}


@cache
def compiled_function(module: str, name: str) -> Any:
    """Compiled twin of a function, and of everything it calls, loaded from disk where possible.

    Raises
    ------
    TypeError
        An annotation that is none of Any, int, float.
    """
    space = vars(importlib.import_module(module))
    function: FunctionType = space[name]
    callees = {}
    for used in _globals_used(function):
        value = space.get(used)
        if isinstance(value, FunctionType):
            callees[used] = _handler_call(value.__module__, value.__name__)
        elif isinstance(value, Dispatcher):
            callees[used] = _kernel_call(value)
    bound = FunctionType(function.__code__, {**space, **callees}, name, function.__defaults__)
    bound.__module__, bound.__qualname__ = module, name
    with cache_folder_in_use():
        return numba.njit(_signature(function), cache=True)(bound)


@cache
def _handler_call(module: str, name: str) -> Any:
    return callable_by_symbol(compiled_function(module, name), f"{module}.{name}")


@cache
def _kernel_call(kernel: Any) -> Any:
    function = kernel.py_func
    return callable_by_symbol(kernel, f"{function.__module__}.{function.__name__}")


def _globals_used(function: FunctionType) -> set[str]:
    return {item.argval for item in dis.get_instructions(function) if item.opname == "LOAD_GLOBAL"}


def _signature(function: FunctionType) -> Any:
    stated = {name: item.annotation for name, item in inspect.signature(function).parameters.items()}
    stated["return"] = function.__annotations__.get("return")
    for name, annotation in stated.items():
        if annotation not in _TYPES:
            raise TypeError(
                f"{function.__module__}.{function.__name__}: {name} is annotated {annotation!r}; "
                f"a compiled handler takes {', '.join(_TYPES)}"
            )
    returned = _TYPES[stated.pop("return")]
    return returned(*(_TYPES[annotation] for annotation in stated.values()))
