"""Where a table comes from: everything needed to make it again.

Two kinds of fact are kept apart. What determines the numbers (scenario, seed, design, versions) is written
into each Parquet file; two runs that agree in it have equal files, byte for byte. What belongs to one
occasion only (the time, the command, how long it took) stands in the folder's manifest.
"""

from __future__ import annotations

import base64
import json
import platform
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache, cached_property
from importlib.metadata import version
from types import MappingProxyType
from typing import Any, Protocol

import warnpath

PREFIX = b"warnpath."
PACKED = b".zlib.base64"
"""Ending of the key of a value that is packed."""
LONG_BYTES = 10_000
LIBRARIES = ("networkx", "numba", "numpy", "pandas", "pyarrow", "pydantic", "pyproj", "scipy", "simpy")
"""Libraries whose version may change a number or a byte of a table."""


@cache
def library_versions() -> dict[str, str]:
    """Versions of the libraries that may change a result."""
    return {name: version(name) for name in LIBRARIES}


class ScenarioLike(Protocol):
    """What a scenario must offer for its provenance."""

    @property
    def name(self) -> str:
        """Name of the scenario."""
        ...

    def content_hash(self) -> str:
        """Hash of its content, independent of the order of tables in its file."""
        ...

    def model_dump(self, *, mode: str) -> dict[str, Any]:
        """Content as plain data."""
        ...


@dataclass(frozen=True)
class Provenance:
    """What determines the numbers of a table.

    Parameters
    ----------
    scenario_name, scenario_hash : str
        Name and content hash of the scenario.
    scenario : mapping
        The whole scenario as plain data, so that a table can be made again where its file is lost.
    seed, replications : int
        As run.
    engine : str
        Engine that ran it.
    design : mapping
        Design of the study as plain data; for a single run ``{"kind": "run"}``.
    package_version, python_version : str
        Versions of this package and of Python.
    libraries : mapping of str to str
        Version by library.
    """

    scenario_name: str
    scenario_hash: str
    scenario: Mapping[str, Any]
    seed: int
    replications: int
    engine: str = "simpy"
    design: Mapping[str, Any] = field(default_factory=lambda: {"kind": "run"})
    package_version: str = warnpath.__version__
    python_version: str = platform.python_version()
    libraries: Mapping[str, str] = field(default_factory=library_versions)

    @cached_property
    def _texts(self) -> Mapping[str, str]:
        """JSON of every field."""
        return {item.name: canonical_json(getattr(self, item.name)) for item in fields(self)}

    @cached_property
    def metadata(self) -> Mapping[bytes, bytes]:
        """Key-value metadata of a Parquet file: one JSON value per field.

        A long value, such as the whole scenario, is packed: zlib, then base64, under a key that ends so.
        """
        packed = {}
        for name, text in self._texts.items():
            key, value = PREFIX + name.encode(), text.encode()
            if len(value) > LONG_BYTES:
                key, value = key + PACKED, base64.b64encode(zlib.compress(value, 9))
            packed[key] = value
        return MappingProxyType(packed)

    @classmethod
    def from_metadata(cls, values: Mapping[bytes, bytes]) -> Provenance:
        """Read it back from the metadata of a Parquet file.

        Raises
        ------
        ValueError
            If a field is missing: the file was not written by this package.
        """
        found = {item.name: _value(values, PREFIX + item.name.encode()) for item in fields(cls)}
        missing = [name for name, value in found.items() if value is None]
        if missing:
            raise ValueError(f"no provenance in the file: {', '.join(missing)} missing from its metadata")
        return cls(**{name: json.loads(value) for name, value in found.items() if value is not None})

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data, for JSON."""
        return {name: json.loads(text) for name, text in self._texts.items()}


def describe(
    scenario: ScenarioLike,
    *,
    seed: int,
    replications: int,
    engine: str = "simpy",
    design: Mapping[str, Any] | None = None,
) -> Provenance:
    """Return the provenance of results of a scenario, with the versions in use.

    Parameters
    ----------
    scenario : ScenarioLike
        Scenario; of a study, the one its design starts from.
    seed, replications : int
        As run.
    engine : str
        Engine that ran it.
    design : mapping, optional
        Design of the study as plain data.
    """
    return Provenance(
        scenario_name=scenario.name,
        scenario_hash=scenario.content_hash(),
        scenario=json.loads(canonical_json(scenario.model_dump(mode="json"))),
        seed=seed,
        replications=replications,
        engine=engine,
        design={"kind": "run"} if design is None else json.loads(canonical_json(design)),
    )


def _value(values: Mapping[bytes, bytes], key: bytes) -> bytes | None:
    if key + PACKED in values:
        return zlib.decompress(base64.b64decode(values[key + PACKED]))
    return values.get(key)


def canonical_json(data: object) -> str:
    """JSON that is the same for the same content: sorted keys, and lists of named things sorted by `id`."""
    return json.dumps(_canonical(data), sort_keys=True, separators=(",", ":"), allow_nan=False)


def _canonical(data: object) -> object:
    if isinstance(data, Mapping):
        return {str(key): _canonical(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        items = [_canonical(item) for item in data]
        if items and all(isinstance(item, dict) and "id" in item for item in items):
            return sorted(items, key=lambda item: str(item["id"]) if isinstance(item, dict) else "")
        return items
    return data
