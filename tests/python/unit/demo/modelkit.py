"""Snapshots and visitors by hand, with what models and segments look at."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pyarrow as pa

FIRST = datetime(2026, 3, 14, 23, tzinfo=timezone.utc)  # midnight in Paris
LAST = FIRST + timedelta(days=8)


def snapshot(number: int, cutoff: datetime, label: int | None, **values: Any) -> dict[str, Any]:
    """A row of a visitor; a person unless said otherwise."""
    usual = {"visitor_id": f"v{number:04}", "is_bot": False, "pageviews": 1, "channel_first": "Direct"}
    return {**usual, **values, "cutoff_ts": cutoff, "label": label}


def snapshots(rows: list[dict[str, Any]]) -> pa.Table:
    """The rows as a table, with the types that the recipe gives."""
    kinds = {
        "visitor_id": pa.string(),
        "is_bot": pa.bool_(),
        "pageviews": pa.int64(),
        "channel_first": pa.string(),
        "has_campaign": pa.bool_(),
        "cutoff_ts": pa.timestamp("us", tz="UTC"),
        "label": pa.int32(),
    }
    names = {name for row in rows for name in row}
    return pa.Table.from_pylist(rows, pa.schema([(name, kind) for name, kind in kinds.items() if name in names]))


def told_by_views(count: int = 400) -> pa.Table:
    """At both cutoffs, those who view more than 7 of up to 9 pages convert, and nobody else; channels tell nothing."""
    return snapshots(
        [
            snapshot(
                number,
                cutoff,
                int(number % 10 > 7),
                pageviews=number % 10,
                channel_first=("Direct", "Email")[number // 10 % 2],
            )
            for cutoff in (FIRST, LAST)
            for number in range(count)
        ]
    )
