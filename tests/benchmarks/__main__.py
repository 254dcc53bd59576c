"""Measure everything, print the tables, and write docs/performance.md with its figure::

    python -m tests.benchmarks                # in the environment of README's test command
    python -m tests.benchmarks --rounds 3     # quicker and rougher
    python -m tests.benchmarks --no-write     # only print

With the extra `benchmark` installed, ns.py and daytone are compared too; where they or a C compiler are
missing, the page says so. Results are best on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import matplotlib as mpl

from tests.benchmarks.performance_page import measure, page

ROOT = Path(__file__).resolve().parents[2]


def tell(text: str) -> None:
    """Say on standard error what is measured next."""
    sys.stderr.write(f"{text} ...\n")
    sys.stderr.flush()


def main() -> None:
    """Read the options, measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure everything.")
    parser.add_argument("--rounds", type=int, default=11, help="interleaved rounds (default 11)")
    parser.add_argument("--out", type=Path, default=ROOT / "docs", help="folder of the page (default docs)")
    parser.add_argument("--no-write", action="store_true", help="print only")
    options = parser.parse_args()
    mpl.use("Agg")
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), options.rounds, tell)
        text = page(found, options.rounds)
        sys.stdout.write(text)
        if not options.no_write:
            from tests.benchmarks.scaling_figure import draw

            options.out.mkdir(parents=True, exist_ok=True)
            draw(found.curves, options.out / "scaling.png")
            (options.out / "performance.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
