"""Settings of a run and the rule by which a warning is issued."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt

from warnpath.scenario.quantities import (
    AlternativeCount,
    Count,
    Fraction,
    Milliseconds,
    PositiveSeconds,
    RadarRange,
    Seconds,
    Table,
)
from warnpath.scenario.quantities import quantity as q


class RunSettings(Table):
    """How a scenario is run.

    Attributes
    ----------
    replications, seed : int
        Number of replications, and the seed of all draws.
    drain_s : float
        The run goes on this long after the last impact.
    duration_s : float, optional
        The run lasts at least this long; a run without a launch exactly so.
    random_outages : bool
        Whether elements and shared risks with a stated reliability fail at random.
    outages_start : {"equilibrium", "up"}
        In what state the run meets them: as they are at any time in the long run, or all newly repaired.
    impact_interval_s : float
        Least time between two impact predictions of a C2 for a launch.
    posterior_lag_s : float
        How late a measurement may arrive and still be replayed exactly.
    report_interval_s : float
        Periodic track report from C2 to C2.
    required_lead_s : float
        A warning with less time left than this is late.
    association : {"nearest", "identity"}
        How a C2 tells the objects of several launches apart: by where they are (global nearest neighbour in
        a gate), or as if every measurement said what it is of. One launch needs neither. With ``nearest``
        the truth keeps the score only: radars group their hits, C2s begin, pair and drop pictures by place
        and time, and afterwards a picture is of the launch that its track follows. See ``strays``,
        ``merges``, ``swaps``, ``redundant`` and ``false_starts`` in the table of pictures, and ``redundant``
        in that of warnings: of several warnings of one launch the first in hand counts.
    """

    replications: Count = 20
    seed: Annotated[StrictInt, Field(ge=0, lt=2**63)] = 1
    drain_s: Seconds = q(120.0)
    duration_s: PositiveSeconds | None = None
    random_outages: StrictBool = False
    outages_start: Literal["equilibrium", "up"] = "equilibrium"
    impact_interval_s: PositiveSeconds = q(1.0)
    posterior_lag_s: PositiveSeconds = q(60.0)
    report_interval_s: PositiveSeconds = q(12.0)
    required_lead_s: Seconds = q(0.0)
    association: Literal["nearest", "identity"] = "nearest"


PROTECTION_SWITCHING_S = 0.05
"""Protection switching of transport networks takes at most that long (ITU-T G.841)."""


class RoutingSettings(Table):
    """How sources choose their way besides the routes, which all nodes find by themselves.

    Routes are those of least expected latency without queues, among the walks that the sharing policy allows.
    They change when a failure or repair has been detected and has converged (``reroute``), and at once when a
    contact of a link begins or ends: a link in no contact is used only where there is no other way, and then
    the one that comes back first. Degraded modes, queues and loads change no route: nobody measures them.

    Attributes
    ----------
    alternatives : int, optional
        So many shortest compliant walks are worked out beforehand for everything that is sent. A source sends
        along the first of them on which it knows of nothing that is down, all the way; without one it follows
        the routes in force. What has left is not sent anew.
    switch_ms : float, optional
        From a failure or repair until the sources know of it (50), whatever ``reroute`` says: protection
        switching needs no convergence.
    """

    alternatives: AlternativeCount | None = None
    switch_ms: Milliseconds | None = None

    @property
    def switch_s(self) -> float:
        """Time until sources know of a change, s; negative where they have no alternatives."""
        if self.alternatives is None:
            return -1.0
        return PROTECTION_SWITCHING_S if self.switch_ms is None else float(self.switch_ms) / 1e3


class WarningRule(Table):
    """When a picture is good enough for an area alert.

    Attributes
    ----------
    max_thrust_probability : float
        The object must be coasting with at least the complement of this probability.
    max_impact_sigma_km : float
        Largest major axis (1 sigma) of the predicted impact.
    min_area_probability : float
        Least probability that the area is in danger.
    burnout_hold_s : float
        How long the flight must look ballistic, because a staging coast does too.
    """

    max_thrust_probability: Fraction = q(0.05)
    max_impact_sigma_km: RadarRange = q(20.0)
    min_area_probability: Fraction = q(0.1)
    burnout_hold_s: Seconds = q(5.0)
