"""Whatever a user gets wrong: every problem in one answer, exit code 2, and never a traceback."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import run_one_after_another

INVALID = Path(__file__).parent / "invalid"
SMALL = str(Path(__file__).parents[1] / "scenarios" / "small.toml")
EXPERIMENT = str(Path(__file__).parents[2] / "experiments" / "hub-delay-loss.toml")
FILES = sorted(path for path in INVALID.glob("*.toml") if not path.name.startswith("_"))
WANTED = "a question, a scenario and factors; this file is for warnpath"
Program = Callable[..., subprocess.CompletedProcess[str]]


def marks(path: Path) -> list[tuple[int, str, str, str]]:
    """Line, element, field and part of the message of every mistake marked in a file."""
    found = []
    for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").splitlines(), start=1):
        _, sign, text = line.partition("#! ")
        for mark in text.split(" ;; ") if sign else ():
            element, field, message = (part.strip() for part in mark.split("|", 2))
            found.append((number, element, field, message))
    return found


def test_check_finds_every_mistake_of_every_file_at_once(run_program: Program) -> None:
    answer = run_program("check", "--json", *map(str, FILES))
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr
    problems = json.loads(answer.stdout)["problems"]
    for path in FILES:
        found = [item for item in problems if item["checked"] == str(path)]
        for line, element, field, message in marks(path):
            assert any(
                (item["line"], item["element"], item["field"]) == (line, element, field)
                and message in item["message"]
                for item in found
            ), f"{path.name}:{line} {element} {field}: {message}"
        assert all(item["expected"] for item in found)
        assert found, path.name


def test_check_finds_what_only_the_plan_can_and_what_stands_in_tables_of_their_own(
    run_program: Program,
) -> None:
    plans, tables = sorted((INVALID / "plan").glob("*.toml")), INVALID / "tables" / "tables.toml"
    answer = run_program("check", "--json", *map(str, plans), str(tables))
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr
    problems = json.loads(answer.stdout)["problems"]
    found = {(item["file"], item["line"], item["element"], item["field"]): item for item in problems}
    expected = {
        (str(path), line, element, field): message
        for path in (*plans, tables, tables.with_name("as-seen.csv"))
        for line, element, field, message in marks(path)
    }
    assert found.keys() == expected.keys()
    for place, message in expected.items():
        assert message in found[place]["message"], place
        assert found[place]["expected"], place


def test_every_command_refuses_a_bad_file_with_all_its_problems(tmp_path: Path) -> None:
    path = INVALID / "everything.toml"
    commands = ("run", "failures", "show")
    answers = run_one_after_another(tmp_path, [((command, str(path)), {}) for command in commands])
    for command, answer in zip(commands, answers, strict=True):
        assert answer.returncode == 2
        assert answer.stdout == ""
        assert "Traceback" not in answer.stderr
        for line, element, field, message in marks(path):
            assert any(
                f"{path}:{line}: " in told and element in told and field in told and message in told
                for told in answer.stderr.splitlines()
            ), f"{command} {line} {element} {field}"


MISTAKES: list[tuple[tuple[str, ...], str]] = [
    (("run", "trilatral"), 'did you mean "trilateral"'),
    (("run", "no/such.toml"), "no such file"),
    (("run", SMALL, "--set", "node.us-hbu.servers=2"), 'did you mean "us-hub"'),
    (("run", SMALL, "--set", "node.us-hub.servers=many"), "is not a whole number"),
    (("run", SMALL, "--set", "link.*.loss=1.5"), "out of range"),
    (("run", SMALL, "--set", "servers"), "is not a setting"),
    (("run", SMALL, "--replications", "0"), "--replications"),
    (("run", SMALL, "--replications", "ten"), "--replications"),
    (("run", SMALL, "--seed", "-1"), "--seed"),
    (("run", SMALL, "--workers", "0"), "--workers"),
    (("run", SMALL, "--tables", "hop"), "no table 'hop' to record"),
    (("run", SMALL, "--engine", "sympy"), "no engine 'sympy'; expected simpy or compiled"),
    (("run", SMALL, "--precision", "2%"), "--precision is not in this version; use --replications"),
    (("run", SMALL, "--dask", "tcp://there:8786"), "--dask is not in this version"),
    (("run", SMALL, "--no-such-option"), "--no-such-option"),
    (("failures", SMALL, "--order", "2"), "only single failures are in this version"),
    (("sweep", "no-such.toml"), "no such file"),
    (("sweep",), "EXPERIMENT"),
    (("sweep", SMALL), f"is a scenario, not an experiment (expected: {WANTED} run {SMALL})"),
    (("sweep", "trilateral"), "is a scenario, not an experiment (expected: an experiment file; warnpath"),
    (("run", EXPERIMENT), f"is an experiment, not a scenario (expected: warnpath sweep {EXPERIMENT})"),
    (("failures", EXPERIMENT), "is an experiment, not a scenario"),
    (("run", SMALL, "--set", "node.jp-c2=5"), "node.jp-c2 = 5: is not a table"),
    (("compare", "trilateral", "national-only"), "compare is not in this version"),
    (("report", "results/x", "--anything"), "report is not in this version"),
    (("schema", "cenario"), "expected scenario or experiment"),
    (("check",), "FILE"),
    (("no-such-command",), "no-such-command"),
]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[subprocess.CompletedProcess[str]]:
    """What all mistakes are answered with, made one after another."""
    folder = tmp_path_factory.mktemp("mistakes")
    made = run_one_after_another(folder, [(arguments, {}) for arguments, _ in MISTAKES])
    assert list(folder.iterdir()) == []
    return made


@pytest.mark.parametrize("number", range(len(MISTAKES)), ids=lambda number: MISTAKES[number][1][:40])
def test_a_mistake_is_answered_in_a_sentence(
    answers: list[subprocess.CompletedProcess[str]], number: int
) -> None:
    answer, (_, message) = answers[number], MISTAKES[number]
    assert answer.returncode == 2
    assert message in answer.stderr
    assert "Traceback" not in answer.stderr
    assert "problems:" not in answer.stderr
    assert answer.stdout == ""


def test_a_mistake_in_a_process_of_its_own_leaves_nothing(run_program: Program, tmp_path: Path) -> None:
    answer = run_program("run", SMALL, "--set", "node.us-hub.servers=many")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "is not a whole number" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_problems_of_the_plan_are_told_by_check_too(run_program: Program, tmp_path: Path) -> None:
    path = tmp_path / "hidden.toml"
    path.write_text(
        f'extends = "{SMALL}"\n[[launch]]\nid = "flight"\norigin = {{ lat_deg = -40, lon_deg = -60 }}\n',
        encoding="utf-8",
    )
    answer = run_program("check", str(path), SMALL)
    assert answer.returncode == 2
    assert "flight" in answer.stdout
    assert f"{SMALL}: ok" in answer.stdout
    assert "Traceback" not in answer.stderr
