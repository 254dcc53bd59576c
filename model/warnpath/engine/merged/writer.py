"""Writing the body of one function into another."""

from __future__ import annotations

import ast
import copy
from collections.abc import Collection
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Literal

from warnpath.compilation.kernels import Kernel
from warnpath.engine.codes import FAULT_DELAY
from warnpath.engine.merged.forms import load, returns, stored, truth, variables

if TYPE_CHECKING:
    from warnpath.engine.merged.merging import Merging

Exits = Literal["return", "fall", "break"]
"""What becomes of a return: it stays one, the end of the statements is reached, or a loop is left."""

UNROLLED_AT_MOST = 4


class Writer:
    """Writes the statements of one function, with its variables under other names.

    Parameters
    ----------
    merging : Merging
    function : function
        Whose statements they are.
    names : dict of str to expression
        What stands for its parameters and local variables; the function at the root keeps its own.
    outer : tuple of str
        Functions that this one is being written into, the root first.
    has_now : bool
        Whether the function at the root has the time of the event as `now`.
    moving : collection of str
        Variables of the function that are assigned more than once.
    """

    def __init__(
        self,
        merging: Merging,
        function: FunctionType,
        names: dict[str, ast.expr],
        outer: tuple[str, ...],
        has_now: bool,
        moving: Collection[str],
    ) -> None:
        self.merging = merging
        self.function = function
        self.names = names
        self.outer = (*outer, function.__name__)
        self.has_now = has_now
        self.moving = {
            name.id for variable, name in names.items() if variable in moving and isinstance(name, ast.Name)
        }
        self.before: list[ast.stmt] | None = None

    def block(self, body: list[ast.stmt], target: ast.expr | None, exits: Exits) -> list[ast.stmt]:
        """Statements; a value that they return goes to a target unless they stay a function's."""
        done: list[ast.stmt] = []
        for statement in body:
            done += self._statement(statement, target, exits)
        return done

    def _statement(self, statement: ast.stmt, target: ast.expr | None, exits: Exits) -> list[ast.stmt]:
        if isinstance(statement, ast.Return):
            return self._return(statement, target, exits)
        if isinstance(statement, ast.Assign):
            return self._assign(self._target(statement.targets[0]), statement.value)
        if isinstance(statement, ast.AnnAssign) and statement.value is not None:
            return self._assign(self._target(statement.target), statement.value)
        if isinstance(statement, ast.AugAssign):
            done, value = self._hoisted(statement.value)
            place = self._target(statement.target)
            assert isinstance(place, ast.Name | ast.Attribute | ast.Subscript)
            return [*done, ast.AugAssign(place, statement.op, value)]
        if isinstance(statement, ast.Expr):
            written = self._written_out(statement.value, None)
            if written is not None:
                return written
            done, value = self._hoisted(statement.value)
            return [*done, ast.Expr(value)]
        if isinstance(statement, ast.If):
            done, test = self._hoisted(statement.test)
            known = truth(test)
            if known is not None:
                return done + self.block(statement.body if known else statement.orelse, target, exits)
            body = self.block(statement.body, target, exits)
            return [*done, ast.If(test, body or [ast.Pass()], self.block(statement.orelse, target, exits))]
        if isinstance(statement, ast.While):
            inner = "break" if exits == "fall" and returns(statement.body) else exits
            body = self.block(statement.body, target, inner)
            return [ast.While(self.expression(statement.test), body or [ast.Pass()], [])]
        if isinstance(statement, ast.For):
            return self._for(statement, target, exits)
        if isinstance(statement, ast.Pass | ast.Break | ast.Continue):
            return [statement]
        raise TypeError(f"{self.function.__qualname__}: a handler has no {type(statement).__name__}")

    def _return(self, statement: ast.Return, target: ast.expr | None, exits: Exits) -> list[ast.stmt]:
        if exits == "return":
            if statement.value is None:
                return [ast.Return()]
            done, value = self._hoisted(statement.value)
            return [*done, ast.Return(value)]
        done = []
        if statement.value is not None and target is not None:
            done = self._assign(target, statement.value)
        elif statement.value is not None:
            done = self._statement(ast.Expr(statement.value), None, exits)
        return [*done, ast.Break()] if exits == "break" else done

    def _assign(self, target: ast.expr, value: ast.expr) -> list[ast.stmt]:
        plain = isinstance(target, ast.Name)
        result = target if plain else ast.Name(self.merging.fresh("value"), ast.Store())
        assert isinstance(result, ast.Name)
        written = self._written_out(value, result)
        if written is not None:
            return written if plain else [*written, ast.Assign([target], load(result.id))]
        done, written_value = self._hoisted(value)
        return [*done, ast.Assign([target], written_value)]

    def _for(self, loop: ast.For, target: ast.expr | None, exits: Exits) -> list[ast.stmt]:
        assert isinstance(loop.target, ast.Name)
        assert isinstance(loop.iter, ast.Call)
        bounds = [self.expression(bound) for bound in loop.iter.args]
        leaves = any(isinstance(node, ast.Break | ast.Continue) for node in ast.walk(loop))
        last = bounds[0].value if len(bounds) == 1 and isinstance(bounds[0], ast.Constant) else None
        changed = {name for one in loop.body for name in stored(one)}
        if isinstance(last, int) and last <= UNROLLED_AT_MOST and not leaves and not returns(loop.body):
            if loop.target.id not in changed:
                return self._unrolled(loop.target.id, last, loop.body)
        body = self.block(loop.body, target, exits)
        name = self._target(loop.target)
        return [ast.For(name, ast.Call(load("range"), bounds, []), body or [ast.Pass()], [])]

    def _unrolled(self, variable: str, count: int, body: list[ast.stmt]) -> list[ast.stmt]:
        outer = self.names[variable]
        done = []
        for number in range(count):
            self.names[variable] = ast.Constant(number)
            done += self.block(body, None, "fall")
        self.names[variable] = outer
        return done

    def _target(self, node: ast.expr) -> ast.expr:
        found = self.expression(node)
        if isinstance(found, ast.Name):
            return ast.Name(found.id, ast.Store())
        assert isinstance(found, ast.Attribute | ast.Subscript)
        found.ctx = ast.Store()
        return found

    # Calls

    def _callee(self, node: ast.expr) -> FunctionType | None:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id not in self.names:
            found = self.function.__globals__.get(node.func.id)
            return found if isinstance(found, FunctionType) else None
        return None

    def _written_out(self, node: ast.expr, target: ast.Name | None) -> list[ast.stmt] | None:
        """A call as the statements of what it calls; None if it stays a call."""
        callee = self._callee(node)
        if callee is None:
            return None
        assert isinstance(node, ast.Call)
        if callee.__name__ == "schedule":
            return self._schedule(node.args) if self.has_now else None
        form = self.merging.form_of(callee)
        if form is None or callee.__name__ in self.outer:
            return None
        tree, body = form
        done: list[ast.stmt] = []
        assigned, changing = variables(tree)
        names: dict[str, ast.expr] = {}
        for parameter, argument in zip(tree.args.args, node.args, strict=True):
            hoisted, value = self._hoisted(argument)
            done += hoisted
            plain = isinstance(value, ast.Constant) or (
                isinstance(value, ast.Name) and value.id not in self.moving
            )
            if parameter.arg in assigned or not plain:
                variable = self.merging.fresh(parameter.arg)
                done.append(ast.Assign([ast.Name(variable, ast.Store())], value))
                value = load(variable)
            names[parameter.arg] = value
        names.update({name: load(self.merging.fresh(name)) for name in sorted(assigned) if name not in names})
        inner = Writer(self.merging, callee, names, self.outer, self.has_now, changing)
        return done + inner.block(body, target, "fall")

    def _schedule(self, arguments: list[ast.expr]) -> list[ast.stmt]:
        """An event goes into SimPy's queue at once: `schedule`, and what the scheduler does afterwards."""
        done: list[ast.stmt] = []
        values = []
        for argument in arguments[1:]:
            hoisted, value = self._hoisted(argument)
            done += hoisted
            values.append(value)
        if not isinstance(values[0], ast.Name | ast.Constant):
            name = self.merging.fresh("delay")
            done.append(ast.Assign([ast.Name(name, ast.Store())], values[0]))
            values[0] = load(name)
        event = ", ".join(ast.unparse(value) for value in values[1:])
        delay = ast.unparse(values[0])
        put = f"heappush(queue, (now + {delay}, 1, next(order), {event}))"
        check = f"if {delay} >= 0.0:\n    {put}\nelse:\n    w.fault = {FAULT_DELAY}"
        return done + ast.parse(put if delay == "0.0" else check).body

    def _hoisted(self, node: ast.expr) -> tuple[list[ast.stmt], ast.expr]:
        """An expression, and statements that compute parts of it first."""
        outer, self.before = self.before, []
        value = self.expression(node)
        done, self.before = self.before, outer
        return done, value

    # Expressions

    def expression(self, node: ast.expr) -> ast.expr:
        """An expression with the names of the function it is written into."""
        if isinstance(node, ast.Name):
            return self._name(node)
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Subscript):
            return self._subscript(node)
        if isinstance(node, ast.BoolOp):
            return self._boolean(node)
        if isinstance(node, ast.Compare):
            return folded(
                ast.Compare(
                    self.expression(node.left), node.ops, [self.expression(one) for one in node.comparators]
                )
            )
        if isinstance(node, ast.BinOp):
            return ast.BinOp(self.expression(node.left), node.op, self.expression(node.right))
        if isinstance(node, ast.UnaryOp):
            return folded(ast.UnaryOp(node.op, self.expression(node.operand)))
        if isinstance(node, ast.IfExp):
            test = self.expression(node.test)
            return ast.IfExp(test, self._later(node.body), self._later(node.orelse))
        if isinstance(node, ast.Tuple):
            return ast.Tuple([self.expression(one) for one in node.elts], ast.Load())
        if isinstance(node, ast.Constant):
            return node
        raise TypeError(f"{self.function.__qualname__}: a handler has no {type(node).__name__}")

    def _later(self, node: ast.expr) -> ast.expr:
        """An expression that may not be computed at all, so that nothing of it is computed first."""
        before, self.before = self.before, None
        value = self.expression(node)
        self.before = before
        return value

    def _name(self, node: ast.Name) -> ast.expr:
        if node.id in self.names:
            return copy.copy(self.names[node.id])
        value = self.function.__globals__.get(node.id)
        if isinstance(value, int | float):
            return ast.Constant(value)
        if isinstance(value, FunctionType | Kernel | ModuleType):
            return load(self.merging.name_of(value))
        return load(node.id)

    def _attribute(self, node: ast.Attribute) -> ast.expr:
        value = self.expression(node.value)
        if isinstance(value, ast.Name) and value.id == "w" and isinstance(node.ctx, ast.Load):
            if node.attr in self.merging.flags:
                return ast.Constant(self.merging.flags[node.attr])
            if node.attr in self.merging.pools:
                return load(f"w_{node.attr}")
        return ast.Attribute(value, node.attr, ast.Load())

    def _subscript(self, node: ast.Subscript) -> ast.expr:
        value = self.expression(node.value)
        if isinstance(value, ast.Attribute) and value.attr in self.merging.views:
            value = load(f"w_{value.attr}")
        return ast.Subscript(value, self.expression(node.slice), ast.Load())

    def _boolean(self, node: ast.BoolOp) -> ast.expr:
        decides = isinstance(node.op, ast.Or)
        values: list[ast.expr] = []
        for place, operand in enumerate(node.values):
            value = self._later(operand) if place else self.expression(operand)
            known = truth(value)
            if known is None or known is decides:
                values.append(value)
            if known is decides:
                break
        if not values:
            return ast.Constant(not decides)
        # What is decided at the start is decided; later, what stands before it is still looked at.
        return values[0] if len(values) == 1 else ast.BoolOp(node.op, values)

    def _call(self, node: ast.Call) -> ast.expr:
        callee = self._callee(node)
        if callee is not None and self.before is not None and self.merging.reads_only(callee):
            name = self.merging.fresh(callee.__name__)
            written = self._written_out(node, ast.Name(name, ast.Store()))
            if written is not None:
                self.before += written
                return load(name)
        arguments = [self.expression(argument) for argument in node.args]
        function = self.expression(node.func)
        if isinstance(function, ast.Name) and function.id == "int" and self._is_whole(arguments[0]):
            return arguments[0]
        if isinstance(function, ast.Name) and function.id in {"min", "max"} and self.before is not None:
            return self._extreme(function.id, arguments)
        return ast.Call(function, arguments, [])

    def _extreme(self, name: str, arguments: list[ast.expr]) -> ast.expr:
        """`min` or `max` of two as Python defines it: the second one if it is beyond the first."""
        assert self.before is not None
        names: list[ast.expr] = []
        for argument in arguments:
            if isinstance(argument, ast.Name | ast.Constant):
                names.append(argument)
            else:
                variable = self.merging.fresh(name)
                self.before.append(ast.Assign([ast.Name(variable, ast.Store())], argument))
                names.append(load(variable))
        first, second = names
        beyond = ast.Compare(second, [ast.Lt() if name == "min" else ast.Gt()], [first])
        return ast.IfExp(beyond, second, first)

    def _is_whole(self, value: ast.expr) -> bool:
        if isinstance(value, ast.Attribute):
            return value.attr in self.merging.whole
        return (
            isinstance(value, ast.Subscript)
            and isinstance(value.value, ast.Name)
            and value.value.id.removeprefix("w_") in self.merging.views
        )


def folded(node: ast.expr) -> ast.expr:
    """A comparison or sign of known numbers as its result; anything else as it is."""
    operands = [one for one in ast.iter_child_nodes(node) if isinstance(one, ast.expr)]
    if not all(isinstance(one, ast.Constant) for one in operands):
        return node
    text = ast.unparse(ast.fix_missing_locations(ast.Expression(node)))
    return ast.Constant(eval(compile(text, "<a constant>", "eval"), {}))
