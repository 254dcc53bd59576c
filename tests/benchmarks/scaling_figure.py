"""The figure of what an event costs as things grow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import seaborn as sns

from tests.benchmarks.scaling import Curve

COLOURS = {"compiled engine": "#0072b2", "a whole replication": "#56b4e9", "C": "#8a8f98"}
INK = "#1f2933"


def draw(curves: Sequence[Curve], file: Path) -> None:
    """Draw a panel for each axis, cost against size, and write the figure."""
    axes_names = list(dict.fromkeys(curve.axis for curve in curves))
    with sns.axes_style("whitegrid", {"grid.color": "#e4e8ec"}):
        figure, axes = plt.subplots(1, len(axes_names), figsize=(3.4 * len(axes_names), 3.6), squeeze=False)
    for panel, name in zip(axes[0], axes_names, strict=True):
        for curve in curves:
            if curve.axis == name:
                colour = COLOURS[curve.program]
                panel.plot(curve.sizes, curve.nanoseconds, "o-", color=colour, label=curve.program, ms=4.5)
        panel.set_xscale("log")
        panel.set_ylim(bottom=0)
        panel.set_xlabel(name, color=INK)
        sns.despine(ax=panel, left=True)
    axes[0][0].set_ylabel("processor time, ns an event", color=INK)
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper left", ncols=len(labels), frameon=False)
    figure.tight_layout(rect=(0.0, 0.0, 1.0, 0.93))
    figure.savefig(file, dpi=130)
    plt.close(figure)
