"""How one function becomes LLVM code: numba's way, less what the program never needs.

Arrays belong to Python as long as machine code runs, and none is made in it: no reference is counted and
nothing is freed. Arrays are C-contiguous and an index is never negative (see "Identity rules" in
CONTRIBUTING): an element is one address away. Half of what numba would write goes by this.
"""

from __future__ import annotations

import operator
from typing import Any

from numba.core import cgutils as _cgutils
from numba.core import config as _config
from numba.core import lowering as _lowering
from numba.core import typed_passes as _typed_passes
from numba.core import types as _types
from numba.core.compiler_machinery import register_pass as _register_pass

cgutils: Any = _cgutils
config: Any = _config
types: Any = _types
register_pass: Any = _register_pass
NumbaLowering: Any = _lowering.Lower
NumbaLoweringPass: Any = _typed_passes.BaseNativeLowering

_NUMBERS = {types.int64, types.uint64, types.float64}
_COMPARISONS = {
    operator.lt: "<",
    operator.le: "<=",
    operator.gt: ">",
    operator.ge: ">=",
    operator.eq: "==",
    operator.ne: "!=",
}
_ARITHMETIC = {operator.add: "add", operator.sub: "sub", operator.mul: "mul"}
_PAIRS = ((types.int64, types.int64), (types.float64, types.float64))
"""Operands of operations that are one instruction; numba tries three things first."""


class Lowering(NumbaLowering):  # type: ignore[misc]
    """Writes the code of one function."""

    def incref(self, typ: Any, val: Any) -> None:
        """Count nothing."""

    def decref(self, typ: Any, val: Any) -> None:
        """Count nothing."""

    def lower_binop(self, resty: Any, expr: Any, op: Any) -> Any:
        """Write an operation of two numbers as its instruction where there is one; else as numba does."""
        signature = self.fndesc.calltypes[expr]
        kind = signature.args[0]
        is_plain = signature.args in _PAIRS and (op in _COMPARISONS or op in _ARITHMETIC)
        if not is_plain:
            return super().lower_binop(resty, expr, op)
        builder = self.builder
        sides = expr.lhs.name, expr.rhs.name
        loaded = [self.loadvar(name) for name in sides]
        left, right = (
            self.context.cast(builder, value, self.typeof(name), kind)
            for name, value in zip(sides, loaded, strict=True)
        )
        if op in _ARITHMETIC and kind == types.float64:
            result = getattr(builder, f"f{_ARITHMETIC[op]}")(left, right)
        elif op in _ARITHMETIC:
            result = getattr(builder, _ARITHMETIC[op])(left, right, flags=["nsw"])
        elif kind == types.int64:
            result = builder.icmp_signed(_COMPARISONS[op], left, right)
        elif op is operator.ne:
            # True of what is not a number.
            result = builder.fcmp_unordered("!=", left, right)
        else:
            result = builder.fcmp_ordered(_COMPARISONS[op], left, right)
        return self.context.cast(builder, result, signature.return_type, resty)

    def lower_getitem(self, resty: Any, expr: Any, value: Any, index: Any, signature: Any) -> Any:
        """Read an element of an array by its address; anything else as numba does."""
        address = self._element(value.name, index.name)
        if address is None:
            return super().lower_getitem(resty, expr, value, index, signature)
        read = self.builder.load(address)
        return self.context.cast(self.builder, read, self.typeof(value.name).dtype, resty)

    def lower_setitem(self, target_var: Any, index_var: Any, value_var: Any, signature: Any) -> Any:
        """Write an element of an array by its address; anything else as numba does."""
        address = self._element(target_var.name, index_var.name)
        if address is None:
            return super().lower_setitem(target_var, index_var, value_var, signature)
        kinds = self.typeof(value_var.name), self.typeof(target_var.name).dtype
        return self.builder.store(
            self.context.cast(self.builder, self.loadvar(value_var.name), *kinds), address
        )

    def _element(self, array_name: str, index_name: str) -> Any:
        """Address of an element; None where there is more to it than numbers in an array."""
        array, index = self.typeof(array_name), self.typeof(index_name)
        if not isinstance(array, types.Array) or array.layout != "C" or array.dtype not in _NUMBERS:
            return None
        is_tuple = isinstance(index, types.BaseTuple)
        kinds = tuple(index) if is_tuple else (index,)
        if len(kinds) != array.ndim or any(types.unliteral(kind) != types.int64 for kind in kinds):
            return None
        builder = self.builder
        fields = self.context.data_model_manager[array]
        view, found = self.loadvar(array_name), self.loadvar(index_name)
        number = types.int64
        places = [builder.extract_value(found, axis) for axis in range(len(kinds))] if is_tuple else [found]
        places = [
            self.context.cast(builder, place, kind, number) for place, kind in zip(places, kinds, strict=True)
        ]
        shape = fields.get_field_position("shape")
        extents = [builder.extract_value(view, [shape, axis]) for axis in range(array.ndim)]
        if config.BOUNDSCHECK:
            for axis, (place, extent) in enumerate(zip(places, extents, strict=True)):
                cgutils.do_boundscheck(self.context, builder, place, extent, axis)
        place = places[0]
        for further, extent in zip(places[1:], extents[1:], strict=True):
            place = builder.add(builder.mul(place, extent), further)
        return builder.gep(builder.extract_value(view, fields.get_field_position("data")), [place])


@register_pass(mutates_CFG=True, analysis_only=False)
class LoweringPass(NumbaLoweringPass):  # type: ignore[misc]
    """The step that writes the code."""

    _name = "warnpath_lowering"

    @property
    def lowering_class(self) -> type[Lowering]:
        """What does it."""
        return Lowering
