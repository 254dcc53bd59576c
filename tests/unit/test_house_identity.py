"""The identity linter catches what makes Python and numba differ, and lets the rest pass."""

from __future__ import annotations

import math
import struct

import numba
import numpy as np
import pytest

from tools.lint_identity import RULES, SAME_MATH, lint_package, lint_source
from warnpath.compilation import kernel

pytestmark = pytest.mark.unwatched

HANDLER = "engine/handlers/example.py"
KERNEL = "physics/example.py"

# rule: (a body that is caught, a body that says the same and passes)
BODIES = {
    "array-method": ["w.table.copy()", "values[0].sum()", "w.rows.append(now)"],
    "builtin": [
        "print(now)",
        "isinstance(now, float)",
        "x = min(values)",
        "x = round(now, 2)",
        "sorted(values)",
    ],
    "closure": ["f = lambda x: x", "def inner():\n    return 1", "yield now", "class Inner:\n    pass"],
    "container": [
        "x = [1, 2]",
        "x = {1: 2}",
        "x = {1, 2}",
        "x = [i for i in range(3)]",
        "x = len(i for i in range(3))",
    ],
    "exception": [
        "raise ValueError",
        "try:\n    x = 1\nexcept ZeroDivisionError:\n    x = 2",
        "with w:\n    x = 1",
        "assert now > 0.0",
    ],
    "foreign": [
        "x = np.zeros(3)",
        "x = nx.Graph",
        "x = np.sqrt(now)",
        "x = np.random.random",
        "x = np.array",
    ],
    "global": ["global total\ntotal = 1"],
    "identity-test": ["x = now is w", "x = None", "if w is not now:\n    x = 1"],
    "import": ["import math"],
    "integer-range": ["x = 9223372036854775808", "x = a << 63", "x = a >> 64", "x = a << -1"],
    "math-function": [
        "x = math.hypot(now, now)",
        "x = math.gamma(now)",
        "x = math.lgamma(now)",
        "x = math.comb(a, 2)",
    ],
    "matrix-product": ["x = values @ values", "values @= values"],
    "membership": ["x = a in (1, 2)", "x = a not in values"],
    "negative-index": ["x = values[-1]", "x = values[0, -2]", "x = values[:-1]", "x = values[-a]"],
    "number-type": [
        "x = np.float32(now)",
        "x = np.uint64(a)",
        "x = np.int32(a)",
        "x = 2j",
        "x = np.complex128(now)",
    ],
    "power": ["x = now**2", "now **= 0.5", "x = pow(now, 2.0)", "x = math.pow(now, 2.0)"],
    "record-swap": ["values[0], values[1] = values[1], values[0]", "w.a[a], w.a[0] = w.a[0], w.a[a]"],
    "star-arguments": ["f(*values)", "f(**values)"],
    "string": ["x = 'up'", "x = f'{now}'", "x = float('nan')", "x = b'up'"],
    "sum": ["x = sum(values)", "x = math.fsum(values)", "x = math.dist(values, values)"],
    "zero-division": ["x = now / 0", "x = a // 0", "x = now % 0.0", "now /= 0"],
}

CLEAN_BODIES = {
    "array-method": "w.table[0, 1] = values[2]\nw.send(now)",
    "builtin": "x = min(now, 1.0) + max(a, b) + abs(now) + round(now) + len(values) + int(now) + float(a)",
    "closure": "x = inner(now)",
    "container": "x = (now, a)\nfor i in range(3):\n    x = i",
    "exception": "if now < 0.0:\n    w.fault = 3",
    "foreign": "x = np.int64(a) + np.float64(now) + math.sqrt(now)",
    "global": "w.total = 1",
    "identity-test": "x = -1\nreturn",
    "import": "x = math.pi",
    "integer-range": "x = 9223372036854775807\ny = (a << 62) >> 3",
    "math-function": "x = math.sqrt(now * now + now * now) + math.log1p(now) + math.nan",
    "matrix-product": "x = values[0] * values[1]",
    "membership": "x = a == 1 or a == 2",
    "negative-index": "x = values[len(values) - 1]\ny = values[a]",
    "number-type": "x = np.float64(now) + np.int64(a)",
    "power": "x = now * now\ny = math.sqrt(now)",
    "record-swap": "x = values[0]\nvalues[0] = values[1]\nvalues[1] = x\na, b = values[0], values[1]",
    "star-arguments": "f(values, scale=2.0)",
    "string": "x: 'float' = now",
    "sum": "x = 0.0\nfor i in range(3):\n    x += values[i]",
    "zero-division": "x = now / 2 + a // 3 + now % 360.0 if a != 0 else 0.0",
}


def handler(body: str, arguments: str = "w, now, a, b, values") -> str:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    head = "import math\nimport numpy as np\nimport networkx as nx\nfrom warnpath.engine import inner, f\n"
    return f'{head}\ndef handle({arguments}):\n    """Say what it does."""\n{lines}\n'


def rules_of(source: str, path: str = HANDLER) -> set[str]:
    return {finding.rule for finding in lint_source(source, path) if finding.line > 3}


@pytest.mark.parametrize(
    ("rule", "body"), [(rule, body) for rule, bodies in BODIES.items() for body in bodies]
)
def test_a_breach_is_caught_in_a_handler(rule: str, body: str) -> None:
    assert rule in rules_of(handler(body))


@pytest.mark.parametrize("rule", sorted(CLEAN_BODIES))
def test_the_allowed_way_passes(rule: str) -> None:
    assert rules_of(handler(CLEAN_BODIES[rule])) == set()


@pytest.mark.parametrize("rule", sorted(BODIES))
def test_a_breach_is_caught_in_a_kernel_and_only_there(rule: str) -> None:
    body = BODIES[rule][0]
    plain = handler(body)
    decorated = plain.replace("def handle", '@kernel("void(float64)")\ndef handle')
    if body == "x = np.zeros(3)":  # a kernel may allocate a scratch array, a handler may not
        assert rules_of(decorated, KERNEL) == set()
    else:
        assert rule in rules_of(decorated, KERNEL)
    assert rules_of(plain, KERNEL) == set()


def test_every_rule_has_its_cases() -> None:
    elsewhere = {"compile-option", "decorator", "signature"}
    assert set(BODIES) | elsewhere == set(RULES)
    assert set(CLEAN_BODIES) == set(BODIES)


@pytest.mark.parametrize(
    "decorator",
    [
        "@kernel",
        "@kernel()",
        '@kernel("float32(float64)")',
        '@kernel("void(uint64)")',
        '@kernel("f8(i4)")',
        '@kernel("void(float64[:, :])")',
        '@kernel("void(float64[:])")',
    ],
)
def test_a_kernel_needs_a_signature_of_the_two_number_types(decorator: str) -> None:
    assert rules_of(f"import math\n\n\n{decorator}\ndef f(x):\n    return x\n", KERNEL) == {"signature"}


@pytest.mark.parametrize(
    "decorator",
    [
        '@kernel("float64(int64, float64[:, ::1])")',
        '@kernel("UniTuple(float64, 3)(f8[::1])")',
        '@compilation.kernel("void(i8, f8[:,::1])")',
        "@kernel(SIGNATURE)",
    ],
)
def test_a_good_signature_passes(decorator: str) -> None:
    assert rules_of(f"import math\n\n\n{decorator}\ndef f(x):\n    return x\n", KERNEL) == set()


def test_unsigned_numbers_pass_in_the_file_of_random_streams_only() -> None:
    source = 'import numpy as np\n\n\n@kernel("uint64(uint64)")\ndef f(x):\n'
    source += "    return np.uint64(x) + 18446744073709551615\n"
    assert rules_of(source, "engine/random_streams.py") == set()
    assert rules_of(source, "engine/other.py") == {"signature", "number-type", "integer-range"}


@pytest.mark.parametrize("option", ["fastmath=True", "parallel=True", "error_model='numpy'"])
def test_options_that_change_results_are_caught_anywhere(option: str) -> None:
    assert rules_of(f"import numba\n\n\nf = numba.njit({option})(g)\n", "study/example.py") == {
        "compile-option"
    }
    assert rules_of("import numba\n\n\nf = numba.njit(cache=True)(g)\n", "study/example.py") == set()


@pytest.mark.parametrize("decorator", ["@njit", "@numba.njit(cache=True)", "@numba.jit", "@vectorize"])
def test_a_decorator_past_the_sound_cache_is_caught(decorator: str) -> None:
    assert rules_of(f"import numba\n\n\n{decorator}\ndef f(x):\n    return x\n", KERNEL) == {"decorator"}
    assert rules_of("import functools\n\n\n@functools.cache\ndef f(x):\n    return x\n", KERNEL) == set()


def test_a_handler_file_imports_numbers_and_the_package_only() -> None:
    allowed = "from __future__ import annotations\nimport math\nfrom typing import Any\n"
    allowed += "from warnpath.engine.codes import UP\n"
    assert lint_source(allowed, HANDLER) == []
    for line in ("import numpy as np", "import networkx", "from collections import deque", "import simpy"):
        assert [finding.rule for finding in lint_source(line, HANDLER)] == ["import"]


def test_star_parameters_and_mutable_defaults_are_caught() -> None:
    assert rules_of(handler("x = 1", "w, *values")) == {"star-arguments"}
    assert rules_of(handler("x = 1", "w, values=[]")) == {"container"}
    assert rules_of(handler("x = 1", "w, scale=2.0")) == set()


def test_a_name_of_ones_own_is_not_the_builtin() -> None:
    assert rules_of("from warnpath.a import math_sum as sum\n\n\ndef f(w):\n    return sum(w)\n") == set()


def test_an_alias_does_not_hide_a_function() -> None:
    source = "from math import hypot as distance\nimport math as m\n\n"
    source += "def f(x):\n    return distance(x, x) + m.gamma(x)\n"
    findings = lint_source(source, HANDLER)
    assert [finding.rule for finding in findings] == ["math-function", "math-function"]


def test_a_finding_says_file_line_rule_and_reason() -> None:
    (finding,) = lint_source("def f(x):\n    return x**2\n", HANDLER)
    assert str(finding) == f"{HANDLER}:2 power x ** 2: {RULES['power']}"


def test_the_package_keeps_the_rules() -> None:
    assert [str(finding) for finding in lint_package()] == []


# The list of functions the linter lets pass is measured here, not believed.

_ASYMMETRIC = [
    0.3,
    0.7,
    1.9,
    2.4580338977940386,
    4.835739785214589,
    7.0,
    11.25,
    123.456,
    6378137.0,
    1e-9,
    3e-300,
]
_POINTS = [
    sign * value for value in (*_ASYMMETRIC, *(0.0137 * step for step in range(1, 400))) for sign in (1, -1)
]
_POINTS += [0.0, -0.0, math.inf, -math.inf, math.nan]
_CONSTANTS = {"e", "inf", "nan", "pi", "tau"}
_TWO_ARGUMENTS = {"atan2", "copysign", "nextafter", "ldexp"}


def bits(value: float) -> bytes:
    return b"nan" if math.isnan(value) else struct.pack("<d", float(value))


def compiled_and_plain(expression: str, signature: str) -> tuple[object, object]:
    space: dict[str, object] = {"math": math}
    exec(f"def f(x, y): return {expression}", space)
    return numba.njit(signature)(space["f"]), space["f"]


@pytest.mark.parametrize("name", sorted(SAME_MATH - _CONSTANTS))
def test_allowed_functions_of_math_give_the_same_bits(name: str) -> None:
    second = "3" if name == "ldexp" else "y"
    compiled, plain = compiled_and_plain(
        f"math.{name}(x, {second})" if name in _TWO_ARGUMENTS else f"math.{name}(x)",
        "(float64, float64)",
    )
    compared = 0
    for place, x in enumerate(_POINTS):
        y = _POINTS[place * 7 % len(_POINTS)]
        try:
            expected = plain(x, y)  # type: ignore[operator]
        except (ValueError, OverflowError):
            continue  # outside the domain, which handlers may not reach
        assert bits(compiled(x, y)) == bits(expected), (x, y)  # type: ignore[operator]
        compared += 1
    assert compared > 50


@pytest.mark.parametrize(
    "expression",
    [
        "x + y",
        "x * y + x",
        "x / y",
        "x % y",
        "x // y",
        "min(x, y)",
        "max(x, y)",
        "max(x, y, 0.0)",
        "abs(x)",
        "x if x < y else y",
    ],
)
def test_allowed_operations_on_float64_give_the_same_bits(expression: str) -> None:
    compiled, plain = compiled_and_plain(expression, "float64(float64, float64)")
    for place, x in enumerate(_POINTS):
        y = _POINTS[place * 11 % len(_POINTS)]
        if y != 0.0:
            assert bits(compiled(x, y)) == bits(plain(x, y)), (x, y)  # type: ignore[operator]


@pytest.mark.parametrize(
    "expression", ["x // y", "x % y", "x & y", "x | y", "x ^ y", "~x", "x << 5", "x >> 3", "x * y - y"]
)
def test_allowed_operations_on_int64_are_equal(expression: str) -> None:
    compiled, plain = compiled_and_plain(expression, "int64(int64, int64)")
    for x in range(-1000003, 1000003, 77777):
        for y in (-360, -7, -1, 1, 3, 1009):
            assert compiled(x, y) == plain(x, y), (x, y)  # type: ignore[operator]


def test_a_kernel_equals_the_function_it_was_made_of() -> None:
    @kernel("float64(float64[:, ::1], int64)")
    def along(table: np.ndarray, row: int) -> float:
        total = 0.0
        for column in range(3):
            total = total + math.sqrt(table[row, column]) * math.exp(-table[row, column])
        return total

    table = np.array([[0.3, 0.7, 1.9], [2.45, 11.25, 0.0137]])
    assert along(table, 1) == along.py_func(table, 1)  # type: ignore[attr-defined]
