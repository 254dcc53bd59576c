"""Which elements are down when, from made-up tables of outages."""

from __future__ import annotations

import math

import numpy as np
import pytest

from warnpath.engine.output import ReplicationOutput
from warnpath.study.verification.samples import Sample
from warnpath.study.verification.states import down_number, down_spans_s, passage_times_s, share_of_time


def sample_of(rows: list[tuple[str, float, float]], from_s: float = 10.0, until_s: float = 110.0) -> Sample:
    table = {
        "element": np.array([row[0] for row in rows], dtype=object),
        "down_s": np.array([row[1] for row in rows], dtype=float),
        "up_s": np.array([row[2] for row in rows], dtype=float),
    }
    return Sample(ReplicationOutput(0, 1, "ok", "", 0.0, 0, "", {"outages": table}), from_s, until_s)


def test_spans_are_cut_joined_and_sorted() -> None:
    rows = [("a", 50, 60), ("a", 5, 20), ("a", 55, 70), ("b", 0, 200), ("a", 1, 9), ("a", 100, math.nan)]
    sample = sample_of(rows)
    # Two causes overlap from 55 to 60; the last outage lasts beyond the end; one ended before the beginning.
    assert down_spans_s(sample, "a") == [(10.0, 20.0), (50.0, 70.0), (100.0, 110.0)]
    assert down_spans_s(sample, "c") == []
    assert share_of_time(sample, ["a"]) == pytest.approx(0.4)
    assert share_of_time(sample, ["a", "b"]) == pytest.approx(0.7)


def test_number_down_over_time() -> None:
    edges, numbers = down_number(sample_of([("a", 20, 40), ("b", 30, 50), ("c", 30, 35)]), ["a", "b", "c"])
    shown = [(float(edge), int(number)) for edge, number in zip(edges, numbers, strict=False)]
    assert [pair for pair in shown if pair[0] in (10.0, 20.0, 35.0, 40.0, 50.0)] == [
        (10.0, 0), (20.0, 1), (35.0, 2), (40.0, 1), (50.0, 0),
    ]  # fmt: skip
    assert max(numbers) == 3
    assert (edges[0], edges[-1]) == (10.0, 110.0)


def test_times_from_all_up_to_two_down() -> None:
    rows = [("a", 20, 40), ("b", 30, 50), ("a", 70, 71), ("a", 80, 90), ("b", 82, 85), ("a", 100, 105)]
    # From 10 to 30, from 50 to 82; what began at 90 does not end in time.
    assert passage_times_s(sample_of(rows), ["a", "b"], 2) == pytest.approx((20 + 32) / 2)
    assert math.isnan(passage_times_s(sample_of([]), ["a", "b"], 2))
