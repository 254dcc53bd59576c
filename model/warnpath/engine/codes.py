"""Integer codes that the handlers, the log and the tables share, with their names in the tables."""

from __future__ import annotations

# Event kinds (column `kind` of the log).
LAUNCHED = 1
SENSED = 2
INFRARED_SENSED = 3
LINK_SENT = 4
LINK_RETRY = 5
ARRIVED = 6
SERVED = 7
RELEASED = 8
REPORT_DUE = 9
EVALUATION_DUE = 10
ASSESSED = 11
APPROVED = 12
OUTAGE_BEGAN = 13
OUTAGE_ENDED = 14
CONVERGED = 15
ANSWERED = 16
IMPACTED = 17
DISPATCHED = 18
TRAFFIC_STARTED = 19
TRAFFIC_DUE = 20
NODE_STARTED = 21
NODE_RESUMED = 22
LIVES_STARTED = 23
SURGE_CHANGED = 24
LINK_SLOT = 40
LINK_REROUTED = 41
CONTACT_OPENED = 42
CONTACT_CLOSED = 43
DUPLICATE_DROPPED = 44
TAKEN_OVER = 45
REPORTS_RESENT = 46
SWITCHED = 47

# Message kinds.
PLOT = 0
INFRARED = 1
REPORT = 2
ALERT = 3
REQUEST = 4
EXTERNAL = 5
TRAFFIC = 6
MESSAGE_KINDS = ("plot", "infrared", "report", "alert", "request", "external", "traffic")

# Priority classes, first served first.
PRIORITY_WARNING = 0
PRIORITY_TRACK = 1
PRIORITY_BACKGROUND = 2
PRIORITIES = 3

# What became of a message.
UNDER_WAY = 0
DELIVERED = 1
LOST = 2
QUEUE_FULL = 3
LINK_DOWN = 4
NODE_DOWN = 5
NO_ROUTE = 6
EXPIRED = 7
SUPERSEDED = 8
DUPLICATE = 9
"""Of a copy only: the other one came first. The message itself is delivered."""
MESSAGE_STATUSES = (
    "in_flight",
    "delivered",
    "lost",
    "queue_full",
    "link_down",
    "node_down",
    "no_route",
    "expired",
    "superseded",
)

# What becomes of a message when the link that has it fails.
FATE_LOST = 0
FATE_HELD = 1
FATE_REROUTED = 2
FATES = ("lost", "held", "rerouted")

# Stages of the latency budget, in the order of the columns of the `warnings` table.
SENSE = 0
CONFIRM = 1
TRANSPORT = 2
PROCESSING = 3
QUEUEING = 4
RETRANSMISSION = 5
OUTAGE = 6
RELEASE = 7
ACCURACY = 8
DECISION = 9
DELIVERY = 10
STAGES = (
    "sense",
    "confirm",
    "transport",
    "processing",
    "queueing",
    "retransmission",
    "outage",
    "release",
    "accuracy",
    "decision",
    "delivery",
)

# Intrusive lists of a link: one queue per priority class, then these.
LINK_IN_SERVICE = 3
LINK_IN_FLIGHT = 4
LINK_HELD = 5
LINK_LISTS = 6

# Intrusive lists of a node: one queue per priority class, then these.
NODE_IN_SERVICE = 3
NODE_RELEASING = 4
NODE_ANSWER_QUEUE = 5
NODE_ANSWERING = 6
NODE_LISTS = 7

# Products of a warning chain.
LAUNCH_NOTICE = 0
AREA_ALERT = 1
PRODUCTS = ("launch_notice", "area_alert")

# Kinds of traffic.
PERIODIC = 0
POISSON = 1

# What switches a surge on, and how far it is.
ON_LAUNCH = 0
ON_ALERT = 1
ON_TIME = 2
SURGE_WAITING = 0
SURGE_SWITCHED_ON = 1
SURGE_RISING = 2
SURGE_HIGH = 3
SURGE_FALLING = 4
SURGE_OVER = 5

# States of a warning.
IDLE = 0
QUALIFIED = 1
APPROVING = 2
BLOCKED = 3
SENT = 4
ARRIVED_AT_CONSUMER = 5

# Which branch of decided = max(confirmed + assessment, qualified) + approval was the later one.
GATE_NONE = 0
GATE_CONFIRMED = 1
GATE_QUALIFIED = 2
GATES = ("", "confirmed", "qualified")

# Outage targets.
TARGET_LINK = 0
TARGET_NODE = 1

UP_FOR_EVER = 1e300
"""Stands for infinity in fields where handlers only compare."""

# Faults: programming errors that stop a replication, each with its text.
FAULT_DELAY = 1
FAULT_OUTBOX = 2
FAULT_MESSAGE_POOL = 3
FAULT_REPORT_POOL = 4
FAULT_POLICY = 5
FAULT_LIST = 6
FAULT_PATHS = 7
FAULT_TRACE = 8
FAULTS = {
    FAULT_DELAY: "a handler returned a delay that is not >= 0",
    FAULT_OUTBOX: "a handler scheduled more events than were reserved",
    FAULT_MESSAGE_POOL: "a handler made more messages than were reserved",
    FAULT_REPORT_POOL: "a handler made more report payloads than were reserved",
    FAULT_POLICY: "a message reached a node whose nation it was not released to",
    FAULT_LIST: "a copy was taken from a list it was not in",
    FAULT_PATHS: "more distinct paths than were reserved",
    FAULT_TRACE: "a handler wrote more trace rows than were reserved",
}
