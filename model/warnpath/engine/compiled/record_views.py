"""Records of an `ArrayWorld` read and written like the entities of a `World`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from warnpath.engine.entities import ENTITIES, Fields


class Record:
    """Base of the generated classes: one record, with plain Python numbers as attributes.

    It holds no numbers of its own: it shows what is in the world now, and what is assigned is in the world.
    """

    __slots__ = ("_first", "_rows")

    def __init__(self, rows: EntityRows, first: int) -> None:
        self._rows = rows
        self._first = first


class EntityRows(Sequence[Any]):
    """All records of one kind in a world.

    Parameters
    ----------
    kind : str
    array : structured array
    """

    __slots__ = ("_class", "_places", "_width", "floats", "integers")

    def __init__(self, kind: str, array: np.ndarray) -> None:
        self._class = RECORD_CLASSES[kind]
        self._width = len(ENTITIES[kind])
        self.show(array)

    def show(self, array: np.ndarray) -> None:
        """Show another array, in which everything has the place that it has in this one."""
        self._places = range(len(array))
        integers: Any = array.view(np.int64)
        floats: Any = array.view(np.float64)
        self.integers, self.floats = memoryview(integers), memoryview(floats)

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, place: Any) -> Any:
        places = self._places[place]
        if isinstance(places, range):
            return [self._class(self, self._width * row) for row in places]
        return self._class(self, self._width * places)

    def __iter__(self) -> Iterator[Any]:
        return iter(self[:])


def _record_class(kind: str, fields: Fields) -> type[Record]:
    body: dict[str, Any] = {name: _field(place, code) for place, (name, code) in enumerate(fields)}
    return type(f"{kind.capitalize()}Record", (Record,), {"__slots__": (), **body})


def _field(place: int, code: str) -> property:
    """Attribute of a record: the number at a place in it."""

    def integer(record: Any) -> int:
        return record._rows.integers[record._first + place]  # type: ignore[no-any-return]

    def set_integer(record: Any, value: int) -> None:
        record._rows.integers[record._first + place] = value

    def real(record: Any) -> float:
        return record._rows.floats[record._first + place]  # type: ignore[no-any-return]

    def set_real(record: Any, value: float) -> None:
        record._rows.floats[record._first + place] = value

    return property(integer, set_integer) if code == "i8" else property(real, set_real)


RECORD_CLASSES = {kind: _record_class(kind, fields) for kind, fields in ENTITIES.items()}
