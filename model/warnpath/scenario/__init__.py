"""What the user writes: scenario files, their checks, and the scenarios that ship.

`load` reads a scenario, `shipped` lists those that come with the package, `json_schema` describes the
format, `effective_link`, `effective_sensor` and `effective_launch` fill in the defaults of classes.
Names are imported when they are first used, so that a command that needs no scenario starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warnpath.scenario.changes import parse_setting, parse_value
    from warnpath.scenario.distributions import Distribution, Exponential, Fixed, Lognormal, Uniform
    from warnpath.scenario.launches import Launch, Place, Profile
    from warnpath.scenario.links import Link, MediumClass, Reroute, Retransmit
    from warnpath.scenario.loading import json_schema, load, shipped
    from warnpath.scenario.nodes import ConsumerSettings, Node, SensorClass, SensorSettings
    from warnpath.scenario.policy import Outage, Prohibition, SharingRule
    from warnpath.scenario.problems import Problem, ScenarioError
    from warnpath.scenario.quantities import Quantity
    from warnpath.scenario.resolve import (
        EffectiveLaunch,
        EffectiveSensor,
        class_defaults,
        effective_launch,
        effective_sensor,
    )
    from warnpath.scenario.resolve_links import EffectiveLink, effective_link, reliability
    from warnpath.scenario.scenario import Scenario
    from warnpath.scenario.settings import RunSettings, WarningRule
    from warnpath.scenario.traffic import Surge, Traffic

_HOME = {
    "distributions": ("Distribution", "Exponential", "Fixed", "Lognormal", "Uniform"),
    "launches": ("Launch", "Place", "Profile"),
    "links": ("Link", "MediumClass", "Reroute", "Retransmit"),
    "loading": ("json_schema", "load", "shipped"),
    "nodes": ("ConsumerSettings", "Node", "SensorClass", "SensorSettings"),
    "policy": ("Outage", "Prohibition", "SharingRule"),
    "problems": ("Problem", "ScenarioError"),
    "quantities": ("Quantity",),
    "resolve": (
        "EffectiveLaunch",
        "EffectiveSensor",
        "class_defaults",
        "effective_launch",
        "effective_sensor",
    ),
    "resolve_links": ("EffectiveLink", "effective_link", "reliability"),
    "scenario": ("Scenario",),
    "changes": ("parse_setting", "parse_value"),
    "settings": ("RunSettings", "WarningRule"),
    "traffic": ("Surge", "Traffic"),
}
_MODULE = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "ConsumerSettings",
    "Distribution",
    "EffectiveLaunch",
    "EffectiveLink",
    "EffectiveSensor",
    "Exponential",
    "Fixed",
    "Launch",
    "Link",
    "Lognormal",
    "MediumClass",
    "Node",
    "Outage",
    "Place",
    "Problem",
    "Profile",
    "Prohibition",
    "Quantity",
    "Reroute",
    "Retransmit",
    "RunSettings",
    "Scenario",
    "ScenarioError",
    "SensorClass",
    "SensorSettings",
    "SharingRule",
    "Surge",
    "Traffic",
    "Uniform",
    "WarningRule",
    "class_defaults",
    "effective_launch",
    "effective_link",
    "effective_sensor",
    "json_schema",
    "load",
    "parse_setting",
    "parse_value",
    "reliability",
    "shipped",
]


def __getattr__(name: str) -> Any:
    module = _MODULE.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{module}"), name)


def __dir__() -> list[str]:
    return __all__
