"""C2s: plots become a national track, reports of others a common picture, pictures become reports.

Rows of `w.reports` that belong to a picture: one per origin in fixed order (its own track among them),
then the fused picture, then the report last sent.
"""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import (
    ACCURACY,
    ALERT,
    ANSWERED,
    AREA_ALERT,
    ASSESSED,
    DELIVERED,
    EVALUATION_DUE,
    FAULT_TRACE,
    INFRARED,
    NODE_ANSWER_QUEUE,
    NODE_ANSWERING,
    PLOT,
    PRIORITY_TRACK,
    QUEUEING,
    RELEASE,
    REPORT,
    REPORT_DUE,
    REQUEST,
)
from warnpath.engine.handlers.alerts import alert_received, rule_applied
from warnpath.engine.handlers.messages import (
    account,
    finish,
    inherit_stages,
    let_go,
    list_append,
    list_remove,
    new_copy,
    new_message,
    new_payload,
    retain,
    schedule,
)
from warnpath.engine.handlers.traffic import send
from warnpath.engine.random_streams import draw, mix, normal
from warnpath.engine.truth import position_error, position_sigma, truth_position
from warnpath.fusion.areas import area_probability, rule_met
from warnpath.fusion.impact import impact_predict, impact_shift
from warnpath.fusion.layout import (
    BIT_REJECTED,
    BIT_TOO_LATE,
    IMPACT_LATITUDE,
    IMPACT_LONGITUDE,
    IMPACT_SIGMA,
    IMPACT_VALID,
    REPORT_TIME,
    THRUST,
    VALID,
)
from warnpath.fusion.picture import fuse
from warnpath.fusion.tracking import copy_report, infrared_report, track_insert, track_report

AT_CONFIRMATION = 0
PERIODIC = 1
AT_ONCE = 2
ANSWER = 3


def consume(w: Any, now: float, n: int, c: int) -> None:
    """A message is processed at its destination."""
    m = w.copies[c].message
    message = w.messages[m]
    message.status = DELIVERED
    message.finished_s = now
    if message.kind == ALERT:
        alert_received(w, now, m)
    elif message.launch >= 0:
        p = int(w.picture_of[n, message.launch])
        if p >= 0:
            if message.kind == REPORT:
                take_report(w, now, p, m)
            elif message.kind == PLOT:
                take_plot(w, now, p, m)
            elif message.kind == INFRARED:
                take_infrared(w, now, p, m)
    finish(w, now, c, DELIVERED)


def take_plot(w: Any, now: float, p: int, m: int) -> None:
    """A plot of the nation's own sensor enters the national track."""
    picture = w.pictures[p]
    message = w.messages[m]
    flags = track_insert(
        w.sensor_table,
        w.fusion_settings,
        w.track_heads,
        w.track_plots,
        w.track_keys,
        w.track_posteriors,
        w.fusion_scratch,
        picture.track,
        message.plot_time_s,
        w.sensors[message.sensor].row,
        message.plot_sequence,
        message.range_m,
        message.azimuth_rad,
        message.elevation_rad,
        message.sigma_range_m,
        message.sigma_cross_m,
    )
    if flags & BIT_TOO_LATE:
        picture.too_late += 1
    if flags & BIT_REJECTED:
        picture.rejected += 1
    keep_latest(w, p, m)
    if message.confirmed == 1:
        own_confirmed(w, now, p, m)
    consider(w, now, p, m)


def take_infrared(w: Any, now: float, p: int, m: int) -> None:
    """A space infrared report: a confirmed launch with a launch point, not a track."""
    picture = w.pictures[p]
    message = w.messages[m]
    sensor = w.sensors[message.sensor]
    launch = w.launches[picture.launch]
    row = picture.first_row + picture.origin_slot
    sigma_rad = sensor.sigma_m / 6371000.0
    north = normal(w.pairs[message.subject].key_detection, launch.lineage, 1)
    east = normal(w.pairs[message.subject].key_detection, launch.lineage, 2)
    latitude_rad = launch.latitude_rad + sigma_rad * north
    longitude_rad = launch.longitude_rad + sigma_rad * east / launch.latitude_cosine
    infrared_report(w.reports, row, message.plot_time_s, latitude_rad, longitude_rad, sensor.sigma_m)
    keep_latest(w, p, m)
    own_confirmed(w, now, p, m)
    consider(w, now, p, m)


def take_report(w: Any, now: float, p: int, m: int) -> None:
    """Another C2's report replaces the older one of the same origin in the picture."""
    picture = w.pictures[p]
    message = w.messages[m]
    row = picture.first_row + message.subject
    older = w.reports[row, REPORT_TIME] > w.reports[message.payload, REPORT_TIME]
    if not older:
        copy_report(w.reports, message.payload, row)
    picture.label_mask |= message.label_mask
    if picture.shared_s < 0.0 and w.nodes[message.origin].nation_bit != w.nodes[picture.node].nation_bit:
        picture.shared_s = now
    confirm(w, now, p, m)
    consider(w, now, p, m)


def keep_latest(w: Any, p: int, m: int) -> None:
    """Remember the newest message of the picture's own sensors: reports inherit its budget."""
    picture = w.pictures[p]
    retain(w, m)
    if picture.latest_message >= 0:
        let_go(w, picture.latest_message)
    picture.latest_message = m


def confirm(w: Any, now: float, p: int, m: int) -> None:
    """The first confirmed report at a C2, own or received: people start to assess, partners are asked."""
    picture = w.pictures[p]
    if picture.confirmed_s >= 0.0:
        return
    picture.confirmed_s = now
    picture.confirm_message = m
    retain(w, m)
    node = w.nodes[picture.node]
    if picture.decides == 1:
        lineage = w.launches[picture.launch].lineage
        delay = draw(w.distributions, node.assessment_row, node.key_assessment, lineage, 0)
        schedule(w, delay, ASSESSED, p, 0, 0)
        ask_partners(w, now, p)
    picture.token += 1
    schedule(w, w.report_interval_s, REPORT_DUE, p, 0, picture.token)


def own_confirmed(w: Any, now: float, p: int, m: int) -> None:
    """The nation's own sensors have confirmed: partners are told at once, then periodically."""
    picture = w.pictures[p]
    if picture.own_confirmed == 1:
        return
    picture.own_confirmed = 1
    confirm(w, now, p, m)
    send_reports(w, now, p, AT_CONFIRMATION, -1)
    picture.token += 1
    schedule(w, w.report_interval_s, REPORT_DUE, p, 0, picture.token)


def consider(w: Any, now: float, p: int, m: int) -> None:
    """New data: look at the picture now, or as soon as the interval between two looks allows."""
    picture = w.pictures[p]
    retain(w, m)
    if picture.trigger_message >= 0:
        let_go(w, picture.trigger_message)
    picture.trigger_message = m
    if picture.decides == 0 and w.nodes[picture.node].flow_count == 0:
        return
    if picture.steady == 1 or picture.evaluation_pending == 1:
        return
    wait = picture.evaluated_s + w.impact_interval_s - now
    if wait <= 0.0:
        evaluate(w, now, p)
    else:
        picture.evaluation_pending = 1
        schedule(w, wait, EVALUATION_DUE, p, 0, 0)


def evaluation_due(w: Any, now: float, p: int) -> None:
    """The interval since the last look is over."""
    w.pictures[p].evaluation_pending = 0
    evaluate(w, now, p)


def report_due(w: Any, now: float, p: int) -> None:
    """Periodic report: look at the picture, tell the partners; ends with the flight."""
    picture = w.pictures[p]
    launch = w.launches[picture.launch]
    if now >= launch.at_s + launch.impact_s:
        return
    if w.nodes[picture.node].up == 1:
        evaluate(w, now, p)
        if picture.own_confirmed == 1:
            send_reports(w, now, p, PERIODIC, -1)
    schedule(w, w.report_interval_s, REPORT_DUE, p, 0, picture.token)


def evaluate(w: Any, now: float, p: int) -> None:
    """Look at the picture: thrust, impact, areas in danger; apply the warning rule."""
    picture = w.pictures[p]
    picture.evaluated_s = now
    own_row = -1
    if picture.track >= 0:
        own_row = picture.first_row + picture.origin_slot
        if own_track_to(w, p, now, own_row) == 0:
            own_row = -1
    shown = picture.first_row + w.origin_slots
    sources = 0
    if picture.decides == 1:
        sources = fuse(
            w.reports,
            w.fusion_settings,
            w.fusion_scratch,
            w.fusion_ground,
            picture.first_row,
            w.origin_slots,
            own_row,
            now,
            shown,
        )
    elif own_row >= 0:
        shown = own_row
        impact_predict(w.reports, shown, w.fusion_settings, w.fusion_scratch, w.fusion_ground)
        sources = 1
    w.noted_value = float(sources)
    if sources == 0:
        return
    thrust = float(w.reports[shown, THRUST])
    valid = int(w.reports[shown, IMPACT_VALID])
    sigma = float(w.reports[shown, IMPACT_SIGMA])
    if thrust < w.max_thrust_probability and valid == 1 and sigma < w.max_impact_sigma_m:
        picture.steady = 1
    else:
        picture.steady = 0
    trace_track(w, now, p, shown, sources)
    for x in range(picture.first_warning, picture.first_warning + picture.warning_count):
        if w.warnings[x].product == AREA_ALERT:
            probability = 0.0
            met = 0
            if valid == 1:
                probability = area_probability(w.reports, shown, w.fusion_ground, w.areas, w.warnings[x].area)
                met = rule_met(
                    w.reports,
                    shown,
                    probability,
                    w.max_thrust_probability,
                    w.max_impact_sigma_m,
                    w.min_area_probability,
                )
            rule_applied(w, now, x, met)
            trace_estimate(w, now, p, x, shown, probability, met, sources)
    if own_row >= 0 and picture.own_confirmed == 1:
        report_changes(w, now, p, own_row)


def own_track_to(w: Any, p: int, now: float, row: int) -> int:
    """Write the picture's own track, predicted to now, into a row; 0 if there is no track yet."""
    return track_report(  # type: ignore[no-any-return]
        w.fusion_settings,
        w.track_heads,
        w.track_plots,
        w.track_keys,
        w.track_posteriors,
        w.fusion_scratch,
        w.pictures[p].track,
        now,
        w.reports,
        row,
    )


def report_changes(w: Any, now: float, p: int, own_row: int) -> None:
    """Tell the partners at once of a burnout, and of an impact that moved by more than its sigma."""
    picture = w.pictures[p]
    if w.reports[own_row, THRUST] >= w.max_thrust_probability:
        picture.burned_out = 0
    elif picture.burned_out == 0:
        picture.burned_out = 1
        send_reports(w, now, p, AT_ONCE, -1)
    elif w.reports[own_row, IMPACT_VALID] > 0.5:
        sent = picture.first_row + w.origin_slots + 1
        if w.reports[sent, IMPACT_VALID] < 0.5 or impact_shift(w.reports, sent, own_row) > 1.0:
            send_reports(w, now, p, AT_ONCE, -1)


def send_reports(w: Any, now: float, p: int, reason: int, asker: int) -> None:
    """Send the own track, or the infrared launch report, to every C2 that may have it.

    With an asker this is the answer to its request, and goes to it alone.
    """
    picture = w.pictures[p]
    node = w.nodes[picture.node]
    if picture.latest_message < 0 or node.flow_count == 0:
        return
    slot = picture.first_row + picture.origin_slot
    sent = picture.first_row + w.origin_slots + 1
    row = -1
    for f in range(node.first_flow, node.first_flow + node.flow_count):
        flow = w.flows[f]
        wanted = 0
        if asker < 0 and flow.on_request == 0:
            wanted = 1
        if asker >= 0 and flow.on_request == 1 and flow.destination == asker:
            wanted = 1
        if wanted == 1:
            if row < 0:
                if picture.track >= 0 and w.reports[slot, REPORT_TIME] < now:
                    own_track_to(w, p, now, slot)
                    if w.reports[slot, VALID] > 0.5:
                        impact_predict(w.reports, slot, w.fusion_settings, w.fusion_scratch, w.fusion_ground)
                row = new_payload(w)
                copy_report(w.reports, slot, row)
                copy_report(w.reports, slot, sent)
            else:
                w.payload_links[row, 1] += 1
            parent = picture.latest_message
            lineage = mix(mix(w.messages[parent].lineage, node.name_key), w.nodes[flow.destination].name_key)
            m = new_message(w, now, REPORT, picture.node, flow.destination, mix(lineage, reason))
            message = w.messages[m]
            message.label_mask = picture.own_label_mask
            inherit_stages(w, m, parent)
            message.launch = picture.launch
            message.tree = flow.tree
            message.clearance = flow.clearance
            message.priority = PRIORITY_TRACK
            message.size_bits = w.report_bits
            message.expires_s = now + w.report_lifetime_s
            message.confirmed = 1
            message.payload = row
            message.subject = picture.origin_slot
            account(w, m, now, ACCURACY)
            if reason == ANSWER:
                # What the person took is release, not a wait for accuracy.
                waited = min(now - picture.asked_s, message.accuracy_s)
                message.accuracy_s -= waited
                message.release_s += waited
            w.noted_message = message.number
            send(w, now, m)


def ask_partners(w: Any, now: float, p: int) -> None:
    """On request only: a confirmed C2 asks each partner once, by voice: asking takes no network."""
    picture = w.pictures[p]
    for n in range(len(w.nodes)):
        node = w.nodes[n]
        for f in range(node.first_flow, node.first_flow + node.flow_count):
            if w.flows[f].on_request == 1 and w.flows[f].destination == picture.node and node.answer_row >= 0:
                lineage = mix(w.launches[picture.launch].lineage, w.nodes[picture.node].name_key)
                m = new_message(w, now, REQUEST, picture.node, n, lineage)
                message = w.messages[m]
                message.launch = picture.launch
                message.priority = PRIORITY_TRACK
                message.expires_s = w.end_s
                c = new_copy(w, m)
                let_go(w, m)
                list_append(w, node.first_list + NODE_ANSWER_QUEUE, c)
                start_answering(w, now, n)


def start_answering(w: Any, now: float, n: int) -> None:
    """Give the waiting requests to the people who are free, first come first served."""
    node = w.nodes[n]
    while node.answering < node.answer_servers and w.lists[node.first_list + NODE_ANSWER_QUEUE].head >= 0:
        c = w.lists[node.first_list + NODE_ANSWER_QUEUE].head
        copy = w.copies[c]
        list_remove(w, c)
        account(w, copy.message, now, QUEUEING)
        list_append(w, node.first_list + NODE_ANSWERING, c)
        node.answering += 1
        copy.token += 1
        delay = draw(w.distributions, node.answer_row, node.key_answer, w.messages[copy.message].lineage, 0)
        schedule(w, delay, ANSWERED, n, c, copy.token)


def answered(w: Any, now: float, n: int, c: int) -> None:
    """A person has dealt with a request: one snapshot of the own track goes to the asker."""
    node = w.nodes[n]
    m = w.copies[c].message
    message = w.messages[m]
    account(w, m, now, RELEASE)
    node.answering -= 1
    p = int(w.picture_of[n, message.launch])
    if p >= 0 and node.up == 1 and w.pictures[p].own_confirmed == 1:
        w.pictures[p].asked_s = message.created_s
        send_reports(w, now, p, ANSWER, message.origin)
    message.status = DELIVERED
    message.finished_s = now
    finish(w, now, c, DELIVERED)
    start_answering(w, now, n)


def trace_track(w: Any, now: float, p: int, row: int, sources: int) -> None:
    """Write a row of the `tracks` table, where it was asked for."""
    if w.tracks_on == 0:
        return
    slot = w.tracks_count
    if slot >= len(w.tracks):
        w.fault = FAULT_TRACE
        return
    picture = w.pictures[p]
    launch = w.launches[picture.launch]
    entry = w.tracks[slot]
    entry.picture = p
    entry.time_s = now
    entry.age_s = -1.0
    if picture.trigger_message >= 0:
        entry.age_s = now - w.messages[picture.trigger_message].plot_time_s
    entry.position_error_m = -1.0
    if truth_position(w.truth, launch.truth_first, launch.truth_count, now - launch.at_s, w.hit) == 1:
        entry.position_error_m = position_error(w.reports, row, w.hit)
    entry.position_sigma_m = position_sigma(w.reports, row)
    entry.impact_valid = int(w.reports[row, IMPACT_VALID])
    entry.impact_latitude_rad = float(w.reports[row, IMPACT_LATITUDE])
    entry.impact_longitude_rad = float(w.reports[row, IMPACT_LONGITUDE])
    entry.impact_sigma_m = float(w.reports[row, IMPACT_SIGMA])
    entry.sources = sources
    w.tracks_count = slot + 1


def trace_estimate(
    w: Any, now: float, p: int, x: int, row: int, probability: float, met: int, sources: int
) -> None:
    """Write a row of the `estimates` table, where it was asked for."""
    if w.estimates_on == 0:
        return
    slot = w.estimates_count
    if slot >= len(w.estimates):
        w.fault = FAULT_TRACE
        return
    entry = w.estimates[slot]
    entry.picture = p
    entry.warning = x
    entry.time_s = now
    entry.probability = probability
    entry.sigma_m = float(w.reports[row, IMPACT_SIGMA])
    entry.thrust_probability = float(w.reports[row, THRUST])
    entry.met = met
    entry.sources = sources
    w.estimates_count = slot + 1
