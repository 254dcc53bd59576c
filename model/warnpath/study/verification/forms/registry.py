"""All closed forms that verification knows."""

from __future__ import annotations

from warnpath.study.verification.forms import (
    access,
    bounds,
    broken_queues,
    bursts,
    estimates,
    failures,
    freshness,
    losses,
    priorities,
    queues,
    repairs,
    sensing,
)
from warnpath.study.verification.forms.base import Form

FORMS: tuple[Form, ...] = (
    queues.MM1(),
    queues.MD1(),
    queues.MG1(),
    queues.MMc(),
    queues.MM1K(),
    queues.MD1K(),
    queues.JacksonTandem(),
    queues.SameLengthTandem(),
    priorities.NonPreemptive(),
    priorities.Preemptive(),
    losses.StopAndWait(),
    losses.BackOff(),
    losses.LossWithoutRepeats(),
    bursts.Bursts(),
    access.Slotted(),
    access.Contacts(),
    freshness.QueueAge(),
    freshness.ReplacedAge(),
    freshness.KthArrival(),
    failures.Alternating(),
    failures.Several(),
    failures.SharedRisk(),
    repairs.HeldForRepair(),
    repairs.Duplicates(),
    broken_queues.LosingBreakdowns(),
    broken_queues.HoldingBreakdowns(),
    repairs.Failover(),
    sensing.Scanning(),
    estimates.TwoEstimates(),
    bounds.Lindley(),
    bounds.NetworkCalculus(),
    bounds.PriorityBound(),
)
