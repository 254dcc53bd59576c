"""What one replication has to say: its messages, their hops and what happened to elements, after warm-up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from warnpath.engine import ReplicationOutput

Array = npt.NDArray[Any]
READ = (
    "traffic",
    "origin",
    "destination",
    "priority",
    "created_s",
    "delivered_s",
    "latency_s",
    "status",
    "attempts",
)
"""Columns of the messages that anything here looks at."""


@dataclass(frozen=True, eq=False)
class Sample:
    """One replication, looked at between two times.

    Parameters
    ----------
    output : ReplicationOutput
        With the tables that the check asked for.
    from_s, until_s : float
        Messages made before `from_s` belong to the warm-up; of those made from `until_s` on the run may end
        before their fate is known. Both are left out.
    """

    output: ReplicationOutput
    from_s: float
    until_s: float

    @property
    def length_s(self) -> float:
        """Time looked at (s)."""
        return self.until_s - self.from_s

    @cached_property
    def _messages(self) -> dict[str, Array]:
        columns = self.output.columns["messages"]
        created = columns["created_s"]
        kept = np.flatnonzero(
            (created >= self.from_s) & (created < self.until_s) & (columns["traffic"] != "")
        )
        return {name: columns[name][kept] for name in READ}

    def messages(self, traffic: str | None = None) -> dict[str, Array]:
        """Columns of the messages of a traffic, or of all traffic, in the order in which they were made."""
        if traffic is None:
            return self._messages
        kept = self._messages["traffic"] == traffic
        return {name: values[kept] for name, values in self._messages.items()}

    def delivered(self, traffic: str | None = None) -> dict[str, Array]:
        """Columns of those that arrived."""
        found = self.messages(traffic)
        kept = found["status"] == "delivered"
        return {name: values[kept] for name, values in found.items()}

    def latencies_s(self, traffic: str | None = None) -> Array:
        """Latencies of those that arrived (s)."""
        return self.delivered(traffic)["latency_s"]

    def share(self, status: str, traffic: str | None = None) -> float:
        """Share of the messages that ended with a status."""
        return float(np.mean(self.messages(traffic)["status"] == status))

    def whole(self, traffic: str) -> dict[str, Array]:
        """Columns of the messages of a traffic from the start of the run to its end."""
        columns = self.output.columns["messages"]
        kept = columns["traffic"] == traffic
        return {name: columns[name][kept] for name in READ}

    def waits_s(self, element: str) -> Array:
        """Waits before service at an element, of what came to it in the time looked at (s)."""
        return self.hops(element)["queue_wait_s"]

    def hops(self, element: str) -> dict[str, Array]:
        """Columns of the visits to an element begun in the time looked at."""
        columns = self.output.columns["hops"]
        came = columns["queued_s"]
        kept = (columns["element"] == element) & (came >= self.from_s) & (came < self.until_s)
        return {name: values[kept] for name, values in columns.items()}

    def table(self, name: str) -> dict[str, Array]:
        """Columns of any table, whole."""
        return self.output.columns[name]
