"""A replication's world as arrays: made from a plan's template, grown between events, read afterwards."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from warnpath.engine.compiled.layout import (
    RECORD_DTYPES,
    RECORDS,
    SCALARS,
    SLOT_BITS,
    SLOT_MASK,
    TABLES,
    WORLD_DTYPE,
)
from warnpath.engine.compiled.record_views import EntityRows
from warnpath.engine.compiled.stream_keys import stream_keys
from warnpath.engine.entities import COUNTERS, ENTITIES, TRACE_POOLS
from warnpath.engine.plan import Plan
from warnpath.engine.sensing_draws import draw_sensing
from warnpath.engine.state import NEVER_MADE
from warnpath.engine.trace_entities import TABLE_OF

LOG_ROWS = 1 << 12
"""Rows of the log buffer; when it is full it is hashed and emptied, so the log takes no memory."""

_NUMBERS = {"i8": np.dtype(np.int64), "f8": np.dtype(np.float64)}
_SCALAR_KINDS = dict(SCALARS)
_PLACES = {name: place[1] // 8 for name, place in (WORLD_DTYPE.fields or {}).items()}
"""Where in a world's record each of its numbers is, in words of eight bytes."""
CACHE_LINE = 64


_Streams = tuple[np.ndarray, list[tuple[str, str, np.ndarray, int, int]]]


class Template:
    """What the worlds of one plan have in common, as arrays ready to be copied.

    Parameters
    ----------
    plan : Plan
    like : Template, optional
        Template of a plan that may share parts with this one, as one with failed elements does: what is the
        same object in both is not made again.
    """

    def __init__(self, plan: Plan, like: Template | None = None) -> None:
        self.plan = plan
        self.records: dict[str, np.ndarray] = {
            name: like.records[name]
            if like is not None and like.plan.entities.get(name) is rows
            else _records(name, rows)
            for name, rows in plan.entities.items()
        }
        self.records["outbox"] = np.zeros(plan.scalars["outbox_limit"], RECORD_DTYPES["outbox"])
        for name, dtype in RECORD_DTYPES.items():
            self.records.setdefault(name, np.zeros(0, dtype))
        self.shared = {name: _table(name, array) for name, array in plan.shared_arrays.items()}
        self.private = {name: _table(name, array) for name, array in plan.private_arrays.items()}
        self.private["payload_links"] = np.full((len(self.private["reports"]), 2), -1, dtype=np.int64)
        self.blank = dict(plan.blank_arrays)
        missing = set(TABLES) - set(self.shared) - set(self.private) - set(self.blank)
        if missing:
            raise ValueError(f"the plan has no {', '.join(sorted(missing))}")
        streams = like.streams if like is not None and like.plan.streams is plan.streams else _streams(plan)
        self.streams: _Streams = streams
        # What no replication writes to, and what is empty, is the same array in all worlds.
        self.common = {**self.shared, **{name: rows for name, rows in self.records.items() if not len(rows)}}
        self.copied = {
            name: array
            for name, array in (*self.records.items(), *self.private.items())
            if name not in self.common
        }
        self.base = np.zeros(1, WORLD_DTYPE)
        for name, array in self.common.items():
            _point(self.base.view(np.int64).data, name, array)
        for name, value in _scalars_of(plan).items():
            self.base[name] = value
        self.first_delays_s = np.array([delay_s for delay_s, *_ in plan.initial_events], dtype=np.float64)
        self.first_events = np.array(
            [tuple(event) for _, *event in plan.initial_events], RECORD_DTYPES["pending"]
        )

    def world(self, replication: int, seed: int, tables: Collection[str]) -> ArrayWorld:
        """Fresh world of one replication, equal to that of `prepare` field by field."""
        world = ArrayWorld(self)
        names, places = self.streams
        keys = np.empty(len(names), dtype=np.int64)
        write: Any = stream_keys
        write(names, seed, replication, keys)
        for kind, field, rows, first, last in places:
            world.arrays[kind][field][rows] = keys[first:last]
        self._draw_sensing(world, replication, seed)
        world.keep_messages = int("messages" in tables or "hops" in tables)
        for name in TRACE_POOLS:
            setattr(world, f"{name}_on", int(TABLE_OF[name] in tables))
        world.schedule_initially(self.first_delays_s, self.first_events)
        world.grow()
        return world

    def _draw_sensing(self, world: ArrayWorld, replication: int, seed: int) -> None:
        draws = draw_sensing(self.plan, replication, seed)
        pairs, launches = world.arrays["pairs"], world.arrays["launches"]
        if len(pairs):
            pairs["phase_s"] = draws.phases_s
            pairs["scan"], pairs["last_scan"] = zip(*draws.scans, strict=True)
            pairs["opens_s"], pairs["closes_s"] = zip(*draws.windows_s, strict=True)
            pairs["visible_s"] = draws.visible_s
        launches["burnout_s"], launches["impact_s"] = draws.burnout_s, draws.impact_s
        world.end_s = world.stop_s = draws.end_s
        for name, array in draws.arrays.items():
            world.attach(name, _table(name, array))


class ArrayWorld:
    """One replication's state; scalars are attributes, entities read like those of `World`.

    Parameters
    ----------
    template : Template

    Attributes
    ----------
    record : uint8[n]
        Memory of the world's record, which compiled code gets.
    arrays : dict of name to array
        Every array that the record points to.
    """

    record: np.ndarray
    arrays: dict[str, np.ndarray]
    now_s: float
    end_s: float
    fault: int
    events: int
    heap_count: int
    scheduled: int
    pending_free: int
    log_count: int
    message_reserve: int
    message_free: int
    message_free_count: int
    copy_free: int
    report_reserve: int
    report_free: int
    report_free_count: int
    path_reserve: int
    path_count: int
    trace_reserve: int
    keep_messages: int

    def __init__(self, template: Template) -> None:
        fields = template.base.copy()
        self.__dict__.update(
            record=fields.view(np.uint8),
            arrays=dict(template.common),
            _words=fields.view(np.int64).data,
            _numbers=fields.view(np.float64).data,
            _views={},
        )
        for name, array in template.copied.items():
            self.attach(name, array.copy())
        for name, shape in template.blank.items():
            self.attach(name, np.zeros(shape))
        self.attach("log", np.zeros(LOG_ROWS, RECORD_DTYPES["log"]))
        self._grow_heap(2 * len(self.arrays["outbox"]) + len(template.first_events))

    def __getattr__(self, name: str) -> Any:
        if name in _SCALAR_KINDS:
            return (self._words if _SCALAR_KINDS[name] == "i8" else self._numbers)[_PLACES[name]]
        if name in ENTITIES:
            if name not in self._views:
                self._views[name] = EntityRows(name, self.arrays[name])
            return self._views[name]
        if name in TABLES:
            return self.arrays[name]
        raise AttributeError(f"the world has no attribute {name!r}")

    def __setattr__(self, name: str, value: float) -> None:
        (self._words if _SCALAR_KINDS[name] == "i8" else self._numbers)[_PLACES[name]] = value

    def attach(self, name: str, array: np.ndarray) -> None:
        """Make an array the one that compiled code finds under a name."""
        self.arrays[name] = array
        if name in self._views:
            self._views[name].show(array)
        _point(self._words, name, array)

    def schedule_initially(self, delays_s: np.ndarray, events: np.ndarray) -> None:
        """Put events into the empty heap before the run; they come in order of scheduling."""
        count = len(events)
        if count:
            heap, pending = self.arrays["heap"][:count], self.arrays["pending"][:count]
            self.pending_free = int(pending["token"][-1])
            pending[:] = events
            # A sorted array is a heap too.
            order = np.argsort(delays_s, kind="stable")
            heap["time_s"] = delays_s[order]
            heap["ticket"] = order << SLOT_BITS | order
            self.heap_count = self.scheduled = count

    def append(self, kind: str, row: dict[str, Any]) -> int:
        """Add an entity after those that the plan has; returns its place."""
        place = len(self.arrays[kind])
        self._extend(kind, 1)
        for field, value in row.items():
            self.arrays[kind][field][place] = value
        return place

    def grow(self) -> bool:
        """Grow the pools exactly as `state.ensure_capacity` does, and the heap; says whether any grew."""
        before = sum(map(len, self.arrays.values()))
        if self.message_free_count < self.message_reserve:
            self._grow_messages(max(self.message_reserve, len(self.arrays["messages"])))
        if self.report_free_count < self.report_reserve:
            self._grow_reports(max(self.report_reserve, 64))
        if len(self.arrays["paths"]) - self.path_count < self.path_reserve:
            self._extend("paths", max(self.path_reserve, len(self.arrays["paths"])))
        for name in TRACE_POOLS:
            room = len(self.arrays[name]) - getattr(self, f"{name}_count")
            if getattr(self, f"{name}_on") and room < self.trace_reserve:
                self._extend(name, max(self.trace_reserve, len(self.arrays[name])))
        if len(self.arrays["heap"]) - self.heap_count < len(self.arrays["outbox"]):
            # Doubled, as long as tickets have room for that.
            room = SLOT_MASK + 1 - len(self.arrays["pending"])
            self._grow_heap(max(min(len(self.arrays["heap"]), room), len(self.arrays["outbox"])))
        return sum(map(len, self.arrays.values())) > before

    def renumber(self) -> None:
        """Count the order of scheduling from 0 again, so that it always fits into tickets."""
        heap = self.arrays["heap"][: self.heap_count]
        order = np.argsort(heap["ticket"])
        heap["ticket"][order] = np.arange(len(heap)) << SLOT_BITS | heap["ticket"][order] & SLOT_MASK
        self.scheduled = len(heap)

    def _extend(self, name: str, count: int) -> None:
        old = self.arrays[name]
        rows = len(old) + count
        grown = _zeros_for_heap(rows) if name == "heap" else np.zeros(rows, old.dtype)
        grown[: len(old)] = old
        self.attach(name, grown)

    def _grow_messages(self, count: int) -> None:
        first = len(self.arrays["messages"])
        self._extend("messages", count)
        self._extend("copies", count)
        messages, copies = self.arrays["messages"][first:], self.arrays["copies"][first:]
        messages["finished_s"] = NEVER_MADE
        for name in ("message", "list", "next", "previous"):
            copies[name] = -1
        following = np.arange(first + 1, first + count + 1)
        messages["next_free"] = following
        copies["next_free"] = following
        messages["next_free"][-1] = self.message_free
        copies["next_free"][-1] = self.copy_free
        self.message_free = self.copy_free = first
        self.message_free_count += count

    def _grow_reports(self, count: int) -> None:
        old = self.arrays["reports"]
        first, width = old.shape
        grown = np.zeros((first + count, width))
        grown[:first] = old
        links = np.full((first + count, 2), -1, dtype=np.int64)
        links[:first] = self.arrays["payload_links"]
        links[first:, 0] = np.arange(first + 1, first + count + 1)
        links[-1, 0] = self.report_free
        self.attach("reports", grown)
        self.attach("payload_links", links)
        self.report_free = first
        self.report_free_count += count

    def _grow_heap(self, count: int) -> None:
        first = len(self.arrays["pending"])
        self._extend("heap", count)
        self._extend("pending", count)
        pending = self.arrays["pending"][first:]
        pending["token"] = np.arange(first + 1, first + count + 1)
        pending["token"][-1] = self.pending_free
        self.pending_free = first


def _point(words: memoryview, name: str, array: np.ndarray) -> None:
    """Write into a world's record where an array is, and how large."""
    words[_PLACES[f"{name}_address"]] = array.ctypes.data
    words[_PLACES[f"{name}_rows"]] = len(array)
    words[_PLACES[f"{name}_columns"]] = array.shape[1] if array.ndim == 2 else 1


def _zeros_for_heap(rows: int) -> np.ndarray:
    """Empty heap whose every four children, the first of which are at 1, begin with a line of the cache."""
    dtype = RECORD_DTYPES["heap"]
    memory = np.zeros(rows * dtype.itemsize + CACHE_LINE, np.uint8)
    first = -(memory.ctypes.data + dtype.itemsize) % CACHE_LINE
    return memory[first : first + rows * dtype.itemsize].view(dtype)


def _scalars_of(plan: Plan) -> dict[str, float]:
    """Scalars with which every world of a plan begins."""
    scalars = plan.scalars
    found = {name: scalars[name] for name, _ in COUNTERS if name in scalars}
    found["message_reserve"] = scalars["reserve"]
    found.update({name: scalars[name] for name in ("report_reserve", "path_reserve", "trace_reserve")})
    found["path_count"] = len(plan.entities["nodes"])
    free = ("message_free", "copy_free", "report_free", "pending_free")
    return {**found, **dict.fromkeys(free, -1)}


def _records(name: str, rows: list[dict[str, Any]]) -> np.ndarray:
    """Records of one kind; fields that the plan leaves out are 0."""
    array = np.zeros(len(rows), RECORD_DTYPES[name])
    for field, _ in RECORDS[name]:
        array[field] = [row.get(field, 0) for row in rows]
    return array


def _table(name: str, array: np.ndarray) -> np.ndarray:
    """Two-dimensional array as compiled code expects it.

    Raises
    ------
    ValueError
        Another type or shape than `layout.TABLES` says.
    """
    if name not in TABLES or array.dtype != _NUMBERS[TABLES[name]] or array.ndim != 2:
        raise ValueError(
            f"{name} is a {array.ndim}-dimensional array of {array.dtype}; the compiled engine knows "
            f"{name!r} as {TABLES.get(name, 'nothing')}: state it in engine/compiled/layout.py"
        )
    return np.ascontiguousarray(array)


def _streams(plan: Plan) -> _Streams:
    """Name keys of all streams sorted by place, and which slice of them goes into which field."""
    by_field: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for kind, index, field, key in plan.streams.entries():
        by_field.setdefault((kind, field), []).append((index, key))
    names: list[int] = []
    places = []
    for (kind, field), entries in by_field.items():
        first = len(names)
        names.extend(key for _, key in entries)
        rows = np.array([index for index, _ in entries], dtype=np.int64)
        places.append((kind, field, rows, first, len(names)))
    return np.array(names, dtype=np.int64), places
