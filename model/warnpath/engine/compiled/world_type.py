"""The world as a type of compiled code: a pointer to the record of `layout`, read like an object.

`w.links` is the rows of the array at the address in the record, `w.fault = 3` a store into it. Views own
nothing and count no references, which makes them cheaper than arrays and safe to share between threads.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir

from warnpath.engine.compiled.layout import RECORDS, SCALARS, TABLES, WORLD_DTYPE
from warnpath.engine.compiled.numba_extension import (
    AttributeTemplate,
    OpaqueModel,
    Type,
    infer_getattr,
    lower_getattr_generic,
    lower_setattr_generic,
    make_array,
    populate_array,
    register_model,
    types,
)
from warnpath.engine.compiled.rows import NUMBERS, RowsType, load_constant, load_member, store_member

ATTRIBUTES: dict[str, Any] = {
    **{name: RowsType(name) for name in RECORDS},
    **{name: types.Array(NUMBERS[kind], 2, "C") for name, kind in TABLES.items()},
    **{name: NUMBERS[kind] for name, kind in SCALARS},
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


@lower_getattr_generic(WorldType)  # type: ignore[untyped-decorator]
def _get(context: Any, builder: Any, typ: WorldType, world: Any, attr: str) -> Any:
    kind = ATTRIBUTES[attr]
    if isinstance(kind, RowsType):
        return world
    if not isinstance(kind, types.Array):
        return load_member(builder, world, _OFFSETS[attr], context.get_value_type(kind), f"world.{attr}")
    item = ir.Constant(ir.IntType(64), context.get_abi_sizeof(context.get_data_type(kind.dtype)))
    columns = load_constant(builder, world, f"{attr}_columns")
    view = make_array(kind)(context, builder)
    populate_array(
        view,
        data=builder.inttoptr(load_constant(builder, world, f"{attr}_address"), view.data.type),
        shape=[load_constant(builder, world, f"{attr}_rows"), columns],
        strides=[builder.mul(columns, item), item],
        itemsize=item,
        meminfo=None,
    )
    return view._getvalue()


@lower_setattr_generic(WorldType)  # type: ignore[untyped-decorator]
def _set(context: Any, builder: Any, sig: Any, args: Any, attr: str) -> None:
    value = context.cast(builder, args[1], sig.args[1], ATTRIBUTES[attr])
    store_member(builder, args[0], _OFFSETS[attr], value, f"world.{attr}")
