"""Scenarios for tests of verification: a shipped case, changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from warnpath.scenario import Scenario, load
from warnpath.study.verification.battery import CASES
from warnpath.study.verification.forms.registry import FORMS
from warnpath.study.verification.sketch import sketch


def case(name: str, changes: dict[str, Any] | None = None) -> Scenario:
    """A shipped case, with some fields set."""
    scenario = load(CASES / f"{name}.toml")
    return scenario.replace(changes) if changes else scenario


def changed_file(folder: Path, name: str, old: str, new: str) -> Path:
    """A copy of a shipped case in which a text is replaced."""
    text = (CASES / f"{name}.toml").read_text(encoding="utf-8")
    assert old in text
    path = folder / f"own-{name}.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def judged(scenario: Scenario) -> dict[str, list[str]]:
    """Why each form does not fit a scenario, by name; an empty list where it does."""
    seen = sketch(scenario)
    return {form.name: form.why_not(seen) for form in FORMS}


def fitting(scenario: Scenario) -> set[str]:
    """Names of the forms that fit."""
    return {name for name, reasons in judged(scenario).items() if not reasons}
