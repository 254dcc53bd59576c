"""Columns of the tables about pictures: what command posts took in, believed and would have said."""

from __future__ import annotations

from warnpath.results.column import TableSchema
from warnpath.results.kinds import count, flag, key, maybe, number, replication

TRACKS = TableSchema(
    "tracks",
    "replication x command post x launch x update",
    (
        replication(),
        key("c2", "Command post."),
        key("launch", "Launch that its picture follows then."),
        count("track", "Number of the picture at the command post.", key=True),
        number("time_s", "s", "Time of the update.", key=True),
        maybe("age_s", "s", "Age of the newest measurement in the picture; NaN where it holds no track."),
        maybe("position_error_m", "m", "Distance of the estimate from the truth."),
        maybe("position_sigma_m", "m", "Root of the sum of the variances of the estimated position."),
        maybe("impact_error_km", "km", "Distance of the predicted from the true impact."),
        maybe("impact_sigma_km", "km", "Largest standard deviation of the predicted impact."),
        count("sources", "Origins in the picture."),
    ),
    unique=False,
    optional=True,
)

PICTURES = TableSchema(
    "pictures",
    "replication x command post x launch",
    (
        replication(),
        key("c2", "Command post."),
        key("launch", "Launch that its pictures follow in truth; counts are of all of them together."),
        count("plots", "Plots of the nation's own radars taken into tracks that follow it."),
        count("replayed", "Plots worked in once more because an earlier one came late."),
        count("too_late", "Plots dropped because they were older than the lag bound."),
        count("duplicates", "Plots dropped because they were there already."),
        count("refused", "Plots with a number that cannot be a measurement."),
        count("rejected", "Updates left out because they were ill-conditioned, in the track as it ended."),
        count(
            "unsound", "Times a track or report was left out because a covariance was not positive definite."
        ),
        count("ungated", "Plots of this launch that fitted no track and found no picture free to begin one."),
        count("strays", "Plots of other launches in the track."),
        count("merges", "Episodes in which the track took plots of two launches."),
        count("swaps", "Times the track went over to another launch: three plots of it in a row."),
        count("redundant", "Confirmed pictures of this launch besides the first: split and repeated tracks."),
        count("false_starts", "Tentative tracks, begun by a plot of this launch, that did not go on."),
        count("unmatched", "Reports that fitted no picture and found none free."),
        count("report_strays", "Reports of another object than the picture follows."),
        count("report_swaps", "Times the track of another command post was paired with another picture."),
        count("reports", "Reports of other command posts taken into the picture."),
        maybe(
            "age_mean_s",
            "s",
            "Age of the newest measurement in the picture with the most plots, from the first to impact.",
        ),
        maybe("age_max_s", "s", "Largest such age."),
    ),
)

ESTIMATES = TableSchema(
    "estimates",
    "replication x command post x launch x evaluation x consumer",
    (
        replication(),
        key("c2", "Command post."),
        key("launch", "Launch that its picture follows then."),
        count("track", "Number of the picture at the command post.", key=True),
        number("time_s", "s", "Time of the evaluation.", key=True),
        key("consumer", "Consumer whose area is judged."),
        maybe("probability", "", "Probability that the area is in danger."),
        maybe("sigma_km", "km", "Largest standard deviation of the predicted impact."),
        maybe("thrust_probability", "", "Probability that the object is still under thrust."),
        flag("rule_met", "Whether the warning rule held."),
        count("sources", "Origins in the picture."),
    ),
    unique=False,
    optional=True,
)
