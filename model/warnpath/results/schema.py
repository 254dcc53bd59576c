"""Every result table and column, declared once.

Tables are built from this declaration, checked against it, and documented from it
(``python -m warnpath.results.document``). SI units; the unit is the suffix of the column name. Times are in
seconds: since the start of the run where the name does not begin with ``t_``, since the launch where it does.

In the tables of a study a column `point` (the number of the design point) and one column per swept parameter,
named by the path of the parameter, stand in front of these.
"""

from __future__ import annotations

from warnpath.results.column import Column, TableSchema
from warnpath.results.kinds import choice as _choice
from warnpath.results.kinds import count as _count
from warnpath.results.kinds import flag as _flag
from warnpath.results.kinds import interval as _interval
from warnpath.results.kinds import key as _key
from warnpath.results.kinds import maybe as _maybe
from warnpath.results.kinds import number as _number
from warnpath.results.kinds import replication
from warnpath.results.kinds import text as _text
from warnpath.results.picture_tables import ESTIMATES, PICTURES, TRACKS

BUDGET_STAGES = (
    "sense_s",
    "confirm_s",
    "transport_s",
    "processing_s",
    "queueing_s",
    "retransmission_s",
    "outage_s",
    "release_s",
    "accuracy_s",
    "decision_s",
    "delivery_s",
)
"""Stages of the latency budget in the order of the chain; they add up to `latency_s`."""

PRODUCTS = ("launch_notice", "area_alert")
STATUSES = ("in_time", "late", "never", "none")
OUTCOMES = ("correct", "missed", "unneeded", "quiet")
MESSAGE_KINDS = ("plot", "infrared", "report", "alert", "request", "external", "traffic")
MESSAGE_STATUSES = (
    "delivered",
    "lost",
    "queue_full",
    "link_down",
    "node_down",
    "no_route",
    "expired",
    "superseded",
    "in_flight",
)
ELEMENT_KINDS = ("node", "link")


_REPLICATION = replication()
_DIRECTION = Column(
    "direction", "str", "From and to of a link as 'a>b'; empty for a node.", key=True, nullable=True
)
_AS_METRIC = "as metric"

_WARNINGS = TableSchema(
    "warnings",
    "replication x launch x consumer",
    (
        _REPLICATION,
        _key("launch", "Launch the warning is about."),
        _key("consumer", "Who is to be warned."),
        _choice(
            "product", PRODUCTS, "What the consumer needs: notice of any launch, or an alert of its own area."
        ),
        _text("c2", "Command post that decides."),
        _text("nation", "Nation of that command post."),
        _number("launched_at_s", "s", "Time of launch since the start of the run."),
        _maybe("t_visible_s", "s", "First line of sight of a sensor whose data the command post may use."),
        _maybe("t_detected_s", "s", "First scan of such a sensor that hits."),
        _maybe(
            "t_confirmed_s", "s", "First confirmed report, own or received, processed at the command post."
        ),
        _maybe("t_shared_s", "s", "First report of foreign origin processed at the command post."),
        _maybe("t_qualified_s", "s", "The warning rule first holds; area alerts only."),
        _maybe("t_decided_s", "s", "The warning is approved."),
        _maybe("t_delivered_s", "s", "The warning is with the consumer."),
        _maybe("t_impact_s", "s", "Impact."),
        _maybe("deadline_s", "s", "Since launch: impact, or first entry of the ground track into the area."),
        _maybe("sense_s", "s", "Budget: launch until first detection."),
        _maybe("confirm_s", "s", "Budget: detection until the sensor has enough hits."),
        _maybe("transport_s", "s", "Budget: propagation and transmission on links."),
        _maybe("processing_s", "s", "Budget: service at nodes."),
        _maybe("queueing_s", "s", "Budget: waiting for a link or a server."),
        _maybe("retransmission_s", "s", "Budget: time-outs and repeats after loss."),
        _maybe("outage_s", "s", "Budget: held because an element was down."),
        _maybe("release_s", "s", "Budget: release to another nation."),
        _maybe("accuracy_s", "s", "Budget: waiting until the prediction is good enough."),
        _maybe("decision_s", "s", "Budget: assessment and approval by people."),
        _maybe("delivery_s", "s", "Budget: from approval to the consumer."),
        _maybe("latency_s", "s", "Launch until delivery: the sum of the budget; NaN if never delivered."),
        _maybe("margin_s", "s", "Warning time left: deadline minus delivery."),
        _choice("status", STATUSES, "In time, late, never delivered, or none needed."),
        _flag("needed", "Whether the consumer was in danger; always true for a launch notice."),
        _choice(
            "outcome", OUTCOMES, "Truth decides: warned rightly, missed, warned without need, rightly quiet."
        ),
        _count("redundant", "Further warnings of this launch in the consumer's hands, from other tracks."),
        _count("revisions", "Changes of the warning after it was first decided."),
        _count("withdrawals", "How often the warning was taken back."),
        _choice("gating_branch", ("", "confirmed", "qualified"), "Branch the decision waited for longest."),
        _text("gating_sensor", "Sensor whose report made the difference.", nullable=True),
        _text("path", "Elements the decisive information visited, joined by '>'.", nullable=True),
        _maybe("floor_s", "s", "Physical floor of the path: light in the medium over the great circle."),
        _maybe("stretch", "", "Time under way on links over that floor."),
    ),
)

_RUNS = TableSchema(
    "runs",
    "replication",
    (
        _REPLICATION,
        _count("seed", "Seed of the random streams."),
        _choice("status", ("ok", "failed"), "Whether the replication ran to its end."),
        _text("error", "Why it did not.", nullable=True),
        Column("wall_s", "float64", "Time it took on the clock.", unit="s", nullable=True, volatile=True),
        _count("events", "Events simulated."),
        _text("log_hash", "Hash of the event log.", nullable=True),
        _maybe("launch_notice_latency_s", "s", "Mean latency of the launch notices delivered."),
        _maybe("area_alert_latency_s", "s", "Mean latency of the needed area alerts delivered."),
        _maybe("margin_s", "s", "Mean warning time left of the needed warnings delivered."),
        _maybe("never_share", "", "Share of the needed warnings that were never delivered."),
    ),
)

_MESSAGES = TableSchema(
    "messages",
    "replication x message x destination",
    (
        _REPLICATION,
        _count("message", "Number of the message within the replication.", key=True),
        _choice("kind", MESSAGE_KINDS, "What it carries."),
        _text("origin", "Node that made it."),
        _key("destination", "Node it is meant for."),
        _text("nation", "Nation that owns the data."),
        _text("launch", "Launch it is about; empty where it is about none.", nullable=True),
        _text("traffic", "Traffic it belongs to; empty for what warning sends.", nullable=True),
        _count("priority", "Priority class; 0 goes first."),
        _number("size_bytes", "B", "Size."),
        _number("created_s", "s", "Time it was made."),
        _maybe("delivered_s", "s", "Time it arrived; NaN if it did not."),
        _maybe("latency_s", "s", "Arrival minus creation."),
        _choice("status", MESSAGE_STATUSES, "Delivered, or the reason it was not."),
        _count("hops", "Links crossed."),
        _count("attempts", "Transmissions over all links, repeats included."),
        _text("path", "Nodes visited, joined by '>'.", nullable=True),
    ),
    optional=True,
)

_HOPS = TableSchema(
    "hops",
    "replication x message x element visited",
    (
        _REPLICATION,
        _count("message", "Number of the message within the replication.", key=True),
        _text("element", "Node or link visited."),
        _number("queued_s", "s", "Time it came to the element.", key=True),
        _maybe("start_s", "s", "Start of transmission or service; NaN if it never came to that."),
        _maybe("end_s", "s", "End of the visit."),
        _maybe("queue_wait_s", "s", "Start minus arrival."),
        _maybe("service_s", "s", "Transmission on a link, processing at a node."),
        _maybe("propagation_s", "s", "Propagation on a link, jitter included."),
        _text("outcome", "How the visit ended."),
    ),
    unique=False,
    optional=True,
)

_OCCUPANCY = TableSchema(
    "occupancy",
    "replication x element x change",
    (
        _REPLICATION,
        _key("element", "Node or link."),
        _DIRECTION,
        _number("time_s", "s", "Time of the change.", key=True),
        _count("queued", "Messages waiting from then on."),
        _count("in_service", "Messages in transmission or service from then on."),
    ),
    unique=False,
    optional=True,
)

_ELEMENTS = TableSchema(
    "elements",
    "replication x node, or x link and direction",
    (
        _REPLICATION,
        _key("element", "Node or link."),
        _choice("kind", ELEMENT_KINDS, "Node or link."),
        _text("group", "Class or role of a node, medium of a link.", nullable=True),
        _DIRECTION,
        _maybe("utilisation", "", "Share of the time it was busy; of its servers, for a node."),
        _maybe("mean_queue", "", "Mean number waiting, over time."),
        _count("max_queue", "Largest number waiting."),
        _count("messages", "Messages it took in."),
        _count("dropped", "Messages refused or thrown away (queue full, down, expired)."),
        _count("lost", "Transmissions lost on the way."),
        _count("retransmissions", "Transmissions repeated."),
        _count("superseded", "Reports whose place in its queue a newer one took."),
        _count("duplicates", "Second copies of what was sent twice, dropped at their destination."),
        _maybe("availability_realised", "", "Share of the time it was up in this replication."),
        _maybe("availability_theoretical", "", "Long-run share of the time it is up: MTBF / (MTBF + MTTR)."),
    ),
)

_OUTAGES = TableSchema(
    "outages",
    "replication x element x outage",
    (
        _REPLICATION,
        _key("element", "Node or link."),
        _number("down_s", "s", "Time it went down.", key=True),
        _maybe("up_s", "s", "Time it came back; NaN if not within the run."),
        _text("cause", "Scripted, random, or the shared risk that took it down."),
    ),
    unique=False,
)

_TRAFFIC = TableSchema(
    "traffic",
    "replication x traffic x source x destination",
    (
        _REPLICATION,
        _key("traffic", "Id of the traffic in the scenario."),
        _key("source", "Node it starts at."),
        _key("destination", "Node it is meant for."),
        _count("priority", "Priority class; 0 goes first."),
        _count("sent", "Messages made."),
        _count("delivered", "Messages that arrived."),
        _count("lost", "Messages lost on a link, all attempts used."),
        _count("queue_full", "Messages refused by a full queue."),
        _count("link_down", "Messages on a link when it failed."),
        _count("node_down", "Messages at a node when it failed, or sent while it was down."),
        _count("no_route", "Messages for which there was no way on."),
        _count("expired", "Messages thrown away after their lifetime."),
        _count("superseded", "Messages whose place in a queue a newer one took."),
        _count("in_flight", "Messages still under way at the end of the run."),
        _count("duplicates", "Second copies of messages sent twice, dropped where the first had come."),
        _maybe("latency_mean_s", "s", "Mean latency of those that arrived; NaN if none did."),
        _maybe("latency_sd_s", "s", "Standard deviation of that latency, over messages."),
        _maybe("latency_max_s", "s", "Largest latency."),
    ),
)

_SUMMARY = TableSchema(
    "summary",
    "launch x consumer x metric",
    (
        _key("launch", "Launch."),
        _key("consumer", "Consumer."),
        _choice("product", PRODUCTS, "What the consumer needs."),
        _text("metric", "What is summarised: a column of `warnings`, or a share such as never_share."),
        _count("n", "Values the mean is over; for a share, the number of trials."),
        _maybe("mean", _AS_METRIC, "Mean over replications of the values there are; a share."),
        _maybe("sd", _AS_METRIC, "Standard deviation over replications; NaN for a share."),
        _maybe("ci_low", _AS_METRIC, "Lower end of the 95 % interval of the mean."),
        _maybe("ci_high", _AS_METRIC, "Upper end of the 95 % interval of the mean."),
        *_interval(
            "p05",
            _AS_METRIC,
            "5 % quantile: 95 % of all cases lie above; a warning that never came counts as worst",
        ),
        *_interval("p50", _AS_METRIC, "Median; a warning that never came counts as worst"),
        *_interval("p95", _AS_METRIC, "95 % quantile; NaN where it falls among warnings that never came"),
        *_interval("p99", _AS_METRIC, "99 % quantile; NaN where it falls among warnings that never came"),
    ),
    unique=False,
)

_FAILURES = TableSchema(
    "failures",
    "failed element",
    (
        _count("rank", "Order: worst group first, worst element of a group first.", key=True),
        _count("group_rank", "Order of its group; 1 is the worst."),
        _choice("kind", ELEMENT_KINDS, "Node or link."),
        _text("group", "Class or role of a node, medium of a link.", nullable=True),
        _text("element", "Element that was down."),
        _count("n", "Replications compared, each paired with its undisturbed twin."),
        _count("needed", "Needed warnings in them."),
        _count("compared", "Those of them delivered both times: the differences are over these."),
        _maybe("margin_cost_s", "s", "Mean warning time lost: undisturbed minus failed."),
        _maybe("ci_low", "s", "Lower end of the 95 % interval of that mean."),
        _maybe("ci_high", "s", "Upper end of the 95 % interval of that mean."),
        _count("newly_never", "Warnings delivered undisturbed and never delivered with the failure."),
        *_interval("newly_never_share", "", "Share of the needed warnings that are newly never"),
        _count("newly_late", "Warnings in time undisturbed and late with the failure."),
        *_interval("newly_late_share", "", "Share of the needed warnings that are newly late"),
        _count("newly_delivered", "Warnings never delivered undisturbed but delivered with the failure."),
    ),
)

_TIMING = TableSchema(
    "timing",
    "replication",
    (
        _REPLICATION,
        Column("wall_s", "float64", "Time it took on the clock.", unit="s", nullable=True, volatile=True),
    ),
)

TABLES: dict[str, TableSchema] = {
    table.name: table
    for table in (
        _RUNS,
        _WARNINGS,
        _SUMMARY,
        _ELEMENTS,
        _OUTAGES,
        PICTURES,
        _TRAFFIC,
        _FAILURES,
        _MESSAGES,
        _HOPS,
        TRACKS,
        ESTIMATES,
        _OCCUPANCY,
        _TIMING,
    )
}
"""Schema of every table by name. `timing` exists on disk only: it holds what equal runs differ in."""
