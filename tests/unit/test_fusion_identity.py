"""Every kernel gives the same bits as Python and as machine code, on arrays from the middle of a flight."""

from __future__ import annotations

import copy
import struct
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

from tests.fusion_cases import Tracker, flight, plots_of
from warnpath.fusion import (
    areas,
    history,
    impact,
    launch,
    layout,
    linear,
    modes,
    motion,
    picture,
    store,
    tracking,
)

MODULES = (areas, history, impact, launch, linear, modes, motion, picture, tracking)
KERNELS = {
    f"{module.__name__.rsplit('.', 1)[1]}.{name}": value
    for module in MODULES
    for name, value in vars(module).items()
    if hasattr(value, "py_func") and value.py_func.__module__ == module.__name__
}


@cache
def prepared() -> tuple[Tracker, tuple[float, ...]]:
    """A track in free flight that had late plots, two reports of it, a picture and its ground track."""
    plots = plots_of(flight("medium"), seed=6)
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
    # Leave the modes of the track in the scratch rows, as the kernels below them find them.
    slot = tracker.arrays["keys"][tracker.arrays["heads"][0, layout.COUNT] - 1, layout.KEY_ORDER]
    history.restore(tracker.scratch, tracker.arrays["posteriors"], slot)
    tracker.scratch[layout.S_FIRST : layout.S_FIRST + 6, :6] = np.eye(6) * 3.0
    tracker.scratch[layout.S_SECOND : layout.S_SECOND + 6, :6] = np.eye(6) + 0.3
    tracker.scratch[layout.S_FUSED : layout.S_FUSED + 6, :6] = (
        tracker.scratch[layout.P_COAST : layout.P_COAST + 6, :6] * 1.7
    )
    return tracker, plots[209]


def arguments() -> dict[str, tuple[Any, ...]]:
    t, late = prepared()
    a = t.arrays
    store_of = (t.sensors, t.settings, a["heads"], a["plots"], a["keys"], a["posteriors"], t.scratch)
    count = int(a["heads"][0, layout.COUNT])
    slots = [int(a["keys"][place, layout.KEY_ORDER]) for place in range(count)]
    area = store.area_row(0.62, 2.35, 300e3)
    frame = tuple(t.scratch[layout.S_THRUST, :3])
    s, r = t.scratch, t.reports
    return {
        "areas.normal_below": (0.37,),
        "areas.mass_in_circle": (20e3, -70e3, 4e8, 1e8, 9e8, 100e3),
        "areas.mass_beyond": (80e3, 20e3, 60e3, 30e3, 100e3),
        "areas.area_probability": (r, 4, t.ground, area, 0),
        "areas.rule_met": (r, 4, 0.4, 0.05, 20e3, 0.1),
        "history.restore": (s, a["posteriors"], slots[-1]),
        "history.place_plot": (s, t.sensors, late[1], a["plots"], slots[5], layout.S_PRIOR),
        "history.fit_start": (t.sensors, t.settings, a["plots"], a["keys"], s, *slots[:3], 0),
        "history.step": (t.sensors, t.settings, a["plots"], a["keys"], a["posteriors"], s, 0, count - 1),
        "impact.add_ground_point": (s, t.ground, 3, 12.5),
        "impact.fall": (s, t.ground, 0, 190.0, 1e-4),
        "impact.begin_ground": (r, 1, t.ground, 0),
        "impact.impact_at": (r, 1, t.settings, s, t.ground, 0),
        "impact.impact_predict": (r, 1, t.settings, s, t.ground),
        "impact.impact_shift": (r, 0, 4),
        "launch.accumulate": (s, 7),
        "launch.start_total": (s,),
        "launch.spread": (s, layout.S_THRUST, layout.S_COAST, layout.P_COAST, 6),
        "launch.back_to_launch": (s, layout.S_COAST, layout.P_COAST, a["posteriors"], slots[-1]),
        "linear.unpack": (r, 1, s, layout.S_WORK, layout.COVARIANCE, 6),
        "linear.pack": (r, 6, s, layout.P_COAST, layout.COVARIANCE, 6),
        "linear.factorise": (s, layout.P_THRUST, 9),
        "linear.invert": (s, layout.P_COAST, layout.S_WORK, 6),
        "linear.major_variance": (4e6, -1e6, 9e6),
        "modes.scalar_update": (s, layout.S_THRUST, layout.P_THRUST, 9, layout.S_AXES, 3, 12.0, 900.0),
        "modes.sight_axes": (s, t.sensors, 1, 0.6, 0.8, 0.28, 0.96),
        "modes.plot_update": (
            s, t.sensors, 2, a["plots"], slots[-1], layout.S_COAST, layout.P_COAST, 6,
        ),
        "modes.mix": (s, t.settings, 0.3, 2.5, 0),
        "motion.vertical": frame,
        "motion.transition": (s, layout.S_COAST, 2e-4, 3.0),
        "motion.coast_step": (s, layout.S_COAST, 2e-4, 3.0),
        "motion.predict": (s, t.settings, layout.S_THRUST, layout.P_THRUST, 9, 17.0, 0.0),
        "picture.weighted_root": (s, 0.3),
        "picture.best_weight": (s,),
        "picture.combine": (s, 0.0),
        "picture.best_launch_point": (r, 0, 5, 6),
        "picture.gather": (r, t.settings, s, 0, 2, -1, 200.0, 6),
        "picture.fallback": (r, 0, 5, -1),
        "picture.fuse": (r, t.settings, s, t.ground, 0, 2, 0, 200.0, 6),
        "tracking.is_measurement": late[:1] + late[3:],
        "tracking.forget": (a["heads"], a["keys"], 0, 0, 5),
        "tracking.place_in_order": (a["plots"], a["keys"], 0, count, late[0], late[1], late[2]),
        "tracking.track_insert": (*store_of, 0, *late),
        "tracking.clear_report": (r, 1),
        "tracking.copy_report": (r, 1, 6),
        "tracking.infrared_report": (r, 1, 45.0, 0.6, 2.3, 5000.0),
        "tracking.track_report": (*store_of[1:], 0, 205.0, r, 6),
    }  # fmt: skip


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
