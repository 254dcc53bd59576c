"""What holds for every scenario: order does not matter, and no input but a scenario is taken for one."""

from __future__ import annotations

import copy
import string
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from warnpath.scenario import Scenario, ScenarioError, load
from warnpath.scenario.documents import SHIPPED
from warnpath.scenario.loading import build
from warnpath.scenario.locations import LISTS, Locations
from warnpath.scenario.source_index import index_lines

SOUND = Path(__file__).parents[1] / "end_to_end" / "invalid" / "_sound.toml"
DATA = tomllib.loads(SOUND.read_text(encoding="utf-8"))


def blocks(text: str) -> list[str]:
    """The tables of a file, each with the tables inside it."""
    found: list[str] = []
    for line in text.splitlines(keepends=True):
        if line.startswith("[") and not line.startswith(("[node.", "[link.")):
            found.append("")
        if found:
            found[-1] += line
    return found


@given(st.randoms(use_true_random=False))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_a_files_tables_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, order: Any
) -> None:
    text = SOUND.read_text(encoding="utf-8")
    tables = blocks(text)
    head = text[: text.index(tables[0])]
    order.shuffle(tables)
    path = tmp_path_factory.mktemp("order") / "sound.toml"
    path.write_text(head + "\n".join(tables), encoding="utf-8")
    before, after = load(SOUND), load(path)
    assert after == before
    assert after.content_hash() == before.content_hash()
    assert after.model_dump_json() == before.model_dump_json()


def normalised(data: dict[str, Any]) -> dict[str, Any]:
    document = copy.deepcopy(data)
    for kind in LISTS:
        document[kind] = {
            str(entry.get("id", number)) if isinstance(entry, dict) else str(number): entry
            for number, entry in enumerate(document.get(kind, []))
        }
    return document


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of all values, tables and arrays included."""
    found = [path] if path else []
    if isinstance(value, dict):
        for key, item in value.items():
            found.extend(leaves(item, (*path, key)))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            found.extend(leaves(item, (*path, number)))
    return found


PLACES = leaves(DATA)
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["jp-command", "us-hub", "JP", "sensor", 10**400, -1, 0, 1e300, "fixed", "a" * 300]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["nominal", "low", "kind", "id", "source", "x", "remove", "role"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


def built(document: dict[str, Any]) -> Scenario | ScenarioError:
    try:
        return build(document, Locations())
    except ScenarioError as error:
        return error


@given(st.lists(st.tuples(st.sampled_from(PLACES), JUNK), min_size=1, max_size=4))
@example([(("node", 0, "sensor"), {"source": []}), (("medium",), [])])
@example([(("node", 0, "role"), []), (("link", 0, "ends"), [[], {}])])
@settings(max_examples=200)
def test_whatever_stands_in_a_file_it_is_a_scenario_or_a_scenario_error(
    changes: list[tuple[tuple[Any, ...], Any]],
) -> None:
    data = copy.deepcopy(DATA)
    for path, junk in changes:
        target: Any = data
        try:
            for part in path[:-1]:
                target = target[part]
            target[path[-1]] = junk
        except (KeyError, IndexError, TypeError):
            continue
    document = {key: value for key, value in data.items() if value is not None}
    for kind in LISTS:
        if not isinstance(document.get(kind, []), list):
            document.pop(kind)
    result = built(normalised(document))
    if isinstance(result, Scenario):
        assert Scenario.model_validate(result.model_dump(mode="json")) == result
    else:
        assert result.problems
        assert str(result)
        assert all(problem.message for problem in result.problems)


KEYS = st.text(alphabet=string.ascii_letters + string.digits + "_-", min_size=1, max_size=6)
QUOTED = st.text(
    alphabet=st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\x7f"), max_size=8
)


@st.composite
def toml_values(draw: st.DrawFn, depth: int = 0) -> str:
    kind = draw(st.integers(0, 7 if depth < 3 else 4))
    if kind == 0:
        return str(draw(st.integers(-99, 99)))
    if kind == 1:
        return '"' + draw(QUOTED).replace("\\", "\\\\").replace('"', '\\"') + '"'
    if kind == 2:
        return "'" + draw(QUOTED).replace("'", "") + "'"
    if kind == 3:
        return '"""\n[no.table] = # "" \\""" ' + draw(QUOTED).replace("\\", "").replace('"', "") + '\n"""'
    if kind == 4:
        return draw(st.sampled_from(["true", "1e5", "1979-05-27T07:32:00Z", "inf", "0x1f", '""', "''"]))
    inner = draw(st.lists(toml_values(depth + 1), max_size=3))
    if kind == 5:
        return "[ # ] comment\n" + ",\n".join(inner) + ("," if inner else "") + "\n]"
    if kind == 6:
        return "[" + ", ".join(inner) + "]"
    names = draw(st.lists(KEYS, min_size=len(inner), max_size=len(inner), unique=True))
    return "{ " + ", ".join(f"{key} = {value}" for key, value in zip(names, inner, strict=True)) + " }"


def paths_of(value: Any, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    return set(leaves(value, path))


@given(st.dictionaries(KEYS, toml_values(), min_size=1, max_size=5), st.booleans())
@settings(max_examples=150)
def test_the_line_index_finds_exactly_what_tomllib_reads(values: dict[str, str], in_table: bool) -> None:
    lines = ["# first", "[[t]]", "[t.s]"] if in_table else ["# first"]
    expected: dict[tuple[str | int, ...], int] = {}
    for key, value in values.items():
        expected[("t", 0, "s", key) if in_table else (key,)] = len(lines) + 1
        lines.extend(f"{key} = {value}  # comment".split("\n"))
    text = "\n".join(lines)
    found = index_lines(text)
    for path, line in expected.items():
        assert found[path] == line
    assert set(found) == paths_of(tomllib.loads(text))


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.toml")), ids=lambda path: path.stem)
def test_the_line_index_covers_the_shipped_files(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = index_lines(text)
    assert set(found) == paths_of(tomllib.loads(text))
    lines = text.split("\n")
    for place, number in found.items():
        if isinstance(place[-1], str):
            assert place[-1] in lines[number - 1]


@given(st.floats(0.001, 1e4), st.floats(1.0, 50.0), st.floats(0.0, 0.999), st.floats(0.0, 0.999))
def test_quantiles_rise_and_enclose_the_median(
    median_s: float, ratio: float, first: float, second: float
) -> None:
    from warnpath.scenario import Lognormal, Quantity

    delay = Lognormal(median_s=Quantity(nominal=median_s), p95_s=Quantity(nominal=median_s * ratio))
    low, high = sorted((first, second))
    assert 0.0 <= delay.quantile(low) <= delay.quantile(high)
    assert delay.quantile(0.5) == pytest.approx(median_s)
    assert delay.quantile(0.95) == pytest.approx(median_s * ratio)
    assert delay.mean() >= median_s * (1.0 - 1e-12)
