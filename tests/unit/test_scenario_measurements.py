"""CSV files of measurements become part of the scenario that names them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from warnpath.scenario import ScenarioError, load

INVALID = Path(__file__).parents[1] / "end_to_end" / "invalid"
SERVICE = '[[node]]\nid = "us-hub"\nservice = {{ {service} }}\n'


def scenario_with(folder: Path, service: str, csv: str | bytes, name: str = "measured.toml"):
    folder.mkdir(exist_ok=True)
    shutil.copy(INVALID / "_sound.toml", folder / "_sound.toml")
    (folder / "delays.csv").write_bytes(csv.encode() if isinstance(csv, str) else csv)
    path = folder / name
    path.write_text('schema_version = 1\nextends = "_sound.toml"\n' + SERVICE.format(service=service))
    return path


EMPIRICAL = 'kind = "empirical", file = "delays.csv"'


@pytest.mark.parametrize(
    ("more", "csv"),
    [
        ("", "0.5\n0.25\n\n2\n"),
        ("", "delay_s\n0.5\n0.25\n2\n"),
        (', column = "b"', "a,b\n1,0.5\n2,0.25\n3,2\n"),
        (', column = "b"', b"\xef\xbb\xbfb\r\n0.5\r\n0.25\r\n2\r\n"),
        (', unit = "ms"', "500\n250\n2e3\n"),
        (', column = "rtt", unit = "us"', 'who, rtt\n"a, b",500000\nc,250000\nd,2000000\n'),
    ],
)
def test_values_are_read_sorted_and_in_seconds(tmp_path, more, csv):
    scenario = load(scenario_with(tmp_path, EMPIRICAL + more, csv))
    service = scenario.node_by_id("us-hub").service
    assert service.values_s == (0.25, 0.5, 2.0)
    assert service.mean() == pytest.approx(2.75 / 3)


def test_the_values_count_for_the_hash_and_the_file_only_when_it_is_read(tmp_path):
    path = scenario_with(tmp_path, EMPIRICAL, "1\n2\n")
    before = load(path)
    (tmp_path / "delays.csv").write_text("1\n3\n")
    after = load(path)
    assert before.content_hash() != after.content_hash()
    assert before.replace({"run.seed": 5}).node_by_id("us-hub").service.values_s == (1.0, 2.0)
    changed = before.replace({"node.us-hub.service.values_s": [7.0]})
    assert changed.node_by_id("us-hub").service.values_s == (7.0,)
    for field, value in (("file", "other.csv"), ("column", "x"), ("unit", "ms")):
        with pytest.raises(ScenarioError, match="was read with the scenario"):
            before.replace({f"node.us-hub.service.{field}": value})


def test_a_file_is_named_relative_to_the_scenario_that_names_it(tmp_path):
    scenario_with(tmp_path / "base", EMPIRICAL, "4\n", "_measured.toml")
    child = scenario_with(tmp_path, "", "9\n")
    child.write_text('schema_version = 1\nextends = "base/_measured.toml"\n')
    assert load(child).node_by_id("us-hub").service.values_s == (4.0,)
    child.write_text(child.read_text() + SERVICE.format(service=EMPIRICAL))
    assert load(child).node_by_id("us-hub").service.values_s == (9.0,)


def test_every_bad_line_is_told_with_its_number(tmp_path):
    path = scenario_with(
        tmp_path, EMPIRICAL + ', column = "rtt"', "when,rtt\n1,31.5\n2,thirty\n3,-4\n4,inf\n5,\n"
    )
    with pytest.raises(ScenarioError) as caught:
        load(path)
    told = [(item.file, item.line, item.element, item.field, item.message) for item in caught.value.problems]
    csv = str(tmp_path / "delays.csv")
    assert told == [
        (csv, 3, "node.us-hub", "service.file", "is not a number"),
        (csv, 4, "node.us-hub", "service.file", "is negative"),
        (csv, 5, "node.us-hub", "service.file", "is not a number"),
        (csv, 6, "node.us-hub", "service.file", "is not a number"),
    ]


@pytest.mark.parametrize(
    ("more", "csv", "field", "message"),
    [
        ("", "", "file", "is an empty file"),
        ("", "delay_s\n", "file", "has no values"),
        ("", b"\xff\xfe\x00", "file", "is not a CSV file in UTF-8"),
        ("", "a,b\n1,2\n", "column", "is missing: delays.csv has 2 columns"),
        (', column = "dealy"', "delay,b\n1,2\n", "column", 'did you mean "delay"'),
        (', column = "1"', "delay\n1\n", "column", "names no column of delays.csv"),
        (", values_s = [1]", "1\n", "values_s", "stands beside file"),
        (', unit = "h"', "1\n", "unit", "is not a word known here"),
    ],
)
def test_a_file_that_does_not_fit_is_one_problem(tmp_path, more, csv, field, message):
    with pytest.raises(ScenarioError) as caught:
        load(scenario_with(tmp_path, EMPIRICAL + more, csv))
    (problem,) = caught.value.problems
    assert (problem.element, problem.field) == ("node.us-hub", f"service.{field}")
    assert message in problem.message
    assert problem.line == 5


def test_sizes_are_read_in_bytes(tmp_path):
    path = scenario_with(tmp_path, 'kind = "fixed", value_s = 0', "size\n64\n1500\n")
    path.write_text(
        path.read_text()
        + """
[[traffic]]
id = "files"
source = "jp-command"
destination = "jp-town"
kind = "poisson"
rate_per_s = 1
size_bytes = { kind = "mixture", parts = [
    { weight = 1, size_bytes = { kind = "empirical", file = "delays.csv" } },
    { weight = 1, size_bytes = 100 },
] }
"""
    )
    (traffic,) = load(path).traffic
    assert traffic.size_bytes.law().mean() == pytest.approx((782 + 100) / 2)
