"""Jobs that end sooner as Python than machine code is built for them, where none is built yet.

Kernels that route and draw, and those that hash the log, have a form in plain Python with the same results,
bit for bit; sensors, flights, filters and impacts have none. So only scenarios without a launch and without a
sensor can do without machine code. How long a job takes is estimated, rather too long than too short:

- of every message of traffic one event, and four for every hop and attempt of the quickest way (two that
  travel, one of a server, one to spare); twice that with 1+1 protection, and as many as surges let be sent at
  their height;
- of every random or scripted outage and every contact three events and two new sets of routes;
- 40 us an event, 80 us a node and link for a replication to begin, and 10 us a state and link of a route
  tree: what they took at most when they were measured, on the machine on which building took 30 s.

These are seconds of that machine. Another one takes longer, or less long, for all of them alike, so that what
decides is their ratio: building takes as long as about 750,000 events.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import networkx as nx

if TYPE_CHECKING:
    from warnpath.scenario import Scenario
    from warnpath.scenario.resolve_links import EffectiveLink

Work: TypeAlias = "Iterable[tuple[Scenario, int]]"
"""Scenarios of a job, each with the number of its replications; 0 if it is only to be planned."""

BUILD_S: Final = 30.0
"""Time to build the program on two cores. A job that is estimated to take longer waits for it."""

EVENT_S: Final = 40e-6
BEGIN_S: Final = 80e-6
ROUTE_S: Final = 10e-6
EVENTS_A_HOP: Final = 4.0
EVENTS_AN_OUTAGE: Final = 3.0
LEAST_MEMORY_MB: Final = 2000.0
"""What such a job may need, in objects of Python; a lower limit is for machine code, which needs less."""


def ends_sooner_as_python(work: Work) -> bool:
    """Whether a job ends before machine code would be built; no more of it is looked at than that takes."""
    seconds = 0.0
    for scenario, replications in work:
        seconds += python_seconds(scenario, replications)
        if seconds > BUILD_S:
            return False
    return True


def python_seconds(scenario: Scenario, replications: int) -> float:
    """Time to plan a scenario and run its replications as plain Python; infinite if that cannot be."""
    from warnpath.scenario import ScenarioError

    if scenario.active_launches() or any(node.sensor is not None for node in scenario.node):
        return math.inf
    try:
        # A plan works out its routes twice.
        seconds = 2.0 * routing_seconds(scenario)
        if replications == 0 or seconds > BUILD_S:
            return seconds
        outages = expected_outages(scenario)
        events = traffic_events(scenario) + EVENTS_AN_OUTAGE * outages
    except ScenarioError:  # it cannot be planned, which is told without a kernel
        return 0.0
    begin_s = BEGIN_S * (len(scenario.node) + len(scenario.link))
    return seconds + replications * (begin_s + EVENT_S * events + seconds * outages)


def routing_ends_sooner_as_python(scenario: Scenario, times: int) -> bool:
    """Whether all routes of a scenario are worked out so often before machine code would be built."""
    from warnpath.scenario import ScenarioError

    try:
        return times * routing_seconds(scenario) <= BUILD_S
    except ScenarioError:  # as above
        return True


def traffic_events(scenario: Scenario) -> float:
    """Events of the traffic of one replication."""
    end_s = _end_s(scenario)
    ways = _Ways(scenario)
    is_doubled = any(link.protection == "1+1" for link in scenario.link)
    events = 0.0
    for traffic in scenario.traffic:
        last_s = end_s if traffic.end_s is None else min(float(traffic.end_s), end_s)
        messages = max(last_s - float(traffic.start_s), 0.0) / traffic.gap_s
        for surge in scenario.surge:
            if traffic.id in surge.traffic:
                messages *= max(float(surge.factor), 1.0)
        if is_doubled or traffic.protection == "1+1":
            messages *= 2.0
        for destination in traffic.destination:
            attempts = ways.attempts(destination)
            for source in traffic.source:
                events += messages * (1.0 + EVENTS_A_HOP * attempts.get(source, 1.0))
    return events


def expected_outages(scenario: Scenario) -> float:
    """Outages and contacts of one replication."""
    from warnpath.scenario import effective_link
    from warnpath.scenario.lives import lives, risk_lives

    count = float(len(scenario.outage))
    end_s = _end_s(scenario)
    if scenario.run.random_outages:
        found = [*lives(scenario).values(), *(life for life, _ in risk_lives(scenario).values())]
        count += sum(1.0 + end_s / (life.failure.mean() + life.repair.mean()) for life in found)
    for link in scenario.link:
        found_here = effective_link(scenario, link)
        every_s = found_here.contact_every_s
        times = 1.0 if every_s is None else 1.0 + end_s / float(every_s)
        count += times * len(found_here.contacts or ())
    return count


def routing_seconds(scenario: Scenario) -> float:
    """Time to work out all routes once."""
    from warnpath.network.flows import standard_flows
    from warnpath.network.release import build_policy

    flows = standard_flows(scenario, build_policy(scenario))
    trees = len({(flow.destination, flow.labels, flow.on_request) for flow in flows})
    clearances = 2.0 ** len({node.nation for node in scenario.node})
    return ROUTE_S * trees * clearances * (len(scenario.node) + 2.0 * len(scenario.link))


class _Ways:
    """The quickest ways through a network in which nothing has failed, whatever the sharing policy."""

    def __init__(self, scenario: Scenario) -> None:
        from warnpath.network.graph import build_graph
        from warnpath.scenario import effective_link

        graph = build_graph(scenario)
        self._forwards: dict[str, bool] = dict(graph.nodes(data="transit"))
        self._back: Any = nx.DiGraph()
        self._found: dict[str, dict[str, float]] = {}
        self._back.add_nodes_from(graph)
        tries = {link.id: attempts(effective_link(scenario, link)) for link in scenario.link}
        for tail, head, name, edge in graph.edges(keys=True, data=True):
            latency_s = edge["latency_s"] + edge["penalty_s"]
            known = self._back.get_edge_data(head, tail)
            if known is None or latency_s < known["latency_s"]:
                self._back.add_edge(head, tail, latency_s=latency_s, attempts=tries[name])

    def attempts(self, destination: str) -> dict[str, float]:
        """Transmissions of a message to a destination, by the node that it starts from."""
        if destination not in self._found:

            def latency_s(after: str, _: str, edge: dict[str, float]) -> float | None:
                return edge["latency_s"] if after == destination or self._forwards[after] else None

            steps, nearest_first = nx.dijkstra_predecessor_and_distance(
                self._back, destination, weight=latency_s
            )
            found = {destination: 0.0}
            for node in nearest_first:
                for after in steps[node][:1]:
                    found[node] = found[after] + self._back.edges[after, node]["attempts"]
            self._found[destination] = found
        return self._found[destination]


def attempts(link: EffectiveLink) -> float:
    """Mean number of transmissions of a message over a link: (1 - q^m) / (1 - q) with loss q, at most m."""
    repeat = link.retransmit
    if repeat is None:
        return 1.0
    loss = float(link.loss) if link.burst_loss is None else link.burst_loss.mean_loss
    most = float(repeat.max_attempts)
    return most if loss >= 1.0 else min((1.0 - loss**most) / (1.0 - loss), most)


def _end_s(scenario: Scenario) -> float:
    from warnpath.engine.sensing_draws import end_of_run_s

    return end_of_run_s(scenario, 0.0)
