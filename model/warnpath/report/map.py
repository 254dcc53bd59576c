"""The network on a map: nodes at city-level places, links as great circles."""

from __future__ import annotations

import math
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from warnpath.metrics.frames import require
from warnpath.report import style

MARKERS = {"sensor": "^", "c2": "s", "hub": "*", "relay": "D", "consumer": "o"}
SIZES = {"sensor": 46, "c2": 52, "hub": 210, "relay": 40, "consumer": 30}
SPREAD_DEG = 0.55
CROWDED_SHARE = 0.6
BULGE_DEG = 1.6

Floats = npt.NDArray[np.float64]


def network_map(nodes: pd.DataFrame, links: pd.DataFrame, *, title: str = "", ax: Axes | None = None) -> Axes:
    """Nodes and links at their places, coloured by nation and by medium.

    Where most nodes crowd in a small part of the map, that part is shown again, enlarged. Nodes of one place
    are set apart around it.

    Parameters
    ----------
    nodes : DataFrame
        Columns `id`, `lat_deg`, `lon_deg`, `role` (sensor, c2, hub, relay or consumer) and `nation`.
    links : DataFrame
        Columns `a`, `b` (ids of nodes) and `medium`.
    title : str
        Title of the figure.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        The map; the enlarged part is among its child axes.

    Raises
    ------
    ValueError
        If a link ends at a node that is not there.
    """
    require(nodes, ("id", "lat_deg", "lon_deg", "role", "nation"), "network_map, nodes")
    require(links, ("a", "b", "medium"), "network_map, links")
    loose = sorted((set(links["a"]) | set(links["b"])) - set(nodes["id"]))
    if loose:
        raise ValueError(f"network_map: links end at unknown nodes: {', '.join(map(str, loose))}")
    placed = _placed(nodes)
    nations = style.colours(sorted(set(placed["nation"])))
    media = {
        name: (style.MEDIA[number % len(style.MEDIA)], style.dashes(number))
        for number, name in enumerate(sorted(set(links["medium"])))
    }
    crowd = _crowd(placed)
    with style.styled():
        drawn = _new_axes() if ax is None else ax
        _draw(drawn, placed, links, nations, media)
        _frame(drawn)
        if crowd is not None:
            _enlarge(drawn, placed, links, nations, media, crowd)
        style.finish(drawn, title or "The warning network", "")
        _legend(drawn, placed, nations, media)
        drawn.set_anchor("NW")
    return drawn


def _new_axes() -> Axes:
    """Axes with room at the right for the enlarged part, and below for the legend."""
    figure = plt.figure(figsize=(11.0, 5.6), layout="none")
    return figure.add_axes((0.05, 0.36, 0.56, 0.55))


def _placed(nodes: pd.DataFrame) -> pd.DataFrame:
    """Nodes with places to draw at: longitudes without a jump, nodes of one place set apart around it."""
    placed = nodes.reset_index(drop=True).copy()
    # Longitudes are continued across the date line, in the frame in which the network is narrowest.
    longitudes = np.mod(placed["lon_deg"].to_numpy(dtype=np.float64), 360.0)
    ordered = np.sort(longitudes)
    gaps = np.diff(np.append(ordered, ordered[:1] + 360.0))
    west = float(ordered[(int(np.argmax(gaps)) + 1) % len(ordered)]) if len(ordered) else 0.0
    placed["x"] = west + np.mod(longitudes - west, 360.0)
    placed["y"] = placed["lat_deg"].astype("float64")
    cells = placed.groupby([placed["x"].round(1), placed["y"].round(1)], sort=False)
    for _, members in cells:
        if len(members) == 1:
            continue
        for number, row in enumerate(members.index):
            angle = 2.0 * math.pi * number / len(members) + math.pi / 6.0
            placed.loc[row, "x"] = float(members["x"].iloc[0]) + SPREAD_DEG * math.cos(angle)
            placed.loc[row, "y"] = float(members["y"].iloc[0]) + SPREAD_DEG * math.sin(angle) * 0.8
    return placed


def _crowd(placed: pd.DataFrame) -> tuple[float, float, float, float] | None:
    """Box (west, east, south, north) that holds most nodes in a small part of the map, if there is one."""
    x, y = placed["x"].to_numpy(), placed["y"].to_numpy()
    if len(x) < 5:
        return None
    near = (np.abs(x - np.median(x)) <= 12.0) & (np.abs(y - np.median(y)) <= 12.0)
    if near.mean() < CROWDED_SHARE or np.ptp(x) < 3.0 * max(float(np.ptp(x[near])), 1.0):
        return None
    return (
        float(x[near].min()) - 1.6,
        float(x[near].max()) + 1.6,
        float(y[near].min()) - 1.4,
        float(y[near].max()) + 1.4,
    )


def _draw(
    drawn: Axes, placed: pd.DataFrame, links: pd.DataFrame, nations: dict[Any, str], media: dict[Any, Any]
) -> None:
    x, y = placed["x"].to_numpy(dtype=np.float64), placed["y"].to_numpy(dtype=np.float64)
    places = dict(zip(placed["id"], zip(x.tolist(), y.tolist(), strict=True), strict=True))
    pairs = [tuple(sorted((str(a), str(b)))) for a, b in zip(links["a"], links["b"], strict=True)]
    drawn_before: dict[tuple[str, ...], int] = {}
    for first, second, medium in zip(links["a"], links["b"], links["medium"], strict=True):
        pair = tuple(sorted((str(first), str(second))))
        number = drawn_before.get(pair, 0)
        drawn_before[pair] = number + 1
        bulge = (number - (pairs.count(pair) - 1) / 2.0) * BULGE_DEG
        x, y = _great_circle(places[first], places[second], bulge if str(first) == pair[0] else -bulge)
        colour, dashes = media[medium]
        drawn.plot(x, y, color=colour, linestyle=dashes, linewidth=1.3, alpha=0.9, zorder=2)
    for (role, nation), group in placed.groupby(["role", "nation"], observed=True, sort=True):
        drawn.scatter(
            group["x"],
            group["y"],
            s=SIZES.get(str(role), 40),
            marker=MARKERS.get(str(role), "o"),
            color=nations[nation],
            edgecolor="white",
            linewidth=0.8,
            zorder=3,
        )


def _great_circle(
    first: tuple[float, float], second: tuple[float, float], bulge_deg: float
) -> tuple[Floats, Floats]:
    """Points of the great circle between two places (longitude, latitude in degrees).

    Links between the same two places are set apart by a bulge at mid-way.
    """
    ends = [_unit(*first), _unit(*second)]
    angle = math.acos(float(np.clip(ends[0] @ ends[1], -1.0, 1.0)))
    if angle < math.radians(3.0):
        return np.array([first[0], second[0]]), np.array([first[1], second[1]])
    share = np.linspace(0.0, 1.0, 49)[:, np.newaxis]
    points = (np.sin((1.0 - share) * angle) * ends[0] + np.sin(share * angle) * ends[1]) / math.sin(angle)
    x = np.degrees(np.unwrap(np.arctan2(points[:, 1], points[:, 0])))
    x += 360.0 * round((first[0] - float(x[0])) / 360.0)
    y = np.degrees(np.arcsin(np.clip(points[:, 2], -1.0, 1.0)))
    return x, y + bulge_deg * np.sin(np.pi * share[:, 0])


def _unit(longitude_deg: float, latitude_deg: float) -> Floats:
    longitude, latitude = math.radians(longitude_deg), math.radians(latitude_deg)
    return np.array(
        [
            math.cos(latitude) * math.cos(longitude),
            math.cos(latitude) * math.sin(longitude),
            math.sin(latitude),
        ]
    )


def _frame(drawn: Axes) -> None:
    """True proportions for all that was drawn."""
    drawn.margins(0.04)
    drawn.autoscale_view()
    _degrees(drawn, sum(drawn.get_ylim()) / 2.0)


def _degrees(drawn: Axes, middle_deg: float) -> None:
    """True proportions at the middle latitude, and degrees as labels."""
    drawn.set_aspect(1.0 / max(math.cos(math.radians(middle_deg)), 0.2), adjustable="box")
    drawn.xaxis.set_major_formatter(lambda value, _: _longitude(value))
    drawn.yaxis.set_major_formatter(
        lambda value, _: f"{abs(value):g}\N{DEGREE SIGN}{'N' if value >= 0 else 'S'}"
    )
    drawn.tick_params(labelsize=8, colors=style.MUTED)


def _longitude(value: float) -> str:
    east = (value + 180.0) % 360.0 - 180.0
    return f"{abs(east):g}\N{DEGREE SIGN}{'E' if east >= 0.0 else 'W'}"


def _enlarge(
    drawn: Axes,
    placed: pd.DataFrame,
    links: pd.DataFrame,
    nations: dict[Any, str],
    media: dict[Any, Any],
    box: tuple[float, float, float, float],
) -> None:
    # Beside the map and taller than it, since such a part is: width and height in units of the map's own.
    high = (box[3] - box[2]) / max(math.cos(math.radians((box[2] + box[3]) / 2.0)), 0.2)
    west, east = drawn.get_xlim()
    south, north = drawn.get_ylim()
    shape = (east - west) * math.cos(math.radians((south + north) / 2.0)) / (north - south)
    height = 1.5
    width = min(0.62, height / shape * (box[1] - box[0]) / high)
    inset = drawn.inset_axes((1.11, 1.0 - height, width, height))
    _draw(inset, placed, links, nations, media)
    inset.set_xlim(box[0], box[1])
    inset.set_ylim(box[2], box[3])
    _degrees(inset, (box[2] + box[3]) / 2.0)
    inset.xaxis.set_major_locator(MaxNLocator(4, integer=True, steps=[1, 2, 5, 10]))
    for spine in inset.spines.values():
        spine.set_edgecolor(style.MUTED)
    drawn.indicate_inset_zoom(inset, edgecolor=style.MUTED, alpha=0.8)


def _legend(drawn: Axes, placed: pd.DataFrame, nations: dict[Any, str], media: dict[Any, Any]) -> None:
    roles = [role for role in MARKERS if role in set(placed["role"])]
    blocks = {
        "nation": [_dot("o", colour, str(name)) for name, colour in nations.items()],
        "role": [_dot(MARKERS[role], style.MUTED, role) for role in roles],
        "link": [
            Line2D([], [], color=colour, linestyle=dashes, label=style.readable(str(name)))
            for name, (colour, dashes) in media.items()
        ],
    }
    for place, (title, handles) in zip((0.0, 0.17, 0.36), blocks.items(), strict=True):
        legend = drawn.legend(
            handles=handles,
            title=title,
            loc="upper left",
            bbox_to_anchor=(place, -0.08),
            alignment="left",
            fontsize=9,
            ncols=2 if title == "link" and len(handles) > 5 else 1,
        )
        drawn.add_artist(legend)


def _dot(marker: str, colour: str, label: str) -> Line2D:
    size = 11 if marker == "*" else 7
    return Line2D(
        [],
        [],
        linestyle="",
        marker=marker,
        color=colour,
        markersize=size,
        markeredgecolor="white",
        label=label,
    )
