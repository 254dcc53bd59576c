"""Surges: how many messages a changing rate makes, and when.

Thresholds: Kolmogorov-Smirnov at p > 1e-3; counts within 4 standard deviations of their Poisson law.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tests.engine_cases import SMALL, frame
from tests.engine_pairs import assert_engines_agree
from tests.traffic_cases import traffic_scenario
from warnpath.engine import build_plan, run_replication
from warnpath.scenario import load

POISSON = 'kind = "poisson"\nrate_per_s = 0.5\nsize_bytes = 1'
SURGE = """
[[surge]]
id = "crisis"
traffic = "flow-0"
on = "time"
at_s = 900
delay_s = 100
factor = {factor}
ramp_s = {ramp_s}
duration_s = 1000
"""


def created(scenario, replication: int = 0) -> np.ndarray:
    output = run_replication(build_plan(scenario), replication, tables=("messages",), engine="compiled")
    assert output.status == "ok", output.error
    return frame(output, "messages").created_s.to_numpy()


def expected(times: np.ndarray, factor: float, ramp_s: float) -> np.ndarray:
    """Integral of the rate, by the trapezium rule on a fine grid: independent of how the engine does it."""
    grid = np.linspace(0.0, 5000.0, 500_001)
    corners = [1000.0, 1000.0 + ramp_s, 2000.0 + ramp_s, 2000.0 + 2 * ramp_s]
    heights = [1.0, factor, factor, 1.0]
    if ramp_s == 0.0:
        rate = np.where((grid >= 1000.0) & (grid < 2000.0), factor, 1.0)
    else:
        rate = np.interp(grid, corners, heights)
    steps = (rate[1:] + rate[:-1]) / 2 * np.diff(grid) * 0.5
    return np.interp(times, grid, np.concatenate([[0.0], np.cumsum(steps)]))


@pytest.mark.parametrize(("factor", "ramp_s"), [(6.0, 0.0), (6.0, 400.0), (0.0, 300.0), (0.25, 0.0)])
def test_poisson_traffic_with_a_surge_is_poisson_of_the_rate_there_is(tmp_path, factor, ramp_s):
    scenario = traffic_scenario(
        tmp_path, POISSON, duration_s=5000, capacity_kbps=1e6, end=SURGE.format(factor=factor, ramp_s=ramp_s)
    )
    counts = []
    for replication in range(5):
        times = created(scenario, replication)
        total = float(expected(np.array([5000.0]), factor, ramp_s)[0])
        assert abs(len(times) - total) <= 4.0 * math.sqrt(total)
        # In the time that the rate makes, gaps are exponential of mean 1.
        gaps = np.diff(expected(times, factor, ramp_s))
        assert stats.kstest(gaps, "expon").pvalue > 1e-3
        counts.append(((times >= 1000 + ramp_s) & (times < 2000 + ramp_s)).sum())
    high = 0.5 * factor * 1000
    assert abs(np.mean(counts) - high) <= 4.0 * math.sqrt(max(high, 1.0) / 5)


def test_periodic_traffic_beats_faster_and_keeps_its_beat(tmp_path):
    lines = 'kind = "periodic"\ninterval_s = 2\nphase_s = 1\nsize_bytes = 1'
    scenario = traffic_scenario(
        tmp_path, lines, duration_s=5000, capacity_kbps=1e6, end=SURGE.format(factor=4, ramp_s=200)
    )
    times = created(scenario)
    # The n-th message is sent when the integral of the rate has reached n + 1/2 messages.
    beats = expected(times, 4.0, 200.0)
    np.testing.assert_allclose(beats, np.arange(len(beats)) + 0.5, atol=1e-4)
    assert len(times) == 2500 + 3 * 500 + 3 * 100


def test_surges_add_what_each_adds(tmp_path):
    more = SURGE.format(factor=3, ramp_s=0) + SURGE.replace("crisis", "panic").format(factor=2, ramp_s=0)
    lines = 'kind = "periodic"\ninterval_s = 2\nphase_s = 1\nsize_bytes = 1'
    scenario = traffic_scenario(tmp_path, lines, duration_s=5000, capacity_kbps=1e6, end=more)
    times = created(scenario)
    assert ((times > 1000) & (times < 2000)).sum() == 4 * 500


def test_without_its_trigger_a_surge_changes_nothing_but_rounding(tmp_path):
    bare = traffic_scenario(tmp_path, POISSON, duration_s=5000, capacity_kbps=1e6)
    before = created(bare)
    late = SURGE.replace("at_s = 900", "at_s = 9000").format(factor=5, ramp_s=0)
    after = created(traffic_scenario(tmp_path, POISSON, duration_s=5000, capacity_kbps=1e6, end=late))
    np.testing.assert_allclose(before, after, rtol=1e-12)


WITH_LAUNCH = """
[[traffic]]
id = "voice"
source = "us-hub"
destination = "jp-c2"
open = true
kind = "poisson"
rate_per_s = 1
size_bytes = {{ kind = "lognormal", median_bytes = 200, p95_bytes = 900 }}
[[surge]]
id = "calls"
traffic = ["voice"]
on = "{on}"
factor = 10
ramp_s = 20
duration_s = 200
"""


@pytest.mark.parametrize("on", ["launch", "first_alert"])
def test_a_launch_or_the_first_alert_switches_a_surge_on_in_both_engines(tmp_path, on):
    path = tmp_path / "surging.toml"
    path.write_text(SMALL.read_text() + WITH_LAUNCH.format(on=on))
    output = assert_engines_agree(build_plan(load(path)), tables=("messages", "warnings", "traffic"))
    messages, warnings = frame(output, "messages"), frame(output, "warnings")
    voice = messages[messages.kind == "traffic"].created_s
    start_s = 5.0
    if on == "first_alert":
        alerts = messages[messages.kind == "alert"].created_s
        assert start_s + warnings.t_decided_s.min() == pytest.approx(alerts.min())
        start_s = alerts.min()
    quiet = (voice < start_s).sum()
    assert abs(quiet - start_s) <= 4.0 * math.sqrt(start_s) + 1.0
    high = ((voice > start_s + 20) & (voice < start_s + 220)).sum()
    assert abs(high - 2000) <= 4.0 * math.sqrt(2000)


def test_surges_of_every_kind_at_once_agree_in_both_engines(tmp_path):
    flows = [
        'kind = "poisson"\nrate_per_s = 2\nsize_bytes = { kind = "exponential", mean_bytes = 400 }',
        'kind = "periodic"\ninterval_s = 0.7\nsize_bytes = 300\nstart_s = 50\nend_s = 800',
    ]
    surges = "".join(
        f'[[surge]]\nid = "s-{number}"\ntraffic = {names}\non = "time"\nat_s = {at_s}\nfactor = {factor}\n'
        f"ramp_s = {ramp_s}\nduration_s = 150\n"
        for number, (names, at_s, factor, ramp_s) in enumerate(
            [
                ('["flow-0", "flow-1"]', 0, 3, 0),
                ('["flow-1"]', 40, 5, 100),
                ('["flow-0"]', 300, 0, 60),
                ('["flow-1"]', 700, 0.5, 0),
            ]
        )
    )
    scenario = traffic_scenario(
        tmp_path, *flows, duration_s=1000, capacity_kbps=16, medium="queue_limit = 30", end=surges
    )
    for replication in range(2):
        output = assert_engines_agree(build_plan(scenario), replication, tables=("messages", "traffic"))
        table = pd.DataFrame(output.columns["traffic"])
        assert (table.sent > 500).all()


def test_a_surge_of_a_launch_that_is_not_chosen_never_comes(tmp_path):
    path = tmp_path / "chosen.toml"
    text = SMALL.read_text() + WITH_LAUNCH.format(on="launch").replace(
        'on = "launch"', 'on = "launch"\nlaunch = "other"'
    )
    text = text.replace('name = "small"', 'name = "small"\nlaunch_set = "usual"').replace(
        'id = "flight"\n', 'id = "flight"\nlaunch_set = ["usual"]\n'
    )
    text += """
[[launch]]
id = "other"
launch_set = ["rare"]
profile = "irbm"
origin = { lat_deg = 39.2, lon_deg = 125.7 }
azimuth_deg = 70
"""
    path.write_text(text)
    scenario = load(path)
    table = frame(run_replication(build_plan(scenario), 0, tables=("traffic",)), "traffic")
    end_s = build_plan(scenario).scalars["end_s"]
    assert abs(table.sent[0] - end_s) <= 4.0 * math.sqrt(end_s)
