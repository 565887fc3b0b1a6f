"""Events given as dicts, and the visits that the use case makes of them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pyarrow as pa

from ovh_weblogs.engines.spool import spools
from ovh_weblogs.schema import EVENTS
from ovh_weblogs.sessions import SessionSettings, Visits

START = datetime(2026, 1, 31, 10, tzinfo=timezone.utc)
DECLARED = {column.name: column.arrow for column in EVENTS.columns}
COLUMNS = (
    *("visitor_id", "server_ts", "source_file", "line_number", "log_family", "location", "location_path", "referer"),
    *("status", "is_pageview", "is_static", "is_bot", "is_conversion", "channel", "campaign_name"),
)
MINUTE = 60


def at(seconds):
    return START + timedelta(seconds=seconds)


def hit(seconds=0, **values):
    """A page view of visitor v, so many seconds after the start."""
    return {"visitor_id": "v", "server_ts": at(seconds), "is_pageview": True, "location": "/", **values}


def built(events, columns=COLUMNS, size=2, **settings):
    """Visits by visitor and begin, and the events in their order, of events that come in batches of a size."""
    batches, visits = _batches(events, columns, size), Visits(columns, SessionSettings(**settings))
    with spools(None, "hits") as (kept,):
        made = _sorted(visits.sessions(batches, kept))
        places = [row for batch in visits.events(batches, kept) for row in batch.to_pylist()]
    return made, places


def _batches(events, columns, size):
    schema = pa.schema([DECLARED[name] for name in columns])
    rows = [{name: event.get(name) for name in columns} for event in events]
    return [pa.RecordBatch.from_pylist(rows[n : n + size], schema=schema) for n in range(0, len(rows), size)]


def _sorted(made):
    rows = [row for batch in made for row in batch.to_pylist()]
    return sorted(rows, key=lambda row: (row["visitor_id"], row["session_index"]))


def sessions(events, columns=COLUMNS, size=2, **settings):
    """As ``built``, without the events, whose places would be looked for apart."""
    with spools(None, "hits") as (kept,):
        return _sorted(Visits(columns, SessionSettings(**settings)).sessions(_batches(events, columns, size), kept))


def starts(events, **settings):
    """Seconds from the start at which each visit begins, with its number of hits."""
    return [((row["start_ts"] - START).total_seconds(), row["hits"]) for row in sessions(events, **settings)]
