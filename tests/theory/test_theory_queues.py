"""Closed forms of queues against published values and second routes."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warnpath.theory import queues
from warnpath.theory.breakdowns import (
    mg1_busy_breakdowns_sojourn_s,
    mg1_idle_breakdowns_sojourn_s,
    mg1_refusing_breakdowns,
    mm1_idle_breakdowns_sojourn_s,
    mm1_losing_breakdowns,
)
from warnpath.theory.finite_queues import md1k, mm1k
from warnpath.theory.lindley import departures_s, equal_service_departures_s, lindley_waits_s
from warnpath.theory.priorities import Class, conserved_wait_s, nonpreemptive_waits_s, preemptive_sojourns_s
from warnpath.theory.tandems import (
    jackson_hop_means_s,
    jackson_mean_s,
    jackson_quantile_s,
    jackson_variance_s2,
    same_length_total_s,
    same_length_waits_s,
)

EXACT = 1e-9


# Kleinrock (1975), volume 1, chapter 3: T exponential with rate mu - lambda, P(Wq > t) = rho exp(-(mu -
# lambda) t).
@pytest.mark.parametrize(
    ("arrivals", "service", "sojourns", "waits"),
    [
        (
            0.5,
            1.0,
            (1.3862943611198906, 5.99146454710798, 9.210340371976182),
            (0.0, 4.60517018598809, 7.82404601085629),
        ),
        (
            0.8,
            1.0,
            (3.465735902799727, 14.978661367769954, 23.02585092994046),
            (2.350018146228679, 13.862943611198904, 21.910133173369406),
        ),
        (
            40.0,
            0.02,
            (0.06931471805599453, 0.299573227355399, 0.4605170185988091),
            (0.04700036292457356, 0.27725887222397805, 0.438202663467388),
        ),
    ],
)
def test_mm1_quantiles(
    arrivals: float, service: float, sojourns: tuple[float, ...], waits: tuple[float, ...]
) -> None:
    levels = (0.5, 0.95, 0.99)
    assert [queues.mm1_sojourn_quantile_s(arrivals, service, p) for p in levels] == pytest.approx(
        sojourns, rel=EXACT
    )
    assert [queues.mm1_wait_quantile_s(arrivals, service, p) for p in levels] == pytest.approx(
        waits, rel=EXACT
    )


# Erlang (1909), Crommelin; by Erlang's formula in 80 digits, and within noise of 60 x 2e6 simulated
# customers.
@pytest.mark.parametrize(
    ("arrivals", "waits"),
    [
        (0.5, (0.0, 2.050638407302648, 3.336255957002204)),
        (0.8, (1.2759398733762357, 6.620324996840726, 10.355886791994955)),
        (0.9, (3.0130475193115593, 14.128673830202132, 21.898237349540118)),
    ],
)
def test_md1_quantiles(arrivals: float, waits: tuple[float, ...]) -> None:
    found = [queues.md1_wait_quantile_s(arrivals, 1.0, p) for p in (0.5, 0.95, 0.99)]
    assert found == pytest.approx(waits, rel=EXACT)


@given(st.fractions(Fraction(1, 10), Fraction(19, 20), max_denominator=40), st.integers(0, 60))
def test_md1_distribution_by_erlangs_alternating_sum_in_exact_numbers(load: Fraction, tenths: int) -> None:
    # P(Wq <= t) = (1 - rho) sum over k <= t of (lambda (k - t))^k / k! exp(-lambda (k - t)), service 1 s. The
    # exponentials are the only rounded numbers, with 60 digits of theirs kept by integer arithmetic.
    t = Fraction(tenths, 10)
    total = Fraction(0)
    for k in range(math.floor(t) + 1):
        x = load * (k - t)
        total += x**k / math.factorial(k) * _exp(-x)
    exact = float((1 - load) * total)
    assert queues.md1_wait_probability(float(load), 1.0, float(t)) == pytest.approx(exact, rel=1e-9)


def _exp(x: Fraction) -> Fraction:
    """e^x for x >= 0, to some sixty digits."""
    term = total = Fraction(1)
    for n in range(1, 400):
        term = (term * x / n).limit_denominator(10**120)
        total += term
        if term < Fraction(1, 10**80):
            break
    return total


def test_md1_states_add_up_to_the_mean() -> None:
    # L = rho + rho^2 / (2 (1 - rho)) (Pollaczek and Khinchine).
    states = queues.md1_states(0.7, 1.0, 200)
    assert math.fsum(states) == pytest.approx(1.0, rel=1e-12)
    mean = math.fsum(n * p for n, p in enumerate(states))
    assert mean == pytest.approx(0.7 + 0.49 / 0.6, rel=1e-12)
    assert queues.md1_wait_probability(0.7, 1.0, 0.0) == pytest.approx(0.3, rel=1e-12)
    assert queues.md1_wait_probability(0.7, 1.0, -1.0) == 0.0


def test_mg1_with_erlang_service() -> None:
    # Two exponential phases: E[S^2] = 1.5, E[S^3] = 3 (rates 2: k (k + 1) (k + 2) / 8).
    assert queues.mg1_wait_variance_s2(0.8, 1.0, 1.5, 3.0) == pytest.approx(13.0, rel=EXACT)


# Erlang's B by its recursion, C = B / (1 - rho (1 - B)).
@pytest.mark.parametrize(
    ("servers", "offered", "blocking", "waiting", "wait"),
    [
        (2, 1.6, 0.32989690721649484, 0.7111111111111112, 1.7777777777777786),
        (5, 4.0, 0.19906687402799378, 0.5541125541125543, 0.5541125541125543),
        (10, 8.0, 0.1216610642529515, 0.40918015079644354, 0.20459007539822177),
    ],
)
def test_mmc(servers: int, offered: float, blocking: float, waiting: float, wait: float) -> None:
    assert queues.erlang_b(offered, servers) == pytest.approx(blocking, rel=EXACT)
    assert queues.erlang_c(offered, servers) == pytest.approx(waiting, rel=EXACT)
    assert queues.mmc_wait_s(offered, 1.0, servers) == pytest.approx(wait, rel=EXACT)
    # The sum a^c / c! / sum of a^n / n! by hand, and a single server, where C is the load.
    by_hand = offered**servers / math.factorial(servers)
    by_hand /= sum(offered**n / math.factorial(n) for n in range(servers + 1))
    assert queues.erlang_b(offered, servers) == pytest.approx(by_hand, rel=EXACT)
    assert queues.mmc_wait_s(0.7, 1.0, 1) == pytest.approx(queues.mm1_wait_s(0.7, 1.0), rel=EXACT)


def test_finite_queues() -> None:
    # M/M/1/5: Kleinrock; M/D/1/5: embedded chain, and M/E_k/1/5 for k = 100, 200 extrapolated. K counts the
    # one in service.
    exponential = mm1k(0.8, 1.0, 5)
    assert exponential.loss == pytest.approx(0.08881949865556424, rel=EXACT)
    assert exponential.mean_number == pytest.approx(1.8683320322664587, rel=EXACT)
    assert exponential.sojourn_s == pytest.approx(2.563065207044265, rel=EXACT)
    assert exponential.throughput_per_s == pytest.approx(0.7289444010755486, rel=EXACT)
    constant = md1k(0.8, 1.0, 5)
    assert constant.loss == pytest.approx(0.03529039643618077, rel=EXACT)
    assert constant.mean_number == pytest.approx(1.7053492431018, rel=EXACT)
    assert constant.sojourn_s == pytest.approx(2.2096665628728043, rel=EXACT)


@pytest.mark.parametrize("load", [0.3, 1.0, 1.2])
def test_finite_queues_with_room_for_one_or_for_many(load: float) -> None:
    # Room for one: whatever the service, rho / (1 + rho) is lost (Erlang's B). Overload: what exceeds 1.
    assert mm1k(load, 1.0, 1).loss == pytest.approx(load / (1.0 + load), rel=EXACT)
    assert md1k(load, 1.0, 1).loss == pytest.approx(load / (1.0 + load), rel=EXACT)
    if load > 1.0:
        assert md1k(load, 1.0, 100).loss == pytest.approx(1.0 - 1.0 / load, rel=1e-6)
        assert mm1k(load, 1.0, 200).loss == pytest.approx(1.0 - 1.0 / load, rel=1e-6)


def test_jackson_tandems() -> None:
    # Burke, Reich: independent exponential sojourns, rates mu - lambda.
    services = [1.0, 1.25, 0.8]
    assert jackson_hop_means_s(0.5, services) == pytest.approx([2.0, 10 / 3, 4 / 3], rel=EXACT)
    assert jackson_mean_s(0.5, services) == pytest.approx(6.666666666666667, rel=EXACT)
    assert jackson_variance_s2(0.5, services) == pytest.approx(16.88888888888889, rel=EXACT)
    quantiles = [jackson_quantile_s(0.5, services, p) for p in (0.5, 0.95, 0.99)]
    assert quantiles == pytest.approx([5.8086641723638985, 14.54200748265105, 20.04171523743641], rel=EXACT)
    services = [0.02, 0.025, 1 / 60, 0.01]
    quantiles = [jackson_quantile_s(30.0, services, p) for p in (0.5, 0.95, 0.99)]
    assert quantiles == pytest.approx(
        [0.17254451758511147, 0.42310034688051634, 0.585449095313213], rel=EXACT
    )


def test_jackson_tandem_of_equal_hops_is_erlang() -> None:
    # Sum of three exponentials of mean 2: 95 % quantile 2 x 6.295793622 (gamma of shape 3, table).
    assert jackson_quantile_s(0.5, [1.0, 1.0, 1.0], 0.95) == pytest.approx(2 * 6.295793622, rel=1e-9)


def test_tandem_of_one_length() -> None:
    # Friedman (1965): all queueing is at the slowest hop.
    assert same_length_waits_s(0.8, [1.0, 1.0, 1.0]) == pytest.approx([2.0, 0.0, 0.0], rel=EXACT)
    assert same_length_total_s(0.8, [1.0, 1.0, 1.0]) == pytest.approx(5.0, rel=EXACT)
    assert same_length_waits_s(0.8, [1.0, 0.5, 0.25]) == pytest.approx([2.0, 0.0, 0.0], rel=EXACT)
    assert same_length_total_s(0.8, [1.0, 0.5, 0.25]) == pytest.approx(3.75, rel=EXACT)
    with pytest.raises(ValueError, match="a later hop is slower"):
        same_length_waits_s(0.8, [0.5, 1.0])


@given(
    st.lists(st.floats(0.01, 3.0), min_size=1, max_size=40),
    st.permutations([0.3, 0.7, 1.0]),
)
def test_friedmans_reduction_holds_message_by_message(gaps: list[float], services: list[float]) -> None:
    # The last departure depends on the set of fixed services, not on their order.
    arrivals = list(accumulate(gaps))

    def through(hops: list[float]) -> list[float]:
        times = arrivals
        for service in hops:
            times = departures_s(times, [service] * len(times))
        return times

    assert through(services) == pytest.approx(through([1.0, 0.7, 0.3]), abs=1e-9)


# Cobham; Kleinrock volume 2, chapter 3; waits without preemption, sojourns with it, conserved sum.
@pytest.mark.parametrize(
    ("classes", "waits", "sojourns", "conserved"),
    [
        (
            [(0.2, 1, 2), (0.5, 1, 2)],
            [0.875, 2.9166666666666665],
            [1.25, 4.166666666666667],
            1.6333333333333333,
        ),
        (
            [(0.1, 1, 2), (0.3, 1, 2), (0.4, 1, 2)],
            [0.888888888888889, 1.4814814814814814, 6.666666666666669],
            [1.1111111111111112, 1.8518518518518519, 8.333333333333336],
            3.2,
        ),
        (
            [(0.2, 1, 1), (0.5, 1, 1)],
            [0.4375, 1.4583333333333333],
            [1.125, 2.7083333333333335],
            0.8166666666666667,
        ),
        (
            [(0.2, 0.5, 0.5), (0.5, 1.2, 1.44)],
            [0.4555555555555555, 1.518518518518518],
            [0.5555555555555556, 2.851851851851851],
            0.9566666666666663,
        ),
    ],
)
def test_priorities(
    classes: list[tuple[float, float, float]], waits: list[float], sojourns: list[float], conserved: float
) -> None:
    given_classes = [Class(*each) for each in classes]
    found = nonpreemptive_waits_s(given_classes)
    assert found == pytest.approx(waits, rel=EXACT)
    assert preemptive_sojourns_s(given_classes) == pytest.approx(sojourns, rel=EXACT)
    assert conserved_wait_s(given_classes) == pytest.approx(conserved, rel=EXACT)
    weighted = sum(each.load * wait for each, wait in zip(given_classes, found, strict=True))
    assert weighted == pytest.approx(conserved, rel=EXACT)


def test_one_class_is_a_plain_queue() -> None:
    alone = [Class(0.6, 1.0, 1.5)]
    assert nonpreemptive_waits_s(alone) == pytest.approx([queues.mg1_wait_s(0.6, 1.0, 1.5)], rel=EXACT)
    assert preemptive_sojourns_s(alone) == pytest.approx([1.0 + queues.mg1_wait_s(0.6, 1.0, 1.5)], rel=EXACT)
    with pytest.raises(ValueError, match=r"utilisation is 1\.2"):
        nonpreemptive_waits_s([Class(0.6, 1.0, 1.0), Class(0.6, 1.0, 1.0)])


def test_lindley() -> None:
    arrivals, services = [0, 1, 1.5, 2, 6, 6.1, 9], [1.2, 0.7, 2, 0.3, 1.5, 0.4, 1]
    assert lindley_waits_s(arrivals, services) == pytest.approx([0, 0.2, 0.4, 1.9, 0, 1.4, 0], abs=1e-12)
    assert departures_s(arrivals, services) == pytest.approx([1.2, 1.9, 3.9, 4.2, 7.5, 7.9, 10], rel=1e-12)
    with pytest.raises(ValueError, match="go back in time"):
        lindley_waits_s([1, 0], [1, 1])


def qbd_mean_number(
    arrivals: float, serving: float, failing: float, repairing: float, *, idle: bool
) -> float:
    """Mean number in M/M/1 with breakdowns, by the matrix-geometric method: states (number, up or down)."""
    up = np.diag([arrivals, arrivals])
    down = np.diag([serving, 0.0])
    switching = np.array([[-failing, failing], [repairing, -repairing]])
    level = switching - up - down
    bottom = (switching if idle else np.array([[0.0, 0.0], [repairing, -repairing]])) - up
    ratio = np.zeros((2, 2))
    for _ in range(20_000):
        new = -(up + ratio @ ratio @ down) @ np.linalg.inv(level)
        if np.abs(new - ratio).max() < 1e-16:
            break
        ratio = new
    # Boundary: pi0 (bottom + R down) = 0, and pi0 (I - R)^-1 1 = 1.
    inverse = np.linalg.inv(np.eye(2) - ratio)
    equations = np.vstack([(bottom + ratio @ down).T, (inverse @ np.ones(2))])
    start = np.linalg.lstsq(equations, np.array([0.0, 0.0, 1.0]), rcond=None)[0]
    return float(start @ ratio @ inverse @ inverse @ np.ones(2))


def test_breakdowns_both_ways() -> None:
    # White & Christie, Gaver, Avi-Itzhak & Naor: 6 s if the server can fail while idle, 5 s if only while
    # busy.
    outage = (20.0, 5.0)
    assert mm1_idle_breakdowns_sojourn_s(0.5, 1.0, *outage) == pytest.approx(6.0, rel=EXACT)
    assert mg1_idle_breakdowns_sojourn_s(0.5, 1.0, 2.0, outage) == pytest.approx(6.0, rel=EXACT)
    assert mg1_busy_breakdowns_sojourn_s(0.5, 1.0, 2.0, outage) == pytest.approx(5.0, rel=EXACT)


@given(st.floats(0.05, 0.9), st.floats(0.1, 5.0), st.floats(0.2, 3.0))
def test_breakdowns_against_the_matrix_geometric_method(load: float, mtbf: float, mttr: float) -> None:
    arrivals = 0.9 * load * mtbf / (mtbf + mttr)
    rates = arrivals, 1.0, 1.0 / mtbf, 1.0 / mttr
    idle = qbd_mean_number(*rates, idle=True) / arrivals
    busy = qbd_mean_number(*rates, idle=False) / arrivals
    assert mm1_idle_breakdowns_sojourn_s(arrivals, 1.0, mtbf, mttr) == pytest.approx(idle, rel=1e-6)
    assert mg1_idle_breakdowns_sojourn_s(arrivals, 1.0, 2.0, (mtbf, mttr)) == pytest.approx(idle, rel=1e-6)
    assert mg1_busy_breakdowns_sojourn_s(arrivals, 1.0, 2.0, (mtbf, mttr)) == pytest.approx(busy, rel=1e-6)


def test_breakdowns_of_a_constant_service_against_a_direct_simulation() -> None:
    # A sum over a path drawn here: work ahead served at rate 1 while up, arrivals Poisson. 200 batches.
    generator = np.random.default_rng(7)
    sojourns = constant_service_path(generator, 400_000)
    batches = sojourns.reshape(200, -1).mean(axis=1)
    error = batches.std(ddof=1) / math.sqrt(len(batches))
    exact = mg1_idle_breakdowns_sojourn_s(0.5, 1.0, 1.0, (20.0, 5.0))
    assert abs(batches.mean() - exact) < 4.0 * error
    assert error < 0.03 * exact


def constant_service_path(generator: np.random.Generator, count: int) -> np.ndarray:
    """Sojourns of messages of 1 s of service, 0.5 a second, at a server up 20 s and down 5 s in the mean."""
    arrivals = np.cumsum(generator.exponential(2.0, count))
    spans = np.empty(2 * int(arrivals[-1] / 25 * 1.2) + 1000)
    spans[0::2] = generator.exponential(20.0, len(spans) // 2)
    spans[1::2] = generator.exponential(5.0, len(spans) // 2)
    ends = np.concatenate([[0.0], np.cumsum(spans)])
    served = np.concatenate([[0.0], np.cumsum(np.where(np.arange(len(spans)) % 2 == 0, spans, 0.0))])
    # In the clock that runs only while up, the server is a plain one.
    own = np.interp(arrivals, ends, served)
    done = np.array(departures_s(own.tolist(), [1.0] * count))
    span = np.searchsorted(served, done, side="left") - 1
    return ends[span] + (done - served[span]) - arrivals


@pytest.mark.parametrize(
    "call",
    [
        lambda: mm1_idle_breakdowns_sojourn_s(0.9, 1.0, 20.0, 5.0),
        lambda: mg1_idle_breakdowns_sojourn_s(0.9, 1.0, 1.0, (20.0, 5.0)),
        lambda: queues.erlang_b(-1.0, 2),
        lambda: queues.mmc_wait_s(2.0, 1.0, 2),
        lambda: mm1k(0.0, 1.0, 5),
        lambda: md1k(0.5, 1.0, 0),
        lambda: jackson_quantile_s(0.5, [1.0], 1.0),
        lambda: mg1_busy_breakdowns_sojourn_s(0.9, 1.0, 2.0, (20.0, 5.0)),
    ],
)
def test_what_never_settles_or_makes_no_sense_is_refused(call: object) -> None:
    with pytest.raises(ValueError, match=r"expected|settles"):
        call()  # type: ignore[operator]


@pytest.mark.parametrize("only_busy", [False, True])
def test_breakdowns_that_lose_what_is_in_service_against_a_truncated_chain(only_busy: bool) -> None:
    # The same chain with room for 400, solved as a whole: states (number, up or down).
    coming, serving, failing, repairing, size = 0.5, 1.0, 1 / 20, 1 / 5, 400
    rates = np.zeros((2 * size, 2 * size))
    for n in range(size):
        up, down = 2 * n, 2 * n + 1
        if n + 1 < size:
            rates[up, up + 2] = rates[down, down + 2] = coming
        rates[down, up] = repairing
        if n > 0:
            rates[up, up - 2] = serving
            rates[up, down - 2] = failing
        elif not only_busy:
            rates[up, down] = failing
    rates -= np.diag(rates.sum(axis=1))
    equations = np.vstack([rates.T, np.ones(2 * size)])
    states = np.linalg.lstsq(equations, np.append(np.zeros(2 * size), 1.0), rcond=None)[0].reshape(size, 2)
    numbers = np.arange(size)
    waiting = numbers @ states[:, 1] + np.maximum(numbers - 1, 0) @ states[:, 0]
    time_s, lost = mm1_losing_breakdowns(coming, 1.0, 20.0, 5.0, only_busy=only_busy)
    assert time_s == pytest.approx(waiting / coming + 1.0 / (serving + failing), rel=1e-9)
    assert lost == pytest.approx(failing * states[1:, 0].sum() / coming, rel=1e-9)


def test_breakdowns_that_refuse() -> None:
    # In the clock of uptime an M/M/1 of W = 2 s; 20 s up and 5 s down: a quarter longer. A fifth of all time
    # is down, or 0.5 x 0.25 / (1 + 0.5 x 0.25) if it fails only while busy.
    assert mg1_refusing_breakdowns(0.5, 1.0, 2.0, (20.0, 5.0), only_busy=False) == pytest.approx((2.5, 0.2))
    assert mg1_refusing_breakdowns(0.5, 1.0, 2.0, (20.0, 5.0), only_busy=True) == pytest.approx((2.5, 1 / 9))


def test_equal_services_all_at_once_are_the_recursion() -> None:
    generator = np.random.default_rng(3)
    arrivals = np.cumsum(generator.exponential(1.3, 500))
    one_by_one = departures_s(arrivals.tolist(), [1.0] * 500)
    assert equal_service_departures_s(arrivals, 1.0) == pytest.approx(one_by_one, rel=1e-12)
