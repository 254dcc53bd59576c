"""Figures of the fusion core: accuracy beside speed, and Stone Soup beside it::

    python -m tests.benchmarks.fusion_speed

Times are processor time of calls from Python, the call included; the best of several rounds. What is compared
is interleaved, so a machine that others use does little harm.
"""

from __future__ import annotations

import math
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import chi2

from tests.fusion_cases import (
    Floats,
    Plot,
    Tracker,
    covariance,
    flight,
    plots_of,
    sensors,
    truth_at,
    write_mode,
)
from tests.soup_filter import NOISE, SoupFilter, plots_and_start
from warnpath.fusion import layout, store
from warnpath.fusion.impact import impact_predict
from warnpath.fusion.measurement import plot_update, write_plot
from warnpath.fusion.motion import predict_coast
from warnpath.fusion.picture import fuse
from warnpath.physics.earth import east_north_up, ecef_from_geodetic
from warnpath.physics.propagate import propagate


def seconds(work: Callable[[], object]) -> float:
    """Processor time of a piece of work."""
    started = time.process_time()
    work()
    return time.process_time() - started


@dataclass(frozen=True)
class BesideStoneSoup:
    """The ballistic mode and Stone Soup's filter on the same plots.

    Attributes
    ----------
    ours_s, theirs_s : float
        Seconds a predict and update.
    apart_m : float
        Distance of the two positions at the end; every step is compared in `tests.theory`.
    """

    ours_s: float
    theirs_s: float
    apart_m: float


def beside_stone_soup(rounds: int = 5, count: int = 120) -> BesideStoneSoup:
    """Run both over the same plots in turn."""
    table = sensors()
    given, state, matrix = plots_and_start(count)
    settings = store.settings_row(coast_noise_m2_s3=NOISE)
    plots = np.zeros((1, layout.PLOT_COLUMNS))
    modes = layout.S_MODES
    ours: list[float] = []
    theirs: list[float] = []
    apart = 0.0
    for number in range(rounds):
        for _ in range(10):  # far shorter than a turn of Stone Soup's, so less sure to run undisturbed
            scratch = store.scratch()
            write_mode(scratch, modes, state, matrix)
            ours.append(seconds(lambda scratch=scratch: _filter(given, table, plots, settings, scratch)))  # type: ignore[misc]
        if number < 2:
            soup = SoupFilter(state, matrix)
            theirs.append(seconds(lambda soup=soup: [soup.feed(plot, table) for plot in given]))  # type: ignore[misc]
            error = scratch[modes, layout.COAST_STATE :][:3] - soup.state[:3]
            apart = max(apart, float(np.linalg.norm(error)))
    return BesideStoneSoup(min(ours) / count, min(theirs) / count, apart)


def _filter(given: list[Plot], table: Floats, plots: Floats, settings: Floats, scratch: Floats) -> None:
    now = 0.0
    for plot in given:
        write_plot(plots, 0, plot[0], *plot[3:])
        predict_coast(scratch, layout.S_MODES, settings, plot[0] - now, 0.0)
        plot_update(scratch, layout.S_MODES, 0, table, plot[1], plots, 0)
        now = plot[0]


def late_arrivals(plots: list[Plot], seed: int) -> list[Plot]:
    """Plots as they arrive: two thirds of them overtaken by younger ones, by up to 8 s."""
    rng = np.random.default_rng(seed)
    delay = np.where(rng.random(len(plots)) < 0.78, rng.uniform(0.5, 8.0, len(plots)), 0.0)
    return [plots[index] for index in np.argsort([plot[0] for plot in plots] + delay, kind="stable")]


@dataclass(frozen=True)
class Replay:
    """What late data cost.

    Attributes
    ----------
    share_late : float
        Share of the plots that came after a younger one.
    sorted_s, late_s : float
        Seconds an arrival, in the order of time and as it came, each worked in at once.
    waiting_s : float
        The same where plots wait for a look a second, as in the engines.
    again : float
        Plots run again an arrival.
    """

    share_late: float
    sorted_s: float
    late_s: float
    waiting_s: float
    again: float


def replay(rounds: int = 5) -> Replay:
    """Time a track of four radars."""
    from warnpath.fusion.tracking import track_take, track_update

    plots = plots_of(flight("overflight"), seed=11, until_s=500.0)
    came = late_arrivals(plots, 12)
    youngest, late = -math.inf, 0
    for plot in came:
        late += plot[0] < youngest
        youngest = max(youngest, plot[0])
    times: dict[str, list[float]] = {"sorted": [], "late": [], "waiting": []}
    again = 0.0
    for _ in range(rounds):
        for name, order in (("sorted", plots), ("late", came)):
            tracker = Tracker()
            times[name].append(seconds(lambda t=tracker, o=order: [t.insert(plot) for plot in o]))  # type: ignore[misc]
            again = float(tracker.arrays["heads"][0, layout.REPLAYED]) / len(came)
        tracker = Tracker()
        a = tracker.arrays
        stores = (a["heads"], a["plots"], a["keys"], a["posteriors"])
        tables = (tracker.sensors, tracker.settings, *stores, tracker.scratch)

        def wait(tables: tuple[Any, ...] = tables) -> None:
            looked = 0.0
            for plot in came:
                track_take(*tables, 0, *plot, 0)
                if plot[0] > looked + 1.0:
                    looked = plot[0]
                    track_update(*tables, 0)

        times["waiting"].append(seconds(wait))
    count = len(came)
    return Replay(late / count, *(min(times[name]) / count for name in ("sorted", "late", "waiting")), again)


@dataclass(frozen=True)
class Predictions:
    """Seconds an impact with its covariance, and a picture of two reports."""

    impact_s: float
    picture_s: float


def predictions(rounds: int = 300) -> Predictions:
    """Time predictions from the middle of a flight."""
    tracker = Tracker(tracks=2)
    for track, which, until in ((0, (0,), 320.0), (1, (1, 2), 310.0)):
        for plot in plots_of(flight("overflight"), seed=9, which=which, until_s=until):
            tracker.insert(plot, track)
        tracker.report(until, row=track, track=track)
    t = tracker
    impact = min(
        seconds(lambda: impact_predict(t.reports, 0, t.settings, t.scratch, t.ground)) for _ in range(rounds)
    )
    picture = min(
        seconds(lambda: fuse(t.reports, t.settings, t.scratch, t.ground, 0, 2, 0, 322.0, 5))
        for _ in range(rounds)
    )
    return Predictions(impact, picture)


def whole_event(rounds: int = 5) -> float:
    """Seconds of one event: the truth of a flight integrated, three national filters, 600 late arrivals."""
    flown = flight("overflight")
    burnout = truth_at(flown, flown.burnout_s + 1.0)
    assert burnout is not None
    nations = []
    for number, which in enumerate(((0, 3), (1, 2), (0, 1, 2))):
        plots = plots_of(flown, seed=20 + number, which=which)
        begin = next(place for place, plot in enumerate(plots) if plot[0] > flown.burnout_s - 30.0)
        nations.append(late_arrivals(plots[begin : begin + 200], number))
    found = []
    for _ in range(rounds):
        tracker = Tracker(tracks=3)
        made: list[int] = []

        def event(t: Tracker = tracker, made: list[int] = made) -> None:
            propagate(burnout[:6], flown.impact_s, inverse_ballistic_m2_kg=1.0 / 5000.0, stop_altitude_m=0.0)
            for number in range(200):
                for track, came in enumerate(nations):
                    t.insert(came[number], track)
                    if number >= 130 and number % 10 == 9:
                        t.report(came[number][0] + 10.0, row=track, track=track)
                        made.append(impact_predict(t.reports, track, t.settings, t.scratch, t.ground))

        found.append(seconds(event))
        assert sum(made) >= 20, made
    return min(found)


def consistency(seeds: int = 200) -> tuple[float, float]:
    """Share of epochs whose average normalised squared error is inside its 95 % band, and their mean."""
    flown = flight("overflight")
    times = np.arange(280.0, 620.0, 20.0)
    errors = np.full((seeds, len(times)), np.nan)
    for seed in range(seeds):
        tracker = Tracker()
        plots = plots_of(flown, seed=1000 + seed, which=(0, 1), until_s=float(times[-1]))
        place = 0
        for number, now in enumerate(times):
            while place < len(plots) and plots[place][0] <= now:
                tracker.insert(plots[place])
                place += 1
            truth = truth_at(flown, now)
            if truth is not None and tracker.report(now) and tracker.reports[0, layout.THRUST] < 0.05:
                error = tracker.reports[0, layout.STATE : layout.STATE + 6] - truth[:6]
                errors[seed, number] = error @ np.linalg.solve(covariance(tracker.reports, 0), error)
    count = np.isfinite(errors).sum(axis=0)
    low, high = chi2.ppf([[0.025], [0.975]], 6 * count) / count
    average = np.nanmean(errors, axis=0)
    return float(np.mean((average > low) & (average < high))), float(np.nanmean(errors) / 6.0)


def ellipse_coverage(seeds: int = 200) -> list[float]:
    """Shares of flights whose true impact lies within 1, 2 and 3 sigma of what their track predicts."""
    flown = flight("overflight")
    there = ecef_from_geodetic(math.radians(flown.impact_lat_deg), math.radians(flown.impact_lon_deg), 0.0)
    inside = np.zeros(3)
    for seed in range(seeds):
        t = Tracker(settings=store.settings_row(ballistic_coefficient_ln_sigma=1e-3))
        for plot in plots_of(flown, seed=3000 + seed, which=(0, 1), until_s=330.0):
            t.insert(plot)
        t.report(330.0)
        impact_predict(t.reports, 0, t.settings, t.scratch, t.ground)
        report = t.reports[0]
        place = report[layout.IMPACT_LATITUDE], report[layout.IMPACT_LONGITUDE]
        frame = np.array(east_north_up(*place)).reshape(3, 3)
        error = (frame @ (np.array(there) - ecef_from_geodetic(*place, 0.0)))[:2]
        first, mixed, second = report[layout.IMPACT_COVARIANCE : layout.IMPACT_COVARIANCE + 3]
        square = error @ np.linalg.solve([[first, mixed], [mixed, second]], error)
        inside += [square < sigmas * sigmas for sigmas in (1.0, 2.0, 3.0)]
    return [float(share) for share in inside / seeds]


def table() -> str:
    """Markdown table of all figures, beside what is asked for."""
    soup, late, made = beside_stone_soup(), replay(), predictions()
    share, mean = consistency()
    coverage = ellipse_coverage()
    rows = [
        (
            "machine",
            "",
            f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}",
        ),
        ("ballistic filter, predict and update", "2 us", f"{soup.ours_s * 1e6:.2f} us"),
        ("Stone Soup's, on the same plots", "", f"{soup.theirs_s * 1e6:.0f} us"),
        ("ratio", "", f"{soup.theirs_s / soup.ours_s:.0f}"),
        ("distance between the two at the end", "5 cm", f"{soup.apart_m * 100:.2f} cm"),
        ("both modes, an arrival in order", "", f"{late.sorted_s * 1e6:.1f} us"),
        (
            f"an arrival at {late.share_late:.0%} late, worked in at once",
            "15 us",
            f"{late.late_s * 1e6:.1f} us",
        ),
        ("plots run again for it", "", f"{late.again:.1f}"),
        ("the same, looked at once a second", "15 us", f"{late.waiting_s * 1e6:.1f} us"),
        ("impact with covariance and ground track", "150 us", f"{made.impact_s * 1e6:.1f} us"),
        ("picture of two reports with its impact", "", f"{made.picture_s * 1e6:.1f} us"),
        ("one whole event, 600 late arrivals", "10 ms", f"{whole_event() * 1e3:.1f} ms"),
        ("epochs inside the 95 % band, 200 flights", ">= 90 %", f"{share:.0%}"),
        ("mean normalised squared error over 6", "1", f"{mean:.3f}"),
        (
            "true impact inside 1, 2, 3 sigma, 200 flights",
            "39.35, 86.47, 98.89 %",
            ", ".join(f"{100 * part:.1f}" for part in coverage) + " %",
        ),
    ]
    return "\n".join(
        [
            "| figure | asked for | found |",
            "|---|---|---|",
            *(f"| {name} | {asked} | {value} |" for name, asked, value in rows),
            "",
        ]
    )


if __name__ == "__main__":
    sys.stdout.write(table())
