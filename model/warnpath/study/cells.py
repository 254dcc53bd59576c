"""Studies of many points: cells that are computed anywhere, kept as files, and merged.

A cell is a block of replications at one point of a design. Whoever computes it writes its tables as Parquet
parts, each whole or not there, that of `runs` last: a cell whose part of `runs` is there is done. So a rescan
of the folder is the resume, and the merged tables do not depend on workers or interruptions.

Parts are at ``parts/GROUP/TABLE/pPOINT-rFIRST-LAST.parquet``.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from warnpath.study.blocks import Block, Variant, describe_error, failed_output, run_block
from warnpath.study.engines import Engine
from warnpath.study.errors import StudyError
from warnpath.study.parts import Parts
from warnpath.study.pool import Lost, run_tasks
from warnpath.study.simulate import Execution

if TYPE_CHECKING:
    import pandas as pd

    from warnpath.engine import ReplicationOutput
    from warnpath.results.provenance import Provenance
    from warnpath.results.tables import DesignPoint
    from warnpath.scenario import Scenario

BLOCK = 20
"""Replications of a cell. Fixed, so that a study can be given more replications later and keep its parts."""
RUNS = "runs"


@dataclass(frozen=True)
class Point:
    """One point of a study.

    Parameters
    ----------
    group : str
        Table set it belongs to: the study itself, or what it is compared with.
    design : DesignPoint
        Its number and the swept parameters.
    variant : Variant
        What is run.
    """

    group: str
    design: DesignPoint
    variant: Variant


@dataclass(frozen=True)
class Cell:
    """A block of replications at one point, and where its parts go.

    Parameters
    ----------
    point : Point
        Where in the study it is.
    block : Block
        What is run.
    parts : Parts
        Folder of the parts.
    """

    point: Point
    block: Block
    parts: Parts

    def part(self, table: str) -> Path:
        """Path of the part of a table."""
        name = f"p{self.point.design.number:06d}-r{self.block.first:06d}-{self.block.last:06d}.parquet"
        return self.parts.folder / self.point.group / table / name

    @property
    def replications(self) -> int:
        """Number of replications in it."""
        return self.block.last - self.block.first + 1

    def is_done(self) -> bool:
        """Whether its parts are all there."""
        return self.part(RUNS).is_file()

    def on(self, engine: Engine) -> Cell:
        """The same on an engine."""
        return replace(self, block=replace(self.block, engine=engine))


@dataclass(frozen=True)
class Receipt:
    """What is told of a computed cell: the seconds it took."""

    seconds: float


def make_cells(
    points: Sequence[Point], replications: int, tables: tuple[str, ...], engine: Engine, parts: Parts
) -> list[Cell]:
    """Cells of a study, in order of points and replications."""
    return [
        Cell(point, Block(point.variant, first, min(first + BLOCK, replications) - 1, tables, engine), parts)
        for point in points
        for first in range(0, replications, BLOCK)
    ]


def compute(cells: Sequence[Cell], execution: Execution) -> dict[int, Lost]:
    """Compute the cells that are not done yet.

    Parameters
    ----------
    cells : sequence of Cell
        All cells of a study.
    execution : Execution
        How; its progress is told of all replications, those found done included.

    Returns
    -------
    dict
        Number of each cell that was lost with its worker process, twice, and why. It has no parts, so a
        resume tries it again.
    """
    left = [number for number, cell in enumerate(cells) if not cell.is_done()]
    total = sum(cell.replications for cell in cells)
    done = total - sum(cells[number].replications for number in left)
    execution.report(done, total)
    lost: dict[int, Lost] = {}
    chosen = [cells[number].on(execution.engine) for number in left]
    with closing(_outcomes(chosen, execution)) as outcomes:
        for place, outcome in outcomes:
            if isinstance(outcome, Lost):
                lost[left[place]] = outcome
            done += cells[left[place]].replications
            execution.report(done, total)
    return lost


def compute_cell(cell: Cell) -> Receipt:
    """Compute one cell and write its parts, that of `runs` last."""
    from warnpath.results.store import write_table
    from warnpath.results.tables import build_tables

    outputs = _outputs(cell)
    tables = build_tables(outputs, cell.point.design)
    provenance = _part_provenance(cell)
    for name in sorted(tables, key=lambda name: (name == RUNS, name)):
        write_table(tables[name], cell.part(name), name, provenance, is_fresh=True)
    return Receipt(sum(output.wall_s for output in outputs))


def merge(cells: Sequence[Cell], lost: Mapping[int, Lost], group: str) -> dict[str, pd.DataFrame]:
    """Join the parts of one group of points into tables.

    Parameters
    ----------
    cells : sequence of Cell
        All cells of the study.
    lost : mapping
        As returned by `compute`; their replications become rows of `runs` with status failed.
    group : str
        Group of points.

    Returns
    -------
    dict of str to DataFrame
        Tables by name; the same whatever the order in which the cells were computed.
    """
    from warnpath.results.store import read_parts
    from warnpath.results.tables import concatenate

    members = [(number, cell) for number, cell in enumerate(cells) if cell.point.group == group]
    there = [cell for number, cell in members if number not in lost]
    parts: list[dict[str, pd.DataFrame]] = [
        {name: frame} for name, paths in _paths(there).items() for frame in read_parts(paths)
    ]
    return concatenate([*parts, *(_failed(cell, lost[number]) for number, cell in members if number in lost)])


def _outcomes(
    left: Sequence[Cell], execution: Execution
) -> Generator[tuple[int, Receipt | Lost], None, None]:
    """Compute the first cell here, which tells how long one takes, then the others."""
    if not left:
        return
    workers = execution.worker_count()
    first = compute_cell(left[0])
    yield 0, first
    threads = left[0].block.engine.uses_threads
    tasks = run_tasks(compute_cell, left[1:], workers, first.seconds, execution.open_pool, threads=threads)
    with closing(tasks) as results:
        for number, value in results:
            yield number + 1, value


def _outputs(cell: Cell) -> list[ReplicationOutput]:
    from warnpath.scenario import ScenarioError

    try:
        return run_block(cell.block)
    except ScenarioError as error:  # this point cannot be run; the others can
        seed = cell.block.variant.base.seed
        numbers = range(cell.block.first, cell.block.last + 1)
        return [failed_output(number, seed, describe_error(error)) for number in numbers]


def _paths(cells: Sequence[Cell]) -> dict[str, list[Path]]:
    """Parts of every table; those of `runs` are all there."""
    from warnpath.results.manifest import StoreError

    paths: dict[str, list[Path]] = {}
    for cell in cells:
        if not cell.is_done():
            raise StoreError(
                f"{cell.part(RUNS)} is missing: it was removed while the study ran; run it again"
            )
        for name in (RUNS, *cell.block.tables):
            if cell.part(name).is_file():
                paths.setdefault(name, []).append(cell.part(name))
    return paths


def _failed(cell: Cell, lost: Lost) -> dict[str, pd.DataFrame]:
    """Tables of a cell that was lost."""
    from warnpath.results.tables import build_tables

    seed = cell.block.variant.base.seed
    numbers = range(cell.block.first, cell.block.last + 1)
    outputs = [failed_output(number, seed, lost.reason) for number in numbers]
    return build_tables(outputs, cell.point.design)


def _part_provenance(cell: Cell) -> Provenance:
    """Short provenance of a part: which study it belongs to. The merged tables have it in full."""
    from warnpath.results.provenance import Provenance

    seed = cell.block.variant.base.seed
    return Provenance(
        scenario_name="",
        scenario_hash="",
        scenario={},
        seed=seed,
        replications=cell.replications,
        engine=cell.block.engine.name,
        design={"kind": "part", "study": cell.parts.study},
    )


def settle(cells: Sequence[Cell], execution: Execution) -> tuple[Execution, str]:
    """Check the cells found done, and choose the engine for those that are left.

    Returns
    -------
    tuple
        How these are computed, and the names of the engines that all parts come from.

    Raises
    ------
    StudyError
        If a part is damaged or belongs to another study.
    """
    names = check_parts(cells)
    if not all(cell.is_done() for cell in cells):
        execution = execution.for_job(_left(cells))
        names.add(execution.engine.name)
    return execution, ", ".join(sorted(names))


def _left(cells: Sequence[Cell]) -> Iterator[tuple[Scenario, int]]:
    """Scenarios of the points that are not done, each with the replications that are left of it."""
    from warnpath.scenario import ScenarioError

    for point, of_point in groupby(cells, key=lambda cell: cell.point):
        replications = sum(cell.replications for cell in of_point if not cell.is_done())
        if replications:
            with suppress(ScenarioError):  # this point cannot be run
                yield point.variant.scenario(), replications


def check_parts(cells: Sequence[Cell]) -> set[str]:
    """Refuse parts of another study among those found done.

    Returns
    -------
    set of str
        Names of the engines that they come from.

    Raises
    ------
    StudyError
        Naming the first such part.
    """
    from warnpath.results.provenance import Provenance

    engines = set()
    for cell in cells:
        if not cell.is_done():
            continue
        path = cell.part(RUNS)
        try:
            found = Provenance.from_metadata(_metadata(path))
        except (ValueError, OSError) as error:
            raise StudyError(f"{path} is damaged ({describe_error(error)}); remove it and resume") from error
        if found.design.get("study") != cell.parts.study:
            raise StudyError(
                f"{path} belongs to another study; choose another --out, "
                f"or remove {cell.parts.folder} to begin anew"
            )
        engines.add(found.engine)
    return engines


def _metadata(path: Path) -> Mapping[bytes, bytes]:
    import pyarrow.parquet as pq

    return pq.read_schema(path).metadata or {}
