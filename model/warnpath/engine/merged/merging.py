"""Which functions are written out in others, and the text that comes of it."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from types import FunctionType, ModuleType
from typing import Any, Final

from warnpath.compilation.kernels import Kernel, symbol_of
from warnpath.engine.merged.forms import NotInlinableError, load, moving, parse, stored, tail_form
from warnpath.engine.merged.lookups import Lookups
from warnpath.engine.merged.writer import Writer

HANDLERS: Final = "warnpath.engine.handlers."

Form = tuple[ast.FunctionDef, list[ast.stmt]]


class Merging:
    """Writes functions out in others.

    Parameters
    ----------
    merged : collection of str
        Names of the handlers that are written anew; others that they call are globals of the result.
    inlined : collection of str
        Names of the handlers that are written out where merged ones call them.
    flags : mapping of str to number
        Attributes of the world that keep their value through a run.
    pools : collection of str
        Attributes of the world that are lists of entities; globals `w_...` of the result.
    views : collection of str
        Attributes of the world that are arrays of int64 and are never replaced; globals `w_...`, too.
    whole : collection of str
        Fields and attributes that hold int64, so that `int` of one is the number itself.

    Attributes
    ----------
    namespace : dict
        Kernels, modules and functions other than handlers that the result names.
    """

    def __init__(
        self,
        merged: Collection[str],
        inlined: Collection[str],
        flags: Mapping[str, float],
        pools: Collection[str],
        views: Collection[str],
        whole: Collection[str],
    ) -> None:
        self.merged = merged
        self.inlined = inlined
        self.flags = flags
        self.pools = pools
        self.views = views
        self.whole = whole
        self.namespace: dict[str, Any] = {}
        self._forms: dict[FunctionType, Form | None] = {}
        self._readers: dict[FunctionType, bool] = {}
        self._waiting: list[FunctionType] = []
        self._written_ones: set[FunctionType] = set()
        self._fresh = 0

    def write(self, root: FunctionType) -> str:
        """Text of a merged function, and of the merged ones that it calls."""
        self.name_of(root)
        texts = []
        while self._waiting:
            texts.append(ast.unparse(ast.fix_missing_locations(self._written(self._waiting.pop()))))
        return "\n\n\n".join(texts) + "\n"

    def _written(self, function: FunctionType) -> ast.FunctionDef:
        tree = parse(function)
        parameters = [argument.arg for argument in tree.args.args]
        names: dict[str, ast.expr] = {name: load(name) for name in [*parameters, *stored(tree)]}
        writer = Writer(self, function, names, (), "now" in parameters, moving(tree))
        arguments = ast.arguments([], [ast.arg(name) for name in parameters], None, [], [], None, [])
        body = writer.block(tree.body, None, "return")
        written = ast.FunctionDef(self.name_of(function), arguments, body, [], None)
        written.body = Lookups(written, {f"w_{pool}" for pool in self.pools}).run()
        return written

    def fresh(self, name: str) -> str:
        """A name that no other variable has."""
        self._fresh += 1
        return f"{name}_{self._fresh}"

    def form_of(self, function: FunctionType) -> Form | None:
        """Tree and body of a function that is to be written out where it is called; None for any other."""
        if function.__name__ not in self.inlined or not function.__module__.startswith(HANDLERS):
            return None
        if function not in self._forms:
            tree = parse(function)
            try:
                self._forms[function] = (tree, tail_form(tree.body))
            except NotInlinableError:
                self._forms[function] = None
        return self._forms[function]

    def reads_only(self, function: FunctionType) -> bool:
        """Whether a function changes nothing but its own variables."""
        if function not in self._readers:
            self._readers[function] = self._reads_only(function)
        return self._readers[function]

    def _reads_only(self, function: FunctionType) -> bool:
        for node in ast.walk(parse(function)):
            if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
                return False
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                callee = function.__globals__.get(node.func.id)
                if isinstance(callee, FunctionType) and not self.reads_only(callee):
                    return False
        return True

    def name_of(self, value: FunctionType | Kernel | ModuleType) -> str:
        """Name under which the result knows a global of a handler."""
        if isinstance(value, ModuleType):
            self.namespace[value.__name__] = value
            return value.__name__
        symbol = value.symbol if isinstance(value, Kernel) else symbol_of(value)
        if isinstance(value, FunctionType) and symbol.startswith(HANDLERS):
            if value.__name__ in self.merged and value not in self._written_ones:
                self._written_ones.add(value)
                self._waiting.append(value)
            return value.__name__
        name = symbol.replace(".", "_")
        self.namespace[name] = value
        return name
