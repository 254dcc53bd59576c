from __future__ import annotations

from pathlib import Path

import pytest

from warnpath.scenario import ScenarioError, load
from warnpath.scenario.documents import is_experiment
from warnpath.study.errors import StudyError
from warnpath.study.experiment import Factor, experiment_schema, load_experiment
from warnpath.study.sweep import load_scenarios, make_design, override

SMALL = Path(__file__).parents[1] / "scenarios" / "small.toml"

SOUND = f"""
schema_version = 1
name = "hub-release"
question = "Does it matter?"
scenario = "{SMALL}"
reference = "{SMALL}"
replications = 4
seed = 3

[set]
"run.drain_s" = 20

[[factor]]
path = "node.us-hub.release.median_s"
values = [1, 2.5]
in_reference = false

[[factor]]
path = "link.*-hub.loss"
low = 0.01
high = 0.1
steps = 3
scale = "log"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "experiment.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(folder: Path, text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_experiment(write(folder, text))
    return [str(problem) for problem in caught.value.problems]


def test_grid_of_all_combinations(tmp_path: Path) -> None:
    experiment = load_experiment(write(tmp_path, SOUND))
    release, loss = "node.us-hub.release.median_s", "link.*-hub.loss"
    assert [(point[release], point[loss]) for point in experiment.points()] == [
        (1.0, 0.01),
        (1.0, 0.0316227766017),
        (1.0, 0.1),
        (2.5, 0.01),
        (2.5, 0.0316227766017),
        (2.5, 0.1),
    ]
    assert all(isinstance(point[release], float) for point in experiment.points())


def test_points_become_scenarios_and_share_reference_points(tmp_path: Path) -> None:
    experiment = load_experiment(write(tmp_path, SOUND))
    scenario, reference = load_scenarios(experiment)
    design = make_design(experiment, scenario, reference)
    assert (int(scenario.run.seed), int(scenario.run.replications), float(scenario.run.drain_s)) == (3, 4, 20)
    own = [point for point in design.points if point.group == "design"]
    others = [point for point in design.points if point.group == "reference"]
    assert len(own) == 6
    # Loss is set in the reference too, the release is not.
    assert [dict(point.design.parameters) for point in others] == [
        {"link.*-hub.loss": 0.01},
        {"link.*-hub.loss": 0.0316227766017},
        {"link.*-hub.loss": 0.1},
    ]
    assert design.reference_of == (0, 1, 2, 0, 1, 2)
    last = own[5].variant.scenario()
    assert float(last.link_by_id("kr-hub").loss or 0) == 0.1
    assert float(last.node_by_id("us-hub").release.median_s) == 2.5  # type: ignore[union-attr]


def test_even_steps_hit_both_ends() -> None:
    factor = Factor(path="run.drain_s", low=0.1, high=0.7, steps=4)
    assert factor.levels() == (0.1, 0.3, 0.5, 0.7)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('name = "hub-release"', "", "name: is missing"),
        ('question = "Does it matter?"', "", "question: is missing"),
        ("replications = 4", "replications = 0", ":7: replications = 0: is out of range"),
        ("seed = 3", 'seed = "three"', ':8: seed = "three": is not a whole number'),
        ("seed = 3", "sead = 3", ':8: sead = 3: is not a field here; did you mean "seed"?'),
        (f'scenario = "{SMALL}"', 'scenario = "trilatral"', ':5: scenario = "trilatral"'),
        ("seed = 3", 'design = "sobol"', "is a design that is not in this version"),
        ("seed = 3", 'design = "gird"', "design"),
        ("values = [1, 2.5]", "values = []", "factor 1 values: is empty"),
        ("values = [1, 2.5]", "values = [1, [2]]", "factor 1 values.1 = [2]: cannot be set"),
        ("values = [1, 2.5]", "values = [1, 2, 1]", "has 1 twice"),
        ("values = [1, 2.5]", "values = [1, 2]\nlow = 3", "stands beside a range"),
        ("values = [1, 2.5]", "", "factor 1 values: is missing"),
        ("values = [1, 2.5]", "values = [1, inf]", "is not finite"),
        ("high = 0.1", "high = 0.01", ":21: factor 2 high: is not above low"),
        ("low = 0.01", "low = 0.0", "cannot begin a logarithmic scale"),
        ("steps = 3", "steps = 1", ":22: factor 2 steps = 1: is out of range"),
        ("steps = 3", "stepz = 3", 'did you mean "steps"?'),
        ('path = "link.*-hub.loss"', 'path = "node.us-hub.release.median_s"', "twice"),
        ('"run.drain_s" = 20', '"link.*-hub.loss" = 0.5', "which is a factor"),
    ],
)
def test_every_mistake_is_named_with_its_place(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in SOUND
    found = problems_of(tmp_path, SOUND.replace(old, new, 1))
    assert any(expected in problem for problem in found), found
    assert all("experiment.toml" in problem for problem in found)


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    text = SOUND.replace("seed = 3", "seed = -1").replace("steps = 3", "steps = 1").replace(str(SMALL), "nix")
    assert len(problems_of(tmp_path, text)) == 4  # seed, steps, scenario and reference


def test_a_point_that_is_no_valid_scenario_is_found_before_anything_runs(tmp_path: Path) -> None:
    text = SOUND.replace("values = [1, 2.5]", "values = [1, -2.5, -3.5]")
    experiment = load_experiment(write(tmp_path, text))
    with pytest.raises(ScenarioError) as caught:
        make_design(experiment, *load_scenarios(experiment))
    assert [problem.value for problem in caught.value.problems] == [-2.5, -3.5]
    assert "first at point 3 of the design" in str(caught.value)


def test_a_path_that_matches_nothing(tmp_path: Path) -> None:
    experiment = load_experiment(write(tmp_path, SOUND.replace("us-hub", "us-hbu")))
    with pytest.raises(ScenarioError, match='did you mean "us-hub"'):
        make_design(experiment, *load_scenarios(experiment))


def test_the_command_line_overrides_what_the_file_fixes(tmp_path: Path) -> None:
    experiment = load_experiment(write(tmp_path, SOUND))
    changed = override(experiment, 9, 8, {"run.drain_s": 5}, ("messages",))
    scenario, _ = load_scenarios(changed)
    assert (int(scenario.run.replications), int(scenario.run.seed)) == (9, 8)
    assert float(scenario.run.drain_s) == 5
    assert changed.tables == ("messages",)
    with pytest.raises(StudyError, match="is varied by the experiment"):
        override(experiment, settings={"link.*-hub.loss": 0.5})


def test_a_missing_file_names_what_is_there(tmp_path: Path) -> None:
    write(tmp_path, SOUND)
    with pytest.raises(ScenarioError, match=r'no such file; did you mean "experiment\.toml"'):
        load_experiment(tmp_path / "experimnt.toml")
    with pytest.raises(ScenarioError, match="is a folder"):
        load_experiment(tmp_path)


def test_kinds_of_files_are_told_apart() -> None:
    assert is_experiment({"question": "?", "scenario": "trilateral"})
    assert not is_experiment({"node": [], "link": []})


def test_schema_for_editors() -> None:
    schema = experiment_schema()
    assert {"question", "scenario", "factor", "set"} <= set(schema["properties"])


@pytest.mark.parametrize("name", ["hub-release-delay", "hub-delay-loss", "salvo-radar-capacity"])
def test_shipped_experiments_are_sound_and_ask_a_question(repository: Path, name: str) -> None:
    experiment = load_experiment(repository / "experiments" / f"{name}.toml")
    assert experiment.name == name
    assert experiment.question.endswith("?")
    make_design(experiment, *load_scenarios(experiment))


def test_everything_wrong_with_factors_and_settings_is_told_with_its_line(tmp_path: Path) -> None:
    text = SOUND.replace("link.*-hub.loss", "link.nothing.loss").replace("run.drain_s", "run.darin_s")
    with pytest.raises(ScenarioError) as caught:
        load_scenarios(load_experiment(write(tmp_path, text)))
    file = tmp_path / "experiment.toml"
    assert [str(problem).partition(" (expected")[0] for problem in caught.value.problems] == [
        f'{file}:11: set: run darin_s = 20: is not a field here; did you mean "drain_s"?',
        f'{file}:19: factor 2 path = "link.nothing.loss": "nothing" matches no link',
    ]


def test_a_value_wrong_for_many_elements_is_one_problem_at_the_line_of_the_values(tmp_path: Path) -> None:
    text = SOUND.replace("values = [1, 2.5]", "values = [1, -2.5]").replace("node.us-hub.", "node.*.")
    experiment = load_experiment(write(tmp_path, text))
    with pytest.raises(ScenarioError) as caught:
        make_design(experiment, *load_scenarios(experiment))
    (problem,) = caught.value.problems
    assert (problem.line, problem.field, problem.value) == (15, "release.median_s", -2.5)
    assert problem.element.startswith("factor 1: node.")
    assert problem.element.endswith(" more")


def test_what_is_not_finite_hides_nothing_else(tmp_path: Path) -> None:
    text = SOUND.replace("values = [1, 2.5]", 'values = [1, nan, 1, [2], -3, "x"]')
    assert [
        told.partition(" (expected")[0].partition(":15: ")[2] for told in problems_of(tmp_path, text)
    ] == [
        "factor 1 values: has 1 twice",
        "factor 1 values.1 = nan: is not finite",
        "factor 1 values.3 = [2]: cannot be set",
        'factor 1: node.us-hub release.median_s = "x": is not a number',
        "factor 1: node.us-hub release.median_s = -3: is out of range",
    ]


@pytest.mark.parametrize("made", ["circle", "nowhere"])
def test_a_link_that_leads_to_no_file(tmp_path: Path, made: str) -> None:
    path = tmp_path / "link.toml"
    path.symlink_to(path if made == "circle" else tmp_path / "gone.toml")
    expected = {
        "circle": "is a link that leads round in a circle",
        "nowhere": "is a link to what is not there",
    }
    for read in (load_experiment, load):
        with pytest.raises(ScenarioError, match=expected[made]):
            read(path)


def test_a_scenario_with_factors_is_one_problem(tmp_path: Path) -> None:
    path = write(tmp_path, SMALL.read_text(encoding="utf-8") + SOUND[SOUND.index("[[factor]]") :])
    with pytest.raises(ScenarioError) as caught:
        load(path)
    (problem,) = caught.value.problems
    assert (problem.field, problem.message) == (
        "factor",
        "stands in a scenario, and belongs to an experiment",
    )
    assert problem.line == len(SMALL.read_text(encoding="utf-8").splitlines()) + 1
