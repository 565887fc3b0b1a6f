"""What the report's numbers are counted from: each hit with its day, its hour, who sent it and what it saw."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from typing import Any

import duckdb
import pyarrow as pa

from dev.demo.tables import Tables
from dev.traffic.clock import ZONE
from ovh_weblogs.schema import EVENTS

PEOPLE = ("browser", "phone", "tablet", "mobile")
ROBOTS = ("bot", "library", "rss")
_DAY_IN_NAME = re.compile(r"(\d\d)-(\d\d)-(\d{4})\.log")
_HOUR = 3_600_000_000  # microseconds
_STATIC = r"\.(?:css|js|mjs|map|png|jpe?g|gif|webp|avif|svg|ico|woff2?|ttf|eot|mp4|pdf|zip|xml|txt|json)$"
_KIND = (
    f"CASE WHEN useragent_type IN {PEOPLE} THEN 'people' WHEN useragent_type IN {ROBOTS} THEN 'robots' "
    "ELSE 'unknown' END"
)
_CALLED = r"^/(?:api|graphql|wp-json)(?:/|$)|/(?:xmlrpc|admin-ajax|wp-cron)\.php$"  # by scripts, not by people
# 304: the browser has the page already, and shows it.
_VIEWED = (
    "coalesce(method = 'GET' AND (status < 300 OR status = 304) "
    f"AND NOT regexp_matches(lower(coalesce(location_path, '')), '{_STATIC}|{_CALLED}'), false)"
)
_EVENTS = f"""
CREATE VIEW events AS
SELECT
    timed.*, day, weekday, hour,
    {_KIND} AS kind,
    nullif(coalesce(location_host, '') || coalesce(location_path, ''), '') AS address,
    {_VIEWED} AS viewed
FROM timed LEFT JOIN calendar USING (utc_hour) LEFT JOIN files USING (source_file)
"""  # noqa: S608 - ours


def rows(base: duckdb.DuckDBPyConnection, query: str) -> list[Any]:
    """All rows of an answer that is known to be short."""
    return list(base.execute(query).fetchall())


def register(base: duckdb.DuckDBPyConnection, tables: Tables) -> None:
    """Make the views ``events`` and ``refused``.

    ``events`` has each hit with the day of its file, weekday and hour in Paris, ``kind`` (people, robots, unknown),
    ``address`` (host and path) and ``viewed``: whether it is the view of a page; columns that enrichment left out are
    empty. A file's edges hold a few hits of the days beside it: by file, the days' numbers add up to those of all
    lines. Zones are Python's: DuckDB would need an extension, which it may want to fetch.
    """
    for name, path in (("all_events", tables.events), ("refused", tables.refused)):
        base.read_parquet(str(path)).create_view(name)
    # Rules of pages or a database of cities may not have been given: what they add is empty then.
    base.register("every_column", EVENTS.arrow.empty_table())
    base.execute(
        f"CREATE VIEW timed AS SELECT *, epoch_us(server_ts) // {_HOUR} AS utc_hour "  # noqa: S608 - ours
        "FROM (SELECT * FROM all_events UNION ALL BY NAME SELECT * FROM every_column)"
    )
    hours = [hour for (hour,) in rows(base, "SELECT DISTINCT utc_hour FROM timed WHERE utc_hour IS NOT NULL")]
    local = [_local(hour) for hour in hours]
    calendar = {
        "utc_hour": pa.array(hours, pa.int64()),
        "weekday": pa.array([moment.weekday() for moment in local], pa.int32()),
        "hour": pa.array([moment.hour for moment in local], pa.int32()),
    }
    names = [name for (name,) in rows(base, "SELECT DISTINCT source_file FROM all_events")]
    files = {"source_file": pa.array(names, pa.string()), "day": pa.array(map(_file_day, names), pa.date32())}
    base.register("calendar", pa.table(calendar))
    base.register("files", pa.table(files))
    base.execute(_EVENTS)


def _file_day(name: str | None) -> date | None:
    found = _DAY_IN_NAME.search(name or "")
    return date(int(found[3]), int(found[2]), int(found[1])) if found else None


def _local(hour: int) -> datetime:
    return (datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(hours=hour)).astimezone(ZONE)
