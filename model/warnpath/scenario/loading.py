"""Scenarios from files and from plain data, checked as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from warnpath.scenario import documents
from warnpath.scenario.consistency import check_consistency
from warnpath.scenario.flight_tables import attach
from warnpath.scenario.link_checks import check_links
from warnpath.scenario.locations import LISTS, Findings, Locations
from warnpath.scenario.measurements import read_measurements
from warnpath.scenario.past_outages import read_outages
from warnpath.scenario.problems import Problem
from warnpath.scenario.references import check_references
from warnpath.scenario.scenario import Scenario
from warnpath.scenario.stand_by_checks import check_stand_bys
from warnpath.scenario.structure import check_structure
from warnpath.scenario.validation import translate


def load(name_or_path: str | Path) -> Scenario:
    """Read a scenario.

    Parameters
    ----------
    name_or_path : str or Path
        Name of a shipped scenario, or path of a TOML file.

    Returns
    -------
    Scenario
        With everything it extends merged in.

    Raises
    ------
    ScenarioError
        With every problem of the file.
    """
    path = documents.resolve(name_or_path)
    problems: list[Problem] = []
    layer = documents.read(path, problems)
    documents.leftovers(layer, problems)
    layer = read_outages(read_measurements(layer, problems), problems)
    data = {"name": path.stem, **layer.data}
    return build(data, Locations(layer.origins, layer.file), problems)


def shipped() -> dict[str, str]:
    """Titles of the scenarios that come with the package, by name."""
    return {
        name: str(documents.parse(documents.resolve(name))[0].get("title", ""))
        for name in documents.shipped_names()
    }


def build(
    document: Mapping[str, Any], locations: Locations, problems: list[Problem] | None = None
) -> Scenario:
    """Validate plain data.

    Parameters
    ----------
    document : mapping
        Arrays of tables as dicts by id; what is None counts as not written.
    locations : Locations
        Where its values were written.
    problems : list of Problem, optional
        Problems already found; raised together with the new ones.

    Raises
    ------
    ScenarioError
        With every problem.
    """
    found = [] if problems is None else list(problems)
    document = attach(_written(document), locations, found)
    findings = Findings(locations, found)
    _check(document, findings)
    listed = dict(document)
    for kind in LISTS:
        if isinstance(listed.get(kind), dict):
            listed[kind] = [listed[kind][name] for name in sorted(listed[kind])]
    try:
        scenario = Scenario.model_validate(listed, context={"checked": True})
    except ValidationError as error:
        translate(error, Scenario, document, findings)
        findings.raise_if_any()
        raise
    findings.raise_if_any()
    scenario._locations = locations
    return scenario


def check_document(document: Mapping[str, Any], scenario: Scenario) -> None:
    """Raise `ScenarioError` for what is wrong between the elements of a scenario built in Python."""
    findings = Findings(Locations())
    for kind in LISTS:
        for name in sorted(document[kind]):
            if len([item for item in getattr(scenario, kind) if item.id == name]) > 1:
                findings.add((kind, name, "id"), "is used twice", "an id of its own", name)
    _check(document, findings)
    findings.raise_if_any()


def json_schema() -> dict[str, Any]:
    """JSON Schema of scenario files, for editors.

    Nothing is marked as required, because a file may extend another and state the difference only.
    """
    schema = Scenario.model_json_schema(by_alias=True)
    removable = {"type": "boolean", "description": "true drops this entry of the extended scenario"}
    elements = {
        "Node",
        "Link",
        "Launch",
        "SharingRule",
        "Prohibition",
        "Outage",
        "Traffic",
        "Surge",
        "Profile",
        "MediumClass",
        "SharedRisk",
        "RepairCrew",
    }
    for name, definition in schema.get("$defs", {}).items():
        if "nominal" not in definition.get("properties", {}):
            definition.pop("required", None)
        if name in elements:
            definition.setdefault("properties", {})["remove"] = removable
    schema.pop("required", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _written(table: Mapping[str, Any]) -> dict[str, Any]:
    """A table without what is None, at any depth of tables."""
    return {
        key: _written(value) if isinstance(value, Mapping) else value
        for key, value in table.items()
        if value is not None
    }


def _check(document: Mapping[str, Any], findings: Findings) -> None:
    check_structure(document, findings)
    check_references(document, findings)
    check_stand_bys(document, findings)
    check_consistency(document, findings)
    check_links(document, findings)
