"""Warnings: the rule is met, people assess and approve, the alert goes out, the consumer has it.

decided = max(confirmed + assessment, qualified) + approval for an area alert; a launch notice needs
no qualified impact prediction. The budget credits the branch that came last.
"""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import (
    ALERT,
    APPROVED,
    APPROVING,
    AREA_ALERT,
    ARRIVED_AT_CONSUMER,
    BLOCKED,
    GATE_CONFIRMED,
    GATE_QUALIFIED,
    IDLE,
    LAUNCH_NOTICE,
    PRIORITY_WARNING,
    QUALIFIED,
    SENT,
)
from warnpath.engine.handlers.messages import inherit_stages, let_go, new_message, retain, schedule
from warnpath.engine.handlers.surges import surge_by_alert
from warnpath.engine.handlers.traffic import send
from warnpath.engine.random_streams import draw, mix


def assessed(w: Any, now: float, p: int) -> None:
    """A person has assessed the confirmed launch: what is ready goes to approval."""
    picture = w.pictures[p]
    picture.assessed_s = now
    for x in range(picture.first_warning, picture.first_warning + picture.warning_count):
        warning = w.warnings[x]
        if warning.product == LAUNCH_NOTICE or warning.state == QUALIFIED:
            ask_approval(w, x)


def ask_approval(w: Any, x: int) -> None:
    """Give a warning to the person who approves it; one product of a picture is one decision."""
    warning = w.warnings[x]
    picture = w.pictures[warning.picture]
    node = w.nodes[picture.node]
    lineage = mix(picture.lineage, warning.product)
    warning.state = APPROVING
    delay = draw(w.distributions, node.approval_row, node.key_approval, lineage, warning.withdrawals)
    schedule(w, delay, APPROVED, x, 0, 0)


def rule_applied(w: Any, now: float, x: int, met: int) -> None:
    """Take in whether the warning rule is met now for an area."""
    warning = w.warnings[x]
    picture = w.pictures[warning.picture]
    before = warning.met
    warning.met = met
    if met == 1 and warning.state == IDLE and picture.trigger_message >= 0:
        warning.state = QUALIFIED
        warning.qualified_s = now
        warning.qualify_message = picture.trigger_message
        retain(w, picture.trigger_message)
        if picture.assessed_s >= 0.0:
            ask_approval(w, x)
    elif warning.state == SENT or warning.state == ARRIVED_AT_CONSUMER:
        if met == 1 and before == 0:
            warning.revisions += 1
        elif met == 0 and before == 1:
            warning.withdrawals += 1


def approved(w: Any, now: float, x: int) -> None:
    """Approval is given: the alert goes out, unless its ground has gone meanwhile."""
    warning = w.warnings[x]
    picture = w.pictures[warning.picture]
    if warning.product == AREA_ALERT and warning.met == 0:
        warning.state = IDLE
        warning.withdrawals += 1
        warning.qualified_s = -1.0
        let_go(w, warning.qualify_message)
        warning.qualify_message = -1
    elif w.nodes[picture.node].up == 0 or w.route_node_up[0, picture.node] == 0:
        # Decided, but the centre is down, or the network has not noticed yet that it is up again.
        warning.state = BLOCKED
    else:
        send_alert(w, now, x)


def send_alert(w: Any, now: float, x: int) -> None:
    """Send the alert of a decided warning; its budget continues that of the gating message."""
    warning = w.warnings[x]
    picture = w.pictures[warning.picture]
    parent = picture.confirm_message
    ready_s = picture.confirmed_s
    warning.gate = GATE_CONFIRMED
    if warning.product == AREA_ALERT and warning.qualified_s >= picture.assessed_s:
        parent = warning.qualify_message
        ready_s = warning.qualified_s
        warning.gate = GATE_QUALIFIED
    warning.decided_s = now
    warning.state = SENT
    node = w.nodes[picture.node]
    lineage = mix(mix(picture.lineage, node.name_key), w.nodes[warning.consumer].name_key)
    m = new_message(w, now, ALERT, picture.node, warning.consumer, lineage)
    inherit_stages(w, m, parent)
    message = w.messages[m]
    message.launch = w.messages[parent].launch
    message.follows = picture.follows
    message.track = picture.slot
    warning.follows = picture.follows
    message.tree = warning.tree
    message.clearance = node.nation_bit
    message.priority = PRIORITY_WARNING
    message.size_bits = w.alert_bits
    message.expires_s = now + w.alert_lifetime_s
    message.subject = x
    message.confirmed = 1
    message.accuracy_s += ready_s - message.stamp_s
    message.decision_s += now - ready_s
    message.stamp_s = now
    message.path = picture.node
    warning.gating_message = parent
    retain(w, parent)
    warning.alert_message = m
    retain(w, m)
    w.noted_message = message.number
    surge_by_alert(w)
    send(w, now, m)


def send_blocked_alerts(w: Any, now: float, n: int) -> None:
    """A centre is up again and in the routes: the alerts decided meanwhile go out."""
    if w.nodes[n].up == 0 or w.route_node_up[0, n] == 0:
        return
    for x in range(len(w.warnings)):
        if w.warnings[x].state == BLOCKED and w.pictures[w.warnings[x].picture].node == n:
            send_alert(w, now, x)


def alert_received(w: Any, now: float, m: int) -> None:
    """The consumer has the alert in hand."""
    warning = w.warnings[w.messages[m].subject]
    if warning.state == SENT:
        warning.state = ARRIVED_AT_CONSUMER
        warning.delivered_s = now
        # A further warning of the same launch, from another track, is no second success.
        need = w.needs[warning.need + warning.follows * w.pictures[warning.picture].warning_count]
        if need.awaited == 1:
            need.awaited = 0
            w.awaited -= 1
            if w.awaited == 0:
                w.stop_s = now
