"""Where the program begins: nothing is imported before an interruption can be answered."""

from __future__ import annotations

import gc
import os
import sys

INTERRUPTED = 130


def main() -> None:
    """Load the command line and run it; Ctrl-C or SIGTERM while it loads ends it as it does later."""
    # pydantic would look through every package that is installed for plugins of its own.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        from warnpath.cli import signals

        signals.listen()
        from warnpath.cli import main as command_line

        command_line.main()
    except KeyboardInterrupt as interruption:
        code = int(getattr(interruption, "exit_code", INTERRUPTED))
        print(f"warnpath: {'interrupted' if code == INTERRUPTED else 'terminated'}", file=sys.stderr)
        sys.exit(code)
    finally:
        # The interpreter looks for garbage once more before it ends, which takes half a second after a run.
        gc.freeze()
