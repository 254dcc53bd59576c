"""What ``warnpath show`` prints: the parts of a scenario as rows of plain data, and as tables."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from warnpath.cli.layout import NOTHING, plain_table, print_table
from warnpath.cli.show_ways import alternatives, protection

if TYPE_CHECKING:
    from rich.console import Console

    from warnpath.scenario import Scenario

Rows = list[dict[str, Any]]


def nodes(scenario: Scenario) -> Rows:
    """One row per node."""
    stand_bys = any(node.stand_by is not None for node in scenario.node)
    return [
        {
            "id": node.id,
            "role": node.role,
            "nation": node.nation,
            "group": node.group,
            "lat_deg": float(node.lat_deg),
            "lon_deg": float(node.lon_deg),
            "servers": node.servers,
            "service_s": _mean(node.service),
            "decision_s": _sum(_mean(node.assessment), _mean(node.approval)),
            "release_s": _mean(node.release),
            "reports_to": None if node.sensor is None else node.sensor.reports_to,
            "decided_by": None if node.consumer is None else node.consumer.decided_by,
            **({"stands_by_for": _primary(node)} if stand_bys else {}),
        }
        for node in scenario.node
    ]


def links(scenario: Scenario) -> Rows:
    """One row per link."""
    from warnpath.scenario import effective_link

    rows = []
    for link in scenario.link:
        full = effective_link(scenario, link)
        rows.append(
            {
                "id": full.id,
                "from": full.ends[0],
                "to": full.ends[1],
                "medium": full.medium,
                "duplex": full.duplex,
                "length_km": round(full.length_km, 1),
                "delay_ms": round(1e3 * full.propagation_s, 3),
                "capacity_kbps": float(full.capacity_kbps),
                "loss": float(full.loss),
                "availability": full.availability,
            }
        )
    return rows


def routes(scenario: Scenario) -> Rows:
    """One row per flow: expected seconds, what the policy adds to them, and the way."""
    from warnpath.network.flows import standard_flows
    from warnpath.network.graph import build_graph
    from warnpath.network.release import build_policy, walk_text
    from warnpath.network.routing import flow_route, price_of_policy_s, tables_from_graph

    graph, policy = build_graph(scenario), build_policy(scenario)
    flows = standard_flows(scenario, policy)
    tables = tables_from_graph(graph, policy, flows)
    prices = price_of_policy_s(graph, policy, flows)
    rows = []
    for flow in flows:
        steps = flow_route(tables, flow)
        without_s, with_s = prices[flow]
        rows.append(
            {
                "kind": flow.kind,
                "from": flow.source,
                "to": flow.destination,
                "labels": " ".join(flow.labels),
                "expected_s": _finite(with_s),
                "policy_adds_s": _finite(with_s - without_s) if math.isfinite(with_s) else None,
                "way": None if steps is None else walk_text(steps, flow.source),
            }
        )
    return rows


def policy(scenario: Scenario) -> Rows:
    """One row per sharing rule, and one per prohibition with whether it is proved."""
    from warnpath.network.graph import build_graph
    from warnpath.network.proof import find_leak
    from warnpath.network.release import build_policy

    graph, resolved = build_graph(scenario), build_policy(scenario)
    rows: Rows = []
    for rule in scenario.sharing:
        delays = [grant.mean_s for grant in resolved.grants if grant.rule == rule.id]
        rows.append(
            {
                "kind": "sharing",
                "id": rule.id,
                "data_of": rule.data_of,
                "to": rule.to,
                "at": " ".join(rule.via),
                "mode": rule.mode,
                "release_s": max(delays, default=None),
                "proof": None,
                "leak": None,
            }
        )
    for item in scenario.prohibition:
        leak = find_leak(graph, resolved, item)
        rows.append(
            {
                "kind": "prohibition",
                "id": item.id,
                "data_of": item.data_of,
                "to": item.to,
                "at": " ".join(item.except_via),
                "mode": "except there" if item.except_via else "never",
                "release_s": None,
                "proof": "proved" if leak is None else "leaks",
                "leak": None if leak is None else leak.text(),
            }
        )
    return rows


def traffic(scenario: Scenario) -> Rows:
    """One row per traffic: what each of its flows offers, whatever a surge makes of it."""
    from warnpath.scenario.sizes import size_law

    rows = []
    for item in scenario.traffic:
        size_bytes = size_law(item.size_bytes).mean()
        rows.append(
            {
                "id": item.id,
                "from": " ".join(item.source),
                "to": " ".join(item.destination),
                "kind": item.kind,
                "mode": item.priority,
                "rate_per_s": 1.0 / item.gap_s,
                "size_bytes": size_bytes,
                "load_kbps": 8e-3 * size_bytes / item.gap_s,
                "surges": " ".join(surge.id for surge in scenario.surge if item.id in surge.traffic),
            }
        )
    return rows


def lives(scenario: Scenario) -> Rows:
    """One row per element and shared risk that can fail at random, in a run with random outages."""
    from warnpath.scenario import lives as reliability

    found: dict[str, tuple[reliability.Life, tuple[str, ...]]] = {
        name: (life, (name,)) for name, life in reliability.lives(scenario).items()
    }
    risks = {f"shared risk {name}": value for name, value in reliability.risk_lives(scenario).items()}
    return [
        {
            "id": name,
            "at": "" if members == (name,) else " ".join(members),
            "mode": "while busy" if life.only_busy else "always",
            "availability": None if life.only_busy else life.availability,
            "mttf_h": life.failure.mean() / reliability.SECONDS_PER_HOUR,
            "mttr_h": life.repair.mean() / reliability.SECONDS_PER_HOUR,
            "crew": life.crew,
        }
        for name, (life, members) in (found | risks).items()
    ]


SECTIONS: dict[str, Callable[[Scenario], Rows]] = {
    "nodes": nodes,
    "links": links,
    "routes": routes,
    "policy": policy,
    "traffic": traffic,
    "lives": lives,
    "protection": protection,
    "alternatives": alternatives,
}
WORDS = (
    "id",
    "role",
    "nation",
    "group",
    "from",
    "to",
    "medium",
    "kind",
    "labels",
    "data_of",
    "at",
    "mode",
    "proof",
    "surges",
    "crew",
    "by",
    "stands_by_for",
    "disjoint",
    "shared_risk",
)
HIDDEN = {"nodes": ("reports_to", "decided_by"), "links": ("duplex",)}
"""Fields that only JSON has, for want of width."""
LINES = ("way", "leak")
"""Fields that stand on lines of their own, below the table."""
KEYS = {"routes": 3, "policy": 2}
"""Number of columns that say what a row is about, where it is more than one."""


def print_section(console: Console, name: str, rows: Rows) -> None:
    """Print one part as a table; the way of a route, and of a leak, on a line of its own."""
    if not rows:
        console.print(f"\n{name}: none")
        return
    shown = [field for field in rows[0] if field not in (*HIDDEN.get(name, ()), *LINES)]
    # Columns of words come first, so that they can be aligned to the left together.
    shown.sort(key=lambda field: field not in WORDS)
    words = sum(field in WORDS for field in shown)
    table = plain_table([_head(field) for field in shown], left=words)
    for row in rows:
        table.add_row(*(_cell(row[field]) for field in shown))
    print_table(console, f"{name} ({len(rows)})", table, keys=KEYS.get(name, 1))
    if "way" in rows[0]:
        console.print("\nways")
        for row in rows:
            _print_line(console, f"{row['kind']}: {row['way'] or 'no compliant way from ' + row['from']}")
    for row in rows:
        if row.get("leak"):
            _print_line(console, f"leak of {row['id']}: {row['leak']}")


def _print_line(console: Console, text: str) -> None:
    """Print a long line, broken between words only and indented where it goes on."""
    broken = textwrap.wrap(
        text,
        console.width,
        initial_indent="  ",
        subsequent_indent="      ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    console.print("\n".join(broken), soft_wrap=True)


def _head(field: str) -> str:
    """Unit below the name, so that a column is no wider than its numbers."""
    return field.replace("_", "\n") if field not in WORDS else field.replace("_", " ")


def _cell(value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _primary(node: Any) -> str | None:
    return None if node.stand_by is None else str(node.stand_by.primary)


def _mean(distribution: Any) -> float | None:
    return None if distribution is None else float(distribution.mean())


def _sum(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first + second


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
