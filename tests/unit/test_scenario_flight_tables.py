"""A scenario that names a table of positions holds its rows, wherever it goes."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from warnpath.engine import build_plan
from warnpath.scenario import Scenario, ScenarioError, effective_launch, load

SMALL = Path(__file__).parents[1] / "scenarios" / "small.toml"
ROWS = [
    (0.0, 39.2, 125.7, 0.1),
    (60.0, 39.3, 126.1, 30.0),
    (150.0, 39.5, 127.4, 70.0),
    (300.0, 39.9, 129.7, 0.0),
]
TABLE = """
extends = "small.toml"

[profile.seen]
kind = "table"
burn_time_s = 70
positions = "data/seen.csv"

[[launch]]
id = "seen"
profile = "seen"
at_s = 20
"""


def write(folder: Path) -> Path:
    (folder / "data").mkdir()
    (folder / "small.toml").write_text(SMALL.read_text())
    lines = ["t_s,lat_deg,lon_deg,alt_km", *(",".join(map(str, row)) for row in ROWS)]
    (folder / "data" / "seen.csv").write_text("\n".join(lines))
    path = folder / "seen.toml"
    path.write_text(TABLE)
    return path


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    return load(write(tmp_path))


def test_the_path_is_relative_to_the_file_and_the_rows_take_its_place(
    scenario: Scenario, tmp_path: Path
) -> None:
    assert scenario.profile["seen"].positions == tuple(ROWS)
    (tmp_path / "data" / "seen.csv").unlink()
    assert pickle.loads(pickle.dumps(scenario)) == scenario
    assert scenario.replace({"run.seed": 5}).profile["seen"].positions == tuple(ROWS)


def test_a_file_that_extends_the_scenario_need_not_lie_beside_the_table(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    write(tmp_path / "a")
    other = tmp_path / "b" / "other.toml"
    other.write_text('extends = "../a/seen.toml"\n')
    assert load(other).profile["seen"].positions == tuple(ROWS)


def test_the_hash_covers_the_rows(scenario: Scenario, tmp_path: Path) -> None:
    table = tmp_path / "data" / "seen.csv"
    table.write_text(table.read_text().replace("39.5", "39.6"))
    assert load(tmp_path / "seen.toml").content_hash() != scenario.content_hash()


def test_a_path_set_from_outside_is_relative_to_where_the_program_runs(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    text = (tmp_path / "data" / "seen.csv").read_text()
    (other / "later.csv").write_text(text.replace("300.0", "310.0"))
    monkeypatch.chdir(other)
    changed = scenario.replace({"profile.seen.positions": "later.csv"})
    assert changed == changed.replace({})
    assert changed.profile["seen"].positions == (*ROWS[:3], (310.0, *ROWS[3][1:]))


def test_a_path_set_to_no_file_is_refused(scenario: Scenario) -> None:
    with pytest.raises(ScenarioError, match=r"profile\.seen positions = \"no-such\.csv\": .* cannot be read"):
        scenario.replace({"profile.seen.positions": "no-such.csv"})


def test_the_origin_of_a_table_is_its_first_row(scenario: Scenario) -> None:
    values = effective_launch(scenario, "seen")
    assert (float(values.origin.lat_deg), float(values.origin.lon_deg)) == (39.2, 125.7)
    assert values.azimuth_deg is values.target is values.apogee_km is None


def test_a_flight_of_a_table_is_flown(scenario: Scenario) -> None:
    plan = build_plan(scenario)
    row = plan.entities["launches"][plan.sensing.launch_ids.index("seen")]
    assert (row["at_s"], row["burnout_s"], row["impact_s"]) == (20.0, 70.0, 300.0)
    flight = plan.sensing.trajectories[plan.sensing.launch_ids.index("seen")]
    assert (flight.impact_lat_deg, flight.impact_lon_deg) == pytest.approx((39.9, 129.7), abs=1e-9)
