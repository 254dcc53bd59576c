"""The text of a scenario made from a graph: valid as it stands, and saying what is still to be filled in."""

from __future__ import annotations

import json
import tomllib

from warnpath.network.graph_files.network import ImportedLink, ImportedNetwork, ImportedNode
from warnpath.scenario import Scenario, documents
from warnpath.scenario.loading import build
from warnpath.scenario.locations import Locations
from warnpath.scenario.problems import Problem

MEDIUM = "imported"
UNKNOWN_LENGTH_KM = 100.0
"""Length of a link of which neither length nor delay nor places are known; the file marks it as assumed."""

HEAD = """\
# Skeleton of a scenario, made by `warnpath import` from {file}.
#
# It is valid as it stands, and nothing happens in it: every node is a relay. To make it warn,
#   - turn nodes into what they are: role = "sensor" (with a table sensor), "c2" (with service, assessment and
#     approval), "hub" or "consumer" (with a table consumer); and give each its nation,
#   - add what flies ([profile.*] and [[launch]]), and who may see what ([[sharing]]),
#   - replace what is marked as assumed, above all the medium below and what is said in comments.
# `warnpath schema` describes every field, `warnpath show trilateral` a complete scenario.
"""

MEDIUM_TEXT = """\
# What the graph does not say of its links. These are general values of fibre over land; split this medium
# into the classes that your links belong to, and name them in `medium` of each link.
[medium.imported]
title = "Link of an imported graph"
capacity_kbps = { nominal = 10000, low = 2000, high = 100000, mark = "assumed" }
propagation_us_per_km = { nominal = 4.9, low = 4.87, high = 4.95, source = "itu-g652", mark = "published" }
route_factor = { nominal = 1.4, low = 1.0, high = 2.0, mark = "assumed" }
equipment_ms = { nominal = 1, low = 0.2, high = 3, mark = "assumed" }
queue_limit = 1000
"""

SOURCES = """\
[source]
graph = {graph}
itu-g652 = "Group index of about 1.468 at 1550 nm, ITU-T G.652 class fibre"
"""


def skeleton(network: ImportedNetwork, name: str) -> str:
    """Text of a scenario file with the nodes and links of a network.

    Parameters
    ----------
    network : ImportedNetwork
        From `make_network`.
    name : str
        Name of the scenario, an identifier.
    """
    title = network.title or name
    parts = [HEAD.format(file=_comment(network.file))]
    parts += [f"# note: {_comment(note)}\n" for note in network.notes]
    parts.append(
        f"\nschema_version = 1\nname = {_text(name)}\ntitle = {_text(title)}\n"
        f"description = {_text(f'{len(network.nodes)} nodes and {len(network.links)} links of a graph')}\n"
    )
    parts.append("\n" + SOURCES.format(graph=_text(f"As stated in the file {network.file}")))
    parts.append("\n" + MEDIUM_TEXT)
    parts += [_node(node) for node in network.nodes]
    parts += [_link(link) for link in network.links]
    return "".join(parts)


def as_scenario(text: str, file: str) -> Scenario:
    """The scenario that a skeleton's text describes; raises `ScenarioError` as loading its file would."""
    problems: list[Problem] = []
    layer = documents.normalise(tomllib.loads(text), text, file, problems)
    return build(layer.data, Locations(layer.origins, layer.file), problems)


def _node(node: ImportedNode) -> str:
    lines = ["\n[[node]]", f"id = {_text(node.id)}"]
    if node.name and node.name != node.id:
        lines.append(f"name = {_text(node.name)}")
    lines += ['role = "relay"', f"nation = {_text(node.nation)}"]
    if node.group and node.group != "relay":
        lines.append(f"group = {_text(node.group)}")
    for field, value in (("lat_deg", node.lat_deg), ("lon_deg", node.lon_deg)):
        number = f"{value!r}" if node.has_place else f'{{ nominal = {value!r}, mark = "assumed" }}'
        lines.append(f"{field} = {number}")
    if not node.has_place:
        lines[-1] += "  # not in the graph: fill in where it is"
    return "\n".join(lines) + "\n"


def _link(link: ImportedLink) -> str:
    lines = [
        "\n[[link]]",
        f"id = {_text(link.id)}",
        f"ends = [{_text(link.ends[0])}, {_text(link.ends[1])}]",
        f"medium = {_text(MEDIUM)}",
    ]
    if link.remark:
        lines.insert(1, f"# {_comment(link.remark)}")
    if not link.duplex:
        lines.append("duplex = false")
    if link.length_km is not None:
        lines.append(_stated("length_km", link.length_km))
    elif not link.knows_length:
        lines.append(
            f'length_km = {{ nominal = {UNKNOWN_LENGTH_KM}, mark = "assumed" }}  # not in the graph: fill in'
        )
    if link.delay_ms is not None:
        lines.append(_stated("propagation_ms", link.delay_ms))
    if link.capacity_kbps is not None:
        lines.append(_stated("capacity_kbps", link.capacity_kbps))
    return "\n".join(lines) + "\n"


def _stated(field: str, value: float) -> str:
    return f'{field} = {{ nominal = {value!r}, source = "graph" }}'


def _text(value: str) -> str:
    """A text in TOML: JSON's escapes are TOML's, once control characters are gone."""
    return json.dumps(_comment(value), ensure_ascii=False)


def _comment(value: str) -> str:
    """A text on one line, without what TOML forbids in it."""
    return "".join(letter if letter.isprintable() else " " for letter in value)
