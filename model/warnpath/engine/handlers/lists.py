"""Intrusive lists of copies: where each of them is, in the order in which it came."""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import FAULT_LIST


def list_append(w: Any, index: int, c: int) -> None:
    """Put a copy at the end of a list; it must be in none."""
    place = w.lists[index]
    copy = w.copies[c]
    if copy.list >= 0:
        w.fault = FAULT_LIST
        return
    copy.list = index
    copy.next = -1
    copy.previous = place.tail
    if place.tail >= 0:
        w.copies[place.tail].next = c
    else:
        place.head = c
    place.tail = c
    place.count += 1


def list_prepend(w: Any, index: int, c: int) -> None:
    """Put a copy at the front of a list; it must be in none."""
    place = w.lists[index]
    copy = w.copies[c]
    if copy.list >= 0:
        w.fault = FAULT_LIST
        return
    copy.list = index
    copy.previous = -1
    copy.next = place.head
    if place.head >= 0:
        w.copies[place.head].previous = c
    else:
        place.tail = c
    place.head = c
    place.count += 1


def list_remove(w: Any, c: int) -> None:
    """Take a copy out of the list it is in."""
    copy = w.copies[c]
    if copy.list < 0:
        w.fault = FAULT_LIST
        return
    place = w.lists[copy.list]
    if copy.previous >= 0:
        w.copies[copy.previous].next = copy.next
    else:
        place.head = copy.next
    if copy.next >= 0:
        w.copies[copy.next].previous = copy.previous
    else:
        place.tail = copy.previous
    place.count -= 1
    copy.list = -1
    copy.next = -1
    copy.previous = -1


def list_move(w: Any, index: int, c: int) -> None:
    """Take a copy out of the list it is in and put it at the end of another one."""
    copy = w.copies[c]
    if copy.list < 0 or copy.list == index:
        w.fault = FAULT_LIST
        return
    place = w.lists[copy.list]
    if copy.previous >= 0:
        w.copies[copy.previous].next = copy.next
    else:
        place.head = copy.next
    if copy.next >= 0:
        w.copies[copy.next].previous = copy.previous
    else:
        place.tail = copy.previous
    place.count -= 1
    other = w.lists[index]
    copy.list = index
    copy.next = -1
    copy.previous = other.tail
    if other.tail >= 0:
        w.copies[other.tail].next = c
    else:
        other.head = c
    other.tail = c
    other.count += 1


def list_replace(w: Any, old: int, new: int) -> None:
    """Put a copy into the place that another one has in a list."""
    was = w.copies[old]
    copy = w.copies[new]
    if copy.list >= 0 or was.list < 0:
        w.fault = FAULT_LIST
        return
    place = w.lists[was.list]
    copy.list = was.list
    copy.next = was.next
    copy.previous = was.previous
    if copy.previous >= 0:
        w.copies[copy.previous].next = new
    else:
        place.head = new
    if copy.next >= 0:
        w.copies[copy.next].previous = new
    else:
        place.tail = new
    was.list = -1
    was.next = -1
    was.previous = -1
