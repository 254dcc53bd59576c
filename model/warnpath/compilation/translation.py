"""From functions to an LLVM module, by numba's front end.

Calls between functions are by symbol: a caller only declares its callee, whose signature is stated. So the
functions need no order, and processes share the work. What numba does for any Python is cut down to what
kernels and handlers need, which halves the time: they hold no closures, no array expressions and nothing to
be inlined by the front end, and the same few types of operands meet the same operators ten thousand times.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from types import FunctionType
from typing import TYPE_CHECKING, Any, cast

import llvmlite.binding as _llvm
from numba.core import cgutils as _cgutils
from numba.core import codegen as _codegen
from numba.core import compiler as _compiler
from numba.core import config as _config
from numba.core import extending as _extending
from numba.core import registry as _registry
from numba.core import typed_passes as _typed
from numba.core import untyped_passes as _untyped

from warnpath.compilation.kernels import Kernel, callees, symbol_of
from warnpath.compilation.lowering import LoweringPass
from warnpath.compilation.shortcuts import PlainManager, Processing, shortcuts

if TYPE_CHECKING:
    from warnpath.compilation.program import Part

llvm: Any = _llvm
cgutils: Any = _cgutils
compiler: Any = _compiler
config: Any = _config
intrinsic: Any = _extending.intrinsic
target: Any = _registry.cpu_target
CodeLibrary: Any = _codegen.CPUCodeLibrary
typed: Any = _typed
untyped: Any = _untyped

Lower = Callable[[Any, Any, Any, Any], Any]
Wrap = Callable[[str, Lower], Lower]
"""Given the symbol of a callee and what lowers a call of it, what lowers the call instead."""


def translate(parts: Iterable[Part], signatures: Mapping[str, Any], wrap: Wrap | None = None) -> Any:
    """LLVM module of some functions; what they call is declared by symbol.

    Parameters
    ----------
    parts : iterable of Part
    signatures : mapping
        numba signature of every function of the program, by symbol.
    wrap : callable, optional
        See `Wrap`.
    """
    flags = compiler.Flags()
    flags.no_compile = True
    flags.no_cpython_wrapper = True
    flags.no_cfunc_wrapper = True
    flags.boundscheck = bool(config.BOUNDSCHECK)
    contexts = target.typing_context, target.target_context
    unit = llvm.parse_assembly("")
    calls: dict[str, Any] = {}
    supplied: dict[int, Any] = {}
    with shortcuts():
        for part in parts:
            bound = _with_calls_by_symbol(part.function, calls, signatures, wrap)
            library = _Library(target.target_context.codegen(), part.symbol)
            wanted = part.signature
            done = compiler.compile_extra(
                *contexts, bound, wanted.args, wanted.return_type, flags, {}, library, _Pipeline
            )
            module = library._final_module
            module.get_function(done.fndesc.llvm_func_name).name = part.symbol
            unit.link_in(module)
            # What numba itself supplies: min, max, int and the like.
            supplied.update((id(item), item) for item in library._linking_libraries)
    for item in supplied.values():
        unit.link_in(item._get_module_for_linking(), preserve=True)
    return unit


def _with_calls_by_symbol(
    function: FunctionType, calls: dict[str, Any], signatures: Mapping[str, Any], wrap: Wrap | None
) -> FunctionType:
    """The same code, with what it calls replaced by calls of symbols; `calls` keeps those made already."""
    space = dict(function.__globals__)
    for name, callee in callees(function).items():
        symbol = callee.symbol if isinstance(callee, Kernel) else symbol_of(callee)
        if symbol not in calls:
            calls[symbol] = _call_by_symbol(symbol, signatures[symbol], wrap)
        space[name] = calls[symbol]
    bound = FunctionType(function.__code__, space, function.__name__, function.__defaults__)
    bound.__module__ = function.__module__
    return bound


def _call_by_symbol(symbol: str, signature: Any, wrap: Wrap | None) -> Any:
    """What a caller sees instead of a callee: a function that is lowered to a call of a declared symbol."""

    def lower(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        kind = context.call_conv.get_function_type(signature.return_type, signature.args)
        callee = cgutils.get_or_insert_function(builder.module, kind, symbol)
        status, value = context.call_conv.call_function(
            builder, callee, signature.return_type, signature.args, arguments
        )
        with cgutils.if_unlikely(builder, status.is_error):
            context.call_conv.return_status_propagate(builder, status)
        return value

    lowered = lower if wrap is None else wrap(symbol, lower)

    def of_types(typingctx: Any, *arguments: Any) -> Any:
        return signature, lowered

    # numba reads the number of arguments from here.
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    names = ("typingctx", *(f"argument_{place}" for place in range(len(signature.args))))
    cast("Any", of_types).__signature__ = inspect.Signature([inspect.Parameter(name, kind) for name in names])
    of_types.__name__ = symbol
    return intrinsic(of_types)


class _Pipeline(compiler.CompilerBase):  # type: ignore[misc]
    """The passes of numba's front end that kernels and handlers need."""

    def define_pipelines(self) -> list[Any]:
        """Name the passes; a function that needs another one does not compile.

        numba's legalisation says where variables end, so that what they hold can be freed; nothing here does.
        """
        manager = PlainManager("warnpath")
        for step in (
            untyped.TranslateByteCode,
            untyped.FixupArgs,
            Processing,
            untyped.GenericRewrites,
            untyped.ReconstructSSA,
            typed.NopythonTypeInference,
            typed.PreLowerStripPhis,
            typed.AnnotateTypes,
            LoweringPass,
            typed.NoPythonBackend,
        ):
            manager.add_pass(step, step.__name__)
        manager.finalize()
        return [manager]


class _Library(CodeLibrary):  # type: ignore[misc]
    """Library of one function, which is simplified before it joins the others."""

    def _optimize_functions(self, ll_module: Any) -> None:
        ll_module.data_layout = self._codegen._data_layout
        passes, builder = self._codegen._function_pass_manager()
        for function in ll_module.functions:
            if not function.is_declaration:
                passes.run(function, builder)
