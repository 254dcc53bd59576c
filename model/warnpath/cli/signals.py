"""Requests to end from outside: each ends a command as Ctrl-C does, with an exit code of its own."""

from __future__ import annotations

import signal
from types import FrameType

INTERRUPTED = 130
READER_LEFT = 141
"""Exit code where whoever read stdout has gone, as of a Unix tool that SIGPIPE ends."""


class Terminated(KeyboardInterrupt):
    """The system asked the program to end.

    Parameters
    ----------
    number : int
        Number of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.exit_code = 128 + number


def listen() -> None:
    """Answer SIGTERM, and SIGHUP where there is one, like Ctrl-C; what ignores them (nohup) goes on to.

    The worker processes do not call this: a signal simply ends them.
    """
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _terminate)


def exit_code(interruption: KeyboardInterrupt) -> int:
    """Exit code of an interruption: 130 of Ctrl-C, 143 of SIGTERM."""
    return interruption.exit_code if isinstance(interruption, Terminated) else INTERRUPTED


def word(interruption: KeyboardInterrupt) -> str:
    """What happened, in a word."""
    return "terminated" if isinstance(interruption, Terminated) else "interrupted"


def _terminate(number: int, _: FrameType | None) -> None:
    raise Terminated(number)
