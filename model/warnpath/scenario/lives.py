"""How often things fail and how long their repair takes: lives of elements, shared risks, repair crews."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, StrictStr
from pydantic_core import PydanticCustomError

from warnpath.scenario.distributions import Distribution
from warnpath.scenario.laws import ExponentialLaw, Law
from warnpath.scenario.quantities import (
    Availability,
    ClassName,
    Count,
    Fraction,
    Hours,
    Multiple,
    Share,
    Table,
    quantity,
)

if TYPE_CHECKING:
    from warnpath.scenario.scenario import Scenario

SECONDS_PER_HOUR = 3600.0
RATES = ("availability", "mtbf_h", "time_to_failure")
"""Fields that say how often something fails; each needs one of `REPAIRS`."""
REPAIRS = ("mttr_h", "repair")
"""Fields that say how long a repair takes."""


def _takes_time(delay: Any) -> Any:
    if not delay.mean() > 0.0:
        raise PydanticCustomError("no_time", "takes no time", {"expected": "a mean above 0"})
    return delay


Lifetime = Annotated[Distribution, AfterValidator(_takes_time)]
"""A time to failure or a time to repair, s; its mean is above 0."""


class Degradation(Table):
    """What is left of an element that is not down but works badly.

    Attributes
    ----------
    capacity_factor : float
        Part of a link's capacity that is left.
    delay_factor : float
        How many times as long a link's propagation or a node's service takes.
    loss : float
        Share of a link's transmissions lost in addition.
    """

    capacity_factor: Share = quantity(1.0)
    delay_factor: Multiple = quantity(1.0)
    loss: Fraction = quantity(0.0)


class SharedRisk(Table):
    """One cause that takes down, or degrades, every element that names it in its ``shared_risk``.

    Attributes
    ----------
    availability, mtbf_h, mttr_h, time_to_failure, repair
        As of an element.
    degraded : Degradation, optional
        Elements work like this instead of being down.
    repair_crew : str, optional
        Key of ``[repair_crew]``.
    """

    title: StrictStr = ""
    availability: Availability | None = None
    mtbf_h: Hours | None = None
    mttr_h: Hours | None = None
    time_to_failure: Lifetime | None = None
    repair: Lifetime | None = None
    degraded: Degradation | None = None
    repair_crew: ClassName | None = None


class RepairCrew(Table):
    """People who repair: at most ``size`` things at once, first come first served."""

    title: StrictStr = ""
    size: Count


@dataclass(frozen=True)
class Life:
    """Time to failure and repair of one thing, in seconds.

    Attributes
    ----------
    failure, repair : Law
    only_busy : bool
        It ages only while it works.
    crew : str or None
        Who repairs it.
    """

    failure: Law
    repair: Law
    only_busy: bool = False
    crew: str | None = None

    @property
    def availability(self) -> float:
        """Share of the time it is up in the long run, if it ages always: MTTF / (MTTF + MTTR)."""
        return self.failure.mean() / (self.failure.mean() + self.repair.mean())


def life_of(own: Any, common: Any = None) -> Life | None:
    """Life of an element, or None where its reliability is not stated.

    A rate, or a repair, of the element's own takes the place of that of its class.

    Parameters
    ----------
    own : Node, Link or SharedRisk
    common : MediumClass, optional
        Class of the element.
    """
    rated = own if common is None or _states(own, RATES) else common
    repaired = own if common is None or _states(own, REPAIRS) else common
    if not _states(rated, RATES) or not _states(repaired, REPAIRS):
        return None
    repair = _repair(repaired)
    failure = _failure(rated, repair)
    if failure is None:
        return None
    crew, only_busy = _first("repair_crew", own, common), _first("fails_only_busy", own, common)
    return Life(failure, repair, bool(only_busy), crew)


def lives(scenario: Scenario) -> dict[str, Life]:
    """Life of every node and link that has one, by id, sorted."""
    found = {node.id: life_of(node) for node in scenario.node}
    found.update({link.id: life_of(link, scenario.medium[link.medium]) for link in scenario.link})
    return {name: life for name, life in sorted(found.items()) if life is not None}


def risk_lives(scenario: Scenario) -> dict[str, tuple[Life, tuple[str, ...]]]:
    """Life of every shared risk that has one, and the elements that share it, by name."""
    found = {}
    for name, risk in scenario.shared_risk.items():
        life = life_of(risk)
        sharing = [node.id for node in scenario.node if name in node.shared_risk]
        sharing += [link.id for link in scenario.link if name in link.shared_risk]
        members = sorted(sharing)
        if life is not None and members:
            found[name] = (life, tuple(members))
    return found


def _states(table: Any, names: tuple[str, ...]) -> bool:
    return any(getattr(table, name, None) is not None for name in names)


def _first(name: str, own: Any, common: Any) -> Any:
    value = getattr(own, name, None)
    return value if value is not None or common is None else getattr(common, name, None)


def _repair(table: Any) -> Law:
    if table.repair is not None:
        law: Law = table.repair.law()
        return law
    return ExponentialLaw(float(table.mttr_h) * SECONDS_PER_HOUR)


def _failure(table: Any, repair: Law) -> Law | None:
    """Law of the time to failure; None of what never fails."""
    if table.time_to_failure is not None:
        law: Law = table.time_to_failure.law()
        return law
    if table.mtbf_h is not None:
        return ExponentialLaw(float(table.mtbf_h) * SECONDS_PER_HOUR)
    up = float(table.availability)
    return None if up >= 1.0 else ExponentialLaw(repair.mean() * up / (1.0 - up))
