"""Names that must name something, and a policy that must not contradict itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from warnpath.scenario.locations import Findings, Key, entries, names_of, reach
from warnpath.scenario.problems import did_you_mean, one_of

Document = Mapping[str, Any]

LABEL = "label of data"
ABSENT_ELSEWHERE = ("node", "nation", LABEL)
"""What a scenario without nodes lacks."""
ALERTS = "ALERT"
"""Suffix of the label of a nation's decided warnings."""


def check_references(document: Document, findings: Findings) -> None:
    """Check every name in a document that refers to another element, and what the policy says."""
    nodes = names_of(document, "node")
    links = names_of(document, "link")
    for name in sorted(set(nodes) & set(links)):
        findings.add(
            ("link", name, "id"), "is the id of a node too", "ids told apart, for outages name either", name
        )
    for name, node in entries(document, "node"):
        _check_sensor(("node", name, "sensor"), node, document, findings)
        _check_consumer(("node", name, "consumer"), node, document, findings)
    for name, link in entries(document, "link"):
        for number, end in _texts(link.get("ends")):
            _known(("link", name, "ends", str(number)), end, nodes, "node", findings)
        _known(("link", name, "medium"), link.get("medium"), names_of(document, "medium"), "medium", findings)
    for name, launch in entries(document, "launch"):
        profiles = names_of(document, "profile")
        _known(("launch", name, "profile"), launch.get("profile"), profiles, "profile", findings)
    for name, outage in entries(document, "outage"):
        place = ("outage", name, "element")
        _known(place, outage.get("element"), (*nodes, *links), "node or link", findings)
    for name, traffic in entries(document, "traffic"):
        _check_traffic(("traffic", name), traffic, document, findings)
    for name, surge in entries(document, "surge"):
        key: Key = ("surge", name, "traffic")
        value = surge.get("traffic")
        places = [(key, value)] if isinstance(value, str) else []
        places += [((*key, str(number)), text) for number, text in _texts(value)]
        for field, text in places:
            _known(field, text, names_of(document, "traffic"), "traffic", findings)
        launches = names_of(document, "launch")
        _known(("surge", name, "launch"), surge.get("launch"), launches, "launch", findings)
    for kind in ("node", "link", "medium", "shared_risk"):
        for name, entry in entries(document, kind):
            crews = names_of(document, "repair_crew")
            _known((kind, name, "repair_crew"), entry.get("repair_crew"), crews, "repair crew", findings)
    _check_policy(document, findings)
    _check_sources(document, findings)


def _known(key: Key, name: Any, known: Iterable[str], what: str, findings: Findings) -> bool:
    """Whether a name is known; notes a problem if it is a text that is not.

    Where nothing is known at all, that is another problem, and reported as one.
    """
    names = tuple(known)
    if not isinstance(name, str) or (not names and what in ABSENT_ELSEWHERE):
        return False
    if name in names:
        return True
    findings.add(key, f"names no {what}{did_you_mean(name, names)}", one_of(names), name)
    return False


def _check_sensor(key: Key, node: Document, document: Document, findings: Findings) -> None:
    sensor = node.get("sensor")
    if not isinstance(sensor, dict):
        return
    classes = names_of(document, "sensor_class")
    _known((*key, "class"), sensor.get("class"), classes, "class of sensors", findings)
    target = sensor.get("reports_to")
    if _known((*key, "reports_to"), target, names_of(document, "node"), "node", findings):
        role = reach(document, "node", str(target), "role")
        if role != "c2":
            findings.add(
                (*key, "reports_to"), f'names a node of role "{role}"', 'a node of role "c2"', target
            )


def _check_consumer(key: Key, node: Document, document: Document, findings: Findings) -> None:
    consumer = node.get("consumer")
    if not isinstance(consumer, dict):
        return
    decider = consumer.get("decided_by")
    if not _known((*key, "decided_by"), decider, names_of(document, "node"), "node", findings):
        return
    other = reach(document, "node", str(decider))
    if not isinstance(other, dict):
        return
    deciding = [
        name for name, entry in entries(document, "node") if "assessment" in entry or "approval" in entry
    ]
    if other.get("role") != "c2" or not ("assessment" in other or "approval" in other):
        expected = "a C2 with assessment and approval: " + one_of(deciding)
        findings.add((*key, "decided_by"), "names a node where nobody decides", expected, decider)
    elif str(node.get("nation", "")).isupper() and other.get("nation") != node["nation"]:
        findings.add(
            (*key, "decided_by"),
            f'names a node of another nation ("{other.get("nation")}")',
            f'a C2 of "{node["nation"]}": warnings stay in the nation that decided them',
            decider,
        )


def _check_traffic(key: Key, traffic: Document, document: Document, findings: Findings) -> None:
    nodes = names_of(document, "node")
    ends = {}
    for field in ("source", "destination"):
        value = traffic.get(field)
        places = [((*key, field), value)] if isinstance(value, str) else []
        places += [((*key, field, str(number)), text) for number, text in _texts(value)]
        ends[field] = [name for place, name in places if _known(place, name, nodes, "node", findings)]
    for name in sorted({*ends["source"]} & {*ends["destination"]}):
        findings.add((*key, "destination"), "is a source of the same traffic", "another node", name)
    label = traffic.get("label")
    if not isinstance(label, str):
        return
    for source in ends["source"]:
        nation = reach(document, "node", source, "nation")
        if isinstance(nation, str) and label.split("-")[0] != nation:
            what = f'belongs to another nation than {source} ("{nation}")'
            findings.add((*key, "label"), what, f'"{nation}" or "{nation}-..."', label)


def _traffic_labels(document: Document) -> Iterator[str]:
    """Labels of the data that traffic carries, where nodes and labels make sense."""
    for _, traffic in entries(document, "traffic"):
        label, source = traffic.get("label"), traffic.get("source")
        if isinstance(label, str):
            yield label
        elif traffic.get("open") is not True:
            for name in (source,) if isinstance(source, str) else (text for _, text in _texts(source)):
                node = reach(document, "node", name)
                own = node.get("data_label", node.get("nation")) if isinstance(node, dict) else None
                if isinstance(own, str):
                    yield own


def _check_policy(document: Document, findings: Findings) -> None:
    nodes = names_of(document, "node")
    found_nations: set[str] = set()
    found_labels: set[str] = set()
    for _, node in entries(document, "node"):
        nation = node.get("nation")
        label = node.get("data_label", nation)
        if isinstance(nation, str):
            found_nations.add(nation)
        if node.get("role") == "sensor" and isinstance(label, str):
            found_labels.add(label)
        if "approval" in node:
            found_labels.add(f"{nation}-{ALERTS}")
    found_labels.update(_traffic_labels(document))
    nations, labels = sorted(found_nations), sorted(found_labels)
    for kind, field in (("sharing", "via"), ("prohibition", "except_via")):
        for name, rule in entries(document, kind):
            key = (kind, name)
            label, nation = rule.get("data_of"), rule.get("to")
            _known((*key, "data_of"), label, labels, LABEL, findings)
            _known((*key, "to"), nation, nations, "nation", findings)
            if isinstance(label, str) and label.split("-")[0] == nation:
                what = "shares data with its owner" if kind == "sharing" else "keeps data from its owner"
                findings.add((*key, "to"), what, "another nation than that of data_of", nation)
            for number, via in _texts(rule.get(field)):
                place = (*key, field, str(number))
                if not _known(place, via, nodes, "node", findings):
                    continue
                role = reach(document, "node", via, "role")
                if role in ("sensor", "consumer"):
                    findings.add(place, f'names a node of role "{role}"', "a C2, hub or relay", via)


def _check_sources(document: Document, findings: Findings) -> None:
    known = document.get("source")
    names = tuple(known) if isinstance(known, dict) else ()
    for kind in document:
        if kind != "source":
            for key, name in _cited((kind,), document[kind]):
                _known(key, name, names, "entry of [source]", findings)


def _cited(key: Key, value: Any) -> Iterator[tuple[Key, Any]]:
    """Every ``source`` of a number in a table, with its path."""
    if isinstance(value, dict):
        if "nominal" in value and "source" in value:
            yield (*key, "source"), value["source"]
        for name, item in value.items():
            yield from _cited((*key, str(name)), item)


def _texts(value: Any) -> Iterator[tuple[int, str]]:
    if isinstance(value, list):
        for number, item in enumerate(value):
            if isinstance(item, str):
                yield number, item
