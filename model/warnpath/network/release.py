"""Sharing policy: who may hold which data, and where a nation gains it.

Data carries labels. A label belongs to the nation named before its first hyphen (``US-JAPAN`` to
``US``), for which it is cleared from the start. At a node named in ``via`` of a sharing rule, reached by
data cleared for that node, the clearance gains the nation the rule names. Data joined from several
labels is cleared for a nation only if every label is: so a release of joined data happens where all its
labels may be released, and takes as long as the slowest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from warnpath.network.graph import Graph, mean_s
from warnpath.scenario.problems import ScenarioError

if TYPE_CHECKING:
    from warnpath.scenario import Distribution, Scenario

Labels = tuple[str, ...]

MAX_NATIONS = 10
"""Clearances are sets of nations, so states double with each nation; more is a mistake or needs grouping."""


@dataclass(frozen=True)
class Grant:
    """One sharing rule at one of its nodes: data of `label` may there be released to `nation`."""

    rule: str
    label: str
    node: str
    nation: str
    mean_s: float
    delay: Distribution | None
    on_request: bool


@dataclass(frozen=True)
class Policy:
    """The sharing rules of a scenario, resolved to nodes.

    Attributes
    ----------
    nations : tuple of str
        All nations, sorted; nation i has the bit ``1 << i``.
    nation_of : mapping
        Nation of each node.
    grants : tuple of Grant
        Sorted by label, node, nation, rule.
    """

    nations: tuple[str, ...]
    nation_of: Mapping[str, str]
    grants: tuple[Grant, ...]

    def bit(self, nation: str) -> int:
        """Bit of a nation in a clearance."""
        return 1 << self.nations.index(nation)

    def cleared(self, clearance: int) -> tuple[str, ...]:
        """Names of the nations in a clearance."""
        return tuple(nation for place, nation in enumerate(self.nations) if clearance >> place & 1)

    def initial_clearance(self, labels: Labels, holder: str | None = None) -> int:
        """Clearance of data when it is made.

        Parameters
        ----------
        labels : tuple of str
            Its labels; none at all is data for everybody (a request, background traffic).
        holder : str, optional
            Node that derived the data from others' and so holds it lawfully. Leave out for sensors.

        Returns
        -------
        int
            Bits of the nations that own every label, and of the holder's nation.
        """
        if not labels:
            return (1 << len(self.nations)) - 1
        owners = {owner(label) for label in labels}
        clearance = self.bit(owners.pop()) if len(owners) == 1 else 0
        if holder is not None:
            clearance |= self.bit(self.nation_of[holder])
        return clearance


@dataclass(frozen=True)
class Release:
    """A release that a sharing rule allows at one node, for one class of data.

    Attributes
    ----------
    rule : str
        Id of the sharing rule whose delay is drawn (of joined data: the slowest of its labels').
    node : str
        Where the release takes place.
    nation : str
        Nation that gains the data.
    mean_s : float
        Mean delay, s; the weight of the release in a route.
    delay : Distribution or None
        The delay; None where there is none.
    on_request : bool
        True if only a person's answer to a request may use it.
    """

    rule: str
    node: str
    nation: str
    mean_s: float
    delay: Distribution | None
    on_request: bool


def owner(label: str) -> str:
    """Nation that owns a label: ``US`` for ``US-JAPAN``."""
    return label.split("-", 1)[0]


def alert_label(nation: str) -> str:
    """Label of a nation's decided warnings; no rule shares them unless it names this label."""
    return f"{nation}-ALERT"


def build_policy(scenario: Scenario) -> Policy:
    """Resolve the sharing rules of a scenario to its nodes.

    Raises
    ------
    ScenarioError
        More than `MAX_NATIONS` nations.
    """
    nodes = {node.id: node for node in scenario.node}
    nations = {*scenario.nations(), *(owner(label) for label in scenario.labels())}
    for item in scenario.sharing:
        nations.update((item.to, owner(item.data_of)))
    for forbidden in scenario.prohibition:
        nations.update((forbidden.to, owner(forbidden.data_of)))
    if len(nations) > MAX_NATIONS:
        problem = scenario.problem(
            "",
            f"has {len(nations)} nations ({', '.join(sorted(nations))})",
            f"at most {MAX_NATIONS}; give one name to those that share everything",
        )
        raise ScenarioError([problem])
    grants = []
    for rule in scenario.sharing:
        for node_id in rule.via:
            delay = rule.release if rule.release is not None else nodes[node_id].release
            grants.append(
                Grant(
                    rule=rule.id,
                    label=rule.data_of,
                    node=node_id,
                    nation=rule.to,
                    mean_s=mean_s(delay),
                    delay=delay,
                    on_request=rule.mode == "on_request",
                )
            )
    grants.sort(key=lambda grant: (grant.label, grant.node, grant.nation, grant.rule))
    return Policy(
        nations=tuple(sorted(nations)),
        nation_of={node_id: node.nation for node_id, node in sorted(nodes.items())},
        grants=tuple(grants),
    )


def releases_of(policy: Policy, labels: Labels) -> tuple[Release, ...]:
    """Every release that data with these labels can undergo, sorted by node, then nation.

    For each node and nation the quickest way to release each label is taken, and of these the slowest
    is the release of the whole. Where a release without a request exists, one on request is not listed.
    """
    found: list[Release] = []
    places = sorted({(grant.node, grant.nation) for grant in policy.grants if grant.label in labels})
    for node, nation in places:
        here = [grant for grant in policy.grants if grant.node == node and grant.nation == nation]
        needed = [label for label in labels if owner(label) != nation]
        automatic = _slowest_of_quickest(needed, [grant for grant in here if not grant.on_request])
        grant = automatic or _slowest_of_quickest(needed, here)
        if grant is not None:
            found.append(
                Release(
                    rule=grant.rule,
                    node=node,
                    nation=nation,
                    mean_s=grant.mean_s,
                    delay=grant.delay,
                    on_request=automatic is None,
                )
            )
    return tuple(found)


def label_classes(scenario: Scenario) -> dict[str, Labels]:
    """Labels of the data each origin makes: of every sensor its own, of every C2 those of its sensors."""
    classes: dict[str, set[str]] = {}
    for node in scenario.node:
        if node.role == "sensor" and node.sensor is not None:
            classes.setdefault(node.id, set()).add(node.label)
            classes.setdefault(node.sensor.reports_to, set()).add(node.label)
    return {origin: tuple(sorted(labels)) for origin, labels in sorted(classes.items())}


@dataclass(frozen=True)
class ProductStep:
    """A step on the product graph: over a link, or a release in place.

    Attributes
    ----------
    kind : str
        ``link`` or ``release``.
    name : str
        Id of the link, or of the sharing rule.
    tail, head : str
        Nodes; equal for a release.
    gained : str
        Nation that gains the data; empty for a link.
    seconds : float
        Expected time.
    """

    kind: str
    name: str
    tail: str
    head: str
    gained: str
    seconds: float


def product_steps(
    graph: Graph, policy: Policy, releases: Iterable[Release], node: str, clearance: int
) -> list[tuple[ProductStep, int]]:
    """All steps that lead on from a product state, each with the clearance after it, sorted by name.

    Written for clarity and used where proof matters more than speed: it knows neither outages nor which
    nodes forward, so it allows every walk that any state of the network could.
    """
    steps = []
    for release in releases:
        if release.node == node and not clearance & policy.bit(release.nation):
            step = ProductStep("release", release.rule, node, node, release.nation, release.mean_s)
            steps.append((step, clearance | policy.bit(release.nation)))
    for _, head, link, latency_s in sorted(graph.out_edges(node, keys=True, data="latency_s")):
        if clearance & policy.bit(policy.nation_of[head]):
            steps.append((ProductStep("link", link, node, head, "", latency_s), clearance))
    return steps


def walk_text(steps: Iterable[ProductStep], start: str) -> str:
    """A walk as a line of names: ``a -> b (released to JP by rule x) -> c``."""
    text = start
    for step in steps:
        if step.kind == "release":
            text += f" (released to {step.gained} by rule {step.name})"
        else:
            text += f" -> {step.head}"
    return text


def _slowest_of_quickest(labels: Iterable[str], grants: list[Grant]) -> Grant | None:
    """The quickest grant of each label, of these the slowest; None if a label has none."""
    slowest: Grant | None = None
    for label in labels:
        mine = [grant for grant in grants if grant.label == label]
        if not mine:
            return None
        quickest = min(mine, key=lambda grant: (grant.mean_s, grant.rule))
        if slowest is None or quickest.mean_s > slowest.mean_s:
            slowest = quickest
    return slowest
