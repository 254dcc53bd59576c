"""Handlers merged into fewer functions do what handlers as written do, and SimPy's own events run beside."""

from __future__ import annotations

import ast
import sys
import textwrap
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from tests.engine_cases import SMALL
from tests.engine_pairs import assert_equal_columns, assert_equal_logs
from warnpath.engine import SimpyRun, build_plan
from warnpath.engine.columns import DEFAULT_TABLES, TABLES
from warnpath.engine.handlers import dispatch as as_written
from warnpath.engine.merged.forms import NotInlinableError, parse, tail_form
from warnpath.engine.merged.lookups import Lookups
from warnpath.engine.merged.program import INLINED, MERGED, merged_dispatch
from warnpath.engine.plan import Plan
from warnpath.engine.simpy_scheduler import is_watched
from warnpath.scenario import load

BENCHMARK = Path(__file__).resolve().parents[1] / "benchmarks" / "benchmark-network.toml"


@pytest.fixture(scope="module")
def small() -> Plan:
    return build_plan(load(str(SMALL)))


@pytest.fixture(scope="module")
def busy() -> Plan:
    return build_plan(load(str(BENCHMARK)).replace({"run.duration_s": 70.0}))


def both(plan: Plan, tables: Collection[str]) -> tuple[SimpyRun, SimpyRun]:
    return (
        SimpyRun(plan, 2, tables=tables, keep_log=True, as_written=True),
        SimpyRun(plan, 2, tables=tables, keep_log=True, as_written=False),
    )


@pytest.mark.parametrize("tables", [TABLES, DEFAULT_TABLES], ids=["every table", "the default tables"])
@pytest.mark.parametrize("name", ["small", "busy"])
def test_merged_handlers_do_what_those_as_written_do(
    name: str, tables: Collection[str], request: pytest.FixtureRequest
) -> None:
    plain, merged = both(request.getfixturevalue(name), tables)
    expected, found = plain.run(), merged.run()
    assert expected.status == "ok"
    assert_equal_logs(bytes(plain.scheduler.log), bytes(merged.scheduler.log))
    assert (found.events, found.log_hash) == (expected.events, expected.log_hash)
    assert_equal_columns(expected.columns, found.columns)


def test_what_is_merged_calls_none_of_what_is_written_out(busy: Plan) -> None:
    run = SimpyRun(busy)
    space: dict[str, Any] = merged_dispatch(run.world, run.env).__globals__  # type: ignore[attr-defined]
    called = {name for merged in MERGED for name in space[merged].__code__.co_names}
    # What has no form to be written out in, or calls itself, would show up here.
    assert called & INLINED == set()


def test_a_debugger_meets_the_handlers_as_they_are_written(busy: Plan) -> None:
    watched, alone = SimpyRun(busy), SimpyRun(busy)
    before = sys.gettrace()
    sys.settrace(lambda *_: None)
    try:
        assert is_watched()
        watched.env.step()
    finally:
        sys.settrace(before)
    assert watched.scheduler._dispatch is as_written.dispatch
    if before is None and not is_watched():
        alone.env.step()
        assert alone.scheduler._dispatch is not as_written.dispatch


def test_a_step_is_one_event(busy: Plan) -> None:
    run = SimpyRun(busy)
    pending = run.scheduler.pending()
    assert [event[0] for event in pending] == sorted(event[0] for event in pending)
    run.env.step()
    run.env.step()
    # Twelve flows of traffic start at 0; each schedules its first message.
    assert run.scheduler.events == 2
    assert len(run.scheduler.pending()) == len(pending)


def test_a_run_in_parts_is_the_same_run(busy: Plan) -> None:
    whole, parts = SimpyRun(busy), SimpyRun(busy)
    steps: list[float] = []

    def bystander() -> Any:
        while True:
            yield parts.env.timeout(0.75)
            steps.append(parts.env.now)

    parts.env.process(bystander())
    parts.env.run(until=10.25)
    assert parts.env.now == 10.25
    parts.env.run(until=parts.env.timeout(3.5))
    assert parts.env.now == 13.75
    assert parts.run().log_hash == whole.run().log_hash
    assert len(steps) == int(70.0 / 0.75)


def test_who_listens_hears_every_event_after_it_happened(busy: Plan) -> None:
    run = SimpyRun(busy)
    heard: list[tuple[float, int]] = []
    run.on("arrived", lambda now, element, _: heard.append((now, element)))
    run.env.process(_listen_later(run, heard))
    output = run.run()
    assert output.log_hash == SimpyRun(busy).run().log_hash
    assert [now for now, _ in heard] == sorted(now for now, _ in heard)
    assert sum(element == -1 for _, element in heard) > 100


def _listen_later(run: SimpyRun, heard: list[tuple[float, int]]) -> Any:
    yield run.env.timeout(30.0)
    run.on("sent", lambda now, _element, _copy: heard.append((now, -1)))


def tree_of(text: str) -> ast.FunctionDef:
    tree = ast.parse(textwrap.dedent(text)).body[0]
    assert isinstance(tree, ast.FunctionDef)
    return tree


GUARDS = """
def f(x, y):
    if x < 0:
        return 1
    z = x
    if y > 3:
        z = y
        if z > 7:
            return 2
        z += x
    else:
        return 3
    return z
"""


def test_a_return_becomes_the_last_thing_that_happens() -> None:
    tree = tree_of(GUARDS)
    spaces: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    exec(GUARDS, spaces[0])
    tree.body = tail_form(tree.body)
    assert isinstance(tree.body[-1], ast.If)
    exec(ast.unparse(ast.fix_missing_locations(tree)), spaces[1])
    for x in (-1, 0, 2):
        for y in (1, 4, 9):
            assert spaces[1]["f"](x, y) == spaces[0]["f"](x, y)


@pytest.mark.parametrize(
    "text",
    [
        "def f(x):\n    while x > 0:\n        if x == 5:\n            return 1\n        x -= 1\n    return 2",
        "def f(x):\n    if x > 0:\n        if x > 1:\n            return 1\n    x += 1\n    return x",
        "def f(x):\n    while x:\n        while x > 2:\n            return",
    ],
    ids=["out of a loop that others follow", "some ways through a branch", "out of two loops"],
)
def test_some_returns_cannot(text: str) -> None:
    with pytest.raises(NotInlinableError):
        tail_form(tree_of(text).body)


LOOKED_UP = """
def f(w, c):
    copy = w_copies[c]
    other = w_copies[c].next
    m = copy.message
    kind = w_messages[copy.message].kind
    finish(w, c)
    late = copy.message
    d = c
    return w_copies[d].token
"""


def test_an_entity_is_looked_up_once_and_its_message_until_it_may_change() -> None:
    tree = tree_of(LOOKED_UP)
    tree.body = Lookups(tree, {"w_copies", "w_messages"}).run()
    text = ast.unparse(tree)
    assert text.count("w_copies[") == 1
    assert "w_messages[m].kind" in text
    assert "late = copy.message" in text
    assert "return copy.token" in text


def test_a_place_that_moves_is_looked_up_again() -> None:
    walk = "def f(c):\n    while c >= 0:\n        use(w_copies[c])\n        c = w_copies[c].next"
    tree = tree_of(walk)
    tree.body = Lookups(tree, {"w_copies"}).run()
    assert ast.unparse(tree).count("w_copies[c]") == 2


def test_only_a_function_of_a_module_can_be_written_out() -> None:
    def inner() -> None:
        """Not at the top of its module."""

    with pytest.raises(TypeError, match="no plain function of its module"):
        parse(inner)  # type: ignore[arg-type]
