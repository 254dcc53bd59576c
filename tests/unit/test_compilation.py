"""The compiled program: named by its sources, built once, whole on disk, called with what it takes."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

import warnpath
from warnpath.compilation import cache_folder, compiled_sources, image, program, source_hash, sources
from warnpath.compilation.kernels import KERNELS, ROOTS, Kernel, kernel
from warnpath.engine.random_streams import (
    _MIDDLE_NUMERATOR,
    _TAIL_NUMERATOR,
    _rational,
    draw,
    philox_words,
    uniform,
)
from warnpath.physics.earth import ecef_from_geodetic

PACKAGE = Path(warnpath.__file__).parent
SMALL = Path(__file__).resolve().parents[1] / "scenarios" / "small.toml"


def names() -> set[str]:
    return {str(file.relative_to(PACKAGE)) for file in compiled_sources()}


def test_kernels_handlers_compilers_and_what_they_import_name_the_folder() -> None:
    assert {
        "compilation/program.py",
        "compilation/entries.py",
        "engine/codes.py",
        "engine/compiled/event_loop.py",
        "engine/handlers/links.py",
        "engine/random_streams.py",
        "fusion/layout.py",
        "physics/earth.py",
    } <= names()


def test_what_is_never_compiled_does_not() -> None:
    assert not names() & {"cli/main.py", "engine/columns.py", "network/graph.py", "results/store.py"}


def test_every_file_with_a_kernel_counts() -> None:
    with_kernels = {
        str(file.relative_to(PACKAGE)) for file in PACKAGE.rglob("*.py") if "\n@kernel(" in file.read_text()
    }
    assert with_kernels
    assert with_kernels <= names()


def test_a_change_of_a_compiled_source_names_another_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    before = source_hash()
    files = compiled_sources()
    layout = PACKAGE / "fusion" / "layout.py"
    changed = {**files, layout: files[layout] + b"\n# changed\n"}
    monkeypatch.setattr(sources, "compiled_sources", lambda: changed)
    source_hash.cache_clear()
    try:
        assert source_hash() != before
    finally:
        source_hash.cache_clear()


def test_the_folder_can_be_chosen(tmp_path: Path) -> None:
    source = "from warnpath.compilation import cache_folder; print(cache_folder())"
    done = subprocess.run(
        [sys.executable, "-c", source],
        env={"WARNPATH_CACHE_DIR": str(tmp_path), "PATH": "", "PYTHONPATH": str(PACKAGE.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()).parent == tmp_path
    assert Path(done.stdout.strip()).name == cache_folder().name


def test_a_user_without_a_home_has_a_cache_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("WARNPATH_CACHE_DIR", "NUMBA_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert [base.parent for base in sources._cache_bases()] == [Path(tempfile.gettempdir())]


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="only where files have owners")
@pytest.mark.parametrize("problem", ["another owner", "open to all", "a link"])
def test_a_cache_where_everybody_may_write_is_used_only_if_it_is_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: str
) -> None:
    base = tmp_path / "warnpath-x"
    monkeypatch.setattr(sources, "_shared_base", lambda: base)
    monkeypatch.setattr(sources, "_cache_bases", lambda: iter([base]))
    assert cache_folder.__wrapped__().parent == base
    if problem == "another owner":
        monkeypatch.setattr(os, "getuid", lambda: base.stat().st_uid + 1)
    elif problem == "open to all":
        base.chmod(0o777)
    else:
        base.rename(tmp_path / "elsewhere")
        base.symlink_to(tmp_path / "elsewhere")
    found = cache_folder.__wrapped__()
    assert found.parent != base
    assert found.is_dir()


def test_checks_of_bounds_have_machine_code_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = image.image_file()
    monkeypatch.setenv("NUMBA_BOUNDSCHECK", "1")
    image._machine.cache_clear()
    try:
        assert image.image_file() != plain
    finally:
        image._machine.cache_clear()


def test_a_damaged_image_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uniform(1, 2, 3)
    whole = image.image_file().read_bytes()
    monkeypatch.setattr(image, "cache_folder", lambda: tmp_path)
    assert image._read() is None
    image.image_file().write_bytes(whole)
    objects = image._read()
    assert objects is not None
    assert len(objects) == 2
    assert whole[16:] == b"".join(len(item).to_bytes(8, "little") + item for item in objects)
    for damaged in (whole[:-1], b"", whole[:7], whole[:-1] + bytes([whole[-1] ^ 1])):
        image.image_file().write_bytes(damaged)
        assert image._read() is None


def test_a_module_that_its_process_did_not_make_is_made_here(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    monkeypatch.setattr(program._Helper, "result", lambda helper: helper.stop())
    monkeypatch.setattr(program, "build_module", lambda number: made.append(number) or bytes([number]))
    assert program.build_objects() == [b"\x00", b"\x01"]
    assert sorted(made) == [0, 1]


def test_a_module_is_made_of_these_sources_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Another version of the program, where the user happens to be.
    other = tmp_path / "warnpath" / "compilation"
    other.mkdir(parents=True)
    for folder in (other.parent, other):
        (folder / "__init__.py").touch()
    (other / "program.py").write_text("import sys\nopen(sys.argv[2], 'w').write('foreign')\n")
    monkeypatch.chdir(tmp_path)
    # And this one, had it changed since it was imported.
    monkeypatch.setattr(program, "source_hash", lambda: "another", raising=False)
    assert program._Helper(0, tmp_path / "module.o").result() is None
    assert not (tmp_path / "module.o").exists()


FIRST_RESULT = f"""
import sys
from warnpath.compilation.image import machine_code_is_ready
print(machine_code_is_ready())
from warnpath.engine import build_plan
from warnpath.engine.run import run_replication
from warnpath.scenario import load
print(run_replication(build_plan(load({str(SMALL)!r})), 0, engine="compiled").log_hash)
print("numba" in sys.modules)
"""


def test_the_second_process_compiles_nothing_and_needs_no_numba() -> None:
    uniform(1, 2, 3)
    before = image.image_file().stat().st_mtime_ns
    finished = subprocess.run(
        [sys.executable, "-c", FIRST_RESULT], env=os.environ, capture_output=True, text=True, check=True
    )
    ready, log_hash, with_numba = finished.stdout.split()
    assert (ready, with_numba) == ("True", "False")
    assert len(log_hash) == 32
    assert image.image_file().stat().st_mtime_ns == before


def test_every_function_is_in_one_module() -> None:
    sources.import_compiled_modules()
    parts = program.collect()
    assert set(KERNELS) | set(ROOTS) <= {part.symbol for part in parts} | {
        symbol for symbol in KERNELS if not symbol.startswith("warnpath.")
    }
    numerical, engine = program.split(parts)
    assert sorted(part.symbol for part in (*numerical, *engine)) == [part.symbol for part in parts]
    # The two are made at the same time: neither should wait long for the other.
    sizes = [sum(len(part.function.__code__.co_code) for part in module) for module in (numerical, engine)]
    assert max(sizes) < 1.5 * min(sizes)


def test_numbers_arrays_and_tuples_cross_into_machine_code_and_back() -> None:
    assert uniform(5, 2**62, np.int64(3)) == uniform.py_func(5, 2**62, 3)  # type: ignore[attr-defined]
    # Philox4x32-10, counter and key all ones: the published known-answer vector.
    ones = 0xFFFFFFFF
    assert philox_words(ones, ones, ones, ones, ones, ones) == (
        0x408F276D,
        0x41C83B0E,
        0xA20BC7C6,
        0x6D5451FD,
    )
    found = _rational(_MIDDLE_NUMERATOR, _TAIL_NUMERATOR, 0.3)
    assert found == _rational.py_func(_MIDDLE_NUMERATOR, _TAIL_NUMERATOR, 0.3)  # type: ignore[attr-defined]
    x, y, z = ecef_from_geodetic(0.3, -0.7, 11.5)
    assert all(isinstance(value, float) for value in (x, y, z))
    table = np.array([[1.0, 2.0, 5.0]])
    assert draw(table, 0, 1, 2, 3) == pytest.approx(2.0 + 3.0 * uniform(1, 2, 3), abs=1e-15)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "too many arguments, or too few"),
        ((np.zeros((2, 3)), 0, 1, 2), "too many arguments, or too few"),
        (([[0.0]], 0, 1, 2, 3), "C-contiguous arrays"),
        ((np.zeros(3), 0, 1, 2, 3), "C-contiguous arrays"),
        ((np.zeros((2, 3), dtype=np.float32), 0, 1, 2, 3), "C-contiguous arrays"),
        ((np.zeros((2, 3), dtype=np.int64), 0, 1, 2, 3), "C-contiguous arrays"),
        ((np.zeros((4, 6))[:, ::2], 0, 1, 2, 3), "C-contiguous arrays"),
        ((np.zeros((2, 3)), "0", 1, 2, 3), "integer"),
        ((np.zeros((2, 3)), 0.5, 1, 2, 3), "integer"),
        ((np.zeros((2, 3)), None, 1, 2, 3), "integer"),
    ],
)
def test_what_a_kernel_does_not_take_is_refused(arguments: tuple[object, ...], reason: str) -> None:
    with pytest.raises(TypeError, match=reason):
        draw(*arguments)  # type: ignore[arg-type]


def test_a_number_beyond_64_bits_is_refused() -> None:
    with pytest.raises(OverflowError):
        uniform(2**63, 2, 3)


def test_a_function_that_is_not_in_the_program_is_named() -> None:
    with pytest.raises(KeyError, match="no such function"):
        image.machine_code().entry("warnpath.physics.earth.nowhere")


def test_a_kernel_outside_the_package_is_compiled_by_itself() -> None:
    @kernel("float64(float64, int64)")
    def halved(x: float, times: int) -> float:
        for _ in range(times):
            x = 0.5 * math.sqrt(x * x)
        return x

    assert isinstance(halved, Kernel)
    assert halved(12.0, 2) == 3.0
    assert "halved: float64(float64, int64)" in repr(halved)


def test_kernels_survive_pickling() -> None:
    import pickle

    assert pickle.loads(pickle.dumps(uniform)) is uniform
