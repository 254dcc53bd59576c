"""Where the program begins: nothing heavy is imported before an interruption can be answered."""

from __future__ import annotations

import sys

from warnpath.cli import signals


def main() -> None:
    """Load the command line and run it; Ctrl-C or SIGTERM while it loads ends it as it does later."""
    try:
        signals.listen()
        from warnpath.cli import main as command_line

        command_line.main()
    except KeyboardInterrupt as interruption:
        print(f"warnpath: {signals.word(interruption)}", file=sys.stderr)
        sys.exit(signals.exit_code(interruption))
