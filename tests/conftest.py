"""What all tests share: reproducible property tests, no window system, paths of the repository."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Before anything imports matplotlib: figures are drawn without a window system.
os.environ.setdefault("MPLBACKEND", "Agg")

# A script's background job ignores interruptions, and so does what it starts; programs under test must not.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parents[1]

# The same examples in every run and on every machine; HYPOTHESIS_PROFILE=thorough searches further.
settings.register_profile(
    "house",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile(
    "thorough", parent=settings.get_profile("house"), derandomize=False, max_examples=500, print_blob=True
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure no coverage in a test marked `unwatched`, nor in what is set up for it.

    The tracer itself is taken out: a worker of xdist has two measurements on one stack, and pausing the upper
    one lets the lower one go on.
    """
    here, threads = sys.gettrace(), threading.gettrace()
    if here is None or item.get_closest_marker("unwatched") is None:
        return (yield)
    sys.settrace(None)
    threading.settrace(None)  # type: ignore[arg-type]
    try:
        return (yield)
    finally:
        threading.settrace(threads)  # type: ignore[arg-type]
        sys.settrace(here)


@pytest.fixture(scope="session")
def repository() -> Path:
    """Folder of the repository: experiments, notebooks and documents lie here, not in the package."""
    return ROOT


@pytest.fixture(scope="session")
def project_files() -> list[Path]:
    """Every file that is, or is about to be, kept in the repository."""
    return list_project_files(ROOT)


@pytest.fixture
def run_program(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `warnpath ARGUMENTS...` as a user does, in an own process and an empty folder."""
    program = shutil.which("warnpath", path=str(Path(sys.executable).parent))
    assert program is not None, "the package is not installed where the tests run"

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, *arguments],
            cwd=tmp_path,
            env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1", **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


ONE_AFTER_ANOTHER = """
import contextlib, io, json, os, sys
from warnpath.cli.main import main
answers = []
for arguments, environment in json.load(sys.stdin):
    os.environ.update(environment)
    sys.argv = ["warnpath", *arguments]
    out, error = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = ended.code or 0
    answers.append((code, out.getvalue(), error.getvalue()))
print(json.dumps(answers))
"""


def run_one_after_another(
    folder: Path, commands: Sequence[tuple[Sequence[str], Mapping[str, str]]]
) -> list[subprocess.CompletedProcess[str]]:
    """Run `warnpath ARGUMENTS...` several times in one process of their own, which loads libraries once.

    For what does not depend on how the process begins and ends; an error that is not answered fails all.
    """
    child = subprocess.run(
        [sys.executable, "-c", ONE_AFTER_ANOTHER],
        input=json.dumps([(list(arguments), dict(environment)) for arguments, environment in commands]),
        cwd=folder,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    return [
        subprocess.CompletedProcess(list(arguments), code, out, error)
        for (arguments, _), (code, out, error) in zip(commands, json.loads(child.stdout), strict=True)
    ]


def list_project_files(root: Path) -> list[Path]:
    """Files that git knows or would take in; where git cannot tell, all but what tools leave behind."""
    try:
        answer = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root,
            capture_output=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        left_behind = {"build", "dist", "__pycache__", "htmlcov"}
        found = [file for file in root.rglob("*") if file.is_file()]
        inside = [file.relative_to(root) for file in found]
        return sorted(
            root / file
            for file in inside
            if not any(
                part in left_behind or (part.startswith(".") and part != ".ci") for part in file.parts[:-1]
            )
            and not (file.parts[0] == "results" and len(file.parts) > 2 and file.parts[1] != "reference")
        )
    names = answer.stdout.decode().split("\0")
    return sorted(root / name for name in names if name and (root / name).is_file())
