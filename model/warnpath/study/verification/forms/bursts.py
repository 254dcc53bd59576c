"""Losses that come in bursts on a link."""

from __future__ import annotations

import math

import numpy as np

from warnpath.study.verification.forms.base import Check, Form, Quantity, lone_flow
from warnpath.study.verification.forms.losses import lost
from warnpath.study.verification.samples import Array, Sample
from warnpath.study.verification.sketch import Sketch, Station
from warnpath.theory.bursts import GilbertElliott


class Bursts(Form):
    """One flow over a link that is good or bad from one transmission to the next, and repeats nothing."""

    name = "bursts"
    title = "loss in bursts"
    source = "Gilbert (1960), Elliott (1963)"
    allowed = frozenset({"burst_loss"})

    def obstacles(self, sketch: Sketch) -> list[str]:
        """Whether one flow alone passes one link of bursts, in the order in which it is sent."""
        flow, reasons = lone_flow(sketch)
        if flow is None:
            return reasons
        bursty = bursty_links(sketch)
        if len(bursty) != 1:
            return [f"it needs burst_loss on one link, and there is on {len(bursty)}"]
        if flow.busy_stations():
            reasons.append(f"{flow.busy_stations()[0].id} is loaded: it could change the order")
        channel = channel_of(bursty[0])
        if not 0.0 < channel.mean_loss < 1.0:
            reasons.append(f"{bursty[0].id} loses nothing, or everything")
        return reasons

    def check(self, sketch: Sketch) -> Check:
        """Share lost, share of neighbours that are both lost, and how many are lost in a row."""
        flow = sketch.flows[0]
        channel = channel_of(bursty_links(sketch)[0])
        one, two = channel.mean_loss, channel.losses_in_a_row(2)
        row = one / (one - two)

        def both(sample: Sample) -> float:
            gone = lost_ones(sample)
            return float(np.mean(gone[1:] * gone[:-1]))

        def in_a_row(sample: Sample) -> float:
            gone = lost_ones(sample)
            begun = float(np.mean(gone[1:] * (1.0 - gone[:-1])))
            # A ratio is biased by its noise; its difference from the exact one, to first order, is not.
            return row + (float(np.mean(gone[1:])) - row * begun) / (one - two)

        return Check(
            quantities=(
                Quantity("share lost", "", one, lost),
                Quantity("share lost together with the next", "", two, both),
                Quantity("mean number lost in a row", "", row, in_a_row),
            ),
            relaxation_s=flow.gap_s / (channel.to_bad + channel.to_good),
            spread=math.sqrt(1.0 / max(two, one * one)),
            tail_s=flow.fixed_s + flow.gap_s,
            events_per_s=flow.rate_per_s,
        )


def bursty_links(sketch: Sketch) -> list[Station]:
    """Links on the way of the first flow that lose in bursts."""
    return [
        station
        for station in sketch.flows[0].stations
        if station.kind == "link" and station.element.burst_loss is not None
    ]


def channel_of(station: Station) -> GilbertElliott:
    """What theory makes of a link that loses in bursts."""
    stated = station.element.burst_loss
    return GilbertElliott(
        float(stated.to_bad), float(stated.to_good), float(stated.loss_good), float(stated.loss_bad)
    )


def lost_ones(sample: Sample) -> Array:
    """1.0 for each message that was lost, 0.0 for each that was not, in the order of sending."""
    gone: Array = (sample.messages()["status"] == "lost").astype(np.float64)
    return gone
