"""The programs of the benchmark simulate the same network: exactly where nothing is drawn, else in the mean.

Values worked by hand: an 8000-bit message takes 0.5 s on `first`, 0.2 s on `second`, 0.4 s on `last`, and
propagates for 0.03, 0.07 and 0.11 s.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest

from tests.benchmarks import c_program, daytone_model, nspy_model, small_networks
from tests.benchmarks.network_file import BENCHMARK_NETWORK, Network, read_network
from tests.benchmarks.outcome import Outcome, differences
from tests.benchmarks.process_model import run_processes
from tests.benchmarks.scenario_file import write_scenario
from tests.benchmarks.warnpath_program import plan_of, run_engine
from warnpath.engine.random_streams import mix, normal_quantile, uniform
from warnpath.scenario import load
from warnpath.scenario.resolve_links import effective_link

pytestmark = pytest.mark.unwatched

Program = Callable[[Network, int], list[Outcome]]

MAX_Z = 4.0
"""Of seven quantities of two programs one differs this much by chance once in a thousand times."""
REPLICATIONS = 24


@pytest.fixture(scope="session")
def c_binary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if c_program.compiler() is None:
        pytest.skip("no C compiler: neither cc nor what CC names")
    return c_program.build(tmp_path_factory.mktemp("c"))


@pytest.fixture(scope="session")
def keyed_c_binary(c_binary: Path) -> Path:
    return c_program.build(c_binary.parent, keyed=True)


@pytest.fixture(params=["processes", "C", "keyed C", "simpy engine", "compiled engine"])
def program(request: pytest.FixtureRequest, tmp_path: Path) -> Program:
    """A program by name, as a function of a network and a number of replications."""
    name = request.param
    if name == "processes":
        return lambda network, count: [run_processes(network, network.routes(), n) for n in range(count)]
    if name.endswith("C"):
        binary = request.getfixturevalue("c_binary" if name == "C" else "keyed_c_binary")
        return lambda network, count: c_program.run_program(
            binary, network, network.routes(), 1, range(count)
        )
    engine = name.split()[0]
    return lambda network, count: run_engine(
        plan_of(write_scenario(network, tmp_path / "network.toml")), engine, range(count)
    )


DRAWS_IN_C = """
#include <stdio.h>
#include "keyed.h"
int main(void) {
    for (uint64_t index = 0; index < 200; index++) {
        double u = keyed_uniform(mix(3, index), mix(7, index), index % 5);
        printf("%.17g %.17g\\n", u, normal_quantile(u));
    }
    return 0;
}
"""


def test_the_keyed_draws_in_c_are_those_of_the_engines(c_binary: Path) -> None:
    source, binary = c_binary.with_name("draws.c"), c_binary.with_name("draws")
    source.write_text(DRAWS_IN_C, encoding="utf-8")
    folder = c_program.SOURCE.parent
    cc = c_program.compiler()
    assert cc is not None
    subprocess.run([cc, "-O2", "-std=c99", f"-I{folder}", "-o", binary, source, "-lm"], check=True)
    answer = subprocess.run([binary], capture_output=True, text=True, check=True).stdout
    for index, row in enumerate(answer.splitlines()):
        u, quantile = map(float, row.split())
        assert u == uniform(mix(3, index), mix(7, index), index % 5)
        assert quantile == pytest.approx(normal_quantile(u), rel=1e-14, abs=1e-300)
    assert index == 199


def test_messages_wait_for_each_other(program: Program) -> None:
    (outcome,) = program(small_networks.two_into_one(), 1)
    # 0.5 + 0.03 + 0.4 + 0.11 = 1.04 s, and 0.2 + 0.07 + 0.06 (waits) + 0.4 + 0.11 = 0.84 s.
    assert outcome.latency_s == pytest.approx(0.94, abs=1e-9)
    assert (outcome.sent, outcome.delivered) == (20, 20)


def test_failures_take_what_is_on_the_way_and_hold_what_waits(program: Program) -> None:
    (outcome,) = program(small_networks.two_into_one_with_failures(), 1)
    # At 9.3 s one message flies (9.23 to 9.34 s) and one is being sent; two come while the line is down and
    # leave at 11.5 and 11.9 s; one comes to the node at 16.83 s, when it is down, and lets the next not wait.
    assert outcome.undelivered["link_down"] == 2
    assert outcome.undelivered["node_down"] == 1
    assert (outcome.sent, outcome.delivered) == (20, 17)
    total_s = 7 * 1.04 + 1.71 + 7 * 0.84 + 1.51 + 0.78
    assert outcome.latency_s == pytest.approx(total_s / 17, abs=1e-9)


def test_a_full_queue_refuses(program: Program) -> None:
    (outcome,) = program(small_networks.three_at_once(), 1)
    # Each burst of three: 0.1 + 0.02 + 0.8 + 0.05 = 0.97 s, 0.8 s more for the next, the third is refused.
    assert outcome.undelivered["queue_full"] == 3
    assert outcome.latency_s == pytest.approx((0.97 + 1.77) / 2, abs=1e-9)


@pytest.fixture(scope="session")
def expected() -> list[Outcome]:
    """What the process-style model says of the small network in which everything happens."""
    network = small_networks.with_everything()
    return [run_processes(network, network.routes(), 1000 + seed) for seed in range(REPLICATIONS)]


@pytest.mark.parametrize("program", ["C", "keyed C", "simpy engine"], indirect=True)
def test_they_agree_where_chance_rules(program: Program, expected: list[Outcome]) -> None:
    # The network is hard enough: everything that is compared happens.
    for reason in ("queue_full", "lost", "link_down", "node_down"):
        assert sum(one.undelivered[reason] for one in expected) >= 40, reason
    found = differences(program(small_networks.with_everything(), REPLICATIONS), expected)
    assert {name: z for name, z in found.items() if abs(z) > MAX_Z} == {}


def test_a_difference_of_one_percent_in_loss_would_be_seen(expected: list[Outcome]) -> None:
    network = small_networks.with_everything(loss=0.13)
    more = [run_processes(network, network.routes(), seed) for seed in range(REPLICATIONS)]
    assert abs(differences(more, expected)["retransmissions"]) > MAX_Z


def test_nspy_agrees_on_its_part() -> None:
    if not nspy_model.is_installed():
        pytest.skip('ns.py is not installed: pip install -c constraints.txt ".[benchmark]"')
    # Loss stays: what ns.py loses is not repeated.
    network = small_networks.with_everything().without_failures_and_repetition()
    network = replace(network, streams=tuple(replace(one, interval_s=0.8) for one in network.streams))
    routes = network.routes()
    ours = [run_processes(network, routes, seed) for seed in range(REPLICATIONS)]
    theirs = [nspy_model.run_nspy(network, routes, seed + 1000) for seed in range(REPLICATIONS)]
    found = differences(theirs, ours)
    assert found["mean latency, s"] == pytest.approx(0.0, abs=MAX_Z)
    assert found["delivered share"] == pytest.approx(0.0, abs=MAX_Z)


def test_daytone_agrees_on_its_part(tmp_path: Path) -> None:
    if daytone_model.program() is None:
        pytest.skip('daytone is not installed: pip install -c constraints.txt ".[benchmark]"')
    for queue_limit in (20, 200):
        network = small_networks.without_chance(queue_limit)
        ours = run_processes(network, network.routes(), 1)
        theirs = daytone_model.run_daytone(network, tmp_path)
        assert (theirs.sent, theirs.delivered) == (ours.sent, ours.delivered)
    # The line to the sink is overloaded: with a short queue it refuses one or the other of two that come in
    # one nanosecond, to which daytone rounds, so latencies are the same where the queue is never full.
    assert theirs.latency_s == pytest.approx(ours.latency_s, rel=1e-6)


def test_daytone_is_given_the_network_as_it_reads_it(tmp_path: Path) -> None:
    text = daytone_model.configuration(small_networks.without_chance(20), tmp_path)
    assert "port_rate = 48000.0\ncapacity = 20\n" in text
    assert text.count("[[flow]]") == 5
    assert "graph = [[4, 8]]" in text
    with pytest.raises(ValueError, match="equal ports only"):
        daytone_model.configuration(small_networks.two_into_one(), tmp_path)


def test_nspy_refuses_what_it_cannot_express() -> None:
    network = small_networks.two_into_one_with_failures()
    if nspy_model.is_installed():
        with pytest.raises(ValueError, match="no failures"):
            nspy_model.run_nspy(network, network.routes(), 1)
    assert network.without_failures_and_repetition().failures == ()


def test_a_network_comes_back_from_its_scenario_file(tmp_path: Path) -> None:
    network = small_networks.with_everything()
    back = read_network(write_scenario(network, tmp_path / "network.toml"))
    assert back.stations == network.stations
    assert back.streams == network.streams
    assert back.failures == network.failures
    for one, other in zip(back.lines, network.lines, strict=True):
        for field in fields(one):
            if field.name != "jitter":
                assert getattr(one, field.name) == pytest.approx(getattr(other, field.name)), field.name
    assert back.lines[0].jitter is not None
    assert back.lines[0].jitter.mean_s == pytest.approx(network.lines[0].jitter.mean_s)


def test_the_network_file_means_to_the_programs_what_it_means_to_warnpath() -> None:
    network, scenario = read_network(), load(BENCHMARK_NETWORK)
    assert set(network.stations) == {node.id for node in scenario.node}
    links = {link.id: effective_link(scenario, link) for link in scenario.link}
    assert {one.link for one in network.lines} == set(links)
    for one in network.lines:
        link = links[one.link]
        assert one.capacity_bps == 1000.0 * float(link.capacity_kbps)
        assert one.propagation_s == pytest.approx(link.propagation_s)
        assert (one.keep_order, one.queue_limit) == (link.keep_order, link.queue_limit)
        assert one.loss == float(link.loss)
        assert link.retransmit is not None
        assert one.retry_timeout_s == float(link.retransmit.timeout_s)
        assert one.max_attempts == link.retransmit.max_attempts
        assert one.jitter is not None
        assert link.jitter is not None
        assert one.jitter.mean_s == pytest.approx(link.jitter.mean())
    # What the benchmark network is said to be: 12 sources, 4 nations, a hub, 3 sinks, 4 hops.
    assert len(network.streams) == 12
    assert len(network.stations) == 20
    assert {len(route) for route in network.routes()} == {4}
    assert sum((one.end_s - one.start_s) / one.interval_s for one in network.streams) == 12_000
