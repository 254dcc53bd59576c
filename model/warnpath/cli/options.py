"""Options that several commands share, declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ScenarioArgument = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="Name of a shipped scenario, or path of a TOML file.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Set a field of the scenario; repeatable. Ids may be patterns: link.*-fibre.capacity_kbps=500",
    ),
]
SeedOption = Annotated[
    int | None, typer.Option("--seed", min=0, help="Seed of all draws, instead of the scenario's.")
]
ReplicationsOption = Annotated[
    int | None,
    typer.Option("--replications", min=1, help="Number of replications, instead of the scenario's."),
]
EngineOption = Annotated[
    str,
    typer.Option(
        "--engine",
        help="compiled, or simpy: slower, SimPy schedules each event; the log is the same.",
        metavar="ENGINE",
    ),
]
FirstEngineOption = Annotated[
    str | None,
    typer.Option(
        "--engine",
        help="compiled, or simpy: slower, SimPy schedules each event; the log is the same. By default "
        "compiled; before that is built, simpy for a short job without launch or sensor.",
        metavar="ENGINE",
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers", min=1, help="Most worker processes, used where they pay; one per processor by default."
    ),
]
MemoryOption = Annotated[
    float,
    typer.Option(
        "--memory-limit",
        min=1.0,
        metavar="MB",
        help="Memory that what grows in a replication, or the tables kept of all, may take.",
    ),
]
MEMORY_LIMIT_MB = 4000.0
FailuresOption = Annotated[
    int | None,
    typer.Option(
        "--failures",
        min=0,
        metavar="N",
        help="Replications of each single failure for the last table; 0 leaves it out. By default as many as "
        "the number of events in one replication affords.",
    ),
]
OutOption = Annotated[Path | None, typer.Option("--out", help="Folder for the tables.", metavar="DIR")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Nothing on stderr but errors.")]
VerboseOption = Annotated[
    bool, typer.Option("--verbose", "-v", help="More rows on stdout, and a log on stderr.")
]
LogHashOption = Annotated[
    bool, typer.Option("--log-hash", help="Print the hash of the event log as 'log_hash: HEX'.")
]
TablesOption = Annotated[
    str,
    typer.Option(
        "--tables",
        metavar="NAME,...",
        help="Optional tables to record: messages, hops, tracks, estimates, occupancy; no-NAME: not this.",
    ),
]
PrecisionOption = Annotated[
    str | None, typer.Option("--precision", metavar="PERCENT", help="(not in this version)")
]
DaskOption = Annotated[str | None, typer.Option("--dask", metavar="ADDRESS", help="(not in this version)")]
