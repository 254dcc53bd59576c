"""What an event costs grows slowly with the network and with what is pending."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import targets
from tests.benchmarks.grown_networks import of_messages_in_flight, of_nodes
from tests.benchmarks.process_model import run_processes
from tests.benchmarks.scaling import ENGINE, Curve, over_messages_in_flight, over_nodes

pytestmark = pytest.mark.unwatched


def growth(curves: list[Curve]) -> float:
    (found,) = (curve.growth for curve in curves if curve.program == ENGINE)
    return found


@pytest.mark.benchmark
def test_from_10_to_1000_nodes(tmp_path: Path) -> None:
    assert growth(over_nodes(tmp_path, 7, sizes=(10, 1_000))) <= targets.NODES_GROWTH


@pytest.mark.benchmark
@pytest.mark.parametrize("keep_order", [True, False])
def test_to_a_million_in_flight(tmp_path: Path, keep_order: bool) -> None:
    curves = over_messages_in_flight(tmp_path, 3, keep_order, sizes=(100, 1_000_000))
    assert growth(curves) <= targets.PENDING_GROWTH


@pytest.mark.parametrize("nodes", [10, 20, 57])
def test_a_grown_network_is_a_benchmark_network_of_another_size(nodes: int) -> None:
    network = of_nodes(nodes, messages=600)
    assert len(network.stations) == nodes
    assert {len(route) for route in network.routes()} == {4}
    outcome = run_processes(network, network.routes(), 1)
    assert outcome.sent == pytest.approx(600, abs=len(network.streams))


def test_a_network_too_small_is_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        of_nodes(3)


@pytest.mark.parametrize("keep_order", [True, False])
def test_as_many_are_in_flight_at_the_end_as_asked_for(keep_order: bool) -> None:
    network = of_messages_in_flight(500, keep_order)
    outcome = run_processes(network, network.routes(), 1)
    # Little's law, and a spread of the square root of that.
    assert outcome.undelivered["in_flight"] == pytest.approx(500, abs=5 * 500**0.5)
