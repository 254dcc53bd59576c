"""Networks from graph files and into them."""

from __future__ import annotations

import errno
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

from warnpath.network.graph_files.network import (
    NATION,
    ImportedNetwork,
    Units,
    make_network,
    slug,
)
from warnpath.network.graph_files.reading import FORMATS, read_graph
from warnpath.network.graph_files.skeleton import as_scenario, skeleton
from warnpath.network.graph_files.values import CAPACITY, DELAY, LENGTH
from warnpath.network.graph_files.writing import WRITERS
from warnpath.results.atomic import write_atomically
from warnpath.study.errors import StudyError

if TYPE_CHECKING:
    from warnpath.scenario import Scenario


@dataclass(frozen=True)
class Import:
    """How a graph file is to be read.

    Attributes
    ----------
    form : str or None
        Format, where the file's ending does not tell it.
    nodes : Path or None
        CSV table of nodes, beside a table of edges.
    name : str or None
        Name of the scenario; by default that of the file.
    nation : str
        Nation of nodes that state none.
    units : Units
        Units of numbers that state none.
    largest : bool
        Keep the largest connected part only.
    """

    form: str | None = None
    nodes: Path | None = None
    name: str | None = None
    nation: str = "XX"
    units: Units = field(default_factory=Units)
    largest: bool = False

    def check(self) -> None:
        """Raise `StudyError` for a value that makes no sense."""
        if self.form is not None and self.form not in FORMATS:
            raise StudyError(f"--format {self.form}: expected {', '.join(FORMATS)}")
        if not NATION.fullmatch(self.nation):
            raise StudyError(f'--nation "{self.nation}": expected two or more capital letters, as in JP')
        if self.name is not None and slug(self.name) != self.name:
            raise StudyError(f'--name "{self.name}": expected lower-case words joined by "-"')
        for what, family in (("capacity", CAPACITY), ("delay", DELAY), ("length", LENGTH)):
            unit = getattr(self.units, what)
            if unit not in family.units:
                raise StudyError(f"--{what}-unit {unit}: expected {', '.join(family.units)}")


@dataclass(frozen=True)
class ImportedScenario:
    """A skeleton: its name, its text, and the network in it."""

    name: str
    text: str
    network: ImportedNetwork


def import_scenario(graph: Path, out: Path | None = None, how: Import | None = None) -> ImportedScenario:
    """Make a skeleton of a scenario from a graph file, and write it where asked.

    Parameters
    ----------
    graph : Path
        GraphML, GML, node-link JSON, or a CSV table of edges.
    out : Path, optional
        File to write. It must not be there yet, for a skeleton is what a user goes on to edit.
    how : Import, optional
        How the file is to be read.

    Returns
    -------
    ImportedScenario
        Its text has been read back and found valid.

    Raises
    ------
    StudyError
        What `how` says makes no sense.
    ScenarioError
        The file cannot be read as a network: every reason there is.
    FileExistsError
        `out` is there already.
    """
    how = how or Import()
    how.check()
    if out is not None and out.exists():
        raise FileExistsError(errno.EEXIST, "is there already; a skeleton replaces no file", str(out))
    name = how.name or slug(graph.stem) or "imported"
    network = make_network(read_graph(graph, how.form, how.nodes), how.nation, how.units, largest=how.largest)
    # A skeleton is handed on; the folder it was made from stays behind.
    network = replace(network, file=graph.name)
    text = skeleton(network, name)
    as_scenario(text, f"skeleton of {graph}")
    if out is not None:
        write_text(out, text)
    return ImportedScenario(name, text, network)


def export_scenario(scenario: Scenario, folder: Path, forms: Sequence[str] | None = None) -> list[Path]:
    """Write the network of a scenario as graph files.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    folder : Path
        Folder for the files; made if needed. Files of an earlier export are replaced.
    forms : sequence of str, optional
        Some of graphml, geojson and csv; all by default.

    Returns
    -------
    list of Path
        Files written.

    Raises
    ------
    StudyError
        A format not known here, or a name of the scenario that is no name of a file.
    """
    unknown = [form for form in forms or () if form not in WRITERS]
    if unknown:
        raise StudyError(f"--format {unknown[0]}: expected {', '.join(WRITERS)}")
    if not re.fullmatch(r"[\w-][\w .-]*", scenario.name):
        raise StudyError(f'the scenario\'s name "{scenario.name}" makes no name of a file; set another one')
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for form in dict.fromkeys(forms or WRITERS):
        for name, text in WRITERS[form](scenario).items():
            write_text(folder / name, text)
            written.append(folder / name)
    return written


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""

    def write(stream: IO[bytes]) -> None:
        stream.write(text.encode("utf-8"))

    write_atomically(path, write)
