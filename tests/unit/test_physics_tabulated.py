"""Flights from tables of positions."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from warnpath.physics.earth import geodetic_from_ecef
from warnpath.physics.errors import PhysicsError
from warnpath.physics.positions import check_positions, read_positions
from warnpath.physics.table import state_at
from warnpath.physics.tabulated import from_positions
from warnpath.physics.trajectory import FlightProfile, solve

Row = tuple[float, float, float, float]


def rows_of_a_flight(step_s: float = 5.0) -> list[Row]:
    flight = solve(FlightProfile(2700.0, 550.0, 150.0, 6000.0), (39.2, 125.7), azimuth_deg=70.0)
    times = np.append(np.arange(0.0, flight.impact_s - 1.0, step_s), flight.impact_s)
    state = np.zeros((1, 9))
    rows = []
    for time in times:
        state_at(flight.table, 0, len(flight.table), time, state, 0)
        latitude, longitude, altitude = geodetic_from_ecef(*state[0, :3])
        rows.append((float(time), math.degrees(latitude), math.degrees(longitude), altitude / 1000.0))
    return rows


def test_a_flight_written_as_positions_comes_back() -> None:
    flight = solve(FlightProfile(2700.0, 550.0, 150.0, 6000.0), (39.2, 125.7), azimuth_deg=70.0)
    again = from_positions(rows_of_a_flight(), burnout_s=150.0)
    assert again.impact_s == flight.impact_s
    assert again.apogee_km == pytest.approx(550.0, abs=1e-3)
    assert again.apogee_s == pytest.approx(flight.apogee_s, abs=0.05)
    assert again.range_km == pytest.approx(2700.0, abs=1e-3)
    assert again.burnout_s == 150.0
    one, other = np.zeros((1, 9)), np.zeros((1, 9))
    for time in (300.0, 412.3, 777.7):
        state_at(flight.table, 0, len(flight.table), time, one, 0)
        state_at(again.table, 0, len(again.table), time, other, 0)
        assert math.dist(one[0, :3], other[0, :3]) < 0.01
        assert math.dist(one[0, 3:6], other[0, 3:6]) < 0.01


def test_a_table_with_a_row_at_burnout_tells_the_jump_of_the_acceleration() -> None:
    flight = solve(FlightProfile(2700.0, 550.0, 150.0, 6000.0), (39.2, 125.7), azimuth_deg=70.0)

    def worst_m(burnout_s: float) -> float:
        again = from_positions(rows_of_a_flight(), burnout_s)
        one, other = np.zeros((1, 9)), np.zeros((1, 9))
        apart = []
        for time in np.arange(0.0, flight.impact_s - 60.0, 0.7):
            state_at(flight.table, 0, len(flight.table), float(time), one, 0)
            state_at(again.table, 0, len(again.table), float(time), other, 0)
            apart.append(math.dist(one[0, :3], other[0, :3]))
        return max(apart)

    assert worst_m(150.0) < 1.0  # rows every 5 s; the last minute, through the air, is told less well
    assert worst_m(148.0) > 10.0  # between rows the spline is smooth where the flight is not


def test_the_file_is_read_with_columns_in_any_order(tmp_path: Path) -> None:
    file = tmp_path / "flight.csv"
    file.write_text("lat_deg,alt_km,t_s,lon_deg,remark\n39.2,0,0,125.7,up\n39.3,12.5,60,125.8,\n")
    assert read_positions(file) == [(0.0, 39.2, 125.7, 0.0), (60.0, 39.3, 125.8, 12.5)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("t_s,lat_deg,lon_deg\n0,1,2\n", "column alt_km is missing"),
        (
            "t_s,lat_deg,lon_deg,alt_km\n0,1,2,0\n1,x,2,3\n",
            r"flight.csv:3: lat_deg is 'x'; expected a number",
        ),
        ("t_s,lat_deg,lon_deg,alt_km\n0,1,2\n", "alt_km is None"),
        ("", "is missing"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "flight.csv"
    file.write_text(text)
    with pytest.raises(PhysicsError, match=message):
        read_positions(file)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PhysicsError, match=r"nowhere\.csv: cannot be read"):
        read_positions(tmp_path / "nowhere.csv")


def changed(row: int, column: int, value: float) -> list[Row]:
    rows = [list(record) for record in rows_of_a_flight(50.0)]
    rows[row][column] = value
    return [(record[0], record[1], record[2], record[3]) for record in rows]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (changed(3, 0, 100.0), r"row 4: t_s = 100 is given twice \(100\); expected times that rise"),
        (changed(3, 0, 20.0), r"row 4: t_s = 20 comes after 100"),
        (changed(3, 0, math.nan), r"row 4: t_s = nan is not finite"),
        (changed(2, 1, 95.0), r"row 3: lat_deg = 95 is out of range; expected -90 to 90"),
        (changed(2, 3, math.nan), r"row 3: alt_km = nan is out of range"),
        (changed(2, 3, 20_000.0), r"row 3: moves at .* km/s since the row before"),
        (changed(0, 3, 30.0), r"row 1: alt_km = 30 begins too high; expected the launch as first row"),
        (changed(-1, 3, 30.0), r"alt_km = 30 ends too high; expected the impact as last row"),
        (rows_of_a_flight(50.0)[:3], "has 3 rows; expected at least 4"),
    ],
)
def test_tables_that_cannot_be_flown_are_refused_with_their_row(rows: list[Row], message: str) -> None:
    with pytest.raises(PhysicsError, match=message):
        from_positions(rows, burnout_s=10.0)


def test_burnout_must_lie_in_the_table() -> None:
    with pytest.raises(PhysicsError, match="burnout at 5000 s"):
        from_positions(rows_of_a_flight(50.0), burnout_s=5000.0)


def test_all_problems_of_a_table_are_told_at_once() -> None:
    rows = [list(record) for record in rows_of_a_flight(50.0)]
    rows[2][1] = 95.0
    rows[4][0] = rows[3][0]
    rows[6][0] = rows[4][0] - 1.0
    rows[7][2] = math.inf
    found = check_positions([(row[0], row[1], row[2], row[3]) for row in rows])
    assert [(item.row, item.column) for item in found] == [
        (3, "lat_deg"),
        (5, "t_s"),
        (7, "t_s"),
        (8, "lon_deg"),
    ]
    assert all(item.expected for item in found)
    assert check_positions(rows_of_a_flight(50.0)) == []
