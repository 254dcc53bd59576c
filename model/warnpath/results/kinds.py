"""Short ways to declare columns, by kind."""

from __future__ import annotations

from warnpath.results.column import Column


def key(name: str, description: str) -> Column:
    """Name that is part of the key of a row."""
    return Column(name, "str", description, key=True)


def text(name: str, description: str, *, nullable: bool = False) -> Column:
    """Text."""
    return Column(name, "str", description, nullable=nullable)


def choice(name: str, values: tuple[str, ...], description: str, *, key: bool = False) -> Column:
    """One of a few words; an empty one among them stands for none."""
    return Column(name, "category", description, key=key, nullable="" in values, vocabulary=values)


def count(name: str, description: str, *, key: bool = False, unit: str = "") -> Column:
    """Whole number."""
    return Column(name, "int64", description, unit=unit, key=key)


def flag(name: str, description: str) -> Column:
    """True or false."""
    return Column(name, "bool", description)


def number(name: str, unit: str, description: str, *, key: bool = False, nullable: bool = False) -> Column:
    """Number with a unit."""
    return Column(name, "float64", description, unit=unit, key=key, nullable=nullable)


def maybe(name: str, unit: str, description: str) -> Column:
    """Number with a unit, NaN where there is none."""
    return Column(name, "float64", description, unit=unit, nullable=True)


def interval(name: str, unit: str, what: str) -> tuple[Column, Column, Column]:
    """Estimate and the two ends of its interval."""
    return (
        maybe(name, unit, f"{what}."),
        maybe(
            f"{name}_low", unit, f"Lower end of the interval of {name}; NaN where there are too few values."
        ),
        maybe(
            f"{name}_high", unit, f"Upper end of the interval of {name}; NaN where there are too few values."
        ),
    )


def replication() -> Column:
    """First column of every table of a run."""
    return count("replication", "Number of the replication, from 0.", key=True)
