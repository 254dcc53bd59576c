"""C2s: plots become a national track, reports of others a common picture, pictures meet the rule.

Rows of `w.reports` that belong to a picture: one per origin in fixed order (its own track among them),
then the fused picture, then the report last sent.
"""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import (
    ALERT,
    AREA_ALERT,
    ASSESSED,
    DELIVERED,
    EVALUATION_DUE,
    INFRARED,
    PLOT,
    REPORT,
    REPORT_DUE,
)
from warnpath.engine.handlers.alerts import alert_received, rule_applied
from warnpath.engine.handlers.association import associate, score
from warnpath.engine.handlers.infrared import launch_picture, note_point
from warnpath.engine.handlers.messages import (
    finish,
    let_go,
    retain,
    schedule,
)
from warnpath.engine.handlers.pairing import pair_report
from warnpath.engine.handlers.reporting import (
    AT_CONFIRMATION,
    PERIODIC,
    START_PLOTS,
    ask_partners,
    is_over,
    own_track_to,
    report_changes,
    send_reports,
)
from warnpath.engine.handlers.slots import begin_picture, follow
from warnpath.engine.handlers.tracing import trace_estimate, trace_track
from warnpath.engine.random_streams import draw, mix, normal
from warnpath.fusion.areas import area_probability, rule_met
from warnpath.fusion.gating import LOST_S
from warnpath.fusion.impact import impact_predict
from warnpath.fusion.layout import (
    BIT_INSERTED,
    COUNT,
    IMPACT_SIGMA,
    IMPACT_TIME,
    IMPACT_VALID,
    LAST_PLOT_TIME,
    LAUNCH_VALID,
    REPORT_TIME,
    THRUST,
    UNSOUND,
    VALID,
)
from warnpath.fusion.origins import EARTH_M
from warnpath.fusion.picture import fuse
from warnpath.fusion.reports import copy_report, infrared_report
from warnpath.fusion.tracking import track_take


def consume(w: Any, now: float, n: int, c: int) -> None:
    """A message is processed at its destination."""
    m = w.copies[c].message
    message = w.messages[m]
    message.status = DELIVERED
    message.finished_s = now
    if message.kind == ALERT:
        alert_received(w, now, m)
    elif w.nodes[n].first_picture >= 0:
        if message.kind == REPORT:
            take_report(w, now, n, m)
        elif message.kind == PLOT:
            take_plot(w, now, n, m)
        elif message.kind == INFRARED:
            take_infrared(w, now, n, m)
    finish(w, now, c, DELIVERED)


def take_plot(w: Any, now: float, n: int, m: int) -> None:
    """A plot of the nation's own sensor enters a national track."""
    message = w.messages[m]
    first = int(w.nodes[n].first_picture)
    # One object alone, or plots of which it is known what they are of: one track for each launch.
    chosen = first + message.launch
    if w.association == 1:
        chosen = associate(w, now, first, m)
        if chosen < 0:
            return
    picture = w.pictures[chosen]
    taken = track_take(
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
        message.launch,
    )
    if taken & BIT_INSERTED:
        refresh(w, now, chosen, message.plot_time_s)
        if w.association == 1:
            score(w, now, chosen, message.launch)
    keep_latest(w, chosen, m)
    # Of several objects a track is confirmed when its radar says so, and it has the plots that start one.
    if message.confirmed == 1 and (w.association == 0 or w.track_heads[picture.track, COUNT] >= START_PLOTS):
        own_confirmed(w, now, chosen, m)
    consider(w, now, chosen, m)


def take_infrared(w: Any, now: float, n: int, m: int) -> None:
    """A space infrared report: a confirmed launch with a launch point, not a track."""
    message = w.messages[m]
    pair = w.pairs[message.subject]
    launch = w.launches[pair.launch]
    sigma_rad = pair.launch_sigma_m / EARTH_M
    north = normal(pair.key_detection, launch.lineage, 1)
    east = normal(pair.key_detection, launch.lineage, 2)
    latitude_rad = launch.latitude_rad + sigma_rad * north
    longitude_rad = launch.longitude_rad + sigma_rad * east / launch.latitude_cosine
    time_s = message.plot_time_s
    first = int(w.nodes[n].first_picture)
    p = first + message.launch
    known = 0
    if w.association == 1:
        p = launch_picture(
            w, first, -1, time_s, latitude_rad, longitude_rad, pair.launch_sigma_m, message.sensor
        )
        if p < 0:
            w.scores[w.pictures[first].first_score + message.launch].unmatched += 1
            return
        if w.pictures[p].used == 0:
            begin_picture(w, p, message.launch)
        follow(w, p, message.launch)
        known = int(w.reports[w.pictures[p].first_row + w.pictures[p].origin_slot, LAUNCH_VALID] > 0.5)
        note_point(w, p, time_s, latitude_rad, longitude_rad, pair.launch_sigma_m, message.sensor)
    picture = w.pictures[p]
    if known == 0:
        row = picture.first_row + picture.origin_slot
        infrared_report(w.reports, row, time_s, latitude_rad, longitude_rad, pair.launch_sigma_m)
    keep_latest(w, p, m)
    own_confirmed(w, now, p, m)
    consider(w, now, p, m)


def take_report(w: Any, now: float, n: int, m: int) -> None:
    """Another C2's report replaces the older one of the same origin in a picture."""
    message = w.messages[m]
    first = int(w.nodes[n].first_picture)
    chosen = first + message.track
    if w.association == 1:
        chosen = pair_report(w, now, first, m)
        if chosen < 0:
            return
    picture = w.pictures[chosen]
    row = picture.first_row + message.subject
    picture.reports_taken += 1
    older = w.reports[row, REPORT_TIME] > w.reports[message.payload, REPORT_TIME]
    if not older:
        copy_report(w.reports, message.payload, row)
        if w.reports[row, VALID] > 0.5:
            refresh(w, now, chosen, float(w.reports[row, LAST_PLOT_TIME]))
    picture.label_mask |= message.label_mask
    if picture.shared_s < 0.0 and w.nodes[message.origin].nation_bit != w.nodes[picture.node].nation_bit:
        picture.shared_s = now
    confirm(w, now, chosen, m)
    consider(w, now, chosen, m)


def refresh(w: Any, now: float, p: int, measured_s: float) -> None:
    """Newer data about the object are here: take in how old the newest was until now, up to the impact.

    A score: the impact is that of the launch which the picture follows.
    """
    picture = w.pictures[p]
    launch = w.launches[picture.follows]
    until_s = min(now, launch.at_s + launch.impact_s)
    if picture.newest_s < 0.0:
        picture.newest_s = measured_s
        picture.first_s = until_s
        picture.aged_s = until_s
        picture.age_peak_s = until_s - measured_s
        return
    if until_s > picture.aged_s:
        # Of another launch, which the picture went over to, data may be newer than the last impact.
        before_s = max(picture.aged_s - picture.newest_s, 0.0)
        age_s = max(until_s - picture.newest_s, 0.0)
        picture.age_area_s2 += 0.5 * (age_s + before_s) * (age_s - before_s)
        picture.age_peak_s = max(picture.age_peak_s, age_s)
        picture.aged_s = until_s
    picture.newest_s = max(picture.newest_s, measured_s)


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
    name_draws(w, p)
    if w.association == 1:
        node.tentative -= 1
    if picture.decides == 1:
        delay = draw(w.distributions, node.assessment_row, node.key_assessment, picture.lineage, 0)
        schedule(w, delay, ASSESSED, p, 0, 0)
        ask_partners(w, now, p)
    begin_looks(w, p)


def name_draws(w: Any, p: int) -> None:
    """Name the stream of what is drawn for a picture after what it follows in truth, each picture its own.

    All streams are alike, so this says nothing about the launch. But a launch finds its draws again where
    something else has changed.
    """
    picture = w.pictures[p]
    picture.lineage = w.launches[picture.follows].lineage
    if w.association == 1:
        count = w.scores[picture.first_score + picture.follows]
        if count.confirmed > 0:
            picture.lineage = mix(picture.lineage, count.confirmed)
        count.confirmed += 1


def own_confirmed(w: Any, now: float, p: int, m: int) -> None:
    """The nation's own sensors have confirmed: partners are told at once, then periodically."""
    picture = w.pictures[p]
    if picture.own_confirmed == 1:
        return
    picture.own_confirmed = 1
    confirm(w, now, p, m)
    send_reports(w, now, p, AT_CONFIRMATION, -1, -1)
    begin_looks(w, p)


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
    if is_over(w, now, p) == 1:
        picture.ended = 1
        return
    if w.nodes[picture.node].up == 1:
        evaluate(w, now, p)
        if picture.own_confirmed == 1:
            send_reports(w, now, p, PERIODIC, -1, -1)
    schedule(w, w.report_interval_s, REPORT_DUE, p, 0, picture.token)


def begin_looks(w: Any, p: int) -> None:
    """Periodic looks and reports begin, or begin anew: with what confirms an object, or finds it again."""
    picture = w.pictures[p]
    picture.ended = 0
    picture.token += 1
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
        picture.unsound += int(w.reports[shown, UNSOUND])
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
    if valid == 1:
        picture.ends_s = float(w.reports[shown, IMPACT_TIME])
    elif w.reports[shown, VALID] > 0.5:
        # Without a prediction it is lost when nothing more comes.
        picture.ends_s = float(w.reports[shown, LAST_PLOT_TIME]) + LOST_S
    if w.association == 1 and picture.ended == 1 and now < picture.ends_s:
        begin_looks(w, p)
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
