"""The world as a type of compiled code: a pointer to the record of `layout`, read like an object.

`w.links` is a view of the array at the address in the record, `w.fault = 3` a store into it. Views own
nothing and count no references, which makes them cheaper than arrays and safe to share between threads.
The type lives in a module that can be imported, or the disk cache would never match.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir

from warnpath.engine.compiled.layout import RECORD_DTYPES, SCALARS, TABLES, WORLD_DTYPE
from warnpath.engine.compiled.numba_extension import (
    AttributeTemplate,
    OpaqueModel,
    Type,
    cgutils,
    from_dtype,
    infer_getattr,
    lower_getattr_generic,
    lower_setattr_generic,
    make_array,
    populate_array,
    register_model,
    types,
)

_NUMBERS = {"i8": types.int64, "f8": types.float64}

ATTRIBUTES: dict[str, Any] = {
    **{name: types.Array(from_dtype(dtype), 1, "C") for name, dtype in RECORD_DTYPES.items()},
    **{name: types.Array(_NUMBERS[kind], 2, "C") for name, kind in TABLES.items()},
    **{name: _NUMBERS[kind] for name, kind in SCALARS},
}
"""Type of every attribute that compiled handlers may use."""


_OFFSETS = {name: place[1] for name, place in (WORLD_DTYPE.fields or {}).items()}


class WorldType(Type):  # type: ignore[misc]
    """Type of a pointer to a world's record."""

    def __init__(self) -> None:
        super().__init__(name="World")


WORLD = WorldType()


@register_model(WorldType)
class _WorldModel(OpaqueModel):  # type: ignore[misc]
    """A world is passed as one pointer."""


@infer_getattr
class _WorldAttributes(AttributeTemplate):  # type: ignore[misc]
    key = WorldType

    def generic_resolve(self, typ: WorldType, attr: str) -> Any:
        return ATTRIBUTES.get(attr)


def _member(builder: Any, world: Any, name: str, llvm_type: Any) -> Any:
    offset = _OFFSETS[name]
    pointer = cgutils.pointer_add(builder, world, ir.Constant(ir.IntType(64), offset))
    return builder.bitcast(pointer, llvm_type.as_pointer())


@lower_getattr_generic(WorldType)  # type: ignore[untyped-decorator]
def _get(context: Any, builder: Any, typ: WorldType, world: Any, attr: str) -> Any:
    kind = ATTRIBUTES[attr]
    if not isinstance(kind, types.Array):
        return builder.load(_member(builder, world, attr, context.get_value_type(kind)))
    size = ir.IntType(64)
    address = builder.load(_member(builder, world, f"{attr}_address", size))
    shape = [builder.load(_member(builder, world, f"{attr}_rows", size))]
    item = ir.Constant(size, context.get_abi_sizeof(context.get_data_type(kind.dtype)))
    strides = [item]
    if kind.ndim == 2:
        shape.append(builder.load(_member(builder, world, f"{attr}_columns", size)))
        strides.insert(0, builder.mul(shape[1], item))
    view = make_array(kind)(context, builder)
    populate_array(
        view,
        data=builder.inttoptr(address, view.data.type),
        shape=shape,
        strides=strides,
        itemsize=item,
        meminfo=None,
    )
    return view._getvalue()


@lower_setattr_generic(WorldType)  # type: ignore[untyped-decorator]
def _set(context: Any, builder: Any, sig: Any, args: Any, attr: str) -> None:
    value = context.cast(builder, args[1], sig.args[1], ATTRIBUTES[attr])
    builder.store(value, _member(builder, args[0], attr, value.type))
