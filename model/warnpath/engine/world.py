"""The world: everything that changes in one replication, as entities with plain numeric fields.

Its attributes are made from the tables of fields in `entities`. Pools grow between events only, because
a view of a record dangles when its array is moved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from warnpath.engine.entities import COUNTERS, ENTITIES, Fields


class Entity:
    """Base of the generated entity classes: one object per link, message, event and so on."""

    __slots__ = ()
    fields: Fields = ()

    def as_tuple(self) -> tuple[float, ...]:
        """Values in field order."""
        return tuple(getattr(self, name) for name, _ in self.fields)


def _entity_class(name: str, fields: Fields) -> type[Entity]:
    names = [field for field, _ in fields]
    arguments = ", ".join(f"{field}={0 if kind == 'i8' else 0.0}" for field, kind in fields)
    body = "\n    ".join(f"self.{field} = {field}" for field in names)
    namespace: dict[str, Any] = {}
    # A generated __init__ is several times faster than a loop over setattr; pools hold thousands.
    exec(f"def __init__(self, {arguments}):\n    {body}\n", namespace)
    return type(
        name.capitalize(),
        (Entity,),
        {"__slots__": tuple(names), "fields": fields, "__init__": namespace["__init__"]},
    )


ENTITY_CLASSES: Final[dict[str, type[Entity]]] = {
    name: _entity_class(name, fields) for name, fields in ENTITIES.items()
}


def checked_entity_class(name: str) -> type[Entity]:
    """Entity class that refuses a value of the wrong type or outside int64; used by tests.

    Python would carry on with a float where a record would truncate it, and with an integer where
    one would overflow; a run on these entities shows that neither happens.
    """
    base = ENTITY_CLASSES[name]
    kinds = dict(ENTITIES[name])

    def checked_setattr(self: Entity, field: str, value: Any) -> None:
        kind = kinds[field]
        if kind == "i8":
            if isinstance(value, bool) or not isinstance(value, int | np.integer):
                raise TypeError(f"{name}.{field} takes an int64, not {value!r} of {type(value).__name__}")
            if not -(2**63) <= int(value) < 2**63:
                raise OverflowError(f"{name}.{field} = {value} does not fit into int64")
        elif isinstance(value, bool) or not isinstance(value, float | np.floating):
            raise TypeError(f"{name}.{field} takes a float64, not {value!r} of {type(value).__name__}")
        base.__setattr__(self, field, value)

    return type(f"Checked{base.__name__}", (base,), {"__slots__": (), "__setattr__": checked_setattr})


class World:
    """State of one replication as the handlers see it; every attribute is public to them.

    Attributes
    ----------
    links, nodes, messages, ... : list of Entity
        One list per kind in `ENTITIES`.
    distributions : float64[n, 3]
    truth : float64[n, 10]
        Stacked trajectory tables of all launches.
    sensor_table : float64[n, w]
    areas : float64[n, w]
    reports : float64[n, w]
        Fixed rows first (per picture: one per origin, the fused one, the one last sent), then the pool.
    next_step, route_cost : int64[trees, states], float64[trees, states]
        Routes in force.
    """

    # Slots are read at once; the arrays, which the plan attaches, are in the dictionary.
    __slots__ = (*ENTITIES, *(name for name, _ in COUNTERS), "__dict__")

    if TYPE_CHECKING:
        # At run time a method of this name would make every read of an attribute slow.
        def __getattr__(self, name: str) -> Any: ...

    def __init__(self) -> None:
        for name in ENTITIES:
            setattr(self, name, [])
        for name, kind in COUNTERS:
            setattr(self, name, 0 if kind == "i8" else 0.0)


Table = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
