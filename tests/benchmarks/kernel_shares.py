"""Where compiled code spends its time: the handlers built once more, with a clock around every kernel."""

from __future__ import annotations

import inspect
from types import SimpleNamespace
from typing import Any

import numba
import numpy as np
import pytest
from llvmlite import ir

from warnpath.engine.compiled import event_loop, linking, twins
from warnpath.engine.compiled.array_world import Template
from warnpath.engine.compiled.numba_extension import intrinsic
from warnpath.engine.compiled.world_type import world_at
from warnpath.engine.plan import Plan

ROOM = 64


def kernel_shares(plan: Plan, replications: int = 5) -> dict[str, float]:
    """Share of each kernel that handlers call in the time of the event loop, by the processor's counter."""
    counter = np.zeros(ROOM, dtype=np.int64)
    names: list[str] = []

    def clocked(kernel: Any) -> Any:
        function = kernel.py_func
        call = linking.callable_by_symbol(kernel, f"{function.__module__}.{function.__name__}")
        names.append(function.__name__)
        return _clocked(call, kernel, counter.ctypes.data + 8 * (len(names) - 1))

    with pytest.MonkeyPatch.context() as patch:
        # Nothing of this may reach the disk cache: it holds an address of this process.
        patch.setattr(twins, "numba", SimpleNamespace(njit=lambda signature, cache: numba.njit(signature)))
        patch.setattr(twins, "_kernel_call", _once(clocked))
        patch.setattr(twins, "_handler_call", _once(_handler_call))
        loop = twins.compiled_function.__wrapped__(event_loop.__name__, "run_events")
        clocked_loop = clocked(loop)

        @numba.njit("int64(uint8[::1])")
        def run(record):  # type: ignore[no-untyped-def]
            return clocked_loop(world_at(record))

    template = Template(plan)
    for replication in range(replications + 1):
        if replication == 1:
            counter[:] = 0
        world = template.world(replication, 1, ())
        while (reason := run(world.record)) in (event_loop.GROW, event_loop.LOG_FULL):
            if reason == event_loop.GROW:
                world.grow()
            world.log_count = 0
    total = counter[names.index("run_events")]
    return {name: cycles / total for name, cycles in zip(names, counter.tolist(), strict=False)}


def _handler_call(module: str, name: str) -> Any:
    # A symbol of its own: the engine's stays what it is.
    return linking.callable_by_symbol(
        twins.compiled_function.__wrapped__(module, name), f"clocked.{module}.{name}"
    )


def _once(make: Any) -> Any:
    kept: dict[Any, Any] = {}

    def find(*key: Any) -> Any:
        if key not in kept:
            kept[key] = make(*key)
        return kept[key]

    return find


def _clocked(call: Any, compiled: Any, address: int) -> Any:
    """The same call, with the cycles it takes added to the number at an address."""
    (overload,) = compiled.overloads.values()
    signature = overload.signature

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        word = ir.IntType(64)
        now = builder.module.declare_intrinsic("llvm.readcyclecounter", (), ir.FunctionType(word, []))
        started = builder.call(now, [])
        value = call._defn(context.typing_context, *sig.args)[1](context, builder, sig, args)
        place = builder.inttoptr(ir.Constant(word, address), word.as_pointer())
        spent = builder.sub(builder.call(now, []), started)
        builder.store(builder.add(builder.load(place), spent), place)
        return value

    def typed(typingctx: Any, *arguments: Any) -> Any:
        return signature, lower

    typed.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD)
            for name in ("typingctx", *inspect.signature(compiled.py_func).parameters)
        ]
    )
    typed.__name__ = compiled.py_func.__name__
    return intrinsic(typed)
