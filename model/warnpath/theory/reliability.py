"""Probability that a network whose links fail independently still connects what it must, exactly.

References
----------
Barlow, R. E. & Proschan, F. (1975). Statistical Theory of Reliability and Life Testing, chapter 1.
Hardy, G., Lucet, C. & Limnios, N. (2007). K-terminal network reliability measures with binary decision
diagrams. IEEE Transactions on Reliability 56(3), 506-515 (states of a frontier).
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence

Link = tuple[Hashable, Hashable, float]
"""The two ends of a link, and the probability that it is down."""

State = tuple[tuple[int, ...], frozenset[int]]
"""Component of each vertex of the frontier, and the components that hold a terminal."""


def unreliability(links: Sequence[Link], terminals: Collection[Hashable]) -> float:
    """Probability that the terminals are not all connected.

    Links are taken one by one. Of the part of the network already seen, only the partition of the vertices
    that still have links to come (the frontier) matters, so states with the same partition are summed. The
    failures are summed, not the successes, so a small result keeps its relative accuracy.

    Parameters
    ----------
    links : sequence of (end, end, float)
        Undirected links with their probabilities of being down, independent. The order decides how many
        states there are: neighbours should stand together.
    terminals : collection
        Vertices that must be connected: two for the two-terminal measure, all for the all-terminal one.

    Returns
    -------
    float
        Probability, exact but for rounding.

    Raises
    ------
    ValueError
        A probability outside 0 to 1, or a terminal that no link touches.
    """
    last = _last_links(links)
    wanted = set(terminals)
    missing = sorted(repr(name) for name in wanted - set(last))
    if missing or len(wanted) < 1:
        raise ValueError(f"terminals {', '.join(missing) or 'are none'}; expected ends of links")
    if len(wanted) == 1:
        return 0.0
    frontier: list[Hashable] = []
    states: dict[State, float] = {((), frozenset()): 1.0}
    seen = 0
    failed = 0.0
    for number, (tail, head, down) in enumerate(links):
        if not 0.0 <= down <= 1.0:
            raise ValueError(f"link {number} is down with probability {down!r}; expected 0 to 1")
        for vertex in (tail, head):
            if vertex not in frontier:
                states = {_entered(state, vertex in wanted): mass for state, mass in states.items()}
                frontier.append(vertex)
                seen += vertex in wanted
        a, b = frontier.index(tail), frontier.index(head)
        leaving = [place for place, vertex in enumerate(frontier) if last[vertex] == number]
        found: dict[State, float] = {}
        for state, mass in states.items():
            for joined, part in ((state, mass * down), (_joined(state, a, b), mass * (1.0 - down))):
                if part == 0.0 or (seen == len(wanted) and len(joined[1]) == 1):
                    continue  # impossible, or connected whatever comes
                rest = _left(joined, leaving)
                if rest is None:
                    failed += part
                else:
                    found[rest] = found.get(rest, 0.0) + part
        states = found
        frontier = [vertex for place, vertex in enumerate(frontier) if place not in leaving]
    return failed + sum(states.values())


def breadth_first(links: Sequence[Link], start: Hashable) -> list[Link]:
    """Links in an order for which the frontier stays small: those of a vertex together, nearest first.

    Parameters
    ----------
    links : sequence of (end, end, float)
        Links of a connected network.
    start : hashable
        Vertex to begin with.
    """
    neighbours: dict[Hashable, list[Hashable]] = {}
    for tail, head, _ in links:
        neighbours.setdefault(tail, []).append(head)
        neighbours.setdefault(head, []).append(tail)
    place = {start: 0}
    waiting = [start]
    for vertex in waiting:
        for other in neighbours.get(vertex, ()):
            if other not in place:
                place[other] = len(place)
                waiting.append(other)
    return sorted(links, key=lambda link: sorted((place[link[0]], place[link[1]]), reverse=True))


def _last_links(links: Sequence[Link]) -> dict[Hashable, int]:
    last: dict[Hashable, int] = {}
    for number, (tail, head, _) in enumerate(links):
        last[tail] = last[head] = number
    return last


def _entered(state: State, is_terminal: bool) -> State:
    """State with one more vertex, alone in its component."""
    parts, marked = state
    own = max(parts, default=-1) + 1
    return (*parts, own), marked | {own} if is_terminal else marked


def _joined(state: State, a: int, b: int) -> State:
    """State after the components of two places of the frontier have become one."""
    parts, marked = state
    keep, gone = sorted((parts[a], parts[b]))
    if keep == gone:
        return state
    return (
        tuple(keep if part == gone else part for part in parts),
        frozenset(keep if part == gone else part for part in marked),
    )


def _left(state: State, leaving: Sequence[int]) -> State | None:
    """State without the vertices that leave, numbered afresh; None if a terminal is cut off for good."""
    parts, marked = state
    stay = [part for place, part in enumerate(parts) if place not in leaving]
    if not marked <= set(stay):
        return None
    names = {part: number for number, part in enumerate(dict.fromkeys(stay))}
    return tuple(names[part] for part in stay), frozenset(names[part] for part in marked)
