"""Where the program begins: nothing heavy is imported before an interruption can be answered."""

from __future__ import annotations

import sys

INTERRUPTED = 130


def main() -> None:
    """Load the command line and run it; Ctrl-C while it loads ends it as it does later."""
    try:
        from warnpath.cli import main as command_line

        command_line.main()
    except KeyboardInterrupt:
        print("warnpath: interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)
