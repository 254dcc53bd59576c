"""What a scenario comes to for theory: flows, what serves them, what disturbs them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from warnpath.network.flows import Flow, traffic_flows
from warnpath.network.graph import build_graph
from warnpath.network.release import build_policy
from warnpath.network.routing import flow_route, tables_from_graph
from warnpath.scenario import effective_link
from warnpath.scenario.nodes import Node
from warnpath.scenario.quantities import Quantity
from warnpath.scenario.sizes import size_law
from warnpath.scenario.traffic import PRIORITY_CLASSES, Traffic

if TYPE_CHECKING:
    from warnpath.network.release import ProductStep
    from warnpath.scenario import Distribution, EffectiveLink, Scenario
    from warnpath.scenario.laws import Law

NEGLIGIBLE_LOAD = 1e-6
"""A server this little loaded delays nobody in a run of bearable length."""

RELIABILITY = ("availability", "mtbf_h", "mttr_h")
FAILURE_FIELDS = {
    *RELIABILITY,
    *("time_to_failure", "repair", "repair_crew", "fails_only_busy", "on_failure", "startup", "reroute"),
    "shared_risk",
}
"""Fields that say something of an element only if it fails."""
LINK_BASICS = {
    *("id", "ends", "medium", "name", "duplex", "length_km", "route_penalty_s", "title", "keep_order"),
    *("capacity_kbps", "propagation_us_per_km", "route_factor", "equipment_ms", "propagation_ms"),
}
NODE_BASICS = {
    *("id", "role", "nation", "lat_deg", "lon_deg", "alt_m", "data_label", "name", "group", "service"),
}
SCENARIO_BASICS = {
    *("schema_version", "name", "title", "description", "extends", "launch_set", "run", "warning", "sources"),
    *("medium", "sensor_class", "profile", "node", "link", "launch", "outage", "traffic"),
    *("sharing", "prohibition", "shared_risk", "repair_crew", "outage_file", "outage_file_start"),
}
"""Tables of a scenario that are looked at one by one, or that show in the routes."""
SHARING_BASICS = {"id", "data_of", "to", "via", "release", "mode"}
TRAFFIC_BASICS = {
    *("id", "source", "destination", "kind", "interval_s", "rate_per_s", "phase_s", "size_bytes", "priority"),
    *("label", "open_"),
}


@dataclass(frozen=True)
class Service:
    """Time that a server takes for a message: its kind and its first three moments.

    Attributes
    ----------
    kind : str
        ``none``, ``fixed``, ``exponential``, or what the distribution calls itself.
    mean_s, second_s2, third_s3 : float
        E[S] (s), E[S^2] (s^2), E[S^3] (s^3).
    """

    kind: str = "none"
    mean_s: float = 0.0
    second_s2: float = 0.0
    third_s3: float = 0.0


@dataclass(frozen=True)
class Station:
    """A link or a node on the route of a flow.

    Attributes
    ----------
    id, kind : str
        Id, and ``link`` or ``node``.
    service : Service
        Transmission of the flow's messages, or service of the node.
    delay_s : float
        What follows at a link without a server: propagation (s).
    servers : int
        Number of servers.
    direction : str
        Of a link, ``from>to``: each way has a queue of its own.
    element : EffectiveLink or Node
        With everything else it states.
    """

    id: str
    kind: str
    service: Service
    delay_s: float
    servers: int
    direction: str
    element: Any = field(compare=False, repr=False)


@dataclass(frozen=True)
class FlowSketch:
    """A flow of traffic from one source to one destination.

    Attributes
    ----------
    name : str
        Id of the traffic.
    source, destination : str
        Node ids.
    kind : str
        ``poisson`` or ``periodic``.
    gap_s : float
        Mean time between two messages (s).
    size_bits : float
        Mean size of a message (bit).
    priority : int
        Class; 0 goes first.
    phase_s : float or None
        Of periodic traffic, where it is stated.
    stations : tuple of Station
        Links, and nodes with a service, in the order in which they are passed; the source does not serve.
    """

    name: str
    source: str
    destination: str
    kind: str
    gap_s: float
    size_bits: float
    priority: int
    phase_s: float | None
    stations: tuple[Station, ...]

    @property
    def rate_per_s(self) -> float:
        """Messages per second."""
        return 1.0 / self.gap_s

    @property
    def fixed_s(self) -> float:
        """Least time on the way: propagation, and every service that is always the same (s)."""
        return sum(
            station.delay_s + (station.service.mean_s if station.service.kind == "fixed" else 0.0)
            for station in self.stations
        )

    @property
    def delay_s(self) -> float:
        """Propagation alone (s)."""
        return sum(station.delay_s for station in self.stations)

    @property
    def place(self) -> tuple[tuple[str, str], ...]:
        """The way it goes: stations with their directions."""
        return tuple((station.id, station.direction) for station in self.stations)

    def busy_stations(self) -> tuple[Station, ...]:
        """Stations with a load that can make anybody wait."""
        return tuple(
            station
            for station in self.stations
            if self.rate_per_s * station.service.mean_s > NEGLIGIBLE_LOAD * station.servers
        )

    def idle_s(self) -> float:
        """Services of the other stations, which are fixed or too short to matter (s)."""
        busy = {station.id for station in self.busy_stations()}
        return sum(station.service.mean_s for station in self.stations if station.id not in busy)


@dataclass(frozen=True)
class Sketch:
    """A scenario as theory sees it.

    Attributes
    ----------
    scenario : Scenario
        The whole of it.
    flows : tuple of FlowSketch
        By traffic id, source and destination.
    unrouted : tuple of str
        Traffic for which no way leads to its destination.
    features : tuple of (str, str)
        What disturbs a plain queue: the field that states it, and where. Any field that is set and not known
        to be harmless is one, so a mechanism that is new fits no form that was not written for it.
    """

    scenario: Scenario
    flows: tuple[FlowSketch, ...]
    unrouted: tuple[str, ...]
    features: tuple[tuple[str, str], ...]

    def has(self, feature: str) -> bool:
        """Whether a feature is there, anywhere."""
        return any(name == feature for name, _ in self.features)


def sketch(scenario: Scenario) -> Sketch:
    """Look at a scenario as theory does."""
    policy = build_policy(scenario)
    pairs = [(traffic, flow) for traffic in scenario.traffic for flow in traffic_flows(scenario, traffic)]
    graph = build_graph(scenario)
    tables = tables_from_graph(graph, policy, [flow for _, flow in pairs])
    flows, unrouted = [], []
    touched: dict[str, Station] = {}
    features: list[tuple[str, str]] = []
    for traffic, flow in pairs:
        steps = flow_route(tables, flow)
        if steps is None:
            unrouted.append(traffic.id)
            continue
        stations: list[Station] = []
        for step in steps:
            if step.kind == "link":
                stations.append(_link_station(scenario, step, traffic))
                node = scenario.node_by_id(step.head)
                if node.service is not None:
                    stations.append(_node_station(node))
            else:
                features.append(("release", step.tail))
        touched.update({station.id: station for station in stations})
        flows.append(_flow(traffic, flow, tuple(stations)))
    for name in sorted({end for flow in flows for end in (flow.source, flow.destination)}):
        touched.setdefault(name, _node_station(scenario.node_by_id(name)))
    features += [one for station in touched.values() for one in _features_of(scenario, station)]
    features += [
        (name, traffic.id) for traffic in scenario.traffic for name in _stated(traffic, TRAFFIC_BASICS)
    ]
    features += [(name, rule.id) for rule in scenario.sharing for name in _stated(rule, SHARING_BASICS)]
    features += [("launch", launch.id) for launch in scenario.active_launches()]
    features += [("outage", outage.element) for outage in scenario.outage]
    features += [(name, "the scenario") for name in _stated(scenario, SCENARIO_BASICS)]
    return Sketch(scenario, tuple(flows), tuple(unrouted), tuple(sorted(set(features))))


def service_of(distribution: Distribution | None) -> Service:
    """Moments of a delay; none at all where there is none."""
    return Service() if distribution is None else _service(distribution.kind, distribution.law(), 1.0)


def _service(kind: str, law: Law, scale: float) -> Service:
    """Moments of a law times a scale; E[S^3] is E[S] times the second moment weighted by length."""
    mean = law.mean()
    if kind == "fixed" or law.variance() <= 0.0:
        return Service("fixed", scale * mean, (scale * mean) ** 2, (scale * mean) ** 3)
    third = mean * law.length_biased().second_moment()
    return Service(kind, scale * mean, scale**2 * law.second_moment(), scale**3 * third)


def _flow(traffic: Traffic, flow: Flow, stations: tuple[Station, ...]) -> FlowSketch:
    return FlowSketch(
        name=traffic.id,
        source=flow.source,
        destination=flow.destination,
        kind=traffic.kind,
        gap_s=traffic.gap_s,
        size_bits=8.0 * size_law(traffic.size_bytes).mean(),
        priority=PRIORITY_CLASSES.index(traffic.priority),
        phase_s=None if traffic.phase_s is None else float(traffic.phase_s),
        stations=stations,
    )


def _link_station(scenario: Scenario, step: ProductStep, traffic: Traffic) -> Station:
    link = effective_link(scenario, step.name)
    size = traffic.size_bytes
    kind = "fixed" if isinstance(size, Quantity) else size.kind
    if link.slots is not None:
        # The least that it takes; how many slots differs from message to message where sizes do.
        number, gap_s = slots_of(link, 8.0 * float(size) if isinstance(size, Quantity) else 0.0)
        least_s = (number - 1) * gap_s + 1e-3 * float(link.slots.slot_ms)
        service = Service("fixed" if kind == "fixed" else "slots", least_s, least_s**2, least_s**3)
        return Station(step.name, "link", service, link.propagation_s, 1, f"{step.tail}>{step.head}", link)
    service = _service(kind, size_law(size), 8.0 / (1e3 * float(link.capacity_kbps)))
    return Station(step.name, "link", service, link.propagation_s, 1, f"{step.tail}>{step.head}", link)


def slots_of(link: EffectiveLink, bits: float) -> tuple[int, float]:
    """Slots that a message needs on a link that has some, and the time from one of them to the next (s)."""
    slots = link.slots
    assert slots is not None
    number = max(math.ceil(bits / float(slots.slot_bits)), 1)
    return number, slots.gap_slots * 1e-3 * float(slots.slot_ms)


def _node_station(node: Node) -> Station:
    return Station(node.id, "node", service_of(node.service), 0.0, int(node.servers), "", node)


def _features_of(scenario: Scenario, station: Station) -> list[tuple[str, str]]:
    """Fields that an element or its medium states, beyond what it is; those of failures only if it fails."""
    if station.kind == "node":
        stated = _stated(scenario.node_by_id(station.id), NODE_BASICS)
    else:
        own = scenario.link_by_id(station.id)
        common = _stated(scenario.medium[own.medium], LINK_BASICS)
        # What a link states takes the place of what its medium does, a 0 too.
        stated = {name: value for name, value in common.items() if getattr(own, name, None) is None}
        stated |= _stated(own, LINK_BASICS)
    rated = any(name in stated for name in ("mttr_h", "repair"))
    scripted = any(outage.element == station.id for outage in scenario.outage)
    random = rated and getattr(scenario.run, "random_outages", False)
    found = [(name, station.id) for name in stated if name not in FAILURE_FIELDS]
    if random:
        found.append(("failures", station.id))
    if random or scripted:
        found += [(name, station.id) for name in stated if name in FAILURE_FIELDS and name not in RELIABILITY]
    return found


def _stated(model: Any, basics: set[str]) -> dict[str, Any]:
    """Fields of a model that say something else than their default, without some that are no feature."""
    fields: Mapping[str, Any] = type(model).model_fields
    return {
        name.rstrip("_"): value
        for name, about in fields.items()
        if name not in basics and is_set(value := getattr(model, name)) and value != about.default
    }


def is_set(value: Any) -> bool:
    """Whether a field says anything: not None, False, empty, nor a number that is 0."""
    if value is None or value is False or value in ((), {}):
        return False
    try:
        return float(value) != 0.0
    except (TypeError, ValueError):
        return True
