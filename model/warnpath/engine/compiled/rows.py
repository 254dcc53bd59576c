"""Records of a world as types of compiled code: `w.links` is rows, `w.links[a]` a row, `link.up` a number.

numba has arrays of records for this, but their views carry shape and strides along and wrap negative
indices, and a store into one record makes the compiler forget what it read from every other. Here rows
are the world's own pointer under another name, and every load and store says which field of which kind
it touches, so that fields which cannot overlap do not stand in each other's way.
"""

from __future__ import annotations

import operator
from typing import Any

from llvmlite import ir

from warnpath.engine.compiled.layout import RECORD_DTYPES, RECORDS, WORLD_DTYPE
from warnpath.engine.compiled.numba_extension import (
    AbstractTemplate,
    AttributeTemplate,
    OpaqueModel,
    Type,
    cgutils,
    infer_getattr,
    infer_global,
    lower_builtin,
    lower_getattr_generic,
    lower_setattr_generic,
    register_model,
    signature,
    types,
)

NUMBERS = {"i8": types.int64, "f8": types.float64}
_FIELDS = {kind: dict(fields) for kind, fields in RECORDS.items()}
_PLACES = {
    kind: {field: place[1] for field, place in (dtype.fields or {}).items()}
    for kind, dtype in RECORD_DTYPES.items()
}
_OFFSETS = {name: place[1] for name, place in (WORLD_DTYPE.fields or {}).items()}
_WORD = ir.IntType(64)


class RowsType(Type):  # type: ignore[misc]
    """All records of one kind in a world."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(name=f"Rows({kind})")


class RowType(Type):  # type: ignore[misc]
    """One record; a pointer to it."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(name=f"Row({kind})")


@register_model(RowsType)
class _RowsModel(OpaqueModel):  # type: ignore[misc]
    """Rows are passed as the pointer to their world."""


@register_model(RowType)
class _RowModel(OpaqueModel):  # type: ignore[misc]
    """A row is passed as the pointer to its record."""


@infer_global(operator.getitem)
class _RowsGetItem(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:
        rows, index = args
        if isinstance(rows, RowsType) and isinstance(index, types.Integer):
            return signature(RowType(rows.kind), rows, types.int64)
        return None


@infer_global(len)
class _RowsLength(AbstractTemplate):  # type: ignore[misc]
    def generic(self, args: Any, kws: Any) -> Any:
        if len(args) == 1 and isinstance(args[0], RowsType):
            return signature(types.int64, args[0])
        return None


@infer_getattr
class _RowAttributes(AttributeTemplate):  # type: ignore[misc]
    key = RowType

    def generic_resolve(self, typ: RowType, attr: str) -> Any:
        return NUMBERS.get(_FIELDS[typ.kind].get(attr, ""))


@lower_builtin(operator.getitem, RowsType, types.Integer)  # type: ignore[untyped-decorator]
def _row(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    kind = sig.args[0].kind
    world, index = args
    if context.enable_boundscheck:
        cgutils.do_boundscheck(context, builder, index, load_constant(builder, world, f"{kind}_rows"))
    size = ir.Constant(_WORD, RECORD_DTYPES[kind].itemsize)
    first = load_constant(builder, world, f"{kind}_address")
    return builder.inttoptr(builder.add(first, builder.mul(index, size)), world.type)


@lower_builtin(len, RowsType)  # type: ignore[untyped-decorator]
def _length(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return load_constant(builder, args[0], f"{sig.args[0].kind}_rows")


@lower_getattr_generic(RowType)  # type: ignore[untyped-decorator]
def _get(context: Any, builder: Any, typ: RowType, row: Any, attr: str) -> Any:
    kind = NUMBERS[_FIELDS[typ.kind][attr]]
    offset = _PLACES[typ.kind][attr]
    return load_member(builder, row, offset, context.get_value_type(kind), f"{typ.kind}.{attr}")


@lower_setattr_generic(RowType)  # type: ignore[untyped-decorator]
def _set(context: Any, builder: Any, sig: Any, args: Any, attr: str) -> None:
    kind = sig.args[0].kind
    value = context.cast(builder, args[1], sig.args[1], NUMBERS[_FIELDS[kind][attr]])
    offset = _PLACES[kind][attr]
    store_member(builder, args[0], offset, value, f"{kind}.{attr}")


def load_constant(builder: Any, world: Any, member: str) -> Any:
    """Address, number of rows or of columns of an array: these only change while no compiled code runs."""
    found = builder.load(_place(builder, world, _OFFSETS[member], _WORD))
    found.set_metadata("invariant.load", builder.module.add_metadata([]))
    return found


def load_member(builder: Any, base: Any, offset: int, llvm_type: Any, field: str) -> Any:
    """Number at an offset from a pointer; `field` is the name of all the places it can share memory with."""
    found = builder.load(_place(builder, base, offset, llvm_type))
    found.set_metadata("tbaa", _tag(builder.module, field))
    return found


def store_member(builder: Any, base: Any, offset: int, value: Any, field: str) -> None:
    """Write a number at an offset from a pointer."""
    stored = builder.store(value, _place(builder, base, offset, value.type))
    stored.set_metadata("tbaa", _tag(builder.module, field))


def _place(builder: Any, base: Any, offset: int, llvm_type: Any) -> Any:
    pointer = cgutils.pointer_add(builder, base, ir.Constant(_WORD, offset))
    return builder.bitcast(pointer, llvm_type.as_pointer())


def _tag(module: Any, field: str) -> Any:
    """Access tag of a field for type-based alias analysis: fields of one root never overlap."""
    root = module.add_metadata([ir.MetaDataString(module, "warnpath world")])
    zero = ir.Constant(_WORD, 0)
    leaf = module.add_metadata([ir.MetaDataString(module, field), root, zero])
    return module.add_metadata([leaf, leaf, zero])
