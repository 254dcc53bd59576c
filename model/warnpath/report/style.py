"""How the figures look: colours that colour-blind readers can tell apart, and quiet axes."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.axes import Axes

INK = "#1f2933"
MUTED = "#6b7785"
FAINT = "#e4e8ec"

# Okabe, M. & Ito, K. (2008), Color Universal Design; without the yellow, in which lines vanish.
SERIES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#1f2933", "#8a8f98")
MEDIA = ("#8a8f98", "#7b3294", "#a6761d", "#01665e", "#c51b7d", "#4a6fa5", "#d95f0e", "#3c4650")
DASHES = ("-", (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (5, 1.4, 1.2, 1.4)))

# Sensing is blue, the network orange to red, people grey: hue says whose time it is, and
# neighbours differ in lightness, so that they are told apart without hue too.
STAGES = {
    "sense": "#0b4f7d",
    "confirm": "#8cc4e8",
    "transport": "#fdd49e",
    "processing": "#fdae6b",
    "queueing": "#f28e3c",
    "retransmission": "#d95f0e",
    "outage": "#993404",
    "network": "#e07b22",
    "release": "#e3a8cb",
    "accuracy": "#00875f",
    "decision": "#a9b3bd",
    "delivery": "#323f4b",
}
STATUS = {"in_time": "#0072b2", "late": "#d55e00"}

_RC: dict[str, Any] = {
    "figure.dpi": 110,
    "savefig.dpi": 160,
    "font.size": 10.0,
    "axes.titlesize": 12.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 12.0,
    "axes.titlecolor": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": "#b8c1cb",
    "axes.linewidth": 0.8,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.8,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.size": 0.0,
    "ytick.major.size": 0.0,
    "lines.linewidth": 2.0,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "legend.title_fontsize": 10.0,
    "figure.constrained_layout.use": True,
}


@contextmanager
def styled() -> Iterator[None]:
    """Apply the style inside, and leave the user's settings as they were."""
    # Not rc_context of matplotlib: on leaving it also undoes what a notebook's backend sets on first use,
    # and figures are then no longer shown.
    settings: Any = {**sns.axes_style("whitegrid"), **_RC}
    before = {name: mpl.rcParams[name] for name in settings}
    mpl.rcParams.update(settings)
    try:
        yield
    finally:
        mpl.rcParams.update(before)


def axes(given: Axes | None, width_in: float, height_in: float) -> Axes:
    """Return the Axes given, or those of a new figure.

    A new figure is one of pyplot's, so that notebooks show it at the end of the cell.
    """
    if given is not None:
        return given
    drawn: Axes = plt.subplots(figsize=(width_in, height_in))[1]
    return drawn


def finish(drawn: Axes, title: str, x: str, y: str = "") -> Axes:
    """Set title and labels, and take the frame away."""
    drawn.set_title(title)
    drawn.set_xlabel(x)
    drawn.set_ylabel(y)
    for side in ("top", "right", "left"):
        drawn.spines[side].set_visible(False)
    return drawn


def colours(values: Iterable[Hashable]) -> dict[Hashable, str]:
    """Colour by value, in the order given; the same again after the last."""
    return {value: SERIES[number % len(SERIES)] for number, value in enumerate(values)}


def dashes(number: int) -> Any:
    """Line style of the n-th series; colours come round after eight, and then with another style."""
    return DASHES[(number + number // len(SERIES)) % len(DASHES)]


def readable(text: str) -> str:
    """Words instead of a name: `launch_notice` becomes 'launch notice'."""
    return text.replace("_", " ")


def axis_label(name: str) -> str:
    """Label with unit from a column name or parameter path: `margin_s` becomes 'margin (s)'."""
    units = {
        "s": "s",
        "km": "km",
        "m": "m",
        "ms": "ms",
        "deg": "deg",
        "kbps": "kbit/s",
        "bytes": "bytes",
        "h": "h",
    }
    stem, _, last = name.rpartition("_")
    if stem and last in units:
        return f"{readable(stem)} ({units[last]})"
    return readable(name)


def legend_outside(drawn: Axes, title: str) -> None:
    """Put the legend to the right of the axes, where it hides nothing."""
    drawn.legend(
        title=title, loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0.0, alignment="left"
    )


def legend_above(drawn: Axes, handles: Sequence[Any], columns: int = 3) -> None:
    """Put the legend between title and axes, for figures with remarks at their right."""
    rows = -(-len(handles) // columns)
    drawn.set_title(drawn.get_title(loc="left"), pad=12.0 + 16.0 * rows)
    drawn.legend(
        handles=list(handles),
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        borderaxespad=0.3,
        ncols=columns,
        fontsize=9,
        handlelength=1.4,
        columnspacing=1.4,
        borderpad=0.0,
    )
