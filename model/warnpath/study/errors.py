"""What can go wrong with a study, as opposed to with a scenario."""

from __future__ import annotations


class StudyError(ValueError):
    """A study cannot be run as asked; the message says why and what to do."""


class RunFailed(RuntimeError):
    """A run that others depend on failed, so there is nothing to report."""
