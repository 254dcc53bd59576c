"""Speed on the benchmark network, by ratios within one interleaved run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import c_program, daytone_model, nspy_model, targets
from tests.benchmarks.compare_network import (
    C_KEYED,
    COMPILED,
    DAYTONE,
    NSPY,
    PROCESSES,
    SIMPY,
    C,
    Comparison,
    compare_whole,
    compare_with_daytone,
    compare_with_nspy,
)

pytestmark = pytest.mark.benchmark

ROUNDS = 7
MAX_Z = 4.5
"""Few rounds give few degrees of freedom: beyond this lies one in some hundred of the largest of seven."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    return compare_whole(ROUNDS, tmp_path_factory.mktemp("whole"))


def test_the_compiled_engine_against_idiomatic_simpy(whole: Comparison) -> None:
    assert whole.rounds.ratio(PROCESSES, COMPILED).median >= targets.IDIOMATIC_OVER_COMPILED


def test_the_simpy_engine_against_idiomatic_simpy(whole: Comparison) -> None:
    assert whole.rounds.ratio(PROCESSES, SIMPY).median >= targets.IDIOMATIC_OVER_SIMPY


def test_the_compiled_engine_against_c(whole: Comparison) -> None:
    if c_program.compiler() is None:
        pytest.skip("no C compiler: neither cc nor what CC names")
    assert whole.rounds.ratio(COMPILED, C_KEYED).median <= targets.COMPILED_OVER_C


def test_all_programs_simulated_the_same(whole: Comparison) -> None:
    for name in (COMPILED, C, C_KEYED):
        if name in whole.outcomes:
            quantity, z = whole.worst_z(name)
            assert abs(z) <= MAX_Z, f"{name}: {quantity}"
    assert whole.outcomes[COMPILED][0].sent == 12_000
    assert 90_000 <= whole.events[COMPILED] <= 120_000


def test_nspy_on_its_part(tmp_path: Path) -> None:
    if not nspy_model.is_installed():
        pytest.skip('ns.py is not installed: pip install -c constraints.txt ".[benchmark]"')
    found = compare_with_nspy(3, tmp_path)
    assert found.rounds.ratio(NSPY, COMPILED).median >= targets.IDIOMATIC_OVER_COMPILED / 2.0
    assert abs(found.worst_z(NSPY)[1]) <= MAX_Z


def test_daytone_on_its_part(tmp_path: Path) -> None:
    if daytone_model.program() is None:
        pytest.skip('daytone is not installed: pip install -c constraints.txt ".[benchmark]"')
    found = compare_with_daytone(5, tmp_path)
    assert found.rounds.ratio(DAYTONE, COMPILED).median >= 1.0
    assert abs(found.worst_z(DAYTONE)[1]) <= MAX_Z
