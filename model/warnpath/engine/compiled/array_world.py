"""A replication's world as arrays: copied from a plan's template, grown between events, read afterwards."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from warnpath.engine.compiled.layout import (
    SCALARS,
    SLOT_BITS,
    SLOT_MASK,
    TABLES,
    WORLD_DTYPE,
)
from warnpath.engine.compiled.record_views import EntityRows
from warnpath.engine.entities import ENTITIES, TRACE_POOLS
from warnpath.engine.state import NEVER_MADE

CACHE_LINE: Final = 64
SPARE: Final = 4
"""An array that moves gets so many times the rows it needs; what is never written to takes no memory."""

PLACES: Final = {name: place[1] // 8 for name, place in (WORLD_DTYPE.fields or {}).items()}
"""Where in a world's record each of its numbers is, in words of eight bytes."""
_SCALAR_KINDS: Final = dict(SCALARS)

Piece = tuple[int, np.dtype, tuple[int, ...], int]
"""Where in a block an array begins, its type and shape, and its bytes."""


class Arrays(dict[str, np.ndarray]):
    """Arrays by name; those that lie in a block are looked up there when somebody asks for them first.

    Parameters
    ----------
    common : dict of str to array
        Arrays that are not in the block.
    block : uint8[n]
    pieces : dict of str to Piece
    """

    def __init__(self, common: dict[str, np.ndarray], block: np.ndarray, pieces: dict[str, Piece]) -> None:
        super().__init__(common)
        self._block = block
        self._pieces = pieces

    def __missing__(self, name: str) -> np.ndarray:
        first, dtype, shape, size = self._pieces[name]
        array = self[name] = self._block[first : first + size].view(dtype).reshape(shape)
        return array


class ArrayWorld:
    """One replication's state; scalars are attributes, entities read like those of `World`.

    Parameters
    ----------
    record : int64[n]
        The world's record, of the layout `WORLD_DTYPE`, with the addresses of the arrays.
    arrays : Arrays

    Attributes
    ----------
    record : uint8[n]
        Memory of the world's record, which compiled code gets.
    arrays : Arrays
        Every array that the record points to.
    """

    record: np.ndarray
    arrays: Arrays
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

    def __init__(self, record: np.ndarray, arrays: Arrays) -> None:
        self.__dict__.update(
            record=record.view(np.uint8),
            arrays=arrays,
            _words=record.data,
            _numbers=record.view(np.float64).data,
            _rooms={},
        )

    def __getattr__(self, name: str) -> Any:
        if name in _SCALAR_KINDS:
            return (self._words if _SCALAR_KINDS[name] == "i8" else self._numbers)[PLACES[name]]
        if name in ENTITIES:
            # From now on it is found without coming here.
            view = self.__dict__[name] = EntityRows(name, self.arrays[name])
            return view
        if name in TABLES:
            return self.arrays[name]
        raise AttributeError(f"the world has no attribute {name!r}")

    def __setattr__(self, name: str, value: float) -> None:
        (self._words if _SCALAR_KINDS[name] == "i8" else self._numbers)[PLACES[name]] = value

    def attach(self, name: str, array: np.ndarray) -> None:
        """Make an array the one that compiled code finds under a name."""
        self.arrays[name] = array
        if name in self.__dict__:
            self.__dict__[name].show(array)
        point(self._words, name, address_of(array), array.shape)

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
        grown = False
        if self.message_free_count < self.message_reserve:
            first = len(self.arrays["messages"])
            count = max(self.message_reserve, first)
            self._extend("messages", count)
            self._extend("copies", count)
            self.free_messages(first)
            grown = True
        if self.report_free_count < self.report_reserve:
            first, count = len(self.arrays["reports"]), max(self.report_reserve, 64)
            self._extend("reports", count)
            self._extend("payload_links", count)
            self.free_reports(first)
            grown = True
        if len(self.arrays["paths"]) - self.path_count < self.path_reserve:
            self._extend("paths", max(self.path_reserve, len(self.arrays["paths"])))
            grown = True
        for name in TRACE_POOLS:
            if getattr(self, f"{name}_on"):
                rows = len(self.arrays[name])
                if rows - getattr(self, f"{name}_count") < self.trace_reserve:
                    self._extend(name, max(self.trace_reserve, rows))
                    grown = True
        if len(self.arrays["heap"]) - self.heap_count < len(self.arrays["outbox"]):
            # Doubled, as long as tickets have room for that.
            first = len(self.arrays["pending"])
            count = max(min(first, SLOT_MASK + 1 - first), len(self.arrays["outbox"]))
            self._extend("heap", count)
            self._extend("pending", count)
            self.free_pending(first)
            grown = True
        return grown

    def renumber(self) -> None:
        """Count the order of scheduling from 0 again, so that it always fits into tickets."""
        heap = self.arrays["heap"][: self.heap_count]
        order = np.argsort(heap["ticket"])
        heap["ticket"][order] = np.arange(len(heap)) << SLOT_BITS | heap["ticket"][order] & SLOT_MASK
        self.scheduled = len(heap)

    def free_messages(self, first: int) -> None:
        """Make the messages and copies from a row on free, in this order, before all others."""
        messages, copies = self.arrays["messages"][first:], self.arrays["copies"][first:]
        messages["finished_s"] = NEVER_MADE
        for name in ("message", "list", "next", "previous"):
            copies[name] = -1
        following = np.arange(first + 1, first + len(messages) + 1)
        messages["next_free"] = following
        copies["next_free"] = following
        messages["next_free"][-1] = self.message_free
        copies["next_free"][-1] = self.copy_free
        self.message_free = self.copy_free = first
        self.message_free_count += len(messages)

    def free_reports(self, first: int) -> None:
        """Make the reports of the pool from a row on free."""
        links = self.arrays["payload_links"][first:]
        links[:, 0] = np.arange(first + 1, first + len(links) + 1)
        links[:, 1] = -1
        links[-1, 0] = self.report_free
        self.report_free = first
        self.report_free_count += len(links)

    def free_pending(self, first: int) -> None:
        """Make the rows of `pending` from one on free."""
        pending = self.arrays["pending"][first:]
        pending["token"] = np.arange(first + 1, first + len(pending) + 1)
        pending["token"][-1] = self.pending_free
        self.pending_free = first

    def _extend(self, name: str, count: int) -> None:
        """Give an array more rows; it moves only where there is no room behind it."""
        old = self.arrays[name]
        rows = len(old) + count
        room = self._rooms.get(name)
        if room is None or len(room) < rows:
            try:
                room = _zeros(name, (SPARE * rows, *old.shape[1:]), old.dtype)
            except MemoryError:
                # A system may refuse what it could not give if all of it were used.
                room = _zeros(name, (rows, *old.shape[1:]), old.dtype)
            words_of(room)[: old.nbytes // 8] = words_of(old)
            self._rooms[name] = room
        self.attach(name, room[:rows])


def address_of(array: np.ndarray) -> int:
    """Where an array lies in memory."""
    address: int = array.ctypes.data
    return address


def words_of(array: np.ndarray) -> np.ndarray:
    """An array as words of eight bytes, which are copied many times faster than records with fields."""
    return array.reshape(-1).view(np.int64)


def point(words: memoryview, name: str, address: int, shape: tuple[int, ...]) -> None:
    """Write into a world's record where an array is, and how large."""
    place = PLACES[f"{name}_address"]
    words[place], words[place + 1], words[place + 2] = address, shape[0], shape[1] if len(shape) == 2 else 1


def _zeros(name: str, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Empty rows; of the heap every four children, the first of which are at 1, begin with a cache line."""
    if name != "heap":
        return np.zeros(shape, dtype)
    size = shape[0] * dtype.itemsize
    memory = np.zeros(size + CACHE_LINE, np.uint8)
    first = -(address_of(memory) + dtype.itemsize) % CACHE_LINE
    return memory[first : first + size].view(dtype)
