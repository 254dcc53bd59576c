"""The cache of machine code: named by its sources, and never the wrong one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numba.core.config
import pytest

from warnpath import compilation
from warnpath.compilation import cache_folder, cache_folder_in_use, compiled_sources, source_hash

PACKAGE = Path(compilation.__file__).parent


def names() -> set[str]:
    return {str(file.relative_to(PACKAGE)) for file in compiled_sources()}


def test_kernels_handlers_and_what_they_import_name_the_folder():
    assert {
        "compilation.py",
        "engine/codes.py",
        "engine/handlers/links.py",
        "engine/random_streams.py",
        "fusion/layout.py",
        "physics/earth.py",
    } <= names()


def test_what_is_never_compiled_does_not():
    assert not names() & {"cli/main.py", "engine/columns.py", "network/graph.py", "results/store.py"}


def test_every_file_with_a_kernel_counts():
    with_kernels = {
        str(file.relative_to(PACKAGE)) for file in PACKAGE.rglob("*.py") if "\n@kernel(" in file.read_text()
    }
    assert with_kernels
    assert with_kernels <= names()


def test_a_change_of_a_compiled_source_names_another_folder(monkeypatch):
    before = source_hash()
    sources = compiled_sources()
    layout = PACKAGE / "fusion" / "layout.py"
    changed = {**sources, layout: sources[layout] + b"\n# changed\n"}
    monkeypatch.setattr(compilation, "compiled_sources", lambda: changed)
    source_hash.cache_clear()
    try:
        assert source_hash() != before
    finally:
        source_hash.cache_clear()


def test_numbas_own_setting_is_put_back_even_after_an_error():
    before = numba.core.config.CACHE_DIR
    seen = []

    def fail() -> None:
        with cache_folder_in_use() as folder:
            seen.append((str(folder), numba.core.config.CACHE_DIR))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert seen[0][0] == seen[0][1]
    assert before == numba.core.config.CACHE_DIR


def test_the_folder_can_be_chosen(tmp_path):
    program = "from warnpath.compilation import cache_folder; print(cache_folder())"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"WARNPATH_CACHE_DIR": str(tmp_path), "PATH": "", "PYTHONPATH": str(PACKAGE.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()).parent == tmp_path
    assert Path(done.stdout.strip()).name == cache_folder().name
