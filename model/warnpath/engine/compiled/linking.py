"""Calls between separately compiled functions, by symbol instead of by copy.

numba links a copy of every callee's code into its caller and optimises it again, level by level; in a
deep program the time to compile explodes (62 s for all handlers, against 10 s this way). Here a caller
only declares its callee, whose address is made known to the linker under a name that is the same in
every process. Machine code on disk then refers to names, and these are defined before it is loaded.
"""

from __future__ import annotations

import inspect
from typing import Any

import llvmlite.binding

from warnpath.engine.compiled.numba_extension import cgutils, intrinsic


def callable_by_symbol(compiled: Any, name: str) -> Any:
    """Function for compiled code that calls a compiled function by its symbol.

    Parameters
    ----------
    compiled : numba dispatcher
        With exactly one signature. It has to be kept alive as long as its callers.
    name : str
        Symbol, unique in the process and the same in every process.
    """
    (overload,) = compiled.overloads.values()
    llvmlite.binding.add_symbol(
        name, overload.library.get_pointer_to_function(overload.fndesc.llvm_func_name)
    )
    signature = overload.signature

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        kind = context.call_conv.get_function_type(sig.return_type, sig.args)
        callee = cgutils.get_or_insert_function(builder.module, kind, name)
        status, value = context.call_conv.call_function(builder, callee, sig.return_type, sig.args, args)
        with cgutils.if_unlikely(builder, status.is_error):
            context.call_conv.return_status_propagate(builder, status)
        return value

    def typed(typingctx: Any, *arguments: Any) -> Any:
        return signature, lower

    # numba reads the number of arguments from here.
    typed.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(argument, inspect.Parameter.POSITIONAL_OR_KEYWORD)
            for argument in ("typingctx", *inspect.signature(compiled.py_func).parameters)
        ]
    )
    typed.__name__ = compiled.py_func.__name__
    return intrinsic(typed)
