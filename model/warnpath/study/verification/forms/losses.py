"""Loss on a link, and what repeats of what was lost cost."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import ClassVar

import numpy as np

from warnpath.scenario.links import Retransmit
from warnpath.study.verification.forms.base import Check, Form, Quantity, lone_flow, mean_latency
from warnpath.study.verification.samples import Sample
from warnpath.study.verification.sketch import FlowSketch, Sketch, Station, is_set
from warnpath.theory import retransmission
from warnpath.theory.age import periodic_age

MOST_ATTEMPTS = 1000
"""A sender that may try more often than this is never seen to give up."""
LONGEST_REPEATS_S, NEVER_S = 1e5, 1e9
RARE = 1e-12


def lossy_link(sketch: Sketch) -> tuple[Station | None, list[str]]:
    """The only link of the only flow that loses anything, and why there is no such one."""
    flow, reasons = lone_flow(sketch)
    if flow is None:
        return None, reasons
    if flow.busy_stations():
        return None, [f"{flow.busy_stations()[0].id} is loaded: repeats would wait in its queue"]
    lossy = [
        station for station in flow.stations if station.kind == "link" and float(station.element.loss) > 0.0
    ]
    if len(lossy) != 1:
        return None, [f"it needs loss on one link, and there is on {len(lossy)}"]
    if float(lossy[0].element.loss) >= 1.0:
        return None, [f"{lossy[0].id} loses everything"]
    return lossy[0], []


class StopAndWait(Form):
    """Every lost message is sent again after the same time."""

    name = "stop-and-wait"
    title = "stop and wait"
    source = "elementary: a geometric number of attempts"
    allowed = frozenset({"loss", "retransmit"})
    stated: ClassVar[frozenset[str]] = frozenset({"timeout_s", "max_attempts"})

    def obstacles(self, sketch: Sketch) -> list[str]:
        """Whether one idle link loses and repeats, in no order."""
        station, reasons = lossy_link(sketch)
        if station is None:
            return reasons
        retransmit = station.element.retransmit
        if retransmit is None:
            return [f"{station.id} repeats nothing"]
        for name, about in Retransmit.model_fields.items():
            value = getattr(retransmit, name)
            if name not in self.stated and is_set(value) and value != about.default:
                reasons.append(f"retransmit.{name} of {station.id} has no place in it")
        if station.element.keep_order:
            reasons.append(f"{station.id} keeps the order, so a message waits for repeats of earlier ones")
        return reasons

    def mean_s(self, loss: float, timeouts_s: Sequence[float]) -> float:
        """Mean time lost to repeats, of what arrives (s)."""
        return retransmission.stop_and_wait_mean_s(0.0, timeouts_s[0], loss, len(timeouts_s))

    def check(self, sketch: Sketch) -> Check:
        """Mean delay, attempts, and what never arrives."""
        flow = sketch.flows[0]
        station = lossy_link(sketch)[0]
        assert station is not None
        loss = float(station.element.loss)
        timeouts_s = timeouts_of(station)
        most = len(timeouts_s)
        mean_s = self.mean_s(loss, timeouts_s)
        quantities = [Quantity("mean time lost to repeats", "s", mean_s, mean_latency(flow.fixed_s))]
        if most >= 2:
            quantities.append(
                Quantity("share repeated twice or more", "", loss * loss, attempts_above(2, flow))
            )
        if 1.0 - retransmission.delivery_probability(loss, most) > 1e-4:
            gone = 1.0 - retransmission.delivery_probability(loss, most)
            quantities.append(Quantity("share lost for good", "", gone, lost))
        return Check(
            quantities=tuple(quantities),
            spread=max(1.0 / loss, spread_of_repeats(loss, timeouts_s)),
            tail_s=flow.fixed_s + repeats_tail_s(loss, timeouts_s),
            events_per_s=flow.rate_per_s,
        )


class BackOff(StopAndWait):
    """Every lost message is sent again after a time that grows from one attempt to the next."""

    name = "back-off"
    title = "repeats with back-off"
    source = "elementary: a geometric number of attempts, weighted by growing time-outs"
    stated = frozenset({"timeout_s", "max_attempts", "backoff"})

    def obstacles(self, sketch: Sketch) -> list[str]:
        """As for equal time-outs, and that these grow and end in bearable time."""
        reasons = super().obstacles(sketch)
        station = lossy_link(sketch)[0]
        if station is None or station.element.retransmit is None:
            return reasons
        timeouts_s = timeouts_of(station)
        if len(timeouts_s) < 2 or timeouts_s[1] <= timeouts_s[0]:
            reasons.append(f"the time-outs of {station.id} do not grow")
        elif repeats_tail_s(float(station.element.loss), timeouts_s) > LONGEST_REPEATS_S:
            reasons.append(f"the time-outs of {station.id} grow beyond {LONGEST_REPEATS_S:g} s")
        return reasons

    def mean_s(self, loss: float, timeouts_s: Sequence[float]) -> float:
        """Mean time lost to repeats, of what arrives (s)."""
        return retransmission.backoff_mean_s(0.0, timeouts_s[:-1], loss)


def timeouts_of(station: Station) -> list[float]:
    """Time from the end of each attempt that a link may make to that of the next (s).

    The last one, after which nothing follows, is among them.
    """
    retransmit = station.element.retransmit
    growth = 1.0 if retransmit.backoff is None else float(retransmit.backoff)
    timeouts_s = [float(retransmit.timeout_s)]
    while len(timeouts_s) < min(int(retransmit.max_attempts), MOST_ATTEMPTS):
        timeouts_s.append(min(timeouts_s[-1] * growth, NEVER_S))
    return [timeout_s + station.service.mean_s for timeout_s in timeouts_s]


def spread_of_repeats(loss: float, timeouts_s: Sequence[float]) -> float:
    """Standard deviation over mean of the time lost to repeats."""
    spent_s = np.concatenate([[0.0], np.cumsum(timeouts_s[:-1])])
    weights = np.power(loss, np.arange(len(spent_s)))
    mean_s, second_s2 = np.average(spent_s, weights=weights), np.average(spent_s**2, weights=weights)
    return float(math.sqrt(second_s2 - mean_s**2) / mean_s) if mean_s > 0.0 else 1.0


def repeats_tail_s(loss: float, timeouts_s: Sequence[float]) -> float:
    """Time that repeats take but for one message in 10^12 (s)."""
    likely = math.ceil(math.log(RARE) / math.log(loss))
    return math.fsum(timeouts_s[:likely])


class LossWithoutRepeats(Form):
    """Age of periodic news of which some is lost."""

    name = "periodic-age"
    title = "age of periodic news"
    source = "renewal and reward"
    allowed = frozenset({"loss"})

    def obstacles(self, sketch: Sketch) -> list[str]:
        """Whether periodic messages pass idle links of which one may lose them."""
        flow, reasons = lone_flow(sketch, "periodic")
        if flow is None:
            return reasons
        if sketch.has("loss"):
            return lossy_link(sketch)[1]
        busy = flow.busy_stations()
        if flow.fixed_s >= flow.gap_s or any(station.service.kind != "fixed" for station in busy):
            reasons.append("messages could wait for one another")
        return reasons

    def check(self, sketch: Sketch) -> Check:
        """Mean age, and mean age just before an update."""
        flow = sketch.flows[0]
        station = lossy_link(sketch)[0]
        loss = 0.0 if station is None else float(station.element.loss)
        age = periodic_age(flow.gap_s, flow.fixed_s, 1.0 - loss)
        quantities = [
            Quantity("mean age", "s", age.mean_s, mean_age),
            Quantity("mean age before an update", "s", age.peak_s, peak_age),
        ]
        if station is not None:
            quantities.append(Quantity("share lost", "", loss, lost))
        return Check(
            quantities=tuple(quantities),
            relaxation_s=flow.gap_s / (1.0 - loss),
            spread=1.0,
            tail_s=flow.fixed_s + flow.gap_s,
            events_per_s=flow.rate_per_s,
        )


def lost(sample: Sample) -> float:
    """Share of the messages that were lost for good."""
    return sample.share("lost")


def attempts_above(attempts: int, flow: FlowSketch) -> Callable[[Sample], float]:
    """Share of the messages that the lossy link tried more often than that, lost ones included."""
    others = sum(1 for each in flow.stations if each.kind == "link") - 1

    def measure(sample: Sample) -> float:
        return float(np.mean(sample.messages()["attempts"] - others > attempts))

    return measure


def mean_age(sample: Sample) -> float:
    """Mean over time of the age of the newest news, from the first arrival looked at to the last (s)."""
    created_s, delivered_s = _arrivals(sample)
    area = 0.5 * np.sum((delivered_s[1:] - created_s[:-1]) ** 2 - (delivered_s[:-1] - created_s[:-1]) ** 2)
    return float(area / (delivered_s[-1] - delivered_s[0]))


def peak_age(sample: Sample) -> float:
    """Mean age just before a newer message arrives (s)."""
    created_s, delivered_s = _arrivals(sample)
    return float(np.mean(delivered_s[1:] - created_s[:-1]))


def _arrivals(sample: Sample) -> tuple[np.ndarray, np.ndarray]:
    """When each message that brought news was made, and when it arrived, in the order of arrival."""
    found = sample.delivered()
    order = np.argsort(found["delivered_s"], kind="stable")
    created_s, delivered_s = found["created_s"][order], found["delivered_s"][order]
    newest = np.maximum.accumulate(created_s)
    fresh = np.concatenate([[True], created_s[1:] > newest[:-1]])
    return created_s[fresh], delivered_s[fresh]
