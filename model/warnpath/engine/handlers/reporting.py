"""C2s tell each other: own tracks at confirmation, periodically and on changes; answers to requests."""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import (
    ACCURACY,
    ANSWERED,
    DELIVERED,
    NODE_ANSWER_QUEUE,
    NODE_ANSWERING,
    PRIORITY_TRACK,
    QUEUEING,
    RELEASE,
    REPORT,
    REQUEST,
)
from warnpath.engine.handlers.lists import list_append, list_remove
from warnpath.engine.handlers.messages import (
    account,
    finish,
    inherit_stages,
    let_go,
    new_copy,
    new_message,
    schedule,
)
from warnpath.engine.handlers.payloads import let_go_payload, new_payload
from warnpath.engine.handlers.traffic import send
from warnpath.engine.handlers.ways import leads_through
from warnpath.engine.random_streams import draw, mix
from warnpath.fusion.impact import impact_predict, impact_shift
from warnpath.fusion.layout import COUNT, IMPACT_VALID, LAUNCH_VALID, REPORT_TIME, THRUST, VALID
from warnpath.fusion.reports import copy_report, track_report

AT_CONFIRMATION = 0
PERIODIC = 1
AT_ONCE = 2
ANSWER = 3
RESENT = 4

START_PLOTS = 3
"""A track starts from so many plots."""


def own_track_to(w: Any, p: int, now: float, row: int) -> int:
    """Write the picture's own track, predicted to now, into a row; 0 if there is no track yet.

    A launch point of space infrared, which has come before the track, stays in the row until then.
    """
    track = w.pictures[p].track
    has_point = w.reports[row, LAUNCH_VALID] > 0.5 and w.reports[row, VALID] < 0.5
    if has_point and w.track_heads[track, COUNT] < START_PLOTS:
        return 0
    return track_report(
        w.sensor_table,
        w.fusion_settings,
        w.track_heads,
        w.track_plots,
        w.track_keys,
        w.track_posteriors,
        w.fusion_scratch,
        track,
        now,
        w.reports,
        row,
    )


def is_over(w: Any, now: float, p: int) -> int:
    """1 if there is no more to tell about a picture: its object should have come down by now.

    One object alone is seen to come down. Of several that are told apart by where they are, each is over at
    its predicted impact, or when its track is lost; one that is found again is not over.
    """
    picture = w.pictures[p]
    if w.association == 1:
        return int(now >= picture.ends_s)
    launch = w.launches[picture.slot]
    return int(now >= launch.at_s + launch.impact_s)


def report_changes(w: Any, now: float, p: int, own_row: int) -> None:
    """Tell the partners at once of a burnout, and of an impact that moved by more than its sigma."""
    picture = w.pictures[p]
    if w.reports[own_row, THRUST] >= w.max_thrust_probability:
        picture.burned_out = 0
    elif picture.burned_out == 0:
        picture.burned_out = 1
        send_reports(w, now, p, AT_ONCE, -1, -1)
    elif w.reports[own_row, IMPACT_VALID] > 0.5:
        sent = picture.first_row + w.origin_slots + 1
        if w.reports[sent, IMPACT_VALID] < 0.5 or impact_shift(w.reports, sent, own_row) > 1.0:
            send_reports(w, now, p, AT_ONCE, -1, -1)


def send_reports(w: Any, now: float, p: int, reason: int, asker: int, through: int) -> None:
    """Send the own track, or the infrared launch report, to every C2 that may have it.

    With an asker this is the answer to its request, and goes to it alone; with a node `through` which it
    would go, it goes to those alone whom it reaches that way.
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
        if through >= 0 and wanted == 1:
            wanted = 0
            if flow.tree >= 0:
                wanted = leads_through(w, flow.tree, picture.node, flow.clearance, through)
        if wanted == 1:
            if row < 0:
                if picture.track >= 0 and w.reports[slot, REPORT_TIME] < now:
                    own_track_to(w, p, now, slot)
                    if w.reports[slot, VALID] > 0.5:
                        impact_predict(w.reports, slot, w.fusion_settings, w.fusion_scratch, w.fusion_ground)
                row = new_payload(w)
                copy_report(w.reports, slot, row)
                copy_report(w.reports, slot, sent)
            w.payload_links[row, 1] += 1
            parent = picture.latest_message
            lineage = mix(mix(w.messages[parent].lineage, node.name_key), w.nodes[flow.destination].name_key)
            m = new_message(w, now, REPORT, picture.node, flow.destination, mix(lineage, reason))
            message = w.messages[m]
            message.label_mask = picture.own_label_mask
            inherit_stages(w, m, parent)
            message.launch = w.messages[parent].launch
            message.follows = picture.follows
            message.track = picture.slot
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
    if row >= 0:
        # The row is held while it is sent: a message without a route gives up its share at once.
        let_go_payload(w, row)


def ask_partners(w: Any, now: float, p: int) -> None:
    """On request only: a confirmed C2 asks each partner once, by voice: asking takes no network."""
    picture = w.pictures[p]
    for n in range(len(w.nodes)):
        node = w.nodes[n]
        for f in range(node.first_flow, node.first_flow + node.flow_count):
            if w.flows[f].on_request == 1 and w.flows[f].destination == picture.node and node.answer_row >= 0:
                lineage = mix(picture.lineage, w.nodes[picture.node].name_key)
                m = new_message(w, now, REQUEST, picture.node, n, lineage)
                message = w.messages[m]
                message.launch = picture.follows
                message.follows = picture.follows
                message.track = picture.slot
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


def answer_picture(w: Any, n: int, m: int) -> int:
    """Picture that a request is answered with; -1 for none.

    Who asks does not say about what: of those that its own sensors have confirmed the centre tells of the one
    it has told this asker least often, and of these the one that was confirmed first.
    """
    message = w.messages[m]
    first = int(w.nodes[n].first_picture)
    if first < 0:
        return -1
    if w.association == 0:
        return int(first + message.track)
    chosen = -1
    for p in range(first, first + w.slots):
        if w.pictures[p].own_confirmed == 1:
            if (
                chosen < 0
                or w.told[p, message.origin] < w.told[chosen, message.origin]
                or (
                    w.told[p, message.origin] == w.told[chosen, message.origin]
                    and w.pictures[p].confirmed_s < w.pictures[chosen].confirmed_s
                )
            ):
                chosen = p
    return chosen


def answered(w: Any, now: float, n: int, c: int) -> None:
    """A person has dealt with a request: one snapshot of the own track goes to the asker."""
    node = w.nodes[n]
    m = w.copies[c].message
    message = w.messages[m]
    account(w, m, now, RELEASE)
    node.answering -= 1
    p = answer_picture(w, n, m)
    if p >= 0 and node.up == 1 and w.pictures[p].own_confirmed == 1:
        w.told[p, message.origin] += 1
        w.pictures[p].asked_s = message.created_s
        send_reports(w, now, p, ANSWER, message.origin, -1)
    message.status = DELIVERED
    message.finished_s = now
    finish(w, now, c, DELIVERED)
    start_answering(w, now, n)
