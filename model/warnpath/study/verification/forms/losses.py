"""Loss on a link, and what repeats of what was lost cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from warnpath.scenario.links import Retransmit
from warnpath.study.verification.forms.base import Check, Form, Quantity, lone_flow, mean_latency
from warnpath.study.verification.samples import Sample
from warnpath.study.verification.sketch import FlowSketch, Sketch, Station, is_set
from warnpath.theory import retransmission
from warnpath.theory.age import periodic_age

PLAIN_RETRANSMIT = {"timeout_s", "max_attempts"}


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
    return lossy[0], []


def odd_retransmission(retransmit: Any) -> list[str]:
    """Fields of a retransmission beyond time-out and attempts."""
    return [
        name
        for name, about in Retransmit.model_fields.items()
        if name not in PLAIN_RETRANSMIT
        and is_set(value := getattr(retransmit, name))
        and value != about.default
    ]


class StopAndWait(Form):
    """Every lost message is sent again after the same time."""

    name = "stop-and-wait"
    title = "stop and wait"
    source = "elementary: a geometric number of attempts"
    allowed = frozenset({"loss", "retransmit"})

    def obstacles(self, sketch: Sketch) -> list[str]:
        """Whether one idle link loses and repeats, in no order."""
        station, reasons = lossy_link(sketch)
        if station is None:
            return reasons
        if station.element.retransmit is None:
            return [f"{station.id} repeats nothing"]
        odd = odd_retransmission(station.element.retransmit)
        if odd:
            reasons.append(f"retransmit.{odd[0]} of {station.id} has no place in it")
        if station.element.keep_order:
            reasons.append(f"{station.id} keeps the order, so a message waits for repeats of earlier ones")
        return reasons

    def check(self, sketch: Sketch) -> Check:
        """Mean delay, attempts, and what never arrives."""
        flow = sketch.flows[0]
        station = lossy_link(sketch)[0]
        assert station is not None
        loss, retransmit = float(station.element.loss), station.element.retransmit
        timeout_s = float(retransmit.timeout_s) + station.service.mean_s
        most = int(retransmit.max_attempts)
        repeats_s = retransmission.stop_and_wait_mean_s(0.0, timeout_s, loss, most)
        delivered = retransmission.delivery_probability(loss, most)
        quantities = [
            Quantity("mean time lost to repeats", "s", repeats_s, mean_latency(flow.fixed_s)),
            Quantity("share repeated twice or more", "", loss * loss, attempts_above(2, flow)),
        ]
        if most < 2:
            quantities.pop()
        if 1.0 - delivered > 1e-4:
            quantities.append(Quantity("share lost for good", "", 1.0 - delivered, lost))
        return Check(
            quantities=tuple(quantities),
            spread=1.0 / (loss * loss) ** 0.5,
            tail_s=flow.fixed_s + timeout_s * min(most, 60),
            events_per_s=flow.rate_per_s,
        )


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
