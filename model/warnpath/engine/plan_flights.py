"""The flights of a plan: solved once, or as a family where a scenario draws their values per replication."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from warnpath.engine.random_streams import name_key, stream_key, uniform
from warnpath.physics.errors import PhysicsError
from warnpath.physics.family import BALLISTIC_COEFFICIENT, Family, solve_family
from warnpath.physics.tabulated import from_positions
from warnpath.physics.trajectory import FlightProfile, Trajectory, from_table, solve
from warnpath.scenario import Problem, ScenarioError, effective_launch

if TYPE_CHECKING:
    from warnpath.scenario import EffectiveLaunch, Launch, Scenario

OPTIONAL = ("pull_up_altitude_km", "lift_to_drag", "pull_up_angle_deg", "glide_end_speed_km_s")
"""Values of a profile for which the physics has a default."""


@dataclass(frozen=True)
class Spread:
    """A value that is drawn per replication: triangular over its low, nominal and high.

    Attributes
    ----------
    name : str
        Field of the profile.
    key : int
        Key of its stream, named by launch and field.
    low, nominal, high : float
        Bounds and peak; of a ballistic coefficient their logarithms count.
    """

    name: str
    key: int
    low: float
    nominal: float
    high: float

    def value(self, seed: int, replication: int) -> float:
        """Value in a replication."""
        chance = uniform(stream_key(self.key, seed, replication), 0, 0)
        bounds = (self.low, self.nominal, self.high)
        if self.name != BALLISTIC_COEFFICIENT:
            return triangular_quantile(chance, *bounds)
        value = math.exp(triangular_quantile(chance, *(math.log(bound) for bound in bounds)))
        return min(max(value, self.low), self.high)


def triangular_quantile(chance: float, low: float, peak: float, high: float) -> float:
    """Quantile of the triangular distribution."""
    rising = (peak - low) / (high - low)
    if chance < rising:
        return low + math.sqrt(chance * (high - low) * (peak - low))
    return high - math.sqrt((1.0 - chance) * (high - low) * (high - peak))


@dataclass(frozen=True)
class DrawnFlight:
    """A flight whose values are drawn: its family, and what is drawn."""

    family: Family
    spreads: tuple[Spread, ...]

    def values(self, seed: int, replication: int) -> dict[str, float]:
        """Values in a replication, by field."""
        return {spread.name: spread.value(seed, replication) for spread in self.spreads}


@dataclass(frozen=True)
class FlightsPart:
    """The flights of a plan.

    Attributes
    ----------
    rows : list of dict
        Fields of the launches.
    truth : float64[n, 10]
        State tables one below the other, at nominal values.
    trajectories : list of Trajectory
        Flights at nominal values.
    drawn : list of DrawnFlight or None
        What a replication draws of each flight.
    last_impact_s : float
        Time of the latest impact there can be, s of simulated time.
    """

    rows: list[dict[str, Any]]
    truth: np.ndarray
    trajectories: list[Trajectory]
    drawn: list[DrawnFlight | None]
    last_impact_s: float


def plan_flights(scenario: Scenario, launches: list[Launch]) -> FlightsPart:
    """Solve the flights of launches.

    Raises
    ------
    ScenarioError
        Every flight that cannot be flown.
    """
    trajectories: list[Trajectory] = []
    drawn: list[DrawnFlight | None] = []
    problems: list[Problem] = []
    for launch in launches:
        try:
            trajectory = flight_of(scenario, launch)
            spread = _drawn(scenario, launch)
        except PhysicsError as error:
            problems.append(_unflyable(scenario, launch, error))
            continue
        trajectories.append(trajectory)
        drawn.append(spread)
    if problems:
        raise ScenarioError(problems)
    rows = []
    tables = [np.zeros((0, 10))]
    first = 0
    latest = [0.0]
    for launch, trajectory, spread in zip(launches, trajectories, drawn, strict=True):
        table = trajectory.table
        if spread is not None:
            table = np.empty((spread.family.rows, 10))
            spread.family.blend({item.name: item.nominal for item in spread.spreads}, table, 0)
            latest.append(float(launch.at_s) + spread.family.latest_end_s())
        latest.append(float(launch.at_s) + trajectory.impact_s)
        rows.append(_row(launch, effective_launch(scenario, launch), trajectory, (first, len(table))))
        tables.append(table)
        first += len(table)
    truth = np.concatenate(tables) if rows else np.zeros((1, 10))
    return FlightsPart(rows, truth, trajectories, drawn, max(latest))


def flight_of(scenario: Scenario, launch: Launch) -> Trajectory:
    """Solve the flight of one launch, at nominal values.

    Raises
    ------
    PhysicsError
        If it cannot be flown.
    """
    values = effective_launch(scenario, launch)
    if values.positions is not None:
        rows = [(t_s, lat_deg, lon_deg, alt_km) for t_s, lat_deg, lon_deg, alt_km in values.positions]
        return from_positions(rows, float(values.burn_time_s), f"profile.{values.profile}")
    return solve(_profile(values), _origin(values), **_direction(values))


def flown(plan: Any, world: Any, flight: int) -> Trajectory:
    """The flight of a launch as it was in a replication, drawn values and all.

    Parameters
    ----------
    plan, world
        A plan and a world of it that has been prepared.
    flight : int
        Number of the launch.
    """
    if plan.sensing.drawn[flight] is None:
        nominal: Trajectory = plan.sensing.trajectories[flight]
        return nominal
    launch = world.launches[flight]
    table = world.truth[launch.truth_first : launch.truth_first + launch.truth_count]
    return from_table(np.ascontiguousarray(table), launch.burnout_s)


def _drawn(scenario: Scenario, launch: Launch) -> DrawnFlight | None:
    values = effective_launch(scenario, launch)
    if not values.drawn:
        return None
    spreads = []
    for name in values.drawn:
        value = getattr(values, name)
        key = name_key(f"launch:{launch.id}:{name}")
        spreads.append(Spread(name, key, float(value.low), float(value.nominal), float(value.high)))
    ranges = tuple((spread.name, spread.low, spread.high) for spread in spreads)
    return DrawnFlight(
        solve_family(_profile(values), ranges, _origin(values), **_direction(values)), tuple(spreads)
    )


def _profile(values: EffectiveLaunch) -> FlightProfile:
    assert values.apogee_km is not None
    assert values.ballistic_coefficient_kg_m2 is not None
    extra = {name: float(value) for name in OPTIONAL if (value := getattr(values, name)) is not None}
    return FlightProfile(
        range_km=0.0 if values.range_km is None else float(values.range_km),
        apogee_km=float(values.apogee_km),
        burn_time_s=float(values.burn_time_s),
        ballistic_coefficient_kg_m2=float(values.ballistic_coefficient_kg_m2),
        kind=values.kind,
        **extra,
    )


def _origin(values: EffectiveLaunch) -> tuple[float, float]:
    return float(values.origin.lat_deg), float(values.origin.lon_deg)


def _direction(values: EffectiveLaunch) -> dict[str, Any]:
    """Target or azimuth, as `solve` takes them."""
    if values.target is not None:
        return {"target": (float(values.target.lat_deg), float(values.target.lon_deg))}
    assert values.azimuth_deg is not None
    return {"azimuth_deg": float(values.azimuth_deg)}


def _row(
    launch: Launch, values: EffectiveLaunch, trajectory: Trajectory, place: tuple[int, int]
) -> dict[str, Any]:
    latitude = math.radians(float(values.origin.lat_deg))
    return {
        "at_s": float(launch.at_s),
        "impact_s": float(trajectory.impact_s),
        "burnout_s": float(trajectory.burnout_s),
        "truth_first": place[0],
        "truth_count": place[1],
        "lineage": name_key(f"launch:{launch.id}"),
        "latitude_rad": latitude,
        "longitude_rad": math.radians(float(values.origin.lon_deg)),
        "latitude_cosine": max(math.cos(latitude), 0.01),
    }


def _unflyable(scenario: Scenario, launch: Launch, error: PhysicsError) -> Problem:
    """A flight that cannot be flown, at the value that is the reason where that is known."""
    expected = error.expected or "a range, apogee and burn time that go together"
    field = error.field
    profile = scenario.profile[launch.profile]
    own = getattr(launch, field, None) if field else None
    if field == "range_km" and launch.target is not None:
        # The range is that to the target.
        place = f"{float(launch.target.lat_deg):g}, {float(launch.target.lon_deg):g}"
        message = f"cannot be flown: {error}"
        return scenario.problem(f"launch.{launch.id}", message, expected, field="target", value=place)
    value = own if own is not None else getattr(profile, field, None) if field else None
    if value is None:
        return scenario.problem(
            f"launch.{launch.id}",
            f"cannot be flown: {error}",
            expected,
            field="profile",
            value=launch.profile,
        )
    key = ("launch", launch.id, field) if own is not None else ("profile", launch.profile, field)
    origin = scenario.locations.find(key)
    return Problem(
        file=scenario.locations.file if origin is None else origin.file,
        line=None if origin is None else origin.line,
        element=f"launch.{launch.id}",
        field=field,
        value=float(value),
        message=f"cannot be flown: {error}",
        expected=expected,
    )
