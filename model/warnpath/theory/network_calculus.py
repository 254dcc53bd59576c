"""Bounds that no message exceeds, whatever the order in which things happen.

Traffic keeps to a token bucket: at most sigma + rho t bits in any time t. A server offers a rate R after a
latency T at most. A scenario fits if one flow keeps to a bucket (a periodic flow of one size does, with sigma
of one message) and passes links in order of arrival, without loss, outage or jitter.

References
----------
Le Boudec, J.-Y. & Thiran, P. (2001). Network Calculus, chapters 1 and 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Bucket:
    """Most that may come: a burst (bit) and a rate (bit/s)."""

    burst_bits: float
    rate_bps: float

    def __add__(self, other: Bucket) -> Bucket:
        """Both together."""
        return Bucket(self.burst_bits + other.burst_bits, self.rate_bps + other.rate_bps)


@dataclass(frozen=True)
class RateLatency:
    """Least that is served: a rate (bit/s) after a latency (s)."""

    rate_bps: float
    latency_s: float


def delay_bound_s(flow: Bucket, servers: Sequence[RateLatency]) -> float:
    """Longest delay through servers in a row, the burst paid once: sum of T + sigma / least R (s).

    Fluid: a store-and-forward hop adds the transmission of one message at every hop but the last
    (`packet_delay_bound_s`).

    Raises
    ------
    ValueError
        If a server is slower than the flow.
    """
    slowest = _slowest(flow, servers)
    return sum(server.latency_s for server in servers) + flow.burst_bits / slowest


def hop_by_hop_bound_s(flow: Bucket, servers: Sequence[RateLatency]) -> float:
    """The same with the burst paid at every hop, as bounds of single hops add up: never below it (s).

    Each hop hands on a flow whose burst has grown by rho T.
    """
    _slowest(flow, servers)
    total_s = 0.0
    burst = flow.burst_bits
    for server in servers:
        total_s += server.latency_s + burst / server.rate_bps
        burst += flow.rate_bps * server.latency_s
    return total_s


def packet_delay_bound_s(flow: Bucket, servers: Sequence[RateLatency], packet_bits: float) -> float:
    """`delay_bound_s` for links that send a message on only when they have all of it (s)."""
    waiting = sum(packet_bits / server.rate_bps for server in servers[:-1])
    return delay_bound_s(flow, servers) + waiting


def backlog_bound_bits(flow: Bucket, servers: Sequence[RateLatency]) -> float:
    """Most that is under way: sigma + rho times the sum of T (bit)."""
    _slowest(flow, servers)
    return flow.burst_bits + flow.rate_bps * sum(server.latency_s for server in servers)


def residual_server(server: RateLatency, cross: Bucket) -> RateLatency:
    """What is left of a server for a flow that shares it first come first served with another.

    Rate R - rho2 after T + sigma2 / R (the member theta = T + sigma2 / R of the family of residual curves).
    """
    if cross.rate_bps >= server.rate_bps:
        raise ValueError(f"cross traffic of {cross.rate_bps!r} bit/s leaves nothing of {server.rate_bps!r}")
    latency_s = server.latency_s + cross.burst_bits / server.rate_bps
    return RateLatency(server.rate_bps - cross.rate_bps, latency_s)


def priority_delay_bound_s(flow: Bucket, rate_bps: float, longest_lower_bits: float) -> float:
    """Longest delay of the highest class on one link without preemption: (l_max + sigma) / C (s).

    One message of a lower class may just have begun.
    """
    _slowest(flow, [RateLatency(rate_bps, 0.0)])
    return (longest_lower_bits + flow.burst_bits) / rate_bps


def _slowest(flow: Bucket, servers: Sequence[RateLatency]) -> float:
    slowest = min(server.rate_bps for server in servers)
    if flow.rate_bps > slowest:
        raise ValueError(
            f"a flow of {flow.rate_bps!r} bit/s exceeds a server of {slowest!r}; there is no bound"
        )
    return slowest
