"""What a stand-by may stand by for. Like `structure` this reads plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warnpath.scenario.locations import Findings, entries, names_of, reach
from warnpath.scenario.problems import did_you_mean, one_of

STATEFUL = ("sensor", "c2", "consumer")
"""Roles that keep what would have to be handed over, so that nothing can stand by for them."""

Document = Mapping[str, Any]


def check_stand_bys(document: Document, findings: Findings) -> None:
    """Check every stand-by and what it stands by for."""
    nodes = names_of(document, "node")
    taken: dict[str, str] = {}
    for name, node in entries(document, "node"):
        stand_by = node.get("stand_by")
        if not isinstance(stand_by, dict):
            continue
        key = ("node", name, "stand_by")
        role = node.get("role")
        if role in STATEFUL:
            findings.add(
                key, f'stands in a node of role "{role}"', 'a "hub" or "relay", which keeps no state'
            )
            continue
        primary = stand_by.get("primary")
        if not isinstance(primary, str):
            continue
        place = (*key, "primary")
        if primary not in nodes:
            message = f"names no node{did_you_mean(primary, nodes)}"
            findings.add(place, message, one_of(nodes), primary)
            continue
        other = reach(document, "node", primary)
        other = other if isinstance(other, dict) else {}
        if primary == name:
            findings.add(place, "is the stand-by itself", "another hub or relay", primary)
        elif other.get("role") in STATEFUL:
            message = f'names a node of role "{other["role"]}"'
            findings.add(place, message, "a hub or relay, which keeps no state", primary)
        elif "stand_by" in other:
            findings.add(place, "names a stand-by", "a node that is in charge at first", primary)
        elif primary in taken:
            findings.add(
                place, f"has a stand-by already, {taken[primary]}", "one stand-by for a node", primary
            )
        taken.setdefault(primary, name)
