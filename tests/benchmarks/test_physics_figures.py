"""Every figure that trajectories and sensors are held to is met, and printed where asked for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.benchmarks.physics_figures import Figure, figures, table

pytestmark = pytest.mark.benchmark


@pytest.fixture(scope="module")
def found() -> list[Figure]:
    return figures()


def test_every_figure_is_met(found: list[Figure], record_property: Callable[[str, object], None]) -> None:
    record_property("table", table(found))
    assert [item for item in found if not item.met] == []
