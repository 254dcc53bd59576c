from __future__ import annotations

from fractions import Fraction

import pytest

from warnpath.theory.confirmation import confirmation_mean_scans, first_detection_mean_s
from warnpath.theory.queues import md1_wait_s, mg1_wait_s, mm1_wait_s
from warnpath.theory.retransmission import delivery_probability, stop_and_wait_mean_s, stop_and_wait_sd_s


# Kleinrock (1975), volume 1, chapter 3: Wq = rho / (mu - lambda).
@pytest.mark.parametrize(
    ("arrivals", "service", "wait"),
    [(0.5, 1.0, 1.0), (0.8, 1.0, 4.0), (0.9, 1.0, 9.0), (40.0, 0.02, 0.08)],
)
def test_mm1(arrivals: float, service: float, wait: float) -> None:
    assert mm1_wait_s(arrivals, service) == pytest.approx(wait, rel=1e-12)


# Erlang (1909); Kleinrock (1975), chapter 5.
@pytest.mark.parametrize(("arrivals", "wait"), [(0.5, 0.5), (0.8, 2.0), (0.9, 4.5)])
def test_md1(arrivals: float, wait: float) -> None:
    assert md1_wait_s(arrivals, 1.0) == pytest.approx(wait, rel=1e-12)


def test_mg1_with_erlang_service() -> None:
    # Two exponential phases, squared coefficient of variation 0.5: E[S^2] = 1.5; Pollaczek and Khinchine.
    assert mg1_wait_s(0.8, 1.0, 1.5) == pytest.approx(3.0, rel=1e-12)


def test_a_queue_that_cannot_keep_up_has_no_mean_wait() -> None:
    with pytest.raises(ValueError, match=r"utilisation is 1\.2"):
        md1_wait_s(0.4, 3.0)
    with pytest.raises(ValueError, match="expected no negative value"):
        mm1_wait_s(-0.4, 1.0)


# Delay 0.25 s, time-out 1 s: d + t p / (1 - p), variance t^2 p / (1 - p)^2 of a geometric number of attempts.
@pytest.mark.parametrize(
    ("loss", "mean", "variance"),
    [(0.1, 0.3611111111111111, 0.12345679012345678), (0.3, 0.6785714285714286, 0.6122448979591837)],
)
def test_stop_and_wait(loss: float, mean: float, variance: float) -> None:
    assert stop_and_wait_mean_s(0.25, 1.0, loss) == pytest.approx(mean, rel=1e-12)
    assert stop_and_wait_sd_s(1.0, loss) ** 2 == pytest.approx(variance, rel=1e-12)


def test_stop_and_wait_with_a_limit_is_a_mean_over_the_attempts() -> None:
    loss, limit = 0.3, 4
    weights = [loss**number * (1 - loss) for number in range(limit)]
    delivered = 1 - loss**limit
    by_hand = sum(weight * (0.25 + 1.0 * number) for number, weight in enumerate(weights)) / delivered
    assert stop_and_wait_mean_s(0.25, 1.0, loss, limit) == pytest.approx(by_hand, rel=1e-12)
    assert delivery_probability(loss, limit) == pytest.approx(sum(weights), rel=1e-12)
    assert delivery_probability(loss) == 1.0
    assert stop_and_wait_mean_s(0.25, 1.0, loss, 1) == pytest.approx(0.25, rel=1e-12)


def test_retransmission_refuses_what_never_arrives() -> None:
    with pytest.raises(ValueError, match=r"loss is 1\.0"):
        stop_and_wait_mean_s(0.25, 1.0, 1.0)
    with pytest.raises(ValueError, match="max_attempts is 0"):
        delivery_probability(0.3, 0)


# Feller (1968), chapters XIII and XV: absorbing chain solved in exact fractions; 2 of 2 is (1 + p) / p^2.
@pytest.mark.parametrize(
    ("hits", "scans", "probability", "exact"),
    [
        (2, 3, Fraction(9, 10), Fraction(1990, 891)),
        (3, 5, Fraction(9, 10), Fraction(29693798290, 8893879461)),
        (2, 2, Fraction(4, 5), Fraction(45, 16)),
        (3, 3, Fraction(9, 10), Fraction(2710, 729)),
        (2, 4, Fraction(1, 2), Fraction(30, 7)),
        (1, 1, Fraction(3, 10), Fraction(10, 3)),
        (1, 4, Fraction(3, 10), Fraction(10, 3)),
    ],
)
def test_confirmation(hits: int, scans: int, probability: Fraction, exact: Fraction) -> None:
    assert confirmation_mean_scans(hits, scans, probability) == exact
    assert confirmation_mean_scans(hits, scans, float(probability)) == pytest.approx(float(exact), rel=1e-12)


@pytest.mark.parametrize("hits", [1, 2, 3])
def test_confirmation_by_a_sure_sensor_takes_as_many_scans_as_hits(hits: int) -> None:
    assert confirmation_mean_scans(hits, 5, 1.0) == hits


def test_confirmation_refuses_impossible_rules() -> None:
    with pytest.raises(ValueError, match="rule 4 of 3"):
        confirmation_mean_scans(4, 3, 0.9)
    with pytest.raises(ValueError, match="probability of detection is 0"):
        confirmation_mean_scans(2, 3, 0.0)


# Uniform phase plus a geometric number of scans.
@pytest.mark.parametrize(
    ("period", "probability", "mean"),
    [(10.0, 0.9, 6.111111111111111), (6.0, 0.7, 5.571428571428572), (12.0, 0.5, 18.0)],
)
def test_first_detection(period: float, probability: float, mean: float) -> None:
    assert first_detection_mean_s(period, probability) == pytest.approx(mean, rel=1e-12)
