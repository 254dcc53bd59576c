"""What the entries of the program and whoever loads it agree on."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

ENTRY = ".entry"
"""What the name of an entry adds to that of its function."""

TABLE = "warnpath.objects"
"""Array of addresses of objects in each module, filled in when it is loaded, in the order of `OBJECTS`; its
name ends with the number of the module."""

OBJECTS: dict[str, Any] = {
    "ndarray": np.ndarray,
    "none": None,
    "type_error": TypeError,
    "arithmetic_error": ArithmeticError,
    "argument_count": "a kernel was called with too many arguments, or too few",
    "argument_array": "a kernel takes C-contiguous arrays of the type and dimensions in its signature",
    "arithmetic": "a kernel divided by zero, or left an array where bounds are checked",
}

ARRAY_DATA, ARRAY_NDIM, ARRAY_SHAPE, ARRAY_DTYPE, ARRAY_FLAGS = 16, 24, 32, 56, 64
"""Offsets in NumPy's array object; part of its binary interface."""

DTYPE_NUMBER = 28
"""Offset of the type number in NumPy's dtype object."""

C_CONTIGUOUS = 1

INTERPRETER = (
    "PyErr_Occurred",
    "PyErr_SetObject",
    "PyEval_RestoreThread",
    "PyEval_SaveThread",
    "PyFloat_AsDouble",
    "PyFloat_FromDouble",
    "PyLong_AsLongLong",
    "PyLong_AsUnsignedLongLongMask",
    "PyLong_FromLongLong",
    "PyLong_FromUnsignedLongLong",
    "PyTuple_GetItem",
    "PyTuple_New",
    "PyTuple_SetItem",
    "Py_IncRef",
)
"""Functions of the interpreter that entries call."""


def check_layout() -> None:
    """Check the offsets on a real array.

    Raises
    ------
    RuntimeError
        This NumPy, or this build of the interpreter, lays its arrays out in another way.
    """
    array = np.zeros((3, 5), dtype=np.int64)
    address = id(array)
    shape = ctypes.c_void_p.from_address(address + ARRAY_SHAPE).value or 0
    found = (
        ctypes.c_void_p.from_address(address + 8).value,
        ctypes.c_void_p.from_address(address + ARRAY_DATA).value,
        ctypes.c_int.from_address(address + ARRAY_NDIM).value,
        tuple((ctypes.c_int64 * 2).from_address(shape)) if shape else (),
        ctypes.c_void_p.from_address(address + ARRAY_DTYPE).value,
        ctypes.c_int.from_address(id(array.dtype) + DTYPE_NUMBER).value,
        ctypes.c_int.from_address(address + ARRAY_FLAGS).value & C_CONTIGUOUS,
    )
    expected = (
        id(np.ndarray),
        array.ctypes.data,
        2,
        array.shape,
        id(array.dtype),
        array.dtype.num,
        C_CONTIGUOUS,
    )
    if found != expected:
        raise RuntimeError(
            f"NumPy {np.__version__} lays out its arrays in a way this version of warnpath does not know; "
            "install the versions of constraints.txt"
        )
