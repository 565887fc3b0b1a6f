"""The numbers behind the report's plots, each bounded in size however long the logs are."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from dev.demo.tables import Tables
from dev.traffic.clock import ZONE

PEOPLE = ("browser", "phone", "tablet", "mobile")
ROBOTS = ("bot", "library", "rss")
_TOP = 12
_RAW_LINES = 25  # refused lines shown
_RAW_LENGTH = 600  # characters of each
_DAY_IN_NAME = re.compile(r"(\d\d)-(\d\d)-(\d{4})\.log")
_HOUR = 3_600_000_000  # microseconds
_STATIC = r"\.(?:css|js|mjs|map|png|jpe?g|gif|webp|avif|svg|ico|woff2?|ttf|eot|mp4|pdf|zip|xml|txt|json)$"

Ranking = list[tuple[str, int]]
Series = dict[str, list[int]]  # one number per day, by what is counted


@dataclass(frozen=True)
class Refused:
    """A line that is no access line: its file, number and reason, and its text, cut where it is long."""

    file: str
    number: int
    reason: str
    line: str


@dataclass(frozen=True)
class Aggregates:
    """What the report shows; ``days`` are those of the files, hours those of Paris, by which OVH cuts its files."""

    days: list[date]
    visitors: Series
    agent_types: Series
    statuses: Series
    week: list[list[int]]  # hits per weekday (Monday first) and hour
    pages: Ranking
    missed: Ranking
    referrers: Ranking
    browsers: Ranking
    systems: Ranking
    reasons: Ranking
    refused: list[Refused]


def aggregate(tables: Tables, days: Iterable[date]) -> Aggregates:
    """The report's numbers.

    Args:
        tables: Events and refused lines as Parquet.
        days: The days that were read.
    """
    shown = sorted(days)
    with duckdb.connect() as base:
        for name, path in (("all_events", tables.events), ("refused", tables.refused)):
            base.read_parquet(str(path)).create_view(name)
        _register_calendar(base)
        return Aggregates(
            days=shown,
            visitors=_per_day(base, shown, _KIND, "count(DISTINCT visitor_id)"),
            agent_types=_per_day(base, shown, "coalesce(useragent_type, 'none sent')"),
            statuses=_per_day(base, shown, "coalesce(CAST(status // 100 AS VARCHAR) || 'xx', 'none')"),
            week=_week(base),
            pages=_ranking(base, _ADDRESS, where=f"status < 300 AND method = 'GET' AND {_KIND} = 'people' AND {_PAGE}"),
            missed=_ranking(base, _ADDRESS, where="status = 404"),
            referrers=_ranking(base, "referer_host", where=f"{_KIND} = 'people' AND {_FOREIGN}"),
            browsers=_ranking(base, "useragent_brand", _DISTINCT, where=f"{_KIND} = 'people'"),
            systems=_ranking(base, "useragent_os", _DISTINCT, where=f"{_KIND} = 'people'"),
            reasons=_rows(base, "SELECT reject_reason, count(*) FROM refused GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 12"),
            refused=_refused(base),
        )


_KIND = (
    f"CASE WHEN useragent_type IN {PEOPLE} THEN 'people' WHEN useragent_type IN {ROBOTS} THEN 'robots' "
    "ELSE 'unknown' END"
)
_DISTINCT = "count(DISTINCT visitor_id)"
_ADDRESS = "coalesce(location_host, '') || coalesce(location_path, '')"
_PAGE = f"NOT regexp_matches(lower(coalesce(location_path, '')), '{_STATIC}')"
_FOREIGN = "referer_host NOT IN (SELECT DISTINCT vhost FROM all_events WHERE vhost IS NOT NULL)"


def _register_calendar(base: duckdb.DuckDBPyConnection) -> None:
    """View ``events``: each hit with the day of its file, and its weekday and hour in Paris.

    A file's edges hold a few hits of the days beside it: by file, the days' numbers add up to those of all lines. Zones
    are Python's: DuckDB would need an extension, which it may want to fetch.
    """
    base.execute(f"CREATE VIEW timed AS SELECT *, epoch_us(server_ts) // {_HOUR} AS utc_hour FROM all_events")  # noqa: S608
    hours = _rows(base, "SELECT DISTINCT utc_hour FROM timed WHERE utc_hour IS NOT NULL")
    local = {hour: _local(hour) for (hour,) in hours}
    calendar = pa.table(
        {
            "utc_hour": pa.array(list(local), pa.int64()),
            "weekday": pa.array([moment.weekday() for moment in local.values()], pa.int32()),
            "hour": pa.array([moment.hour for moment in local.values()], pa.int32()),
        }
    )
    base.register("calendar", calendar)
    names = [name for (name,) in _rows(base, "SELECT DISTINCT source_file FROM all_events")]
    files = pa.table({"source_file": pa.array(names, pa.string()), "day": pa.array(map(_file_day, names), pa.date32())})
    base.register("files", files)
    base.execute(
        "CREATE VIEW events AS SELECT * FROM timed "
        "LEFT JOIN calendar USING (utc_hour) LEFT JOIN files USING (source_file)"
    )


def _file_day(name: str | None) -> date | None:
    found = _DAY_IN_NAME.search(name or "")
    return date(int(found[3]), int(found[2]), int(found[1])) if found else None


def _local(hour: int) -> datetime:
    return (datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(hours=hour)).astimezone(ZONE)


def _rows(base: duckdb.DuckDBPyConnection, query: str) -> list[Any]:
    return list(base.execute(query).fetchall())


def _per_day(base: duckdb.DuckDBPyConnection, days: list[date], key: str, measure: str = "count(*)") -> Series:
    place = {day: index for index, day in enumerate(days)}
    series: Series = defaultdict(lambda: [0] * len(days))
    query = f"SELECT day, {key} AS key, {measure} FROM events GROUP BY 1, 2"  # noqa: S608 - ours
    for day, name, count in _rows(base, query):
        if day in place:
            series[name][place[day]] = count
    return dict(sorted(series.items()))


def _week(base: duckdb.DuckDBPyConnection) -> list[list[int]]:
    week = [[0] * 24 for _ in range(7)]
    for weekday, hour, count in _rows(
        base, "SELECT weekday, hour, count(*) FROM events WHERE hour IS NOT NULL GROUP BY 1, 2"
    ):
        week[weekday][hour] = count
    return week


def _ranking(base: duckdb.DuckDBPyConnection, key: str, measure: str = "count(*)", *, where: str) -> Ranking:
    query = (
        f"SELECT {key} AS key, {measure} AS number FROM events WHERE {where} AND ({key}) IS NOT NULL "  # noqa: S608 - ours
        f"GROUP BY 1 ORDER BY number DESC, key LIMIT {_TOP}"
    )
    return [(str(name)[:_RAW_LENGTH], count) for name, count in _rows(base, query)]


def _refused(base: duckdb.DuckDBPyConnection) -> list[Refused]:
    rows = _rows(
        base,
        f"SELECT source_file, line_number, reject_reason, left(request, {_RAW_LENGTH}), length(request) FROM refused "  # noqa: S608 - ours
        f"ORDER BY source_file, line_number LIMIT {_RAW_LINES}",
    )
    return [
        Refused(file or "", number, reason, (text or "") + (" …" if (length or 0) > _RAW_LENGTH else ""))
        for file, number, reason, text, length in rows
    ]


def distinct_visitors(events: Path) -> int:
    """How many visitor ids the events hold."""
    with duckdb.connect() as base:
        base.read_parquet(str(events)).create_view("events")
        return int(_rows(base, "SELECT count(DISTINCT visitor_id) FROM events")[0][0])


def file_size(path: Path) -> str:
    """The size of a file for people."""
    return size(path.stat().st_size)


def size(count: float) -> str:
    """A number of bytes for people: 18.3 kB, 2.1 MB."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:,.0f} B" if unit == "B" else f"{count:,.1f} {unit}"
        count /= 1000
    raise AssertionError
