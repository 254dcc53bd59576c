"""Lines of a TOML text, and files that extend files."""

from __future__ import annotations

from pathlib import Path

import pytest

from warnpath.scenario import Quantity, ScenarioError, load
from warnpath.scenario.source_index import index_lines

TEXT = '''# a comment with [brackets] and "quotes"
name = "a # b"  # not [[a]] table
"quoted key" . dotted = 1
text = """
[not.a.table]
id = "no"
"""
literal = \'\'\'
[nor.this]\'\'\'
list = [
    1,  # ]
    [2, 3],
    { a = 4, b.c = [
        5] },
]

[one.two]
x = { kind = "fixed", value_s = 1 }
empty = ""
[[node]]
id = "first"
[node.sensor]
range_km = 5
[[node.part]]
n = 1
[[node.part]]
n = 2
[[node]]
id = "second"
[node.sensor]
range_km = 6
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 2),
        (("quoted key", "dotted"), 3),
        (("text",), 4),
        (("literal",), 8),
        (("list", 0), 11),
        (("list", 1, 1), 12),
        (("list", 2, "a"), 13),
        (("list", 2, "b", "c"), 13),
        (("list", 2, "b", "c", 0), 14),
        (("one", "two"), 17),
        (("one", "two", "x", "value_s"), 18),
        (("one", "two", "empty"), 19),
        (("node", 0), 20),
        (("node", 0, "sensor"), 22),
        (("node", 0, "sensor", "range_km"), 23),
        (("node", 0, "part", 0, "n"), 25),
        (("node", 0, "part", 1, "n"), 27),
        (("node", 1, "id"), 29),
        (("node", 1, "sensor", "range_km"), 31),
    ],
)
def test_every_value_has_its_line(path: tuple[str | int, ...], line: int) -> None:
    assert index_lines(TEXT)[path] == line


def test_what_stands_in_a_text_is_no_table() -> None:
    lines = index_lines(TEXT)
    assert ("not", "a", "table") not in lines
    assert ("nor", "this") not in lines


BASE = """
name = "base"
title = "The base"
[run]
seed = 5
drain_s = 60
[source]
atlas = "Public atlas"
[medium.fibre]
capacity_kbps = { nominal = 1000, low = 500, high = 2000, source = "atlas", mark = "assumed" }
propagation_us_per_km = 4.9
jitter = { kind = "exponential", mean_s = 0.001 }
[[node]]
id = "a"
role = "c2"
nation = "JP"
lat_deg = 35.7
lon_deg = 139.3
service = { kind = "lognormal", median_s = 0.02, p95_s = 0.06 }
release = { kind = "fixed", value_s = 1 }
[[node]]
id = "b"
role = "hub"
nation = "US"
lat_deg = 21.4
lon_deg = -157.9
[[link]]
id = "a-b"
ends = ["a", "b"]
medium = "fibre"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.toml").write_text(BASE, encoding="utf-8")
    return tmp_path


def extend(folder: Path, text: str, name: str = "over.toml") -> Path:
    (folder / name).write_text(f'extends = "base.toml"\n{text}', encoding="utf-8")
    return folder / name


def test_a_file_that_only_extends_is_the_extended_scenario_under_its_own_name(folder: Path) -> None:
    scenario = load(extend(folder, ""))
    assert (scenario.name, scenario.title) == ("over", "")
    assert scenario.node == load(folder / "base.toml").node


def test_tables_merge_field_by_field_and_entries_by_id(folder: Path) -> None:
    scenario = load(extend(folder, '[run]\nseed = 6\n[[node]]\nid = "a"\nservers = 4\n'))
    assert (scenario.run.seed, float(scenario.run.drain_s)) == (6, 60.0)
    assert scenario.node_by_id("a").servers == 4
    assert float(scenario.node_by_id("a").lat_deg) == 35.7


def test_a_number_replaces_the_whole_number(folder: Path) -> None:
    scenario = load(extend(folder, "[medium.fibre]\ncapacity_kbps = { nominal = 700 }\n"))
    assert scenario.medium["fibre"].capacity_kbps == Quantity(nominal=700.0)


def test_a_range_alone_is_merged_into_the_number(folder: Path) -> None:
    scenario = load(extend(folder, "[medium.fibre]\ncapacity_kbps.low = 250\n"))
    assert scenario.medium["fibre"].capacity_kbps == Quantity(
        nominal=1000.0, low=250.0, high=2000.0, source="atlas", mark="assumed"
    )


def test_a_delay_of_another_kind_replaces_the_whole_delay(folder: Path) -> None:
    scenario = load(extend(folder, '[[node]]\nid = "a"\nservice = { kind = "fixed", value_s = 3 }\n'))
    service = scenario.node_by_id("a").service
    assert service is not None
    assert (service.kind, service.mean()) == ("fixed", 3.0)


def test_one_parameter_of_a_delay_can_be_changed(folder: Path) -> None:
    scenario = load(extend(folder, '[[node]]\nid = "a"\nservice.p95_s = 0.09\n'))
    service = scenario.node_by_id("a").service
    assert service is not None
    assert service.quantile(0.5) == pytest.approx(0.02)
    assert service.quantile(0.95) == pytest.approx(0.09)


def test_entries_and_tables_can_be_removed(folder: Path) -> None:
    text = '[[link]]\nid = "a-b"\nremove = true\n[[node]]\nid = "a"\nrelease = { remove = true }\n'
    scenario = load(extend(folder, text))
    assert scenario.link == ()
    assert scenario.node_by_id("a").release is None


def test_extends_goes_on_over_several_files(folder: Path) -> None:
    extend(folder, "[run]\nseed = 6\n", "middle.toml")
    (folder / "top.toml").write_text('extends = "middle.toml"\n[run]\ndrain_s = 9\n', encoding="utf-8")
    scenario = load(folder / "top.toml")
    assert (scenario.run.seed, float(scenario.run.drain_s)) == (6, 9.0)


def test_a_path_is_relative_to_the_file_that_states_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "inner").mkdir()
    (folder / "inner" / "over.toml").write_text('extends = "../base.toml"\n', encoding="utf-8")
    monkeypatch.chdir(folder / "inner")
    assert load("over.toml").node == load("../base.toml").node


def test_a_shipped_scenario_can_be_extended_by_name(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('extends = "trilateral"\n[run]\nseed = 9\n', encoding="utf-8")
    scenario = load(tmp_path / "mine.toml")
    assert scenario.run.seed == 9
    assert scenario.node == load("trilateral").node


def test_a_file_named_like_a_shipped_scenario_is_read_by_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "trilateral.toml").write_text(BASE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load("trilateral.toml").name == "base"
    assert load("trilateral").name == "trilateral"


def test_locations_follow_what_replaced_what(folder: Path) -> None:
    text = '[[node]]\nid = "a"\nservice = { kind = "fixed", value_s = 3 }\n'
    scenario = load(extend(folder, text))
    changed = scenario.problem("node.a", "is odd", field="service.value_s")
    kept = scenario.problem("node.a", "is odd", field="lat_deg")
    assert (Path(str(changed.file)).name, changed.line) == ("over.toml", 4)
    assert (Path(str(kept.file)).name, kept.line) == ("base.toml", 17)
    nowhere = scenario.problem("", "is odd")
    assert (Path(str(nowhere.file)).name, nowhere.line) == ("over.toml", None)


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path: Path) -> None:
    text = "\ufeff" + BASE.replace("\n", "\r\n")
    (tmp_path / "windows.toml").write_bytes(text.encode("utf-8"))
    scenario = load(tmp_path / "windows.toml")
    assert scenario.problem("node.b", "is odd", field="lon_deg").line == 26


def test_unnamed_rules_launches_and_outages_get_an_id_from_what_they_say(folder: Path) -> None:
    text = """
[profile.lofted]
range_km = 1000
apogee_km = 6000
burn_time_s = 200
ballistic_coefficient_kg_m2 = 5000
[[launch]]
profile = "lofted"
origin = { lat_deg = 39.2, lon_deg = 125.7 }
azimuth_deg = 70
[[outage]]
element = "a-b"
down_s = 12.5
[[node]]
id = "r"
role = "sensor"
nation = "JP"
lat_deg = 38.1
lon_deg = 138.4
sensor = { reports_to = "a", range_km = 900, scan_period_s = 2, sigma_m = 100 }
[[sharing]]
data_of = "JP"
to = "US"
via = ["a"]
"""
    scenario = load(extend(folder, text))
    assert [item.id for item in scenario.launch] == ["lofted"]
    assert [item.id for item in scenario.outage] == ["a-b-down-12-5"]
    assert [item.id for item in scenario.sharing] == ["jp-to-us"]


def test_a_file_nested_too_deeply_is_refused(tmp_path: Path) -> None:
    (tmp_path / "deep.toml").write_text("a = " + "[" * 50_000 + "]" * 50_000, encoding="utf-8")
    with pytest.raises(ScenarioError, match="nested too deeply"):
        load(tmp_path / "deep.toml")


def test_a_file_that_may_not_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.toml").write_text(BASE, encoding="utf-8")

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ScenarioError, match="cannot be read: Permission denied"):
        load(tmp_path / "mine.toml")
