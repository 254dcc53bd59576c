"""Which elements are down when, from the table of outages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from warnpath.study.verification.samples import Array, Sample


def down_spans_s(sample: Sample, element: str) -> list[tuple[float, float]]:
    """Times from which to which an element was down, within the time looked at; overlaps are joined."""
    table = sample.table("outages")
    own = table["element"] == element
    starts, ends = table["down_s"][own], table["up_s"][own]
    ends = np.where(np.isnan(ends), np.inf, ends)
    spans: list[tuple[float, float]] = []
    for place in np.argsort(starts, kind="stable"):
        start_s, end_s = max(float(starts[place]), sample.from_s), min(float(ends[place]), sample.until_s)
        if start_s >= end_s:
            continue
        if spans and start_s <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end_s))
        else:
            spans.append((start_s, end_s))
    return spans


def share_of_time(sample: Sample, elements: Sequence[str]) -> float:
    """Share of the time that elements are down, over all of them."""
    down_s = sum(end - start for name in elements for start, end in down_spans_s(sample, name))
    return down_s / (sample.length_s * len(elements))


def down_number(sample: Sample, elements: Sequence[str]) -> tuple[Array, Array]:
    """How many of some elements are down.

    Returns
    -------
    float64[n + 1], int64[n]
        Times of change from the start of the time looked at to its end (s), and the number between each two.
    """
    spans = [span for name in elements for span in down_spans_s(sample, name)]
    times = np.array([time for span in spans for time in span])
    steps = np.array([step for _ in spans for step in (1, -1)])
    order = np.argsort(times, kind="stable")
    edges = np.concatenate([[sample.from_s], times[order], [sample.until_s]])
    numbers = np.concatenate([[0], np.cumsum(steps[order])]).astype(np.int64)
    return edges, numbers


def passage_times_s(sample: Sample, elements: Sequence[str], down: int) -> float:
    """Mean time from a moment at which all have just come to be up until so many are down (s)."""
    edges, numbers = down_number(sample, elements)
    times: list[float] = []
    began: float | None = None
    for number, start_s in zip(numbers, edges[:-1], strict=True):
        if number == 0 and began is None:
            began = float(start_s)
        elif number >= down and began is not None:
            times.append(float(start_s) - began)
            began = None
    return float(np.mean(times)) if times else float("nan")
