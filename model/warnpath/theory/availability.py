"""Elements that fail and are repaired by themselves, and messages that wait for the repair.

A scenario fits the delays if its links hold what they cannot carry (a queue is held through an outage), are
never loaded enough to queue otherwise, and fail independently with exponential times started in equilibrium
(`availability` or `mtbf_h`, with `mttr_h`). Each message must then meet each link as it is at any time, so
messages must be far apart against `mttr_h`, or only their long-run means are meant.

References
----------
Barlow, R. E. & Proschan, F. (1975). Statistical Theory of Reliability and Life Testing, chapters 3 and 7.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from scipy import optimize, special


def availability(mtbf_s: float, mttr_s: float) -> float:
    """Long-run share of the time up: MTBF / (MTBF + MTTR)."""
    if not (mtbf_s > 0.0 and mttr_s >= 0.0):
        raise ValueError(f"MTBF {mtbf_s!r} s, MTTR {mttr_s!r} s; expected above 0 and not below 0")
    return mtbf_s / (mtbf_s + mttr_s)


def availability_at(mtbf_s: float, mttr_s: float, time_s: float) -> float:
    """Probability of being up a time after being new: A + (1 - A) exp(-(xi + eta) t), times exponential.

    xi = 1 / MTBF and eta = 1 / MTTR.
    """
    up = availability(mtbf_s, mttr_s)
    return up + (1.0 - up) * math.exp(-(1.0 / mtbf_s + 1.0 / mttr_s) * time_s)


def covariance_integral_s(mtbf_s: float, mttr_s: float) -> float:
    """Sum of the covariance of being up over all lags, both ways: 2 A (1 - A) / (xi + eta) (s).

    Over the time average of a long run T its variance is this over T, which tells how long a run must be.
    """
    up = availability(mtbf_s, mttr_s)
    return 2.0 * up * (1.0 - up) / (1.0 / mtbf_s + 1.0 / mttr_s)


def held_mean_s(up: float, mttr_s: float, base_s: float = 0.0) -> float:
    """Mean delay of a message held for the repair of one link: base + (1 - A) MTTR (s)."""
    return base_s + (1.0 - up) * mttr_s


def held_quantile_s(up: float, mttr_s: float, probability: float, base_s: float = 0.0) -> float:
    """Quantile of that delay: base with probability A, else an exponential rest of the repair on top (s)."""
    if probability <= up:
        return base_s
    return base_s + mttr_s * math.log((1.0 - up) / (1.0 - probability))


def series_exceeds(up: float, mttr_s: float, links: int, delay_s: float) -> float:
    """Probability that links in series, each holding for its repair, delay a message by more than `delay_s`.

    The number of links found down is binomial; the delay then a sum of as many exponentials (Erlang). Exact,
    because each link is stationary and independent of what the others did before.

    Parameters
    ----------
    up, mttr_s : float
        Availability and MTTR (s) of every link.
    links : int
        Number of links.
    delay_s : float
        Delay, 0 or more (s).
    """
    if not 0.0 <= up <= 1.0 or links < 1 or delay_s < 0.0:
        raise ValueError(f"availability {up!r}, {links} links, delay {delay_s!r} s; expected sense in all")
    return sum(
        math.comb(links, down) * (1.0 - up) ** down * up ** (links - down)
        * float(special.gammaincc(down, delay_s / mttr_s))
        for down in range(1, links + 1)
    )  # fmt: skip


def series_mean_s(up: float, mttr_s: float, links: int) -> float:
    """Mean of that delay, links (1 - A) MTTR (s)."""
    return links * (1.0 - up) * mttr_s


def series_quantile_s(up: float, mttr_s: float, links: int, probability: float) -> float:
    """Quantile of that delay (s)."""
    if probability <= up**links:
        return 0.0
    high = mttr_s
    while series_exceeds(up, mttr_s, links, high) > 1.0 - probability:
        high *= 2.0
    return float(
        optimize.brentq(
            lambda delay_s: series_exceeds(up, mttr_s, links, delay_s) - (1.0 - probability),
            0.0,
            high,
            xtol=1e-13 * high,
            rtol=8.9e-16,
        )
    )


def duplicate_exceeds(ups: Sequence[float], mttrs_s: Sequence[float], delay_s: float) -> float:
    """Probability that the faster of copies over disjoint paths, each held for repair, takes over `delay_s`.

    All paths must be found down, and the first of their exponential repairs be longer.
    """
    down = math.prod(1.0 - up for up in ups)
    return down * math.exp(-delay_s * sum(1.0 / mttr_s for mttr_s in mttrs_s))


def duplicate_mean_s(ups: Sequence[float], mttrs_s: Sequence[float]) -> float:
    """Mean of that delay: all found down, then 1 over the sum of the repair rates (s)."""
    down = math.prod(1.0 - up for up in ups)
    return down / sum(1.0 / mttr_s for mttr_s in mttrs_s)


def shared_risk_unavailability(path_downs: Sequence[float], shared_down: float) -> float:
    """Probability that paths are all down, which fail apart and together (shared risk, RFC 4202).

    q_s + (1 - q_s) times the product of q.

    Parameters
    ----------
    path_downs : sequence of float
        Probability that each path is down by itself.
    shared_down : float
        Probability that what they share is down.
    """
    return shared_down + (1.0 - shared_down) * math.prod(path_downs)
