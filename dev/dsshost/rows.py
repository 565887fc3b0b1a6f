"""The host's row loop: what a connector yields, as the host writes it down (DSS 9.0.5, dataiku/connector/server.py)."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol


class Sink(Protocol):
    """Where text goes."""

    def write(self, text: str, /) -> Any:
        """Take some text."""


def serialize_rows(rows: Iterable[Any], schema: dict[str, Any] | None, sink: Sink) -> int:
    """Write each row as the host does, and count them.

    With a schema: its columns in order, "" for an absent key, undeclared keys as one JSON object more. Without one: the
    row as JSON.

    Raises:
        ValueError: A row is None.
        TypeError: An undeclared value cannot be JSON.
    """
    writer = csv.writer(sink)
    names = [column["name"] for column in schema["columns"]] if schema else []
    known = set(names)
    count = 0
    for row in rows:
        if row is None:
            raise ValueError("None row")
        count += 1
        if schema is None:
            writer.writerow((json.dumps(row, default=_date_text),))
            continue
        cells = [_cell(row.get(name, "")) for name in names]
        extra = {key: value for key, value in row.items() if key not in known}
        if extra:
            cells.append(json.dumps(extra))
        writer.writerow(cells)
    return count


def _cell(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) and value.tzinfo is not None else value


def _date_text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError("Not serializable")
