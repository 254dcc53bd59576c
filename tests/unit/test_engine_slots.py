"""Pictures of a command post: which come into use and go, and how old their data are said to be."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.engine_cases import SMALL
from warnpath.engine import SimpyRun, build_plan
from warnpath.engine.handlers.pictures import refresh
from warnpath.engine.handlers.slots import begin_picture, drop_stale
from warnpath.scenario import load

SECOND = """
[[launch]]
id = "second"
profile = "irbm"
origin = { lat_deg = 39.2, lon_deg = 125.7 }
azimuth_deg = 75
at_s = 9
"""


@pytest.mark.parametrize("is_told", [False, True])
def test_a_tentative_picture_that_others_tell_of_stays(tmp_path: Path, is_told: bool) -> None:
    path = tmp_path / "two.toml"
    path.write_text(SMALL.read_text() + SECOND)
    plan = build_plan(load(str(path)))
    world = SimpyRun(plan, 0, as_written=True).world
    first = int(world.nodes[plan.network.node_row["jp-c2"]].first_picture)
    begin_picture(world, first, 0)
    world.pictures[first].silence_s = 6.0
    if is_told:
        # A report of another command post was paired anew, and has its home here now.
        world.report_homes[first + 1, plan.pictures.origins.index("kr-c2")] = 0
    drop_stale(world, first, 100.0)
    assert world.pictures[first].used == int(is_told)
    assert world.scores[world.pictures[first].first_score].false_starts == int(not is_told)


def test_data_newer_than_the_last_impact_age_from_when_they_were_measured() -> None:
    # The picture followed an object that came down at 900 s; then it goes over to another one.
    picture = SimpleNamespace(follows=0, newest_s=-1.0, aged_s=0.0, age_area_s2=0.0, age_peak_s=0.0)
    launches = [SimpleNamespace(at_s=0.0, impact_s=900.0), SimpleNamespace(at_s=1400.0, impact_s=900.0)]
    world = SimpleNamespace(pictures=[picture], launches=launches)
    refresh(world, 800.0, 0, 799.0)
    refresh(world, 1461.0, 0, 1460.0)
    # From 1 s old at 800 s to 101 s old at the impact.
    assert picture.age_area_s2 == 0.5 * (101.0**2 - 1.0)
    picture.follows = 1
    refresh(world, 1475.0, 0, 1474.0)
    # From just measured at 1460 s to 15 s old.
    assert picture.age_area_s2 == 0.5 * (101.0**2 - 1.0 + 15.0**2)
    assert picture.age_peak_s == 101.0
