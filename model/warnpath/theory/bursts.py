"""Loss in bursts, by Gilbert and Elliott: a channel that is good or bad, and changes from message to message.

A scenario fits if a link has such a loss, no retransmission, and one flow passes it alone.

References
----------
Gilbert, E. N. (1960). Capacity of a burst-noise channel. Bell System Technical Journal 39, 1253-1265.
Elliott, E. O. (1963). Estimates of error rates for codes on burst-noise channels. Bell System Technical
Journal 42, 1977-1997.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GilbertElliott:
    """A channel in two states.

    Attributes
    ----------
    to_bad, to_good : float
        Probability of a change before each message, from good to bad and back.
    loss_good, loss_bad : float
        Probability of loss in each state.
    """

    to_bad: float
    to_good: float
    loss_good: float
    loss_bad: float

    def __post_init__(self) -> None:
        """Refuse what is no probability, or never comes back."""
        values = (self.to_bad, self.to_good, self.loss_good, self.loss_bad)
        if not all(0.0 <= value <= 1.0 for value in values) or self.to_bad + self.to_good <= 0.0:
            raise ValueError(f"{self}; expected probabilities, and a way between the states")

    @property
    def bad_share(self) -> float:
        """Long-run share of messages that meet the bad state."""
        return self.to_bad / (self.to_bad + self.to_good)

    @property
    def mean_loss(self) -> float:
        """Long-run share of messages lost."""
        bad = self.bad_share
        return bad * self.loss_bad + (1.0 - bad) * self.loss_good

    @property
    def mean_bad_run(self) -> float:
        """Mean number of messages in a row that meet the bad state."""
        return 1.0 / self.to_good

    def losses_in_a_row(self, count: int) -> float:
        """Probability that as many messages in a row, starting at any, are all lost."""
        bad, good = self.bad_share * self.loss_bad, (1.0 - self.bad_share) * self.loss_good
        for _ in range(count - 1):
            bad, good = (
                (bad * (1.0 - self.to_good) + good * self.to_bad) * self.loss_bad,
                (bad * self.to_good + good * (1.0 - self.to_bad)) * self.loss_good,
            )
        return bad + good
