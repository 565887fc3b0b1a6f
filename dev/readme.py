"""The README's tables of columns, written from ``schema.py``: ``python -m dev.readme`` brings them up to date."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from ovh_weblogs.schema import (
    ARCHIVED,
    DSS_TYPES,
    ENRICHED,
    FILES,
    LABELS,
    LINES,
    PLACES,
    REJECT_REASON,
    REJECTS,
    SERVER_HITS,
    SESSIONS,
    VISITORS,
    Column,
)

README = Path(__file__).parent.parent / "README.md"
_TABLES = {
    "hits": (*SERVER_HITS.columns, REJECT_REASON),
    "lines": LINES.columns,
    "files": FILES.columns,
    "rejects": REJECTS.columns,
    "archived": ARCHIVED.columns,
    "events": ENRICHED.columns,
    "sessions": SESSIONS.columns,
    "places": PLACES,
    "visitors": VISITORS.columns,
    "labels": LABELS,
}


def table(columns: Iterable[Column]) -> str:
    """A Markdown table of columns: name, type in DSS, meaning."""
    rows = [f"| {column.name} | {DSS_TYPES[column.type]} | {column.meaning} |" for column in columns]
    return "\n".join(["| column | type | meaning |", "|---|---|---|", *rows])


def renewed(text: str) -> str:
    """The text with every table between its two comments written anew."""
    for name, columns in _TABLES.items():
        begin, end = f"<!-- columns of {name} -->", f"<!-- end of {name} -->"
        pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        content = f"{begin}\n{table(columns)}\n{end}"
        text = pattern.sub(lambda _, content=content: content, text)
    return text


if __name__ == "__main__":
    README.write_text(renewed(README.read_text("utf-8")), "utf-8")
