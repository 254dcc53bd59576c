"""Entries of the program: functions of the interpreter's own calling convention around compiled ones.

An entry converts numbers and arrays, and nothing else, so that a call from Python costs little: numba's own
wrappers take any argument and need numba to be loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from llvmlite import ir as _ir
from numba.core import cgutils as _cgutils
from numba.core import registry as _registry
from numba.core import types as _types
from numba.np import numpy_support as _numpy_support

from warnpath.compilation.convention import (
    ARRAY_DATA,
    ARRAY_DTYPE,
    ARRAY_FLAGS,
    ARRAY_NDIM,
    ARRAY_SHAPE,
    C_CONTIGUOUS,
    DTYPE_NUMBER,
    ENTRY,
    OBJECTS,
    TABLE,
)

if TYPE_CHECKING:
    from warnpath.compilation.kernels import Root
    from warnpath.compilation.program import Part

ir: Any = _ir
cgutils: Any = _cgutils
types: Any = _types
as_dtype: Any = _numpy_support.as_dtype

BYTE, SIZE, DOUBLE, INT = ir.IntType(8), ir.IntType(64), ir.DoubleType(), ir.IntType(32)
POINTER = BYTE.as_pointer()


def entry_module(parts: Iterable[Part], roots: Mapping[str, Root], number: int) -> Any:
    """Module with an entry for every function of the program that Python may call.

    Parameters
    ----------
    parts : iterable of Part
    roots : mapping of symbol to Root
        Other functions that are no kernels have no entry.
    number : int
        Which module of the program this is; each has a table of objects of its own.
    """
    context = _registry.cpu_target.target_context
    module = ir.Module("warnpath.entries")
    table = ir.GlobalVariable(module, ir.ArrayType(SIZE, len(OBJECTS)), f"{TABLE}.{number}")
    table.initializer = ir.Constant(table.value_type, None)
    fits = _ArrayCheck(module, table)
    fits.write()
    for part in parts:
        root = roots.get(part.symbol)
        if root is not None or part.is_kernel:
            _Entry(context, module, fits, part, root is not None and root.releases_lock).write()
    return module


class _Writer:
    """Writes a function that uses the interpreter."""

    def __init__(self, module: Any, table: Any, function: Any) -> None:
        self.module = module
        self.table = table
        self.function = function
        self.builder = ir.IRBuilder(function.append_basic_block("entry"))

    def field(self, pointer: Any, offset: int, field_type: Any) -> Any:
        """What lies some bytes behind an address."""
        place = self.builder.gep(pointer, [SIZE(offset)])
        return self.builder.load(self.builder.bitcast(place, field_type.as_pointer()))

    def object(self, name: str) -> Any:
        """Address of an object of the table."""
        return self.builder.load(self.builder.gep(self.table, [INT(0), INT(list(OBJECTS).index(name))]))

    def refuse(self, condition: Any, error: str, text: str) -> None:
        """Return nothing, with an error, where a condition holds."""
        with self.builder.if_then(condition, likely=False):
            kind = self.builder.inttoptr(self.object(error), POINTER)
            words = self.builder.inttoptr(self.object(text), POINTER)
            self.call("PyErr_SetObject", ir.VoidType(), (kind, words))
            self.builder.ret(ir.Constant(POINTER, None))

    def call(self, name: str, returned: Any, arguments: tuple[Any, ...]) -> Any:
        """Call a function by name."""
        kind = ir.FunctionType(returned, [argument.type for argument in arguments])
        callee: Callable[..., Any] = cgutils.get_or_insert_function(self.module, kind, name)
        return self.builder.call(callee, arguments)


class _ArrayCheck(_Writer):
    """Writes what entries share: an object, if it is an array of a type of numbers and so many dimensions."""

    def __init__(self, module: Any, table: Any) -> None:
        kind = ir.FunctionType(POINTER, (POINTER, INT, INT))
        function = ir.Function(module, kind, "warnpath.entries.array")
        function.linkage = "internal"
        # Written once and not into every entry: half of the code would be this.
        function.attributes.add("noinline")
        super().__init__(module, table, function)

    def write(self) -> None:
        """Compare the type, then what the array says of itself."""
        builder = self.builder
        item, number, dimensions = self.function.args
        exact = builder.icmp_unsigned("==", self.field(item, 8, SIZE), self.object("ndarray"))
        self.refuse(builder.not_(exact), "type_error", "argument_array")
        found = self.field(self.field(item, ARRAY_DTYPE, POINTER), DTYPE_NUMBER, INT)
        flags = builder.and_(self.field(item, ARRAY_FLAGS, INT), INT(C_CONTIGUOUS))
        wrong = builder.or_(
            builder.icmp_signed("!=", found, number),
            builder.or_(
                builder.icmp_signed("!=", self.field(item, ARRAY_NDIM, INT), dimensions),
                builder.icmp_signed("==", flags, INT(0)),
            ),
        )
        self.refuse(wrong, "type_error", "argument_array")
        builder.ret(item)


class _Entry(_Writer):
    """Writes one entry."""

    def __init__(self, context: Any, module: Any, fits: _ArrayCheck, part: Part, releases_lock: bool) -> None:
        kind = ir.FunctionType(POINTER, (POINTER, POINTER, SIZE))
        super().__init__(module, fits.table, ir.Function(module, kind, part.symbol + ENTRY))
        self.context = context
        self.fits = fits.function
        self.part = part
        self.releases_lock = releases_lock

    def write(self) -> None:
        """Arguments in, call, result out."""
        builder, signature = self.builder, self.part.signature
        _, arguments, count = self.function.args
        self.refuse(
            builder.icmp_unsigned("!=", count, SIZE(len(signature.args))), "type_error", "argument_count"
        )
        objects = builder.bitcast(arguments, POINTER.as_pointer())
        values = [
            self._argument(kind, builder.load(builder.gep(objects, [SIZE(place)])))
            for place, kind in enumerate(signature.args)
        ]
        convention = self.context.call_conv
        kind = convention.get_function_type(signature.return_type, signature.args)
        callee = cgutils.get_or_insert_function(self.module, kind, self.part.symbol)
        state = self.call("PyEval_SaveThread", POINTER, ()) if self.releases_lock else None
        status, value = convention.call_function(
            builder, callee, signature.return_type, signature.args, values
        )
        for step in builder.block.instructions:
            if isinstance(step, ir.CallInstr) and step.callee is callee:
                # Else each kernel would be optimised and written a second time, into its entry.
                step.attributes.add("noinline")
        if state is not None:
            self.call("PyEval_RestoreThread", ir.VoidType(), (state,))
        self.refuse(status.is_error, "arithmetic_error", "arithmetic")
        builder.ret(self._result(signature.return_type, value))

    def _argument(self, kind: Any, item: Any) -> Any:
        builder = self.builder
        if kind == types.int64:
            number = self.call("PyLong_AsLongLong", SIZE, (item,))
            self._leave_on_error(builder.icmp_signed("==", number, SIZE(-1)))
            return number
        if kind == types.uint64:
            number = self.call("PyLong_AsUnsignedLongLongMask", SIZE, (item,))
            self._leave_on_error(builder.icmp_signed("==", number, SIZE(-1)))
            return number
        if kind == types.float64:
            number = self.call("PyFloat_AsDouble", DOUBLE, (item,))
            self._leave_on_error(builder.fcmp_ordered("==", number, DOUBLE(-1.0)))
            return number
        if isinstance(kind, types.UniTuple):
            items = [self._argument(kind.dtype, self._borrowed(item, place)) for place in range(kind.count)]
            return self.context.make_tuple(builder, kind, items)
        if isinstance(kind, types.Array):
            return self._array(kind, item)
        data, _ = self._array_parts(item, types.Array(types.uint8, 1, "C"))
        return builder.bitcast(data, self.context.get_value_type(kind))

    def _borrowed(self, item: Any, place: int) -> Any:
        found = self.call("PyTuple_GetItem", POINTER, (item, SIZE(place)))
        null = ir.Constant(POINTER, None)
        self._leave(self.builder.icmp_unsigned("==", found, null))
        return found

    def _array_parts(self, item: Any, kind: Any) -> tuple[Any, list[Any]]:
        """Data pointer and shape of an array object, refused if it is not of the kind wanted."""
        found = self.builder.call(self.fits, (item, INT(as_dtype(kind.dtype).num), INT(kind.ndim)))
        self._leave(self.builder.icmp_unsigned("==", found, ir.Constant(POINTER, None)))
        shape = self.field(item, ARRAY_SHAPE, POINTER)
        sizes = [self.field(shape, 8 * axis, SIZE) for axis in range(kind.ndim)]
        return self.field(item, ARRAY_DATA, POINTER), sizes

    def _array(self, kind: Any, item: Any) -> Any:
        """An array as compiled functions take it; it owns nothing."""
        builder = self.builder
        data, shape = self._array_parts(item, kind)
        size = ir.Constant(SIZE, as_dtype(kind.dtype).itemsize)
        strides = [size]
        for extent in reversed(shape[1:]):
            strides.insert(0, builder.mul(extent, strides[0]))
        count = shape[0]
        for extent in shape[1:]:
            count = builder.mul(count, extent)
        model = self.context.data_model_manager[kind]
        view = ir.Constant(self.context.get_value_type(kind), None)
        data = builder.bitcast(data, view.type.elements[model.get_field_position("data")])
        for name, value in (("nitems", count), ("itemsize", size), ("data", data)):
            view = builder.insert_value(view, value, model.get_field_position(name))
        for name, values in (("shape", shape), ("strides", strides)):
            for axis, value in enumerate(values):
                view = builder.insert_value(view, value, [model.get_field_position(name), axis])
        return view

    def _result(self, kind: Any, value: Any) -> Any:
        builder = self.builder
        if kind == types.int64:
            return self.call("PyLong_FromLongLong", POINTER, (value,))
        if kind == types.uint64:
            return self.call("PyLong_FromUnsignedLongLong", POINTER, (value,))
        if kind == types.float64:
            return self.call("PyFloat_FromDouble", POINTER, (value,))
        if isinstance(kind, types.UniTuple):
            result = self.call("PyTuple_New", POINTER, (SIZE(kind.count),))
            for place in range(kind.count):
                item = self._result(kind.dtype, builder.extract_value(value, place))
                self.call("PyTuple_SetItem", INT, (result, SIZE(place), item))
            return result
        if kind in (types.none, types.void):
            none = builder.inttoptr(self.object("none"), POINTER)
            self.call("Py_IncRef", ir.VoidType(), (none,))
            return none
        raise TypeError(f"{self.part.symbol}: a result of type {kind} has no way back to Python")

    def _leave(self, condition: Any) -> None:
        with self.builder.if_then(condition, likely=False):
            self.builder.ret(ir.Constant(POINTER, None))

    def _leave_on_error(self, possible: Any) -> None:
        """Leave where a conversion failed; only one result of it can mean that."""
        with self.builder.if_then(possible, likely=False):
            error = self.call("PyErr_Occurred", POINTER, ())
            failed = self.builder.icmp_unsigned("!=", error, ir.Constant(POINTER, None))
            self._leave(failed)
