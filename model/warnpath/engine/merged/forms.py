"""Statements in the form in which they can stand in the middle of another function."""

from __future__ import annotations

import ast
import inspect
import sys
from collections import Counter
from functools import cache
from types import FunctionType


class NotInlinableError(Exception):
    """A function that leaves a loop or a branch in a way that only a call of it can."""


@cache
def module_tree(name: str) -> ast.Module:
    """Syntax tree of a module that is imported."""
    return ast.parse(inspect.getsource(sys.modules[name]))


@cache
def parse(function: FunctionType) -> ast.FunctionDef:
    """Syntax tree of a function as it was written, without its documentation; not to be changed."""
    for node in module_tree(function.__module__).body:
        if isinstance(node, ast.FunctionDef) and node.name == function.__name__:
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            return ast.FunctionDef(node.name, node.args, body, [], None)
    raise TypeError(f"{function.__module__}.{function.__qualname__} is no plain function of its module")


def returns(nodes: list[ast.stmt]) -> bool:
    """Whether there is a return in any of some statements."""
    return any(isinstance(item, ast.Return) for node in nodes for item in ast.walk(node))


def always_returns(body: list[ast.stmt]) -> bool:
    """Whether statements end in a return on every way through them."""
    if not body:
        return False
    last = body[-1]
    if isinstance(last, ast.If):
        return always_returns(last.body) and always_returns(last.orelse)
    return isinstance(last, ast.Return)


def tail_form(body: list[ast.stmt]) -> list[ast.stmt]:
    """Statements in which a return is the last thing that happens, so that it need not be one.

    What follows a branch that returns moves into the other branch. A return within a loop is allowed where
    nothing follows the loop.

    Raises
    ------
    NotInlinableError
        There is no such form.
    """
    done: list[ast.stmt] = []
    for place, statement in enumerate(body):
        rest = body[place + 1 :]
        if isinstance(statement, ast.Return):
            return [*done, statement]
        if not returns([statement]):
            done.append(statement)
        elif isinstance(statement, ast.If):
            if not rest:
                first, second = statement.body, statement.orelse
            elif always_returns(statement.body):
                first, second = statement.body, [*statement.orelse, *rest]
            elif always_returns(statement.orelse):
                first, second = [*statement.body, *rest], statement.orelse
            else:
                raise NotInlinableError
            return [*done, ast.If(statement.test, tail_form(first), tail_form(second))]
        elif isinstance(statement, ast.While) and not rest and not _returns_from_inner_loop(statement):
            done.append(statement)
        else:
            raise NotInlinableError
    return done


def _returns_from_inner_loop(loop: ast.While) -> bool:
    inner = (node for one in loop.body for node in ast.walk(one))
    return any(returns([node]) for node in inner if isinstance(node, ast.While | ast.For))


def stored(tree: ast.AST) -> list[str]:
    """Names of the local variables that are assigned, as often as they are."""
    return [
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]


def moving(tree: ast.AST) -> set[str]:
    """Names of the local variables that are assigned more than once, or again and again by a loop."""
    counts = Counter(stored(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.For):
            counts.update(stored(node.target))
    return {name for name, count in counts.items() if count > 1}


@cache
def variables(tree: ast.FunctionDef) -> tuple[frozenset[str], frozenset[str]]:
    """Local variables of a function that nobody changes, and those of them that are `moving`."""
    return frozenset(stored(tree)), frozenset(moving(tree))


def truth(test: ast.expr) -> bool | None:
    """Whether a condition holds, where that is known."""
    return bool(test.value) if isinstance(test, ast.Constant) else None


def load(name: str) -> ast.Name:
    """A variable that is read."""
    return ast.Name(name, ast.Load())
