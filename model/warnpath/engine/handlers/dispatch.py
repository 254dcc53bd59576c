"""One entry for both schedulers: from an event to its handler."""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import (
    ANSWERED,
    APPROVED,
    ARRIVED,
    ASSESSED,
    CONTACT_CLOSED,
    CONTACT_OPENED,
    CONVERGED,
    DUPLICATE_DROPPED,
    EVALUATION_DUE,
    IMPACTED,
    INFRARED_SENSED,
    LAUNCHED,
    LINK_REROUTED,
    LINK_RETRY,
    LINK_SENT,
    LINK_SLOT,
    LIVES_STARTED,
    NODE_RESUMED,
    NODE_STARTED,
    OUTAGE_BEGAN,
    OUTAGE_ENDED,
    RELEASED,
    REPORT_DUE,
    REPORTS_RESENT,
    SENSED,
    SERVED,
    SURGE_CHANGED,
    SWITCHED,
    TAKEN_OVER,
    TRAFFIC_DUE,
    TRAFFIC_STARTED,
)
from warnpath.engine.handlers.alerts import approved, assessed
from warnpath.engine.handlers.link_changes import (
    contact_closed,
    contact_opened,
    link_slot,
)
from warnpath.engine.handlers.links import link_retry, link_sent
from warnpath.engine.handlers.nodes import arrived, node_resumed, released, served
from warnpath.engine.handlers.outages import converged, node_started, outage_began, outage_ended
from warnpath.engine.handlers.pictures import evaluation_due, report_due
from warnpath.engine.handlers.renewal import lives_started
from warnpath.engine.handlers.reporting import answered
from warnpath.engine.handlers.rerouting import reroute_queue, reroute_queues
from warnpath.engine.handlers.routes import switched, weigh_contact
from warnpath.engine.handlers.sensing import infrared_sensed, launched, sensed
from warnpath.engine.handlers.surges import surge_changed
from warnpath.engine.handlers.takeover import reports_resent, taken_over
from warnpath.engine.handlers.traffic import traffic_due, traffic_started


def dispatch(w: Any, now: float, kind: int, a: int, b: int, token: int) -> int:
    """Run the handler of an event.

    Returns
    -------
    int
        1 if the event took place; 0 if it was stale (its token is no longer its owner's), in which
        case nothing was done and nothing is to be logged.
    """
    if (
        kind == LINK_SENT
        or kind == ARRIVED
        or kind == SERVED
        or kind == RELEASED
        or kind == LINK_RETRY
        or kind == ANSWERED
    ):
        copy = w.copies[b]
        if copy.token != token:
            return 0
        message = w.messages[copy.message]
        w.noted_message = message.number
        w.noted_value = now - message.created_s
        if kind == LINK_SENT:
            link_sent(w, now, a, b)
        elif kind == ARRIVED:
            arrived(w, now, a, b)
        elif kind == SERVED:
            served(w, now, a, b)
        elif kind == RELEASED:
            released(w, now, a, b)
        elif kind == LINK_RETRY:
            link_retry(w, now, a, b)
        else:
            answered(w, now, a, b)
        return 1
    w.noted_message = -1
    w.noted_value = 0.0
    if kind == TRAFFIC_DUE:
        if w.traffic[a].token != token:
            return 0
        traffic_due(w, now, a)
    elif kind == SENSED:
        sensed(w, now, a)
    elif kind == REPORT_DUE or kind == EVALUATION_DUE:
        if w.pictures[a].token != token and kind == REPORT_DUE:
            return 0
        if kind == REPORT_DUE:
            report_due(w, now, a)
        else:
            evaluation_due(w, now, a)
    elif kind == ASSESSED:
        assessed(w, now, a)
    elif kind == APPROVED:
        approved(w, now, a)
    elif kind == INFRARED_SENSED:
        infrared_sensed(w, now, a, b)
    elif kind == LAUNCHED:
        launched(w, now, a)
    elif kind == NODE_STARTED:
        if w.nodes[a].token != token:
            return 0
        node_started(w, now, a, b)
    elif kind == NODE_RESUMED:
        node_resumed(w, now, a)
    elif kind == TRAFFIC_STARTED:
        traffic_started(w, now, a)
    elif kind == OUTAGE_BEGAN or kind == OUTAGE_ENDED:
        if w.outages[a].token != token:
            return 0
        if kind == OUTAGE_BEGAN:
            outage_began(w, now, a)
        else:
            outage_ended(w, now, a)
    elif kind == CONVERGED:
        converged(w, now, a, b)
        reroute_queues(w)
    elif kind == SURGE_CHANGED:
        surge_changed(w, now, a, b)
    elif kind == LIVES_STARTED:
        lives_started(w, now)
    elif kind == LINK_SLOT:
        link_slot(w, now, a)
    elif kind == LINK_REROUTED:
        reroute_queue(w, now, a)
    elif kind == CONTACT_OPENED:
        contact_opened(w, now, a)
        weigh_contact(w, a)
    elif kind == CONTACT_CLOSED:
        contact_closed(w, now, a)
        weigh_contact(w, a)
        reroute_queues(w)
    elif kind == TAKEN_OVER:
        if w.stand_bys[a].token != token:
            return 0
        taken_over(w, now, a, b)
        reroute_queues(w)
    elif kind == REPORTS_RESENT:
        reports_resent(w, now, a, b)
    elif kind == SWITCHED:
        switched(w, a, b)
    elif kind == DUPLICATE_DROPPED:
        w.noted_message = b
    elif kind == IMPACTED:
        w.noted_value = w.launches[a].impact_s
    return 1
