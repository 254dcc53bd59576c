"""README's commands are what the checks and the Makefile run, word for word."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the wrappers are shell scripts")


def readme_command(name: str, *readme: str) -> subprocess.CompletedProcess[str]:
    script = str(ROOT / "tools" / "readme-command")
    return subprocess.run(["sh", script, name, *readme], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("name", "end"), [("run", "warnpath run"), ("test", "-m pytest -n 2 --cov")])
def test_readme_holds_the_command(name: str, end: str) -> None:
    answer = readme_command(name)
    assert answer.returncode == 0
    command = answer.stdout.strip()
    assert command.startswith("python3 -m venv .venv && .venv/bin/pip install -c constraints.txt ")
    assert command.endswith(end)
    assert "\n" not in command
    assert f"```bash\n{command}\n```" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_readme_holds_the_command_for_the_slow_checks() -> None:
    # In the environment that the test command made, with the markers that it leaves out.
    assert readme_command("slow").stdout == ".venv/bin/python -m pytest -n 2 -m slow\n"
    assert 'README slow" again slow "$scratch/test"' in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_a_command_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("<!-- command: run -->\n```bash\necho this\n```\n", encoding="utf-8")
    assert readme_command("run", str(readme)).stdout == "echo this\n"
    answer = readme_command("test", str(readme))
    assert answer.returncode == 1
    assert "no command 'test'" in answer.stderr
    assert answer.stdout == ""


@pytest.mark.parametrize("file", [".ci/run", "Makefile"])
def test_the_wrappers_hold_no_copy_of_the_commands(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert "tools/readme-command" in text
    assert "pip install" not in text
    assert "pytest" not in text


@pytest.mark.parametrize("script", [".ci/run", "tools/readme-command"])
def test_scripts_are_executable_and_parse(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)
    shell = "bash" if script == ".ci/run" else "sh"
    assert subprocess.run([shell, "-n", str(ROOT / script)], check=False).returncode == 0


def test_the_checks_refuse_what_they_do_not_know() -> None:
    answer = subprocess.run(
        ["bash", str(ROOT / ".ci" / "run"), "everything"], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 2
    assert "usage: .ci/run [static]" in answer.stderr
