"""How a command ends: exit codes, and errors in words rather than tracebacks."""

from __future__ import annotations

import errno
import functools
import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import typer

from warnpath.cli import signals

OK, RUN_FAILED, USAGE = 0, 1, 2
"""Exit codes: done; a run failed; usage or an invalid file. Those of interruptions are in `signals`.

Code 3 is kept for a missed requirement, which no scenario of this version can state.
"""

USER_OS_ERRORS = (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError, FileExistsError)

FULL_DISK = "free some, or choose another --out, and call it again; no table is left half written"

Command = TypeVar("Command", bound=Callable[..., Any])


def answering(command: Command) -> Command:
    """Let a command end with an exit code and a sentence where it would raise an error of the user's."""

    @functools.wraps(command)
    def answered(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
        except KeyboardInterrupt as interruption:
            fail(signals.word(interruption), signals.exit_code(interruption))
        except OSError as error:
            if error.errno == errno.EPIPE:
                leave_stdout()
                raise typer.Exit(signals.READER_LEFT) from None
            fail(_about(error), USAGE if isinstance(error, USER_OS_ERRORS) else RUN_FAILED)
        except (ValueError, RuntimeError) as error:
            code = _code_of(error)
            if code is None:
                raise
            fail(str(error), code)

    return answered  # type: ignore[return-value]


def fail(message: str, code: int) -> NoReturn:
    """Print an error on stderr and end with an exit code."""
    print(f"warnpath: {message}", file=sys.stderr, flush=True)
    raise typer.Exit(code)


def _code_of(error: Exception) -> int | None:
    """Exit code of an error that a user can act on; None for a fault of the program."""
    from warnpath.results.manifest import StoreError
    from warnpath.scenario import ScenarioError
    from warnpath.study.errors import RunFailed, StudyError

    if isinstance(error, ScenarioError | StudyError | StoreError):
        return USAGE
    return RUN_FAILED if isinstance(error, RunFailed) else None


def _about(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    told = f"{where}{error.strerror or error}"
    return f"{told}; {FULL_DISK}" if error.errno in (errno.ENOSPC, errno.EDQUOT) else told


def leave_stdout() -> None:
    """Let what still waits in stdout go nowhere, without the complaint Python would make at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
