"""Random outages of a plan: what fails at random, and the crews that repair it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from warnpath.engine.codes import TARGET_LINK, TARGET_NODE
from warnpath.engine.plan_tables import DistributionTable, StreamNames
from warnpath.scenario.lives import Degradation, Life, lives, risk_lives

if TYPE_CHECKING:
    from warnpath.scenario import Scenario

Target = tuple[int, int, int]
"""Kind, row, and of a duplex link the row of its other direction; -1 for none."""


@dataclass(frozen=True)
class RandomPart:
    """Causes of random outages as numbers; they come before the scripted ones.

    Attributes
    ----------
    rows, members, crews : list of field dicts
    causes : list of str
        What the table of outages says of each row.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    members: list[dict[str, int]] = field(default_factory=list)
    crews: list[dict[str, int]] = field(default_factory=list)
    causes: list[str] = field(default_factory=list)

    def most_members(self) -> int:
        """Members of the largest cause."""
        return max((row["member_count"] for row in self.rows), default=1)


def outage_target(element: str, link_elements: Sequence[str], node_ids: Sequence[str]) -> Target:
    """Kind, row and (of a duplex link) reverse row of an element that can go down.

    Raises
    ------
    ValueError
        There is no such element.
    """
    directions = [index for index, name in enumerate(link_elements) if name == element]
    if directions:
        return TARGET_LINK, directions[0], directions[1] if len(directions) > 1 else -1
    if element not in node_ids:
        raise ValueError(f"there is no link or node {element!r} to go down")
    return TARGET_NODE, list(node_ids).index(element), -1


def outage_row(first_member: int, count: int, degraded: Degradation | None) -> dict[str, Any]:
    """Fields that scripted and random outages have in common."""
    row: dict[str, Any] = {"first_member": first_member, "member_count": count, "crew": -1}
    row |= {"failure_row": -1, "repair_row": -1, "biased_failure_row": -1, "biased_repair_row": -1}
    row |= {"next_waiting": -1, "first_downtime": -1, "degraded": int(degraded is not None)}
    if degraded is not None:
        row |= {
            "capacity_factor": float(degraded.capacity_factor),
            "delay_factor": float(degraded.delay_factor),
            "extra_loss": float(degraded.loss),
        }
    return row


def member_row(target: Target) -> dict[str, int]:
    """One element that an outage takes down."""
    return dict(zip(("target_kind", "target", "reverse"), target, strict=True))


def plan_lives(
    scenario: Scenario,
    link_elements: Sequence[str],
    node_ids: Sequence[str],
    distributions: DistributionTable,
    streams: StreamNames,
) -> RandomPart:
    """Lives of elements and shared risks, where the run has random outages; else none."""
    if not scenario.run.random_outages:
        return RandomPart()
    crew_names = list(scenario.repair_crew)
    crews = [
        {"size": int(crew.size), "busy": 0, "head": -1, "tail": -1} for crew in scenario.repair_crew.values()
    ]
    part = RandomPart(crews=crews)
    things: list[tuple[str, str, Life, tuple[str, ...], Degradation | None]] = [
        (f"element:{name}", "random", life, (name,), None) for name, life in lives(scenario).items()
    ]
    things += [
        (f"shared_risk:{name}", name, life, members, scenario.shared_risk[name].degraded)
        for name, (life, members) in risk_lives(scenario).items()
    ]
    for name, cause, life, members, degraded in things:
        index = len(part.rows)
        row = outage_row(len(part.members), len(members), degraded)
        row |= {
            "random": 1,
            "only_busy": int(life.only_busy),
            "failure_row": distributions.add_law(life.failure),
            "repair_row": distributions.add_law(life.repair),
            "biased_failure_row": distributions.add_law(life.failure.length_biased()),
            "biased_repair_row": distributions.add_law(life.repair.length_biased()),
            "availability": life.availability,
            "crew": -1 if life.crew is None else crew_names.index(life.crew),
        }
        for purpose in ("failure", "repair", "start"):
            streams.add("outages", index, f"key_{purpose}", f"{name}:{purpose}")
        part.rows.append(row)
        part.causes.append(cause)
        part.members.extend(member_row(outage_target(item, link_elements, node_ids)) for item in members)
    return part
