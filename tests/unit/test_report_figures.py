from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from tests.synthetic_results import outputs
from warnpath.metrics.budget import mean_budget
from warnpath.metrics.intervals import mean_interval
from warnpath.metrics.summary import summarise
from warnpath.report import style
from warnpath.report.figures import budget_bars, latency_ecdf, margin_by_consumer, network_map, sweep_lines
from warnpath.results.schema import BUDGET_STAGES
from warnpath.results.tables import DesignPoint, build_tables, concatenate

DELAY = "node.us-hub.release.median_s"


@pytest.fixture(autouse=True)
def close_figures() -> Iterator[None]:
    yield
    plt.close("all")


def warnings(
    replications: int = 20, never: float = 0.1, launches: tuple[str, ...] = ("overflight",)
) -> pd.DataFrame:
    return build_tables(outputs(replications, never=never, launches=launches))["warnings"]


def sweep() -> pd.DataFrame:
    parts = [build_tables(outputs(6), DesignPoint(n, {DELAY: 10.0 * n})) for n in range(4)]
    return summarise(concatenate(parts)["warnings"])


def nodes() -> pd.DataFrame:
    places = [
        ("jp-adc", 35.7, 139.3, "c2", "JP"),
        ("us-usfj", 35.7, 139.3, "c2", "US"),
        ("jp-radar", 38.1, 138.4, "sensor", "JP"),
        ("kr-kamd", 37.1, 127.0, "c2", "KR"),
        ("kr-seoul", 37.6, 127.0, "consumer", "KR"),
        ("us-hub", 21.4, -157.9, "hub", "US"),
    ]
    return pd.DataFrame(places, columns=["id", "lat_deg", "lon_deg", "role", "nation"])


def links() -> pd.DataFrame:
    ends = [
        ("jp-adc", "us-usfj", "terrestrial_local"),
        ("us-usfj", "us-hub", "subsea_fibre"),
        ("us-usfj", "us-hub", "satcom_geo"),
        ("jp-radar", "jp-adc", "terrestrial_fibre"),
    ]
    return pd.DataFrame(ends, columns=["a", "b", "medium"])


DRAWN = {
    "latency_ecdf": lambda ax=None: latency_ecdf(warnings(), ax=ax),
    "budget_bars": lambda ax=None: budget_bars(warnings(), ax=ax),
    "margin_by_consumer": lambda ax=None: margin_by_consumer(warnings(), ax=ax),
    "sweep_lines": lambda ax=None: sweep_lines(sweep(), DELAY, ax=ax),
    "network_map": lambda ax=None: network_map(nodes(), links(), ax=ax),
}


@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_is_drawn_on_the_axes_given_and_changes_no_setting(name: str) -> None:
    before = dict(mpl.rcParams)
    _, ax = plt.subplots()
    assert DRAWN[name](ax) is ax
    assert dict(mpl.rcParams) == before
    assert ax.get_title(loc="left")


@pytest.mark.parametrize("name", DRAWN)
def test_a_figure_of_its_own_can_be_saved(name: str, tmp_path: object) -> None:
    drawn = DRAWN[name]()
    assert isinstance(drawn, Axes)
    drawn.figure.savefig(f"{tmp_path}/{name}.png")


def test_curves_end_at_the_share_delivered() -> None:
    table = warnings()
    drawn = latency_ecdf(table)
    assert len(drawn.lines) == 3  # areas out of danger have none
    for consumer in ("jp-aomori", "jp-maritime", "kr-maritime"):
        rows = table.loc[table["consumer"] == consumer]
        line = next(line for line in drawn.lines if str(line.get_label()).startswith(consumer))
        heights = np.asarray(line.get_ydata(), dtype=float)
        assert heights[-1] == pytest.approx(rows["latency_s"].notna().mean(), rel=1e-12)
        assert (np.diff(heights) >= 0).all()


def test_many_launches_are_brought_down_to_few_curves() -> None:
    launches = tuple(f"salvo-{number:02d}" for number in range(18))
    assert len(latency_ecdf(warnings(2, launches=launches)).lines) == 2  # by product
    assert len(latency_ecdf(warnings(4, launches=("lofted", "overflight"))).lines) == 6
    assert len(latency_ecdf(warnings(4, launches=("a", "b", "c"))).lines) == 6  # launch and product


def test_bars_are_as_long_as_the_budget() -> None:
    table = warnings()
    budget = mean_budget(table.loc[table["needed"]]).sort_values("latency_s", ascending=False)
    for detail, stages in ((False, 7), (True, len(BUDGET_STAGES))):
        drawn = budget_bars(table, detail=detail)
        bars = [patch for container in drawn.containers[1:] for patch in container.patches]
        assert len(bars) == stages * len(budget)
        for row, latency in enumerate(budget["latency_s"]):
            widths = [bar.get_width() for bar in bars if round(bar.get_y() + bar.get_height() / 2) == row]
            assert sum(widths) == pytest.approx(latency, rel=1e-9)


def test_margins_show_the_mean_with_its_interval_and_the_shares() -> None:
    table = warnings()
    drawn = margin_by_consumer(table)
    names = [label.get_text() for label in drawn.get_yticklabels()]
    rows = table.loc[table["consumer"] == names[0]]
    mean = mean_interval(rows["margin_s"])
    assert np.asarray(drawn.lines[0].get_xdata(), dtype=float) == pytest.approx(
        [mean.low, mean.high], rel=1e-12
    )
    texts = [text.get_text() for text in drawn.texts]
    never = (rows["status"] == "never").mean()
    assert any(f"{never:.0%} never" in text for text in texts)


def test_figures_of_nothing_but_losses_can_be_drawn() -> None:
    lost = warnings(5, never=1.1)
    latency_ecdf(lost)
    margin_by_consumer(lost)
    assert any(text.get_text() == "never" for text in budget_bars(lost).texts)


def test_figures_of_one_replication_can_be_drawn() -> None:
    one = warnings(1, never=0.0)
    for figure in (latency_ecdf, budget_bars, margin_by_consumer):
        assert len(figure(one).lines) + len(figure(one).patches) > 0


def test_figures_where_nobody_was_in_danger_can_be_drawn() -> None:
    table = warnings(3)
    quiet = table.loc[~table["needed"]]
    for figure in (latency_ecdf, budget_bars, margin_by_consumer):
        drawn = figure(quiet)
        assert list(drawn.patches) == []
        assert drawn.get_title(loc="left")


def test_a_sweep_has_a_line_per_consumer_and_its_interval() -> None:
    summary = sweep()
    drawn = sweep_lines(summary, DELAY)
    chosen = summary.loc[(summary["metric"] == "margin_s") & (summary["consumer"] == "jp-aomori")]
    line = next(line for line in drawn.lines if line.get_label() == "jp-aomori")
    assert np.asarray(line.get_ydata(), dtype=float) == pytest.approx(chosen["mean"].to_numpy(), rel=1e-12)
    assert len(drawn.collections) == 3
    assert drawn.get_xlabel() == "node.us-hub.release.median (s)"


def test_a_sweep_asks_for_what_is_ambiguous() -> None:
    with pytest.raises(ValueError, match=r"several rows for .* filter the summary"):
        sweep_lines(sweep(), DELAY, hue="product")
    with pytest.raises(ValueError, match="no values of 'margin_ms'; it has latency_s"):
        sweep_lines(sweep(), DELAY, "margin_ms")
    with pytest.raises(ValueError, match="lacks the columns loss"):
        sweep_lines(sweep(), "loss")


def test_the_map_crosses_the_date_line_without_a_jump() -> None:
    drawn = network_map(nodes(), links())
    west, east = drawn.get_xlim()
    assert 100.0 < west < east < 230.0
    steps = [np.abs(np.diff(np.asarray(line.get_xdata(), dtype=float))).max() for line in drawn.lines]
    assert max(steps) < 30.0


def test_nodes_of_one_place_are_set_apart() -> None:
    drawn = network_map(nodes(), links())
    places = np.concatenate([np.asarray(group.get_offsets()) for group in drawn.collections[:6]])
    distances = np.linalg.norm(places[:, np.newaxis] - places[np.newaxis], axis=-1)
    assert distances[np.triu_indices(len(places), 1)].min() > 0.3


def test_a_crowded_part_is_enlarged_only_where_there_is_one() -> None:
    assert len(network_map(nodes(), links()).child_axes) == 1
    spread = nodes().assign(lat_deg=[-60, -30, 0, 20, 40, 60], lon_deg=[0, 30, 60, 90, 120, 150])
    assert network_map(spread, links()).child_axes == []


def test_a_loose_link_is_named() -> None:
    with pytest.raises(ValueError, match="links end at unknown nodes: nowhere"):
        network_map(nodes(), links().assign(b="nowhere"))


def test_no_two_of_many_lines_look_the_same() -> None:
    colours = style.colours(range(16))
    looks = [(colours[number], str(style.dashes(number))) for number in range(16)]
    assert len(set(looks)) == 16


def test_labels_have_units() -> None:
    assert style.axis_label("margin_s") == "margin (s)"
    assert style.axis_label("link.*.capacity_kbps") == "link.*.capacity (kbit/s)"
    assert style.axis_label("never_share") == "never share"


@pytest.mark.parametrize("detail", [False, True])
def test_neighbours_in_the_budget_differ_in_lightness(detail: bool) -> None:
    """So that they are told apart in a black-and-white print, and by readers who see no hue."""
    network = ["transport", "processing", "queueing", "retransmission", "outage"] if detail else ["network"]
    shown = ["sense", "confirm", *network, "release", "accuracy", "decision", "delivery"]
    # Luma weights of ITU-R BT.601.
    light = [float(np.dot(mpl.colors.to_rgb(style.STAGES[stage]), (0.299, 0.587, 0.114))) for stage in shown]
    assert min(abs(one - other) for one, other in pairwise(light)) > 0.06
