"""What a picture took in, and how old it was, against the messages that came."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.engine_cases import SMALL, frame
from tests.engine_pairs import assert_engines_agree
from warnpath.engine import SimpyRun, build_plan
from warnpath.fusion import layout
from warnpath.scenario import load

TABLES = ("pictures", "messages", "tracks")


@pytest.fixture(scope="module")
def alone() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Pictures, messages and tracks where no report crosses: the hub is down for good."""
    plan = build_plan(load(str(SMALL)), {"us-hub": (0.0, None)})
    output = SimpyRun(plan, tables=TABLES).run()
    assert output.status == "ok", output.error
    pictures, messages, tracks = (frame(output, table) for table in TABLES)
    return pictures, messages, tracks


def arrived(messages: pd.DataFrame, c2: str) -> pd.DataFrame:
    plots = messages[(messages.kind == "plot") & (messages.destination == c2)]
    return plots[plots.status == "delivered"].sort_values("delivered_s")


def test_every_plot_that_arrives_is_counted(
    alone: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
) -> None:
    pictures, messages, _ = alone
    for row in pictures.itertuples():
        plots = arrived(messages, row.c2)
        plots = plots[plots.launch == row.launch]
        assert row.plots + row.too_late + row.duplicates + row.refused == len(plots)
        assert row.reports == 0
    assert pictures.plots.sum() > 100


def test_the_age_is_that_of_the_newest_plot_over_time(
    alone: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
) -> None:
    pictures, messages, _ = alone
    launch = build_plan(load(str(SMALL))).entities["launches"][0]
    end_s = launch["at_s"] + launch["impact_s"]
    for row in pictures[pictures.plots > 0].itertuples():
        plots = arrived(messages, row.c2)
        plots = plots[plots.delivered_s < end_s]
        came, made = plots.delivered_s.to_numpy(), np.maximum.accumulate(plots.created_s.to_numpy())
        until = np.append(came[1:], end_s)
        area = 0.5 * np.sum((until - made) ** 2 - (came - made) ** 2)
        assert row.age_mean_s == pytest.approx(area / (end_s - came[0]), rel=1e-9)
        assert row.age_max_s == pytest.approx(max(np.max(until - made), came[0] - made[0]), rel=1e-9)


def test_a_look_is_as_old_as_its_newest_plot(
    alone: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
) -> None:
    _, messages, tracks = alone
    launched_s = build_plan(load(str(SMALL))).entities["launches"][0]["at_s"]
    looks = tracks[tracks.age_s.notna()]
    assert len(looks) > 20
    for look in looks.itertuples():
        plots = arrived(messages, look.c2)
        now = look.time_s + launched_s
        newest = plots[plots.delivered_s <= now].created_s.max()
        assert look.age_s == pytest.approx(now - newest, abs=1e-9)


def test_rarer_reports_make_older_pictures() -> None:
    ages = []
    for interval_s in (2.0, 60.0):
        plan = build_plan(load(str(SMALL)).replace({"run.report_interval_s": interval_s}))
        runs = [
            frame(SimpyRun(plan, number, tables=("pictures",)).run(), "pictures").assign(run=number)
            for number in range(2)
        ]
        pictures = pd.concat(runs)
        assert pictures.reports.min() > 0
        ages.append(pictures.set_index(["c2", "run"]).age_mean_s)
    assert (ages[1] > ages[0]).all()


def test_late_plots_and_their_replay_are_told() -> None:
    # Slow and irregular links and a short lag: plots overtake each other, some come too late.
    scenario = load(str(SMALL)).replace(
        {"medium.fibre.loss": 0.4, "medium.fibre.retransmit.timeout_s": 3.0, "run.posterior_lag_s": 5.0}
    )
    output = assert_engines_agree(build_plan(scenario), 0, ("pictures",))
    pictures = frame(output, "pictures")
    assert pictures.too_late.sum() > 0
    assert pictures.replayed.sum() > 0


def test_a_report_with_an_indefinite_covariance_is_left_out_and_told() -> None:
    # A process of a user's own spoils what the Japanese centre holds from the Korean one, just before a look.
    plan = build_plan(load(str(SMALL)))
    looks = frame(SimpyRun(plan, tables=TABLES).run(), "tracks")
    both = looks[(looks.c2 == "jp-c2") & (looks.sources == 2)].time_s.iloc[1]
    run = SimpyRun(plan, tables=TABLES)
    w: Any = run.world
    picture = w.pictures[w.nodes[plan.network.tables.node_ids.index("jp-c2")].first_picture]
    row = w.reports[picture.first_row + plan.pictures.origins.index("kr-c2")]

    def spoil() -> Iterator[Any]:
        yield run.env.timeout(both + w.launches[0].at_s - 1e-6)
        assert row[layout.VALID] == 1.0
        row[layout.COVARIANCE] = -row[layout.COVARIANCE]

    run.env.process(spoil())
    output = run.run()
    assert output.status == "ok", output.error
    assert frame(output, "pictures").set_index("c2").unsound.to_dict() == {"jp-c2": 1, "kr-c2": 0}
    spoilt = frame(output, "tracks")
    look = spoilt[(spoilt.c2 == "jp-c2") & (spoilt.time_s == both)]
    assert look.sources.tolist() == [1]


def test_nothing_that_was_received_is_sent_on_so_no_datum_counts_twice() -> None:
    # Both centres fuse what the other one tells, through the hub; what each tells is at every time its own
    # track: of one source, updated by no more plots than came from its own sensors.
    plan = build_plan(load(str(SMALL)))
    run = SimpyRun(plan, tables=TABLES)
    w: Any = run.world
    told: dict[str, list[tuple[float, float, int]]] = {"jp-c2": [], "kr-c2": []}

    def watch() -> Iterator[Any]:
        while True:
            yield run.env.timeout(5.0)
            for picture in w.pictures:
                sent = w.reports[picture.first_row + w.origin_slots + 1]
                if sent[layout.VALID] == 1.0:
                    own = int(w.track_heads[picture.track, layout.INSERTED])
                    name = plan.network.tables.node_ids[picture.node]
                    told[name].append((sent[layout.SOURCES], sent[layout.PLOTS], own))

    run.env.process(watch())
    output = run.run()
    assert output.status == "ok", output.error
    assert frame(output, "tracks").groupby("c2").sources.max().to_dict() == {"jp-c2": 2, "kr-c2": 2}
    for rows in told.values():
        assert len(rows) > 50
        assert {sources for sources, _, _ in rows} == {1.0}
        assert all(0 < plots <= own for _, plots, own in rows)
