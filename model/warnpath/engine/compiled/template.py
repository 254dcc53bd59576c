"""From a plan to fresh worlds of arrays: what all of them begin with is made once and copied as one piece."""

from __future__ import annotations

import math
from collections.abc import Collection
from functools import cached_property
from typing import Any, Final

import numpy as np

from warnpath.engine.compiled.array_world import (
    CACHE_LINE,
    PLACES,
    Arrays,
    ArrayWorld,
    Piece,
    address_of,
    point,
    words_of,
)
from warnpath.engine.compiled.layout import NUMBERS, RECORD_DTYPES, RECORDS, TABLES, WORLD_DTYPE
from warnpath.engine.compiled.stream_keys import stream_keys
from warnpath.engine.entities import COUNTERS, TRACE_POOLS
from warnpath.engine.log_digest import ROW_WORDS
from warnpath.engine.plan import Plan
from warnpath.engine.sensing_draws import draw_sensing
from warnpath.engine.trace_entities import TABLE_OF

LOG_ROWS: Final = 256
"""Rows of the log buffer; a full one is hashed and emptied while its rows are still in the cache."""

MOST_REMEMBERED: Final = 4_000_000
"""Bytes of a world up to which the room that its pools came to is what the next one begins with."""

POOLS: Final = {
    "messages": ("messages", "copies"),
    "paths": ("paths",),
    "reports": ("reports", "payload_links"),
    "pending": ("pending", "heap"),
}
"""Pools that every world begins with room in, and the arrays that have a row for each of theirs."""

Streams = tuple[np.ndarray, list[tuple[str, str, np.ndarray, int, int]]]


class Template:
    """What the worlds of one plan have in common, as arrays ready to be copied.

    Parameters
    ----------
    plan : Plan
    like : Template, optional
        Template of a plan that may be of the same scenario, as one with failed elements is: what is the same
        object in both is not made again, and the pools have the same room.
    """

    def __init__(self, plan: Plan, like: Template | None = None) -> None:
        self.plan = plan
        if like is not None and like.plan.streams is not plan.streams:
            like = None
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
        self.private["log_columns"] = np.zeros((1, ROW_WORDS + 1), dtype=np.int64)
        self.blank = dict(plan.blank_arrays)
        missing = set(TABLES) - set(self.shared) - set(self.private) - set(self.blank) - {"log_words"}
        if missing:
            raise ValueError(f"the plan has no {', '.join(sorted(missing))}")
        self.streams: Streams = _streams(plan) if like is None else like.streams
        self.first_events = np.array(
            [tuple(event) for _, *event in plan.initial_events], RECORD_DTYPES["pending"]
        )
        self.first_delays_s = np.array([delay_s for delay_s, *_ in plan.initial_events], dtype=np.float64)
        self._image = Image(self, self._room(like))

    def world(
        self, replication: int, seed: int, tables: Collection[str], is_small: bool = False
    ) -> ArrayWorld:
        """Fresh world of one replication, equal to that of `prepare` field by field.

        Parameters
        ----------
        replication, seed : int
        tables : collection of str
            Tables that will be asked for.
        is_small : bool
            With no more room than needed to begin, whatever room earlier worlds came to.
        """
        world = (self._smallest if is_small else self._image).copy()
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
        world.grow()
        return world

    def remember_room(self, world: ArrayWorld) -> None:
        """Let the next worlds begin with the room that a finished one came to, if that is not too much.

        Growing takes time and changes nothing else: no result depends on which row of a pool is whose.
        """
        image = self._image
        room = {pool: max(rows, len(world.arrays[pool])) for pool, rows in image.room.items()}
        if room == image.room:
            return
        size = image.size
        for pool, names in POOLS.items():
            more = room[pool] - image.room[pool]
            size += more * sum(world.arrays[name][0].nbytes for name in names)
        if size <= MOST_REMEMBERED:
            self._image = Image(self, room)

    @cached_property
    def _smallest(self) -> Image:
        """What worlds with no more room than needed to begin are copied from."""
        image, least = self._image, self._least_room()
        return image if image.room == least else Image(self, least)

    def _room(self, like: Template | None) -> dict[str, int]:
        """Rows of the pools to begin with: what a template of the same scenario has come to."""
        least = self._least_room()
        known = least if like is None else like._image.room
        return {name: max(rows, known[name]) for name, rows in least.items()}

    def _least_room(self) -> dict[str, int]:
        """Rows of the pools of a fresh world, those of `state.ensure_capacity`."""
        scalars, nodes = self.plan.scalars, len(self.plan.entities["nodes"])
        more_paths = max(scalars["path_reserve"], nodes) if scalars["path_reserve"] > 0 else 0
        return {
            "messages": scalars["reserve"],
            "paths": nodes + more_paths,
            "reports": len(self.private["reports"]) + max(scalars["report_reserve"], 64),
            "pending": 2 * len(self.records["outbox"]) + len(self.first_events),
        }

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


class Image:
    """The memory of a world before anything is drawn: a block of arrays, and the record that points to them.

    Parameters
    ----------
    template : Template
    room : dict of str to int
        Rows of every one of `POOLS`.

    Attributes
    ----------
    size : int
        Bytes of the block.
    """

    def __init__(self, template: Template, room: dict[str, int]) -> None:
        self.room = room
        rows = {name: room[pool] for pool, names in POOLS.items() for name in names}
        rows["log"] = LOG_ROWS
        own = {**template.records, **template.private}
        # What no replication writes to, and what is empty, is the same array in all worlds.
        self._common = {name: array for name, array in own.items() if not rows.get(name, len(array))}
        self._common |= template.shared
        self._blank = template.blank
        self._pieces: dict[str, Piece] = {}
        self.size = 0
        for name, array in own.items():
            if name not in self._common:
                self._place(name, (rows.get(name, len(array)), *array.shape[1:]), array.dtype)
        first, _, _, size = self._pieces["log"]
        self._pieces["log_words"] = (first, np.dtype(np.int64), (LOG_ROWS, ROW_WORDS), size)
        self._addresses = np.array([PLACES[f"{name}_address"] for name in self._pieces])
        self._record = self._pointers()
        self._block = _aligned(self.size)
        self._block[:] = 0
        world = self._world(self._block)
        for name, value in _scalars_of(template.plan).items():
            setattr(world, name, value)
        for name, array in own.items():
            if name in self._pieces:
                words_of(world.arrays[name])[: array.nbytes // 8] = words_of(array)
        world.free_messages(len(own["messages"]))
        world.free_reports(len(own["reports"]))
        world.free_pending(0)
        world.schedule_initially(template.first_delays_s, template.first_events)
        self._record = world.record.view(np.int64)
        self._record[self._addresses] -= address_of(self._block)

    def copy(self) -> ArrayWorld:
        """A world with this content."""
        block = _aligned(self.size)
        block[:] = self._block
        return self._world(block)

    def _place(self, name: str, shape: tuple[int, ...], dtype: np.dtype) -> None:
        """Give an array a place in the block that begins with a line of the cache."""
        first = -(-self.size // CACHE_LINE) * CACHE_LINE
        if name == "heap":
            # Every four children, the first of which are at 1, share a line.
            first += CACHE_LINE - dtype.itemsize
        size = math.prod(shape) * dtype.itemsize
        self._pieces[name] = (first, dtype, shape, size)
        self.size = first + size

    def _pointers(self) -> np.ndarray:
        """Record that says where the arrays are: those of the block as seen from its beginning."""
        record = np.zeros(WORLD_DTYPE.itemsize // 8, np.int64)
        for name, array in self._common.items():
            point(record.data, name, address_of(array), array.shape)
        for name, (first, _, shape, _) in self._pieces.items():
            point(record.data, name, first, shape)
        return record

    def _world(self, block: np.ndarray) -> ArrayWorld:
        record = self._record.copy()
        record[self._addresses] += address_of(block)
        world = ArrayWorld(record, Arrays(self._common, block, self._pieces))
        for name, shape in self._blank.items():
            world.attach(name, np.zeros(shape))
        return world


def _aligned(size: int) -> np.ndarray:
    """Bytes that begin with a line of the cache; whatever was there before is in them."""
    memory = np.empty(size + CACHE_LINE, np.uint8)
    first = -address_of(memory) % CACHE_LINE
    return memory[first : first + size]


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
    if name not in TABLES or array.dtype != NUMBERS[TABLES[name]] or array.ndim != 2:
        raise ValueError(
            f"{name} is a {array.ndim}-dimensional array of {array.dtype}; the compiled engine knows "
            f"{name!r} as {TABLES.get(name, 'nothing')}: state it in engine/compiled/layout.py"
        )
    return np.ascontiguousarray(array)


def _streams(plan: Plan) -> Streams:
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
