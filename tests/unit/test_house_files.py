"""Rules of the house that no linter knows: sizes, names, pins, and tests that test."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

pytestmark = pytest.mark.unwatched

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "model" / "warnpath"
CODE = sorted(file for folder in ("model", "tests", "tools") for file in (ROOT / folder).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
KINDS = {"unit", "theory", "property", "behaviour", "regression", "end_to_end", "notebooks", "benchmarks"}

MAX_BYTES = 1_000_000
MAX_LINES = 400

# Put together from parts, so that this file does not hold what it looks for.
MACHINE_PATH = re.compile(
    r"(?<![\w.~<{-])/(?:"
    + "|".join(("home", "root", "work", "Users", "mnt", "opt", "srv"))
    + r")/\w|[A-Z]:\\\\?Users"
)


def text_of(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def test_no_file_is_large(project_files: list[Path]) -> None:
    sizes = {str(file.relative_to(ROOT)): file.stat().st_size for file in project_files}
    assert {name: size for name, size in sizes.items() if size > MAX_BYTES} == {}


def test_no_file_names_a_path_of_some_machine(project_files: list[Path]) -> None:
    found = []
    for file in project_files:
        for number, line in enumerate((text_of(file) or "").splitlines(), start=1):
            if MACHINE_PATH.search(line):
                found.append(f"{file.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert found == []


@pytest.mark.parametrize("part", ["home", "work", "Users"])
def test_a_path_of_some_machine_would_be_found(part: str) -> None:
    assert MACHINE_PATH.search(f'open("/{part}/ada/scenario.toml")')
    assert not MACHINE_PATH.search(f"https://example.org/{part}/ada")
    assert not MACHINE_PATH.search(f"some{part}/ada and results/{part}/x")


def test_constraints_name_versions_and_nothing_else() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = [line for line in lines if not line.startswith("#")]
    assert len(pinned) > 100
    assert [line for line in pinned if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", line)] == []
    assert pinned == sorted(pinned, key=lambda line: line.split("==")[0])
    assert not re.search(r"://|@|\bfile:|--|\.(?:org|com|io|net)\b", "\n".join(lines))


def test_constraints_cover_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(one for extra in project["optional-dependencies"].values() for one in extra),
    ]
    pinned = pins()
    for text in wanted:
        requirement = Requirement(text)
        version = pinned.get(str(canonicalize_name(requirement.name)))
        assert version is not None, f"{text} is not pinned; run tools/pin.py"
        assert requirement.specifier.contains(Version(version)), f"{text} excludes the pinned {version}"


def test_no_module_is_named_like_one_of_the_standard_library() -> None:
    names = [file for file in PACKAGE.rglob("*") if file.suffix == ".py" or file.is_dir()]
    clashes = [str(file.relative_to(ROOT)) for file in names if file.stem in sys.stdlib_module_names]
    assert clashes == []


def test_every_package_says_what_it_is_for() -> None:
    silent = [
        str(file.relative_to(ROOT))
        for file in PACKAGE.rglob("__init__.py")
        if not ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_files_stay_readable() -> None:
    long = {str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines()) for file in CODE}
    assert {name: lines for name, lines in long.items() if lines > MAX_LINES} == {}


def test_nothing_uses_the_hash_that_changes_from_process_to_process() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "hash"
    ]
    assert found == []


def test_tests_lie_in_the_folder_of_their_kind() -> None:
    assert {file.relative_to(ROOT / "tests").parts[0] for file in TESTS} <= KINDS


def asserts_something(function: ast.FunctionDef) -> bool:
    """Whether a test has an assert, expects an exception, or calls a helper named for checking."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).rsplit(".", maxsplit=1)[-1]
            if name in {"raises", "warns", "fail"} or name.startswith(("assert_", "check_", "expect_")):
                return True
    return False


def test_every_test_asserts_something() -> None:
    silent = [
        f"{file.relative_to(ROOT)}:{node.lineno} {node.name}"
        for file in TESTS
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not asserts_something(node)
    ]
    assert silent == []


def test_a_test_without_assertion_would_be_found() -> None:
    (silent,) = ast.parse("def test_nothing():\n    run()\n").body
    (loud,) = ast.parse(
        "def test_something():\n    with pytest.raises(ValueError, match='x'):\n        run()\n"
    ).body
    assert isinstance(silent, ast.FunctionDef)
    assert isinstance(loud, ast.FunctionDef)
    assert not asserts_something(silent)
    assert asserts_something(loud)
