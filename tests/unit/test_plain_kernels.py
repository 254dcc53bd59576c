"""Every kernel that has a form in plain Python gives the same bits in it as in machine code."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from tests.plain_mode import without_machine_code
from tests.property.test_routing_against_networkx import Case, cases
from tests.unit.test_engine_distributions import EVERY
from warnpath.compilation import image, plain_is_preferred, prefer_plain
from warnpath.compilation.kernels import KERNELS
from warnpath.compilation.sources import import_compiled_modules
from warnpath.engine import log_digest, random_streams
from warnpath.engine.plan_tables import DistributionTable
from warnpath.network import route_kernel
from warnpath.network.routing import recompute_all
from warnpath.physics.earth import altitude_m
from warnpath.scenario.distributions import Distribution
from warnpath.scenario.laws import GammaLaw

WORDS = st.integers(-(2**63), 2**63 - 1)
COMPARED = {
    random_streams: (
        "uniform mix fold stream_key normal_quantile normal inverse draw _rational _on_curve".split()
    ),
    log_digest: ["fold_rows"],
    route_kernel: "recompute recompute_tree _relax _pop _sift_up _is_before".split(),
}
"""What the tests below compare; those of routing call one another."""


def both(kernel: Any, *arguments: Any) -> tuple[Any, Any]:
    """What machine code and plain Python return; the types are the same too."""
    compiled = kernel(*arguments)
    with without_machine_code():
        plain = kernel(*arguments)
    assert type(plain) is type(compiled)
    return compiled, plain


def assert_same(kernel: Any, *arguments: Any) -> None:
    compiled, plain = both(kernel, *arguments)
    assert plain == compiled or (math.isnan(plain) and math.isnan(compiled)), (kernel, arguments)


def test_these_are_all() -> None:
    import_compiled_modules()
    compared = {f"{module.__name__}.{name}" for module, names in COMPARED.items() for name in names}
    assert {symbol for symbol, kernel in KERNELS.items() if kernel.plain is not None} == compared


@given(WORDS, WORDS, WORDS)
@example(-1, -1, -1)
@example(2**63 - 1, -(2**63), 0)
def test_words_that_wrap_round(a: int, b: int, c: int) -> None:
    for kernel in (random_streams.uniform, random_streams.normal, random_streams.stream_key):
        assert_same(kernel, a, b, c)
        assert_same(kernel, np.int64(a), np.int64(b), np.int64(c))
    for pair in (random_streams.mix, random_streams.fold):
        assert_same(pair, a, b)
        assert_same(pair, np.int64(a), np.int64(b))


@given(st.lists(st.tuples(*[WORDS] * log_digest.ROW_WORDS), max_size=9))
def test_rows_of_the_log(rows: list[tuple[int, ...]]) -> None:
    words = np.array(rows, dtype=np.int64).reshape(-1, log_digest.ROW_WORDS)
    found = []
    for plain in (False, True):
        digest = log_digest.LogDigest()
        if plain:
            with without_machine_code():
                digest.update(words)
                found.append(digest.hexdigest())
        else:
            digest.update(words)
            found.append(digest.hexdigest())
    assert found[0] == found[1]


@given(st.floats(1e-300, 1.0, exclude_max=True))
@example(5.6e-17)
@example(0.075)
@example(0.9999999999999999)
def test_quantiles_of_the_normal(p: float) -> None:
    assert_same(random_streams.normal_quantile, p)
    tails = random_streams._TAIL_NUMERATOR, random_streams._TAIL_DENOMINATOR
    assert_same(random_streams._rational, *tails, p)


DELAYS: TypeAdapter[Any] = TypeAdapter(Distribution)


@pytest.mark.parametrize("delay", EVERY.values(), ids=EVERY.keys())
def test_draws_of_every_law(delay: dict[str, Any]) -> None:
    law = DELAYS.validate_python(delay).law()
    table = DistributionTable()
    table.add_law(GammaLaw(1.0, 2.0))
    laws = [table.add_law(law), table.add_law(law.length_biased())]
    rows = table.table()
    expected = [random_streams.draw(rows, row, 77, lineage, 5) for row in laws for lineage in range(300)]
    with without_machine_code():
        found = [random_streams.draw(rows, row, 77, lineage, 5) for row in laws for lineage in range(300)]
    assert found == expected
    assert {type(value) for value in found} == {float}
    assert_same(random_streams.draw, rows, -1, 1, 2, 3)
    for u in (5.6e-17, 1e-9, 0.25, 0.5, 0.999, 0.9999999999999999):
        if rows[laws[0], 0] < random_streams.SHIFTED:
            assert_same(random_streams.inverse, rows, laws[0], u)
        # The first knots are those of the gamma distribution.
        assert_same(random_streams._on_curve, rows, int(rows[0, 1]), u)


@given(cases(), st.data())
def test_routes(case: Case, data: st.DataObject) -> None:
    compiled, plain = case.tables(), case.tables()
    for state in ("link_up", "node_up"):
        up = getattr(compiled, state)
        for place in range(up.shape[1]):
            up[0, place] = getattr(plain, state)[0, place] = int(data.draw(st.integers(0, 4)) > 0)
    reached = recompute_all(compiled)
    plain.cost[:] = plain.next_step[:] = -9
    with without_machine_code():
        assert recompute_all(plain) == reached
    assert np.array_equal(plain.cost, compiled.cost)
    assert np.array_equal(plain.next_step, compiled.next_step)


def test_what_has_no_plain_form_is_machine_code_either_way() -> None:
    place = (4e6, -2e6, 4.5e6)
    expected = altitude_m(*place)
    prefer_plain(True)
    try:
        assert plain_is_preferred()
        assert altitude_m(*place) == expected
        assert KERNELS[f"{altitude_m.__module__}.altitude_m"].entry() is image.machine_code().entry(
            f"{altitude_m.__module__}.altitude_m"
        )
    finally:
        prefer_plain(False)
    assert not plain_is_preferred()
