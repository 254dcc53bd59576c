"""Who may see what, through whom; what must never happen; and what is out of service when."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from warnpath.scenario.distributions import Distribution
from warnpath.scenario.lives import Degradation
from warnpath.scenario.quantities import Label, Name, Names, Nation, Protection, Seconds, Table


class SharingRule(Table):
    """Data with a label gains a nation's clearance at one of the nodes named in ``via``.

    The delay is ``release``, else that of the node, else none. ``on_request`` rules serve a person's
    answer to a request only. With ``protection = "1+1"`` whatever this rule releases on its usual route is
    sent twice from its source on, as described at traffic.
    """

    id: Name
    data_of: Label
    to: Nation
    via: Annotated[Names, Field(min_length=1)]
    release: Distribution | None = None
    mode: Literal["automatic", "on_request"] = "automatic"
    protection: Protection = "none"


class Prohibition(Table):
    """Data with a label must not reach a nation, unless it was released at a node in ``except_via``.

    It changes no route: it is proved before a run, and a scenario that breaks it is refused.
    """

    id: Name
    data_of: Label
    to: Nation
    except_via: Names = ()


class Outage(Table):
    """A node or link that goes down at a given time, and comes back if ``up_s`` is given.

    With ``degraded`` it is not down then, but works badly. ``cause`` is what the table of outages says:
    scripted, or recorded where it was read from an ``outage_file``.
    """

    id: Name
    element: Name
    down_s: Seconds
    up_s: Seconds | None = None
    degraded: Degradation | None = None
    cause: Literal["scripted", "recorded"] = "scripted"
