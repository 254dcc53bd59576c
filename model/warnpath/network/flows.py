"""Who sends what to whom: the flows of a scenario that need routes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from warnpath.network.release import Labels, Policy, alert_label, label_classes, owner

if TYPE_CHECKING:
    from warnpath.scenario import Scenario, Traffic


@dataclass(frozen=True, order=True)
class Flow:
    """Data of one kind from one node to another.

    Attributes
    ----------
    kind : str
        ``sensor`` (sensor to its C2), ``report`` (C2 to a deciding C2), ``answer`` (the same, by a person on
        request), ``request`` (the asking), ``alert`` (deciding C2 to consumer), ``traffic`` (what is sent
        besides), or a user's word.
    source, destination : str
        Node ids.
    labels : tuple of str
        Labels of the data, sorted; none is data for everybody.
    derived : bool
        True if the source made the data from data it received, so it may hold it whatever the label.
    on_request : bool
        True if on-request releases may be used.
    protected : bool
        True if its own traffic asks for 1+1 protection; links and sharing rules may ask for it besides.
    """

    kind: str
    source: str
    destination: str
    labels: Labels = ()
    derived: bool = False
    on_request: bool = False
    protected: bool = False


def standard_flows(scenario: Scenario, policy: Policy) -> tuple[Flow, ...]:
    """Flows that warning needs, sorted.

    Sensors report to their C2; every C2 with sensors reports to every other C2 that decides; deciding C2s
    alert their consumers. Where only a rule on request releases the data, the deciding C2 asks and a person
    answers. The scenario's traffic goes from each of its sources to each of its destinations.
    A flow is listed whether or not the policy lets it through: that is for the routes to say.
    """
    classes = label_classes(scenario)
    deciders = sorted(node.id for node in scenario.node if node.decides)
    flows = set()
    for node in scenario.node:
        if node.role == "sensor" and node.sensor is not None:
            flows.add(Flow("sensor", node.id, node.sensor.reports_to, (node.label,)))
        if node.role == "consumer" and node.consumer is not None:
            decider = node.consumer.decided_by
            label = alert_label(policy.nation_of.get(decider, node.nation))
            flows.add(Flow("alert", decider, node.id, (label,)))
    for origin in origins(scenario):
        for decider in deciders:
            if origin == decider:
                continue
            flows.add(Flow("report", origin, decider, classes[origin], derived=True))
            if _needs_request(policy, classes[origin], policy.nation_of[decider]):
                flows.add(Flow("request", decider, origin))
                flows.add(Flow("answer", origin, decider, classes[origin], derived=True, on_request=True))
    for traffic in scenario.traffic:
        flows.update(traffic_flows(scenario, traffic))
    return tuple(sorted(flows))


def traffic_flows(scenario: Scenario, traffic: Traffic) -> tuple[Flow, ...]:
    """Flows of one entry of traffic, in the order of its pairs."""
    protected = traffic.protection == "1+1"
    return tuple(
        Flow(
            "traffic",
            source,
            destination,
            traffic.labels(scenario.node_by_id(source)),
            protected=protected,
        )
        for source, destination in traffic.pairs()
    )


def origins(scenario: Scenario) -> tuple[str, ...]:
    """C2s with sensors of their own, sorted: the origins of tracks."""
    return tuple(
        sorted({node.sensor.reports_to for node in scenario.node if node.role == "sensor" and node.sensor})
    )


def _needs_request(policy: Policy, labels: Labels, nation: str) -> bool:
    """Whether data can come to a nation only with the help of rules that release on request."""
    if not any(grant.on_request for grant in policy.grants if grant.label in labels):
        return False
    automatic = {g.label for g in policy.grants if g.nation == nation and not g.on_request}
    return any(owner(label) != nation and label not in automatic for label in labels)
