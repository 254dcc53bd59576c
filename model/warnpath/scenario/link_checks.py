"""What must stand together, or must not, in the mechanisms of links.

Like `structure` and `consistency` these read plain data, so that every problem of a file is found in one go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warnpath.scenario.consistency import number
from warnpath.scenario.locations import Findings, Key, entries, reach

Document = Mapping[str, Any]


def check_links(document: Document, findings: Findings) -> None:
    """Check the mechanisms of every medium and link."""
    for name, medium in entries(document, "medium"):
        _check_channel(("medium", name), medium, {}, findings)
    for name, link in entries(document, "link"):
        medium = reach(document, "medium", str(link.get("medium")))
        _check_channel(("link", name), link, medium if isinstance(medium, dict) else {}, findings)


def _check_channel(key: Key, own: Document, common: Document, findings: Findings) -> None:
    if "loss" in own and "burst_loss" in own:
        findings.add(
            (*key, "loss"), "says again what burst_loss says", "loss or burst_loss", number(own["loss"])
        )
    if isinstance(own.get("slots"), dict):
        _check_slots((*key, "slots"), own["slots"], findings)
    if isinstance(own.get("contacts"), list | tuple):
        _check_contacts(key, own, findings)
    elif "contact_every_s" in own and "contacts" not in common:
        findings.add((*key, "contact_every_s"), "stands alone", "contacts that repeat, or neither")

    def value(field: str) -> Any:
        return own.get(field, common.get(field))

    # Said once: where the medium says all of it, the medium is told.
    if value("slots") and any(field in own for field in ("slots", "preemptive", "contacts")):
        if value("preemptive") is True:
            expected = "slots or preemption: who goes first is decided at every slot"
            findings.add((*key, "preemptive"), "stands beside slots", expected, True)
        if value("contacts"):
            expected = "slots, or contacts"
            findings.add((*key, "contacts"), "stand beside slots", expected)
    fates = value("on_failure")
    if isinstance(fates, dict) and any(field in own for field in ("on_failure", "reroute")):
        for field in ("in_service", "in_flight", "queued"):
            # A medium may leave it to its links.
            if fates.get(field) == "rerouted" and value("reroute") is None and key[0] == "link":
                findings.add(
                    (*key, "on_failure", field),
                    "waits for new routes that never come",
                    "reroute = { detection_s = ..., convergence_s = ... } beside it",
                    "rerouted",
                )


def _check_slots(key: Key, slots: Document, findings: Findings) -> None:
    frame, own = _count(slots.get("frame_slots", 1536)), _count(slots.get("own_slots"))
    first = _count(slots.get("first_slot", 0))
    if frame < 1 or own < 1:
        return
    if frame % own != 0:
        expected = f"a number that divides the {frame} slots of a frame"
        findings.add((*key, "own_slots"), "are not evenly spread over a frame", expected, own)
    elif first >= frame // own:
        expected = f"less than {frame // own}, the slots from one of its own to the next"
        findings.add((*key, "first_slot"), "is not the first one", expected, first)


def _check_contacts(key: Key, own: Document, findings: Findings) -> None:
    contacts = own["contacts"]
    if not contacts:
        findings.add((*key, "contacts"), "are none", "one contact at least; leave it out for a lasting link")
    before_s: float | None = None
    times: list[float] = []
    for place, contact in enumerate(contacts):
        if not isinstance(contact, dict):
            return
        start_s, end_s = number(contact.get("start_s")), number(contact.get("end_s"))
        if start_s is None or end_s is None:
            return
        at = (*key, "contacts", str(place))
        if end_s <= start_s:
            findings.add((*at, "end_s"), "is not after start_s", "end_s > start_s", end_s)
        if before_s is not None and start_s < before_s:
            expected = f"{before_s:g} or later, the end of the contact before"
            findings.add((*at, "start_s"), "is not in order", expected, start_s)
        before_s = end_s
        times += [start_s, end_s]
    every_s = number(own.get("contact_every_s"))
    if every_s is not None and times and every_s < times[-1] - times[0]:
        expected = f"at least {times[-1] - times[0]:g}, from the first begin to the last end"
        findings.add((*key, "contact_every_s"), "is too short for the contacts", expected, every_s)


def _count(value: Any) -> int:
    """A whole number; -1 for anything else, which is told elsewhere."""
    return value if isinstance(value, int) and not isinstance(value, bool) else -1
