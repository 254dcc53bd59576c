"""Renew what the program itself puts into README: the worked example's output and the picture.

    python -m tools.readme_example           # write README.md and docs/*.png
    python -m tools.readme_example --check   # say whether README's example is what the program prints

The command shown after ``<!-- example -->`` is run as it stands, with the program of this environment.
"""

from __future__ import annotations

import difflib
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
README = REPOSITORY / "README.md"
PICTURES = REPOSITORY / "docs"
EXAMPLE = re.compile(
    r"<!-- example -->\n```console\n\$ (?P<command>[^\n]+)\n(?P<output>.*?)```\n", flags=re.DOTALL
)


def main(arguments: list[str]) -> int:
    """Renew README and its picture, or check the example."""
    if arguments == ["--check"]:
        return check()
    if arguments:
        print(__doc__, file=sys.stderr)
        return 2
    text = README.read_text(encoding="utf-8")
    README.write_text(EXAMPLE.sub(_renewed, text), encoding="utf-8")
    draw()
    return 0


def check() -> int:
    """Compare README's examples with what the program prints; 1 if they differ."""
    differing = 0
    for match in EXAMPLE.finditer(README.read_text(encoding="utf-8")):
        printed = run(match["command"])
        if printed != match["output"]:
            differing = 1
            sys.stdout.writelines(
                difflib.unified_diff(
                    match["output"].splitlines(keepends=True),
                    printed.splitlines(keepends=True),
                    "README",
                    "program",
                )
            )
    return differing


def run(command: str) -> str:
    """Standard output of one of README's commands, as wide as README shows it."""
    words = shlex.split(command)
    program = Path(sys.executable).with_name(words[0])
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [str(program), *words[1:]],
            cwd=folder,
            env={**os.environ, "COLUMNS": "100"},
            capture_output=True,
            text=True,
            check=True,
        )
    return done.stdout


def draw() -> None:
    """Draw README's picture from a run of the shipped scenario."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib.figure import Figure

    import warnpath as wp

    result = wp.simulate(wp.load("trilateral"), replications=40, seed=1)
    PICTURES.mkdir(exist_ok=True)
    axes = wp.plot.budget_bars(result.warnings)
    figure = axes.get_figure()
    assert isinstance(figure, Figure)
    figure.savefig(PICTURES / "latency-budget.png", dpi=110, bbox_inches="tight", metadata={"Software": None})


def _renewed(match: re.Match[str]) -> str:
    command = match["command"]
    return f"<!-- example -->\n```console\n$ {command}\n{run(command)}```\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
