"""Outages step by step: causes in the table, crews, shared risks, degradation, files of the past."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from tests.engine_cases import frame
from tests.engine_pairs import assert_engines_agree
from tests.outage_cases import failing_links, hours
from tests.traffic_cases import traffic_scenario
from warnpath.engine import SimpyRun, build_plan, run_replication
from warnpath.engine.plan_outages import with_failed
from warnpath.scenario import ScenarioError, load

TABLES = ("outages", "elements", "traffic", "messages")
BEAT = 'kind = "periodic"\ninterval_s = 1\nphase_s = 0.5\nsize_bytes = 1000'
CLOCK = (
    'time_to_failure = {{ kind = "fixed", value_s = {life_s} }}\n'
    'repair = {{ kind = "fixed", value_s = {repair_s} }}'
)


def outages(scenario, replication=0, extra=None):
    output = run_replication(build_plan(scenario, extra), replication, tables=TABLES)
    assert output.status == "ok", output.error
    table = frame(output, "outages").sort_values(["down_s", "element"], ignore_index=True)
    return [tuple(row) for row in table.itertuples(index=False)]


def test_things_as_good_as_new_fail_when_their_life_is_over(tmp_path):
    scenario = failing_links(
        tmp_path, 1, duration_s=30, medium=CLOCK.format(life_s=7, repair_s=3), start="up"
    )
    found = outages(scenario)
    assert found[:2] == [("link-0", 7.0, 10.0, "random"), ("link-0", 17.0, 20.0, "random")]
    assert found[2][:2] == ("link-0", 27.0)
    assert math.isnan(found[2][2])


def test_a_crew_of_one_repairs_first_what_failed_first(tmp_path):
    # Lives of 10, 11 and 12 s, repairs of 5 s: one after the other, each new life from its own repair on.
    end = "[repair_crew.ship]\nsize = 1\n"
    scenario = failing_links(
        tmp_path,
        3,
        duration_s=34,
        medium=CLOCK.format(life_s=10, repair_s=5) + '\nrepair_crew = "ship"',
        start="up",
        end=end,
    )
    changes = {
        f"link.link-{number}.time_to_failure": {"kind": "fixed", "value_s": 10 + number} for number in (1, 2)
    }
    found = outages(scenario.replace(changes))
    assert [row[:3] for row in found[:3]] == [
        ("link-0", 10.0, 15.0),
        ("link-1", 11.0, 20.0),
        ("link-2", 12.0, 25.0),
    ]
    # The first fails again at 25, when the crew has just become free; the second at 31.
    assert found[3][:3] == ("link-0", 25.0, 30.0)
    assert found[4][:2] == ("link-1", 31.0)


def test_a_shared_risk_counts_beside_an_elements_own_failure(tmp_path):
    scenario = failing_links(
        tmp_path,
        2,
        duration_s=20,
        medium="",
        start="up",
        each='shared_risk = ["trench"]',
        end=f"[shared_risk.trench]\n{CLOCK.format(life_s=5, repair_s=4)}\n",
    )
    found = outages(scenario, extra={"link-0": (7.0, 12.0)})
    assert found == [
        ("link-0", 5.0, 9.0, "trench"),
        ("link-1", 5.0, 9.0, "trench"),
        ("link-0", 7.0, 12.0, "scripted"),
        ("link-0", 14.0, 18.0, "trench"),
        ("link-1", 14.0, 18.0, "trench"),
    ]
    elements = frame(
        run_replication(build_plan(scenario, {"link-0": (7.0, 12.0)}), 0, tables=TABLES), "elements"
    )
    up = elements[elements.direction == "a>b"].set_index("element").availability_realised
    assert up["link-0"] == pytest.approx(1.0 - (7.0 + 4.0) / 20.0)
    assert up["link-1"] == pytest.approx(1.0 - 8.0 / 20.0)


def test_nothing_fails_at_random_unless_the_run_says_so(tmp_path):
    scenario = failing_links(tmp_path, 3, duration_s=1000, medium=CLOCK.format(life_s=5, repair_s=4))
    quiet = scenario.replace({"run.random_outages": False})
    assert outages(quiet) == []
    assert outages(scenario)
    assert build_plan(quiet).network.availability["link-0"] == pytest.approx(5 / 9)


def test_a_scripted_degradation_slows_loses_and_ends(tmp_path):
    scenario = traffic_scenario(
        tmp_path,
        'kind = "periodic"\ninterval_s = 20\nphase_s = 0\nsize_bytes = 1000',
        duration_s=100,
        propagation_ms=1000,
        node='service = { kind = "fixed", value_s = 1 }',
        end="""
[[outage]]
id = "rain"
element = "a-b"
down_s = 10
up_s = 50
degraded = { capacity_factor = 0.25, delay_factor = 2 }
[[outage]]
id = "hail"
element = "a-b"
down_s = 30
up_s = 70
degraded = { capacity_factor = 0.5, loss = 1 }
[[outage]]
id = "heat"
element = "b"
down_s = 15
up_s = 30
degraded = { delay_factor = 3 }
""",
    )
    messages = frame(run_replication(build_plan(scenario), 0, tables=TABLES), "messages")
    # 1 s of transmission, 1 s of propagation, 1 s of service; at 20 s 4 + 2 + 3; at 40 and 60 s all is lost.
    assert messages.latency_s.fillna(-1.0).tolist() == [3.0, 9.0, -1.0, -1.0, 3.0]
    assert messages.status.tolist()[2:4] == ["lost", "lost"]
    elements = frame(run_replication(build_plan(scenario), 0, tables=TABLES), "elements")
    assert set(elements.availability_realised) == {1.0}


def test_a_shared_risk_degrades_each_way_of_each_member_once(tmp_path):
    # From 1 s on rain halves both links, and from 2 s on snow leaves a quarter of that of the first.
    links = "".join(
        f'[[link]]\nid = "{tail}-{head}"\nends = ["{tail}", "{head}"]\nmedium = "line"\n'
        f"shared_risk = {risks}\n"
        for tail, head, risks in (("a", "b", '["rain", "snow"]'), ("b", "c", '["rain"]'))
    )
    flows = "".join(
        f'[[traffic]]\nid = "{source}"\nsource = "{source}"\ndestination = "{sink}"\nkind = "periodic"\n'
        "interval_s = 900\nphase_s = 10\nsize_bytes = 1000\n"
        for source, sink in (("a", "c"), ("c", "a"))
    )
    nodes = "".join(
        f'[[node]]\nid = "{name}"\nrole = "relay"\nnation = "US"\nlat_deg = 0\nlon_deg = 0\n'
        for name in "abc"
    )
    risks = "".join(
        f'[shared_risk.{name}]\ntime_to_failure = {{ kind = "fixed", value_s = {from_s} }}\n'
        f'repair = {{ kind = "fixed", value_s = 1e6 }}\ndegraded = {{ {how} }}\n'
        for name, from_s, how in (
            ("rain", 1, "capacity_factor = 0.5, delay_factor = 3"),
            ("snow", 2, "capacity_factor = 0.25"),
        )
    )
    path = tmp_path / "weather.toml"
    path.write_text(
        'schema_version = 1\nname = "weather"\n[run]\nduration_s = 300\nrandom_outages = true\n'
        'outages_start = "up"\n[medium.line]\ncapacity_kbps = 8\npropagation_ms = 700\n'
        f"{risks}{nodes}{links}{flows}"
    )
    output = assert_engines_agree(build_plan(load(path)), tables=("messages", "elements"))
    messages = frame(output, "messages")
    # 1 s of transmission at full rate: 8 s on the first and 2 s on the second; 3 x 0.7 s of propagation each.
    assert messages.latency_s.tolist() == pytest.approx([8.0 + 2.0 + 4.2] * 2, rel=1e-12)


def test_a_plan_with_failed_elements_keeps_its_random_outages(tmp_path):
    scenario = failing_links(tmp_path, 3, duration_s=500, medium=CLOCK.format(life_s=50, repair_s=4))
    plan = build_plan(scenario)
    failed = with_failed(plan, ["link-1", "b"])
    direct = build_plan(scenario, {"link-1": (0.0, None), "b": (0.0, None)})
    hashes = [run_replication(item, 1, tables=TABLES).log_hash for item in (failed, direct)]
    assert hashes[0] == hashes[1]
    before = frame(run_replication(plan, 1, tables=TABLES), "outages")
    after = frame(run_replication(failed, 1, tables=TABLES), "outages")
    # The draws are those of the elements, whatever else is down.
    pd.testing.assert_frame_equal(
        before.sort_values(["element", "down_s"], ignore_index=True),
        after[after.cause == "random"].sort_values(["element", "down_s"], ignore_index=True),
    )


def test_what_a_process_takes_down_is_in_the_table_too(tmp_path):
    scenario = traffic_scenario(tmp_path, BEAT, duration_s=60)
    run = SimpyRun(build_plan(scenario, {"b": (40.0, 45.0)}), tables=TABLES)

    def maintenance():
        yield run.env.timeout(10)
        run.set_state("a-b", up=False)
        yield run.env.timeout(5)
        run.set_state("a-b", up=True)

    run.env.process(maintenance())
    output = run.run()
    assert output.status == "ok", output.error
    table = frame(output, "outages")
    assert [tuple(row) for row in table.itertuples(index=False)] == [
        ("a-b", 10.0, 15.0, "external"),
        ("b", 40.0, 45.0, "scripted"),
    ]


CSV = """element,down_s,up_s
a-b,-50,-20
a-b,-5,4
b,20,25.5
a-b,50,
"""


def past(folder: Path, csv: str, more: str = "") -> Path:
    traffic_scenario(folder, BEAT, duration_s=60)
    (folder / "past.csv").write_text(csv)
    path = folder / "with-past.toml"
    path.write_text(
        f'schema_version = 1\nextends = "two-nodes.toml"\noutage_file = "past.csv"\n{more}', encoding="utf-8"
    )
    return path


def test_the_past_is_read_from_a_file(tmp_path):
    scenario = load(past(tmp_path, CSV))
    found = outages(scenario)
    assert found[0] == ("a-b", 0.0, 4.0, "recorded")
    assert found[1] == ("b", 20.0, 25.5, "recorded")
    assert found[2][:2] == ("a-b", 50.0)
    assert [item.id for item in scenario.outage] == ["past-3", "past-4", "past-5"]
    clock = """up,element,down
2024-03-01T00:00:04Z,a-b,2024-02-29T23:59:55Z
2024-03-01T09:00:25.5+09:00,b,2024-03-01T00:00:20
,a-b,2024-03-01 00:00:50
"""
    timed = load(past(tmp_path, clock, 'outage_file_start = "2024-03-01T00:00:00Z"\n'))
    assert outages(timed)[:2] == found[:2]
    assert scenario.content_hash() != load(past(tmp_path, CSV.replace("25.5", "26"))).content_hash()
    with pytest.raises(ScenarioError, match="leads nowhere"):
        scenario.replace({"outage_file": "other.csv"})


@pytest.mark.parametrize(
    ("csv", "more", "line", "field", "message"),
    [
        ("element,down_s,up_s\nb,1,2\na-c,1,2\n", "", 3, "element", 'did you mean "a-b"'),
        ("element,down_s,up_s\nb,5,2\n", "", 2, "up_s", "is not after down_s"),
        ("element,down_s,up_s\nb,soon,2\n", "", 2, "outage_file", "down_s is no time"),
        ("element,down_s,up_s\nb,1,later\n", "", 2, "outage_file", "up_s is no time"),
        ("element,down_s\nb,1\n", "", 3, "outage_file", "has no column up_s"),
        ("element,down,up\nb,2024-03-01,2024-03-02\n", "", None, "outage_file_start", "is missing"),
        ("element,down,up\nb,1,2\n", 'outage_file_start = "then"\n', 4, "outage_file_start", "is no time"),
        ("", "", 3, "outage_file", "is an empty file"),
    ],
)
def test_every_problem_with_the_past_is_told_where_it_is(tmp_path, csv, more, line, field, message):
    with pytest.raises(ScenarioError) as caught:
        load(past(tmp_path, csv, more))
    (problem,) = caught.value.problems
    assert message in problem.message
    assert problem.field == field
    assert problem.line == line or line is None
    if line == 2 or "a-c" in csv:
        assert problem.file == str(tmp_path / "past.csv")


EVERYTHING = f"""
[repair_crew.ship]
size = 1
[shared_risk.trench]
mtbf_h = {hours(150)}
mttr_h = {hours(20)}
repair_crew = "ship"
[shared_risk.storm]
mtbf_h = {hours(100)}
mttr_h = {hours(60)}
degraded = {{ capacity_factor = 0.3, delay_factor = 2, loss = 0.2 }}
[[node]]
id = "c"
role = "relay"
nation = "US"
lat_deg = 0
lon_deg = 0
shared_risk = ["trench"]
mtbf_h = {hours(200)}
mttr_h = {hours(10)}
[[link]]
id = "b-c"
ends = ["b", "c"]
medium = "line"
shared_risk = ["trench", "storm"]
[[link]]
id = "a-c"
ends = ["a", "c"]
medium = "line"
propagation_ms = 300
shared_risk = ["storm"]
fails_only_busy = true
[[traffic]]
id = "through"
source = "a"
destination = ["b", "c"]
kind = "poisson"
rate_per_s = 2
size_bytes = {{ kind = "lognormal", median_bytes = 300, p95_bytes = 2000 }}
"""


@pytest.mark.parametrize("replication", range(3))
@pytest.mark.parametrize("start", ["equilibrium", "up"])
def test_both_engines_agree_on_everything_that_fails(tmp_path, replication, start):
    scenario = traffic_scenario(
        tmp_path,
        duration_s=1000,
        capacity_kbps=30,
        run=f'random_outages = true\noutages_start = "{start}"',
        medium=(
            f'mtbf_h = {hours(120)}\nrepair = {{ kind = "gamma", mean_s = 15, shape = 2 }}\n'
            'repair_crew = "ship"\nreroute = { detection_s = 0.5, convergence_s = 4 }\nqueue_limit = 40\n'
            "loss = 0.05\nretransmit = { timeout_s = 0.7, max_attempts = 3 }"
        ),
        node=(
            'service = { kind = "weibull", scale_s = 0.2, shape = 0.8 }\nservers = 2\npreemptive = true\n'
            f'on_failure = "held"\nmtbf_h = {hours(80)}\nmttr_h = {hours(9)}\nfails_only_busy = true\n'
            'startup = { kind = "uniform", low_s = 1, high_s = 3 }'
        ),
        end=EVERYTHING,
    )
    plan = build_plan(scenario, {"a-b": (100.0, 150.0), "c": (0.0, 30.0)})
    output = assert_engines_agree(plan, replication, tables=(*TABLES, "hops", "occupancy"))
    causes = set(output.columns["outages"]["cause"])
    assert {"random", "storm", "scripted"} <= causes
