"""Where compiled code spends its time: the program built once more, with a clock around every kernel."""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir

from warnpath.compilation.image import MachineCode
from warnpath.compilation.kernels import KERNELS, symbol_of
from warnpath.compilation.program import build_objects
from warnpath.compilation.sources import import_compiled_modules
from warnpath.compilation.translation import Lower
from warnpath.engine.compiled import event_loop
from warnpath.engine.compiled.template import Template
from warnpath.engine.plan import Plan


def kernel_shares(plan: Plan, replications: int = 5) -> dict[str, float]:
    """Share of each kernel that handlers call in the time of the event loop, by the processor's counter."""
    import_compiled_modules()
    places = {symbol: place for place, symbol in enumerate(sorted(KERNELS))}
    counter = np.zeros(len(places) + 1, dtype=np.int64)

    def clocked(symbol: str, lower: Lower) -> Lower:
        if symbol not in places:
            return lower
        address = counter.ctypes.data + 8 * places[symbol]
        return lambda *arguments: _clocked(lower, address, *arguments)

    # The result holds an address of this process: it never reaches the cache.
    run = MachineCode(build_objects(clocked)).entry(symbol_of(event_loop.run_events))
    template = Template(plan)
    total = 0
    for replication in range(replications + 1):
        if replication == 1:
            counter[:] = 0
            total = 0
        world = template.world(replication, 1, ())
        before = _cycles()
        while (reason := run(world.record)) in (event_loop.GROW, event_loop.LOG_FULL):
            if reason == event_loop.GROW:
                world.grow()
            world.log_count = 0
        total += _cycles() - before
    shares: dict[str, float] = {}
    for symbol, place in places.items():
        name = symbol.rpartition(".")[2]
        shares[name] = shares.get(name, 0.0) + float(counter[place]) / total
    return shares


def _clocked(lower: Lower, address: int, context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """The same call, with the cycles it takes added to the number at an address."""
    word = ir.IntType(64)
    now = builder.module.declare_intrinsic("llvm.readcyclecounter", (), ir.FunctionType(word, []))
    started = builder.call(now, [])
    value = lower(context, builder, signature, arguments)
    place = builder.inttoptr(ir.Constant(word, address), word.as_pointer())
    spent = builder.sub(builder.call(now, []), started)
    builder.store(builder.add(builder.load(place), spent), place)
    return value


def _cycles() -> int:
    """The processor's counter, as the clocks in compiled code read it."""
    return _counter_function()()


def _counter_function() -> Any:
    import ctypes

    import llvmlite.binding as llvm

    if not _kept:
        source = """
            declare i64 @llvm.readcyclecounter()
            define i64 @cycles() { %now = call i64 @llvm.readcyclecounter()
            ret i64 %now }
        """
        machine = llvm.Target.from_default_triple().create_target_machine(jit=True)
        engine = llvm.create_mcjit_compiler(llvm.parse_assembly(source), machine)
        engine.finalize_object()
        address = engine.get_function_address("cycles")
        _kept.extend((engine, ctypes.CFUNCTYPE(ctypes.c_int64)(address)))
    return _kept[1]


_kept: list[Any] = []
