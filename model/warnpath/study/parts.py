"""The folder of a study: whose it is, that only one process writes to it, and what may be overwritten."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from warnpath.study.errors import StudyError

PARTS = "parts"
STUDY = "study.json"
LOCK = ".lock"


@dataclass(frozen=True)
class Parts:
    """Folder of the parts of one study.

    Parameters
    ----------
    folder : Path
        Where they are.
    study : str
        Hash of what the study is; stands in the metadata of every part.
    """

    folder: Path
    study: str


def study_identity(kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """All that determines the numbers of a part, as plain data.

    Parameters
    ----------
    kind : str
        Kind of study.
    content : mapping
        Scenario hashes, seed, design and tables, as plain data that JSON can hold.
    """
    import warnpath
    from warnpath.compilation import source_hash
    from warnpath.results.provenance import library_versions

    return {
        "kind": kind,
        **content,
        "package_version": warnpath.__version__,
        "source_hash": source_hash(),
        "python_version": platform.python_version(),
        "libraries": library_versions(),
    }


@contextmanager
def opened_parts(out: Path, identity: Mapping[str, Any]) -> Iterator[Parts]:
    """Open the folder of parts under `out` for writing: begun, or resumed if it is of the same study.

    Parameters
    ----------
    out : Path
        Folder of the study's results; made if needed.
    identity : mapping
        From `study_identity`.

    Raises
    ------
    StudyError
        If the parts there are those of another study, or another process is writing to them.
    """
    import hashlib

    from warnpath.results.atomic import remove_leftovers, write_atomically
    from warnpath.results.provenance import canonical_json

    text = canonical_json(identity)
    folder = out / PARTS
    _refuse_other_study(folder, json.loads(text))
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        for place in (folder, *(path for path in sorted(folder.rglob("*")) if path.is_dir())):
            remove_leftovers(place)
        if not (folder / STUDY).is_file():
            indented = json.dumps(json.loads(text), indent=1, sort_keys=True) + "\n"
            write_atomically(folder / STUDY, lambda file: _write(file, indented))
        yield Parts(folder, hashlib.blake2b(text.encode(), digest_size=16).hexdigest())


def check_output_folder(out: Path, kind: str, name: str) -> None:
    """Refuse to write over what is not earlier results of the same kind and name.

    Results of the same command on the same scenario or experiment may be replaced: they can be made again.

    Parameters
    ----------
    out : Path
        Folder to write to.
    kind : str
        Kind of the design in the provenance: run, failures or sweep.
    name : str
        Name of the scenario or experiment.

    Raises
    ------
    StudyError
        If the folder is a file, or holds anything else.
    """
    from warnpath.results.atomic import PARTIAL
    from warnpath.results.manifest import MANIFEST, StoreError, read_manifest
    from warnpath.results.schema import TABLES

    if out.exists() and not out.is_dir():
        raise StudyError(f"{out} is a file; name a folder with --out")
    if not out.is_dir():
        return
    if (out / MANIFEST).is_file():
        try:
            found = read_manifest(out)["provenance"]
            owner = (found["design"].get("kind"), found["design"].get("name", found["scenario_name"]))
        except (StoreError, ValueError, KeyError, TypeError) as error:
            raise StudyError(f"{out / MANIFEST} cannot be read ({error}); choose another --out") from error
        if owner != (kind, name):
            raise StudyError(
                f"{out} holds results of another kind: {owner[0]} of {owner[1]}, and not {kind} of {name}; "
                "choose another --out, or remove the folder"
            )
        return
    own = {PARTS, "reference", *(f"{table}.parquet" for table in TABLES)}
    foreign = [path.name for path in sorted(out.iterdir()) if path.name not in own]
    foreign = [name for name in foreign if not name.endswith(PARTIAL)]
    if foreign:
        raise StudyError(
            f"{out} is not empty and holds no results of warnpath ({foreign[0]}); choose another --out"
        )


def _refuse_other_study(folder: Path, identity: Mapping[str, Any]) -> None:
    path = folder / STUDY
    if not path.is_file():
        if folder.is_dir() and any(folder.rglob("*.parquet")):
            raise StudyError(f"{folder} has parts but no {STUDY}; choose another --out, or remove {folder}")
        return
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise StudyError(f"{path} is damaged ({error}); remove {folder} to begin anew") from error
    if found == identity:
        return
    differing = sorted(key for key in {*found, *identity} if found.get(key) != identity.get(key))
    raise StudyError(
        f"{folder} holds parts of another study: it differs in {', '.join(differing)}. "
        f"Choose another --out, or remove {folder} to begin anew"
    )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder for this process, where the system can lock files."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    with (folder / LOCK).open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StudyError(
                f"another process is writing to {folder}; wait for it, or choose another --out"
            ) from None
        yield


def _write(file: IO[bytes], text: str) -> None:
    file.write(text.encode("utf-8"))
