"""From a frozen scenario to a plan: plain numbers in canonical order, ready to be copied into worlds.

Everything that does not depend on the seed is done here once: flights, visibility, routes, truth.
Entities are sorted by id, so a plan does not depend on the order of tables in a file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from warnpath.engine.plan_network import NetworkPart, plan_network
from warnpath.engine.plan_pictures import PicturesPart, plan_pictures
from warnpath.engine.plan_sensing import SensingPart, plan_sensing
from warnpath.engine.plan_tables import DistributionTable, StreamNames
from warnpath.engine.plan_traffic import TrafficPart, plan_traffic
from warnpath.engine.sensing_draws import end_of_run_s
from warnpath.network.checks import check_network
from warnpath.scenario import ScenarioError

if TYPE_CHECKING:
    from warnpath.network.flows import Flow
    from warnpath.scenario import Scenario

REPORT_BYTES = 200
"""A track report across a boundary (DESIGN: 200 bytes; public J-series sizes give 100 to 600)."""
ALERT_BYTES = 200
REPORT_LIFETIME_INTERVALS = 5
"""A report expires after this many report intervals: newer ones have replaced it long before."""
ALERT_LIFETIME_S = 3600.0


@dataclass(frozen=True)
class Plan:
    """A scenario ready to run.

    Attributes
    ----------
    scenario : Scenario
    entities : dict of kind to list of field dicts
        Initial values of every entity; fields left out start at 0.
    scalars : dict
        Scalar attributes of the world.
    shared_arrays, private_arrays : dict of name to array
        Arrays that no run changes, and arrays that each world copies.
    blank_arrays : dict of name to shape
        Arrays that each world has for itself, filled with zeros.
    streams : StreamNames
        Which field of which entity holds the key of which named stream.
    network, sensing, pictures, traffic
        Names and truths that turn numbers back into words.
    """

    scenario: Scenario
    entities: dict[str, list[dict[str, Any]]]
    scalars: dict[str, Any]
    shared_arrays: dict[str, np.ndarray]
    private_arrays: dict[str, np.ndarray]
    blank_arrays: dict[str, tuple[int, ...]]
    streams: StreamNames
    network: NetworkPart
    sensing: SensingPart
    pictures: PicturesPart
    traffic: TrafficPart
    initial_events: list[tuple[float, int, int, int, int]] = field(default_factory=list)


def build_plan(
    scenario: Scenario,
    extra_outages: Mapping[str, tuple[float, float | None]] | None = None,
    extra_flows: Sequence[Flow] = (),
) -> Plan:
    """Plan of a scenario.

    Parameters
    ----------
    scenario : Scenario
    extra_outages : mapping of element id to (down_s, up_s), optional
        Scripted outages besides the scenario's own; up_s None means for the rest of the run.
    extra_flows : sequence of Flow
        Flows of kind "external" that a user's own SimPy processes will send along.

    Returns
    -------
    Plan

    Raises
    ------
    ScenarioError
        A flight that cannot be flown or that no sensor can see, a leaking or contradictory policy, a
        consumer that no compliant route reaches: all of them at once.
    """
    distributions = DistributionTable()
    streams = StreamNames()
    problems = [
        scenario.locations.problem(finding.key, finding.message, finding.expected, finding.value)
        for finding in check_network(scenario)
        if finding.is_error
    ]
    network = plan_network(scenario, distributions, streams, extra_outages or {}, extra_flows)
    try:
        sensing = plan_sensing(scenario, network, distributions, streams)
    except ScenarioError as error:
        raise ScenarioError(problems + error.problems) from None
    if problems:
        raise ScenarioError(problems)
    pictures = plan_pictures(scenario, network, sensing)
    traffic = plan_traffic(scenario, network, distributions, streams)
    run, warning = scenario.run, scenario.warning
    entities = {**network.entities, **sensing.entities, **pictures.entities, **traffic.entities}
    flows_per_node = max((node["flow_count"] for node in entities["nodes"]), default=0)
    requests = sum(flow["on_request"] for flow in entities["flows"])
    per_event = 8 + 2 * flows_per_node + requests + len(entities["warnings"])
    failing = len(network.random.rows) + len(network.random.members)
    scalars = {
        "end_s": end_of_run_s(scenario, sensing.last_impact_s),
        "clearance_states": network.tables.clearances,
        "origin_slots": len(pictures.origins),
        "spare_report": pictures.spare_report,
        "association": pictures.association,
        "slots": pictures.slots,
        "report_interval_s": float(run.report_interval_s),
        "impact_interval_s": float(run.impact_interval_s),
        "max_thrust_probability": float(warning.max_thrust_probability),
        "max_impact_sigma_m": 1000.0 * float(warning.max_impact_sigma_km),
        "min_area_probability": float(warning.min_area_probability),
        "report_bits": 8.0 * REPORT_BYTES,
        "alert_bits": 8.0 * ALERT_BYTES,
        "report_lifetime_s": REPORT_LIFETIME_INTERVALS * float(run.report_interval_s),
        "alert_lifetime_s": ALERT_LIFETIME_S,
        # What is sent twice has an account for each copy besides its own.
        "reserve": (3 if entities["walk_sets"] else 1) * per_event,
        "report_reserve": per_event,
        "path_reserve": 4 * len(entities["nodes"]) + 16,
        "trace_reserve": 16 + 2 * len(entities["warnings"]) + failing,
        "outbox_limit": 64
        + 4 * per_event
        + len(entities["pairs"])
        + 2 * len(entities["links"])
        + 4 * failing
        + len(entities["pictures"])
        + 40 * network.random.most_members()
        + len(entities["surge_targets"])
        + len(entities["surges"]),
        "switch_s": scenario.routing.switch_s,
        "start_repaired": int(run.outages_start == "up"),
        "tracing": 0,
    }
    shared = {**network.shared_arrays, **sensing.shared_arrays, **pictures.shared_arrays}
    shared["distributions"] = distributions.table()
    private = {**network.private_arrays, **sensing.private_arrays, **pictures.private_arrays}
    return Plan(
        scenario=scenario,
        entities=entities,
        scalars=scalars,
        shared_arrays=shared,
        private_arrays=private,
        blank_arrays=pictures.blank_arrays,
        streams=streams,
        network=network,
        sensing=sensing,
        pictures=pictures,
        traffic=traffic,
        initial_events=network.initial_events
        + sensing.initial_events
        + traffic.initial_events
        + network.link_events,
    )
