"""Attributes under the names that graphs give them, read as numbers in the units of a scenario."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from warnpath.network.graph_files.edge_lists import squeezed

MISSING = ("", "none", "null", "nan", "n/a", "na", "?", "-", "unknown")
LABELS = ("name", "label", "title", "nodelabel", "displayname", "city", "site")
GROUPS = ("group", "role", "type", "kind", "class")
NATIONS = ("nation",)
LATITUDES = ("latdeg", "latitude", "lat")
LONGITUDES = ("londeg", "longitude", "lon", "lng", "long")
POSITIONS = ("pos", "position", "coordinates", "coords", "location")
LONGEST_NAME = 80

_NUMBER = re.compile(r"\s*[<>~=≈]*\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([A-Za-zµμ/]*)\s*")
_BIT_RATE = re.compile(r"([kmgt]?)(?:b|bit|bits)?(?:/s|/sec|ps|s)?", re.IGNORECASE)
_CONTROL = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


@dataclass(frozen=True)
class Family:
    """A kind of number: the names it goes by, and its units.

    Attributes
    ----------
    names : tuple of str
        Names, best first, without case and signs. A unit may follow (``delay_ms``).
    units : mapping of str to float
        Factor of each unit to that of the scenario.
    fixed : mapping of str to str
        Names that imply a unit of their own.
    """

    names: tuple[str, ...]
    units: Mapping[str, float]
    fixed: Mapping[str, str]

    def find(self, attributes: Mapping[str, Any], default: str) -> tuple[Any, str, str] | None:
        """Value, unit and name of the best-named attribute that is not missing; None if there is none."""
        plain = {squeezed(name): name for name in reversed(list(attributes))}
        for wanted in self.names:
            candidates = [(wanted + unit, unit) for unit in self.units]
            candidates.append((wanted, self.fixed.get(wanted, default)))
            for known, unit in candidates:
                name = plain.get(known)
                if name is not None and not is_missing(attributes[name]):
                    return attributes[name], unit, name
        return None


DELAY = Family(
    ("propagation", "propagationdelay", "delay", "latency", "onewaydelay", "onewaylatency"),
    {"ms": 1.0, "s": 1e3, "us": 1e-3, "ns": 1e-6},
    {},
)
"""One-way delay; in a scenario in ms."""
LENGTH = Family(
    ("length", "dist", "distance", "linklength", "len"), {"km": 1.0, "m": 1e-3, "mi": 1.609344}, {}
)
"""Length; in a scenario in km."""
CAPACITY = Family(
    ("capacity", "bandwidth", "bw", "linkspeedraw", "linkspeed", "datarate", "bitrate", "speed"),
    {"kbps": 1.0, "bps": 1e-3, "mbps": 1e3, "gbps": 1e6, "tbps": 1e9},
    {"linkspeedraw": "bps"},
)
"""Capacity; in a scenario in kbit/s."""


def is_missing(value: Any) -> bool:
    """Whether a value says that there is none."""
    if isinstance(value, str):
        return value.strip().lower() in MISSING
    return value is None or (isinstance(value, float) and math.isnan(value))


def quantity(family: Family, attributes: Mapping[str, Any], default: str) -> tuple[float, str] | str | None:
    """Number of a family among attributes.

    Parameters
    ----------
    family : Family
        What is looked for.
    attributes : mapping
        Attributes of a node or an edge.
    default : str
        Unit of a number that states none.

    Returns
    -------
    (float, str), str or None
        Number in the scenario's unit and the name of the attribute; the name alone where what stands there
        cannot be read; None where there is none.
    """
    found = family.find(attributes, default)
    if found is None:
        return None
    value, unit, name = found
    if family is CAPACITY and squeezed(name) == "linkspeed":
        value = _with_units(value, attributes)
    number, stated = parse_number(value)
    if number is None:
        return name
    if stated:
        factor = _factor(family, stated)
        return name if factor is None else (number * factor, name)
    return number * family.units[unit], name


def parse_number(value: Any) -> tuple[float | None, str]:
    """Number and unit as written; None where there is no number."""
    if isinstance(value, bool):
        return None, ""
    if isinstance(value, int | float):
        try:
            return float(value), ""
        except OverflowError:
            return math.inf, ""
    found = _NUMBER.fullmatch(value) if isinstance(value, str) and len(value) < 100 else None
    return (float(found[1]), found[2]) if found else (None, "")


def pair(value: Any) -> tuple[float, float] | None:
    """Two numbers: of a list, or of a text such as ``(18.6, 54.2)``."""
    if isinstance(value, str):
        parts: Sequence[Any] = [part for part in re.split(r"[\s,;()\[\]]+", value[:200]) if part]
    elif isinstance(value, list | tuple):
        parts = value
    else:
        return None
    numbers = [parse_number(part)[0] for part in parts[:2]]
    if len(parts) not in (2, 3) or numbers[0] is None or numbers[1] is None:
        return None
    return numbers[0], numbers[1]


def word(attributes: Mapping[str, Any], names: Sequence[str]) -> str:
    """Text of the first attribute with one of these names that is not missing, fit for a line; or nothing."""
    plain = {squeezed(name): value for name, value in reversed(list(attributes.items()))}
    for name in names:
        value = plain.get(name)
        if value is not None and not is_missing(value) and isinstance(value, str | int | float):
            return one_line(str(value))
    return ""


def one_line(text: str) -> str:
    """A text without control characters and breaks, of bounded length."""
    return _CONTROL.sub(" ", text[: 4 * LONGEST_NAME]).strip()[:LONGEST_NAME]


def _with_units(value: Any, attributes: Mapping[str, Any]) -> Any:
    """LinkSpeed of the Topology Zoo with its LinkSpeedUnits."""
    units = word(attributes, ("linkspeedunits",))
    return f"{value} {units}" if units and parse_number(value)[1] == "" else value


def _factor(family: Family, unit: str) -> float | None:
    text = unit.replace("µ", "u").replace("μ", "u")
    if family is CAPACITY:
        # A capital B may stand for bytes as well as for bits; a factor of 8 is not to be guessed.
        return None if re.search(r"B(?!it)", text) else _bit_rate(text)
    return family.units.get(text.lower())


def _bit_rate(text: str) -> float | None:
    found = _BIT_RATE.fullmatch(text)
    if found is None:
        return None
    return {"": 1e-3, "k": 1.0, "m": 1e3, "g": 1e6, "t": 1e9}[found[1].lower()]
