"""Lint the code that must give the same bits under Python and under numba.

Handlers run as plain Python in the SimPy engine and as machine code in the compiled one; kernels are
machine code in both, and plain Python in tests. Where the two differ (`x**2` differs in the last bit,
`gamma` in the last two, a dangling view after a swap of records in everything) the construct is banned
here. A construct numba cannot compile is banned too, so that it is found where it is written::

    python -m tools.lint_identity            # the package; exit code 1 if there is a finding

What is linted: every function in ``engine/handlers*``, and every function decorated with `kernel`
anywhere in the package.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "model" / "warnpath"

RULES = {
    "array-method": "arrays are read and written by element; a method allocates or sums in its own order",
    "builtin": "only range, len, int, float, bool, abs, min, max and round to a whole number are the same",
    "closure": "no nested function, lambda, class or generator",
    "compile-option": "fastmath, parallel and another error model change results",
    "container": "no dict, set, list or comprehension; numbers live in the world or in scratch rows",
    "decorator": "compile with warnpath.compilation.kernel, whose disk cache cannot go stale",
    "exception": "no try, raise, with or assert; a fault is a number in w.fault",
    "foreign": "no code of another library in a handler or kernel",
    "global": "no global or nonlocal state; everything that changes is in the world",
    "identity-test": "no `is` and no None; a missing thing is a number such as -1",
    "import": "a handler file imports only math, typing, collections.abc and warnpath",
    "integer-range": "an integer must stay within int64, a shift within 0 to 62 bits",
    "math-function": "not the same bits, or not available, under numba",
    "matrix-product": "`@` goes to a linear algebra library that sums in its own order",
    "membership": "no `in`; compare with each value",
    "negative-index": "a negative index wraps in Python and is undefined or slow in machine code",
    "number-type": "only int64 and float64; unsigned and 32-bit numbers convert differently",
    "power": "`x**2` and pow differ in the last bit; write x * x, or math.exp and math.log",
    "record-swap": "swapping in one statement leaves dangling views of records; use a third variable",
    "signature": "a kernel states its signature, of int64, float64 and C-contiguous arrays (::1) of them",
    "star-arguments": "no *args and no **kwargs",
    "string": "no text; names become numbers when the plan is built",
    "sum": "sums differ (compensated in Python 3.12); write the loop",
    "zero-division": "raises in Python; compare with zero first",
}
"""Every rule with what it says; CONTRIBUTING explains the subset as a whole."""

SAME_MATH = frozenset(
    (
        "acos acosh asin asinh atan atan2 atanh ceil copysign cos cosh degrees e erf erfc exp expm1 fabs "
        "floor inf isfinite isinf isnan ldexp log log10 log1p log2 nan nextafter pi radians sin sinh sqrt "
        "tan tanh tau trunc"
    ).split()
)
"""Members of `math` that give the same bits, as tests/unit/test_house_identity.py measures."""

SAME_BUILTINS = frozenset(("range", "len", "int", "float", "bool", "abs", "min", "max", "round"))
NUMPY_NUMBERS = frozenset(("int64", "float64", "inf", "nan", "pi", "e"))
NUMPY_ALLOCATION = frozenset(("empty", "zeros", "ones", "full"))
UNSIGNED_FILES = frozenset(("engine/random_streams.py",))
"""Where unsigned numbers are the point; that file is compiled in both engines."""

_MIXED_NUMBERS = re.compile(
    r"^(u?int(8|16|32)?|uint64|u?intp|float(16|32)?|single|half|longdouble|complex\w*)$"
)
_UNSIGNED = frozenset(("uint64", "uint32"))
_METHODS = frozenset(
    (
        "all any append argmax argmin argsort astype copy cumsum dot extend fill get insert items join keys "
        "max mean min pop prod reshape sort std sum tolist update values var"
    ).split()
)
_HANDLER_IMPORTS = frozenset(("__future__", "collections.abc", "math", "typing", "warnpath"))
_EXCEPTIONS = (ast.Try, ast.TryStar, ast.Raise, ast.With, ast.AsyncWith, ast.Assert)
_CLOSURES = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.Lambda,
    ast.ClassDef,
    ast.Yield,
    ast.YieldFrom,
    ast.Await,
)
_CONTAINERS = (ast.Dict, ast.Set, ast.List, ast.DictComp, ast.SetComp, ast.ListComp, ast.GeneratorExp)
_INT64_MAX = (1 << 63) - 1
_WIDEST_SHIFT = 62


@dataclass(frozen=True, order=True)
class Finding:
    """One breach of a rule."""

    path: str
    line: int
    rule: str
    code: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.rule} {self.code}: {RULES[self.rule]}"


class Linter:
    """Lints one file.

    Parameters
    ----------
    source : str
        Text of the file.
    path : str
        Its path inside the package, with ``/``; decides whether it is a handler file.
    """

    def __init__(self, source: str, path: str) -> None:
        self.path = path
        self.tree = ast.parse(source, filename=path)
        self.is_handlers = path.startswith("engine/handlers")
        self.may_be_unsigned = path in UNSIGNED_FILES
        self.findings: set[Finding] = set()
        self.origins = dict(_imported_names(self.tree))
        self.own_names = {
            node.name for node in self.tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)
        }

    def run(self) -> list[Finding]:
        """Return the findings, sorted by line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                for keyword in node.keywords:
                    if keyword.arg in {"fastmath", "parallel", "error_model"}:
                        self._report(node, "compile-option", f"{keyword.arg}=")
            if isinstance(node, ast.FunctionDef):
                self._check_decorators(node)
        if self.is_handlers:
            self._check_handler_file()
        for function in self._linted_functions():
            self._check_function(function)
        return sorted(self.findings)

    def _report(self, node: ast.AST, rule: str, code: str | None = None) -> None:
        shown = ast.unparse(node).split("\n", maxsplit=1)[0][:60] if code is None else code
        self.findings.add(Finding(self.path, getattr(node, "lineno", 1), rule, shown))

    def _linted_functions(self) -> Iterator[ast.FunctionDef]:
        if self.is_handlers:
            yield from (node for node in self.tree.body if isinstance(node, ast.FunctionDef))
            return
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef) and any(
                _last_name(d) == "kernel" for d in node.decorator_list
            ):
                yield node

    def _check_decorators(self, function: ast.FunctionDef) -> None:
        for decorator in function.decorator_list:
            name = _last_name(decorator)
            if name in {"jit", "njit", "vectorize", "guvectorize"}:
                self._report(decorator, "decorator")
            elif name == "kernel":
                self._check_signature(decorator)

    def _check_signature(self, decorator: ast.expr) -> None:
        if not isinstance(decorator, ast.Call) or not decorator.args:
            self._report(decorator, "signature")
            return
        for text in _strings_in(decorator.args[0]):
            for name in re.findall(r"\w+", text):
                unsigned = self.may_be_unsigned and name in _UNSIGNED
                if (_MIXED_NUMBERS.match(name) or re.fullmatch(r"[fi][124]|u[1248]", name)) and not unsigned:
                    self._report(decorator, "signature", name)
            for brackets in re.findall(r"\[([:, 1]*)\]", text):
                if not brackets.replace(" ", "").endswith("::1"):
                    self._report(decorator, "signature", f"[{brackets}]")

    def _check_handler_file(self) -> None:
        for node in self.tree.body:
            if isinstance(node, ast.ClassDef):
                self._report(node, "closure", f"class {node.name}")
            for module in _modules_of(node):
                if module not in _HANDLER_IMPORTS and not module.startswith("warnpath."):
                    self._report(node, "import", module)

    def _check_function(self, function: ast.FunctionDef) -> None:
        arguments = function.args
        if arguments.vararg or arguments.kwarg:
            self._report(function, "star-arguments", f"def {function.name}")
        body = function.body[1:] if ast.get_docstring(function) is not None else function.body
        defaults = [
            default for default in (*arguments.defaults, *arguments.kw_defaults) if default is not None
        ]
        for node in _without_annotations([*defaults, *body]):
            self._check_node(node)

    def _check_node(self, node: ast.AST) -> None:
        if isinstance(node, _EXCEPTIONS):
            self._report(node, "exception")
        elif isinstance(node, _CLOSURES):
            self._report(node, "closure")
        elif isinstance(node, _CONTAINERS):
            self._report(node, "container")
        elif isinstance(node, ast.Global | ast.Nonlocal):
            self._report(node, "global")
        elif isinstance(node, ast.Import | ast.ImportFrom):
            self._report(node, "import")
        elif isinstance(node, ast.JoinedStr):
            self._report(node, "string")
        elif isinstance(node, ast.Constant):
            self._check_constant(node)
        elif isinstance(node, ast.BinOp):
            self._check_operation(node, node.op, node.right)
        elif isinstance(node, ast.AugAssign):
            self._check_operation(node, node.op, node.value)
        elif isinstance(node, ast.Compare):
            self._check_comparison(node)
        elif isinstance(node, ast.Subscript):
            self._check_index(node)
        elif isinstance(node, ast.Assign):
            self._check_assignment(node)
        elif isinstance(node, ast.Call):
            self._check_call(node)
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
            self._check_name(node)

    def _check_constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, str | bytes):
            self._report(node, "string")
        elif value is None or value is ...:
            self._report(node, "identity-test")
        elif isinstance(value, complex):
            self._report(node, "number-type")
        elif isinstance(value, int) and value > _INT64_MAX and not self.may_be_unsigned:
            self._report(node, "integer-range")

    def _check_operation(self, node: ast.AST, operator: ast.operator, right: ast.expr) -> None:
        value = right.value if isinstance(right, ast.Constant) else None
        if isinstance(operator, ast.Pow):
            self._report(node, "power")
        elif isinstance(operator, ast.MatMult):
            self._report(node, "matrix-product")
        elif isinstance(operator, ast.Div | ast.FloorDiv | ast.Mod) and value == 0:
            self._report(node, "zero-division")
        elif isinstance(operator, ast.LShift | ast.RShift):
            out_of_range = isinstance(value, int) and value > _WIDEST_SHIFT
            if isinstance(right, ast.UnaryOp) or out_of_range:
                self._report(node, "integer-range")

    def _check_comparison(self, node: ast.Compare) -> None:
        for operator in node.ops:
            if isinstance(operator, ast.In | ast.NotIn):
                self._report(node, "membership")
            elif isinstance(operator, ast.Is | ast.IsNot):
                self._report(node, "identity-test")

    def _check_index(self, node: ast.Subscript) -> None:
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        for part in parts:
            ends = [part.lower, part.upper, part.step] if isinstance(part, ast.Slice) else [part]
            if any(isinstance(end, ast.UnaryOp) and isinstance(end.op, ast.USub) for end in ends):
                self._report(node, "negative-index")

    def _check_assignment(self, node: ast.Assign) -> None:
        for target in node.targets:
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                written = any(isinstance(part, ast.Subscript) for part in target.elts)
                read = any(isinstance(part, ast.Subscript) for part in ast.walk(node.value))
                if written and read:
                    self._report(node, "record-swap")

    def _check_call(self, node: ast.Call) -> None:
        if any(isinstance(argument, ast.Starred) for argument in node.args) or any(
            keyword.arg is None for keyword in node.keywords
        ):
            self._report(node, "star-arguments")
        function = node.func
        if (
            isinstance(function, ast.Attribute)
            and self._origin(function) is None
            and function.attr in _METHODS
        ):
            self._report(node, "array-method")
        if not isinstance(function, ast.Name) or not hasattr(builtins, function.id):
            return
        name = function.id
        if name in self.origins or name in self.own_names:
            return
        if name == "pow":
            self._report(node, "power")
        elif name == "sum":
            self._report(node, "sum")
        elif name not in SAME_BUILTINS or (name in {"min", "max", "round"} and _is_other_form(node)):
            self._report(node, "builtin")

    def _check_name(self, node: ast.Name | ast.Attribute) -> None:
        origin = self._origin(node)
        if origin is None:
            return
        library, _, member = origin.partition(".")
        if library == "math" and member and member not in SAME_MATH:
            rule = {"pow": "power", "fsum": "sum", "prod": "sum", "sumprod": "sum", "dist": "sum"}
            self._report(node, rule.get(member, "math-function"))
        elif library == "numpy" and member:
            if _MIXED_NUMBERS.match(member):
                if not (self.may_be_unsigned and member in _UNSIGNED):
                    self._report(node, "number-type")
            elif member not in NUMPY_NUMBERS and (self.is_handlers or member not in NUMPY_ALLOCATION):
                self._report(node, "foreign")
        elif library not in {"math", "numpy", "warnpath", "typing"}:
            self._report(node, "foreign")

    def _origin(self, node: ast.expr) -> str | None:
        """Dotted name where an imported name comes from; None for anything local."""
        if isinstance(node, ast.Name):
            return self.origins.get(node.id)
        if isinstance(node, ast.Attribute):
            base = self._origin(node.value)
            return None if base is None else f"{base}.{node.attr}"
        return None


def _imported_names(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield (alias.asname, alias.name) if alias.asname else (alias.name.split(".")[0],) * 2
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _modules_of(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or "."] if isinstance(node, ast.ImportFrom) else []


def _last_name(decorator: ast.expr) -> str:
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    return ast.unparse(function).rsplit(".", maxsplit=1)[-1]


def _strings_in(node: ast.expr) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def _is_other_form(node: ast.Call) -> bool:
    """Whether min or max goes over a sequence, or round to digits; these are not the same."""
    rounds = isinstance(node.func, ast.Name) and node.func.id == "round"
    return bool(node.keywords) or (len(node.args) > 1 if rounds else len(node.args) < 2)


def _without_annotations(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Walk statements and expressions, leaving out annotations, which nothing evaluates."""
    for node in nodes:
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        for field, value in ast.iter_fields(node):
            if field != "annotation":
                children = value if isinstance(value, list) else [value]
                yield from _without_annotations(child for child in children if isinstance(child, ast.AST))


def lint_source(source: str, path: str) -> list[Finding]:
    """Lint the text of one file; `path` is its path inside the package."""
    return Linter(source, path).run()


def lint_package(package: Path = PACKAGE) -> list[Finding]:
    """Lint every file of a package."""
    findings: list[Finding] = []
    for file in sorted(package.rglob("*.py")):
        findings += lint_source(file.read_text(encoding="utf-8"), file.relative_to(package).as_posix())
    return findings


def main() -> int:
    """Print the findings; 1 if there are any."""
    findings = lint_package()
    for finding in findings:
        print(f"model/warnpath/{finding}")
    print(f"identity rules: {len(findings)} finding(s)", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
