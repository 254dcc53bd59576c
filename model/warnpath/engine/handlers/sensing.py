"""Sensors: a launch starts the scans, a hit makes a plot, space infrared makes a launch report.

What a scan hits is physics: it depends on the truth. Which hits belong together a radar finds out by itself,
by where they are; see `warnpath.fusion.grouping`. How soon a launch was detected and confirmed is a score.
"""

from __future__ import annotations

import math
from typing import Any

from warnpath.engine.codes import (
    CONFIRM,
    IMPACTED,
    INFRARED,
    INFRARED_SENSED,
    PLOT,
    PRIORITY_TRACK,
    PROCESSING,
    SENSE,
    SENSED,
)
from warnpath.engine.handlers.messages import account, new_message, schedule
from warnpath.engine.handlers.surges import surge_by_launch
from warnpath.engine.handlers.traffic import send
from warnpath.engine.random_streams import draw, mix, uniform
from warnpath.engine.scanning import HISTORY_SIZE, next_hit
from warnpath.fusion.grouping import OBJECT_CONFIRMED, clear_objects, group_hits
from warnpath.fusion.measurement import write_plot

FIRST_SIGHT = 0
MESSAGE = 1
LOOK = 2
"""What an event of an infrared sensor is: its first detection, its warning message, a look that hits."""


def launched(w: Any, now: float, flight: int) -> None:
    """A flight starts: every sensor that will see it begins to scan for it."""
    launch = w.launches[flight]
    schedule(w, launch.impact_s, IMPACTED, flight, 0, 0)
    surge_by_launch(w, flight)
    for p in range(len(w.pairs)):
        pair = w.pairs[p]
        if pair.launch == flight:
            sensor = w.sensors[pair.sensor]
            if sensor.infrared == 0:
                schedule_next_hit(w, now, p)
            elif sensor.cloud_break_row >= 0:
                break_the_clouds(w, now, p)
            else:
                delay = draw(
                    w.distributions, sensor.first_detection_row, pair.key_detection, launch.lineage, 0
                )
                # An object that has burned out, landed or is hidden at the first look is never seen.
                if delay >= pair.opens_s and delay <= pair.closes_s:
                    schedule(w, delay, INFRARED_SENSED, p, FIRST_SIGHT, 0)


def schedule_next_hit(w: Any, now: float, p: int) -> None:
    """Look up the next scan that hits and ask for an event at it."""
    pair = w.pairs[p]
    sensor = w.sensors[pair.sensor]
    launch = w.launches[pair.launch]
    hit = next_hit(
        w.truth,
        launch.truth_first,
        launch.truth_count,
        launch.at_s,
        w.sensor_table,
        sensor.row,
        pair.key_detection,
        pair.key_noise,
        pair.phase_s,
        sensor.period_s,
        pair.scan,
        pair.last_scan,
        pair.history,
        pair.truth_row,
        w.sights,
        p,
        sensor.first_pair,
        sensor.pair_count,
        sensor.capacity,
        w.hit,
    )
    if hit == 1:
        pair.scan = int(w.hit[0, 0])
        pair.history = int(w.hit[0, 1])
        pair.range_m = float(w.hit[0, 2])
        pair.azimuth_rad = float(w.hit[0, 3])
        pair.elevation_rad = float(w.hit[0, 4])
        pair.sigma_range_m = float(w.hit[0, 5])
        pair.sigma_cross_m = float(w.hit[0, 6])
        pair.truth_row = int(w.hit[0, 7])
        pair.every = int(w.hit[0, 8])
        pair.due = 1
        pair.object = -1
        # The scan before launch time by rounding would be a negative delay.
        delay = max(pair.phase_s + pair.scan * sensor.period_s - now, 0.0)
        schedule(w, delay, SENSED, p, 0, 0)


def hits_within(history: int, window: int) -> int:
    """Hits among the latest looks of a window."""
    hits = 0
    for _ in range(window):
        hits += history % 2
        history = history // 2
    return hits


def sensed(w: Any, now: float, p: int) -> None:
    """A scan hits: a plot goes to the national C2; the sensor confirms at m hits in n scans."""
    pair = w.pairs[p]
    sensor = w.sensors[pair.sensor]
    launch = w.launches[pair.launch]
    if w.nodes[sensor.node].up == 0:
        # A sensor that is down forgets what it had: it starts to confirm anew.
        pair.history = 0
        pair.due = 0
        if w.association == 1:
            clear_objects(w.radar_objects, sensor.first_object, sensor.object_count)
        pair.scan += 1
        schedule_next_hit(w, now, p)
        return
    if pair.detected_s < 0.0:
        pair.detected_s = now
    confirmed = 1
    if w.association == 1:
        if pair.object < 0:
            group_scan(w, p)
        confirmed = int(w.radar_objects[pair.object, OBJECT_CONFIRMED])
    elif pair.confirmed_s < 0.0:
        # One object, or those of whose hits it is known whose they are.
        confirmed = int(hits_within(pair.history, sensor.confirm_window) >= sensor.confirm_hits)
    if pair.confirmed_s < 0.0 and confirmed == 1:
        pair.confirmed_s = now
    pair.due = 0
    m = new_message(w, now, PLOT, sensor.node, pair.destination, mix(pair.key_noise, pair.scan))
    message = w.messages[m]
    message.tree = pair.tree
    message.clearance = pair.clearance
    message.label_mask = sensor.label_mask
    message.launch = pair.launch
    message.priority = PRIORITY_TRACK
    message.size_bits = sensor.report_bits
    message.expires_s = now + w.report_lifetime_s
    message.sensor = pair.sensor
    message.plot_time_s = now
    message.plot_sequence = pair.scan
    message.range_m = pair.range_m
    message.azimuth_rad = pair.azimuth_rad
    message.elevation_rad = pair.elevation_rad
    message.sigma_range_m = pair.sigma_range_m
    message.sigma_cross_m = pair.sigma_cross_m
    message.stamp_s = now
    message.sense_s = pair.detected_s - launch.at_s
    message.confirmed = confirmed
    if pair.confirmed_s >= 0.0:
        message.confirm_s = pair.confirmed_s - pair.detected_s
        message.accuracy_s = now - pair.confirmed_s
    else:
        message.confirm_s = now - pair.detected_s
    w.noted_message = message.number
    w.noted_value = pair.range_m
    pair.sequence += 1
    send(w, now, m)
    pair.scan += 1
    schedule_next_hit(w, now, p)


def group_scan(w: Any, p: int) -> None:
    """The radar shares out all hits of a scan among its objects, when the first of them comes up."""
    pair = w.pairs[p]
    sensor = w.sensors[pair.sensor]
    hits = 0
    for other in range(sensor.first_pair, sensor.first_pair + sensor.pair_count):
        hit = w.pairs[other]
        if hit.due == 1 and hit.scan == pair.scan and hit.object < 0:
            write_plot(
                w.fusion_candidates,
                hits,
                hit.phase_s + hit.scan * sensor.period_s,
                hit.range_m,
                hit.azimuth_rad,
                hit.elevation_rad,
                hit.sigma_range_m,
                hit.sigma_cross_m,
            )
            w.fusion_match[4, hits] = other
            hits += 1
    group_hits(
        w.sensor_table,
        w.fusion_scratch,
        sensor.row,
        w.fusion_candidates,
        w.fusion_places,
        w.fusion_costs,
        w.radar_objects,
        w.fusion_match,
        hits,
        sensor.first_object,
        sensor.object_count,
        pair.scan,
        pair.every,
        sensor.confirm_window,
        sensor.period_s,
        sensor.confirm_hits,
    )
    for h in range(hits):
        w.pairs[int(w.fusion_match[4, h])].object = int(w.fusion_match[0, h])


def break_the_clouds(w: Any, now: float, p: int) -> None:
    """The plume is above the clouds after a while: from then on looks of an infrared sensor may see it."""
    pair = w.pairs[p]
    sensor = w.sensors[pair.sensor]
    launch = w.launches[pair.launch]
    delay = draw(w.distributions, sensor.cloud_break_row, pair.key_detection, launch.lineage, 0)
    delay = max(delay, pair.opens_s)
    if delay <= pair.closes_s:
        pair.visible_s = delay
        first = math.ceil((now + delay - pair.phase_s) / sensor.period_s)
        pair.scan = max(pair.scan, first)
        schedule_next_look(w, now, p)


def schedule_next_look(w: Any, now: float, p: int) -> None:
    """Look up the next look of an infrared sensor that hits and ask for an event at it."""
    pair = w.pairs[p]
    sensor = w.sensors[pair.sensor]
    while pair.scan <= pair.last_scan:
        pair.history = (pair.history * 2) % HISTORY_SIZE
        chance = uniform(pair.key_detection, mix(pair.key_detection, pair.scan), 0)
        if chance < sensor.detection_probability:
            pair.history += 1
            delay = max(pair.phase_s + pair.scan * sensor.period_s - now, 0.0)
            schedule(w, delay, INFRARED_SENSED, p, LOOK, 0)
            return
        pair.scan += 1


def infrared_sensed(w: Any, now: float, p: int, what: int) -> None:
    """An infrared sensor detects, confirms, or sends its launch report to its ground station."""
    pair = w.pairs[p]
    if what == MESSAGE:
        send_launch_report(w, now, p)
    elif what == LOOK:
        infrared_looked(w, now, p)
    elif pair.detected_s < 0.0:
        sensor = w.sensors[pair.sensor]
        launch = w.launches[pair.launch]
        if w.nodes[sensor.node].up == 0:
            # Looks again one revisit later while the plume burns.
            if now + sensor.period_s <= launch.at_s + pair.closes_s:
                schedule(w, sensor.period_s, INFRARED_SENSED, p, FIRST_SIGHT, 0)
            return
        # Clouds hide the plume until then: the first detection is the first sight.
        pair.visible_s = now - launch.at_s
        pair.detected_s = now
        report_launch(w, now, p)


def infrared_looked(w: Any, now: float, p: int) -> None:
    """A look hits: it counts towards confirmation, and with that the warning message is on its way."""
    pair = w.pairs[p]
    sensor = w.sensors[pair.sensor]
    if w.nodes[sensor.node].up == 0:
        pair.history = 0
    else:
        if pair.detected_s < 0.0:
            pair.detected_s = now
        if hits_within(pair.history, sensor.confirm_window) >= sensor.confirm_hits:
            report_launch(w, now, p)
            return
    pair.scan += 1
    schedule_next_look(w, now, p)


def report_launch(w: Any, now: float, p: int) -> None:
    """A launch is confirmed by infrared: its warning message follows after processing."""
    pair = w.pairs[p]
    sensor = w.sensors[pair.sensor]
    pair.confirmed_s = now
    lineage = w.launches[pair.launch].lineage
    delay = draw(w.distributions, sensor.message_delay_row, pair.key_noise, lineage, 0)
    schedule(w, delay, INFRARED_SENSED, p, MESSAGE, 0)


def send_launch_report(w: Any, now: float, p: int) -> None:
    """The launch report of an infrared sensor leaves for its ground station."""
    pair = w.pairs[p]
    sensor = w.sensors[pair.sensor]
    launch = w.launches[pair.launch]
    m = new_message(w, now, INFRARED, sensor.node, pair.destination, mix(pair.key_noise, 0))
    message = w.messages[m]
    message.tree = pair.tree
    message.clearance = pair.clearance
    message.label_mask = sensor.label_mask
    message.launch = pair.launch
    message.priority = PRIORITY_TRACK
    message.size_bits = sensor.report_bits
    message.expires_s = now + w.report_lifetime_s
    message.sensor = pair.sensor
    message.subject = p
    message.confirmed = 1
    message.plot_time_s = pair.detected_s
    message.stamp_s = launch.at_s
    message.sense_s = 0.0
    account(w, m, pair.detected_s, SENSE)
    account(w, m, pair.confirmed_s, CONFIRM)
    account(w, m, now, PROCESSING)
    w.noted_message = message.number
    send(w, now, m)
