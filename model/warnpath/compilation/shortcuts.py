"""What numba's front end does less of while the program is translated, for the same code.

Kernels and handlers hold no closures and no generators, nothing in them is freed, and the same few types of
operands meet the same operators ten thousand times. So nobody asks which variables live where, a look-up that
always has the same answer is made once, and variables are listed without copying lists at every level.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from numba.core import compiler_machinery as _machinery
from numba.core import ir as _ir
from numba.core import ir_utils as _ir_utils
from numba.core import postproc as _postproc
from numba.core import transforms as _transforms
from numba.core.types import functions as _functions

Instruction: Any = _ir.Inst
Variable: Any = _ir.Var
define_in_scope: Any = _ir_utils.fixup_var_define_in_scope
in_canonical_order: Any = _transforms.canonicalize_cfg
registry: Any = _machinery._pass_registry
register_pass: Any = _machinery.register_pass
PassManager: Any = _machinery.PassManager
FunctionPass: Any = _machinery.FunctionPass
PostProcessor: Any = _postproc.PostProcessor
FunctionOfTypes: Any = _functions.BaseFunction


class PlainManager(PassManager):  # type: ignore[misc]
    """Runs one pass after the other, without checks and clocks around each."""

    def run(self, state: Any) -> None:
        """Run them on a function."""
        for step, _ in self.passes:
            registry.get(step).pass_inst.run_pass(state)


@register_pass(mutates_CFG=True, analysis_only=False)
class Processing(FunctionPass):  # type: ignore[misc]
    """numba's processing of a function as it was written, without a search for closures."""

    _name = "warnpath_processing"

    def __init__(self) -> None:
        super().__init__()

    def run_pass(self, state: Any) -> bool:
        """Bring blocks into order and variables into scope."""
        PostProcessor(state.func_ir).run()
        define_in_scope(state.func_ir.blocks)
        return True


@contextmanager
def shortcuts() -> Iterator[None]:
    """Let numba take the shortcuts for a while."""
    replaced = (
        (FunctionOfTypes, "get_call_type", _remembered(FunctionOfTypes.get_call_type)),
        (PostProcessor, "run", _bring_into_order),
        (Instruction, "_rec_list_vars", _variables_in),
    )
    before = [getattr(owner, name) for owner, name, _ in replaced]
    for owner, name, shorter in replaced:
        setattr(owner, name, shorter)
    try:
        yield
    finally:
        for (owner, name, _), original in zip(replaced, before, strict=True):
            setattr(owner, name, original)


def _remembered(look_up: Any) -> Any:
    """What a function gives for given types, looked up once and not at each place it is called."""
    known: dict[Any, Any] = {}

    def remembered(self: Any, context: Any, args: Any, kws: Any) -> Any:
        place = self, tuple(args), tuple(sorted(dict(kws).items()))
        found = known.get(place)
        if found is None:
            found = known[place] = look_up(self, context, args, kws)
        return found

    return remembered


def _bring_into_order(self: Any, emit_dels: bool = False, extend_lifetimes: bool = False) -> None:
    """All that is needed of numba's processing after a pass."""
    self.func_ir.blocks = in_canonical_order(self.func_ir.blocks)
    self.func_ir.generator_info = None


def _variables_in(self: Any, value: Any) -> list[Any]:
    """Variables in the fields of an instruction."""
    found: list[Any] = []
    _collect(value, found)
    return found


def _collect(value: Any, found: list[Any]) -> None:
    kind = type(value)
    if kind is Variable:
        found.append(value)
    elif kind is dict:
        for item in value.values():
            _collect(item, found)
    elif kind is tuple or kind is list:
        for item in value:
            _collect(item, found)
    elif isinstance(value, Instruction):
        found.extend(value.list_vars())
