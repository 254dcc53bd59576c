"""What a simulation returns: tables on demand, and where they come from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warnpath.study.errors import RunFailed

if TYPE_CHECKING:
    import pandas as pd

    from warnpath.engine import ReplicationOutput
    from warnpath.results.provenance import Provenance
    from warnpath.results.stream import TableStream
    from warnpath.scenario import Scenario


@dataclass(frozen=True, eq=False)
class Result:
    """Replications of one scenario and their tables.

    The tables are built when first asked for; their columns are described in `warnpath.results.schema`.

    Parameters
    ----------
    scenario : Scenario
        As it was run, with its seed and replications.
    engine : str
        Name of the engine.
    outputs : tuple of ReplicationOutput
        Raw output of each replication, in order.
    """

    scenario: Scenario
    engine: str
    outputs: tuple[ReplicationOutput, ...]

    def __repr__(self) -> str:
        return (
            f"<Result of {self.scenario.name}: {self.replications} replications, seed {self.seed}, "
            f"engine {self.engine}, {len(self.failed)} failed>"
        )

    @property
    def seed(self) -> int:
        """Seed of all draws."""
        return int(self.scenario.run.seed)

    @property
    def replications(self) -> int:
        """Number of replications, failed ones included."""
        return len(self.outputs)

    @property
    def failed(self) -> tuple[ReplicationOutput, ...]:
        """Replications that did not run to their end."""
        return tuple(output for output in self.outputs if output.status != "ok")

    @cached_property
    def log_hash(self) -> str:
        """Hash of the event logs of all replications, in order: equal runs have equal hashes."""
        return combined_hash((output.replication, output.log_hash) for output in self.outputs)

    @cached_property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every recorded table by name, with `summary`."""
        from warnpath.metrics.summary import summarise
        from warnpath.results.tables import build_tables, conform

        tables = build_tables(self.outputs)
        if "warnings" in tables and len(tables["warnings"]):
            tables["summary"] = conform(summarise(tables["warnings"]), "summary", ())
        return in_order(tables)

    def table(self, name: str) -> pd.DataFrame:
        """Return a table by name.

        Raises
        ------
        KeyError
            If it was not recorded; the message says how to record it.
        RunFailed
            If no replication ran to its end, so there is nothing in it.
        """
        if name not in self.tables and len(self.failed) == self.replications:
            raise RunFailed(f"no replication ran to its end: {self.failed[0].error}")
        if name not in self.tables:
            raise KeyError(
                f"table {name!r} was not recorded; there are {', '.join(self.tables)}. "
                f"Record an optional table with simulate(..., tables=({name!r},))"
            )
        return self.tables[name]

    @property
    def runs(self) -> pd.DataFrame:
        """One row per replication."""
        return self.table("runs")

    @property
    def warnings(self) -> pd.DataFrame:
        """One row per replication, launch and consumer."""
        return self.table("warnings")

    @property
    def summary(self) -> pd.DataFrame:
        """One row per launch, consumer and metric, with intervals over replications."""
        return self.table("summary")

    @property
    def messages(self) -> pd.DataFrame:
        """One row per message and destination."""
        return self.table("messages")

    @property
    def elements(self) -> pd.DataFrame:
        """One row per replication and node or direction of a link."""
        return self.table("elements")

    @property
    def outages(self) -> pd.DataFrame:
        """One row per replication and outage."""
        return self.table("outages")

    @property
    def provenance(self) -> Provenance:
        """What determines the numbers."""
        return provenance_of(self.scenario, self.engine)

    def save(
        self,
        folder: Path | str,
        command: str = "",
        stream: TableStream | None = None,
        *,
        are_fresh: bool = False,
    ) -> dict[str, Any]:
        """Write all tables and their manifest into a folder; see `warnpath.results.store.write_folder`.

        Parameters
        ----------
        folder : Path or str
            Made if needed; tables of an earlier run in it are replaced.
        command : str
            How it was called, for the manifest.
        stream : TableStream, optional
            Tables that were written to the folder as they came, with the provenance of this result.
        are_fresh : bool
            Nobody can have changed the tables since they were made.

        Returns
        -------
        dict
            Content of the manifest.
        """
        from warnpath.results.store import write_folder

        are_fresh = are_fresh or "tables" not in vars(self)
        provenance = self.provenance if stream is None else stream.provenance
        return write_folder(self.tables, Path(folder), provenance, command, stream, are_fresh=are_fresh)


def provenance_of(scenario: Scenario, engine: str) -> Provenance:
    """What determines the numbers of a run of a scenario."""
    from warnpath.results.provenance import describe

    run = scenario.run
    return describe(scenario, seed=int(run.seed), replications=int(run.replications), engine=engine)


def in_order(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Tables in the order in which the schema names them."""
    from warnpath.results.schema import TABLES

    return {name: tables[name] for name in TABLES if name in tables}


def combined_hash(hashes: Iterable[tuple[int, str]]) -> str:
    """Hash over (number of the replication, hash of its log), in the order given."""
    digest = hashlib.blake2b(digest_size=16)
    for replication, log_hash in hashes:
        digest.update(f"{replication}:{log_hash}\n".encode())
    return digest.hexdigest()
