"""Every kernel gives the same bits as Python and as machine code, on arrays from the middle of a flight."""

from __future__ import annotations

import copy
import struct
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

from tests.fusion_cases import Tracker, plots_of
from tests.fusion_cases import flight as flight_of
from warnpath.fusion import (
    areas,
    association,
    carry,
    fading,
    flight,
    gating,
    history,
    impact,
    launch,
    layout,
    linear,
    measurement,
    modes,
    motion,
    pairing,
    picture,
    reports,
    sensitivity,
    store,
    tracking,
    update,
)

MODULES = (
    areas,
    association,
    carry,
    fading,
    flight,
    gating,
    history,
    impact,
    launch,
    linear,
    measurement,
    modes,
    motion,
    pairing,
    picture,
    reports,
    sensitivity,
    tracking,
    update,
)
KERNELS = {
    f"{module.__name__.rsplit('.', 1)[1]}.{name}": value
    for module in MODULES
    for name, value in vars(module).items()
    if hasattr(value, "py_func") and value.py_func.__module__ == module.__name__
}


@cache
def prepared() -> tuple[Tracker, tuple[float, ...]]:
    """A track in free flight that had late plots, two reports of it, a picture and its ground track."""
    plots = plots_of(flight_of("medium"), seed=6)
    plots = [plot for plot in plots if plot[0] < 190.0]
    tracker = Tracker()
    for plot in (*plots[:200], *plots[210:], *plots[200:209]):
        tracker.insert(plot)
    last = plots[-1]
    tracker.report(last[0] - 3.0, row=0)
    tracker.report(last[0], row=1)
    tracker.reports[1, layout.STATE] += 40.0
    assert (
        picture.fuse(
            tracker.reports, tracker.settings, tracker.scratch, tracker.ground, 0, 2, 0, last[0] + 2.0, 4
        )
        > 0
    )
    assert tracker.reports[4, layout.IMPACT_VALID] == 1.0
    # A report that is no estimate.
    tracker.reports[7] = tracker.reports[1]
    tracker.reports[7, layout.COVARIANCE + 5] *= -1.0
    # Leave the modes of the track in the scratch rows, as the kernels below them find them.
    slot = tracker.arrays["keys"][tracker.arrays["heads"][0, layout.COUNT] - 1, layout.KEY_ORDER]
    history.copy_modes(tracker.arrays["posteriors"], slot, tracker.scratch, layout.S_MODES)
    history.copy_modes(tracker.arrays["posteriors"], slot, tracker.scratch, layout.S_FUSED)
    tracker.scratch[layout.S_FUSED, layout.COAST_COVARIANCE : layout.COAST_COVARIANCE + 21] *= 1.7
    tracker.scratch[layout.S_FIRST, :36] = (np.eye(6) * 3.0).ravel()
    tracker.scratch[layout.S_SECOND, :36] = (np.eye(6) + 0.3).ravel()
    tracker.scratch[layout.S_FACTOR, :36] = (np.eye(6) * 2.0 - 0.2).ravel()
    tracker.scratch[layout.S_WORK, :18] = np.linspace(-0.4, 0.9, 18)
    linear.root_columns(tracker.reports, 1, layout.COVARIANCE, tracker.scratch)
    tracker.scratch[layout.S_FORCING, 6] = 0.5
    return tracker, plots[209]


def arguments() -> dict[str, tuple[Any, ...]]:
    t, late = prepared()
    a = t.arrays
    store_of = (t.sensors, t.settings, a["heads"], a["plots"], a["keys"], a["posteriors"], t.scratch)
    count = int(a["heads"][0, layout.COUNT])
    slots = [int(a["keys"][place, layout.KEY_ORDER]) for place in range(count)]
    area = store.area_row(0.62, 2.35, 300e3)
    s, r = t.scratch, t.reports
    modes_of = s[layout.S_MODES]
    state = tuple(modes_of[layout.COAST_STATE : layout.COAST_STATE + 6])
    low = (6.39e6 * 0.6, 6.39e6 * 0.8, 9e3, -3100.0, -2600.0, 800.0)
    pull = (*flight.gradient(*state[:3]),)
    thrust, coast = layout.THRUST_COVARIANCE, layout.COAST_COVARIANCE
    working = store.association(1)
    space = tuple(working[f"fusion_{name}"] for name in ("candidates", "places", "costs", "work", "match"))
    space[0][0, :] = a["plots"][slots[-2]]
    space[0][1, :] = a["plots"][slots[-5]]
    space[1][0, :] = modes_of[layout.COAST_STATE : layout.COAST_STATE + 3]
    # The fifth plot from the end leaves its track.
    moving = np.zeros((6, 4), dtype=np.int64)
    moving[4, 0], moving[0, 1] = 2, 1
    fifth = a["keys"][slots[-5]]
    faded = a["posteriors"].copy()
    faded[slots[-1], layout.FADED_AFTER : layout.FADED_COST + 1] = 7.3, 31.0
    return {
        "areas.normal_below": (0.37,),
        "areas.mass_in_circle": (20e3, -70e3, 4e8, 1e8, 9e8, 100e3),
        "areas.mass_beyond": (80e3, 20e3, 60e3, 30e3, 100e3),
        "areas.area_probability": (r, 4, t.ground, area, 0),
        "areas.rule_met": (r, 4, 0.4, 0.05, 20e3, 0.1),
        "association.assign": (
            np.arange(15.0).reshape(3, 5) * np.array([[1.0], [-1.0], [0.5]]) % 4.0, 3, 5,
            np.zeros((3, 6)), np.zeros((4, 6), dtype=np.int64),
        ),
        "association.nearest_track": (*store_of, 0, 1, *space, late[1], late[2]),
        "association.move_plots": (*store_of, 0, 1, space[0], moving, int(fifth[0]), int(fifth[1])),
        "association.youngest_plot": (a["heads"], a["plots"], a["keys"], 0),
        "fading.determinant": (3.0, -0.7, 2.0, 0.4, 0.1, 1.3),
        "fading.remember_spread": (a["posteriors"], slots[-1], s, layout.S_MODES, 7.3),
        "fading.least_cost": (faded, slots[-1], t.settings, 31.7),
        "gating.least_track_cost": (
            t.settings, a["heads"], a["plots"], a["keys"], faded, 0, faded[slots[-1], layout.TIME] + 9.1,
        ),
        "gating.rough_square": (a["posteriors"], slots[-1], 2.0, *state[:3], 1e4),
        "gating.rough_cost": (a["heads"], a["keys"], a["posteriors"], 0, late[0], *state[:3], 1e4),
        "gating.start_cost": (
            t.sensors, t.settings, a["plots"], a["keys"], space[0], s, 0, 2, space[1], 0,
        ),
        "gating.track_cost": (*store_of, 0, space[0], 0, space[1], late[1], late[2]),
        "carry.carry": (s, layout.S_MODES, thrust, 3.0, *pull),
        "carry.carry_force": (s, layout.S_MODES, t.settings, 3.0, *pull),
        "flight.vertical": state[:3],
        "flight.gradient": state[:3],
        "flight.oblateness": (*state[:3], 3.0),
        "flight.free_flight": (*state, 17.0),
        "flight.air_flight": (*low, *flight.vertical(*low[:3]), 2e-4, 1.7),
        "history.copy_modes": (a["posteriors"], slots[-1], s, layout.S_WORK),
        "history.place_plot": (s, t.sensors, late[1], a["plots"], slots[5]),
        "history.fit_start": (
            t.sensors, t.settings, a["plots"], a["keys"], a["posteriors"], s, *slots[:3], 0,
        ),
        "history.step": (t.sensors, t.settings, a["plots"], a["keys"], a["posteriors"], s, 0, count - 1),
        "impact.add_ground_point": (s, t.ground, 3, 12.5, *state, *flight.vertical(*state[:3])),
        "impact.step_length": (50e3, -1200.0, 4.2e13),
        "impact.fall": (s, t.ground, 0, 190.0, 1e-4),
        "impact.begin_ground": (r, 1, t.ground, 0),
        "impact.impact_at": (r, 1, t.settings, s, t.ground, 0),
        "impact.impact_predict": (r, 1, t.settings, s, t.ground),
        "impact.impact_shift": (r, 0, 4),
        "launch.back_to_launch": (s, a["posteriors"], slots[-1], layout.COAST_STATE, coast),
        "linear.unpack": (r, 1, layout.COVARIANCE, s, layout.S_WORK),
        "linear.pack": (r, 6, layout.COVARIANCE, s, layout.S_FIRST),
        "linear.factorise": (s, layout.S_FACTOR),
        "linear.invert": (s, layout.S_FACTOR, layout.S_WORK),
        "linear.root_columns": (s, layout.S_MODES, thrust, s),
        "linear.major_variance": (4e6, -1e6, 9e6),
        "measurement.write_plot": (a["plots"], slots[-1], *late[:1], *late[3:]),
        "measurement.small_angle": (0.021, 0.9),
        "measurement.plot_update": (s, layout.S_MODES, 1, t.sensors, 2, a["plots"], slots[-1]),
        "modes.mix": (s, layout.S_MODES, t.settings, 0.3, 2.5, 0),
        "motion.predict_thrust": (s, layout.S_MODES, t.settings, 17.0),
        "motion.predict_coast": (s, layout.S_MODES, t.settings, 17.0, 2e-4),
        "pairing.rough_report_square": (r, 0, 1),
        "pairing.report_cost": (r, t.settings, s, 0, 1),
        "pairing.reference_row": (r, 0, 5, 4),
        "picture.slopes": (s, 0.3),
        "picture.best_weight": (s, layout.S_FUSED),
        "picture.combine": (s, 0.0),
        "picture.leave_out_unsound": (r, s, 0, 8),
        "picture.best_launch_point": (r, 0, 5, 6),
        "picture.gather": (r, t.settings, s, 0, 2, -1, 200.0, 6),
        "picture.fallback": (r, 0, 5, -1),
        "picture.fuse": (r, t.settings, s, t.ground, 0, 2, 0, 200.0, 6),
        "tracking.is_measurement": late[:1] + late[3:],
        "tracking.forget": (a["heads"], a["keys"], 0, 0, 5),
        "tracking.place_in_order": (a["plots"], a["keys"], 0, count, late[0], late[1], late[2]),
        "tracking.track_take": (*store_of, 0, *late, 3),
        "tracking.track_update": (*pending(store_of), 0),
        "tracking.work_off": (*pending(store_of), 0, count - 1),
        "tracking.track_remove": (a["heads"], a["keys"], 0, count - 4),
        "tracking.track_drop": (a["heads"], 0),
        "tracking.track_insert": (*store_of, 0, *late, 3),
        "update.update_coast": (s, layout.S_MODES, 0.48, -0.6, 0.64, 12.0, 900.0),
        "update.update_thrust": (s, layout.S_MODES, 0.48, -0.6, 0.64, 12.0, 900.0),
        "update.update_any": (
            s, layout.S_MODES, layout.THRUST_STATE, thrust, 9, s, 12.0, 900.0,
        ),
        "reports.clear_report": (r, 1),
        "reports.copy_report": (r, 1, 6),
        "reports.infrared_report": (r, 1, 45.0, 0.6, 2.3, 5000.0),
        "reports.predict_report": (r, t.settings, s, 0, 205.0),
        "reports.track_report": (*store_of, 0, 205.0, r, 6),
        "sensitivity.carry_columns": (s, 20.0, *pull),
        "sensitivity.fading": (-0.37,),
        "sensitivity.carry_columns_in_air": (
            s, 1.7, *pull, *low[3:], *flight.vertical(*low[:3])[:3], 9e3, 0.11,
        ),
        "sensitivity.variance_along": (s, 0.48, -0.6, 0.64, 7),
    }  # fmt: skip


def pending(store_of: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same store with three plots that wait."""
    with_plots = copy.deepcopy(store_of)
    with_plots[2][0, layout.PENDING] = 3
    return with_plots


def bits(value: Any) -> Iterator[bytes]:
    if isinstance(value, np.ndarray):
        yield value.tobytes()
    elif isinstance(value, tuple):
        for one in value:
            yield from bits(one)
    elif value is None:
        yield b""
    else:
        yield struct.pack("<d", float(value))


@pytest.mark.parametrize("name", sorted(KERNELS))
def test_python_and_machine_code_give_the_same_bits(name: str) -> None:
    given = arguments()[name]
    for_python, for_machine = copy.deepcopy(given), copy.deepcopy(given)
    # numpy scalars, as an array element is in Python, warn where a plain float would fault.
    with np.errstate(all="raise"):
        from_python = KERNELS[name].py_func(*for_python)
    from_machine = KERNELS[name](*for_machine)
    assert list(bits((from_python, *for_python))) == list(bits((from_machine, *for_machine)))


def test_every_kernel_has_a_case() -> None:
    assert sorted(arguments()) == sorted(KERNELS)
