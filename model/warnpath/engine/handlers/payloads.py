"""Report payloads: rows of the report table that messages share."""

from __future__ import annotations

from typing import Any

from warnpath.engine.codes import FAULT_REPORT_POOL


def new_payload(w: Any) -> int:
    """Take a row of the report table; links of free rows are kept in `payload_links`."""
    row = int(w.report_free)
    if row < 0:
        w.fault = FAULT_REPORT_POOL
        return 0
    w.report_free = int(w.payload_links[row, 0])
    w.report_free_count -= 1
    w.payload_links[row, 0] = -1
    w.payload_links[row, 1] = 1
    return row


def let_go_payload(w: Any, row: int) -> None:
    """Give up one reference to a report row."""
    w.payload_links[row, 1] -= 1
    if w.payload_links[row, 1] == 0:
        w.payload_links[row, 0] = w.report_free
        w.report_free = row
        w.report_free_count += 1
