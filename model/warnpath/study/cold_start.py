"""Jobs that end sooner as Python than machine code is built for them, where none is built yet.

Kernels that route and draw, and those that hash the log, have a form in plain Python with the same results,
bit for bit; sensors, flights, filters and impacts have none. So only scenarios without a launch and without a
sensor can do without machine code. How long one takes is estimated, rather too long than too short:

- of every message of traffic one event, and four for every hop of a shortest way (two that travel, one of a
  server, one to spare); twice that with 1+1 protection, and as many as surges let be sent at their height;
- of every random or scripted outage and every contact three events and two new sets of routes;
- 60 us an event and 10 us a state and link of a route tree: twice and four times what they took at most when
  they were measured, on the machine on which building took 30 s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from warnpath.scenario import Scenario

BUILD_S: Final = 30.0
"""Time to build the program on two cores."""

MOST_S: Final = BUILD_S / 2.0
"""A job that is estimated to take longer waits for machine code."""

EVENT_S: Final = 60e-6
ROUTE_S: Final = 10e-6
EVENTS_A_HOP: Final = 4.0
EVENTS_AN_OUTAGE: Final = 3.0


def ends_sooner_as_python(scenario: Scenario, replications: int) -> bool:
    """Whether replications of a scenario end well before machine code would be built."""
    if scenario.active_launches() or any(node.sensor is not None for node in scenario.node):
        return False
    seconds = routing_seconds(scenario)
    outages = expected_outages(scenario)
    events = traffic_events(scenario) + EVENTS_AN_OUTAGE * outages
    each_s = EVENT_S * events + 2.0 * seconds * outages
    # A plan works out its routes twice.
    return 2.0 * seconds + replications * each_s <= MOST_S


def traffic_events(scenario: Scenario) -> float:
    """Events of the traffic of one replication."""
    import networkx as nx

    from warnpath.network.graph import build_graph

    graph = nx.DiGraph(build_graph(scenario))
    end_s = _end_s(scenario)
    events = 0.0
    for traffic in scenario.traffic:
        last_s = end_s if traffic.end_s is None else min(float(traffic.end_s), end_s)
        messages = max(last_s - float(traffic.start_s), 0.0) / traffic.gap_s
        for surge in scenario.surge:
            if traffic.id in surge.traffic:
                messages *= max(float(surge.factor), 1.0)
        if traffic.protection == "1+1":
            messages *= 2.0
        for source in traffic.source:
            hops = nx.single_source_shortest_path_length(graph, source)
            for destination in traffic.destination:
                events += messages * (1.0 + EVENTS_A_HOP * hops.get(destination, 1))
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


def _end_s(scenario: Scenario) -> float:
    from warnpath.engine.sensing_draws import end_of_run_s

    return end_of_run_s(scenario, 0.0)
