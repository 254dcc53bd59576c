"""A scenario without a launch, as a user runs it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.conftest import run_one_after_another
from warnpath.results.store import read_table

Program = Callable[..., subprocess.CompletedProcess[str]]

SCENARIO = """
schema_version = 1
name = "load-only"
title = "Two nodes and a file server"
[run]
replications = 2
duration_s = 60
[medium.line]
capacity_kbps = 100
propagation_ms = 10
[[node]]
id = "server"
role = "relay"
nation = "JP"
lat_deg = 35
lon_deg = 139
[[node]]
id = "client"
role = "relay"
nation = "JP"
lat_deg = 35
lon_deg = 139.1
[[link]]
id = "line"
ends = ["server", "client"]
medium = "line"
[[traffic]]
id = "files"
source = "server"
destination = "client"
kind = "poisson"
rate_per_s = 2
size_bytes = 4000
"""


def test_traffic_without_a_launch_runs_is_shown_and_written(tmp_path: Path) -> None:
    (tmp_path / "load.toml").write_text(SCENARIO)
    common = ("run", "load.toml", "--out")
    without = ("--tables", "no-messages", "--engine", "compiled")
    shown, answer = run_one_after_another(
        tmp_path, [((*common, "shown", "--quiet"), {}), ((*common, "out", "--json", *without), {})]
    )
    assert shown.returncode == 0, shown.stderr
    assert "Traffic" in shown.stdout
    assert "files" in shown.stdout
    assert answer.returncode == 0, answer.stderr
    told = json.loads(answer.stdout)
    assert told["warnings"] == []
    (traffic,) = told["traffic"]
    assert traffic["traffic"] == "files"
    # 120 messages expected; 5 standard deviations of a mean of two counts are 39.
    assert 81 <= traffic["sent"] <= 159
    # Transmission of 32,000 bits at 100 kbit/s and 10 ms of propagation, and queueing above that.
    assert 0.33 <= traffic["latency_s"] < 2.0
    assert not (tmp_path / "out" / "messages.parquet").exists()
    table = read_table(tmp_path / "out" / "traffic.parquet")
    assert (table["sent"] == table["delivered"] + table["in_flight"]).all()
    messages = read_table(tmp_path / "shown" / "messages.parquet")
    assert len(messages) == table["sent"].sum()


def test_show_tells_what_is_offered_and_what_can_fail(tmp_path: Path) -> None:
    more = """
mtbf_h = 99
mttr_h = 1
shared_risk = ["quake"]
[shared_risk.quake]
availability = 0.999
mttr_h = 24
repair_crew = "army"
[repair_crew.army]
size = 2
"""
    text = SCENARIO.replace(
        'ends = ["server", "client"]\nmedium = "line"\n',
        f'ends = ["server", "client"]\nmedium = "line"{more}',
    )
    (tmp_path / "load.toml").write_text(text)
    answer, shown = run_one_after_another(
        tmp_path, [(("show", "load.toml", "--json"), {}), (("show", "load.toml", "--only", "lives"), {})]
    )
    told = json.loads(answer.stdout)
    (traffic,) = told["traffic"]
    assert (traffic["rate_per_s"], traffic["size_bytes"], traffic["load_kbps"]) == (2.0, 4000.0, 64.0)
    line, quake = told["lives"]
    assert (line["id"], line["availability"], line["mttf_h"]) == ("line", 0.99, 99.0)
    assert quake["id"] == "shared risk quake"
    assert (quake["at"], quake["crew"], quake["mttr_h"]) == ("line", "army", 24.0)
    assert "quake" in shown.stdout
    assert "0.999" in shown.stdout


SWEEP = """
schema_version = 1
name = "capacity"
title = "How wide the line must be"
question = "What does a narrow line cost?"
scenario = "load.toml"
replications = 2
seed = 3
[[factor]]
path = "medium.line.capacity_kbps"
values = [80, 1000]
"""


def test_a_sweep_of_traffic_alone(tmp_path: Path) -> None:
    (tmp_path / "load.toml").write_text(SCENARIO)
    (tmp_path / "sweep.toml").write_text(SWEEP)
    common = ("sweep", "sweep.toml", "--out")
    shown, answer = run_one_after_another(
        tmp_path, [((*common, "out", "--quiet"), {}), ((*common, "again", "--json"), {})]
    )
    assert shown.returncode == 0, shown.stderr
    assert "Traffic" in shown.stdout
    assert "needed warnings" not in shown.stdout
    told = json.loads(answer.stdout)
    narrow, wide = told["traffic"]
    assert (narrow["point"], narrow["medium.line.capacity_kbps"]) == (0, 80)
    # Transmission takes 0.4 s at 80 kbit/s and 80 % load, 0.032 s at 1,000 kbit/s.
    assert narrow["latency_s"] > 0.41 > wide["latency_s"] > 0.042
    assert narrow["sent"] == wide["sent"]


def test_what_needs_a_launch_says_so(run_program: Program, tmp_path: Path) -> None:
    (tmp_path / "load.toml").write_text(SCENARIO)
    answer = run_program("failures", "load.toml")
    assert answer.returncode != 0
    assert "has no launch" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_only_an_optional_table_can_be_left_out(run_program: Program) -> None:
    answer = run_program("run", "trilateral", "--tables", "no-warnings")
    assert answer.returncode == 2
    assert "table 'warnings' cannot be left out" in answer.stderr
