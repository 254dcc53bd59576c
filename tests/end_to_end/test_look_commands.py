"""`--help`, `show`, `scenarios`, `schema` as a user types them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import run_one_after_another

SMALL = str(Path(__file__).parents[1] / "scenarios" / "small.toml")
PROGRAM = str(Path(sys.executable).parent / "warnpath")
Program = Callable[..., subprocess.CompletedProcess[str]]
SHIPPED = ["direct", "national-only", "on-request", "trilateral", "two-hubs"]


def test_help_names_every_command_and_what_is_not_there_yet(run_program: Program) -> None:
    answer = run_program("--help")
    assert answer.returncode == 0
    for command in (
        "run",
        "failures",
        "sweep",
        "check",
        "show",
        "scenarios",
        "schema",
        "import",
        "export",
        "verify",
    ):
        assert f"\n  {command} " in answer.stdout
    for command in ("compare", "sensitivity", "breakeven", "report"):
        line = next(line for line in answer.stdout.splitlines() if line.startswith(f"  {command} "))
        assert "(not in this version)" in line


def test_version(run_program: Program) -> None:
    import warnpath

    assert run_program("--version").stdout == f"warnpath {warnpath.__version__}\n"


def test_help_loads_nothing_heavy() -> None:
    heavy = "{'numpy', 'pandas', 'pydantic', 'numba', 'networkx', 'pyarrow', 'simpy'}"
    code = f"import sys, warnpath.cli.main; print(sorted({heavy} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout == "[]\n"


@pytest.mark.benchmark
def test_help_answers_in_under_three_tenths_of_a_second() -> None:
    def seconds() -> float:
        started = time.perf_counter()
        subprocess.run([PROGRAM, "--help"], capture_output=True, check=True)
        return time.perf_counter() - started

    assert min(seconds() for _ in range(5)) < 0.3


def test_scenarios(tmp_path: Path) -> None:
    told, printed = run_one_after_another(tmp_path, [(("scenarios", "--json"), {}), (("scenarios",), {})])
    listed = json.loads(told.stdout)["scenarios"]
    assert [item["name"] for item in listed] == SHIPPED
    assert all(item["title"] for item in listed)
    assert {"overflight", "salvo", "lofted", "pull-up", "short-range"} <= set(listed[0]["launch_sets"])
    assert all(f"\n{name} " in f"\n{printed.stdout}" for name in SHIPPED)


def test_show_as_tables(run_program: Program) -> None:
    answer = run_program("show", SMALL, COLUMNS="120")
    assert answer.returncode == 0, answer.stderr
    for title in ("nodes (10)", "links (10)", "routes (", "policy ("):
        assert f"\n{title}" in answer.stdout
    assert "jp-c2 (released to US by rule jp-to-us) -> us-hub" in answer.stdout


def test_show_fits_the_width_and_leaves_nothing_out(tmp_path: Path) -> None:
    widths = {"60": 60, "80": 80, "": 100}
    commands = [(("show",), {"COLUMNS": width}) for width in (*widths, "200")]
    *answers, wide = run_one_after_another(tmp_path, commands)
    words = {word for word in wide.stdout.split() if "─" not in word}
    for answer, most in zip(answers, widths.values(), strict=True):
        assert answer.returncode == 0, answer.stderr
        assert max(map(len, answer.stdout.splitlines())) <= most
        assert "…" not in answer.stdout
        assert set(answer.stdout.split()) >= words


def test_show_as_json(tmp_path: Path) -> None:
    whole, part = run_one_after_another(
        tmp_path,
        [
            (("show", SMALL, "--json", "--set", "link.jp-hub.loss=0.25"), {}),
            (("show", SMALL, "--json", "--only", "nodes"), {}),
        ],
    )
    data = json.loads(whole.stdout)
    parts = {"nodes", "links", "routes", "policy", "traffic", "lives", "protection"}
    assert set(data) == {"scenario", "launch_set", *parts}
    assert (data["traffic"], data["lives"], data["protection"]) == ([], [], [])
    links = {row["id"]: row for row in data["links"]}
    assert links["jp-hub"]["loss"] == 0.25
    assert links["kr-hub"]["loss"] == 0.02
    assert {row["proof"] for row in data["policy"] if row["kind"] == "prohibition"} <= {"proved"}
    only = json.loads(part.stdout)
    assert "links" not in only
    assert {row["id"] for row in only["nodes"]} >= {"jp-c2", "us-hub"}


def test_schema_is_json(tmp_path: Path) -> None:
    kinds: list[tuple[str, ...]] = [(), ("scenario",), ("experiment",)]
    answers = run_one_after_another(tmp_path, [(("schema", *kind), {}) for kind in kinds])
    for kind, answer in zip(kinds, answers, strict=True):
        schema = json.loads(answer.stdout)
        assert schema["$schema"].startswith("https://json-schema.org/")
        assert ("factor" in schema["properties"]) == (kind == ("experiment",))


def test_check_of_what_is_sound(run_program: Program, repository: Path) -> None:
    files = [SMALL, *sorted(str(path) for path in (repository / "experiments").glob("*.toml"))]
    answer = run_program("check", *files)
    assert answer.returncode == 0, answer.stdout
    assert [line for line in answer.stdout.splitlines() if not line.startswith("note: ")] == [
        f"{file}: ok" for file in files
    ]
