"""A whole scenario: network, policy, launches, and how to run them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal, TypeVar

from pydantic import Field, PrivateAttr, StrictStr, ValidationInfo, field_validator, model_validator

from warnpath.scenario.launches import Launch, Profile
from warnpath.scenario.links import Link, MediumClass
from warnpath.scenario.lives import RepairCrew, SharedRisk
from warnpath.scenario.locations import CLASSES, LISTS, Key, Locations
from warnpath.scenario.nodes import Node, SensorClass
from warnpath.scenario.policy import Outage, Prohibition, SharingRule
from warnpath.scenario.problems import Problem
from warnpath.scenario.quantities import ClassName, Name, Table
from warnpath.scenario.settings import RoutingSettings, RunSettings, WarningRule
from warnpath.scenario.traffic import Surge, Traffic

Element = TypeVar("Element", Node, Link, Launch, SharingRule, Prohibition, Outage, Traffic, Surge)

HASH_BYTES = 16


class Scenario(Table):
    """What is simulated. Frozen; lists are sorted by id, so the order of a file's tables does not matter.

    An ``outage_file`` is a CSV file of past outages (columns element, down_s, up_s, or element, down, up with
    times of day, of which ``outage_file_start`` is time 0); they are among the outages once it is read.

    Two scenarios are equal if their content is; where they were read from does not count.
    """

    schema_version: Literal[1] = 1
    name: StrictStr = "unnamed"
    title: StrictStr = ""
    description: StrictStr = ""
    extends: StrictStr | None = None
    launch_set: Name | None = None
    run: RunSettings = RunSettings()
    warning: WarningRule = WarningRule()
    routing: RoutingSettings = RoutingSettings()
    sources: dict[ClassName, StrictStr] = Field(default={}, alias="source")
    medium: dict[ClassName, MediumClass] = {}
    sensor_class: dict[ClassName, SensorClass] = {}
    profile: dict[ClassName, Profile] = {}
    shared_risk: dict[ClassName, SharedRisk] = {}
    repair_crew: dict[ClassName, RepairCrew] = {}
    outage_file: StrictStr | None = None
    outage_file_start: StrictStr | None = None
    node: tuple[Node, ...] = ()
    link: tuple[Link, ...] = ()
    launch: tuple[Launch, ...] = ()
    sharing: tuple[SharingRule, ...] = ()
    prohibition: tuple[Prohibition, ...] = ()
    outage: tuple[Outage, ...] = ()
    traffic: tuple[Traffic, ...] = ()
    surge: tuple[Surge, ...] = ()

    _locations: Locations = PrivateAttr(default_factory=Locations)

    @field_validator(*LISTS, mode="after")
    @classmethod
    def _by_id(cls, elements: tuple[Element, ...]) -> tuple[Element, ...]:
        return tuple(sorted(elements, key=lambda element: element.id))

    @field_validator(
        "sources", "medium", "sensor_class", "profile", "shared_risk", "repair_crew", mode="after"
    )
    @classmethod
    def _by_name(cls, table: dict[str, Any]) -> dict[str, Any]:
        return dict(sorted(table.items()))

    @model_validator(mode="after")
    def _whole(self, info: ValidationInfo) -> Scenario:
        """Check a scenario built in Python as one read from a file is checked; pydantic wraps the error."""
        if not (info.context or {}).get("checked"):
            from warnpath.scenario.loading import check_document

            check_document(self.document(), self)
        return self

    @property
    def locations(self) -> Locations:
        """Where each value was written."""
        return self._locations

    @cached_property
    def _index(self) -> dict[str, dict[str, Any]]:
        return {kind: {element.id: element for element in getattr(self, kind)} for kind in LISTS}

    def node_by_id(self, name: str) -> Node:
        """The node with an id; `KeyError` if there is none."""
        found: Node = self._index["node"][name]
        return found

    def link_by_id(self, name: str) -> Link:
        """The link with an id; `KeyError` if there is none."""
        found: Link = self._index["link"][name]
        return found

    def launch_by_id(self, name: str) -> Launch:
        """The launch with an id; `KeyError` if there is none."""
        found: Launch = self._index["launch"][name]
        return found

    def active_launches(self) -> tuple[Launch, ...]:
        """Launches of the chosen set, and those that belong to no set; all of them if no set is chosen."""
        if self.launch_set is None:
            return self.launch
        return tuple(
            item for item in self.launch if not item.launch_set or self.launch_set in item.launch_set
        )

    def launch_sets(self) -> tuple[str, ...]:
        """Names of the launch sets, sorted."""
        return tuple(sorted({name for launch in self.launch for name in launch.launch_set}))

    def labels(self) -> tuple[str, ...]:
        """Labels of the sensors' data, sorted."""
        return tuple(sorted({node.label for node in self.node if node.role == "sensor"}))

    def nations(self) -> tuple[str, ...]:
        """Nations of the nodes, sorted."""
        return tuple(sorted({node.nation for node in self.node}))

    def problem(
        self, element: str, message: str, expected: str = "", *, field: str = "", value: object = None
    ) -> Problem:
        """A problem placed in the file this scenario was read from.

        Parameters
        ----------
        element : str
            ``kind.id`` as in ``node.us-hub``, a plain table as in ``run``, or an empty string for the whole.
        message, expected : str
            What is wrong, and what was expected.
        field : str
            Dotted path within the element.
        value : object
            The offending value.
        """
        kind, _, name = element.partition(".")
        key: Key = tuple(part for part in (kind, name, *field.split(".")) if part)
        return self._locations.problem(key, message, expected, value)

    def replace(self, changes: Mapping[str, Any]) -> Scenario:
        """A copy with some values changed, validated.

        Parameters
        ----------
        changes : mapping of str to value
            By path, as in ``{"node.us-hub.release.median_s": 1.0, "link.*-fibre.loss": 0.01}``. Ids may be
            patterns; where none matches, nodes are matched by role and links by medium. A number replaces the
            whole number, its range and source included. Setting the ``median_s`` of a lognormal delay alone
            scales its ``p95_s`` with it, so that the shape stays; None takes an optional value away.

        Raises
        ------
        ScenarioError
            A path that leads nowhere, or a value that is not valid.
        """
        from warnpath.scenario.changes import replace

        return replace(self, changes)

    def document(self) -> dict[str, Any]:
        """The scenario as plain data, arrays of tables as dicts by id."""
        data = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        for kind in LISTS:
            data[kind] = {entry["id"]: entry for entry in data[kind]}
        return data

    def content_hash(self) -> str:
        """Hash of the content, 32 hexadecimal digits; the order of the file's tables does not change it."""
        data = self.model_dump(mode="json", by_alias=True, exclude={"extends"})
        text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.blake2b(text.encode(), digest_size=HASH_BYTES).hexdigest()

    def __hash__(self) -> int:
        return int(self.content_hash()[:15], 16)


KINDS = (*LISTS, *CLASSES)
"""Tables whose entries have names."""
