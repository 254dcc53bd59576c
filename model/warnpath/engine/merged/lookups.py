"""Entities that were looked up once are not looked up again."""

from __future__ import annotations

import ast
from collections.abc import Collection

from warnpath.engine.merged.forms import moving, stored

Known = dict[tuple[str, str], str]
"""Variables that hold an entity, by its pool and its place there, or the message of a copy."""

MESSAGE = "message"
"""The field of a copy that says whose copy it is; it changes where a copy is made or ends."""

HARMLESS = frozenset(("heappush", "next", "int", "float", "abs", "min", "max", "round", "len", "range"))
KERNELS = "warnpath_"


def may_end_copies(node: ast.AST) -> bool:
    """Whether something may change which message a copy is of: a store, or a call of another handler."""
    for item in ast.walk(node):
        if isinstance(item, ast.Attribute) and item.attr == MESSAGE and isinstance(item.ctx, ast.Store):
            return True
        if isinstance(item, ast.Call) and isinstance(item.func, ast.Name):
            if item.func.id not in HARMLESS and not item.func.id.startswith(KERNELS):
                return True
    return False


class Lookups:
    """Goes through a function and uses variables instead of looking up, and names instead of other names.

    Parameters
    ----------
    tree : ast.FunctionDef
        Its variables are assigned before they are used, on every way.
    pools : collection of str
        Names of lists of entities, which keep their places.
    """

    def __init__(self, tree: ast.FunctionDef, pools: Collection[str]) -> None:
        self.tree = tree
        self.pools = pools
        assigned = set(stored(tree))
        parameters = {argument.arg for argument in tree.args.args}
        self.stable = (assigned - moving(tree) - parameters) | (parameters - assigned)
        self.aliases: dict[str, str] = {}

    def run(self) -> list[ast.stmt]:
        """New body of the function."""
        return self._block(self.tree.body, {})

    def _block(self, body: list[ast.stmt], known: Known) -> list[ast.stmt]:
        done: list[ast.stmt] = []
        for statement in body:
            changes = may_end_copies(statement)
            if changes and isinstance(statement, ast.While | ast.For):
                _forget_messages(known)
            if isinstance(statement, ast.If):
                statement.test = self._replaced(statement.test, known)
                statement.body = self._block(statement.body, dict(known)) or [ast.Pass()]
                statement.orelse = self._block(statement.orelse, dict(known))
                if statement.orelse or not isinstance(statement.body[0], ast.Pass):
                    done.append(statement)
            elif isinstance(statement, ast.While | ast.For):
                if isinstance(statement, ast.While):
                    statement.test = self._replaced(statement.test, known)
                else:
                    statement.iter = self._replaced(statement.iter, known)
                statement.body = self._block(statement.body, dict(known)) or [ast.Pass()]
                done.append(statement)
            elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                statement.value = self._replaced(statement.value, known)
                if not self._is_alias(statement.targets[0].id, statement.value, known):
                    done.append(statement)
            else:
                done.append(_Replacing(self, known).visit(statement))
            if changes:
                _forget_messages(known)
        return done

    def _is_alias(self, name: str, value: ast.expr, known: Known) -> bool:
        """Whether a variable is another one under a new name; notes it, or what entity it holds."""
        if name not in self.stable:
            return False
        if isinstance(value, ast.Name) and value.id in self.stable:
            self.aliases[name] = value.id
            return True
        key = self.key(value)
        if key is not None:
            known[key] = name
        return False

    def key(self, value: ast.expr) -> tuple[str, str] | None:
        """Pool and place of what an expression looks up, if it does and the place cannot change."""
        if isinstance(value, ast.Attribute) and value.attr == MESSAGE and isinstance(value.value, ast.Name):
            return (MESSAGE, value.value.id) if value.value.id in self.stable else None
        if not isinstance(value, ast.Subscript) or not isinstance(value.value, ast.Name):
            return None
        place = value.slice
        if value.value.id not in self.pools:
            return None
        if isinstance(place, ast.Constant) or (isinstance(place, ast.Name) and place.id in self.stable):
            return value.value.id, ast.unparse(place)
        return None

    def _replaced(self, value: ast.expr, known: Known) -> ast.expr:
        found: ast.expr = _Replacing(self, known).visit(value)
        return found


def _forget_messages(known: Known) -> None:
    for key in [key for key in known if key[0] == MESSAGE]:
        del known[key]


class _Replacing(ast.NodeTransformer):
    def __init__(self, lookups: Lookups, known: Known) -> None:
        self.lookups = lookups
        self.known = known

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.lookups.aliases.get(node.id, node.id), node.ctx)

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        self.generic_visit(node)
        key = self.lookups.key(node)
        if key in self.known:
            return ast.Name(self.known[key], ast.Load())
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        key = self.lookups.key(node)
        if isinstance(node.ctx, ast.Load) and key in self.known:
            return ast.Name(self.known[key], ast.Load())
        return node
