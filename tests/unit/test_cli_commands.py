"""Commands in this process, on an engine that makes results up, to reach what a sound engine never shows."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from tests.fake_engine import FakeEngine
from tests.plain_mode import nothing_built
from warnpath.cli import main as command_line
from warnpath.cli import request, signals
from warnpath.cli.main import app
from warnpath.cli.outcome import RUN_FAILED, USAGE, answering
from warnpath.cli.signals import INTERRUPTED, Terminated
from warnpath.compilation import plain_is_preferred
from warnpath.scenario import Problem, ScenarioError, load
from warnpath.study import engines
from warnpath.study.engines import NamedEngine
from warnpath.study.errors import RunFailed, StudyError

SMALL = str(Path(__file__).parents[1] / "scenarios" / "small.toml")
BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "benchmark-network.toml"


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run_with(monkeypatch: pytest.MonkeyPatch, engine: FakeEngine, *arguments: str) -> Any:
    monkeypatch.setattr(engines, "find_engine", lambda *_: engine)
    return CliRunner().invoke(app, list(arguments))


def test_a_failed_replication_makes_exit_code_1_and_the_rest_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = run_with(monkeypatch, FakeEngine(failing=(1,)), "run", SMALL, "--json")
    assert answer.exit_code == RUN_FAILED
    data = json.loads(answer.stdout)
    assert data["failed_replications"] == 1
    assert {row["n"] for row in data["warnings"]} == {2}
    assert "1 of 3 replications failed; the first, replication 1: ArithmeticError" in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_all_replications_failed(monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]) -> None:
    engine = FakeEngine(failing=(0, 1, 2))
    answer = run_with(monkeypatch, engine, "run", SMALL, *options)
    assert answer.exit_code == RUN_FAILED
    assert "3 of 3 replications failed" in answer.stderr
    assert run_with(monkeypatch, engine, "failures", SMALL, *options).exit_code == RUN_FAILED


def test_failures_left_out_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = run_with(monkeypatch, FakeEngine(failing=(1,)), "failures", SMALL, "-v")
    assert answer.exit_code == RUN_FAILED
    assert "each in 2 replications paired" in answer.stdout
    assert "Left out everywhere, because they failed for some element: 1 replications." in answer.stdout
    assert "16 replications failed; see the table runs" in answer.stderr


class Interrupted(FakeEngine):
    def run(self, *arguments: object) -> Any:
        raise KeyboardInterrupt


@pytest.mark.parametrize("command", ["run", "failures"])
def test_an_interruption_is_exit_code_130(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    answer = run_with(monkeypatch, Interrupted(), command, SMALL)
    assert answer.exit_code == INTERRUPTED
    assert "interrupted" in answer.stderr
    assert ("parts" in answer.stderr) == (command == "failures")


def test_what_is_quiet_and_needed_by_nobody_is_named_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = run_with(monkeypatch, FakeEngine(), "run", SMALL, "--replications", "12")
    assert answer.exit_code == 0, answer.stderr
    assert "Not in danger, and rightly not alerted: jp-naha, kr-seoul." in answer.stdout
    assert "No time was spent on" not in answer.stdout  # the made-up results spend some on every stage


def test_a_replaced_run_of_the_same_scenario(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        assert run_with(monkeypatch, FakeEngine(), "run", SMALL, "--out", "here").exit_code == 0
    answer = run_with(monkeypatch, FakeEngine(), "run", SMALL, "--set", 'name="other"', "--out", "here")
    assert answer.exit_code == USAGE
    assert "run of small, and not run of other" in answer.stderr


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (StudyError("no such study"), 2, "no such study"),
        (
            ScenarioError([Problem("a.toml", 3, "node.x", "id", 1, "is wrong", "right")]),
            2,
            "a.toml:3: node.x id",
        ),
        (RunFailed("nothing ran"), 1, "nothing ran"),
        (PermissionError(errno.EACCES, "Permission denied", "there"), 2, "there: Permission denied"),
        (
            OSError(errno.ENOSPC, "No space left on device", "out/x"),
            1,
            "out/x: No space left on device; free some, or choose another --out, and call it again",
        ),
        (KeyboardInterrupt(), 130, "interrupted"),
        (Terminated(15), 143, "terminated"),
    ],
)
def test_errors_become_a_sentence_and_an_exit_code(
    capsys: pytest.CaptureFixture[str], error: BaseException, code: int, told: str
) -> None:
    @answering
    def command() -> None:
        raise error

    with pytest.raises(typer.Exit) as caught:
        command()
    assert caught.value.exit_code == code
    assert capsys.readouterr().err.startswith(f"warnpath: {told}")


@pytest.mark.parametrize("loading", ["signal", "typer"])
def test_an_interruption_while_the_program_loads_is_told_in_a_word(loading: str) -> None:
    scripts = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))[
        "project"
    ]["scripts"]
    module, function = scripts["warnpath"].split(":")
    code = f"""
import builtins, sys
real = builtins.__import__
def interrupted(name, *others):
    if name == "{loading}":
        raise KeyboardInterrupt
    return real(name, *others)
builtins.__import__ = interrupted
from {module} import {function}
{function}()
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (INTERRUPTED, "warnpath: interrupted\n")


@pytest.mark.parametrize(
    ("raised", "code", "told"),
    [
        (KeyboardInterrupt(), INTERRUPTED, "warnpath: interrupted\n"),
        (Terminated(15), 143, "warnpath: terminated\n"),
    ],
)
def test_an_interruption_outside_of_a_command_is_told_too(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    raised: KeyboardInterrupt,
    code: int,
    told: str,
) -> None:
    interrupted = typer.Typer()

    @interrupted.command()
    def command() -> None:
        raise raised

    monkeypatch.setattr(command_line, "app", interrupted)
    monkeypatch.setattr(signals, "listen", lambda: None)
    monkeypatch.setattr("sys.argv", ["warnpath"])
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert ended.value.code == code
    assert capsys.readouterr().err == told


def test_a_fault_of_the_program_is_not_hidden() -> None:
    @answering
    def command() -> None:
        raise ValueError("an index went wrong")

    with pytest.raises(ValueError, match="went wrong"):
        command()


def test_all_wrong_settings_are_told_at_once() -> None:
    with pytest.raises(ScenarioError) as caught:
        request.parse_settings(["a=1", "b", "=2"])
    assert len(caught.value.problems) == 2
    assert request.parse_settings(["run.seed=2", "name=word", "x.y={ a = 1 }"]) == {
        "run.seed": 2,
        "name": "word",
        "x.y": {"a": 1},
    }
    assert request.parse_settings(None) == {}


def test_folder_of_a_variant_is_its_own() -> None:
    scenario = request.load_scenario("trilateral", ["launch_set=salvo"], 5, 77)
    plain = request.default_folder(scenario, None)
    assert str(plain) == "results/trilateral-salvo-seed77"
    one = request.default_folder(scenario, ["b=2", "a=1"])
    assert one == request.default_folder(scenario, ["a=1", "b=2"])
    assert one != request.default_folder(scenario, ["a=1", "b=3"])
    assert one.name.startswith("trilateral-salvo-seed77-set")


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("../../etc/x", "etc-x"),
        ("/tmp/x", "tmp-x"),
        ("..", "unnamed"),
        ("Two hubs, 3.1", "Two-hubs-3.1"),
        ("a" * 300, "a" * 100),
    ],
)
def test_no_name_of_a_scenario_leads_out_of_the_folder_of_results(name: str, folder: str) -> None:
    scenario = request.load_scenario(SMALL, [f'name="{name}"'], 1, 7)
    assert request.default_folder(scenario, None) == Path("results") / f"{folder}-seed7"


def test_names_of_tables_in_a_list() -> None:
    assert request.table_names(" hops, tracks,,") == ("hops", "tracks")


def test_an_engine_that_is_asked_for_stays() -> None:
    scenario = load(str(BENCHMARK))
    with nothing_built():
        asked = request.make_execution("compiled", True, 2, 3000.0).for_job([(scenario, 1)])
        free = request.make_execution(None, True, 2, 3000.0).for_job([(scenario, 1)])
    assert (asked.engine, asked.workers) == (NamedEngine("compiled", 3000.0), 2)
    assert (free.engine, free.workers) == (NamedEngine("simpy", 3000.0, is_plain=True), 2)


@pytest.mark.parametrize(("quiet", "is_plain"), [(False, True), (False, False), (True, False)])
def test_building_is_announced_where_nothing_is_simulated(
    capsys: pytest.CaptureFixture[str], quiet: bool, is_plain: bool
) -> None:
    with nothing_built(), request.kernels_for(lambda: is_plain, quiet):
        assert plain_is_preferred() is is_plain
    assert not plain_is_preferred()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == ("" if quiet or is_plain else engines.BUILDING + "\n")
