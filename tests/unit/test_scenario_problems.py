"""Every mistake is found, all at once, on the line where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from warnpath.scenario import Problem, ScenarioError, load

INVALID = Path(__file__).parents[1] / "end_to_end" / "invalid"
MARKED = sorted(
    path.name for path in INVALID.glob("*.toml") if b"#! " in path.read_bytes() and path.name[0] != "_"
)


def marks(path: Path) -> list[tuple[int, str, str, str]]:
    """Line, element, field and part of the message of every marked mistake."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        _, sign, text = line.partition("#! ")
        for mark in text.split(" ;; ") if sign else ():
            element, field, message = (part.strip() for part in mark.split("|", 2))
            found.append((number, element, field, message))
    return found


def problems_of(name: str | Path) -> list[Problem]:
    with pytest.raises(ScenarioError) as caught:
        load(INVALID / name)
    return caught.value.problems


def test_the_scenario_that_the_invalid_ones_extend_is_sound() -> None:
    assert load(INVALID / "_sound.toml").name == "sound"


@pytest.mark.parametrize("name", MARKED)
def test_all_mistakes_are_found_where_they_stand_and_nothing_else(name: str) -> None:
    problems = problems_of(name)
    expected = marks(INVALID / name)
    assert [(p.line, p.element, p.field) for p in problems] == sorted(
        (line, element, field) for line, element, field, _ in expected
    )
    messages: dict[tuple[int | None, str, str], str] = {
        (line, element, field): message for line, element, field, message in expected
    }
    for problem in problems:
        assert messages[problem.line, problem.element, problem.field] in problem.message
        assert problem.file == str(INVALID / name)
        assert problem.expected


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("not_toml.toml", 4, "is not TOML: Invalid value at column 6"),
        ("not_closed.toml", 2, "is not TOML: Illegal character '\\n'"),
        ("twice.toml", 6, "is not TOML: Cannot declare ('run',) twice"),
        ("empty.toml", None, "is empty"),
        ("not_utf8.toml", 2, "is not UTF-8 text"),
        ("extends_nothing.toml", 1, 'did you mean "trilateral"'),
        ("circle_a.toml", 1, "leads back to itself"),
        ("extends_number.toml", 1, "is not a text"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(name: str, line: int | None, message: str) -> None:
    (problem,) = problems_of(name)
    assert problem.line == line
    assert message in problem.message


def test_a_circle_is_reported_in_the_file_that_closes_it() -> None:
    (problem,) = problems_of("circle_a.toml")
    assert problem.file == str(INVALID / "circle_b.toml")


def test_a_missing_file_names_the_nearest_shipped_scenario() -> None:
    with pytest.raises(ScenarioError, match='did you mean "trilateral"'):
        load("trilatreal")


def test_a_missing_file_names_the_nearest_one_beside_it() -> None:
    with pytest.raises(ScenarioError, match=r'did you mean "dangling\.toml"'):
        load(INVALID / "dangeling.toml")


def test_a_folder_is_no_scenario() -> None:
    with pytest.raises(ScenarioError, match="is a folder"):
        load(INVALID)


def test_no_name_is_no_scenario() -> None:
    with pytest.raises(ScenarioError, match="no scenario is named"):
        load("")


def test_a_problem_in_the_extended_file_names_that_file(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text("[medium.fibre]\nloss = 3\n", encoding="utf-8")
    (tmp_path / "over.toml").write_text(
        'extends = "base.toml"\n[[node]]\nid = "a"\nrole = "hub"\nnation = "US"\nlat_deg = 1\nlon_deg = 200',
        encoding="utf-8",
    )
    with pytest.raises(ScenarioError) as caught:
        load(tmp_path / "over.toml")
    places = [(Path(str(p.file)).name, p.line, p.field) for p in caught.value.problems]
    assert places == [("base.toml", 2, "loss"), ("over.toml", 7, "lon_deg")]


def test_remove_without_anything_extended_is_a_mistake(tmp_path: Path) -> None:
    file = tmp_path / "alone.toml"
    file.write_text('[[node]]\nid = "a"\nremove = true\n', encoding="utf-8")
    with pytest.raises(ScenarioError, match="has nothing to remove"):
        load(file)


def test_the_text_of_an_error_lists_every_problem() -> None:
    with pytest.raises(ScenarioError) as caught:
        load(INVALID / "everything.toml")
    text = str(caught.value)
    assert text.startswith(f"{len(marks(INVALID / 'everything.toml'))} problems:\n")
    assert "node.jp-radar lat_deg = 95: is out of range (expected: a number >= -90 and <= 90" in text


def test_a_problem_reads_as_a_line_of_a_compiler() -> None:
    problem = Problem("a.toml", 7, "link.x", "loss", 2, "is out of range", "a number <= 1")
    assert str(problem) == "a.toml:7: link.x loss = 2: is out of range (expected: a number <= 1)"


def test_long_values_are_cut_and_texts_quoted() -> None:
    assert '= "' + "y" * 56 + "...:" in str(Problem("a", 1, "", "title", "y" * 200, "is odd"))
    assert "[true, { a = 1 }]" in str(Problem("a", 1, "", "x", [True, {"a": 1}], "is odd"))
    assert "a very long integer" in str(Problem("a", 1, "", "x", 10**5000, "is odd"))
