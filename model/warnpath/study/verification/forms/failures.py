"""Elements that fail and are repaired by themselves: how they are found, and how soon several are down."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from warnpath.scenario.laws import ExponentialLaw
from warnpath.scenario.lives import Life, lives, risk_lives
from warnpath.study.verification.forms.base import Check, Form, Quantity
from warnpath.study.verification.samples import Sample
from warnpath.study.verification.sketch import Sketch
from warnpath.study.verification.states import down_number, passage_times_s, share_of_time
from warnpath.theory import availability as held
from warnpath.theory import first_passage

if TYPE_CHECKING:
    from warnpath.scenario import Scenario


@dataclass(frozen=True)
class Rated:
    """An element that fails: its id, mean times to failure and repair (s)."""

    id: str
    mtbf_s: float
    mttr_s: float

    @property
    def up(self) -> float:
        """Availability."""
        return held.availability(self.mtbf_s, self.mttr_s)

    @property
    def relaxation_s(self) -> float:
        """Time in which it forgets (s)."""
        return 1.0 / (1.0 / self.mtbf_s + 1.0 / self.mttr_s)


def rated(scenario: Scenario) -> tuple[list[Rated], list[str]]:
    """Elements that fail at random, and what keeps their lives from being exponential and independent."""
    reasons = []
    if not scenario.run.random_outages:
        reasons.append("nothing fails at random: run.random_outages is not set")
    if scenario.outage:
        reasons.append("it has scripted outages")
    found = lives(scenario)
    if not found:
        reasons.append("no element states a reliability")
    reasons += [
        f"the times of {name} are not exponential" for name, life in found.items() if not _plain(life)
    ]
    return [Rated(name, life.failure.mean(), life.repair.mean()) for name, life in found.items()], reasons


def _plain(life: Life) -> bool:
    return isinstance(life.failure, ExponentialLaw) and isinstance(life.repair, ExponentialLaw)


class Alternating(Form):
    """Elements up and down by themselves."""

    name = "availability"
    title = "alternating renewal"
    source = "Barlow & Proschan (1975)"
    needs_traffic = False
    allowed = frozenset({"failures", "on_failure", "reroute"})

    def obstacles(self, sketch: Sketch) -> list[str]:
        """Whether every element fails by itself, always, and is repaired at once."""
        elements, reasons = rated(sketch.scenario)
        found = lives(sketch.scenario)
        reasons += [f"{each.id} fails only while busy" for each in elements if found[each.id].only_busy]
        reasons += [f"{each.id} waits for a repair crew" for each in elements if found[each.id].crew]
        reasons += [f"the shared risk {name} takes elements down too" for name in risk_lives(sketch.scenario)]
        return reasons

    def check(self, sketch: Sketch) -> Check:
        """Share of the time down, over all elements alike."""
        elements = rated(sketch.scenario)[0]
        groups: dict[tuple[float, float], list[str]] = {}
        for each in elements:
            groups.setdefault((each.mtbf_s, each.mttr_s), []).append(each.id)
        slowest = max(each.relaxation_s for each in elements)
        rarest = min(1.0 - each.up for each in elements)
        quantities = []
        for (mtbf_s, mttr_s), names in sorted(groups.items()):
            down = 1.0 - held.availability(mtbf_s, mttr_s)

            def measure(sample: Sample, names: tuple[str, ...] = tuple(names)) -> float:
                return share_of_time(sample, names)

            quantities.append(Quantity(f"share of time down ({', '.join(names)})"[:60], "", down, measure))
        return Check(
            quantities=tuple(quantities),
            relaxation_s=slowest,
            spread=math.sqrt((1.0 - rarest) / rarest),
            events_per_s=sum(1.0 / (each.mtbf_s + each.mttr_s) for each in elements),
            tables=("outages",),
        )


class Several(Form):
    """Several equal elements: how many are down, how often, and how soon."""

    name = "k-of-n"
    title = "k of n, first passage"
    source = "Barlow & Proschan (1975), chapter 7"
    needs_traffic = False
    allowed = frozenset({"failures", "on_failure", "reroute", "repair_crew"})

    def obstacles(self, sketch: Sketch) -> list[str]:
        """Whether there are several elements of one life and one crew, or none."""
        elements, reasons = rated(sketch.scenario)
        found = lives(sketch.scenario)
        if len(elements) < 2:
            reasons.append("it needs two or more elements that fail")
        if len({(each.mtbf_s, each.mttr_s) for each in elements}) > 1:
            reasons.append("its elements differ in how they fail")
        if len({found[each.id].crew for each in elements}) > 1:
            reasons.append("its elements have different repair crews")
        reasons += [f"{each.id} fails only while busy" for each in elements if found[each.id].only_busy]
        reasons += [f"the shared risk {name} takes elements down too" for name in risk_lives(sketch.scenario)]
        return reasons

    def check(self, sketch: Sketch) -> Check:
        """Two or more down: share of time, frequency, and mean time to it from all up."""
        elements = rated(sketch.scenario)[0]
        names, first = tuple(each.id for each in elements), elements[0]
        crew = lives(sketch.scenario)[first.id].crew
        crews = len(names) if crew is None else min(int(sketch.scenario.repair_crew[crew].size), len(names))
        rates = (1.0 / first.mtbf_s, 1.0 / first.mttr_s, crews)
        needed = len(names) - 1
        exact = first_passage.k_of_n_availability(len(names), needed, *rates)
        often = first_passage.failure_frequency(len(names), needed, *rates)
        soon_s = first_passage.mean_time_to_failure(len(names), needed, *rates)

        def several_down(sample: Sample) -> float:
            times_s, numbers = down_number(sample, names)
            return float(np.sum(np.diff(times_s)[numbers >= 2]) / sample.length_s)

        def becoming(sample: Sample) -> float:
            _, numbers = down_number(sample, names)
            return float(np.sum((numbers[1:] >= 2) & (numbers[:-1] < 2)) / sample.length_s)

        def passage(sample: Sample) -> float:
            return passage_times_s(sample, names, 2)

        return Check(
            quantities=(
                Quantity("share of time with two or more down", "", 1.0 - exact, several_down),
                Quantity("how often two come to be down", "1/s", often, becoming),
                Quantity("mean time from all up to two down", "s", soon_s, passage),
            ),
            relaxation_s=first.relaxation_s * len(names),
            spread=1.0 / math.sqrt(1.0 - exact),
            events_per_s=len(names) / (first.mtbf_s + first.mttr_s),
            tables=("outages",),
        )


class SharedRisk(Form):
    """Elements that fail each by itself, and together by what they share."""

    name = "shared-risk"
    title = "shared risk"
    source = "RFC 4202"
    needs_traffic = False
    allowed = frozenset({"failures", "on_failure", "reroute", "shared_risk"})

    def obstacles(self, sketch: Sketch) -> list[str]:
        """Whether one shared risk takes down all that fail."""
        elements, reasons = rated(sketch.scenario)
        risks = risk_lives(sketch.scenario)
        if len(risks) != 1:
            reasons.append(f"it needs one shared risk that fails, and there are {len(risks)}")
        for name, (life, members) in risks.items():
            if not _plain(life):
                reasons.append(f"the times of the shared risk {name} are not exponential")
            if sketch.scenario.shared_risk[name].degraded is not None:
                reasons.append(f"the shared risk {name} degrades and takes nothing down")
            if {each.id for each in elements} != set(members):
                reasons.append(f"the shared risk {name} has other members than the elements that fail")
        return reasons

    def check(self, sketch: Sketch) -> Check:
        """Share of the time in which all are down."""
        elements = rated(sketch.scenario)[0]
        ((life, _),) = risk_lives(sketch.scenario).values()
        names = tuple(each.id for each in elements)
        exact = held.shared_risk_unavailability([1.0 - each.up for each in elements], 1.0 - life.availability)

        def all_down(sample: Sample) -> float:
            times_s, numbers = down_number(sample, names)
            return float(np.sum(np.diff(times_s)[numbers == len(names)]) / sample.length_s)

        slowest = max(*(each.relaxation_s for each in elements), life.repair.mean())
        return Check(
            quantities=(Quantity("share of time with all down", "", exact, all_down),),
            relaxation_s=slowest,
            spread=1.0 / math.sqrt(exact),
            events_per_s=1.0 / slowest,
            tables=("outages",),
        )
