"""The merged handlers of one world."""

from __future__ import annotations

import ast
import itertools
import linecache
import pkgutil
from collections.abc import Callable
from functools import cache, lru_cache
from heapq import heappush
from importlib import import_module
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final, cast

from warnpath.compilation.kernels import Kernel
from warnpath.engine import handlers
from warnpath.engine.codes import FAULT_DELAY
from warnpath.engine.entities import COUNTERS, ENTITIES
from warnpath.engine.handlers.dispatch import dispatch
from warnpath.engine.merged.forms import module_tree
from warnpath.engine.merged.merging import HANDLERS, Merging

Dispatch = Callable[[Any, float, int, int, int, int], int]

MERGED: Final = frozenset("dispatch link_sent link_retry arrived served released traffic_due".split())
"""Handlers of the events that every message makes on its way."""

INLINED: Final = frozenset(
    (
        "new_message new_copy retain let_go schedule_traffic "
        "send send_once walks_from_source step_from step_taken "
        "link_start link_observe link_loss link_timeout_s link_hop link_trace "
        "link_landed step_path processed forward "
        "link_enqueue link_transmit link_takes link_count_in link_count_out link_down_total sending_s "
        "node_start node_observe node_trace node_hop node_down_total "
        "list_append list_move list_remove account account_wait"
    ).split()
)
"""What these call on most ways through them, and so on."""

VIEWS: Final = frozenset(("lists_owner", "next_step"))


def merged_dispatch(world: Any, environment: Any) -> Dispatch:
    """The handlers of a world's events, with events that go straight into an environment's queue.

    Nothing comes into the world's outbox, whose limit is therefore not checked.

    Parameters
    ----------
    world : World
    environment : HandlerEnvironment

    Returns
    -------
    callable
        To be used as `handlers.dispatch.dispatch` is.
    """
    code, names = _program(tuple((name, getattr(world, name)) for name in _flags()))
    queue, order = environment._queue, environment._eid

    def schedule(w: Any, delay: float, kind: int, a: int, b: int, token: int) -> None:
        if delay >= 0.0:
            heappush(queue, (environment._now + delay, 1, next(order), kind, a, b, token))
        else:
            w.fault = FAULT_DELAY

    namespace = dict(names)
    namespace.update(heappush=heappush, queue=queue, order=order)
    namespace.update((f"w_{name}", getattr(world, name)) for name in ENTITIES)
    namespace.update((f"w_{name}", memoryview(getattr(world, name))) for name in VIEWS)
    exec(code, namespace)
    replaced = {name: namespace[name] for name in MERGED}
    replaced["schedule"] = schedule
    namespace.update(_rebound(replaced))
    found: Dispatch = namespace["dispatch"]
    return found


def _rebound(replaced: dict[str, Any]) -> dict[str, Any]:
    """All handlers, by name: those given, and the others as they are written, but calling one another."""
    found = dict(replaced)
    for module in _modules():
        space = dict(vars(module))
        for name, value in vars(module).items():
            if isinstance(value, FunctionType) and value.__module__ == module.__name__ and name not in found:
                found[name] = FunctionType(value.__code__, space, name)
    for name, function in found.items():
        if name not in replaced:
            space = function.__globals__
            for used in function.__code__.co_names:
                value = space.get(used)
                if isinstance(value, Kernel):
                    space[used] = value.entry()
                elif isinstance(value, FunctionType) and value.__module__.startswith(HANDLERS):
                    space[used] = found[used]
    return found


@lru_cache(maxsize=64)
def _program(flags: tuple[tuple[str, float], ...]) -> tuple[CodeType, dict[str, Any]]:
    merging = Merging(MERGED, INLINED, dict(flags), ENTITIES, VIEWS, _whole())
    text = merging.write(cast("FunctionType", dispatch))
    file = f"<merged handlers {next(_numbers)}>"
    # What tracebacks and debuggers show.
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    names = {
        name: value.entry() if isinstance(value, Kernel) else value
        for name, value in merging.namespace.items()
    }
    return compile(text, file, "exec"), names


_numbers = itertools.count()


@cache
def _modules() -> tuple[ModuleType, ...]:
    """Every module of handlers."""
    names = (module.name for module in pkgutil.iter_modules(handlers.__path__))
    return tuple(import_module(f"{handlers.__name__}.{name}") for name in names)


@cache
def _flags() -> tuple[str, ...]:
    """Attributes of the world that no handler changes."""
    changed = set()
    for module in _modules():
        for node in ast.walk(module_tree(module.__name__)):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                if isinstance(node.value, ast.Name) and node.value.id == "w":
                    changed.add(node.attr)
    return tuple(name for name, kind in COUNTERS if kind == "i8" and name not in changed)


@cache
def _whole() -> frozenset[str]:
    """Names that are int64 wherever they are a field or an attribute of the world."""
    tables = [*ENTITIES.values(), COUNTERS]
    kinds = {(name, kind) for table in tables for name, kind in table}
    return frozenset(name for name, kind in kinds if kind == "i8" and (name, "f8") not in kinds)
