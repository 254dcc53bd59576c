"""Which line of a TOML text a table or a field stands on.

`tomllib` gives values without places. This scanner walks a text that `tomllib` has accepted and notes the
line of every header and key, inline tables and arrays included.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right

Place = tuple[str | int, ...]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SCALAR = re.compile(r"[^,\]\}#\n]+")
_STRINGS = (
    re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}(?!")', re.DOTALL),
    re.compile(r"'''.*?'{3,5}(?!')", re.DOTALL),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)


def index_lines(text: str) -> dict[Place, int]:
    """Line of every table and field of a TOML text.

    Parameters
    ----------
    text : str
        Valid TOML.

    Returns
    -------
    dict
        Line, counted from 1, by path; an entry of an array is named by its number from 0:
        ``("node", 3, "service", "median_s")``.
    """
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.lines: dict[Place, int] = {}
        self.entries: dict[Place, int] = {}

    def scan(self) -> dict[Place, int]:
        table: Place = ()
        while True:
            self.skip(_BLANK)
            if self.place >= len(self.text):
                return self.lines
            if self.text[self.place] == "[":
                table = self.header()
            else:
                self.assignment(table)

    def header(self) -> Place:
        line = self.line()
        of_array = self.text.startswith("[[", self.place)
        self.place += 2 if of_array else 1
        keys = self.keys()
        self.place += 2 if of_array else 1
        path: Place = ()
        for number, key in enumerate(keys):
            path = (*path, key)
            opens_entry = of_array and number == len(keys) - 1
            self.lines.setdefault(path, line)
            if path in self.entries and not opens_entry:
                path = (*path, self.entries[path])
        if of_array:
            self.entries[path] = self.entries.get(path, -1) + 1
            path = (*path, self.entries[path])
        self.lines.setdefault(path, line)
        return path

    def assignment(self, table: Place) -> None:
        line = self.line()
        keys = self.keys()
        for depth in range(1, len(keys) + 1):
            self.lines.setdefault((*table, *keys[:depth]), line)
        self.place += 1  # the equals sign
        self.skip(_SPACE)
        self.value((*table, *keys))

    def value(self, path: Place) -> None:
        character = self.text[self.place]
        if character == "[":
            self.array(path)
        elif character == "{":
            self.inline_table(path)
        elif character in "\"'":
            self.string()
        else:
            self.skip(_SCALAR)

    def array(self, path: Place) -> None:
        self.place += 1
        number = 0
        while True:
            self.skip(_BLANK)
            if self.text[self.place] == "]":
                self.place += 1
                return
            if self.text[self.place] == ",":
                self.place += 1
                continue
            self.lines.setdefault((*path, number), self.line())
            self.value((*path, number))
            number += 1

    def inline_table(self, path: Place) -> None:
        self.place += 1
        while True:
            self.skip(_BLANK)
            if self.text[self.place] == "}":
                self.place += 1
                return
            if self.text[self.place] == ",":
                self.place += 1
                continue
            self.assignment(path)

    def keys(self) -> tuple[str, ...]:
        """A dotted key; afterwards the place is on what follows it."""
        found = []
        while True:
            self.skip(_SPACE)
            start = self.place
            if self.text[start] in "\"'":
                self.string()
                found.append(str(tomllib.loads(f"key = {self.text[start : self.place]}")["key"]))
            else:
                self.skip(_BARE_KEY)
                found.append(self.text[start : self.place])
            self.skip(_SPACE)
            if self.place >= len(self.text) or self.text[self.place] != ".":
                return tuple(found)
            self.place += 1

    def string(self) -> None:
        for pattern in _STRINGS:
            match = pattern.match(self.text, self.place)
            if match is not None:
                self.place = match.end()
                return
        raise ValueError(f"no TOML string at character {self.place}")

    def skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.place)
        if match is not None:
            self.place = match.end()

    def line(self) -> int:
        return bisect_right(self.starts, self.place)
